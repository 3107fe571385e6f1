"""What was seen of a tour's files → which of them are one thing."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from ispace.imaging.info import PictureInfo
from ispace.stitching import grouping

Kind = Literal["panorama", "part", "photos", "fisheye", "media", "unusable"]


@dataclasses.dataclass(frozen=True)
class Seen:
    """A file that was looked at."""

    id: str
    name: str
    folder: str
    kind: str
    info: PictureInfo | None


@dataclasses.dataclass(frozen=True)
class Group:
    """Files that are one thing; ``why`` names the sentence that says how that was found, ``title`` what to call it."""

    kind: Kind
    files: tuple[str, ...]
    title: str
    why: str = ""


def sort(seen: Iterable[Seen]) -> list[Group]:
    """Return the groups of files; each file is in exactly one, and their order does not matter."""
    by_kind: dict[str, list[Seen]] = {}
    for one in sorted(seen, key=lambda one: (one.folder, one.name, one.id)):
        by_kind.setdefault(one.kind, []).append(one)
    found: list[Group] = []
    for kind in ("panorama", "part"):
        found += [Group(kind, (one.id,), _stem(one.name)) for one in by_kind.get(kind, [])]
    rest: list[Seen] = list(by_kind.get("medium", []))
    for folder, files in itertools.groupby(by_kind.get("photo", []), key=lambda one: one.folder):
        sets, others = _photos(folder, list(files))
        found += sets
        rest += others
    for kind, name in (("fisheye", "fisheye"), ("unusable", "unusable")):
        if files_of := by_kind.get(name):
            found.append(Group(kind, tuple(one.id for one in files_of), ""))  # type: ignore[arg-type]
    for folder, files in itertools.groupby(sorted(rest, key=lambda one: one.folder), key=lambda one: one.folder):
        found.append(Group("media", tuple(one.id for one in files), _last(folder)))
    return found


def _photos(folder: str, files: Sequence[Seen]) -> tuple[list[Group], list[Seen]]:
    """Return the sets of a folder, and the photos that belong to none."""
    last = _last(folder)
    is_named = bool(last) and not grouping.is_camera_folder(last)
    headers = [grouping.Header(Path(one.name), one.info) for one in files if one.info is not None]
    owner = {id(header): one for header, one in zip(headers, (f for f in files if f.info is not None), strict=True)}
    sorted_in = grouping.grouped(headers, named=is_named)
    # Two photos of the same moment are one photo to stitching, but both were sent: they stay with the set.
    sets = [[owner[id(header)] for header in run] for run in sorted_in.sets]
    others = [owner[id(header)] for header in (*sorted_in.ready, *sorted_in.singles, *sorted_in.doubles)]
    others += [one for one in files if one.info is None]
    why = "folder" if is_named else "time"
    titles = _titles(last, sets) if is_named else [_stem(run[0].name) for run in sets]
    groups = [
        Group("photos", tuple(one.id for one in run), title, why) for run, title in zip(sets, titles, strict=True)
    ]
    return groups, others


def _titles(folder: str, sets: Sequence[Sequence[Seen]]) -> Iterator[str]:
    for number, _ in enumerate(sets, 1):
        yield folder if len(sets) == 1 else f"{folder} {number}"


def _last(folder: str) -> str:
    return folder.rstrip("/").rpartition("/")[2]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
