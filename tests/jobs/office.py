"""A database with demo jobs and worker processes of its own, for tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ispace.database import Database
from ispace.jobs import queueing
from ispace.jobs.jobs import Jobs
from ispace.jobs.kinds import KINDS as REAL_KINDS
from ispace.jobs.plan import Kind, Queue, Retry, StagePlan
from ispace.jobs.view import Job

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
QUICK = Retry(first_s=0.2, factor=1)
_PATIENCE_S = 90
"""Nothing is judged by it: only how long a test waits before it says what did not happen."""


def kind(name: str, *functions: str, queue: Queue = "cpu") -> Kind:
    """Return a kind whose stages are functions of ``demo_stages``; ``function=name`` gives a stage its own name."""
    plans = []
    for function in functions:
        path, _, named = function.partition("=")
        plans.append(StagePlan(named or path, f"demo_stages:{path}", queue, QUICK))
    return Kind(name, tuple(plans))


KINDS = (
    kind("three", "step=one", "step=two", "step=three"),
    kind("one", "step"),
    kind("hungry", "step", queue="memory"),
    kind("crowded", "crowded"),
    *(kind(name, name) for name in ("burn", "poison", "unreachable", "unusable", "mistaken", "environment", "large")),
    kind("gone", "step=one", "no_longer"),
)


class Office:
    """Jobs, the workers that do them, and the side file in which stages note that they ran."""

    def __init__(self, database: Database, folder: Path) -> None:
        queueing.prepare(database)
        self.database = database
        self.jobs = Jobs(database, (*KINDS, *REAL_KINDS))
        self.log = folder / "log"
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []

    def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()
        self.jobs.close()

    def settings(self, **settings: object) -> dict[str, str]:
        """Return the environment of a worker that hurries."""
        quick = {
            "ISPACE_DATABASE": self.database.url.render_as_string(hide_password=False).replace("///", "", 1)
            if self.database.is_sqlite
            else self.database.url.set(drivername="postgresql").render_as_string(hide_password=False),
            "ISPACE_WORK_POLL_S": 0.15,
            "ISPACE_WORK_HEARTBEAT_S": 0.2,
            "ISPACE_WORK_DEAD_AFTER_S": 1,
            "ISPACE_WORK_FOLDER": self.folder / "work",
            "ISPACE_WORK_CPU": 2,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
        }
        return {name: str(value) for name, value in {**os.environ, **quick, **settings}.items()}

    def work(self, **settings: object) -> subprocess.Popen[bytes]:
        """Start a worker."""
        started = subprocess.Popen(
            (sys.executable, "-m", "ispace", "work"), env=self.settings(**settings), cwd=self.folder
        )
        self.workers.append(started)
        return started

    def ask(self, kind: str, owner: str = "p1", **inputs: Any) -> str:
        """Ask for a job of that kind."""
        return self.jobs.enqueue(kind, {"log": str(self.log), **inputs}, owner=owner)

    def notes(self) -> list[str]:
        """Return what stages noted."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until something is so, and return it."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if found := true():
                return found
            broken = [worker.returncode for worker in self.workers if (worker.poll() or 0) > 0]
            assert not broken, "a worker ended by a mistake of ours"
            time.sleep(0.1)
        states = [(job.id, job.state, [stage.state for stage in job.stages]) for job in self.jobs.list().jobs]
        raise AssertionError(f"never: {what}; {self.notes()[-20:]}; {states}")

    def ended(self, *jobs: str) -> Sequence[Job]:
        """Wait until jobs have ended, and return them."""

        def all_ended() -> Sequence[Job]:
            seen = [self.jobs.get(job) for job in jobs]
            return seen if all(job.state not in {"waiting", "running"} for job in seen) else ()

        return list(self.until(all_ended, f"{jobs} ended"))


@contextlib.contextmanager
def office(database: Database, folder: Path) -> Iterator[Office]:
    """Yield an office and end what it started."""
    made = Office(database, folder)
    try:
        yield made
    finally:
        made.close()


def alive(pid: int) -> bool:
    """Say whether a process runs."""
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def freeze(worker: subprocess.Popen[bytes]) -> None:
    """Stop a worker in the middle of everything."""
    worker.send_signal(signal.SIGSTOP)
