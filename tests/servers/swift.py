"""An S3 server of our own for the tests: OpenStack Swift on loopback, from the environment that setup.py --dev makes.

By hand, as ``scripts/s3-server`` calls it: ``python -m servers.swift up|down|status|run [FOLDER]``. Standard library
only: it runs with any Python that is new enough, Swift itself with that of its environment.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from servers.server import Server

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "var" / "s3-server"
NODE = Path(__file__).with_name("swift_node.py")
USER, PASSWORD, REGION, ACCOUNT = "test:tester", "testing", "us-east-1", "AUTH_test"
START_S = 90
STOP_S = 20
TAIL_LINES = 15


class UnavailableError(Exception):
    """Swift cannot run on this machine or in this folder; the message says why and what would help."""


class StartError(Exception):
    """Swift did not come up; the message ends with what its logs say."""


class Swift:
    """One node of Swift that keeps everything in ``folder``; what was stored is there again at the next start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.process: subprocess.Popen[str] | None = None
        self._held = contextlib.ExitStack()

    def start(self) -> Server:
        """Start it and return once it answers. Its processes end with the thread that calls this, or before."""
        python = check(self.folder)
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._held.enter_context(_hold(self.folder))
            (self.folder / "log").mkdir(exist_ok=True)
            for log in self._logs():
                log.unlink()
            with (self.folder / "log" / "node.log").open("wb") as log:
                # A session of its own: Ctrl-C reaches the caller only, who may still need the server to clean up.
                # Warnings are for those who develop Swift; here they would hide why a start failed.
                command = [str(python), "-I", "-W", "ignore", str(NODE), str(self.folder), str(os.getpid())]
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    start_new_session=True,
                )
            line = first_line(self.process, START_S)
            port = json.loads(line)["proxy"] if line else 0
            if not port or not _answers(port):
                raise StartError(f"Swift did not come up in {self.folder}:\n{self._tails()}")
            undo.pop_all()
        endpoint = f"http://127.0.0.1:{port}"
        server = Server("swift", endpoint, USER, PASSWORD, REGION, f"{endpoint}/v1/{ACCOUNT}")
        (self.folder / "run" / "server").write_text(server.line() + "\n", "utf-8")
        return server

    def stop(self) -> None:
        """End the processes that ``start`` started, and return when they are gone."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()  # the kernel ends its children with it
                self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self.process = None
            (self.folder / "run" / "server").unlink(missing_ok=True)
        self._held.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _logs(self) -> list[Path]:
        return sorted((self.folder / "log").glob("*.log"))

    def _tails(self) -> str:
        lines = [(p.stem, p.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]) for p in self._logs()]
        return "\n".join(f"{name}: {line}" for name, tail in lines for line in tail) or "(the logs are empty)"


def check(folder: Path) -> Path:
    """Return the Python of Swift's environment, or say why Swift cannot run with its data in ``folder``."""
    # The checkout's own, or that of the environment in which this runs: a second checkout may borrow the first one's.
    places = [ROOT / ".venv" / "swift", Path(sys.prefix) / "swift"]
    python = next((p / "bin" / "python" for p in places if (p / "bin" / "swift-proxy-server").is_file()), None)
    if python is None:
        raise UnavailableError(f"there is no Swift in {places[0]}; python3 scripts/setup.py --dev installs it")
    if not keeps_attributes(folder):
        raise UnavailableError(
            f"the file system of {folder} keeps no extended attributes, in which Swift keeps what it knows of an object"
            " (ext4, xfs and btrfs do, tmpfs does from Linux 6.6)"
        )
    return python


def keeps_attributes(folder: Path) -> bool:
    """Try whether files in ``folder`` can have extended attributes."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".attributes-{os.getpid()}"
    try:
        probe.touch()
        os.setxattr(probe, "user.ispace", b"1")
    except OSError as error:
        if error.errno in {errno.ENOTSUP, errno.ENOSPC, errno.EPERM}:
            return False
        raise
    except AttributeError:  # not Linux
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True


def first_line(process: subprocess.Popen[str], seconds: float) -> str:
    """Return the first line that ``process`` writes, "" when it ends or ``seconds`` pass without one."""
    assert process.stdout
    if select.select([process.stdout], [], [], seconds)[0]:
        return process.stdout.readline()
    return ""


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except OSError:
            return False


@contextlib.contextmanager
def _hold(folder: Path) -> Iterator[None]:
    """Hold the folder for this process: who holds it cannot be mistaken, even where a process number is used again."""
    with _lock(folder) as file:
        if not _take(file):
            raise UnavailableError(f"another Swift is running in {folder}")
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _lock(folder: Path) -> IO[str]:
    return (folder / "lock").open("a+", encoding="utf-8")


def _take(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run(folder: Path) -> int:
    """Serve until SIGTERM or SIGINT."""
    swift = Swift(folder)
    # Where Swift ends by itself there is nothing left to wait for; blocked, the news is kept until we wait for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        server = swift.start()
        print(server.line(), flush=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        if signal.sigwait({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}) == signal.SIGCHLD:
            raise StartError(f"Swift ended by itself; see {folder / 'log'}")
    except KeyboardInterrupt:
        pass
    finally:
        swift.stop()
    return 0


def up(folder: Path) -> int:
    """Serve in the background and return once it answers."""
    if _running(folder):
        return status(folder)
    (folder / "log").mkdir(parents=True, exist_ok=True)
    path = folder / "log" / "run.txt"
    with path.open("wb") as log:
        command = [sys.executable, "-P", "-m", "servers.swift", "run", str(folder)]
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    if line := first_line(process, START_S):
        print(line, end="")
        return 0
    process.terminate()
    process.wait()
    raise StartError(path.read_text("utf-8", "replace").strip())


def down(folder: Path) -> int:
    """End what ``run`` or ``up`` started for this folder."""
    if pid := _running(folder):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while _running(folder):
            if time.monotonic() > deadline:
                raise StartError(f"process {pid} does not end")
            time.sleep(0.05)
    return 0


def status(folder: Path) -> int:
    """Print the server's line, or that there is none."""
    file = folder / "run" / "server"
    if _running(folder) and file.is_file():
        print(file.read_text("utf-8"), end="")
        return 0
    print(f"no Swift is running in {folder}")
    return 1


def _running(folder: Path) -> int:
    """Return the process that holds the folder, 0 where nobody does."""
    if not (folder / "lock").is_file():
        return 0
    with _lock(folder) as file:
        if _take(file):
            return 0
        file.seek(0)
        return int(file.read().strip() or 0)


COMMANDS = {"up": up, "down": down, "status": status, "run": run}


def main(arguments: list[str]) -> int:
    """Do what the first argument says in the folder that the second one names."""
    if not 1 <= len(arguments) <= 2 or arguments[0] not in COMMANDS:
        print("usage: scripts/s3-server up|down|status|run [FOLDER]", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]](Path(arguments[1]).resolve() if len(arguments) > 1 else FOLDER)
    except (UnavailableError, StartError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
