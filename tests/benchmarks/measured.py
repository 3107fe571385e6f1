"""Runs a command and prints what it took as JSON: ``measured.py SECONDS COMMAND…``.

A process of its own, and a small one: Linux counts what the starting process held towards the peak of the started one.
CPU seconds are those of the command and of everything that it waited for, the peak is that of the largest process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time


def main() -> None:
    limit_s, command = float(sys.argv[1]), sys.argv[2:]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr, start_new_session=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    _, status, usage = os.wait4(process.pid, 0)
    values = {
        "exit": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
        "wall_s": time.perf_counter() - started,
    }
    print(json.dumps(values))


if __name__ == "__main__":
    main()
