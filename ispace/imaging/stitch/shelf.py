"""Features of photos on disk, so that a set is stitched again in seconds."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import numpy as np

from ispace.imaging.limits import MIB
from ispace.imaging.stitch.features import DESCRIPTOR_LENGTH, Features

VERSION = 3
"""Raised whenever the features of an unchanged photo would come out differently."""

_OLDEST_S = 30 * 86_400
_SCRAP_S = 3600
"""What was begun so long ago and is not finished never will be."""


class Shelf:
    """Keeps features by the photo's content in a folder; without one nothing is kept.

    Several processes may use one folder: each entry appears whole, and one that somebody removed is made again.
    """

    def __init__(self, folder: Path | None, max_mb: int) -> None:
        self._folder = folder
        self._max_bytes = max_mb * MIB

    def get(self, digest: str) -> Features | None:
        """Return what was kept of a photo; what cannot be read is as if it were not there."""
        if self._folder is None:
            return None
        path = self._path(self._folder, digest)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                sharpness, texture, *brighter = (float(value) for value in kept["detail"])
                planes = kept["points"], kept["descriptors"], kept["lines"]
                found = Features(*planes, sharpness, texture, (brighter[0], brighter[1]))
        except Exception:  # NumPy and zipfile raise whatever a damaged file makes them
            return None
        if not _is_whole(found):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used last now
        return found

    def put(self, digest: str, found: Features) -> None:
        """Keep the features of a photo; a folder that cannot be written keeps nothing, and that is all."""
        if self._folder is None:
            return
        path = self._path(self._folder, digest)
        aside = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            detail = np.array([found.sharpness, found.texture, *found.brighter])
            np.savez(aside, points=found.points, descriptors=found.descriptors, lines=found.lines, detail=detail)
            aside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def trim(self) -> None:
        """Remove what was not used for a month, and what was used longest ago where all takes more than allowed."""
        if self._folder is None:
            return
        now, entries = time.time(), []
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.npz"):
                with contextlib.suppress(OSError):  # another process was faster
                    seen = path.stat()
                    entries.append((seen.st_mtime, seen.st_size, path))
        room = self._max_bytes
        for used_at, size_bytes, path in sorted(entries, reverse=True):
            scrap = path.name.startswith(".")
            room -= size_bytes
            if room < 0 or now - used_at > (_SCRAP_S if scrap else _OLDEST_S):
                with contextlib.suppress(OSError):
                    path.unlink()

    @staticmethod
    def _path(folder: Path, digest: str) -> Path:
        return folder / f"{digest[:32]}-{VERSION}.npz"


def _is_whole(found: Features) -> bool:
    """Whether an entry is of the right kind; that its bytes are those that were written the file itself tells."""
    count = len(found.points)
    return (
        found.points.shape == (count, 2)
        and found.descriptors.shape == (count, DESCRIPTOR_LENGTH)
        and found.descriptors.dtype == np.float32
        and found.lines.shape == (len(found.lines), 4)
    )
