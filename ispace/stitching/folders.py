"""A tour's folder and what lies below it → the photo sets in it, and what belongs to none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ispace.errors import BadInputError, FileUnreadableError, SourceMissingError
from ispace.imaging.info import PictureInfo
from ispace.stitching import grouping, sets
from ispace.stitching.grouping import Header

_DEEPEST = 4
_MOST_FILES = 4000
"""A folder with more below it is not a tour's: somebody named their home."""
_SOMETHING_ELSE = ("tour.json", "tileset.json")
"""Marks folders that iSpace knows as something else: another tour, cut tiles."""
_NAME_BYTES = 150


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos that are to be one panorama.

    ``folder`` is named from the tour's, ``.`` for that itself. People call the set ``name``: its folder, or its first
    and last file. ``stem`` is a name for its panorama.
    """

    folder: str
    name: str
    files: tuple[Path, ...]
    stem: str


@dataclass(slots=True)
class Found:
    """What lies in a tour's folder. ``direct`` are pictures directly in it that belong to no set.

    Of sub-folders, by their names: ``ready`` panoramas, ``singles`` and ``unread`` files with why they cannot be read.
    ``doubles`` by folder, the tour's own among them. ``unseen``: there was too much to look at all of it.
    """

    sets: list[PhotoSet] = field(default_factory=list)
    direct: list[Path] = field(default_factory=list)
    ready: dict[str, list[Path]] = field(default_factory=dict)
    singles: dict[str, list[Path]] = field(default_factory=dict)
    doubles: dict[str, list[Path]] = field(default_factory=dict)
    unread: list[tuple[Path, BadInputError | SourceMissingError]] = field(default_factory=list)
    unseen: bool = False


def find(
    folder: Path,
    pictures: Iterable[Path],
    probe: Callable[[Path], PictureInfo],
    told: Callable[[str, int, int], None] = lambda *_: None,
) -> Found:
    """Look at the headers of ``pictures``, which lie in ``folder``, and of all files in its sub-folders.

    ``probe`` raises ``BadInputError`` or ``SourceMissingError`` for a file that is no picture; ``told`` hears which
    folder it is at, and how many of how many files were looked at.
    """
    found = Found()
    todo = [(folder, list(pictures))]
    total, seen = len(todo[0][1]), 0
    for place, files in _below(folder):
        if total + len(files) > _MOST_FILES:
            found.unseen = True
            break
        todo.append((place, files))
        total += len(files)
    for place, files in todo:
        name = place.relative_to(folder).as_posix()
        headers: list[Header] = []
        unread: list[tuple[Path, BadInputError | SourceMissingError]] = []
        for path in files:
            try:
                headers.append(Header(path, probe(path)))
            except (BadInputError, SourceMissingError) as error:  # a store that fails is no fault of the picture
                unread.append((path, error))
            seen += 1
            told(name, seen, total)
        _sort_in(found, name, place, headers, unread)
    return found


def _sort_in(
    found: Found,
    name: str,
    place: Path,
    headers: list[Header],
    unread: list[tuple[Path, BadInputError | SourceMissingError]],
) -> None:
    """Add what one folder holds."""
    direct = name == "."
    named = not direct and not grouping.is_camera_folder(place.name)
    groups = grouping.grouped(headers, named=named)
    whole = named and len(groups.sets) == 1
    for photos in groups.sets:
        files = [header.path for header in photos]
        if whole:  # what cannot be read beside them is told in their report, as of any set
            files += [path for path, _ in unread]
        span = f"{files[0].name} … {files[-1].name}"
        shown = name if whole else span if direct else f"{name}/{span}"
        stem = place.name if named else f"{files[0].stem} ghép"
        found.sets.append(PhotoSet(name, shown, tuple(files), _short(stem)))
    if direct:
        found.direct = [*_paths(groups.ready), *_paths(groups.singles), *(path for path, _ in unread)]
    else:
        _note(found.ready, name, groups.ready)
        _note(found.singles, name, groups.singles)
        if headers and not whole:
            found.unread += unread
    _note(found.doubles, name, groups.doubles)


def _note(where: dict[str, list[Path]], name: str, headers: tuple[Header, ...]) -> None:
    if headers:
        where[name] = _paths(headers)


def _paths(headers: Iterable[Header]) -> list[Path]:
    return [header.path for header in headers]


def subfolders(folder: Path) -> list[Path]:
    """Return the folders in a folder that may hold photos, by name; hidden ones and those of something else do not."""
    try:
        entries = [p for p in folder.iterdir() if p.is_dir() and not p.is_symlink() and p.name[0] not in ".@$"]
    except OSError as error:
        raise FileUnreadableError(file=str(folder), reason=error.strerror or str(error)) from error
    return sorted(p for p in entries if not any((p / mark).exists() for mark in _SOMETHING_ELSE))


def _below(folder: Path, depth: int = 1) -> Iterator[tuple[Path, list[Path]]]:
    """Yield the folders below one and their files; those that may not be opened are somebody else's."""
    for place in subfolders(folder):
        try:
            yield place, sorted(sets.inside(place))
            if depth < _DEEPEST:
                yield from _below(place, depth + 1)
        except FileUnreadableError:
            continue


def _short(stem: str) -> str:
    """Return a name that a tour document can say and that leaves room for endings on any disk."""
    seen = "".join("-" if unicodedata.category(sign)[0] == "C" else sign for sign in stem)
    plain = re.sub(r"[:\\/<>\"|?*]", "-", seen).strip(" .") or "panorama"
    return plain.encode("utf-8", "ignore")[:_NAME_BYTES].decode("utf-8", "ignore").strip(" .")
