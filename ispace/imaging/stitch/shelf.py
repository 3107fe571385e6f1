"""Features of photos on disk, so that a set is stitched again in seconds."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from ispace.imaging.stitch.features import Features

VERSION = 1
"""Raised whenever the features of an unchanged photo would come out differently."""


class Shelf:
    """Keeps features by the photo's content in a folder; without one nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, digest: str) -> Features | None:
        """Return what was kept of a photo; what cannot be read is as if it were not there."""
        if self._folder is None:
            return None
        try:
            with np.load(self._path(self._folder, digest), allow_pickle=False) as kept:
                sharpness, texture = (float(value) for value in kept["detail"])
                return Features(kept["points"], kept["descriptors"], kept["lines"], sharpness, texture)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, digest: str, found: Features) -> None:
        """Keep the features of a photo; a folder that cannot be written keeps nothing, and that is all."""
        if self._folder is None:
            return
        path = self._path(self._folder, digest)
        aside = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            detail = np.array([found.sharpness, found.texture])
            np.savez(aside, points=found.points, descriptors=found.descriptors, lines=found.lines, detail=detail)
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, digest: str) -> Path:
        return folder / f"{digest[:32]}-{VERSION}.npz"
