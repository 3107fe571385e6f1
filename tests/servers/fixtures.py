"""The S3 servers that tests can ask for: a Swift of our own, started when the first test wants it, and another one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.server import Server, parse
from servers.swift import ROOT, Swift, UnavailableError, keeps_attributes

VARIABLE = "ISPACE_TEST_S3"


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real S3 server on loopback; skips and says why where there can be none."""
    temporary = tmp_path_factory.mktemp("swift")
    # The place for temporary files is often one in memory that keeps no extended attributes.
    folder = temporary if keeps_attributes(temporary) else ROOT / "var" / f"test-swift-{os.getpid()}"
    server = Swift(folder)
    try:
        try:
            value = server.start()
        except UnavailableError as error:
            pytest.skip(str(error))
        yield value
    finally:
        server.stop()
        _clear(folder, keep_logs=folder == temporary)


@pytest.fixture(scope="session")
def other_s3() -> Server:
    """A server of another make that the tester runs: ISPACE_TEST_S3="endpoint=http://… key=… secret=… region=…"."""
    line = os.environ.get(VARIABLE, "")
    if not line.strip():
        pytest.skip(f'{VARIABLE} names no second S3 server ("endpoint=http://… key=… secret=… region=…")')
    return parse(VARIABLE, line)


def _clear(folder: Path, *, keep_logs: bool) -> None:
    """Throw away what was stored: pytest keeps the folders of the last runs, and thousands of objects help nobody."""
    shutil.rmtree(folder / "data" if keep_logs else folder, ignore_errors=True)
