"""Workers that a server starts for itself: each is started again when it ends, and none outlives the server."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from ispace.database.engine import parse
from ispace.settings import Settings

_LOG = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "ispace", "work", "--with-parent")
_PAUSES_S = (1, 2, 5, 15, 60)
"""How long before one that ended is started again: longer each time, from the beginning once it has lasted."""
_LASTED_S = 120
_PATIENCE_S = 20


def count(settings: Settings) -> int:
    """Return how many workers a server has of its own; raises ``DatabaseUrlError``."""
    if settings.serve_workers != "auto":
        return int(settings.serve_workers)
    return 1 if parse(settings.database.get_secret_value()).get_backend_name() == "sqlite" else 0


@contextlib.contextmanager
def workers(number: int, command: Sequence[str] = COMMAND) -> Iterator[None]:
    """Keep so many workers running inside the block; they have given back what they did when it ends."""
    watchers = [_Watcher(command) for _ in range(number)]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.end()
        for watcher in watchers:
            watcher.join()


class _Watcher:
    """Starts one worker again and again, in a thread of its own.

    The thread lives as long as the worker: a worker ends with the thread that started it, as with the whole server.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Ask the worker to end."""
        with self._lock:
            self._ended.set()
            if self._process is not None:
                self._process.terminate()

    def join(self) -> None:
        """Wait until the worker has ended, for a while; then end it the hard way."""
        self._thread.join(_PATIENCE_S)
        with self._lock:
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            began = time.monotonic()
            with self._lock:
                if self._ended.is_set():
                    return
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
            code = self._process.wait()
            with self._lock:
                self._process = None
            if self._ended.is_set():
                return
            failures = 0 if time.monotonic() - began > _LASTED_S else failures + 1
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S)) - 1] if failures else _PAUSES_S[0]
            _LOG.warning("a worker ended with %s; another starts in %s s", code, pause_s)
            self._ended.wait(pause_s)
