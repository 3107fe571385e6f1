"""A studio in memory for tests of its pages: people who sign in, and what a browser sends with every form."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import argon2
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from ispace.accounts import passwords, people
from ispace.database import Database
from ispace.database.schema import now
from ispace.database.upgrade import upgrade
from ispace.database.work import JobRow, StageRow
from ispace.jobs.kinds import KINDS
from ispace.jobs.stage import Stage
from ispace.journal import Actor
from ispace.materials.arrival import Arrivals
from ispace.settings import Settings
from ispace.web.studio import studio as parts
from ispace.web.studio.app import application
from ispace.web.studio.studio import Studio

PASSWORD = "ghe xuong lua vang"
ORIGIN = "http://localhost:8361"


class Browser:
    """A client that behaves as browsers do: it keeps cookies and says where a form comes from."""

    def __init__(self, studio: Studio, address: str = "10.0.0.1") -> None:
        self.client = TestClient(
            application(studio), ORIGIN, client=(address, 50000), follow_redirects=False, raise_server_exceptions=True
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def post(self, path: str, fields: Any = None, **headers: str) -> Any:
        sent = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN} | headers
        return self.client.post(path, data=fields or {}, headers=sent)

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("/sign-in", {"account": email, "password": password})


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Argon2 as weak as it gets: these tests are not about guessing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield


def make(tmp_path: Path, **settings: Any) -> Studio:
    """Return a studio with an empty database in a folder."""
    chosen = Settings(
        public=f"file:{tmp_path / 'public'}",
        private=f"file:{tmp_path / 'private'}",
        uploads=str(tmp_path / "uploads"),
        **{"database": f"sqlite:{tmp_path / 'ispace.db'}"} | settings,
    )
    database = Database(chosen.database.get_secret_value())
    upgrade(database)
    return parts.make(chosen, database)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = make(tmp_path)
    with closing(made.database):
        yield made


def person(studio: Studio, email: str, role: str = "editor", name: str = "Lê Thị Mười") -> str:
    """Make a person who can sign in with ``PASSWORD``; return the id."""
    kept = passwords.hashed(PASSWORD)
    with studio.database.write() as session:
        return people.create(
            session,
            Actor(None, "thử", "cli"),
            email_address=email,
            full_name=name,
            password=kept,
            as_role=role,
            lang="vi",
        ).id


def signed_in(studio: Studio, email: str, role: str = "editor", address: str = "10.0.0.1") -> Browser:
    """Return the browser of a new person who is signed in."""
    person(studio, email, role)
    browser = Browser(studio, address)
    answer = browser.sign_in(email)
    assert answer.status_code == 303, answer.text
    return browser


def work(studio: Studio, job_id: str, folder: Path) -> dict[str, Any]:
    """Do a job as a worker does, in this process; return what came of its stages."""
    with studio.database.read() as session:
        job = session.get_one(JobRow, job_id)
        kind, inputs = job.kind, job.inputs
    results: dict[str, Any] = {}
    for plan in next(one for one in KINDS if one.name == kind).stages:
        module, name = plan.function.split(":")
        stage = Stage(plan.name, 1, folder / f"{job_id}-{plan.name}", lambda _: None)
        results[plan.name] = getattr(importlib.import_module(module), name)(inputs, results, stage)
    with studio.database.write() as session:
        job = session.get_one(JobRow, job_id)
        job.state, job.finished_at = "done", now()
        for row in session.scalars(select(StageRow).where(StageRow.job_id == job_id)):
            row.state, row.result = "done", results[row.name]
        Arrivals(studio.jobs)(session, job, results)
    return results
