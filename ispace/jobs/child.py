"""The process of one attempt at a stage: reads what to do from standard input, answers on what was standard output.

It is told in one line: function, inputs, results of the stages before. It says, one JSON object a line: ``{"progress":
…, "text": …, "details": …}`` any number of times, then ``{"result": …}``, ``{"error": …}`` or ``{"bug": …}``, each with
the details. It lives no longer than whoever started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import errno
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from ispace.errors import IspaceError, StageUnknownError, StoreFullError
from ispace.jobs.failure import Failure
from ispace.jobs.stage import Stage

_NICENESS = 5
_PR_SET_PDEATHSIG = 1


class _Unwanted(BaseException):
    """The attempt is not wanted any more: no error, so that only what `with` holds open sees it."""


def main() -> None:
    """Run one stage."""
    die_with_parent(signal.SIGKILL)
    # Whatever prints by accident, in Python or in C, must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's affair; it ends us
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    line = sys.stdin.buffer.readline()
    if not line:  # the worker is gone before it said anything
        return
    asked = json.loads(line)
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True).start()
    speaking = threading.Lock()

    def say(value: dict[str, Any]) -> None:
        with speaking:
            answers.write(json.dumps(value, ensure_ascii=False) + "\n")
            answers.flush()

    stage = Stage(asked["stage"], asked["attempt"], Path(asked["folder"]), say)

    def unwanted(_number: int, _frame: FrameType | None) -> None:
        stage.end()
        raise _Unwanted

    signal.signal(signal.SIGTERM, unwanted)
    said = _done(asked, stage)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(BrokenPipeError):
        say(said | {"details": stage.details})
    sys.stderr.flush()
    os._exit(0)  # whatever still runs in other threads has nothing to say any more


def die_with_parent(how: signal.Signals) -> None:
    """Have the kernel send us a signal when the thread that started us ends, where it can (Linux)."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


def _watch(source: int) -> None:
    """Leave in the middle of whatever is going on when the worker is gone: for systems without the signal."""
    while os.read(source, 4096):
        pass
    os._exit(1)


def _done(asked: dict[str, Any], stage: Stage) -> dict[str, Any]:
    try:
        function = _found(asked["function"])
        return {"result": json.loads(json.dumps(function(asked["inputs"], asked["results"], stage)))}
    except IspaceError as error:
        return {"error": dataclasses.asdict(Failure.of(error))}
    except _Unwanted:
        return {"unwanted": True}
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            return {"bug": traceback.format_exc()}
        return {"error": dataclasses.asdict(Failure.of(StoreFullError(store=str(stage.folder.parent))))}
    except Exception:  # a mistake of ours; the worker logs it
        return {"bug": traceback.format_exc()}


def _found(path: str) -> Any:
    """Return the function ``module:name``; raises ``StageUnknownError`` where this iSpace has none."""
    module, _, name = path.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
            raise  # it is there, and lacks something itself
        raise StageUnknownError(function=path) from error
    except AttributeError as error:
        raise StageUnknownError(function=path) from error


if __name__ == "__main__":
    main()
