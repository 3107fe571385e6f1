"""Brings a database to the schema of this iSpace, whole or not at all."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ispace.database import journal, library, materials, people, pictures, tours, uploads, work
from ispace.database.engine import Database, told
from ispace.database.schema import Base
from ispace.errors import DatabaseBehindError, DatabaseNewerError

FAMILIES = (people, tours, library, journal, work, uploads, materials, pictures)
"""Every module with tables: naming them here is what makes their tables known."""

METADATA = Base.metadata

_LOCK = 0x15FACE
"""The number of PostgreSQL's advisory lock: of several processes that start at once, one upgrades."""


def revisions() -> list[str]:
    """Return the names of all revisions, oldest first."""
    return [step.revision for step in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions()))]


def current(database: Database) -> str | None:
    """Return the revision of a database, ``None`` where it is empty; raises ``DatabaseUnavailableError``."""
    with told(database.name), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> Path | None:
    """Bring a database to a revision; return the copy made of it before, where it is a file that changes.

    Raises:
        DatabaseNewerError: it is beyond what this iSpace knows.
        DatabaseUnavailableError: it cannot be reached or written.
    """
    if database.file is not None:
        database.file.parent.mkdir(parents=True, exist_ok=True)
    at = current(database)
    known = revisions()
    target = known[-1] if to == "head" else to
    if at is not None and at not in known:
        raise DatabaseNewerError(database=database.name, revision=at)
    if at == target:
        return None
    copy = _copy(database, at) if at is not None else None
    with told(database.name), _alone(database) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    return copy


def require(database: Database) -> None:
    """Return where the schema is that of this iSpace.

    Raises:
        DatabaseBehindError: it has to be upgraded.
        DatabaseNewerError: it is beyond what this iSpace knows.
        DatabaseUnavailableError: it cannot be reached.
    """
    at, known = current(database), revisions()
    if at is not None and at not in known:
        raise DatabaseNewerError(database=database.name, revision=at)
    if at != known[-1]:
        raise DatabaseBehindError(database=database.name, revision=at or "0")


@contextlib.contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Yield a connection in one transaction that nobody else upgrades in."""
    with database.writing.connect() as connection:
        if database.is_sqlite:
            # A table that is made anew must not take with it the rows that refer to it; only outside a transaction.
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
        finally:
            if database.is_sqlite:
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, what: str) -> None:
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute(f"PRAGMA {what}")


def _copy(database: Database, revision: str | None) -> Path | None:
    """Copy the file of SQLite as it is at one moment, though others read and write it."""
    if database.file is None:
        return None
    copy = database.file.with_name(f"{database.file.name}.before-{revision}")
    with contextlib.closing(sqlite3.connect(database.file)) as source, contextlib.closing(sqlite3.connect(copy)) as to:
        source.backup(to)
    return copy


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("ispace.database") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
