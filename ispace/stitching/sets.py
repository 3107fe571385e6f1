"""Which files are the photos of a set."""

from __future__ import annotations

import itertools
import re
import unicodedata
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
            found |= {_called(file): file for file in inside(path) if file.resolve() not in results}
        elif not path.is_file():
            raise SourceMissingError(file=str(path))
        elif path.resolve() in results:
            raise StitchOverPhotoError(file=str(path))
        else:
            found[_called(path)] = path
    files = sorted(found.values(), key=lambda path: (natural(path.name), str(path)))
    if not files:
        raise StitchNoPhotosError(file=", ".join(map(str, named)))
    if len(files) > MAX_PHOTOS:
        raise StitchTooManyError(count=len(files), max_count=MAX_PHOTOS)
    for one, other in itertools.pairwise(files):
        if one.name == other.name:
            raise StitchSameNameError(file=one.name)
    return files


def inside(folder: Path) -> list[Path]:
    """Return what lies directly in a folder and may be meant as a photo; raises ``FileUnreadableError``."""
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise FileUnreadableError(file=str(folder), reason=error.strerror or str(error)) from error
    return [p for p in entries if _is_named(p) and not p.name.startswith(".") and p.suffix.lower() not in _SIDECARS]


def _called(path: Path) -> Path:
    """Return a file's full name; of a link that of the link, so that both it and its target are told about."""
    return path.parent.resolve() / path.name


def _is_named(path: Path) -> bool:
    """Whether a name in a folder is to be told about: that of a file, or of a link that leads nowhere."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def spelled(names: Iterable[str], files: Iterable[Path]) -> tuple[str, ...]:
    """Return names as the set's files spell them: Vietnamese letters may be stored as one sign or as several."""
    known = {path.name for path in files}
    same = {unicodedata.normalize("NFC", name): name for name in sorted(known)}
    return tuple(name if name in known else same.get(unicodedata.normalize("NFC", name), name) for name in names)


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key by which 2.jpg comes before 10.jpg."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.casefold())]
