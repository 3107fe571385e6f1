"""Objects of a folder store that arrive over many requests: a file that grows, then is renamed into the store."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ispace.adapters.folder import FolderBlobs, system
from ispace.errors import ObjectDamagedError
from ispace.ports import Put

_READ_BYTES = 1 << 20


class FolderReceiving:
    """Implements ``ports.Receiving`` for a store in a folder; the size of the file is what was received."""

    def __init__(self, blobs: FolderBlobs) -> None:
        """Receive for ``blobs``."""
        self.blobs = blobs

    def size_bytes(self, aside: Path, key: str) -> int:  # noqa: ARG002 - a bucket needs the key
        """Return the size of the file."""
        try:
            return _data(aside).stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, aside: Path, at_bytes: int, piece: bytes) -> None:
        """Write at an explicit position, so that no second writer could ever append."""
        with system.translated(str(aside.parent)):
            handle = os.open(_data(aside), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                system.write_at(handle, at_bytes, piece)
            finally:
                os.close(handle)

    def cut(self, aside: Path, key: str, size_bytes: int) -> None:  # noqa: ARG002 - a bucket needs the key
        """Shorten the file."""
        with system.translated(str(aside.parent)), contextlib.suppress(FileNotFoundError):
            os.truncate(_data(aside), size_bytes)

    def sync(self, aside: Path) -> None:
        """Bring the file to the disk."""
        with system.translated(str(aside.parent)):
            system.sync_files([_data(aside)], aside)

    def settle(self, aside: Path, key: str) -> None:
        """Do nothing: the file is where it should be."""

    def head(self, aside: Path, count: int) -> bytes:
        """Return the first bytes of the file."""
        with system.translated(str(aside.parent)), _data(aside).open("rb") as file:
            return file.read(count)

    def store(self, aside: Path, key: str, length_bytes: int) -> None:
        """Rename the file into the store; copy it where that lies on another disk."""
        file = _data(aside)
        if file.exists() and not self.blobs.adopt(key, file):
            self.blobs.put(Put(key, file))
        kept = self.blobs.head(key)
        if kept is None or kept.size != length_bytes:
            raise ObjectDamagedError(key=key)

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the content of an object."""
        file, _ = self.blobs.open(key)
        with file, system.translated(self.blobs.name):
            while piece := file.read(_READ_BYTES):
                yield piece

    def discard(self, aside: Path, key: str) -> None:  # noqa: ARG002 - a bucket needs the key
        """Delete the file."""
        with system.translated(str(aside.parent)):
            _data(aside).unlink(missing_ok=True)

    def tidy(self, before: dt.datetime, is_known: Callable[[str], bool]) -> int:  # noqa: ARG002
        """Do nothing: all there is lies in the folders aside, which who owns them clears."""
        return 0


def _data(aside: Path) -> Path:
    return aside / "data"
