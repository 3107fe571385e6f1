"""The child process of ``isolate``: reads tasks from standard input, answers on what was standard output.

``TASKS`` is the list of what it can do; a new task is a function and a line there.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import cv2

from ispace.errors import IspaceError, PictureTooMuchMemoryError, StoreFailedError, StoreFullError, StoreReadOnlyError
from ispace.imaging import tasks
from ispace.imaging.limits import MIB, Limits

Task = Callable[[dict[str, Any], Limits, Callable[[float], None]], dict[str, Any]]
"""(parameters, limits, progress 0…1) → result; parameters and result are JSON-able."""

TASKS: dict[str, Task] = {
    "probe": tasks.probe_picture,
    "tile": tasks.tile,
    "views": tasks.views,
    "picture": tasks.picture,
    "glance": tasks.glance,
    "drawing": tasks.drawing,
    "stitch": tasks.stitch,
}

_NICENESS = 5
_OUT_OF_MEMORY = "nsufficient memory"


def answer(asked: dict[str, Any], limits: Limits, say: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Do one task; return what to say at its end, having said its progress on the way."""
    params = asked["params"]
    name = str(params.get("name", "?"))
    try:
        result = TASKS[asked["task"]](params, limits, lambda share: say({"progress": round(share, 4)}))
    except IspaceError as error:
        return {"error": {"code": error.code, "params": {k: _plain(v) for k, v in error.params.items()}}}
    except (MemoryError, cv2.error) as error:
        if isinstance(error, cv2.error) and _OUT_OF_MEMORY not in str(error):
            return {"bug": traceback.format_exc()}
        return _as_error(PictureTooMuchMemoryError(file=name, max_mb=limits.max_memory_mb))
    except OSError as error:
        return _as_error(_disk_error(error, str(params.get("out", "?"))))
    except Exception:  # a mistake of ours; the parent logs it
        return {"bug": traceback.format_exc()}
    return {"result": result, "peak_mb": _peak_mb()}


def main() -> None:
    """Serve tasks until standard input ends."""
    # Whatever prints by accident, in Python or in C, must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair; it ends us
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    cv2.setNumThreads(1)

    limits = Limits(**json.loads(sys.stdin.buffer.readline())["limits"])
    _restrain(limits)
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, asked), daemon=True).start()

    def say(value: dict[str, Any]) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    while True:
        task = asked.get()
        _restart_counters(limits)
        say(answer(task, limits, say))


def _read(source: IO[bytes], asked: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Pass on tasks; when the parent is gone, even by kill -9, leave in the middle of whatever is going on.

    This instead of Linux's parent death signal, which is sent when the *thread* that started us ends.
    """
    while line := source.readline():
        asked.put(json.loads(line))
    os._exit(0)


def _restrain(limits: Limits) -> None:
    """Limit memory, where the system can: what is written to, not what is mapped, because libraries map generously."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limits.max_memory_mb * MIB,) * 2)


def _restart_counters(limits: Limits) -> None:
    """Begin to count memory and processor time anew; the latter ends a child whose parent can no longer do so."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime + limits.max_seconds * (os.cpu_count() or 1) + 10
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), hard))


def _peak_mb() -> int | None:
    """Return the highest resident memory since the task began, in MiB; ``None`` where the system does not say."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        status = Path("/proc/self/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
    return None


def _disk_error(error: OSError, store: str) -> IspaceError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreFullError(store=store)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreReadOnlyError(store=store)
    return StoreFailedError(store=store, reason=error.strerror or str(error))


def _as_error(error: IspaceError) -> dict[str, Any]:
    return {"error": {"code": error.code, "params": {k: _plain(v) for k, v in error.params.items()}}}


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | None) else str(value)


if __name__ == "__main__":
    main()
