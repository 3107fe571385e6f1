"""Two who edit one tour: what they do is in it or told, once, and every state can be brought back."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
from accounts.test_people import make
from sqlalchemy import func, select, update

from ispace import documents, journal, revisions
from ispace.accounts import people
from ispace.database import Database
from ispace.database.tours import TourRevision
from ispace.editing import history, merging, presence
from ispace.editing.merging import Merged
from ispace.errors import ChangeForbiddenError, TourChangedError, TourDocumentError, TourNotHereError
from ispace.journal import Actor, Filter
from ispace.operations import ABSENT, diff

TOUR = "chua-co"
_numbers = itertools.count()


@pytest.fixture
def maker(database: Database) -> str:
    person = make(database)
    with database.write() as session:
        row = documents.create(session, by(person), people.by_id(session, person), "Chùa cổ", name=TOUR)
        scenes = [{"id": name, "title": {"vi": name.upper()}, "hotspots": []} for name in ("cong", "san", "dien")]
        documents.save(session, by(person), row, row.document | {"scenes": scenes}, 1)
    return person


def by(person: str, address: str = "") -> Actor:
    return Actor(person, "Mười", "studio", address)


def change(*ops: dict[str, Any], label: str = "x") -> dict[str, Any]:
    return {"id": f"change-{next(_numbers)}", "label": label, "ops": list(ops)}


def entitle(scene: str, was: str, to: str) -> dict[str, Any]:
    return change({"op": "set", "at": ["scenes", f"#{scene}", "title", "vi"], "was": was, "to": to})


def merge(database: Database, person: str, revision: int, *made: dict[str, Any]) -> Merged:
    with database.write() as session:
        return merging.merge(session, by(person), documents.get(session, TOUR), revision, made)


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return [scene["title"]["vi"] for scene in documents.get(session, TOUR).document["scenes"]]


def test_changes_to_different_fields_are_both_in_the_tour(database: Database, maker: str) -> None:
    other = make(database, "hai@ag.vn")
    assert merge(database, maker, 2, first := entitle("cong", "CONG", "Cổng")) == Merged(3, [first["id"]], [], [])
    merged = merge(database, other, 2, second := entitle("san", "SAN", "Sân"))
    assert (merged.revision, merged.done, merged.clashes) == (4, [second["id"]], [])
    assert [(one.revision, one.person_id, one.changes) for one in merged.others] == [(3, maker, [first])]
    assert titles(database) == ["Cổng", "Sân", "DIEN"]


def test_of_the_same_field_the_second_is_told_what_stands_there_and_its_other_changes_go_on(
    database: Database, maker: str
) -> None:
    merge(database, maker, 2, entitle("cong", "CONG", "Cổng chùa"))
    late, fine = entitle("cong", "CONG", "Tam quan"), entitle("dien", "DIEN", "Điện")
    merged = merge(database, maker, 2, late, fine)
    assert [(one.change, one.op, one.now) for one in merged.clashes] == [(late["id"], 0, "Cổng chùa")]
    assert merged.done == [fine["id"]]
    assert titles(database) == ["Cổng chùa", "SAN", "Điện"]
    gone = change({"op": "set", "at": ["scenes", "#x", "title"], "was": {}, "to": {"vi": "y"}})
    assert merge(database, maker, 4, gone).clashes[0].now is ABSENT


def test_a_change_whose_answer_was_lost_is_done_once(database: Database, maker: str) -> None:
    sent = change({"op": "put", "at": ["scenes"], "item": {"id": "n", "title": {"vi": "N"}}, "next": None})
    assert merge(database, maker, 2, sent).revision == 3
    merge(database, maker, 3, entitle("n", "N", "Mới"))
    again = merge(database, maker, 2, sent, later := entitle("n", "Mới", "Mới hơn"), later)
    assert (again.revision, again.done, again.clashes) == (5, [sent["id"], later["id"], later["id"]], [])
    assert titles(database)[-1] == "Mới hơn"


def test_what_refers_to_things_by_their_names_cannot_be_broken(database: Database, maker: str) -> None:
    for at, was, to in ((["id"], TOUR, "khac"), (["version"], 1, 2), (["scenes", "#san", "id"], "san", "x")):
        with pytest.raises(ChangeForbiddenError):
            merge(database, maker, 2, change({"op": "set", "at": at, "was": was, "to": to}))
    with pytest.raises(TourDocumentError):
        merge(database, maker, 2, change({"op": "set", "at": ["title"], "was": {"vi": "Chùa cổ"}}))
    with pytest.raises(TourChangedError):
        merge(database, maker, 9, entitle("cong", "CONG", "x"))
    assert titles(database) == ["CONG", "SAN", "DIEN"]


@pytest.mark.parametrize(
    ("op", "touches"),
    [
        ({"op": "set", "at": ["scenes", "#a", "title", "vi"], "to": "x"}, False),
        ({"op": "put", "at": ["scenes", "#a", "hotspots"], "item": {"id": "h"}, "next": None}, False),
        ({"op": "move", "at": ["scenes"], "id": "a", "next": None, "was": None}, False),
        ({"op": "put", "at": ["scenes"], "item": {"id": "n"}, "next": None}, True),
        ({"op": "set", "at": ["scenes", "#a", "panorama", "file"], "to": "x.jpg"}, True),
        ({"op": "set", "at": ["scenes", "#a", "level"], "to": {"pitch_deg": 1}}, True),
        ({"op": "put", "at": ["media"], "item": {"id": "m"}, "next": None}, True),
        ({"op": "set", "at": ["media", "#m", "file"], "to": "x.jpg"}, True),
    ],
)
def test_pictures_are_asked_for_where_a_change_names_others(op: dict[str, Any], touches: bool) -> None:
    assert merging.touches_pictures([change(op)]) is touches


def test_two_who_send_at_once_lose_nothing(database: Database, maker: str) -> None:
    def sends(scene: str) -> None:
        was = scene.upper()
        for number in range(8):
            merged = merge(database, maker, 2, entitle(scene, was, f"{scene} {number}"))
            assert merged.clashes == []
            was = f"{scene} {number}"

    threads = [threading.Thread(target=sends, args=(scene,)) for scene in ("cong", "san", "dien")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert titles(database) == ["cong 7", "san 7", "dien 7"]
    with database.read() as session:
        assert documents.get(session, TOUR).revision == 2 + 24


def test_every_state_can_be_made_again_though_few_are_kept_whole(database: Database, maker: str) -> None:
    states = {}
    with database.write() as session:
        row = documents.get(session, TOUR)
        for number in range(120):
            op = {"op": "set", "at": ["skin", "accent"], "to": f"#{number:06x}", "new": 0}
            was = row.document.get("skin", {}).get("accent")
            merging.merge(session, by(maker), row, row.revision, [change(op if was is None else op | {"was": was})])
            states[row.revision] = row.document
    with database.read() as session:
        for number, document in states.items():
            assert revisions.document(session, TOUR, number) == document
        whole = select(func.count()).where(TourRevision.tour_id == TOUR, TourRevision.packed.is_not(None))
        assert session.scalar(whole) == 3


def test_an_earlier_state_is_brought_back_as_a_new_one_that_others_can_merge(database: Database, maker: str) -> None:
    merge(database, maker, 2, entitle("cong", "CONG", "Cổng"))
    merge(database, maker, 3, change({"op": "drop", "at": ["scenes", "#san"], "was": SAN, "next": "dien"}))
    with database.write() as session:
        merging.restore(session, by(maker), documents.get(session, TOUR), 2)
        with pytest.raises(TourNotHereError):
            merging.restore(session, by(maker), documents.get(session, TOUR), 99)
    assert titles(database) == ["CONG", "SAN", "DIEN"]
    merged = merge(database, maker, 4, mine := entitle("dien", "DIEN", "Điện"))
    assert (merged.revision, merged.done) == (6, [mine["id"]])
    (restored,) = merged.others
    assert [one["label"] for one in restored.changes] == ["restore"]
    with database.read() as session:
        (told,) = journal.rows(session, Filter(subject=TOUR, action="tour.restore"))
    assert told.after["changed"] == ["scene-added san", "scene-changed cong title"]


SAN = {"id": "san", "title": {"vi": "SAN"}, "hotspots": []}


def test_the_journal_names_what_was_touched_once_in_a_while_and_the_history_everything(
    database: Database, maker: str
) -> None:
    for number in range(4):
        merge(database, maker, 2 + number, entitle("cong", f"C{number}" if number else "CONG", f"C{number + 1}"))
    merge(database, maker, 6, entitle("san", "SAN", "Sân"))
    with database.write() as session:
        documents.save(session, by(maker), row := documents.get(session, TOUR), row.document | {"start": "san"}, 7)
    with database.read() as session:
        rows = journal.rows(session, Filter(subject=TOUR, action="tour.save"))
        found, before = history.entries(session, TOUR)
        document = documents.get(session, TOUR).document
    assert [row.after["changed"] for row in rows[:3]] == [
        ["tour-changed start"],
        ["scene-changed san title"],
        ["scene-changed cong title"],
    ]
    assert [(one.first, one.last) for one in found] == [(2, 8), (1, 1)]
    assert before is None
    assert found[0].told("vi", document) == (
        "thêm cảnh “C4”; thêm cảnh “DIEN”; thêm cảnh “Sân”; đổi cảnh mở đầu của tour"
    )
    assert found[1].told("en", document) == "the tour was made"


def test_a_pause_another_person_or_a_machine_ends_an_entry_of_the_history(database: Database, maker: str) -> None:
    other = make(database, "hai@ag.vn")
    merge(database, maker, 2, entitle("cong", "CONG", "1"))
    merge(database, maker, 3, entitle("cong", "1", "2"))
    merge(database, other, 4, entitle("cong", "2", "3"))
    with database.write() as session:
        row = documents.get(session, TOUR)
        documents.save(session, Actor(None, "máy", "worker"), row, row.document | {"start": "san"}, 5, "thêm cảnh")
        early = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        session.execute(update(TourRevision).where(TourRevision.revision < 4).values(saved_at=early))
    with database.read() as session:
        found, _ = history.entries(session, TOUR)
    assert [(one.first, one.last, one.person_id) for one in found] == [
        (6, 6, None),
        (5, 5, other),
        (4, 4, maker),
        (2, 3, maker),
        (1, 1, maker),
    ]


def test_whoever_stays_silent_or_leaves_is_gone(
    database: Database, maker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(database, "hai@ag.vn")
    with database.write() as session:
        presence.tell(session, TOUR, maker, "trang-mot", "cong", "panorama")
        presence.tell(session, TOUR, other, "trang-hai", None, "map")
        presence.tell(session, TOUR, other, "trang-hai", "san", "map")
    with database.read() as session:
        assert [(one.page, one.id, one.scene) for one in presence.people(session, TOUR)] == [
            ("trang-hai", other, "san"),
            ("trang-mot", maker, "cong"),
        ]
    with database.write() as session:
        presence.leave(session, TOUR, other, "trang-mot")  # not theirs
        presence.leave(session, TOUR, other, "trang-hai")
    with database.read() as session:
        assert [one.page for one in presence.people(session, TOUR)] == ["trang-mot"]
    monkeypatch.setattr(presence, "GONE_AFTER", dt.timedelta(0))
    with database.read() as session:
        assert presence.people(session, TOUR) == []


def test_one_person_is_shown_with_so_many_pages_and_no_more(database: Database, maker: str) -> None:
    with database.write() as session:
        for number in range(30):
            presence.tell(session, TOUR, maker, f"trang-{number:02}", None, "")
    with database.read() as session:
        assert sorted(one.page for one in presence.people(session, TOUR)) == [f"trang-{n:02}" for n in range(10, 30)]


def test_a_save_of_a_whole_document_is_told_to_others_as_what_it_changed(database: Database, maker: str) -> None:
    with database.write() as session:
        row = documents.get(session, TOUR)
        former, wanted = row.document, {**row.document, "start": "san", "scenes": row.document["scenes"][::-1]}
        documents.save(session, by(maker), row, wanted, 2)
    (saved,) = merge(database, maker, 2).others
    assert saved.changes[0]["ops"] == diff(former, wanted)
