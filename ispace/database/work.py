"""The tables of work under way: jobs, their stages, the workers that do them, and the numbers that keep order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime


class JobRow(Base):
    """A piece of work that somebody asked for."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'set-aside')", "state"),
        Index("ix_jobs_change", "change", unique=True),
        Index("ix_jobs_owner", "owner", "change"),
        Index("ix_jobs_tour", "tour", "change"),
        Index("ix_jobs_state", "state", "change"),
        Index("ix_jobs_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    inputs: Mapped[dict[str, Any]] = mapped_column(Document)
    owner: Mapped[str] = mapped_column(String(32))
    """The person who asked first; a name of its own where the system did."""
    tour: Mapped[str | None] = mapped_column(String(80))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """How much there is to do, as far as the duration depends on it."""
    level: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    error_code: Mapped[str | None] = mapped_column(String(48))
    error_params: Mapped[dict[str, Any] | None] = mapped_column(Document)
    change: Mapped[int] = mapped_column(BigInteger)
    """The number of the last change of this job among those of all jobs."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class StageRow(Base):
    """A stage of a job, as the code that the job was asked for under had it."""

    __tablename__ = "job_stages"
    __table_args__ = (
        CheckConstraint("state in ('ahead', 'waiting', 'running', 'done', 'failed', 'cancelled')", "state"),
        Index("ix_job_stages_waiting", "state", "queue", "level", "turn"),
        Index("ix_job_stages_worker", "worker"),
        Index("ix_job_stages_lease", "lease"),
        Index("ix_job_stages_measured", "function", "state", "finished_at"),
    )

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    function: Mapped[str] = mapped_column(String(160))
    queue: Mapped[str] = mapped_column(String(16))
    retry: Mapped[dict[str, Any]] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    turn: Mapped[int] = mapped_column(BigInteger)
    """The place among the owner's stages of this queue: what is fair between people."""
    attempts: Mapped[int]
    """How often it was begun and not given back."""
    workflow: Mapped[str | None] = mapped_column(String(96))
    """The attempt that waits or runs, as the queues call it."""
    lease: Mapped[str | None] = mapped_column(String(32))
    """Who may record what came of it: the one attempt that holds this."""
    worker: Mapped[str | None] = mapped_column(String(96))
    progress: Mapped[float] = mapped_column(Double)
    text: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What the stage told beside its result, also where it fails."""
    result: Mapped[Any | None] = mapped_column(Document)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    took_s: Mapped[float | None] = mapped_column(Double)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)


class WorkerRow(Base):
    """A worker process, which says again and again that it lives."""

    __tablename__ = "workers"
    __table_args__ = (CheckConstraint("state in ('alive', 'dead')", "state"),)

    id: Mapped[str] = mapped_column(String(96), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    machine: Mapped[str] = mapped_column(String(255))
    """Which machine, this run of it, and which of its rooms for processes."""
    pid: Mapped[int]
    pid_started: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(8))
    queues: Mapped[list[Any]] = mapped_column(Document)
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class NumberRow(Base):
    """A number that only grows: the last change of any job, the last turn that was served of a queue."""

    __tablename__ = "job_numbers"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
