"""The S3 servers that tests can ask for: a Swift of our own, started when the first test wants it, and another one."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import postgres as servers_postgres
from servers.postgres import Postgres
from servers.server import Server, parse
from servers.swift import ROOT, Swift, UnavailableError, keeps_attributes

from ispace.database import Database
from ispace.database.upgrade import upgrade

VARIABLE = "ISPACE_TEST_S3"


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real S3 server on loopback; skips and says why where there can be none."""
    temporary = tmp_path_factory.mktemp("swift")
    # The place for temporary files is often one in memory that keeps no extended attributes.
    folder = temporary if keeps_attributes(temporary) else ROOT / "var" / f"test-swift-{os.getpid()}"
    server = Swift(folder)
    try:
        try:
            value = server.start()
        except UnavailableError as error:
            pytest.skip(str(error))
        yield value
    finally:
        server.stop()
        _clear(folder, keep_logs=folder == temporary)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL on loopback; skips and says why where there can be none."""
    folder = Path(tempfile.mkdtemp(prefix="ispace-postgres-"))  # its own account must be able to go there
    folder.chmod(0o755)
    server = Postgres(folder)
    try:
        try:
            server.start()
        except servers_postgres.UnavailableError as error:
            pytest.skip(str(error))
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'ispace.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    yield server.make(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the tables of today, once of each kind."""
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def other_s3() -> Server:
    """A server of another make that the tester runs: ISPACE_TEST_S3="endpoint=http://… key=… secret=… region=…"."""
    line = os.environ.get(VARIABLE, "")
    if not line.strip():
        pytest.skip(f'{VARIABLE} names no second S3 server ("endpoint=http://… key=… secret=… region=…")')
    return parse(VARIABLE, line)


def _clear(folder: Path, *, keep_logs: bool) -> None:
    """Throw away what was stored: pytest keeps the folders of the last runs, and thousands of objects help nobody."""
    shutil.rmtree(folder / "data" if keep_logs else folder, ignore_errors=True)
