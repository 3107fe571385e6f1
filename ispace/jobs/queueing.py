"""DBOS, as far as those need it who ask for work: its tables beside ours, and a stage put into its queue.

DBOS keeps its tables in the same database (a schema ``dbos`` of its own on PostgreSQL), so that a stage is queued in
the very transaction that says why: both are there or neither. What people see, and who may record what, is in our
tables; a workflow of DBOS is one attempt at one stage.
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy.orm import Session

from ispace.database import Database
from ispace.database.engine import told

APPLICATION = "ispace"
VERSION = "1"
"""Never raised: a workflow is always one attempt at one stage, whatever the stage does."""
WORKFLOW = "ispace.stage"
SCHEMA = "dbos"

_GONE = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


def prepare(database: Database) -> None:
    """Make or upgrade the tables of DBOS; several may do so at once. Raises ``DatabaseUnavailableError``."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    with told(database.name):
        DBOS.migrate(database.url.render_as_string(hide_password=False), schema=SCHEMA)


def engine(database: Database) -> sa.Engine:
    """Return an engine for DBOS, which begins its transactions by itself; the caller disposes of it."""
    if not database.is_sqlite:
        return sa.create_engine(
            database.url,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "ispace-work"},
        )
    made = sa.create_engine(database.url, connect_args={"timeout": 30})
    sa.event.listen(made, "connect", _prepare_sqlite)
    return made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Of the driver's own transactions the kind that takes the write lock first: DBOS reads, then writes.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Queues:
    """Puts stages into the queues of DBOS and looks after what lies there.

    Every method raises ``DatabaseUnavailableError``.
    """

    def __init__(self, database: Database) -> None:
        self._name = database.name
        self._engine = engine(database)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def declare(self, queue: str, at_once: int, poll_s: float) -> None:
        """Have each worker take at most ``at_once`` stages of a queue, looking every ``poll_s`` seconds.

        The numbers are those of all workers: the one that says them last is heard.
        """
        with told(self._name):
            self._client.register_queue(queue, worker_concurrency=at_once, polling_interval_sec=poll_s)

    def put(self, session: Session, queue: str, workflow: str, rank: int, args: tuple[Any, ...], wait_s: float) -> None:
        """Queue an attempt in the transaction of ``session``; a lower ``rank`` is served first."""
        options = EnqueueOptions(
            workflow_name=WORKFLOW,
            queue_name=queue,
            workflow_id=workflow,
            priority=rank,
            app_version=VERSION,
            serialization_type=WorkflowSerializationFormat.PORTABLE,
        )
        if wait_s > 0:
            options["delay_seconds"] = wait_s
        session.flush()
        self._client.enqueue_in_transaction(session, options, *args)

    def lost(self, workflows: list[str], alive: set[str]) -> list[str]:
        """Return those of ``workflows`` that will never run: ended, gone, or held by an executor not ``alive``."""
        with told(self._name):
            listed = self._client.list_workflows(workflow_ids=workflows, load_input=False, load_output=False)
        known = {found.workflow_id: found for found in listed}
        lost = []
        for workflow in workflows:
            found = known.get(workflow)
            held = found is not None and found.status == "PENDING" and found.executor_id not in alive
            if found is None or found.status in _GONE or held:
                lost.append(workflow)
        return lost

    def drop(self, workflows: list[str]) -> None:
        """Take attempts out of the queues for good; those that are unknown or ended are left as they are."""
        if workflows:
            with told(self._name):
                self._client.cancel_workflows(workflows)

    def held_by(self, executor: str) -> list[str]:
        """Return the attempts that an executor has taken and not ended."""
        with told(self._name):
            found = self._client.list_workflows(
                executor_id=executor, status="PENDING", load_input=False, load_output=False
            )
        return [workflow.workflow_id for workflow in found]

    def tidy(self, before: str, limit: int = 1000) -> int:
        """Forget attempts that ended before a time (ISO 8601), at most ``limit``; return how many there were."""
        with told(self._name):
            found = self._client.list_workflows(
                completed_before=before, status=sorted(_GONE), limit=limit, load_input=False, load_output=False
            )
            if found:
                self._client.delete_workflows([workflow.workflow_id for workflow in found])
        return len(found)

    def close(self) -> None:
        """Give the connections back."""
        self._client.destroy()
        self._engine.dispose()
