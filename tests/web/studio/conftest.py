"""The studio of the tests, for every module here."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from web.studio.desk import Browser, _cheap_hashes, make, signed_in, studio

from ispace.jobs import queueing
from ispace.web.studio.studio import Studio

__all__ = ["_cheap_hashes", "studio"]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the tables of the queues, which take a while to make."""
    folder = tmp_path_factory.mktemp("prepared")
    with closing(make(folder).database) as database:
        queueing.prepare(database)
    return folder / "ispace.db"


@pytest.fixture
def queued(tmp_path: Path, prepared: Path) -> Iterator[Studio]:
    """A studio that may ask for jobs."""
    (tmp_path / "ispace.db").write_bytes(prepared.read_bytes())
    made = make(tmp_path)
    with closing(made.database), closing(made.jobs):
        yield made


@pytest.fixture
def owner(studio: Studio) -> Browser:
    """Somebody with a tour of their own."""
    browser = signed_in(studio, "chu@angiang.gov.vn")
    browser.post("/tours", {"title": "Miếu lạ"})
    return browser
