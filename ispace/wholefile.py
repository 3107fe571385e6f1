"""Files that are written whole or not at all, so that whoever looks never finds half of one."""

from __future__ import annotations

import os
from pathlib import Path

from ispace.errors import FileUnwritableError


def write(file: Path, content: bytes, *, durable: bool = False) -> None:
    """Write ``content`` to ``file`` in place of what was there; raises ``FileUnwritableError``.

    ``durable`` waits until it would survive a power failure.
    """
    aside = file.with_name(f".ispace-{os.getpid()}")  # not of its own name, which may be as long as a disk allows
    try:
        try:
            with aside.open("wb") as out:
                out.write(content)
                if durable:
                    out.flush()
                    os.fsync(out.fileno())
            aside.replace(file)
            if durable:
                sync_folder(file.parent)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise FileUnwritableError(file=str(file), reason=error.strerror or str(error)) from error


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
