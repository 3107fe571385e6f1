"""A studio with one tour for tests of the editor: people in browsers of their own, and pictures that are ready."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from pictures import panorama
from playwright.sync_api import Browser, BrowserContext, Page, expect
from web.studio.desk import make, person

from ispace import documents
from ispace.accounts import people, sessions
from ispace.database.work import JobRow
from ispace.jobs import queueing
from ispace.jobs.stage import Stage
from ispace.journal import Actor
from ispace.materials.arrival import Arrivals
from ispace.web.studio.app import application
from ispace.web.studio.studio import Studio
from ispace.workshop import panorama as stages

TOUR = "chua-co"
SCENES = [{"id": name, "title": {"vi": title}, "panorama": {"file": f"{name}.jpg"}, "hotspots": []} for name, title in
          (("cong", "Cổng"), ("san", "Sân"))]  # fmt: skip


class Office:
    """A studio that answers, with one tour, and people who have it open in browsers of their own."""

    def __init__(self, studio: Studio, url: str, browser: Browser) -> None:
        self.studio, self.url, self.browser = studio, url, browser
        self.contexts: dict[str, BrowserContext] = {}
        self.errors: list[str] = []
        self.owner = ""

    def come(self, name: str, scenes: bool = True, **browser: Any) -> None:
        """Let somebody come who may edit the tour, and sign in; ``scenes``: the tour has two without pictures.

        ``browser`` says what they hold in their hands, as Playwright's ``new_context`` takes it.
        """
        email = f"{len(self.contexts)}@angiang.gov.vn"
        someone = person(self.studio, email, "admin", name)
        actor = Actor(someone, name, "studio")
        with self.studio.database.write() as session:
            known = people.by_id(session, someone)
            token = sessions.begin(
                session, known, address="127.0.0.1", agent="Chromium", is_whole=True, lasts=self.studio.lifetimes,
                actor=actor,
            )  # fmt: skip
            if not self.contexts:
                row = documents.create(session, actor, known, "Chùa", name=TOUR)
                if scenes:
                    documents.save(session, actor, row, row.document | {"scenes": SCENES}, 1)
                self.owner = someone
        context = self.browser.new_context(**{"reduced_motion": "reduce"} | browser)
        context.add_cookies([{"name": self.studio.cookie, "value": token, "url": self.url}])
        context.add_init_script("localStorage.setItem('ispace-huong-dan', '1')")  # no first steps over the page
        self.contexts[name] = context

    def open(self, name: str) -> Page:
        """Open the editor's page as somebody."""
        page = self.contexts[name].new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.url}/tours/{TOUR}/edit")
        expect(page.locator(".ed-title")).to_be_visible()
        return page

    def arrive(self, folder: Path, *names: str) -> None:
        """Let small panoramas become ready, and with them scenes, as a worker does."""
        queueing.prepare(self.studio.database)
        for number, name in enumerate(names):
            source = {"file": str(panorama(folder / f"{name}.jpg", 512, seed=number + 1)), "name": f"{name}.jpg"}
            inputs, results = {"original": source}, dict[str, Any]()
            for stage in ("ingest", "tile", "views"):
                aside = folder / f"{stage}-{number}"
                aside.mkdir()
                results[stage] = getattr(stages, stage)(inputs, results, Stage(stage, 1, aside, lambda _said: None))
            with self.studio.database.write() as session:
                job = JobRow(id=f"x-{number}", kind="prepare-panorama", inputs=inputs, tour=TOUR, owner=self.owner)
                Arrivals(self.studio.jobs)(session, job, results)

    def save(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Let the tour be otherwise before anybody opens it."""
        with self.studio.database.write() as session:
            row = documents.get(session, TOUR, whole=True)
            document = copy.deepcopy(row.document)
            change(document)
            documents.save(session, Actor(self.owner, "Lê Thị Mười", "studio"), row, document, row.revision)

    @property
    def document(self) -> dict[str, Any]:
        """What the server has."""
        with self.studio.database.read() as session:
            return documents.get(session, TOUR, whole=True).document


@pytest.fixture
def office(tmp_path: Path, front_end: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    studio = make(tmp_path)
    # What a worker's stages read.
    monkeypatch.setenv("ISPACE_PRIVATE", studio.settings.private)
    monkeypatch.setenv("ISPACE_PUBLIC", studio.settings.public)
    server = uvicorn.Server(uvicorn.Config(application(studio), port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    with closing(studio.database):
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        made = Office(studio, f"http://127.0.0.1:{port}", browser)
        yield made
        for context in made.contexts.values():
            context.close()
        server.should_exit = True
        thread.join(10)
    assert made.errors == []
