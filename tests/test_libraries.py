"""The libraries: entries checked as tours have them, found without accents, never overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest
from accounts.test_people import ACTOR

from ispace import journal, libraries
from ispace.database import Database
from ispace.errors import EntryChangedError, EntryInvalidError, EntryUnknownError
from ispace.journal import Filter
from ispace.libraries import Library


def place(name: str, entry: str) -> dict[str, Any]:
    return {"id": entry, "names": [{"name": {"vi": name}}, {"name": {"vi": "Tên cũ"}, "valid_to": "2025-06-30"}]}


def save(database: Database, document: dict[str, Any], revision: int = 0, library: Library = "places") -> int:
    with database.write() as session:
        return libraries.save(session, ACTOR, library, document["id"], document, revision).revision


def test_an_entry_is_saved_found_by_any_of_its_names_and_sorted_as_vietnamese_is(database: Database) -> None:
    for name, entry in (("Đền Trung", "den-trung"), ("Chùa Hang", "chua-hang"), ("Ấp Bến", "ap-ben")):
        assert save(database, place(name, entry)) == 1
    with database.read() as session:
        found, total = libraries.found(session, "places")
        assert ([row.id for row in found], total) == (["ap-ben", "chua-hang", "den-trung"], 3)
        assert [row.id for row in libraries.found(session, "places", "den cu")[0]] == ["den-trung"]
        assert libraries.found(session, "products") == ([], 0)


def test_who_did_not_see_the_last_state_overwrites_nothing(database: Database) -> None:
    save(database, place("Đền", "den"))
    assert save(database, place("Đền Trung", "den"), 1) == 2
    for revision in (0, 1, 3):
        with pytest.raises(EntryChangedError):
            save(database, place("Khác", "den"), revision)
    with database.read() as session:
        assert [r.action for r in journal.rows(session, Filter(kind="places"))] == ["library.save"] * 2


@pytest.mark.parametrize(
    ("library", "document"),
    [
        ("places", {"id": "den", "names": []}),
        ("places", {"id": "den", "names": [{"name": {"vi": "Đền"}}], "colour": "red"}),
        ("products", {"id": "mam", "name": {"vi": "Mắm"}, "stars": 9}),
        ("media", {"id": "anh", "kind": "image", "file": "../../etc/passwd"}),
    ],
)
def test_what_a_tour_could_not_take_is_not_kept(database: Database, library: Library, document: dict[str, Any]) -> None:
    with pytest.raises(EntryInvalidError):
        save(database, document, library=library)


def test_an_entry_has_the_id_it_is_saved_under_and_is_gone_when_deleted(database: Database) -> None:
    with pytest.raises(EntryInvalidError), database.write() as session:
        libraries.save(session, ACTOR, "places", "khac", place("Đền", "den"), 0)
    save(database, place("Đền", "den"))
    with database.write() as session:
        libraries.delete(session, ACTOR, "places", "den")
    with pytest.raises(EntryUnknownError), database.write() as session:
        libraries.delete(session, ACTOR, "places", "den")
