"""A folder of pictures without a tour.json → a first tour: what the pictures say, and what can be guessed from them."""

from __future__ import annotations

import dataclasses
import errno
import math
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from ispace import keys, wholefile
from ispace.errors import (
    BadInputError,
    FileNameError,
    FileUnreadableError,
    FolderEmptyError,
    SourceMissingError,
    TourBlockedError,
)
from ispace.imaging.info import PictureInfo
from ispace.language import in_every_language
from ispace.model import document
from ispace.model.hotspots import LinkHotspot
from ispace.model.problem import Problem
from ispace.model.scene import Panorama, Scene
from ispace.model.text import name_as_title, slug
from ispace.model.tileset import Coverage
from ispace.model.tour import Tour
from ispace.model.view import Position
from ispace.progress import Progress
from ispace.work import Note

TOUR_FILE = "tour.json"
# What people take for pictures; those that cannot be one are refused by content, with a reason.
_PICTURES = {
    ".jpg",
    ".jpeg",
    ".jpe",
    ".mpo",
    ".png",
    ".tif",
    ".tiff",
    ".webp",
    ".heic",
    ".heif",
    ".avif",
    ".insp",
    ".gif",
    ".bmp",
    ".svg",
}
_NEIGHBOURS = 3
"""How many of the nearest scenes a scene leads to."""
_FARTHEST_M = 250.0
"""Beyond this two panoramas are no neighbours, unless nothing nearer leads there."""
_FLOOR_PITCH_DEG = -12.0
"""Where an arrow lies when nobody has placed it: on the ground, a few steps ahead."""
_WELL_INSIDE = 0.85
"""How far towards the edge of a partial panorama an arrow may lie."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """A picture that can become a scene."""

    path: Path
    info: PictureInfo
    north_deg: float | None
    coverage: Coverage


@dataclasses.dataclass(frozen=True)
class Gathered:
    """The pictures that are to be looked at, what was made for it, and what could not be."""

    pictures: list[Path]
    notes: list[Note] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)


def complete(
    folder: Path,
    look: Callable[[Path], Seen],
    progress: Progress,
    gather: Callable[[list[Path]], Gathered] = Gathered,
) -> list[Note]:
    """Write a ``tour.json`` into a folder of pictures that has none; return what was guessed.

    ``look`` decodes a picture and raises a picture error where it cannot be a scene; such pictures are left out, and
    the notes say so. ``gather`` is given the pictures that lie in the folder and may make panoramas of photos.

    Raises:
        SourceMissingError: there is no such folder.
        FolderEmptyError: there is no picture in it.
        TourBlockedError: none of its pictures can be used; ``problems`` says why.
        FileUnreadableError, FileUnwritableError: the folder cannot be listed, or the document not be written.
    """
    if not folder.is_dir():
        raise SourceMissingError(file=str(folder))
    document_file = folder / TOUR_FILE
    if document_file.is_file():
        return []
    if os.path.lexists(document_file):  # a link to a disk that is not there, a pipe: somebody's document all the same
        raise FileUnreadableError(file=str(document_file), reason=os.strerror(errno.ENOENT))
    gathered = gather(pictures(folder))
    files, notes, problems = gathered.pictures, gathered.notes, gathered.problems
    found: list[Seen] = []
    for number, path in enumerate(files, 1):
        try:
            check_name(path)
            found.append(look(path))
        except (BadInputError, SourceMissingError) as error:  # a store that fails is no fault of the picture
            notes.append(Note("DOAN-BO-QUA", {"file": path.name, "reason": in_every_language(error)}))
            problems.append(Problem(error.code, params=dict(error.params), section="errors"))
        progress("guess", path.name, number, len(files))
    if not files and not problems:
        raise FolderEmptyError(file=str(folder))
    if not found:
        raise TourBlockedError(file=folder.resolve().name, problems=list(problems))
    tour, more = guessed(folder.resolve().name, found)
    wholefile.write(folder / TOUR_FILE, document.dump(tour))
    return [*notes, *more, Note("DOAN-DA-GHI", {"file": str(folder / TOUR_FILE)})]


def pictures(folder: Path) -> list[Path]:
    """Return what looks like a picture, in natural order; what a Mac hides beside them (``._x.jpg``) does not."""
    try:
        files = [p for p in folder.iterdir() if p.suffix.lower() in _PICTURES and p.name[0] != "." and p.is_file()]
    except OSError as error:
        raise FileUnreadableError(file=str(folder), reason=error.strerror or str(error)) from error
    return sorted(files, key=natural)


def check_name(path: Path) -> None:
    """Raise ``FileNameError`` where a document could not say the file's name so that it is found again."""
    try:
        said = Panorama(file=path.name).file
    except ValidationError as error:
        raise FileNameError(file=ascii(path.name).strip("'")) from error
    if said != unicodedata.normalize("NFC", path.name):
        raise FileNameError(file=path.name)


