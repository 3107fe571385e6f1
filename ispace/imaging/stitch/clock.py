"""How long each part of the work took."""

from __future__ import annotations

import time


class Clock:
    """Notes in ``laps``, by name, how many seconds each part took."""

    def __init__(self, laps: dict[str, float]) -> None:
        self._laps, self._last = laps, time.monotonic()

    def lap(self, name: str) -> None:
        """Note the time since the last lap, or since the clock was made."""
        now = time.monotonic()
        self._laps[name] = round(now - self._last, 2)
        self._last = now
