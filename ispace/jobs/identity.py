"""Which process a worker is, so that others on the same machine can see at once that it is gone."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import socket
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Identity:
    """A worker process: ``id`` is new with each start, ``machine`` the same for all whose processes we could see."""

    id: str
    host: str
    machine: str
    pid: int
    pid_started: str


def of_this_process() -> Identity:
    """Return who we are."""
    host = socket.gethostname()[:64] or "?"
    pid = os.getpid()
    return Identity(f"{host}-{pid}-{secrets.token_hex(6)}", host, this_machine(), pid, _started(pid) or "?")


def is_gone(machine: str, pid: int, pid_started: str) -> bool:
    """Say whether a process has certainly ended; ``False`` for one on another machine, of which we know nothing."""
    if machine != this_machine() or pid_started == "?":
        return False
    return _started(pid) != pid_started


def this_machine() -> str:
    """Name this run of this machine, and the room in which its processes see each other; unlike any other if unsure."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    return f"?/{os.getpid()}"


def _started(pid: int) -> str | None:
    """Return when a process started, in the kernel's ticks; ``None`` where there is none, or only its remains."""
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return None if fields[0] in {"Z", "X"} else fields[19]
    return None
