"""The shell scripts: which Python and browsers they take, that steps go on after a failure, that signals end them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest
from small_checkout import ROOT, SmallCheckout


def shell(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` by bash in the checkout, with nothing but ``environment``."""
    command = ["/bin/bash", "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def program(path: Path, code: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)
    return path


def test_the_first_python_that_is_new_enough_is_taken(tmp_path: Path) -> None:
    program(tmp_path / "python3", "exit 1")
    program(tmp_path / "python3.12", "exit 0")
    assert shell('. scripts/common.sh; find_python; echo "$python"', PATH=str(tmp_path)).stdout == "python3.12\n"


def test_no_python_is_one_sentence(tmp_path: Path) -> None:
    program(tmp_path / "python3", "exit 1")
    done = shell(". scripts/common.sh; find_python", PATH=str(tmp_path))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
    assert "3.11" in done.stderr


def test_steps_go_on_after_a_failure_which_is_told_at_the_end() -> None:
    done = shell(". scripts/common.sh; step first false; step second echo here; summary")
    assert done.returncode == 1
    assert "here" in done.stdout
    assert done.stdout.endswith("failed: first;\n")


def test_steps_that_all_pass_end_with_zero() -> None:
    assert shell(". scripts/common.sh; step first true; summary").returncode == 0


def test_the_chromium_that_is_named_is_taken_before_the_one_in_the_path(tmp_path: Path) -> None:
    named = program(tmp_path / "mine", "")
    program(tmp_path / "bin/chromium", "")
    code = '. scripts/programs; find_chromium; echo "$ISPACE_CHROMIUM"'
    assert shell(code, PATH=str(tmp_path / "bin"), ISPACE_CHROMIUM=str(named)).stdout.strip() == str(named)
    assert shell(code, PATH=str(tmp_path / "bin")).stdout.strip() == str(tmp_path / "bin/chromium")


@pytest.mark.parametrize("named", ["", "/nonexistent/chromium"])
def test_a_missing_browser_is_one_sentence(tmp_path: Path, named: str) -> None:
    program(tmp_path / "id", "echo 1000")
    done = shell(". scripts/programs; find_chromium", PATH=str(tmp_path), ISPACE_CHROMIUM=named)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
    assert "ISPACE_CHROMIUM" in done.stderr


@pytest.mark.parametrize(
    ("browser", "programs", "packages"),
    [
        ("chromium", ["chromium"], "chromium"),
        ("firefox", ["firefox-esr", "Xvfb"], "firefox-esr xvfb libgl1-mesa-dri"),
    ],
)
def test_root_on_debian_gets_a_browser_by_apt(tmp_path: Path, browser: str, programs: list[str], packages: str) -> None:
    if not Path("/etc/debian_version").exists():
        pytest.skip("this is no Debian")
    program(tmp_path / "bin/id", "echo 0")
    made = " && ".join(
        f"printf '#!/bin/sh\\n' >{p} && /bin/chmod +x {p}" for p in (tmp_path / "bin" / n for n in programs)
    )
    program(tmp_path / "bin/apt-get", f'echo "$*" >>{tmp_path}/asked; case $1 in install) {made};; esac')
    (tmp_path / ".venv").mkdir()
    code = f'. scripts/programs; cd {tmp_path}; find_{browser} && echo "$ISPACE_{browser.upper()}"'

    done = shell(code, PATH=str(tmp_path / "bin"))

    assert done.stdout.strip() == str(tmp_path / "bin" / programs[0])
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["update", f"install -y --no-install-recommends {packages}"]


def test_a_missing_firefox_is_one_sentence_that_says_what_is_skipped(tmp_path: Path) -> None:
    program(tmp_path / "id", "echo 1000")
    program(tmp_path / "firefox-esr", "")
    for named in ("", "/nonexistent/firefox"):
        done = shell(". scripts/programs; find_firefox", PATH=str(tmp_path), ISPACE_FIREFOX=named)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
        assert "skipped" in done.stderr


@pytest.fixture
def running(tmp_path: Path) -> SmallCheckout:
    """A checkout whose setup is done and whose ``ispace`` says what it was asked and then waits for its end."""
    small = SmallCheckout(tmp_path)
    small.write("scripts/setup.py", "")
    # It opens the pipe "alive" for as long as it lives.
    program(small.folder / ".venv/bin/ispace", 'exec 9>alive; echo "$@" >&9; [ "$1" = "$FAST" ] || exec sleep 1000')
    os.mkfifo(small.folder / "alive")
    return small


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("fast", "asked"), [("none", "publish tours/one"), ("publish", "serve")])
def test_a_signal_ends_run_and_what_it_started(
    running: SmallCheckout, number: signal.Signals, fast: str, asked: str
) -> None:
    alive = os.open(running.folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    ours = os.open(running.folder / "alive", os.O_WRONLY)  # so that the pipe does not end between two commands
    os.set_blocking(alive, True)
    process = subprocess.Popen(
        [str(running.folder / "scripts/run")],
        env=running.environment(FAST=fast),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        heard = b""
        while not heard.endswith(f"{asked}\n".encode()):
            assert select.select([alive], [], [], 60)[0]
            heard += os.read(alive, 1000)

        process.send_signal(number)
        process.wait(timeout=60)

        os.close(ours)
        assert select.select([alive], [], [], 60)[0]
        assert os.read(alive, 1000) == b"", "the pipe has ended: nobody who held it is left"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(alive)
    assert process.returncode != 0
