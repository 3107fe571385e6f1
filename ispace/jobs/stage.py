"""What a stage's function is handed to say how far it is and to hear that it is not wanted any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PAUSE_S = 0.5
"""Nobody reads faster, and each word is a transaction."""


class Stage:
    """The attempt at a stage that runs in this process; safe to use from several threads."""

    def __init__(self, name: str, attempt: int, folder: Path, say: Callable[[dict[str, Any]], None]) -> None:
        self.name = name
        self.attempt = attempt
        self.folder = folder
        """A place of its own for files, gone when the attempt ends, however it ends."""
        self.details: dict[str, Any] = {}
        self._say = say
        self._said_at = 0.0
        self._lock = threading.Lock()
        self._unwanted = threading.Event()

    def progress(self, share: float, text: str = "") -> None:
        """Say that ``share`` (0…1) of the work is done, and in ``text`` what is under way: a file's name, a count."""
        with self._lock:
            now = time.monotonic()
            if now - self._said_at < _PAUSE_S:
                return
            self._said_at = now
        self._say({"progress": share, "text": text, "details": self.details})

    def tell(self, **details: Any) -> None:
        """Keep JSON values beside the result, also where the stage fails: the key of a report, what was found."""
        self.details |= details

    def cancelled(self) -> bool:
        """Say whether the work is not wanted any more; it is ended soon, whatever it does."""
        return self._unwanted.is_set()

    def end(self) -> None:
        """Make ``cancelled`` true."""
        self._unwanted.set()
