"""kill -9 at any moment: nothing is lost, and no stage that was finished is done again."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from jobs.office import Office, alive, freeze
from sqlalchemy import select

from ispace.database.library import MediumRow

pytestmark = pytest.mark.slow

_ASKING = """
import sys
from ispace.database import Database
from ispace.database.library import MediumRow
from ispace.database.schema import now
from ispace.jobs.jobs import Jobs
from ispace.jobs.plan import Kind, StagePlan

url, log, first = sys.argv[1:]
database = Database(url)
jobs = Jobs(database, [Kind("one", (StagePlan("one", "demo_stages:step", "cpu"),))])
for n in range(int(first), int(first) + 1000):
    with database.write() as session:
        row = MediumRow(id=f"m{n}", document={}, folded="", sort_key="", revision=1, changed_at=now())
        session.add(row)
        inputs = {"log": log, "name": f"m{n}", "seconds": 0}
        row.changed_by = jobs.enqueue("one", inputs, owner="p", session=session)[-8:]
    print("asked", flush=True)
"""


def _begun(office: Office) -> Counter[tuple[str, str]]:
    return Counter((name, stage) for name, stage in re.findall(r"(\S+) begin (\S+)", "\n".join(office.notes())))


def _done(office: Office, jobs: dict[str, str]) -> set[tuple[str, str]]:
    return {
        (name, stage.name)
        for job, name in jobs.items()
        for stage in office.jobs.get(job).stages
        if stage.state == "done"
    }


def test_a_killed_worker_loses_nothing_and_nothing_finished_is_repeated(office: Office) -> None:
    chance = random.Random(8)
    jobs = {office.ask("three", name=f"j{n}", seconds=0.4): f"j{n}" for n in range(3)}
    finished: dict[tuple[str, str], int] = {}
    for _ in range(2):
        worker = office.work(ISPACE_WORK_ATTEMPTS=50)
        before = len(office.notes())
        office.until(lambda before=before: len(office.notes()) > before, "it has begun")
        time.sleep(chance.uniform(0, 0.8))
        worker.kill()
        worker.wait()
        # What is finished now was done so many times, and must never be done again.
        begun = _begun(office)
        for stage in _done(office, jobs):
            assert finished.setdefault(stage, begun[stage]) == begun[stage]
    office.work(ISPACE_WORK_ATTEMPTS=50)
    assert [job.state for job in office.ended(*jobs)] == ["done"] * 3
    begun = _begun(office)
    assert set(begun) == {(name, stage) for name in jobs.values() for stage in ("one", "two", "three")}
    assert {stage: begun[stage] for stage in finished} == finished
    office.until(lambda: not list((office.folder / "work").iterdir()), "what the killed left behind is removed")


def test_of_two_workers_one_dies_and_the_other_does_its_jobs(office: Office) -> None:
    first = office.work(ISPACE_WORK_CPU=1)
    burning = office.ask("burn")
    pid = int(office.until(lambda: re.findall(r"pid (\d+)", "\n".join(office.notes())), "it burns")[0])
    office.work(ISPACE_WORK_CPU=3)
    office.until(lambda: len(office.jobs.workers()) == 2, "there are two")
    first.kill()
    office.until(lambda: not alive(pid), "no stage outlives its worker")
    office.until(lambda: len(re.findall(r"pid (\d+)", "\n".join(office.notes()))) == 2, "the other goes on with it")
    office.until(lambda: len(office.jobs.workers()) == 1, "the dead one is known no more")
    assert office.jobs.get(burning).stages[0].attempts == 2
    office.jobs.cancel(burning)


def test_a_worker_that_wakes_after_its_jobs_were_taken_does_no_harm(office: Office) -> None:
    frozen = office.work(ISPACE_WORK_CPU=1)
    job = office.ask("one", seconds=1.0)
    office.until(lambda: office.jobs.get(job).state == "running", "it runs")
    freeze(frozen)
    other = office.work()
    done = office.ended(job)[0]
    assert (done.state, done.stages[0].attempts) == ("done", 2)
    finished_at = done.finished_at
    frozen.send_signal(signal.SIGCONT)
    office.until(lambda: len(office.jobs.workers()) == 2, "it takes part again, under a new name")
    assert frozen.poll() is None
    other.terminate()
    other.wait()
    again = office.jobs.get(job)
    assert (again.finished_at, again.stages[0].attempts) == (finished_at, 2), "its late result is not heard"
    assert office.ended(office.ask("one", name="new"))[0].state == "done"


def test_a_job_that_kills_its_workers_is_set_aside(office: Office) -> None:
    job = office.ask("poison", worker=True)
    for _ in range(2):
        worker = office.work(ISPACE_WORK_ATTEMPTS=2)
        assert worker.wait() == -signal.SIGKILL
    office.work(ISPACE_WORK_ATTEMPTS=2)
    seen = office.ended(job)[0]
    assert seen.error is not None
    assert (seen.state, seen.error.code, seen.error.params["attempts"]) == ("set-aside", "VIEC-DE-RIENG", 2)
    assert office.ended(office.ask("one"))[0].state == "done", "the others go on"


def test_who_is_killed_while_asking_leaves_document_and_job_or_neither(office: Office) -> None:
    chance = random.Random(3)
    environment = office.settings()
    for number in range(3):
        asking = subprocess.Popen(
            (sys.executable, "-c", _ASKING, environment["ISPACE_DATABASE"], str(office.log), str(number * 1000)),
            env=environment,
            stdout=subprocess.PIPE,
        )
        assert asking.stdout is not None
        assert asking.stdout.readline() == b"asked\n"
        time.sleep(chance.uniform(0.01, 0.12))
        asking.kill()
        asking.wait()
        asking.stdout.close()
    with office.database.read() as session:
        rows = {row.id: row.changed_by for row in session.scalars(select(MediumRow))}
    jobs = {job.inputs["name"]: job.id for job in office.jobs.list(page_size=1000).jobs}
    assert {name: job[-8:] for name, job in jobs.items()} == rows
    assert rows
    few = list(jobs.items())[-3:]
    for _, job in list(jobs.items())[:-3]:
        office.jobs.cancel(job)
    office.work()
    office.ended(*(job for _, job in few))
    assert sorted(line.split()[0] for line in office.notes() if "end" in line.split()) == sorted(n for n, _ in few)
