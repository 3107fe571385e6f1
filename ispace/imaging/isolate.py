"""Picture work in a process of its own, so that no file can take the service down with it.

Decoders are written in C and are fed by strangers. What they do wrong (crash, take all memory, never end) ends the
child process, and the caller gets an error about one picture. The child is started when first needed and used for many
pictures, because starting it costs more than a small picture; it sees no settings and no access keys.

Protocol, one JSON object a line. To the child: first ``{"limits": …}``, then ``{"task": …, "params": …}``. From it:
``{"progress": 0…1}`` any number of times, then ``{"result": …, "peak_mb": …}``, ``{"error": {"code": …, "params":
…}}``, or ``{"bug": traceback}``.
"""

from __future__ import annotations

import collections
import contextlib
import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ispace import environment
from ispace.errors import IspaceError, PictureProcessDiedError, PictureTooMuchMemoryError, PictureTooSlowError
from ispace.imaging.limits import Limits

_LOG = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "ispace.imaging.worker")
"""Starts a child; -P keeps modules that happen to lie in the current folder out of it."""

_TASKS_A_CHILD = 200
"""After so many tasks a fresh child is started: what a C library leaks goes with the old one."""

_LONGEST_LINE = 4_000_000
_LAST_LINES = 40

_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""The child makes its own threads; each of a library's would take address space and a heap of its own."""


class PictureWorker:
    """Runs tasks of ``worker.TASKS`` in a child process, one at a time; ``with`` ends the child.

    Safe to call from several threads: they wait for each other. Use several workers for several pictures at once.
    ``peak_mb`` is the resident memory, in MiB, that the last finished task took at its height, where the system says.
    """

    def __init__(self, limits: Limits | None = None, command: Sequence[str] = COMMAND) -> None:
        self.limits = limits or Limits()
        self.peak_mb: int | None = None
        self._command = command
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the child now rather than with the first task, so that it gets ready while the caller does.

        ``limits`` are told to it with its first task, and may be changed until then.
        """
        with self._lock:
            if self._child is None:
                self._child = _Child(self._command)

    def close(self) -> None:
        """End the child, at once if it is busy; the next ``run`` starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def run(self, task: str, params: dict[str, Any], progress: Callable[[float], None] | None = None) -> dict[str, Any]:
        """Return what the task ``task`` returns for ``params`` (both JSON-able).

        ``params["name"]``, or else the last part of ``params["path"]``, names the picture in errors. ``progress`` is
        called with 0…1; what it raises ends the child and is passed on, which is how to cancel.

        Raises:
            IspaceError: what the task raised, with the same code and parameters.
            PictureTooSlowError: the task was not done after ``limits.max_seconds``; the child was killed.
            PictureTooMuchMemoryError: the child ran out of the memory it is allowed, or the system's.
            PictureProcessDiedError: the child crashed, or met a mistake of ours; the log has its last words.
        """
        name = str(params.get("name") or Path(str(params.get("path") or params.get("tiles") or "?")).name)
        with self._lock:
            child = self._child
            if child is None or child.ended or child.tasks >= _TASKS_A_CHILD:
                self.close()
                child = self._child = _Child(self._command)
            if child.tasks == 0:
                child.restrain(self.limits)
            try:
                return self._converse(child, {"task": task, "params": {**params, "name": name}}, name, progress)
            finally:
                if not child.idle:  # dead, or in the middle of something nobody waits for any more
                    self.close()

    def _converse(
        self, child: _Child, task: dict[str, Any], name: str, progress: Callable[[float], None] | None
    ) -> dict[str, Any]:
        with contextlib.closing(child.ask(task)) as answers:
            for said in answers:
                if "progress" in said:
                    if progress is not None:
                        progress(float(said["progress"]))
                elif "result" in said:
                    self.peak_mb = said.get("peak_mb")
                    return dict(said["result"])
                elif "error" in said:
                    raise _error(str(said["error"]["code"]), dict(said["error"]["params"]), name)
                else:
                    bug = str(said.get("bug", "")).strip()
                    _LOG.error("picture task %s failed for %s:\n%s", task["task"], name, bug)
                    raise PictureProcessDiedError(file=name, reason=bug.rpartition("\n")[2])
        raise child.cause_of_death(name)


class _Child:
    """One child process and the threads that look after it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._limits = Limits()
        self.tasks = 0
        self.idle = True
        self._late = self._unwanted = False
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment.of_child() | _THREADS,
        )
        self._last_words: collections.deque[str] = collections.deque(maxlen=_LAST_LINES)
        self._listener = threading.Thread(target=self._listen, args=(_pipe(self._process.stderr),), daemon=True)
        self._listener.start()

    def restrain(self, limits: Limits) -> None:
        """Tell the child its limits, for which it waits before its first task."""
        self._limits = limits
        self._say({"limits": limits.to_json()})

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, task: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        """Yield what the child says until it has answered; ends without an answer when the child is dead."""
        self.tasks += 1
        self.idle = False
        watch = threading.Timer(self._limits.max_seconds, self._kill_late)
        watch.daemon = True
        watch.start()
        try:
            self._say(task)
            while line := _pipe(self._process.stdout).readline(_LONGEST_LINE):
                try:
                    said = json.loads(line)
                except ValueError:
                    said = None
                if not isinstance(said, dict):  # nothing of ours: somebody else speaks through the child
                    self._unwanted = True
                    self._process.kill()
                    return
                self.idle = "progress" not in said
                yield said
                if self.idle:
                    return
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process and wait until it is gone; may be called twice."""
        self._unwanted = self._unwanted or self._process.poll() is None
        self._process.kill()
        self._process.wait()
        self._listener.join(timeout=5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()

    def cause_of_death(self, name: str) -> IspaceError:
        """Return the error that tells best why the child is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.poll()
        self.end()
        words = "".join(self._last_words)
        _LOG.warning("the picture process ended with %s at %s: %s", code, name, words[-2000:])
        if self._late or code == -getattr(signal, "SIGXCPU", 0) != 0:
            return PictureTooSlowError(file=name, seconds=round(self._limits.max_seconds))
        killed = code == -getattr(signal, "SIGKILL", 0) != 0 and not self._unwanted  # by the system, for memory
        if killed or "bad_alloc" in words or "MemoryError" in words:
            return PictureTooMuchMemoryError(file=name, max_mb=self._limits.max_memory_mb)
        return PictureProcessDiedError(file=name, reason=f"exit {code}")

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _say(self, value: dict[str, Any]) -> None:
        pipe = _pipe(self._process.stdin)
        with contextlib.suppress(BrokenPipeError):  # a dead child is noticed when it does not answer
            pipe.write(json.dumps(value).encode() + b"\n")
            pipe.flush()

    def _listen(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(ValueError, OSError):
            while line := pipe.readline(2000):
                self._last_words.append(line.decode("utf-8", "replace"))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _error(code: str, params: dict[str, Any], name: str) -> IspaceError:
    """Return an error of the class that has that code."""
    kinds = [IspaceError]
    while kinds:
        kind = kinds.pop()
        if kind.__dict__.get("code") == code:
            with contextlib.suppress(TypeError):
                return kind(**params)
        kinds += kind.__subclasses__()
    return PictureProcessDiedError(file=name, reason=code)
