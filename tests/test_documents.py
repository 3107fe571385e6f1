"""Tours in the studio: nothing saved is lost, nobody overwrites another's work, nobody sees what is not theirs."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from accounts.test_people import ACTOR, make
from sqlalchemy import event

from ispace import documents, journal, revisions
from ispace.accounts import people
from ispace.database import Database
from ispace.documents import Wanted
from ispace.errors import (
    RoleUnknownError,
    TourChangedError,
    TourDocumentError,
    TourIdTakenError,
    TourNotHereError,
    TourTitleError,
)
from ispace.journal import Actor, Filter
from ispace.model.text import sort_key

PLACE = {
    "id": "p",
    "names": [{"name": {"vi": "Núi Sam"}, "valid_to": "2025-06-30"}, {"name": {"vi": "Vĩnh Tế", "en": "Vĩnh Tế Ward"}}],
}


@pytest.fixture
def maker(database: Database) -> str:
    return make(database)


def tour(database: Database, maker: str, title: str = "Chùa cổ bên Núi Sam", **more: str) -> str:
    with database.write() as session:
        return documents.create(session, ACTOR, people.by_id(session, maker), title, **more).id


def save(database: Database, tour_id: str, revision: int, **changes: Any) -> None:
    with database.write() as session:
        row = documents.get(session, tour_id)
        documents.save(session, ACTOR, row, {**row.document, **changes}, revision)


def test_a_tour_is_called_after_its_title_and_never_as_another_one(database: Database, maker: str) -> None:
    assert [tour(database, maker) for _ in range(3)] == [f"chua-co-ben-nui-sam{end}" for end in ("", "-2", "-3")]
    assert tour(database, maker, "Assets") == "assets-2", "a name that the public store needs for itself"
    assert tour(database, maker, "Đền", name="den-tho") == "den-tho"
    for name in ("den-tho", "assets", "Đền", "../x", "x" * 81):
        with pytest.raises(TourIdTakenError):
            tour(database, maker, "Đền", name=name)


@pytest.mark.parametrize("title", ["", " \n", "\u200b", "x" * 201])
def test_a_title_is_needed(database: Database, maker: str, title: str) -> None:
    with pytest.raises(TourTitleError):
        tour(database, maker, title)


def test_every_state_that_was_saved_is_still_there(database: Database, maker: str) -> None:
    name = tour(database, maker)
    for number in range(1, 4):
        save(database, name, number, scenes=[{"title": {"vi": f"Cảnh {number}"}}] * number)
    save(database, name, 4)  # nothing changed
    with database.read() as session:
        assert [len(revisions.document(session, name, number)["scenes"]) for number in range(1, 5)] == [0, 1, 2, 3]
        assert [one.revision for one in revisions.before(session, name, None, 50)] == [4, 3, 2, 1]
        assert [one.revision for one in revisions.before(session, name, 3, 1)] == [2]
        assert revisions.document(session, name, 2)["scenes"] == [{"title": {"vi": "Cảnh 1"}}]
        for number in (0, 9):
            with pytest.raises(TourNotHereError):
                revisions.document(session, name, number)
        assert [r.action for r in journal.rows(session, Filter(subject=name))] == ["tour.save"] * 3 + ["tour.create"]


def test_of_two_who_save_at_once_the_second_is_told(database: Database, maker: str) -> None:
    name = tour(database, maker)
    told: list[Exception | None] = []
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        try:
            save(database, name, 1, scenes=[{}] * number)
        except TourChangedError as error:
            told.append(error)
        else:
            told.append(None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(None) == 1
    assert len(told) == 4
    with database.read() as session:
        assert documents.get(session, name).revision == 2


@pytest.mark.parametrize("document", [{}, {"id": "other", "title": {}}, {"id": "chua", "title": "Chùa"}])
def test_what_is_no_document_of_the_tour_is_not_saved(database: Database, maker: str, document: dict[str, Any]) -> None:
    name = tour(database, maker, "Chùa", name="chua")
    with pytest.raises(TourDocumentError), database.write() as session:
        documents.save(session, ACTOR, documents.get(session, name), document, 1)


@pytest.mark.parametrize(
    "odd", [{"scenes": 3}, {"scenes": [1, None, {"title": 4}]}, {"places": [{"name": "x"}]}, {"title": {"vi": 5}}]
)
def test_a_draft_may_hold_what_the_gate_would_refuse(database: Database, maker: str, odd: dict[str, Any]) -> None:
    name = tour(database, maker)
    save(database, name, 1, **odd)
    with database.read() as session:
        assert documents.get(session, name).document.items() >= odd.items()


def test_only_members_and_administrators_see_a_tour(database: Database, maker: str) -> None:
    name = tour(database, maker)
    other, admin = make(database, "b@b.vn"), make(database, "c@b.vn", role="admin")
    with database.read() as session:
        seen = {
            p: [t.id for t in documents.found(session, Wanted(people.by_id(session, p)))] for p in (maker, other, admin)
        }
    assert seen == {maker: [name], other: [], admin: [name]}
    with database.write() as session:
        documents.set_member(session, ACTOR, documents.get(session, name), other, "viewer")
        documents.set_member(session, ACTOR, documents.get(session, name), other, "viewer")
        assert documents.role_on(session, other, name) == "viewer"
        assert {p.id for p, _ in documents.members(session, name)} == {maker, other}
        assert len(journal.rows(session, Filter(action="tour.member"))) == 1
    with database.write() as session:
        documents.set_member(session, ACTOR, documents.get(session, name), other, None)
        assert documents.role_on(session, other, name) is None
        with pytest.raises(RoleUnknownError):
            documents.set_member(session, ACTOR, documents.get(session, name), other, "admin")


def test_tours_are_found_by_title_scene_and_place_without_accents(database: Database, maker: str) -> None:
    name = tour(database, maker)
    save(database, name, 1, scenes=[{"title": {"vi": "Chánh điện"}}], place="p", places=[PLACE])
    tour(database, maker, "100% lụa_Tân Châu")
    with database.read() as session:
        person = people.by_id(session, maker)
        for words, count in (
            ("nui sam", 1),
            ("ĐIỆN chùa", 1),
            ("vinh te", 1),
            ("100%", 1),
            ("lua_tan", 1),
            ("%", 1),
            ("x_y", 0),
        ):
            assert len(documents.found(session, Wanted(person, words))) == count, words
        assert documents.counts(session, Wanted(person)) == {"draft": 2}
        assert documents.found(session, Wanted(person, state="published")) == []


def test_what_was_put_away_comes_back_whole(database: Database, maker: str) -> None:
    name = tour(database, maker)
    with database.write() as session:
        documents.put_away(session, ACTOR, documents.get(session, name))
    with database.read() as session, pytest.raises(TourNotHereError):
        documents.get(session, name)
    assert tour(database, maker) != name, "its name is kept for it"
    with database.write() as session:
        assert documents.bring_back(session, ACTOR, name).revision == 1
        with pytest.raises(TourNotHereError):
            documents.bring_back(session, ACTOR, "khong-co")


def test_titles_sort_as_in_a_vietnamese_dictionary_on_every_database() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ", "mang"]
    words = ["an", "ăn", "ân", "da", "dê", "đa", "đen", "eo", "ê", *tones, "on", "ôn", "ơn", "un", "ưn"]
    assert sorted(set(words), key=sort_key) == words
    assert sorted(["Chùa 10", "Chùa Bà", "Chùa", "chua", "Chùa 2"], key=sort_key) == [
        "chua",
        "Chùa",
        "Chùa 10",
        "Chùa 2",
        "Chùa Bà",
    ]
    assert sort_key("Đền Hùng!").isalnum()


def test_lists_show_places_and_authors_without_reading_documents(database: Database, maker: str) -> None:
    name = tour(database, maker)
    save(database, name, 1, place="p", places=[PLACE])
    someone = make(database, "b@b.vn", name="Trần Văn Tám")
    with database.write() as session:
        row = documents.get(session, name)
        documents.save(session, Actor(someone, "Tám", "studio"), row, {**row.document, "start": "a"}, 2)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with database.read() as session:
        wanted = Wanted(people.by_id(session, maker))
        rows = documents.found(session, wanted)
        documents.counts(session, wanted)
        documents.members(session, name)
        assert documents.authors(session, rows) == {name: "Trần Văn Tám"}
    assert [row.place for row in rows] == [{"vi": "Vĩnh Tế", "en": "Vĩnh Tế Ward"}]
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 5, "as many for a page of tours as for one"
    assert not [sql for sql in asked if "document" in sql]