def guessed(name: str, pictures: list[Seen]) -> tuple[Tour, list[Note]]:
    """Return the tour that pictures suggest by their names, positions and order, and what was guessed."""
    notes: list[Note] = []
    scenes: list[Scene] = []
    taken: set[str] = set()
    for seen in pictures:
        path, info, north_deg = seen.path, seen.info, seen.north_deg
        title = name_as_title(path.stem) or "Cảnh"
        scene_id = _free(slug(title), taken)
        notes.append(Note("DOAN-TIEU-DE", {"file": path.name, "title": title}))
        position = _position(info)
        if position:
            notes.append(Note("DOAN-VI-TRI", {"file": path.name}))
        if north_deg is not None:
            notes.append(Note("DOAN-HUONG-BAC", {"file": path.name, "value": round(north_deg, 1)}))
        scenes.append(
            Scene(
                id=scene_id,
                title={"vi": title},
                panorama=Panorama(file=path.name),
                position=position,
                north_deg=round(north_deg % 360, 2) % 360 if north_deg is not None else None,
            )
        )
    links = _links(scenes, {s.id: seen.coverage for s, seen in zip(scenes, pictures, strict=True)})
    count = sum(len(found) for found in links.values())
    by_distance = all(s.position for s in scenes) and len(scenes) > 1
    if count:
        notes.append(Note("DOAN-NOI-GAN" if by_distance else "DOAN-NOI-THU-TU", {"count": count}))
    title = name_as_title(name) or "Cảnh"
    tour = Tour(
        version=1,
        id=_free(slug(title, "tour"), set(keys.reserved())),
        title={"vi": title},
        description={"vi": title},
        languages=["vi"],
        start=scenes[0].id,
        scenes=[s.model_copy(update={"hotspots": links[s.id]}) for s in scenes],
    )
    return tour, notes


def _links(scenes: list[Scene], coverage: dict[str, Coverage]) -> dict[str, list[LinkHotspot]]:
    """Link scenes to their neighbours: the nearest where all have positions, else the ones before and after."""
    if len(scenes) < 2:
        return {s.id: [] for s in scenes}
    pairs = _near(scenes) if all(s.position for s in scenes) else _in_order(scenes)
    links: dict[str, list[LinkHotspot]] = {s.id: [] for s in scenes}
    for one, other, yaw_deg in pairs:
        links[one.id].append(
            LinkHotspot(
                id=f"toi-{other.id}"[:80].strip("-"),
                kind="link",
                yaw_deg=_inside((yaw_deg + 180) % 360 - 180, coverage[one.id]),
                pitch_deg=round(max(_FLOOR_PITCH_DEG, coverage[one.id].pitch_min_deg * _WELL_INSIDE), 2),
                target=other.id,
            )
        )
    return links


def _inside(yaw_deg: float, coverage: Coverage) -> float:
    """Return a yaw that has picture: a partial panorama shows what lies beyond its edge at that edge."""
    low, high = coverage.yaw_min_deg * _WELL_INSIDE, coverage.yaw_max_deg * _WELL_INSIDE
    whole = coverage.yaw_max_deg - coverage.yaw_min_deg >= 360
    return round(yaw_deg if whole else max(low, min(high, yaw_deg)), 2)


def _near(scenes: list[Scene]) -> list[tuple[Scene, Scene, float]]:
    """Return links by distance, both ways, such that every scene can be reached from every other."""
    edges = sorted(
        ((_metres(a, b), i, j) for i, a in enumerate(scenes) for j, b in enumerate(scenes) if i < j), key=lambda e: e[0]
    )
    chosen: set[tuple[int, int]] = set()
    group = list(range(len(scenes)))
    for _, i, j in edges:  # the shortest links that connect everything (Kruskal)
        if group[i] != group[j]:
            chosen.add((i, j))
            group = [group[i] if g == group[j] else g for g in group]
    count = [sum(n in e for e in chosen) for n in range(len(scenes))]
    for metres, i, j in edges:
        if metres <= _FARTHEST_M and (i, j) not in chosen and max(count[i], count[j]) < _NEIGHBOURS:
            chosen.add((i, j))
            count[i] += 1
            count[j] += 1
    both = sorted([*chosen, *((j, i) for i, j in chosen)])
    return [(scenes[i], scenes[j], _yaw_to(scenes[i], scenes[j])) for i, j in both]


def _in_order(scenes: list[Scene]) -> list[tuple[Scene, Scene, float]]:
    """Return links to the scene after (straight ahead) and before (behind)."""
    links = []
    for index, scene in enumerate(scenes):
        if index + 1 < len(scenes):
            links.append((scene, scenes[index + 1], 0.0))
        if index > 0:
            links.append((scene, scenes[index - 1], 180.0))
    return links


def _metres(a: Scene, b: Scene) -> float:
    """Return the distance of two scenes on the ground; without a position a scene is nowhere near."""
    if a.position is None or b.position is None:
        return math.inf
    return a.position.metres_to(b.position)


def _yaw_to(a: Scene, b: Scene) -> float:
    """Return the yaw in ``a`` at which ``b`` lies: its compass bearing less that of yaw 0."""
    if a.position is None or b.position is None:
        return 0.0
    lat1, lat2 = math.radians(a.position.lat), math.radians(b.position.lat)
    east = math.radians(b.position.lon - a.position.lon)
    bearing = math.degrees(
        math.atan2(
            math.sin(east) * math.cos(lat2),
            math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(east),
        )
    )
    return bearing - (a.north_deg or 0.0)


def _position(info: PictureInfo) -> Position | None:
    if info.position is None:
        return None
    lat, lon, altitude_m = info.position.lat, info.position.lon, info.position.altitude_m
    sensible = altitude_m is not None and -500 <= altitude_m <= 10_000
    return Position(lat=lat, lon=lon, altitude_m=altitude_m if sensible else None)


def _free(name: str, taken: set[str]) -> str:
    """Return ``name``, with a number behind it where it is taken, and take it."""
    chosen, number = name, 2
    while chosen in taken:
        chosen, number = f"{name}-{number}", number + 1
    taken.add(chosen)
    return chosen


def natural(path: Path) -> tuple[list[tuple[int, int | str]], str]:
    """Return a key by which ``2.jpg`` comes before ``10.jpg``, and ``san.jpg`` before ``san-2.jpg``."""
    parts = re.split(r"(\d+)", path.stem.casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts if part], path.name.casefold()
