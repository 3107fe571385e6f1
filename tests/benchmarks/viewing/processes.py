"""What the browser's graphics process has worked so far: a figure that other users of the machine do not change."""

from __future__ import annotations

import math
import os
from pathlib import Path

_PROC = Path("/proc")


def graphics_cpu_ms() -> float:
    """Return the processor time of the graphics processes that descend from this one; NaN where there is no /proc.

    Without a graphics card they draw everything, the page's text included.
    """
    if not (_PROC / "self" / "stat").exists():
        return math.nan
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        if b"--type=gpu-process" in command:
            ticks[int(folder.name)] = int(fields[11]) + int(fields[12])
    mine = sum(count for process, count in ticks.items() if _descends(process, parents))
    return mine * 1000 / os.sysconf("SC_CLK_TCK")


def _descends(process: int, parents: dict[int, int]) -> bool:
    while process in parents and process != os.getpid():
        process = parents[process]
    return process == os.getpid()
