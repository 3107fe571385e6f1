"""A studio that does nothing but receive uploads, for tests and benchmarks: as its own process, which can be killed.

Who sends is named by the header ``X-Owner``. The tour ``chua`` takes everybody's files, ``cam`` nobody's.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from ispace import wiring
from ispace.database import Database
from ispace.database.people import Membership, Person
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.upgrade import upgrade
from ispace.errors import UploadForbiddenError
from ispace.settings import Settings
from ispace.uploads.ledger import Ledger, OnReceived, Quotas
from ispace.uploads.records import Records
from ispace.uploads.store import UploadStore
from ispace.uploads.upload import Owner
from ispace.web.studio import tus as tus_service
from ispace.web.studio.tus import TusOptions

PEOPLE = {"muoi": "Nguyễn Thị Mười", "khac": "Người khác"}


def opened(url: str) -> Database:
    """Return a database with one tour."""
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        for person, name in PEOPLE.items():
            if session.get(Person, person) is None:
                session.add(
                    Person(
                        id=person,
                        email=person,
                        email_folded=person,
                        name=name,
                        role="editor",
                        language="vi",
                        created_at=now(),
                    )
                )
        for tour in ("chua", "cam"):
            if session.get(TourRow, tour) is None:
                session.add(
                    TourRow(
                        id=tour, document={}, revision=1, state="draft", title=tour, folded=tour, sort_key=tour,
                        scenes=0, created_at=now(), changed_at=now(),
                    )
                )  # fmt: skip
                session.flush()
                role = "editor" if tour == "chua" else "viewer"
                session.add_all(
                    Membership(tour_id=tour, person_id=person, role=role, created_at=now()) for person in PEOPLE
                )
    return database


def owner_of(request: Request) -> Owner:
    """Return who sends."""
    name = request.headers.get("x-owner", "muoi")
    if name not in PEOPLE:
        raise UploadForbiddenError
    return Owner(name, PEOPLE[name])


def application(settings: Settings, on_received: OnReceived, options: TusOptions | None = None) -> Starlette:
    """Return the application."""
    ledger = Ledger(opened(settings.database.get_secret_value()), Quotas.of(settings), on_received)
    place = wiring.receiving(wiring.services(settings).private)
    store = UploadStore(Records(Path(settings.uploads)), place, ledger, settings.upload_days * 86400)
    tus = tus_service.Tus(store, owner_of, options or TusOptions.of(settings))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(tus.sweeping)
            yield
            group.cancel_scope.cancel()

    return Starlette(routes=[Mount("/uploads", routes=tus.routes())], lifespan=lifespan)


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve in a thread of this process; yields the address of the service."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/uploads/"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def main() -> None:
    """Command line: a folder for everything, and the private store where it is a bucket; prints its address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--private", default="")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    settings = Settings(
        private=asked.private or f"file:{asked.folder / 'private'}",
        public=f"file:{asked.folder / 'public'}",
        uploads=str(asked.folder / "uploads"),
        database=f"sqlite:{asked.folder / 'ispace.db'}",  # type: ignore[arg-type]
    )
    listening = socket.create_server(("127.0.0.1", asked.port))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/uploads/", flush=True)
    config = uvicorn.Config(application(settings, lambda *_: None), log_level="warning")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main())
