"""Groups in the database: found anew as files come, never against what a person decided. On both databases."""

from __future__ import annotations

from typing import Any

import pytest
from accounts.test_people import ACTOR, make
from materials.test_sorting import panorama, photo

from ispace import documents, journal
from ispace.accounts import people
from ispace.database import Database
from ispace.database.materials import MaterialRow
from ispace.errors import GroupBusyError, GroupUnknownError, GroupUnsuitableError, PictureNotPanoramaError
from ispace.journal import Filter
from ispace.materials import groups, shelf
from ispace.materials.look import Look
from ispace.materials.sorting import Seen

TOUR = "chua-co"
IDLE = lambda _: False  # noqa: E731
BUSY = lambda _: True  # noqa: E731


@pytest.fixture(autouse=True)
def _tour(database: Database) -> None:
    maker = make(database)
    with database.write() as session:
        documents.create(session, ACTOR, people.by_id(session, maker), "Chùa cổ", name=TOUR)


def arrive(database: Database, *seen: Seen) -> int:
    new = 0
    for one in seen:
        with database.write() as session:
            look = Look(one.kind, one.info, has_glance=True)
            new += len(
                shelf.put(
                    session,
                    upload_id=one.id,
                    tour_id=TOUR,
                    name=one.name,
                    folder=one.folder,
                    size_bytes=1000,
                    sha256=one.id * 16,
                    sent_by="p1",
                    look=look,
                )
            )
    return new


def found(database: Database) -> dict[str, tuple[str, str, int]]:
    with database.read() as session:
        return {row.id: (row.kind, row.state, len(files)) for row, files in shelf.of_tour(session, TOUR)}


class Asked:
    """Takes note of the jobs that are asked for."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, _session: object, kind: str, inputs: dict[str, Any], _size: int) -> str:
        self.jobs.append((kind, inputs))
        return f"{kind}-{len(self.jobs)}"


def only(database: Database, kind: str = "photos") -> str:
    return next(name for name, (k, _, _) in found(database).items() if k == kind)


def test_a_set_grows_while_its_photos_come_and_looking_twice_changes_nothing(database: Database) -> None:
    yard = [photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5)]
    arrive(database, *yard[:3])
    arrive(database, *yard[3:])
    assert list(found(database).values()) == [("photos", "found", 5)]
    assert arrive(database, yard[2]) == 0
    assert list(found(database).values()) == [("photos", "found", 5)]


def test_what_was_confirmed_stays_as_it_is_when_more_files_come(database: Database) -> None:
    arrive(database, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5)])
    asked, name = Asked(), only(database)
    with database.write() as session:
        groups.confirm(session, ACTOR, *groups.get(session, TOUR, name), asked)
    arrive(database, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5, 9)])
    assert sorted(found(database).values()) == [("photos", "confirmed", 5), ("photos", "found", 4)]
    assert [kind for kind, _ in asked.jobs] == ["stitch-set"]
    assert len(asked.jobs[0][1]["photos"]) == 5
    assert asked.jobs[0][1]["photos"][0]["key"].startswith("originals/")
    with database.read() as session:
        (row,) = journal.rows(session, Filter(action="material.confirm"))
        assert row.after["files"][0] == "IMG_0000.jpg"


def test_files_are_moved_into_a_set_or_made_panoramas_and_what_changed_is_asked_about_anew(database: Database) -> None:
    arrive(database, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5)])
    stray = photo("IMG_0900.jpg", "DCIM/100MEDIA", 9000)
    arrive(database, stray, panorama("P.jpg"))
    yard, media = only(database), only(database, "media")
    asked = Asked()
    with database.write() as session:
        groups.confirm(session, ACTOR, *groups.get(session, TOUR, yard), asked)
    with database.write() as session:
        row, files = groups.get(session, TOUR, media)
        groups.move(session, ACTOR, row, files, yard, IDLE)
    assert found(database)[yard] == ("photos", "found", 6)
    assert media not in found(database)
    with database.write() as session:
        row, files = groups.get(session, TOUR, yard)
        with pytest.raises(PictureNotPanoramaError):  # its work would fail, and nothing could help it there
            groups.move(session, ACTOR, row, files, "panorama", IDLE)
    with database.write() as session:
        row, files = groups.get(session, TOUR, yard)
        files[0].info = {**(files[0].info or {}), "width_px": 12_000}  # a strip
        groups.move(session, ACTOR, row, files[:1], "panorama", IDLE)
    assert sorted(found(database).values()) == [
        ("panorama", "found", 1),
        ("panorama", "found", 1),
        ("photos", "found", 5),
    ]
    with database.read() as session:
        assert {file.kind for file in session.query(MaterialRow)} == {"panorama", "photo"}


def test_a_set_is_split_and_files_are_removed(database: Database) -> None:
    arrive(database, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(6)])
    name = only(database)
    with database.write() as session:
        row, files = groups.get(session, TOUR, name)
        groups.move(session, ACTOR, row, files[:3], "new-photos", IDLE)
    assert sorted(found(database).values()) == [("photos", "found", 3)] * 2
    with database.write() as session:
        row, files = groups.get(session, TOUR, name)
        groups.remove(session, ACTOR, row, files, IDLE)
    assert sorted(found(database).values()) == [("photos", "found", 3)]
    with pytest.raises(GroupUnknownError), database.read() as session:
        groups.get(session, TOUR, name)
    arrive(database, photo("IMG_0100.jpg", "Sân chùa", 400))
    assert sum(count for _, _, count in found(database).values()) == 4, "what was removed stays away"


def test_while_work_is_under_way_nothing_is_changed(database: Database) -> None:
    arrive(database, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5)])
    name = only(database)
    with database.write() as session:
        groups.confirm(session, ACTOR, *groups.get(session, TOUR, name), Asked())
    with database.write() as session:
        row, files = groups.get(session, TOUR, name)
        with pytest.raises(GroupBusyError):
            groups.move(session, ACTOR, row, files[:2], "new-photos", BUSY)
        with pytest.raises(GroupBusyError):
            groups.remove(session, ACTOR, row, files[:2], BUSY)
    assert list(found(database).values()) == [("photos", "confirmed", 5)]


def test_what_cannot_be_made_into_anything_is_refused(database: Database) -> None:
    arrive(database, Seen("m", "phim.mp4", "", "medium", None), Seen("u", "x.jpg", "", "unusable", None))
    with pytest.raises(GroupUnsuitableError), database.write() as session:
        groups.confirm(session, ACTOR, *groups.get(session, TOUR, only(database, "unusable")), Asked())
    refused = {"new-photos": GroupUnsuitableError, "panorama": GroupUnsuitableError, "khong-co": GroupUnknownError}
    for to, error in refused.items():
        with database.write() as session:
            row, files = groups.get(session, TOUR, only(database, "media"))
            with pytest.raises(error):
                groups.move(session, ACTOR, row, files, to, IDLE)
    with pytest.raises(GroupUnknownError), database.read() as session:
        groups.get(session, "tour-khac", only(database, "media"))
