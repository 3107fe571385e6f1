"""Workers of the server's own: started again, and gone with it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys

import pytest
from jobs.office import Office, alive

from ispace.jobs import supervise
from ispace.settings import Settings


@pytest.mark.parametrize(
    ("url", "chosen", "expected"),
    [("sqlite:x.db", "auto", 1), ("postgresql://h/d", "auto", 0), ("postgresql://h/d", "2", 2), ("sqlite:x", "0", 0)],
)
def test_a_server_has_a_worker_of_its_own_with_sqlite_or_as_many_as_are_set(
    url: str, chosen: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISPACE_DATABASE", url)
    monkeypatch.setenv("ISPACE_SERVE_WORKERS", chosen)
    assert supervise.count(Settings()) == expected


def test_a_server_starts_its_worker_again_and_takes_it_along(sqlite_office: Office) -> None:
    office = sqlite_office
    with contextlib.ExitStack() as free:
        ports = []
        for _ in range(2):
            probe = free.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    settings = office.settings(
        ISPACE_HOST="127.0.0.1",
        ISPACE_PORT=ports[0],
        ISPACE_STUDIO_PORT=ports[1],
        ISPACE_PUBLIC=f"file:{office.folder / 'public'}",
        ISPACE_PRIVATE=f"file:{office.folder / 'private'}",
    )
    command = (sys.executable, "-m", "ispace", "serve")
    server = subprocess.Popen(command, env=settings, cwd=office.folder, stdout=subprocess.DEVNULL)
    office.workers.append(server)
    try:
        job = office.ask("one")
        assert office.ended(job)[0].state == "done", "serve alone does jobs"
        first = office.jobs.workers()[0].pid
        os.kill(first, signal.SIGKILL)
        again = office.until(
            lambda: [worker.pid for worker in office.jobs.workers() if worker.pid != first], "another is started"
        )[0]
    finally:
        server.kill()
        server.wait()
    office.until(lambda: not alive(again), "it ends with the server, even one that was killed")
