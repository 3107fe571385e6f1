"""Workers: what becomes of stages that are done, fail, may pass, are called off, and in which order they run."""

from __future__ import annotations

import logging
import re
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from jobs.office import KINDS, ROOT, Office, alive, kind
from sqlalchemy import select

from ispace.database import Database
from ispace.database.work import StageRow
from ispace.errors import DatabaseUnavailableError
from ispace.jobs.jobs import Jobs
from ispace.jobs.queueing import Queues
from ispace.jobs.worker import Worker
from ispace.settings import Settings

pytestmark = pytest.mark.slow


def test_each_stage_ends_as_it_should(office: Office) -> None:
    kinds = ("three", "unreachable", "unusable", "mistaken", "environment", "gone", "large", "poison")
    asked = [office.ask(name, good=3) for name in kinds]
    office.work(ISPACE_WORK_CPU=4, ISPACE_WORK_ATTEMPTS=3, AWS_SECRET_ACCESS_KEY="s", GITHUB_TOKEN="t")
    done = {job.kind: job for job in office.ended(*asked)}

    three = done["three"]
    assert three.state == "done"
    assert three.result == {"before": ["one", "two"], "name": "three"}
    assert [stage.details for stage in three.stages] == [{"seen": name} for name in ("one", "two", "three")]
    assert three.progress == 1
    assert three.started_at is not None
    assert three.finished_at is not None
    assert three.created_at <= three.started_at <= three.finished_at

    passed = done["unreachable"]
    assert (passed.state, passed.stages[0].attempts) == ("done", 3), "what may pass is tried again"
    for name, code, params in (
        ("unusable", "ANH-RONG", {"file": "chua.jpg"}),
        ("mistaken", "VIEC-LOI", {"stage": "mistaken", "reason": "RuntimeError: không ngờ tới"}),
        ("gone", "VIEC-MA", {"function": "demo_stages:no_longer"}),
    ):
        job = done[name]
        assert job.error is not None
        assert (job.state, job.error.code, job.error.params) == ("failed", code, params)
        assert job.stages[-1].attempts == 1, "what cannot pass is not tried again"
    assert done["large"].state == "failed"
    assert done["unusable"].stages[0].details == {"report": "stitched/x.json"}, "a report is kept of what failed"

    poison = done["poison"]
    assert poison.error is not None
    assert (poison.state, poison.error.code) == ("set-aside", "VIEC-DE-RIENG")
    assert poison.error.params == {"stage": "poison", "attempts": 3, "reason": "SIGKILL"}
    assert office.notes().count("- poison") == 3

    known = done["environment"].result
    assert isinstance(known, list)
    assert "AWS_SECRET_ACCESS_KEY" in known, "a stage opens the stores"
    assert not {"GITHUB_TOKEN", "ISPACE_DATABASE"} & set(known), "and knows nothing else"
    assert list((office.folder / "work").iterdir()) == []


def test_a_stage_waits_for_room_on_the_disk_however_long_that_takes_and_says_so(sqlite_office: Office) -> None:
    office = sqlite_office
    room = office.folder / "room"
    job = office.ask("crowded", room=str(room))
    office.work(ISPACE_WORK_ATTEMPTS=2)
    office.until(lambda: len(office.notes()) >= 4, "it was begun more often than what fails")
    waiting = office.until(lambda: (seen := office.jobs.get(job)).state == "waiting" and seen, "it waits")
    assert waiting.error is not None
    assert waiting.error.code == "KHO-DAY"
    room.touch()
    seen = office.ended(job)[0]
    assert (seen.state, seen.result, seen.error) == ("done", "written", None)
    assert seen.stages[0].attempts <= 2


