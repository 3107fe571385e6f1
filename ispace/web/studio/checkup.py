"""What ``ispace doctor`` last found here: shown at once, looked for in the background."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import threading

from ispace.database.schema import now
from ispace.doctor.check import Check
from ispace.errors import ChecksFailedError, IspaceError

_TIMEOUT_S = 120
_OLD_AFTER = dt.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Findings:
    """What was found, and when; ``error`` where the checks themselves did not run through."""

    at: dt.datetime
    checks: tuple[Check, ...] = ()
    error: IspaceError | None = None


class Checkup:
    """The last findings of this process; safe to share between threads."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._last: Findings | None = None
        self._running: threading.Thread | None = None

    @property
    def last(self) -> Findings | None:
        """What was found last, ``None`` before the first time."""
        return self._last

    @property
    def is_running(self) -> bool:
        """Whether somebody is looking."""
        return self._running is not None

    @property
    def is_old(self) -> bool:
        """Whether it is time to look again unasked."""
        return self._last is None or now() - self._last.at > _OLD_AFTER

    def begin(self) -> None:
        """Look in the background, unless that is under way."""
        with self._lock:
            if self._running is None:
                self._running = threading.Thread(target=self._look, name="checkup", daemon=True)
                self._running.start()

    def wait(self) -> None:
        """Return when nobody is looking any more."""
        if (running := self._running) is not None:
            running.join()

    def _look(self) -> None:
        try:
            found = Findings(now(), tuple(_checks()))
        except IspaceError as error:
            found = Findings(now(), error=error)
        with self._lock:
            self._last, self._running = found, None


def _checks() -> list[Check]:
    """Run the command: what it loads to try pictures out would otherwise stay in this process for ever."""
    command = [sys.executable, "-m", "ispace", "doctor", "--json"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_S)  # noqa: S603 - our own
        told = json.loads(done.stdout)["checks"]
        return [Check(one["name"], one["ok"], one["params"], one["said"]) for one in told]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
        raise ChecksFailedError(reason=f"{type(error).__name__}: {error}"[:200]) from error
