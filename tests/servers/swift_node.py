"""OpenStack Swift with the S3 API, one node with one copy; ``swift.py`` runs it with the Python of its environment.

    python -I swift_node.py FOLDER PARENT

Writes rings and configuration into FOLDER/etc, forks one process for each server, and when all of them are ready writes
one line to the standard output: ``{"proxy": port, …}``. Ends at SIGTERM, when a server ends, or when PARENT does.

The sockets are bound and Swift is imported before the processes are forked: no port can be lost between choosing and
using it, and the libraries are loaded once instead of four times.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from eventlet.greenio import GreenSocket
from swift.common import utils
from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.utils import logs
from swift.common.wsgi import run_server

HOST = "127.0.0.1"
PARTITIONS_LOG2 = 4
PR_SET_PDEATHSIG = 1
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}

SWIFT = """
[swift-hash]
swift_hash_path_suffix = test
[storage-policy:0]
name = single
default = yes
"""

# The machine is shared and nothing repairs later what a server gave up: no deadline here may pass in a test.
# An object whose update of the listing came late would stay out of the listing, for no updater runs.
COMMON = """
[DEFAULT]
swift_dir = {etc}
devices = {data}
mount_check = false
disable_fallocate = true
log_level = WARNING
conn_timeout = 30
node_timeout = 60
container_update_timeout = 60
"""

STORAGE = """
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
recon_cache_path = {recon}
log_requests = false
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors cache s3api tempauth copy slo dlo symlink versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
error_suppression_limit = 1000000
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
paste.filter_factory = __main__:cache
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
dns_compliant_bucket_names = true
allow_multipart_uploads = true
min_segment_size = 5242880
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
"""

SERVERS = {"account": STORAGE, "container": STORAGE, "object": STORAGE, "proxy": PROXY}


class Cache:
    """What Swift asks of memcached, in the memory of the one proxy: without it every request looks up its bucket."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[float, str]] = {}

    def set(self, key: str, value: object, serialize: bool = True, time: float = 0, **_: object) -> None:
        # As JSON, because that is what comes back from memcached: a copy, with lists for tuples.
        self.kept[key] = (_until(time), json.dumps(value))

    def get(self, key: str, **_: object) -> Any:
        until, text = self.kept.get(key, (0.0, "null"))
        return json.loads(text) if until > time.time() else None

    def delete(self, key: str, **_: object) -> None:
        self.kept.pop(key, None)

    def incr(self, key: str, delta: int = 1, time: float = 0) -> int:
        value = max(0, int(self.get(key) or 0) + delta)
        self.set(key, value, time=time)
        return value

    def decr(self, key: str, delta: int = 1, time: float = 0) -> int:
        return self.incr(key, -delta, time)

    def set_multi(self, mapping: dict[str, object], _: str, time: float = 0, **__: object) -> None:
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys: list[str], _: str) -> list[Any]:
        return [self.get(key) for key in keys]


def _until(seconds: float) -> float:
    return time.time() + seconds if seconds else float("inf")


def cache(_: dict[str, str], **__: str) -> Callable[[Any], Any]:
    """Make the filter that hands one cache to all requests; named in the proxy's configuration."""
    one = Cache()

    def around(app: Any) -> Any:
        def call(environment: dict[str, object], start_response: object) -> Any:
            environment["swift.cache"] = one
            return app(environment, start_response)

        return call

    return around


def die_with(parent: int) -> None:
    """Let the kernel end this process as soon as ``parent`` ends, however that happens."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        sys.exit(1)


def listen() -> socket.socket:
    sock = socket.create_server((HOST, 0), backlog=1024)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def configure(folder: Path, ports: dict[str, int]) -> None:
    etc, data, recon = folder / "etc", folder / "data", folder / "recon"
    for made in (etc, data / "d1", recon):
        made.mkdir(parents=True, exist_ok=True)
    (etc / "swift.conf").write_text(SWIFT, "utf-8")
    for name, text in SERVERS.items():
        values = {"name": name, "etc": etc, "data": data, "recon": recon}
        (etc / f"{name}.conf").write_text((COMMON + text).format(**values), "utf-8")
        if name != "proxy":
            ring = RingBuilder(PARTITIONS_LOG2, 1, 0)
            ring.add_dev({"region": 1, "zone": 1, "ip": HOST, "port": ports[name], "device": "d1", "weight": 1.0})
            ring.rebalance()
            ring.get_ring().save(str(etc / f"{name}.ring.gz"))
    utils.set_swift_dir(str(etc))
    reload_storage_policies()


def fork(name: str, sock: socket.socket, folder: Path) -> tuple[int, int]:
    """Start a server and return its process and a file that has a byte to read as soon as it is ready."""
    ready, tell = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        serve(name, sock, folder, parent, lambda: os.write(tell, b"."))
    os.close(tell)
    (folder / "run" / f"{name}.pid").write_text(f"{child}\n", "utf-8")
    return child, ready


def serve(name: str, sock: socket.socket, folder: Path, parent: int, ready: Callable[[], object]) -> NoReturn:
    log = os.open(folder / "log" / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    die_with(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    utils.monkey_patch()
    conf = {"__file__": str(folder / "etc" / f"{name}.conf")}
    run_server(conf, logging.getLogger(name), GreenSocket(sock), {"log_name": name}, ready)
    sys.exit(1)


def quicken() -> None:
    """Take out what only a machine that loses its power needs; what is asked by network or read stays as it is."""
    os.fsync = lambda _: None
    logs.ThreadSafeSysLogHandler = lambda **_: logging.StreamHandler(sys.stderr)  # into our files, not the machine's


def main(folder: Path, parent: int) -> int:
    die_with(parent)
    quicken()
    for made in ("run", "log"):
        (folder / made).mkdir(parents=True, exist_ok=True)
    socks = {name: listen() for name in SERVERS}
    ports = {name: sock.getsockname()[1] for name, sock in socks.items()}
    configure(folder, ports)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    children = {name: fork(name, sock, folder) for name, sock in socks.items()}
    dead = [name for name, (_, ready) in children.items() if not os.read(ready, 1)]
    if not dead:
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        # A SIGCHLD may be that of another process, which a library ran while it was imported.
        while not dead and signal.sigwait(SIGNALS) == signal.SIGCHLD:
            dead = [name for name, (child, _) in children.items() if os.waitpid(child, os.WNOHANG)[0]]
    for name, (child, _) in children.items():
        if name not in dead:
            os.kill(child, signal.SIGKILL)  # as after a loss of power, which Swift is made for
            os.waitpid(child, 0)
        (folder / "run" / f"{name}.pid").unlink(missing_ok=True)
    if dead:
        sys.stderr.write(f"ended by itself: {', '.join(dead)}\n")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), int(sys.argv[2])))
