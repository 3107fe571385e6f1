"""What becomes of a stage, each step in one transaction: begun, further, done, failed, given back, taken over.

The row of a stage decides, not the queue: an attempt begins only while the row waits for that very attempt, and records
what came of it only while it holds the row's lease. So an attempt that runs twice, or wakes long after another took its
place, changes nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ispace.database import Database
from ispace.database.work import JobRow, StageRow, WorkerRow
from ispace.errors import JobPoisonError, StageBugError, StageDiedError
from ispace.jobs import clock
from ispace.jobs.failure import Failure
from ispace.jobs.numbers import next_change, next_turn, serve
from ispace.jobs.plan import Retry
from ispace.jobs.queueing import Queues

_LOG = logging.getLogger(__name__)

_RANKS = 10**8
"""So many turns fit below the next level."""
_LONGEST_TEXT = 200
_CROWDED_S = 5


@dataclasses.dataclass(frozen=True)
class Claim:
    """An attempt at a stage that may begin: what it works on, and the lease by which its outcome is recorded."""

    job: str
    stage: str
    function: str
    inputs: dict[str, Any]
    results: dict[str, Any]
    attempt: int
    lease: str


OnDone = Callable[[Session, JobRow, dict[str, Any]], None]
"""Told of each job that is done, with the results of its stages, in the transaction that makes it so: exactly once."""


class Ledger:
    """The states of stages and jobs. Every method raises ``DatabaseUnavailableError``."""

    def __init__(
        self,
        database: Database,
        queues: Queues,
        attempts: int,
        memory_at_once: int,
        on_done: OnDone = lambda *_: None,
    ) -> None:
        """A stage is begun ``attempts`` times; ``memory_at_once`` of those that need much run on one machine."""
        self._on_done = on_done
        self.database = database
        self.queues = queues
        self._attempts = attempts
        self._memory_at_once = memory_at_once

    def begin(self, job_id: str, number: int, workflow: str, worker: str) -> Claim | None:
        """Return what an attempt works on, ``None`` for one that nobody waits for any more."""
        with self.database.write() as session:
            change = next_change(session)
            stage = session.get(StageRow, (job_id, number))
            doing = session.get(WorkerRow, worker)
            if stage is None or stage.state != "waiting" or stage.workflow != workflow:
                return None
            if doing is None or doing.state != "alive":
                return None
            job = session.get_one(JobRow, job_id)
            if stage.queue == "memory" and self._crowded(session, doing.machine):
                self.again(session, stage, change, _CROWDED_S)
                stage.not_before = None  # it waits for room, as it did before; it has not failed
                return None
            now = clock.now(session)
            stage.state, stage.worker, stage.lease = "running", worker, secrets.token_hex(16)
            stage.attempts += 1
            stage.progress, stage.text, stage.not_before = 0.0, "", None
            stage.started_at, stage.finished_at = now, None
            job.state, job.change = "running", change
            job.error_code, job.error_params = None, None
            job.started_at = job.started_at or now
            serve(session, stage.queue, stage.level, stage.turn)
            results = {row.name: row.result for row in stages_of(session, job_id) if row.number < number}
            return Claim(job_id, stage.name, stage.function, job.inputs, results, stage.attempts, stage.lease)

    def tell(self, lease: str, share: float, text: str, details: Mapping[str, Any]) -> None:
        """Note how far an attempt is; one that lost its lease is not heard."""
        with self.database.write() as session:
            change = next_change(session)
            stage = _leased(session, lease)
            if stage is not None:
                stage.progress, stage.text = min(max(share, 0.0), 1.0), text[:_LONGEST_TEXT]
                stage.details = dict(details) or None
                session.get_one(JobRow, stage.job_id).change = change

    def finish(self, lease: str, result: Any, details: Mapping[str, Any]) -> bool:
        """Record a result and queue the next stage; say whether the lease still held."""
        with self.database.write() as session:
            change = next_change(session)
            stage = _leased(session, lease)
            if stage is None:
                return False
            job = session.get_one(JobRow, stage.job_id)
            now = clock.now(session)
            self._end(stage, "done", now)
            stage.progress, stage.text, stage.result, stage.details = 1.0, "", result, dict(details) or None
            stage.took_s = (now - stage.started_at).total_seconds() if stage.started_at else None
            job.change = change
            following = session.get(StageRow, (job.id, stage.number + 1))
            if following is not None:
                job.state = "waiting"
                put_in_queue(session, self.queues, job, following)
                return True
            results = {row.name: row.result for row in stages_of(session, job.id)}
            try:
                with session.begin_nested():
                    job.state, job.finished_at = "done", now
                    self._on_done(session, job, results)
            except Exception as error:  # a mistake of ours: the job is not done, and the next one has to be
                _LOG.exception("what follows from %s failed", job.id)
                bug = Failure.of(StageBugError(stage=stage.name, reason=f"{type(error).__name__}: {error}"[:200]))
                stage.state = "failed"
                job.state, job.finished_at = "failed", now
                job.error_code, job.error_params = bug.code, bug.params
            return True

    def fail(self, lease: str, failure: Failure, details: Mapping[str, Any]) -> bool:
        """Record a failure: tried again later where it may pass, else the end; say whether the lease still held."""
        with self.database.write() as session:
            change = next_change(session)
            stage = _leased(session, lease)
            if stage is None:
                return False
            stage.details = dict(details) or None
            self._failed(session, stage, change, failure)
            name, job_id, is_again = stage.name, stage.job_id, stage.state == "waiting"
        if is_again and not failure.died:  # not before it is recorded, which may take as long as the disk is full
            _LOG.warning("%s of %s is tried again: %s %s", name, job_id, failure.code, failure.params)
        return True

    def give_back(self, lease: str) -> bool:
        """Put a stage that was not its own fault interrupted back into its queue; it counts as not begun."""
        with self.database.write() as session:
            change = next_change(session)
            stage = _leased(session, lease)
            if stage is None:
                return False
            stage.attempts -= 1
            self.again(session, stage, change)
            return True

    def leases(self, worker: str) -> set[str]:
        """Return the leases that a worker still holds."""
        with self.database.read() as session:
            held = select(StageRow.lease).where(StageRow.worker == worker, StageRow.state == "running")
            return {lease for lease in session.scalars(held) if lease}

    def lose(self, session: Session, stage: StageRow, change: int, reason: str) -> None:
        """Give to somebody else what a dead worker was doing, or set it aside where that happened too often."""
        died = Failure.of(StageDiedError(stage=stage.name, reason=reason))
        self._failed(session, stage, change, died, at_once=True)

    def again(self, session: Session, stage: StageRow, change: int, wait_s: float = 0) -> None:
        """Queue a stage once more, at its old turn; what was queued before it will find that it came too late."""
        job = session.get_one(JobRow, stage.job_id)
        job.state, job.change = "waiting", change
        put_in_queue(session, self.queues, job, stage, wait_s=wait_s, old_turn=True)

    def _crowded(self, session: Session, machine: str) -> bool:
        """Say whether a machine has no room for another stage that needs much memory, whichever of its workers asks."""
        here = select(func.count()).select_from(StageRow).join(WorkerRow, WorkerRow.id == StageRow.worker)
        here = here.where(WorkerRow.machine == machine, StageRow.queue == "memory", StageRow.state == "running")
        return (session.scalar(here) or 0) >= self._memory_at_once

    def _failed(
        self, session: Session, stage: StageRow, change: int, failure: Failure, *, at_once: bool = False
    ) -> None:
        retry = Retry.from_json(stage.retry)
        most = retry.attempts or self._attempts
        if failure.is_for_room:  # however long it takes until somebody makes some
            stage.attempts = max(min(stage.attempts, most - 1), 1)
        job = session.get_one(JobRow, stage.job_id)
        if failure.may_pass and (failure.is_for_room or stage.attempts < most):
            self.again(session, stage, change, 0 if at_once else retry.wait_s(stage.attempts))
            if not failure.died:
                job.error_code, job.error_params = failure.code, failure.params
            return
        if failure.died:
            reason = str(failure.params.get("reason", ""))
            failure = dataclasses.replace(
                Failure.of(JobPoisonError(stage=stage.name, attempts=stage.attempts, reason=reason)), died=True
            )
        now = clock.now(session)
        self._end(stage, "failed", now)
        job.state, job.change, job.finished_at = "set-aside" if failure.died else "failed", change, now
        job.error_code, job.error_params = failure.code, failure.params

    @staticmethod
    def _end(stage: StageRow, state: str, now: dt.datetime) -> None:
        stage.state, stage.lease, stage.worker, stage.workflow = state, None, None, None
        stage.finished_at = now


def put_in_queue(
    session: Session, queues: Queues, job: JobRow, stage: StageRow, *, wait_s: float = 0, old_turn: bool = False
) -> None:
    """Queue a stage in this transaction, which must be one that took ``job.change`` as its number."""
    stage.state, stage.lease, stage.worker = "waiting", None, None
    stage.progress, stage.text = 0.0, ""
    stage.not_before = clock.now(session) + dt.timedelta(seconds=wait_s) if wait_s > 0 else None
    if not old_turn:
        stage.turn = next_turn(session, job.owner, stage.queue, stage.level)
    # No two attempts of any time share a name: a change puts a stage into its queue once.
    stage.workflow = f"{job.id}/{stage.number}/{job.change}"
    rank = stage.level * _RANKS + min(stage.turn, _RANKS - 1)
    queues.put(session, stage.queue, stage.workflow, rank, (job.id, stage.number), wait_s)


def stages_of(session: Session, job_id: str) -> list[StageRow]:
    """Return the stages of a job in their order."""
    return list(session.scalars(select(StageRow).where(StageRow.job_id == job_id).order_by(StageRow.number)))


def _leased(session: Session, lease: str) -> StageRow | None:
    return session.scalar(select(StageRow).where(StageRow.lease == lease, StageRow.state == "running"))
