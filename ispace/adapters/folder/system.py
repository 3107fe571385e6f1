"""What the folder store asks of the operating system, and what the system's refusals mean."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ispace import wholefile
from ispace.errors import IspaceError, SourceMissingError, StoreFailedError, StoreFullError, StoreReadOnlyError


def copy(content: bytes | Path, out: IO[bytes]) -> tuple[int, int]:
    """Write an object's content; return how many bytes it ought to have, and their CRC-32."""
    if isinstance(content, bytes):
        out.write(content)
        return len(content), zlib.crc32(content)
    try:
        source = content.open("rb")
    except FileNotFoundError as error:
        raise SourceMissingError(file=str(content)) from error
    with source:
        crc = 0
        while block := source.read(1 << 20):
            out.write(block)
            crc = zlib.crc32(block, crc)
        return os.fstat(source.fileno()).st_size, crc


def crc_of(file: Path) -> int:
    """Return the CRC-32 of a file."""
    crc = 0
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc


def remove_older(file: Path, before: dt.datetime) -> bool:
    """Remove a file that was last written before then; return whether it was there and was so old."""
    try:
        if file.lstat().st_mtime >= before.timestamp():
            return False
        file.unlink()
    except (FileNotFoundError, IsADirectoryError):
        return False
    return True


def store_error(store: str, error: OSError) -> IspaceError:
    """Return our error for one of the operating system's."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreFullError(store=store)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreReadOnlyError(store=store)
    return StoreFailedError(store=store, reason=error.strerror or str(error))


def etag_of(stat: os.stat_result) -> str:
    """Return the ETag of a file in one state."""
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"'


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk."""
    # A folder that a delete removed in between needs no bringing to the disk.
    with contextlib.suppress(FileNotFoundError):
        wholefile.sync_folder(folder)


def sync_files(files: Iterable[Path], root: Path) -> None:
    """Bring files to the disk, and the folders between them and ``root``; those that are gone by now need it not."""
    folders: set[Path] = set()
    for file in files:
        with contextlib.suppress(FileNotFoundError), file.open("rb") as handle:
            os.fsync(handle.fileno())
        folders.update(folder for folder in file.parents if folder.is_relative_to(root))
    for folder in folders:
        sync_folder(folder)


def write_at(handle: int, at_bytes: int, piece: bytes) -> None:
    """Write all of ``piece`` at a position of an open file; one call to the system may write less."""
    view = memoryview(piece)
    while view:
        written = os.pwrite(handle, view, at_bytes)
        view, at_bytes = view[written:], at_bytes + written


@contextlib.contextmanager
def translated(store: str) -> Iterator[None]:
    """Turn the operating system's errors into ours."""
    try:
        yield
    except OSError as error:
        raise store_error(store, error) from error
