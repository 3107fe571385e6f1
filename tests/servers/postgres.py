"""A PostgreSQL of our own for the tests: on loopback, from the programs that Debian's package brings."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

USER = "ispace"
_HOMES = Path("/usr/lib/postgresql")


class UnavailableError(Exception):
    """PostgreSQL cannot run on this machine; the message says why and what would help."""


class Postgres:
    """One cluster in ``folder``; what was stored is gone with the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "pg"
        self._password = secrets.token_hex(12)
        self._port = 0

    def start(self) -> None:
        """Make the cluster and start it; raises ``UnavailableError``."""
        if not _programs():
            raise UnavailableError("there is no PostgreSQL: apt-get install postgresql")
        self._folder.mkdir(parents=True, exist_ok=True)
        password = self._folder / "password"
        password.write_text(self._password, "utf-8")
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root; its package has an account for it.
            account = pwd.getpwnam("postgres")
            for path in (self._folder, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        self._run(
            *("initdb", "-D", str(self._data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        flags = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        self._run(
            "pg_ctl",
            "-D",
            str(self._data),
            "-w",
            "-l",
            str(self._folder / "server.log"),
            "-o",
            flags,
            "start",
            out=False,
        )

    def stop(self) -> None:
        """Stop it, if it runs."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop", out=False)

    def url(self, database: str) -> str:
        """Return the address of a database of the cluster."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def make(self, database: str) -> str:
        """Make an empty database and return its address."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{database}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Delete a database, whoever is still connected to it."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{database}" with (force)')

    def _run(self, program: str, *arguments: str, out: bool = True) -> None:
        command = [str((_programs() or Path()) / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command,
            # The server inherits what it is given: a pipe would never end.
            stdout=subprocess.PIPE if out else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if out else subprocess.DEVNULL,
            cwd="/",
            check=False,
        )
        if done.returncode != 0:
            log = self._folder / "server.log"
            said = (done.stdout or b"").decode("utf-8", "replace") or (log.read_text("utf-8") if log.exists() else "")
            raise UnavailableError(f"{program} failed: {said.strip()[-400:]}")


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed."""
    found = [path / "bin" for path in _HOMES.glob("*") if (path / "bin" / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None
