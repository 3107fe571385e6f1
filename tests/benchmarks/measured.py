"""Runs a command and prints what it took as JSON: ``measured.py SECONDS COMMAND…``.

A process of its own, and a small one: Linux counts what the starting process held towards the peak of the started one.
CPU seconds are those of the command and of everything that it waited for, the peak is that of the largest process. It
is looked up while they run, too: the picture process begins to count anew with each of its tasks, and what the system
tells in the end is the peak of the last one only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

_LOOKED_UP_EVERY_S = 0.2


def main() -> None:
    limit_s, command = float(sys.argv[1]), sys.argv[2:]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr, start_new_session=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    ended = threading.Event()
    peaks = [0]
    watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    ended.set()
    watch.join()
    values = {
        "exit": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": max(usage.ru_maxrss, *peaks) / 1024,
        "wall_s": wall_s,
    }
    print(json.dumps(values))


def _watch(session: int, ended: threading.Event, peaks: list[int]) -> None:
    """Note the peak, in KiB, of each process of a session until it has ended."""
    while not ended.wait(_LOOKED_UP_EVERY_S):
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError, StopIteration):
                # after the program's name, which may hold spaces: state, parent, group, session
                if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == session:
                    lines = (folder / "status").read_text().splitlines()
                    peaks.append(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]))
        peaks[:] = [max(peaks)]


if __name__ == "__main__":
    main()
