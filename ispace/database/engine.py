"""The connection to SQLite or PostgreSQL: transactions that read, transactions that write, the same for both."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from ispace.errors import (
    DatabaseFullError,
    DatabaseReadOnlyError,
    DatabaseUnavailableError,
    DatabaseUrlError,
    TransactionLostError,
)

_T = TypeVar("_T")
_WRITES = "ispace_writes"
_BUSY_MS = 30_000
_WAL_ATTEMPTS = 600
_CONNECTIONS = 8
"""Sessions run in threads; more of them at a time would only wait for one another."""


_LOST = {"40001", "40P01"}
"""PostgreSQL's words for a serialization failure and for a deadlock."""
_PG_FULL, _PG_READ_ONLY = "53100", "25006"
_ATTEMPTS = 4
_PAUSE_S = 0.05

_KEPT: ContextVar[list[str] | None] = ContextVar("kept", default=None)
"""What was committed since ``retried`` began."""


class Database:
    """The database at an address; safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Open ``sqlite:FILE`` or ``postgresql://…``; nothing is asked of it yet.

        Raises:
            DatabaseUrlError: the address is of neither kind.
        """
        self.url = parse(url)
        self.name = self.url.render_as_string(hide_password=True)
        """How to call the database in a message; holds no secret."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url)
        self.writing = self.engine.execution_options(**{_WRITES: True})
        """The same engine, for transactions that write."""

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state of the data; what it changes is forgotten.

        Raises:
            DatabaseUnavailableError: the server does not answer, or the file cannot be opened.
        """
        with told(self.name), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are committed at the end, or forgotten where an exception leaves it.

        On SQLite it holds the write lock from the start: one that reads first and writes later could be refused at
        once, however long it is willing to wait. So nothing slow belongs inside. Raises as ``read``.
        """
        with told(self.name):
            with Session(self.writing, expire_on_commit=False) as session, session.begin():
                yield session
            if (kept := _KEPT.get()) is not None:
                kept.append(self.name)

    @property
    def file(self) -> Path | None:
        """The file that holds everything, where it is SQLite."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def retried(work: Callable[[], _T]) -> _T:
    """Return what ``work`` returns; begin it anew where the database took its transaction back for another's sake.

    Only where nothing of it was committed before: nothing is done twice. Raises as ``work``.
    """
    for attempt in itertools.count(1):
        kept: list[str] = []
        before = _KEPT.set(kept)
        try:
            return work()
        except TransactionLostError:
            if kept or attempt == _ATTEMPTS:
                raise
        finally:
            _KEPT.reset(before)
        # Not in step with the other one, which may be waiting as well.
        time.sleep(random.uniform(_PAUSE_S, 2 * _PAUSE_S) * attempt)  # noqa: S311 - no secret
    raise AssertionError


def parse(text: str) -> URL:
    """Return an address as SQLAlchemy knows it; ``sqlite:var/ispace.db`` and ``postgresql://…`` are understood.

    Raises:
        DatabaseUrlError: it is neither.
    """
    scheme, colon, rest = text.partition(":")
    if colon and scheme == "sqlite" and rest.lstrip("/"):
        # One slash too many in front of a relative path is the common slip: three mean relative, as in SQLAlchemy.
        path = rest if not rest.startswith("///") else rest[3:]
        return URL.create("sqlite", database=str(Path(path).expanduser()))
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        with contextlib.suppress(ArgumentError, ValueError):
            return make_url(text).set(drivername="postgresql+psycopg")
    raise DatabaseUrlError(scheme=scheme if colon else "")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_pre_ping=True,
            json_serializer=_json,
            connect_args={"connect_timeout": 10, "application_name": "ispace"},
        )
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        json_serializer=_json,
        connect_args={"timeout": _BUSY_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: Any) -> str:
    """Return a JSON value as it is stored; a tour's document may have megabytes, and this takes a fifth of the time."""
    try:
        return to_json(value).decode()
    except ValueError:  # half a surrogate pair, as in a file's name that is no UTF-8
        return json.dumps(value)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin the deferred kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    _to_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _to_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a file to write-ahead logging, once; of several who try at that moment SQLite refuses some at once."""
    for attempt in range(_WAL_ATTEMPTS):
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Say what the driver says of an unreachable database in our own way; raises ``DatabaseUnavailableError``."""
    try:
        yield
    except PoolTimeoutError as error:  # all connections wait, for a lock or for a server that says nothing
        raise DatabaseUnavailableError(database=name, reason=str(error).partition(" (Background")[0]) from error
    except DBAPIError as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(database=name, reason=_reason(error)) from error


def _kind(error: DBAPIError) -> type[DatabaseUnavailableError] | None:
    """Return which of our errors the driver's is; ``None`` for a mistake in what was asked."""
    state = getattr(error.orig, "sqlstate", None)
    lite = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says only where it happened
    if state in _LOST:
        return TransactionLostError
    if state == _PG_FULL or lite == sqlite3.SQLITE_FULL:
        return DatabaseFullError
    if state == _PG_READ_ONLY or lite == sqlite3.SQLITE_READONLY:
        return DatabaseReadOnlyError
    is_away = isinstance(error, OperationalError) or error.connection_invalidated
    return DatabaseUnavailableError if is_away else None


def _reason(error: DBAPIError) -> str:
    """Return the driver's own words, of which the first line says what it is."""
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
