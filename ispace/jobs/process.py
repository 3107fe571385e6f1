"""An attempt at a stage in a process of its own, as its worker sees it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ispace import environment
from ispace.errors import StageBugError, StageDiedError
from ispace.jobs.failure import Failure
from ispace.jobs.ledger import Claim

_LOG = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "ispace.jobs.child")
"""-P keeps modules that happen to lie in the current folder out of it."""
_KNOWN = (
    *("ISPACE_", "AWS_", "PYTHONPATH", "SSL_CERT_"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
"""What opens the stores. What decodes pictures is a process further down, which does not get it."""
_NOT_KNOWN = frozenset({"ISPACE_DATABASE"})
_GRACE_S = 2.0
"""How long a process has to clear its files away before it is killed."""
_LONGEST_LINE = 8 << 20


class Outcome:
    """What came of an attempt: a result, a failure, or neither where it was stopped."""

    def __init__(self, details: dict[str, Any], result: Any = None, failure: Failure | None = None) -> None:
        self.details = details
        self.result = result
        self.failure = failure


class StageProcess:
    """Runs one attempt; ``stop`` may come from another thread at any time."""

    def __init__(self, claim: Claim, folder: Path) -> None:
        """``folder`` is for the attempt's own files."""
        self._claim = claim
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._killer: threading.Timer | None = None
        self.stopped = False

    def run(self, told: Callable[[float, str, dict[str, Any]], None]) -> Outcome:
        """Return what came of the attempt once its process is gone; ``told`` hears of its progress."""
        with self._lock:
            if self.stopped:
                return Outcome({})
            process = self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment.of_child(_KNOWN, _NOT_KNOWN) | {"TMPDIR": str(self._folder)},
                start_new_session=True,  # so that what it starts can be ended with it
            )
        try:
            said = self._converse(process, told)
            if "died" in said:  # by what it ended is asked for while its number is still its own
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            self._end_group(signal.SIGKILL)
            process.wait()
            if self._killer is not None:
                self._killer.cancel()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
        return self._outcome(said, process.returncode)

    def stop(self) -> None:
        """End the process: at once, and for good after a moment; may be called again."""
        with self._lock:
            if self.stopped:
                return
            self.stopped = True
            if self._process is not None:
                self._end_group(signal.SIGTERM)
                self._killer = threading.Timer(_GRACE_S, self._end_group, (signal.SIGKILL,))
                self._killer.daemon = True
                self._killer.start()

    def _converse(
        self, process: subprocess.Popen[bytes], told: Callable[[float, str, dict[str, Any]], None]
    ) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        claim = self._claim
        asked = {
            "function": claim.function,
            "stage": claim.stage,
            "attempt": claim.attempt,
            "inputs": claim.inputs,
            "results": claim.results,
            "folder": str(self._folder),
        }
        with contextlib.suppress(BrokenPipeError):  # a dead process is noticed when it does not answer
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        details: dict[str, Any] = {}
        while line := process.stdout.readline(_LONGEST_LINE):
            try:
                said = dict(json.loads(line))
            except ValueError:
                return {"bug": f"an answer that is none: {line[:200]!r}", "details": details}
            details = dict(said.get("details") or details)
            if "progress" not in said:
                return said
            told(float(said["progress"]), str(said.get("text", "")), details)
        return {"died": True, "details": details}

    def _outcome(self, said: dict[str, Any], code: int) -> Outcome:
        details = dict(said.get("details") or {})
        if self.stopped and "result" not in said:
            return Outcome(details)
        if "result" in said:
            return Outcome(details, result=said["result"])
        if "error" in said:
            return Outcome(details, failure=Failure(**said["error"]))
        if "bug" in said:
            trace = str(said["bug"]).strip()
            _LOG.error("stage %s of %s failed:\n%s", self._claim.stage, self._claim.job, trace)
            bug = StageBugError(stage=self._claim.stage, reason=trace.rpartition("\n")[2])
            return Outcome(details, failure=Failure.of(bug))
        if "unwanted" in said:  # somebody else asked it to end
            code = -signal.SIGTERM
        reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        _LOG.warning("stage %s of %s ended: %s", self._claim.stage, self._claim.job, reason)
        return Outcome(details, failure=Failure.of(StageDiedError(stage=self._claim.stage, reason=reason)))

    def _end_group(self, how: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, how)
