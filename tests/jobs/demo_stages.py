"""Stages of jobs for tests; each execution leaves a line in a side file, which no database can roll back."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path
from typing import Any

from ispace.errors import PictureEmptyError, StoreUnreachableError
from ispace.jobs.stage import Stage


def _note(inputs: dict[str, Any], word: str) -> None:
    line = f"{inputs.get('name', '-')} {word}\n".encode()
    handle = os.open(inputs["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, line)
    os.close(handle)


def step(inputs: dict[str, Any], results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Take ``seconds`` and hand on how many stages went before, and where one of the same name left its file."""
    _note(inputs, f"begin {stage.name}")
    for part in range(4):
        time.sleep(inputs.get("seconds", 0.1) / 4)
        stage.progress((part + 1) / 4, f"{part + 1} of 4")
    stage.tell(seen=stage.name)
    _note(inputs, f"end {stage.name}")
    return {"before": sorted(results), "name": stage.name}


def old(inputs: dict[str, Any], _results: dict[str, Any], _stage: Stage) -> str:
    """Be what an older iSpace did."""
    _note(inputs, "old")
    return "old"


def burn(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> None:
    """Compute until somebody ends it, with a file of its own; ``deaf`` does not hear when it is asked to."""
    if inputs.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (stage.folder / "large").write_bytes(b"x" * 1000)
    _note(inputs, f"pid {os.getpid()} {stage.folder}")
    while True:
        sum(range(10_000))


def poison(inputs: dict[str, Any], _results: dict[str, Any], _stage: Stage) -> None:
    """End the process, and with ``worker`` the worker too, as the system does when memory is short."""
    _note(inputs, "poison")
    if inputs.get("worker"):
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def unreachable(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> str:
    """Fail as a store does that does not answer, until ``good`` attempts were made."""
    _note(inputs, f"attempt {stage.attempt}")
    if stage.attempt < inputs["good"]:
        stage.tell(tried=stage.attempt)
        raise StoreUnreachableError(store="s3://tours", reason="timed out")
    return "reached"


def crowded(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> str:
    """Find the disk full, more often than a stage is begun that fails, until somebody made room."""
    _note(inputs, f"crowded {stage.attempt}")
    if not Path(inputs["room"]).exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(stage.folder / "large"))
    return "written"


def unusable(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> None:
    """Fail as an empty file does."""
    _note(inputs, "unusable")
    stage.tell(report="stitched/x.json")
    raise PictureEmptyError(file=Path("chua.jpg"))


def mistaken(_inputs: dict[str, Any], _results: dict[str, Any], _stage: Stage) -> None:
    """Have a mistake of ours."""
    raise RuntimeError("không ngờ tới")


def environment(_inputs: dict[str, Any], _results: dict[str, Any], _stage: Stage) -> list[str]:
    """Return the names in the environment."""
    return sorted(os.environ)


def large(_inputs: dict[str, Any], _results: dict[str, Any], _stage: Stage) -> str:
    """Return more than anybody should."""
    return "x" * (9 << 20)
