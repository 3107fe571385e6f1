"""Asking for jobs and looking at them, without anybody who does them."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from jobs.office import KINDS, Office, kind
from sqlalchemy import delete, select

from ispace.database.work import JobRow, StageRow
from ispace.doctor import database as doctor
from ispace.errors import JobEndedError, JobKindUnknownError, JobNotEndedError, JobUnknownError
from ispace.jobs.jobs import Jobs
from ispace.settings import Settings


def test_asking_twice_at_the_same_moment_is_asking_once(office: Office) -> None:
    asked: list[str] = []
    threads = [threading.Thread(target=lambda: asked.append(office.ask("three", name="a"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 6
    assert len(set(asked)) == 1
    assert office.jobs.list().total == 1
    assert office.ask("three", name="b") not in asked
    # The same work for another tour is another job: it is looked for there.
    inputs = {"log": str(office.log), "name": "a"}
    assert office.jobs.enqueue("three", inputs, owner="p1", tour="chua-co") not in asked


def test_a_job_is_asked_for_in_the_transaction_of_what_needs_it_or_not_at_all(office: Office) -> None:
    with contextlib.suppress(RuntimeError), office.database.write() as session:
        office.jobs.enqueue("one", {"n": 1}, owner="p1", session=session)
        raise RuntimeError
    assert office.jobs.list().total == 0
    with office.database.write() as session:
        first = office.jobs.enqueue("one", {"n": 1}, owner="p1", session=session)
        second = office.jobs.enqueue("one", {"n": 2}, owner="p1", session=session)
        office.jobs.cancel(second, session=session)
    assert office.jobs.get(first).state == "waiting"
    assert office.jobs.get(second).state == "cancelled"


def test_what_does_not_exist_or_does_not_fit_the_state_is_refused(office: Office) -> None:
    with pytest.raises(JobKindUnknownError):
        office.ask("polish")
    for refused in (office.jobs.get, office.jobs.cancel, office.jobs.retry):
        with pytest.raises(JobUnknownError):
            refused("one-0")
    job = office.ask("one")
    with pytest.raises(JobNotEndedError):
        office.jobs.retry(job)
    office.jobs.cancel(job)
    office.jobs.cancel(job)
    assert office.jobs.get(job).state == "cancelled"
    with office.database.write() as session:
        session.get_one(JobRow, job).state = "done"
    with pytest.raises(JobEndedError):
        office.jobs.cancel(job)
    with pytest.raises(JobNotEndedError):
        office.jobs.retry(job)


def test_asking_again_for_what_was_cancelled_runs_it_again(office: Office) -> None:
    job = office.ask("three")
    office.jobs.cancel(job)
    assert office.ask("three") == job
    seen = office.jobs.get(job)
    assert seen.state == "waiting"
    assert [stage.state for stage in seen.stages] == ["waiting", "ahead", "ahead"]


def test_lists_are_by_owner_tour_and_state_with_the_newest_first(office: Office) -> None:
    mine = [office.ask("one", n=n) for n in range(5)]
    theirs = office.ask("one", owner="p2", n=9)
    office.jobs.cancel(mine[0])
    assert [job.id for job in office.jobs.list(owner="p2").jobs] == [theirs]
    assert [job.id for job in office.jobs.list(owner="p1", state="cancelled").jobs] == [mine[0]]
    assert office.jobs.list(state=["waiting", "running"]).total == 5
    assert office.jobs.list(tour="chua-co").total == 0
    shared = office.jobs.enqueue("one", {"n": 0}, owner="p3", tour="chua-co")
    assert [job.id for job in office.jobs.list(visible=("p2", ["chua-co"])).jobs] == [shared, theirs]
    assert {job.id for job in office.jobs.events(0, visible=("p3", [])).jobs} == {shared}
    first, last = office.jobs.list(owner="p1", page_size=2), office.jobs.list(owner="p1", page=3, page_size=2)
    assert (first.pages, first.total) == (3, 5)
    assert [job.id for job in (*first.jobs, *last.jobs)] == [mine[4], mine[3], mine[0]]


def test_a_reader_of_changes_who_comes_back_misses_none_and_gets_each_job_once(office: Office) -> None:
    jobs = [office.ask("one", n=n) for n in range(4)]
    first = office.jobs.events(0, limit=3)
    assert [job.id for job in first.jobs] == jobs[:3]
    office.jobs.cancel(jobs[0])
    office.jobs.cancel(jobs[3])
    rest = office.jobs.events(first.last)
    assert [(job.id, job.state) for job in rest.jobs] == [(jobs[0], "cancelled"), (jobs[3], "cancelled")]
    assert office.jobs.events(rest.last).jobs == ()
    assert office.jobs.events(rest.last).last == rest.last
    # What is of no interest moves the number on, too.
    office.ask("one", owner="p2")
    assert office.jobs.events(rest.last, owner="p1").last > rest.last


def test_people_take_turns_in_a_queue_and_the_urgent_go_first(office: Office) -> None:
    many = [office.ask("one", owner="p1", n=n) for n in range(5)]
    few = [office.ask("one", owner="p2", n=n) for n in range(5, 7)]
    inputs = {"log": str(office.log)}
    urgent = office.jobs.enqueue("one", inputs, owner="p1", priority="first")
    last = office.jobs.enqueue("one", inputs | {"n": 99}, owner="p3", priority="batch")
    place = {job.id: job.position for job in office.jobs.list().jobs}
    assert place[urgent] == 0
    assert place[few[1]] is not None
    assert place[many[2]] is not None
    assert place[few[1]] < place[many[2]]  # type: ignore[operator]
    assert place[last] == 8


def test_a_duration_is_estimated_from_what_was_measured_and_unknown_before(office: Office) -> None:
    def asked(size_bytes: int | None, n: int) -> str:
        return office.jobs.enqueue("one", {"n": n}, owner="p1", size_bytes=size_bytes)

    job, sized = asked(None, 100), asked(4000, 101)
    assert office.jobs.get(sized).remaining_s is None
    now = dt.datetime.now(dt.UTC)
    measured = [asked(1000, n) for n in range(3)]
    with office.database.write() as session:
        for row in session.scalars(select(StageRow).where(StageRow.job_id.in_(measured))):
            row.state, row.took_s, row.finished_at = "done", 10.0, now
    assert office.jobs.get(sized).remaining_s == 40
    assert office.jobs.get(job).remaining_s is None, "of one without size nothing like it was measured"
    with office.database.write() as session:
        running = session.scalars(select(StageRow).where(StageRow.job_id == sized)).one()
        running.state, running.started_at, running.progress = "running", now - dt.timedelta(seconds=60), 0.0
    assert office.jobs.get(sized).remaining_s is None, "it takes longer than all before it"
    with office.database.write() as session:
        session.scalars(select(StageRow).where(StageRow.job_id == sized)).one().progress = 0.5
    assert office.jobs.get(sized).remaining_s == pytest.approx(60, abs=5)


def test_a_kind_that_changed_begins_anew_when_a_failed_job_is_tried_again(office: Office) -> None:
    job = office.ask("three")
    with office.database.write() as session:
        first, second, _ = session.scalars(select(StageRow).order_by(StageRow.number))
        first.state, first.result, second.state = "done", "x", "failed"
        session.get_one(JobRow, job).state = "failed"
    office.jobs.retry(job)
    assert [stage.state for stage in office.jobs.get(job).stages] == ["done", "waiting", "ahead"]
    office.jobs.cancel(job)
    newer = Jobs(office.database, [*KINDS[1:], kind("three", "step=one", "step=last")])
    try:
        newer.retry(job)
        seen = newer.get(job)
    finally:
        newer.close()
    assert [(stage.name, stage.state) for stage in seen.stages] == [("one", "waiting"), ("last", "ahead")]


def test_stages_go_with_their_job(office: Office) -> None:
    job = office.ask("three")
    with office.database.write() as session:
        session.execute(delete(JobRow).where(JobRow.id == job))
    with office.database.read() as session:
        assert session.scalars(select(StageRow)).all() == []


def test_the_doctor_finds_jobs_that_nobody_does(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPACE_DATABASE", sqlite_office.settings()["ISPACE_DATABASE"])

    def found() -> tuple[bool, object]:
        check = next(check for check in doctor.run(Settings()) if check.name == "workers")
        return check.ok, check.params["waiting"]

    assert found() == (True, 0)
    sqlite_office.ask("one")
    assert found() == (False, 1)
