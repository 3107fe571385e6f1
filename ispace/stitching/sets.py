"""Which files are the photos of a set."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from ispace.errors import (
    FileUnreadableError,
    SourceMissingError,
    StitchNoPhotosError,
    StitchOverPhotoError,
    StitchSameNameError,
    StitchTooManyError,
)
from ispace.imaging.stitch.options import MAX_PHOTOS

_SIDECARS = {
    ".aae",
    ".css",
    ".csv",
    ".db",
    ".htm",
    ".html",
    ".ini",
    ".json",
    ".log",
    ".md",
    ".pto",
    ".txt",
    ".xml",
    ".xmp",
}
"""What lies beside photos and was never meant as one; anything else is looked at, and told about where it is none."""


def photos(named: Iterable[Path], written: Collection[Path] = ()) -> list[Path]:
    """Return the files of a set, folders replaced by what lies directly in them, in the order of their names.

    ``written`` are the files that the command is about to write: what an earlier run left in the folder is no photo.

    Raises:
        SourceMissingError: there is no such file or folder.
        StitchNoPhotosError: nothing is left.
        StitchOverPhotoError: a result would overwrite a photo that was named.
        StitchSameNameError: two photos have the same name.
        StitchTooManyError: more than are stitched at once.
    """
    results = {path.resolve() for path in written}
    found: dict[Path, Path] = {}
    named = list(named)
    for path in named:
        if path.is_dir():
            found |= {file.resolve(): file for file in _inside(path) if file.resolve() not in results}
        elif not path.exists():
            raise SourceMissingError(file=str(path))
        elif path.resolve() in results:
            raise StitchOverPhotoError(file=str(path))
        else:
            found[path.resolve()] = path
    files = sorted(found.values(), key=lambda path: (_natural(path.name), str(path)))
    if not files:
        raise StitchNoPhotosError(file=", ".join(map(str, named)))
    if len(files) > MAX_PHOTOS:
        raise StitchTooManyError(count=len(files), max_count=MAX_PHOTOS)
    for one, other in itertools.pairwise(files):
        if one.name == other.name:
            raise StitchSameNameError(file=one.name)
    return files


def _inside(folder: Path) -> list[Path]:
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise FileUnreadableError(file=str(folder), reason=error.strerror or str(error)) from error
    return [p for p in entries if p.is_file() and not p.name.startswith(".") and p.suffix.lower() not in _SIDECARS]


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key by which 2.jpg comes before 10.jpg."""
    return [(int(part), "") if part.isdecimal() else (-1, part.lower()) for part in re.split(r"(\d+)", name)]
