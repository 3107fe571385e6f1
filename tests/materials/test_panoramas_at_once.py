"""Levels of panoramas, asked for and called off, also by two at once: on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from materials.test_panoramas import TOUR, document, finish, make_tour, save

from ispace import documents
from ispace.database import Database
from ispace.database.pictures import FileRow, PanoramaRow
from ispace.jobs import queueing
from ispace.jobs.jobs import Jobs
from ispace.jobs.kinds import KINDS
from ispace.pictures import panoramas


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    queueing.prepare(database)
    make_tour(database)
    with closing(Jobs(database, KINDS)) as made:
        yield made


def test_another_level_is_asked_for_once_and_called_off_when_no_scene_has_it_any_more(
    database: Database, jobs: Jobs
) -> None:
    finish(database, jobs, "Cổng.jpg")
    plain = document(database)
    levelled = plain | {"scenes": [plain["scenes"][0] | {"level": {"pitch_deg": 1.5, "roll_deg": 0}}]}
    (job,) = save(database, jobs, levelled)
    assert save(database, jobs, levelled) == []
    assert jobs.get(job).inputs["level"] == {"pitch_deg": 1.5, "roll_deg": 0}
    assert jobs.get(job).priority == "first", "somebody looks at it"
    save(database, jobs, plain)
    assert jobs.get(job).state == "cancelled"
    assert save(database, jobs, levelled) == [job]
    assert jobs.get(job).state == "waiting"
    finish(database, jobs, "Cổng.jpg", job_id=job)
    save(database, jobs, plain)
    with database.read() as session:
        ready = {panorama.recipe: panorama.tile_set is not None for panorama, _ in panoramas.of_tour(session, TOUR)}
    assert ready == {"{}": True, '{"level":{"pitch_deg":1.5,"roll_deg":0}}': True}, "what is ready is kept for an undo"
    assert len(document(database)["scenes"]) == 1


def test_of_two_who_ask_for_the_same_at_once_one_asks(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg")
    plain, failed = document(database), []
    file = plain["scenes"][0]["panorama"]["file"]

    def ask(level: int, together: threading.Barrier) -> None:
        together.wait()
        scene = plain["scenes"][0] | {"level": {"pitch_deg": level}}
        media = [{"id": "a", "kind": "image", "file": file}]
        try:
            with database.write() as session:
                panoramas.ensure(session, jobs, "p1", TOUR, plain | {"scenes": [scene], "media": media})
        except Exception as error:
            failed.append(error)

    for level in range(8):
        together = threading.Barrier(3)
        threads = [threading.Thread(target=ask, args=(level, together)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert {job.state for job in jobs.list().jobs if job.inputs.get("level", {}).get("pitch_deg") != 7} == {
        "cancelled",
        "waiting",  # the picture for cards
    }


def test_with_its_tour_all_of_it_goes(database: Database, jobs: Jobs) -> None:
    finish(database, jobs, "Cổng.jpg")
    with database.write() as session:
        session.delete(documents.get(session, TOUR))
    with database.read() as session:
        assert session.query(FileRow).count() + session.query(PanoramaRow).count() == 0
