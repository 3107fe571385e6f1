"""Where ``ispace serve`` listens, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ispace.errors import PortForbiddenError, PortTakenError, SettingInvalidError
from ispace.language import error_sentence
from ispace.web import listen


def _has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    found: list[socket.socket] = []
    yield found
    for each in found:
        each.close()


def test_without_a_host_both_loopbacks_listen_on_one_port(sockets: list[socket.socket]) -> None:
    if not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    sockets += listen.listen("", 0)
    assert sorted(s.getsockname()[0] for s in sockets) == ["127.0.0.1", "::1"]
    assert len({s.getsockname()[1] for s in sockets}) == 1
    names = listen.addresses(sockets)
    assert names[0].startswith("http://localhost:")
    assert len(names) == 3


def test_nothing_but_the_loopback_is_listened_on_unasked(sockets: list[socket.socket]) -> None:
    sockets += listen.listen("", 0)
    assert all(s.getsockname()[0] in {"127.0.0.1", "::1"} for s in sockets)


def test_a_host_that_is_named_is_the_only_one(sockets: list[socket.socket]) -> None:
    sockets += listen.listen("127.0.0.1", 0)
    assert [s.getsockname()[0] for s in sockets] == ["127.0.0.1"]
    assert listen.addresses(sockets) == [f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"]


def test_port_0_is_a_free_one(sockets: list[socket.socket]) -> None:
    sockets += listen.listen("", 0)
    assert sockets[0].getsockname()[1] > 0


@pytest.mark.parametrize("taken", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_on_either_loopback_is_said_with_another_to_try(
    sockets: list[socket.socket], taken: str
) -> None:
    if taken == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    sockets += listen.listen(taken, 0)
    port = sockets[0].getsockname()[1]
    with pytest.raises(PortTakenError) as caught:
        listen.listen("", port)
    sentence = error_sentence(caught.value, "vi")
    assert f"Cổng {port} " in sentence
    assert f"ISPACE_PORT={port + 1}" in sentence
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        if host != taken and (host != "::1" or _has_ipv6()):  # what was bound before the refusal is free again
            with socket.socket(family) as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind((host, port))


def test_a_port_that_needs_a_right_is_said_to_need_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(PortForbiddenError) as caught:
        listen.listen("127.0.0.1", 80)
    assert "quyền dùng cổng 80:" in error_sentence(caught.value, "vi")


def test_a_host_that_is_none_is_refused() -> None:
    with pytest.raises(SettingInvalidError) as caught:
        listen.listen("no such host", 0)
    assert caught.value.params["name"] == "ISPACE_HOST"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "index.html").write_text("<!doctype html><html></html>")
    environment = dict(os.environ) | {"ISPACE_PORT": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "ispace", "serve", "--from", f"file:{tmp_path / 'public'}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "http://" in line, process.stderr.read() if process.stderr else ""
    return line[line.index("http://") :].strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_server_cleanly_and_frees_the_port(
    server: subprocess.Popen[str], number: signal.Signals
) -> None:
    address = _address(server)
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert answer.status == 200
    server.send_signal(number)
    rest, said = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Traceback" not in said + rest
    assert said == ""
    port = int(address.rsplit(":", 1)[1].strip("/"))
    for bound in listen.listen("", port):
        bound.close()


def test_a_second_server_on_the_port_says_so_and_ends(server: subprocess.Popen[str], tmp_path: Path) -> None:
    port = _address(server).rsplit(":", 1)[1].strip("/")
    environment = dict(os.environ) | {"ISPACE_PORT": port}
    second = subprocess.run(
        [sys.executable, "-m", "ispace", "serve", "--from", f"file:{tmp_path}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == PortTakenError.exit_code
    assert "(CONG-BAN)" in second.stderr
    assert second.stdout == ""


def test_only_a_folder_can_be_served(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ispace", "serve", "--from", "s3://bucket/prefix"],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ) | {"ISPACE_PORT": "0"},
    )
    assert done.returncode == 3
    assert "(KHO-PHUC-VU)" in done.stderr
