"""One writer for each upload: a lock of the operating system, which dies with its owner."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from ispace.errors import UploadBusyError, UploadUnknownError

_NAME = "lock"


class Lock:
    """The lock of an upload's folder; the file's time says when the upload was last used."""

    def __init__(self, aside: Path) -> None:
        """Take the lock.

        Raises:
            UploadUnknownError: there is no such folder, or it went away in this moment.
            UploadBusyError: somebody else holds it.
        """
        try:
            self._handle = os.open(aside / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError as error:
            raise UploadUnknownError from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise UploadBusyError from error
        if os.fstat(self._handle).st_nlink == 0:  # its owner deleted the folder between the two calls
            os.close(self._handle)
            raise UploadUnknownError

    def touch(self) -> None:
        """Note that the upload is in use."""
        os.utime(self._handle)

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def touched_s(aside: Path) -> float:
    """Return when an upload was last used, in seconds since 1970; raises ``FileNotFoundError``."""
    return (aside / _NAME).stat().st_mtime
