"""The folder as a store: the contract of every store, and what only a folder can get wrong."""

from __future__ import annotations

import datetime as dt
import errno
import os
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapters.blobs_contract import BlobsContract

from ispace.adapters.folder import FolderBlobs, system
from ispace.errors import (
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    SourceMissingError,
    StoreFailedError,
    StoreFullError,
    StoreReadOnlyError,
)
from ispace.ports import Put


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "kho ảnh 1")


class TestFolder(BlobsContract):
    """Everything that the port promises."""


def _leftovers(blobs: FolderBlobs) -> list[str]:
    return sorted(str(p.relative_to(blobs.root)) for p in (blobs.root / ".ispace" / "tmp").glob("*"))


def test_objects_lie_where_a_web_server_expects_them(blobs: FolderBlobs) -> None:
    blobs.put(Put("t/1/f/0_0.jpg", b"x"))
    assert (blobs.root / "t/1/f/0_0.jpg").read_bytes() == b"x"
    assert blobs.file("t/1/f/0_0.jpg") == blobs.root / "t/1/f/0_0.jpg"


def test_what_iSpace_keeps_for_itself_is_neither_served_nor_listed(blobs: FolderBlobs) -> None:  # noqa: N802
    blobs.put(Put("a/x", b"x", metadata={"by": "an"}, if_absent=True))
    assert (blobs.root / ".ispace" / "lock").is_file()
    assert blobs.file(".ispace/lock") is None
    assert [i.key for i in blobs.scan()] == ["a/x"]
    assert list(blobs.folders()) == ["a"]


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a/../../x", "a\0", ""])
def test_no_file_is_served_for_a_hostile_key(blobs: FolderBlobs, key: str) -> None:
    assert blobs.file(key) is None


def test_two_contents_of_one_size_written_at_once_have_two_etags(blobs: FolderBlobs) -> None:
    etags = {next(iter(blobs.put_many([Put("a/x", b"%04d" % n)]))).etag for n in range(300)}
    assert len(etags) == 300


def test_deleting_leaves_neither_empty_folders_nor_headers(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/b/c", b"x", metadata={"by": "an"}))
    blobs.put(Put("a/b/c", b"y", metadata={"by": "an"}))
    blobs.delete(["a/b/c"])
    assert not (blobs.root / "a").exists()
    assert [p for p in (blobs.root / ".ispace" / "meta").rglob("*") if p.is_file()] == []


def test_headers_of_one_object_do_not_stand_in_the_way_of_another(blobs: FolderBlobs) -> None:
    blobs.put(Put("a", b"1", metadata={"n": "1"}))
    blobs.put(Put("a.json/b", b"2", metadata={"n": "2"}))
    heads = [blobs.head("a"), blobs.head("a.json/b")]
    assert [dict(h.metadata) for h in heads if h] == [{"n": "1"}, {"n": "2"}]


def test_a_name_cannot_be_object_and_folder_at_once(blobs: FolderBlobs) -> None:
    blobs.put(Put("a", b"x"))
    with pytest.raises(StoreFailedError):
        blobs.put(Put("a/b", b"x"))
    blobs.put(Put("c/d", b"x"))
    with pytest.raises(StoreFailedError):
        blobs.put(Put("c", b"x"))
    assert _leftovers(blobs) == []


def test_a_source_that_is_not_there_is_named(blobs: FolderBlobs, tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError):
        blobs.put(Put("a", tmp_path / "none"))
    assert blobs.head("a") is None


def test_a_store_in_place_of_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailedError):
        FolderBlobs(tmp_path / "file").put(Put("a", b"x"))


