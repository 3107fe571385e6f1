"""What can be seen of jobs: values without behaviour, for pages, the API and the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Literal

JobState = Literal["waiting", "running", "done", "failed", "cancelled", "set-aside"]
"""``waiting`` also between two stages; ``set-aside``: it ended its worker too often, and a person has to look."""
StageState = Literal["ahead", "waiting", "running", "done", "failed", "cancelled"]

ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled", "set-aside"})


@dataclasses.dataclass(frozen=True)
class JobError:
    """Why a job ended, or waits to be tried again: a code and its parameters, said by ``errors`` of the texts."""

    code: str
    params: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class JobStage:
    """A stage of a job. ``progress`` is 0…1; ``retry_at`` says when one that may pass is tried again."""

    name: str
    state: StageState
    queue: str
    progress: float
    text: str
    attempts: int
    result: Any | None
    details: dict[str, Any]
    worker: str | None
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    retry_at: dt.datetime | None
    remaining_s: float | None
    """How long it will still run once it does, from how long others took; ``None`` where nothing is known."""


@dataclasses.dataclass(frozen=True)
class Job:
    """A job as it was at ``change``, the number of its last change among those of all jobs."""

    id: str
    kind: str
    inputs: dict[str, Any]
    owner: str
    tour: str | None
    priority: str
    state: JobState
    stages: tuple[JobStage, ...]
    error: JobError | None
    position: int | None
    """How many stages are before it in its queue (0: it is next); ``None`` for one that does not wait."""
    remaining_s: float | None
    """How long its stages will still run, without waiting for others; ``None`` where that of one is unknown."""
    change: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state not in ENDED

    @property
    def result(self) -> Any | None:
        """What the last stage returned, of a job that is done."""
        return self.stages[-1].result if self.state == "done" else None

    @property
    def progress(self) -> float:
        """How much of the stages is done, each counted the same, 0…1."""
        done = sum(1.0 if stage.state == "done" else stage.progress for stage in self.stages)
        return done / len(self.stages)


@dataclasses.dataclass(frozen=True)
class JobPage:
    """A page of a list, the newest job first; ``total`` counts all pages."""

    jobs: tuple[Job, ...]
    page: int
    pages: int
    total: int


@dataclasses.dataclass(frozen=True)
class JobChanges:
    """The jobs that changed after a number, each as it is now, oldest change first; ask again after ``last``."""

    jobs: tuple[Job, ...]
    last: int


@dataclasses.dataclass(frozen=True)
class WorkerSeen:
    """A worker process: ``silent_s`` is how long it has said nothing, by the database's clock."""

    id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    doing: tuple[tuple[str, str], ...]
    """The job and the name of each stage that it runs."""
    started_at: dt.datetime
    seen_at: dt.datetime
    silent_s: float


@dataclasses.dataclass(frozen=True)
class QueueSeen:
    """A queue: how many stages wait in it, and how many run."""

    name: str
    waiting: int
    running: int
