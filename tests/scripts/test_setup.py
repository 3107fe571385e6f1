"""Setting up: each step once, nothing twice, and one sentence when something cannot be had."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_checkout import ROOT, SmallCheckout

pytestmark = pytest.mark.slow

ALL = {"venv", "python-runtime", "node-packages", "front-end", "ispace"}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> SmallCheckout:
    """A checkout that was set up for running."""
    small = SmallCheckout(tmp_path_factory.mktemp("ready"))
    done = small.setup()
    assert done.returncode == 0, done.stderr
    assert small.stamps() == ALL
    return small


@pytest.fixture
def fresh(tmp_path: Path) -> SmallCheckout:
    """A checkout in which nothing was done yet."""
    return SmallCheckout(tmp_path)


@pytest.fixture
def port() -> Iterator[int]:
    """A port of the IPv4 loopback on which somebody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def is_one_sentence(text: str) -> bool:
    """Whether the output ends with one line for each language and no traceback; steps begin with a dot."""
    told = [line for line in text.splitlines() if not line.startswith("·")]
    return len(told) == 2 and "Traceback" not in text


def test_a_second_run_says_nothing_and_touches_nothing(ready: SmallCheckout) -> None:
    def seen() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in ready.folder.rglob("*") if "__pycache__" not in p.parts}

    before = seen()

    again = ready.setup()

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert seen() == before


def test_the_command_is_in_the_environment_of_the_checkout(ready: SmallCheckout) -> None:
    done = subprocess.run([str(ready.folder / ".venv/bin/ispace")], capture_output=True, text=True, check=False)
    assert done.stdout == "installed\n"


@pytest.mark.parametrize("lost", ["static/dist/viewer.js", "static/dist/manifest.json"])
def test_a_front_end_that_lost_a_file_is_built_again_and_nothing_else_is(ready: SmallCheckout, lost: str) -> None:
    (ready.folder / lost).unlink()

    again = ready.setup()

    assert re.findall("^·.*", again.stderr, re.MULTILINE) == ["· Giao diện / Front end (static/dist) …"]
    assert (ready.folder / lost).is_file()


def test_a_changed_source_of_the_front_end_is_built(ready: SmallCheckout) -> None:
    ready.write("static/viewer.js", "another source")
    assert "static/dist" in ready.setup().stderr
    assert ready.setup().stderr == ""


