"""Who lives and who does not: a worker's own heartbeat, and the work of dead ones given to others."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from ispace.database.work import JobRow, StageRow, WorkerRow
from ispace.jobs import clock, identity
from ispace.jobs.identity import Identity
from ispace.jobs.ledger import Ledger
from ispace.jobs.numbers import next_change

_LOG = logging.getLogger(__name__)

_AT_ONCE = 500
_TIDY_AFTER = dt.timedelta(days=1)


class Watch:
    """Keeps the table of workers for one of them. Every method raises ``DatabaseUnavailableError``."""

    def __init__(self, ledger: Ledger, me: Identity, queues: list[str], dead_after_s: float, keep_days: int) -> None:
        self._ledger = ledger
        self._me = me
        self._serves = queues
        self._dead_after = dt.timedelta(seconds=dead_after_s)
        self._keep = dt.timedelta(days=keep_days)
        self._listening_since = time.monotonic()
        self._unclaimed: set[str] = set()

    def enter(self) -> None:
        """Write the first beat, before looking for silent ones."""
        with self._ledger.database.write() as session:
            now = clock.now(session)
            me = self._me
            session.add(
                WorkerRow(
                    id=me.id,
                    host=me.host,
                    machine=me.machine,
                    pid=me.pid,
                    pid_started=me.pid_started,
                    state="alive",
                    queues=self._serves,
                    started_at=now,
                    seen_at=now,
                )
            )

    def beat(self) -> bool:
        """Say that we live; ``False`` where others took us for dead and have our work."""
        with self._ledger.database.write() as session:
            mine = update(WorkerRow).where(WorkerRow.id == self._me.id, WorkerRow.state == "alive")
            beaten = session.execute(mine.values(seen_at=clock.now(session)))
            return bool(cast("CursorResult[Any]", beaten).rowcount)

    def deaf(self) -> None:
        """Note that the database did not answer: others may have been unable to speak, so silence proves nothing."""
        self._listening_since = time.monotonic()

    def bury(self) -> int:
        """Give the work of dead workers to others; return how many there were."""
        dead = self._dead()
        for worker in dead:
            _LOG.warning("worker %s is dead; others do its work", worker)
            self._take_over(worker)
        return len(dead)

    def mend(self, active: set[str]) -> int:
        """Queue again what waits for an attempt that will never come; return how many there were.

        ``active`` are the attempts that this worker has in hand. What is queued and never runs should not be; an
        attempt can be lost between the queue and its beginning, where its worker dies or the database goes.
        """
        queues = self._ledger.queues
        mine = set(queues.held_by(self._me.id)) - active
        queues.drop(sorted(mine & self._unclaimed))  # held for two rounds, and nobody does it
        self._unclaimed = mine - self._unclaimed
        mended, after = 0, ""
        while True:
            with self._ledger.database.read() as session:
                alive = set(session.scalars(select(WorkerRow.id).where(WorkerRow.state == "alive")))
                waiting = session.execute(
                    select(StageRow.job_id, StageRow.number, StageRow.workflow)
                    .where(StageRow.state == "waiting", StageRow.job_id > after)
                    .order_by(StageRow.job_id)
                    .limit(_AT_ONCE)
                ).all()
            if not waiting:
                return mended
            after = waiting[-1].job_id
            lost = set(queues.lost([row.workflow for row in waiting if row.workflow], alive))
            for job_id, number, workflow in waiting:
                if workflow is None or workflow in lost:
                    mended += self._again(job_id, number, workflow)
            queues.drop(sorted(lost))

    def tidy(self) -> None:
        """Forget what nobody asks for any more: attempts after a day, jobs that ended long ago."""
        with self._ledger.database.write() as session:
            now = clock.now(session)
            session.execute(delete(JobRow).where(JobRow.finished_at < now - self._keep))
        self._ledger.queues.tidy((now - _TIDY_AFTER).isoformat())

    def leave(self) -> None:
        """Take our name from the table; what we held must have been given back."""
        with self._ledger.database.write() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == self._me.id, WorkerRow.state == "alive"))

    def _dead(self) -> list[str]:
        """Mark those who are dead and return them, with those whom somebody marked and did not bury."""
        with self._ledger.database.write() as session:
            now = clock.now(session)
            others = session.scalars(select(WorkerRow).where(WorkerRow.id != self._me.id)).all()
            heard_enough = time.monotonic() - self._listening_since >= self._dead_after.total_seconds()
            for worker in others:
                silent = heard_enough and now - worker.seen_at > self._dead_after
                if worker.state == "alive" and (
                    silent or identity.is_gone(worker.machine, worker.pid, worker.pid_started)
                ):
                    # Only while it has not been heard again: it may speak at this very moment.
                    session.execute(
                        update(WorkerRow)
                        .where(WorkerRow.id == worker.id, WorkerRow.seen_at == worker.seen_at)
                        .values(state="dead")
                    )
            session.expire_all()
            return list(
                session.scalars(select(WorkerRow.id).where(WorkerRow.id != self._me.id, WorkerRow.state == "dead"))
            )

    def _take_over(self, worker: str) -> None:
        """Each step can be done twice, and the name goes last: whoever dies here leaves the rest to the next."""
        with self._ledger.database.write() as session:
            for stage in self._held(session, worker):
                self._ledger.lose(session, stage, next_change(session), worker)
                session.flush()
        self._ledger.queues.drop(self._ledger.queues.held_by(worker))
        self.mend(set(self._ledger.queues.held_by(self._me.id)))
        with self._ledger.database.write() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker))

    @staticmethod
    def _held(session: Session, worker: str) -> list[StageRow]:
        held = select(StageRow).where(StageRow.worker == worker, StageRow.state == "running")
        next_change(session)  # nobody else changes them from here on
        return list(session.scalars(held))

    def _again(self, job_id: str, number: int, workflow: str | None) -> bool:
        with self._ledger.database.write() as session:
            change = next_change(session)
            stage = session.get(StageRow, (job_id, number))
            if stage is None or stage.state != "waiting" or stage.workflow != workflow:
                return False
            self._ledger.again(session, stage, change)
            return True