def test_a_worker_ends_although_a_thread_still_waits_for_a_database_that_is_away() -> None:
    program = """
import threading
from ispace.cli import working
working.Worker.run = lambda self, stop: threading.Thread(target=threading.Event().wait).start() or "asked"
working.work()
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False).returncode == 0


def test_an_outage_of_the_database_is_one_line_in_the_log_and_its_end_another(
    sqlite_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(sqlite_office.database, Settings())
    away = DatabaseUnavailableError(database="x", reason="refused")
    for _ in range(3):
        worker._say_once("the heartbeat was not heard", away)
    worker._heard()
    worker._heard()
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        "the heartbeat was not heard",
        "the database answers again",
    ]
    for said in ("Exception: (psycopg.OperationalError) x", "Notification listener error: Connection refused"):
        assert not worker._is_worth_saying(logging.LogRecord("dbos", logging.WARNING, "", 1, said, None, None))


def test_queues_tell_of_a_database_that_is_away_as_everything_does() -> None:
    queues = Queues(Database("postgresql://ispace:x@127.0.0.1:1/x"))
    asks: list[Callable[[], object]] = [
        lambda: queues.held_by("x"),
        lambda: queues.lost(["x"], set()),
        lambda: queues.drop(["x"]),
        lambda: queues.tidy("2026-01-01T00:00:00+00:00"),
    ]
    for ask in asks:
        with pytest.raises(DatabaseUnavailableError):
            ask()
    queues.close()


def test_what_is_cancelled_ends_at_once_with_all_it_started(sqlite_office: Office) -> None:
    office = sqlite_office
    office.work()
    for deaf in (False, True):
        job = office.ask("burn", deaf=deaf, n=int(deaf))
        pid, folder = office.until(
            lambda job=job: (
                office.jobs.get(job).state == "running"
                and re.findall(r"pid (\d+) (\S+)", "\n".join(office.notes()))[-1:]
            ),
            "it burns",
        )[0]
        office.jobs.cancel(job)
        office.until(lambda pid=pid: not alive(int(pid)), "its process is gone")
        office.until(lambda folder=folder: not (office.folder / "work" / folder).exists(), "its files are gone")
        seen = office.jobs.get(job)
        assert (seen.state, seen.error) == ("cancelled", None)
        assert seen.stages[0].state == "cancelled"
    waiting = office.ask("three")
    assert office.ended(waiting)[0].state == "done", "the worker has its hands free"


def test_people_take_turns_and_one_alone_has_all(sqlite_office: Office) -> None:
    office = sqlite_office
    many = [office.ask("one", owner="p1", name=f"many{n}", seconds=0.02) for n in range(6)]
    few = [office.ask("one", owner="p2", name=f"few{n}", seconds=0.02) for n in range(2)]
    urgent = office.jobs.enqueue("one", {"log": str(office.log), "name": "urgent"}, owner="p1", priority="first")
    office.work(ISPACE_WORK_CPU=1)
    office.ended(*many, *few, urgent)
    begun = [line.split()[0] for line in office.notes() if "begin" in line]
    assert begun[0] == "urgent", "a preview goes before a batch that waited longer"
    assert begun.index("few1") < begun.index("many2"), "who has few does not wait for who has many"
    assert [name for name in begun if name.startswith("many")] == [f"many{n}" for n in range(6)]


def test_a_worker_that_is_asked_to_end_gives_back_what_it_does(sqlite_office: Office) -> None:
    office = sqlite_office
    job = office.ask("one", seconds=1.5)
    worker = office.work()
    office.until(lambda: office.jobs.get(job).state == "running", "it runs")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait() == 0
    seen = office.jobs.get(job)
    assert (seen.state, seen.stages[0].attempts) == ("waiting", 0), "it does not count as begun"
    assert office.jobs.workers() == []
    office.work()
    assert office.ended(job)[0].state == "done"


def test_jobs_asked_for_by_older_code_run_as_they_were_asked_for(sqlite_office: Office) -> None:
    office = sqlite_office
    older = Jobs(office.database, [kind("cut", "old=cut", "step=check")])
    try:
        job = older.enqueue("cut", {"log": str(office.log)}, owner="p1")
    finally:
        older.close()
    newer = Jobs(office.database, [*KINDS, kind("cut", "step=check", "step=cut", "step=more")])
    office.work()
    done = office.ended(job)[0]
    assert (done.state, [stage.name for stage in done.stages]) == ("done", ["cut", "check"])
    assert newer.enqueue("cut", {"log": str(office.log)}, owner="p1") == job
    assert newer.get(job).stages[0].result == "old", "what is done is not done again"
    newer.close()


def test_what_was_lost_between_queue_and_beginning_is_queued_again(sqlite_office: Office) -> None:
    office = sqlite_office
    job = office.ask("one")
    with office.database.write() as session:
        session.scalars(select(StageRow)).one().workflow = f"{job}/0/none"
    office.work()
    assert office.ended(job)[0].state == "done"
    assert len(office.notes()) == 2


def test_a_machine_stitches_one_set_at_a_time_however_many_workers_it_has(sqlite_office: Office) -> None:
    office = sqlite_office
    jobs = [office.ask("hungry", name=f"h{n}", seconds=0.6) for n in range(2)]
    office.work()
    office.work()
    assert [job.state for job in office.ended(*jobs)] == ["done", "done"]
    assert [line.split()[1] for line in office.notes()] == ["begin", "end"] * 2, "one after the other"