def test_a_lock_file_that_cannot_be_met_leaves_no_stamp_so_that_going_back_installs_again(ready: SmallCheckout) -> None:
    good = (ready.folder / "requirements/runtime.txt").read_text()
    ready.write("requirements/runtime.txt", good.replace("small_runtime", "not_there"))

    failed = ready.setup()

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert "not_there==1" in failed.stderr.splitlines()[-1]
    assert str(ready.folder / ".venv/pip.log") in failed.stderr
    assert "python-runtime" not in ready.stamps()
    ready.write("requirements/runtime.txt", good)
    assert ready.setup().returncode == 0
    assert ready.stamps() == ALL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_installation_cut_short_by_a_signal_is_done_again(fresh: SmallCheckout, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a registry that never answers
        registry = {"PIP_INDEX_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/simple"}
        environment = fresh.environment(**registry)
        del environment["PIP_NO_INDEX"]
        process = subprocess.Popen(
            [sys.executable, str(fresh.folder / "scripts/setup.py")],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        asking, _ = silent.accept()

        process.send_signal(number)
        told = process.communicate(timeout=60)[1]

        with asking:
            asking.settimeout(60)
            while asking.recv(1000):  # until pip, which has asked, is gone
                pass
    assert process.returncode == 130
    assert "Traceback" not in told
    assert fresh.stamps() == {"venv"}
    assert fresh.setup().returncode == 0
    assert fresh.stamps() == ALL


def test_a_javascript_package_that_cannot_be_had_is_named(ready: SmallCheckout) -> None:
    ready.node_packages({"some-viewer": "1.2.3"})

    failed = ready.setup()

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert "some-viewer" in failed.stderr.splitlines()[-1]
    assert "node-packages" not in ready.stamps()
    ready.node_packages({})
    assert ready.setup().returncode == 0


def test_a_front_end_that_does_not_build_says_why(ready: SmallCheckout) -> None:
    good = (ready.folder / "scripts/build_frontend.mjs").read_text()
    ready.write("scripts/build_frontend.mjs", "console.error('viewer.js is over its budget.'); process.exitCode = 1;")

    failed = ready.setup()

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert "over its budget" in failed.stderr
    ready.write("scripts/build_frontend.mjs", good)
    assert ready.setup().returncode == 0


def test_what_testing_needs_is_added_and_running_does_not_take_it_away(ready: SmallCheckout) -> None:
    assert not ready.installed("small_dev")
    assert ready.setup("--dev").returncode == 0
    assert ready.installed("small_dev")
    assert ready.setup().stderr == ""


def test_the_server_of_the_tests_has_an_environment_of_its_own_and_is_installed_once(fresh: SmallCheckout) -> None:
    done = fresh.setup("--dev")

    assert done.returncode == 0, done.stderr
    assert fresh.stamps() == ALL - {"python-runtime"} | {"python-dev", "swift"}
    assert fresh.installed("small_swift", ".venv/swift")
    assert not fresh.installed("small_swift")
    assert fresh.setup("--dev", PIP_FIND_LINKS="/nonexistent").stderr == ""


def test_a_server_of_the_tests_that_cannot_be_had_is_named_and_running_does_not_need_it(ready: SmallCheckout) -> None:
    good = (ready.folder / "requirements/swift.txt").read_text()
    ready.write("requirements/swift.txt", good.replace("small_swift", "not_there"))

    failed = ready.setup("--dev")

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert "not_there==1" in failed.stderr.splitlines()[-1]
    assert "swift" not in ready.stamps()
    assert ready.setup().returncode == 0
    ready.write("requirements/swift.txt", good)
    assert ready.setup("--dev").returncode == 0
    assert "swift" in ready.stamps()


def test_without_node_the_environment_brings_its_own(fresh: SmallCheckout) -> None:
    first = fresh.setup(PATH="/nonexistent")
    again = fresh.setup(PATH="/nonexistent")

    assert first.returncode == 0, first.stderr
    assert "Node" in first.stderr
    assert (fresh.folder / ".venv/bin/node").is_symlink()
    assert (fresh.folder / ".venv/bin/npm").is_symlink()
    assert again.stderr == ""


def test_a_taken_port_is_said_before_anything_else_is_done(fresh: SmallCheckout, port: int) -> None:
    for variable in ("ISPACE_PORT", "ISPACE_STUDIO_PORT"):
        ports = {"ISPACE_PORT": "0", "ISPACE_STUDIO_PORT": "0", variable: str(port)}
        failed = fresh.setup("--serve", **ports)

        assert failed.returncode == 1
        assert is_one_sentence(failed.stderr)
        # The next port may be that of the other service.
        assert f"{variable}={port + 10}" in failed.stderr
    assert not (fresh.folder / ".venv").exists()


def test_a_python_without_venv_says_what_to_install(fresh: SmallCheckout) -> None:
    code = "import runpy, sys; sys.modules['ensurepip'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-c", code, str(fresh.folder / "scripts/setup.py")]

    failed = subprocess.run(command, env=fresh.environment(), capture_output=True, text=True, check=False)

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert f"python3.{sys.version_info[1]}-venv" in failed.stderr


def test_a_python_that_is_too_old_is_told_what_is_needed(fresh: SmallCheckout) -> None:
    code = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [sys.executable, "-c", code, str(fresh.folder / "scripts/setup.py")]

    failed = subprocess.run(command, env=fresh.environment(), capture_output=True, text=True, check=False)

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)
    assert "3.11" in failed.stderr


def test_a_checkout_that_cannot_be_written_is_one_sentence(fresh: SmallCheckout) -> None:
    (fresh.folder / ".venv").write_text("a file where the folder should be")

    failed = fresh.setup()

    assert failed.returncode == 1
    assert is_one_sentence(failed.stderr)


@pytest.mark.parametrize("name", ["runtime", "dev", "node", "swift"])
def test_every_pinned_package_has_its_hash_and_no_registry_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==[^\\]*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^\S", text, re.MULTILINE))
    assert "://" not in text
    assert not re.findall(r"^-", text, re.MULTILINE)


def test_the_lock_of_the_javascript_packages_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
