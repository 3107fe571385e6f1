"""The office that tests of jobs work in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs.office import Office, office as opened

from ispace.database import Database
from ispace.database.upgrade import upgrade


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Jobs on an empty database of each kind, and what they need to be done."""
    with opened(database, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_office(tmp_path: Path) -> Iterator[Office]:
    """The same on SQLite alone, where the database has no part in what is tested."""
    database = Database(f"sqlite:{tmp_path / 'ispace.db'}")
    upgrade(database)
    with opened(database, tmp_path) as made:
        yield made
    database.close()