def test_names_that_no_object_can_have_are_passed_over(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/x", b"x"))
    (blobs.root / "a" / unicodedata.normalize("NFD", "chùa")).write_text("x")
    (blobs.root / "a" / "back\\slash").write_text("x")
    with open(blobs.root.as_posix().encode() + b"/a/\xff", "wb"):  # noqa: PTH123 - a name that is no text
        pass
    found = [i.key for i in blobs.scan()]
    assert found == ["a/x"]
    blobs.delete(found)


# Symbolic links, pipes


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


def test_a_link_that_leads_out_of_the_store_is_no_object(blobs: FolderBlobs, outside: Path) -> None:
    blobs.put(Put("a/x", b"x"))
    (blobs.root / "a" / "file").symlink_to(outside / "secret")
    (blobs.root / "a" / "folder").symlink_to(outside)
    (blobs.root / "a" / "loop").symlink_to(blobs.root)
    for key in ("a/file", "a/folder/secret", "a/loop/a/x"):
        assert blobs.file(key) is None
        assert blobs.head(key) is None
        with pytest.raises(ObjectMissingError):
            blobs.get(key)
        blobs.delete([key])
    assert [i.key for i in blobs.scan()] == ["a/x"]
    assert list(blobs.scan("a/folder/")) == list(blobs.folders("a/")) == list(blobs.folders("a/loop/")) == []
    assert (outside / "secret").read_text() == "secret"


def test_nothing_is_written_through_a_link(blobs: FolderBlobs, outside: Path) -> None:
    blobs.put(Put("a/x", b"x"))
    (blobs.root / "a" / "folder").symlink_to(outside)
    (blobs.root / "a" / "file").symlink_to(outside / "secret")
    with pytest.raises(StoreFailedError):
        blobs.put(Put("a/folder/secret", b"overwritten"))
    blobs.put(Put("a/file", b"an object now"))
    assert blobs.get("a/file") == b"an object now"
    assert sorted(p.name for p in outside.iterdir()) == ["secret"]
    assert (outside / "secret").read_text() == "secret"


def test_the_store_itself_may_be_reached_through_a_link(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    blobs = FolderBlobs(tmp_path / "link")
    blobs.put(Put("a/x", b"x"))
    assert blobs.get("a/x") == b"x"
    assert (outside / "a" / "x").is_file()


def test_a_pipe_or_a_socket_is_no_object_and_blocks_nobody(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs.put(Put("a/x", b"x"))
    os.mkfifo(blobs.root / "a" / "pipe")
    monkeypatch.chdir(blobs.root / "a")  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for key in ("a/pipe", "a/socket"):
            assert blobs.file(key) is None
            with pytest.raises(ObjectMissingError):
                blobs.get(key)
    assert [i.key for i in blobs.scan()] == ["a/x"]


# A disk that refuses


def test_a_full_disk_is_said_and_leaves_the_old_object(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/x", b"old"))
    script = f"""
import resource, sys
from pathlib import Path
from ispace.adapters.folder import FolderBlobs
from ispace.errors import StoreFullError
from ispace.ports import Put
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
blobs = FolderBlobs(Path({str(blobs.root)!r}))
try:
    blobs.put(Put("a/x", b"n" * 200_000))
except StoreFullError as error:
    sys.exit(0 if error.params["store"] == blobs.name else 1)
sys.exit(2)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert blobs.get("a/x") == b"old"
    assert _leftovers(blobs) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB, where this machine lets us have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_what_was_whole(small_disk: Path) -> None:
    blobs = FolderBlobs(small_disk)
    blobs.put(Put("page/index.html", b"old" * 1000))
    with pytest.raises(StoreFullError):
        list(blobs.put_many(Put(f"a/{number}", b"x" * 20_000) for number in range(50)))
    assert all(i.size in {3000, 20_000} for i in blobs.scan())
    with pytest.raises(StoreFullError):
        blobs.put(Put("page/index.html", b"new" * 20_000))
    assert blobs.get("page/index.html") == b"old" * 1000
    assert _leftovers(blobs) == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EDQUOT, StoreFullError),
        (errno.EROFS, StoreReadOnlyError),
        (errno.EACCES, StoreReadOnlyError),
        (errno.EPERM, StoreReadOnlyError),
        (errno.EIO, StoreFailedError),
        (errno.EMFILE, StoreFailedError),
    ],
    ids=lambda v: errno.errorcode[v] if isinstance(v, int) else "",
)
def test_what_the_system_refuses_has_a_class_of_its_own(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    blobs.put(Put("a/x", b"old"))

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(kind):
            blobs.put(Put("a/x", b"new"))
    assert blobs.get("a/x") == b"old"
    assert _leftovers(blobs) == []


def test_a_folder_that_must_not_be_written_is_read_all_the_same(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/x", b"x"))
    marks = ["chattr", "+i", str(blobs.root / "a")] if os.geteuid() == 0 else ["chmod", "a-w", str(blobs.root / "a")]
    undo = ["chattr", "-i", marks[2]] if marks[0] == "chattr" else ["chmod", "u+w", marks[2]]
    if subprocess.run(marks, check=False, capture_output=True).returncode:
        pytest.skip("this file system cannot protect a folder")
    try:
        with pytest.raises(StoreReadOnlyError):
            blobs.put(Put("a/y", b"y"))
        with pytest.raises(StoreReadOnlyError):
            blobs.delete(["a/x"])
        assert blobs.get("a/x") == b"x"
        assert [i.key for i in blobs.scan()] == ["a/x"]
    finally:
        subprocess.run(undo, check=True)


# What killed writers leave behind


def test_leftovers_of_killed_writes_go_after_a_day_and_no_sooner(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/x", b"x", metadata={"by": "an"}))
    old, young = (blobs.root / ".ispace" / "tmp" / name for name in ("old", "young"))
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    orphan = blobs.root / ".ispace" / "meta" / "00" / "0.json"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_text('{"key": "a/x", "etag": "of an object that was replaced"}')
    past = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()
    kept = [p for p in (blobs.root / ".ispace" / "meta").rglob("*.json") if p != orphan]
    for file in (old, orphan, *kept):
        os.utime(file, (past, past))
    assert blobs.tidy(dt.datetime(2026, 1, 2, tzinfo=dt.UTC)) == 2
    assert _leftovers(blobs) == [".ispace/tmp/young"]
    head = blobs.head("a/x")
    assert head is not None
    assert dict(head.metadata) == {"by": "an"}


def test_tidying_a_store_that_was_never_written_does_nothing(blobs: FolderBlobs) -> None:
    assert blobs.tidy(dt.datetime.now(dt.UTC)) == 0
    assert not blobs.root.exists()


def test_a_lock_dies_with_its_owner(blobs: FolderBlobs) -> None:
    blobs.put(Put("a/x", b"x"))
    script = f"""
import os, signal
from pathlib import Path
from ispace.adapters.folder import FolderBlobs
with FolderBlobs(Path({str(blobs.root)!r}))._locked():
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with pytest.raises(ObjectExistsError):
        blobs.put(Put("a/x", b"y", if_absent=True))


def test_headers_survive_a_writer_that_was_killed_before_it_replaced_the_object(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put(Put("a/x", b"old", metadata={"by": "an"}))

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FolderBlobs, "_rename", killed)
    with pytest.raises(KeyboardInterrupt):
        blobs.put(Put("a/x", b"new", metadata={"by": "bình"}))
    head = blobs.head("a/x")
    assert head is not None
    assert dict(head.metadata) == {"by": "an"}


def test_fetching_to_a_place_that_cannot_be_written_blames_the_place(blobs: FolderBlobs, tmp_path: Path) -> None:
    blobs.put(Put("a/x", b"x"))
    with pytest.raises(StoreFailedError) as caught:
        blobs.fetch("a/x", tmp_path / "none" / "target")
    assert caught.value.params["store"] == str(tmp_path / "none")


def test_what_was_not_written_as_it_was_sent_is_no_object(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs.put(Put("a/x", b"old"))
    monkeypatch.setattr(system, "crc_of", lambda _: 0)
    with pytest.raises(ObjectDamagedError):
        blobs.put(Put("a/x", b"new"))
    assert blobs.get("a/x") == b"old"
