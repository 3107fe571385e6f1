"""What those do with jobs who ask for them: put in, call off, try again, look. Nothing here does the work itself."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from ispace import digest
from ispace.database import Database
from ispace.database.work import JobRow, NumberRow, StageRow, WorkerRow
from ispace.errors import JobEndedError, JobKindUnknownError, JobNotEndedError, JobUnknownError
from ispace.jobs import clock, queueing
from ispace.jobs.estimates import Measured, total_s
from ispace.jobs.ledger import put_in_queue, stages_of
from ispace.jobs.numbers import next_change
from ispace.jobs.plan import LEVELS, QUEUES, Kind, Priority, StagePlan
from ispace.jobs.view import Job, JobChanges, JobError, JobPage, JobStage, JobState, QueueSeen, WorkerSeen

Visible = tuple[str, Sequence[str]]
"""A person and tours: the jobs that this person asked for, or that belong to one of these tours."""

_PAGE = 50
_CHANGES_AT_ONCE = 200
_PRIORITIES = {level: name for name, level in LEVELS.items()}
_AGAIN = frozenset({"failed", "cancelled", "set-aside"})


class Jobs:
    """The jobs of a database; safe to share between threads. ``session`` is one of ``Database.write``: what is done
    with it happens with all else in that transaction, or not at all.
    """

    def __init__(self, database: Database, kinds: Iterable[Kind]) -> None:
        """Nothing is asked of the database yet; ``queueing.prepare`` must have been run on it once."""
        self._database = database
        self._kinds = {kind.name: kind for kind in kinds}
        self._queues = queueing.Queues(database)

    def close(self) -> None:
        """Give the connections back."""
        self._queues.close()

    def enqueue(
        self,
        kind: str,
        inputs: dict[str, Any],
        *,
        owner: str,
        tour: str | None = None,
        priority: Priority | None = None,
        size_bytes: int | None = None,
        session: Session | None = None,
    ) -> str:
        """Ask for a job and return its id, which is made of kind, inputs and tour: asking twice is asking once.

        Asked for again after it failed, was cancelled or set aside, it runs again, from the stage that is not done.
        ``size_bytes`` is how much there is to do, for estimates.

        Raises:
            JobKindUnknownError: there is no such kind.
        """
        plan = self._kinds.get(kind)
        if plan is None:
            raise JobKindUnknownError(kind=kind)
        job_id = f"{kind}-{digest.of_work(kind, 1, inputs, tour)}"
        with self._writing(session) as writing:
            change = next_change(writing)
            job = writing.get(JobRow, job_id, populate_existing=True)
            if job is not None:
                if job.state in _AGAIN:
                    self._run_again(writing, job, change)
                return job_id
            level = LEVELS[priority or plan.priority]
            job = JobRow(
                id=job_id,
                kind=kind,
                inputs=inputs,
                owner=owner,
                tour=tour,
                size_bytes=size_bytes,
                level=level,
                state="waiting",
                change=change,
                created_at=clock.now(writing),
            )
            writing.add(job)
            writing.flush()
            self._begin_with(writing, job, plan.stages)
        return job_id

    def cancel(self, job_id: str, *, session: Session | None = None) -> None:
        """Call a job off: what waits never begins, what runs is ended at once, what is done stays.

        Raises:
            JobUnknownError: there is none.
            JobEndedError: it has ended by itself; one that was cancelled before stays so.
        """
        with self._writing(session) as writing:
            change = next_change(writing)
            job = _job(writing, job_id)
            if job.state == "cancelled":
                return
            if job.state not in {"waiting", "running"}:
                raise JobEndedError(job=job_id)
            now = clock.now(writing)
            for stage in stages_of(writing, job_id):
                if stage.state in {"waiting", "running"}:
                    # Without its lease an attempt records nothing, and its worker ends it when it sees that.
                    stage.state, stage.lease, stage.workflow, stage.worker = "cancelled", None, None, None
                    stage.finished_at = now
            job.state, job.change, job.finished_at = "cancelled", change, now
            job.error_code, job.error_params = None, None

    def retry(self, job_id: str, *, session: Session | None = None) -> None:
        """Run a job again that failed, was cancelled or set aside, from the stage that is not done.

        Raises:
            JobUnknownError: there is none.
            JobNotEndedError: it waits, runs or is done.
        """
        with self._writing(session) as writing:
            change = next_change(writing)
            job = _job(writing, job_id)
            if job.state not in _AGAIN:
                raise JobNotEndedError(job=job_id)
            self._run_again(writing, job, change)

    def get(self, job_id: str) -> Job:
        """Return a job; raises ``JobUnknownError``."""
        with self._database.read() as session:
            return self._seen(session, [_job(session, job_id)])[0]

    def some(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """Return jobs by their ids; those that were tidied away are left out."""
        with self._database.read() as session:
            rows = session.scalars(select(JobRow).where(JobRow.id.in_(set(job_ids)))).all()
            return {job.id: job for job in self._seen(session, rows)}

    def list(
        self,
        *,
        owner: str | None = None,
        tour: str | None = None,
        state: JobState | Sequence[JobState] | None = None,
        visible: Visible | None = None,
        kinds: Sequence[str] | None = None,
        without: Sequence[str] = (),
        page: int = 1,
        page_size: int = _PAGE,
    ) -> JobPage:
        """Return a page (from 1) of the jobs that fit all of what is given, the newest first.

        ``kinds``: only of these; ``without``: of all but these.
        """
        states = [state] if isinstance(state, str) else list(state or [])
        fitting = _fitting(select(JobRow), owner, tour, visible)
        if states:
            fitting = fitting.where(JobRow.state.in_(states))
        if kinds is not None:
            fitting = fitting.where(JobRow.kind.in_(kinds))
        if without:
            fitting = fitting.where(JobRow.kind.not_in(without))
        with self._database.read() as session:
            total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
            newest = fitting.order_by(JobRow.created_at.desc(), JobRow.id)
            rows = session.scalars(newest.limit(page_size).offset((max(page, 1) - 1) * page_size))
            jobs = self._seen(session, rows.all())
        return JobPage(tuple(jobs), max(page, 1), max(-(-total // page_size), 1), total)

    def events(
        self,
        after: int,
        *,
        owner: str | None = None,
        tour: str | None = None,
        visible: Visible | None = None,
        limit: int = _CHANGES_AT_ONCE,
    ) -> JobChanges:
        """Return the jobs that changed after number ``after``, at most ``limit``, oldest change first.

        ``last`` is where to go on, also where nothing of interest changed; so no change is missed, and a reader who
        was away gets each job once, as it is.
        """
        changed = _fitting(select(JobRow).where(JobRow.change > after), owner, tour, visible)
        with self._database.read() as session:
            # The number first: what changes in between is seen now, and again the next time.
            newest = session.scalar(select(NumberRow.value).where(NumberRow.name == "change")) or 0
            rows = session.scalars(changed.order_by(JobRow.change).limit(limit)).all()
            jobs = self._seen(session, rows)
        last = rows[-1].change if len(rows) == limit else max([newest, *(row.change for row in rows)])
        return JobChanges(tuple(jobs), max(last, 0))

    def workers(self) -> Sequence[WorkerSeen]:
        """Return the worker processes that are known, those heard last first."""
        with self._database.read() as session:
            now = clock.now(session)
            rows = session.scalars(select(WorkerRow).order_by(WorkerRow.seen_at.desc())).all()
            doing: dict[str, list[tuple[str, str]]] = {}
            for stage in session.scalars(select(StageRow).where(StageRow.state == "running")):
                doing.setdefault(stage.worker or "", []).append((stage.job_id, stage.name))
        return [
            WorkerSeen(
                id=row.id,
                host=row.host,
                pid=row.pid,
                queues=tuple(row.queues),
                doing=tuple(doing.get(row.id, ())),
                started_at=row.started_at,
                seen_at=row.seen_at,
                silent_s=max((now - row.seen_at).total_seconds(), 0.0),
            )
            for row in rows
        ]

    def queues(self) -> Sequence[QueueSeen]:
        """Return how much waits and runs in each queue."""
        live = StageRow.state.in_(("waiting", "running"))
        counted = select(StageRow.queue, StageRow.state, func.count()).where(live)
        with self._database.read() as session:
            found = {
                (queue, state): count
                for queue, state, count in session.execute(counted.group_by(StageRow.queue, StageRow.state))
            }
        return [
            QueueSeen(queue, found.get((queue, "waiting"), 0), found.get((queue, "running"), 0)) for queue in QUEUES
        ]

    @contextlib.contextmanager
    def _writing(self, session: Session | None) -> Iterator[Session]:
        if session is not None:
            yield session
            return
        with self._database.write() as own:
            yield own

    def _begin_with(self, session: Session, job: JobRow, plans: Sequence[StagePlan]) -> None:
        stages = [
            StageRow(
                job_id=job.id,
                number=number,
                name=plan.name,
                function=plan.function,
                queue=plan.queue,
                retry=plan.retry.to_json(),
                state="ahead",
                level=job.level,
                turn=0,
                attempts=0,
                progress=0.0,
                text="",
                size_bytes=job.size_bytes,
            )
            for number, plan in enumerate(plans)
        ]
        session.add_all(stages)
        session.flush()
        put_in_queue(session, self._queues, job, stages[0])

    def _run_again(self, session: Session, job: JobRow, change: int) -> None:
        job.state, job.change, job.finished_at = "waiting", change, None
        job.error_code, job.error_params = None, None
        stages = stages_of(session, job.id)
        plan = self._kinds.get(job.kind)
        asked = [(stage.name, stage.function, stage.queue) for stage in stages]
        if plan is not None and asked != [(new.name, new.function, new.queue) for new in plan.stages]:
            # iSpace does this kind otherwise by now; what the old stages left may mean nothing to the new ones.
            for stage in stages:
                session.delete(stage)
            session.flush()
            self._begin_with(session, job, plan.stages)
            return
        first, *later = [stage for stage in stages if stage.state != "done"]
        for stage in later:
            stage.state = "ahead"
        for stage in (first, *later):
            stage.attempts, stage.progress, stage.text, stage.details = 0, 0.0, "", None
            stage.started_at = stage.finished_at = None
        put_in_queue(session, self._queues, job, first)

    def _seen(self, session: Session, rows: Sequence[JobRow]) -> Sequence[Job]:
        ids = [row.id for row in rows]
        stages: dict[str, list[StageRow]] = {job_id: [] for job_id in ids}
        found = select(StageRow).where(StageRow.job_id.in_(ids)).order_by(StageRow.job_id, StageRow.number)
        for stage in session.scalars(found) if ids else ():
            stages[stage.job_id].append(stage)
        measured, now = Measured(session), clock.now(session)
        waiting = [row.id for row in rows if row.state == "waiting"]
        places = _places(session, waiting) if waiting else {}
        return [_job_seen(row, stages[row.id], places.get(row.id), measured, now) for row in rows]


def _fitting(jobs: Select[JobRow], owner: str | None, tour: str | None, visible: Visible | None) -> Select[JobRow]:
    if owner is not None:
        jobs = jobs.where(JobRow.owner == owner)
    if tour is not None:
        jobs = jobs.where(JobRow.tour == tour)
    if visible is not None:
        person, tours = visible
        jobs = jobs.where(or_(JobRow.owner == person, JobRow.tour.in_(tours)))
    return jobs


def _job(session: Session, job_id: str) -> JobRow:
    job = session.get(JobRow, job_id, populate_existing=True)
    if job is None:
        raise JobUnknownError(job=job_id)
    return job


def _job_seen(row: JobRow, stages: Sequence[StageRow], place: int | None, measured: Measured, now: dt.datetime) -> Job:
    seen = tuple(
        JobStage(
            name=stage.name,
            state=stage.state,  # type: ignore[arg-type]  # the table's own rule allows no other
            queue=stage.queue,
            progress=stage.progress,
            text=stage.text,
            attempts=stage.attempts,
            result=stage.result,
            details=stage.details or {},
            worker=stage.worker,
            started_at=stage.started_at,
            finished_at=stage.finished_at,
            retry_at=stage.not_before if stage.state == "waiting" else None,
            remaining_s=measured.remaining_s(stage, now),
        )
        for stage in stages
    )
    under_way = row.state in {"waiting", "running"}
    return Job(
        id=row.id,
        kind=row.kind,
        inputs=row.inputs,
        owner=row.owner,
        tour=row.tour,
        priority=_PRIORITIES.get(row.level, "normal"),
        state=row.state,  # type: ignore[arg-type]  # as above
        stages=seen,
        error=JobError(row.error_code, row.error_params or {}) if row.error_code else None,
        position=place,
        remaining_s=total_s(stage.remaining_s for stage in seen) if under_way else None,
        change=row.change,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _places(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Return how many stages are served before that of each job that waits, in its queue."""
    before = func.rank().over(partition_by=StageRow.queue, order_by=(StageRow.level, StageRow.turn)) - 1
    waiting = select(StageRow.job_id, before.label("before")).where(StageRow.state == "waiting").subquery()
    found = session.execute(select(waiting.c.job_id, waiting.c.before).where(waiting.c.job_id.in_(ids)))
    return {row.job_id: row.before for row in found}
