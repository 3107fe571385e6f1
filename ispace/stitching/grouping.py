"""What the headers of a folder's pictures say → which were taken in one go at one spot, so that they are a panorama.

A folder with a name was made by a person: what lies in it is taken for one place unless a long pause, a long way or
sheer number speak against it, since stitching itself tells places apart by what they show. Loose pictures, and those in
a camera's own folders, are a set only where time says so clearly.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ispace.imaging.info import PictureInfo
from ispace.imaging.metadata import Position
from ispace.stitching.sets import natural

LEAST_LOOSE = 3
"""Fewer loose photos in a row are snapshots, not a panorama."""
LEAST_NAMED = 2
"""Two photos that a person has put into a folder of their own may be one."""

_PAUSE = 8
"""A pause so many times as long as the usual one ends a set."""
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 300.0
_NAMED_PAUSE_S = (600.0, 3600.0)
_SLOWEST_S = 45.0
"""Who takes longer than this from photo to photo is out for a walk."""
_BURST_S, _LONGEST_BURST = 0.7, 5
"""Nobody turns a camera to another view in that time; more photos than that at once are a clock that stands still."""
_MANY = 60
"""So many photos in a folder are rather several places."""
_FAR_M, _NAMED_FAR_M = 40.0, 100.0
"""Telephones are 10 to 20 m wrong between houses."""
_NUMBERS_APART = 2
"""One photo between two may have been deleted."""
_METRES_A_DEGREE = 111_195.0

_CAMERA_FOLDER = re.compile(r"DCIM|Camera|CameraRoll|Camera Roll|[1-9]\d{2}[A-Z0-9_]{5}", re.IGNORECASE)
"""Folders that cameras and telephones make themselves (DCF: 100MEDIA, 101_PANO)."""
_TIME_IN_NAME = re.compile(r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})[ _T-]?(\d{2})[.\-:]?(\d{2})[.\-:]?(\d{2})(?!\d{4})")
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")


@dataclass(frozen=True, slots=True)
class Header:
    """A picture whose header was read."""

    path: Path
    info: PictureInfo


@dataclass(frozen=True, slots=True)
class Grouped:
    """``ready`` are panoramas; each of ``sets`` is to be one; ``doubles`` show what the photo before them shows."""

    ready: tuple[Header, ...] = ()
    sets: tuple[tuple[Header, ...], ...] = ()
    singles: tuple[Header, ...] = ()
    doubles: tuple[Header, ...] = ()


def is_camera_folder(name: str) -> bool:
    """Say whether a folder's name is a camera's work, so that it does not say that its pictures belong together."""
    return _CAMERA_FOLDER.fullmatch(name) is not None


def grouped(headers: Iterable[Header], *, named: bool) -> Grouped:
    """Group the pictures of one folder; ``named``: a person put them there, so that they belong together.

    The result does not depend on the order of ``headers``; every one of them is in exactly one place of it.
    """
    flat: list[Header] = []
    ready: list[Header] = []
    for header in sorted(headers, key=_by_name):
        (ready if header.info.is_panorama else flat).append(header)
    kept, doubles = _without_bursts(flat)
    sets, singles = [], []
    for run in _runs_named(kept) if named else _runs_loose(kept):
        if _is_set(run, named=named):
            sets.append(tuple(run))
        else:
            singles += run
    if not sets:  # beside no set a double is a picture like any other
        singles, doubles = singles + doubles, []
    return Grouped(
        tuple(ready),
        tuple(sorted(sets, key=lambda run: _by_name(run[0]))),
        tuple(sorted(singles, key=_by_name)),
        tuple(sorted(doubles, key=_by_name)),
    )


def _runs_named(headers: Sequence[Header]) -> list[list[Header]]:
    """Return the sets of a folder that a person made: all of it, but for pauses of hours and ways of streets."""
    if any(_written(header) is None for header in headers):
        return [list(headers)] if headers else []
    ordered = _in_time(headers)
    runs = _split(ordered, *_NAMED_PAUSE_S, _NAMED_FAR_M)
    closer = [_split(run, _SHORTEST_PAUSE_S, _LONGEST_PAUSE_S, _FAR_M) if len(run) > _MANY else [run] for run in runs]
    runs = list(itertools.chain.from_iterable(closer))
    whole: list[list[Header]] = []
    for run in runs:  # what is too little for a set of its own was a straggler of the set before or after it
        if whole and (len(run) < LEAST_LOOSE or len(whole[-1]) < LEAST_LOOSE):
            whole[-1] += run
        else:
            whole.append(list(run))
    return whole


def _runs_loose(headers: Sequence[Header]) -> Iterator[list[Header]]:
    """Yield what one camera took in one go at one spot."""
    for _, taken in itertools.groupby(sorted(headers, key=_camera), key=_camera):
        mine = sorted(taken, key=_by_name)
        dated = [header for header in mine if _written(header) is not None]
        yield from _split(_in_time(dated), _SHORTEST_PAUSE_S, _LONGEST_PAUSE_S, _FAR_M)
        yield from _in_numbers([header for header in mine if _written(header) is None])


def _is_set(run: Sequence[Header], *, named: bool) -> bool:
    if named:
        return len(run) >= LEAST_NAMED
    if len(run) < LEAST_LOOSE:
        return False
    pauses = _pauses(run)
    views = 1 + sum(pause >= _BURST_S for pause in pauses)
    if pauses and views < LEAST_LOOSE and len(run) <= _LONGEST_BURST:
        return False
    return not pauses or statistics.median(pauses) <= _SLOWEST_S


def _split(ordered: Sequence[Header], shortest_s: float, longest_s: float, far_m: float) -> list[list[Header]]:
    """Split photos in the order of their time where somebody paused or went elsewhere."""
    if not ordered:
        return []
    pauses = _pauses(ordered)
    usual = [pause for pause in pauses if pause <= _SLOWEST_S]
    limit_s = min(max(_PAUSE * statistics.median(usual), shortest_s), longest_s) if usual else shortest_s
    runs = [[ordered[0]]]
    for header, pause in zip(ordered[1:], pauses, strict=True):
        if pause > limit_s or _metres(runs[-1], header.info.position) > far_m:
            runs.append([])
        runs[-1].append(header)
    return runs


def _in_numbers(headers: Sequence[Header]) -> Iterator[list[Header]]:
    """Yield photos without a time whose file numbers follow one another: IMG_0012.jpg, IMG_0013.jpg."""

    def parts(header: Header) -> tuple[str, str, int]:
        name = header.path.stem
        found = _LAST_NUMBER.search(name)
        if found is None:
            return name, "", 0
        return name[: found.start()], found[2] + header.path.suffix.lower(), int(found[1])

    run: list[Header] = []
    for header in sorted(headers, key=parts):
        if run:
            (*name, number), (*other, last) = parts(header), parts(run[-1])
            if name != other or number - last > _NUMBERS_APART or _metres(run, header.info.position) > _FAR_M:
                yield run
                run = []
        run.append(header)
    if run:
        yield run


def _without_bursts(headers: Sequence[Header]) -> tuple[list[Header], list[Header]]:
    """Return the photos without those taken in the same moment as another, and these; only parts of seconds tell."""
    precise = _in_time([header for header in headers if header.info.taken_at and "." in header.info.taken_at])
    doubles: list[Header] = []
    burst: list[Header] = []
    for header in [*precise, None]:
        if header and burst and _camera(header) == _camera(burst[-1]) and _pauses([burst[-1], header])[0] < _BURST_S:
            burst.append(header)
            continue
        if len(burst) <= _LONGEST_BURST:
            doubles += burst[1:]
        burst = [header] if header else []
    gone = {header.path for header in doubles}
    return [header for header in headers if header.path not in gone], doubles


def _written(header: Header) -> dt.datetime | None:
    """Return when a photo was taken by its EXIF, else by its name, as messengers leave it."""
    if header.info.taken_at:
        return dt.datetime.fromisoformat(header.info.taken_at)
    found = _TIME_IN_NAME.search(header.path.stem)
    if found is None:
        return None
    try:
        return dt.datetime(*map(int, found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def _in_time(headers: Sequence[Header]) -> list[Header]:
    moments = _moments(headers)
    return [header for _, header in sorted(zip(moments, headers, strict=True), key=lambda e: (e[0], _by_name(e[1])))]


def _pauses(ordered: Sequence[Header]) -> list[float]:
    """Return the seconds from each photo to the next; none where a time is missing."""
    if any(_written(header) is None for header in ordered):
        return []
    return [(after - before).total_seconds() for before, after in itertools.pairwise(_moments(ordered))]


def _moments(headers: Sequence[Header]) -> list[dt.datetime]:
    """Return comparable times: by UTC where every photo tells its offset, else as the clock showed."""
    written = [moment for header in headers if (moment := _written(header)) is not None]
    if all(moment.tzinfo for moment in written):
        written = [moment.astimezone(dt.UTC) for moment in written]
    return [moment.replace(tzinfo=None) for moment in written]


def _camera(header: Header) -> tuple[str, ...]:
    """Return what tells one camera from another; without EXIF the size of its pictures has to do."""
    info = header.info
    if info.camera_make or info.camera_model:
        return (info.camera_make or "", info.camera_model or "")
    return tuple(f"{side:07d}" for side in sorted((info.width_px, info.height_px)))


def _metres(run: Sequence[Header], position: Position | None) -> float:
    """Return how far a photo was taken from the middle of those before it; 0 where nobody knows."""
    known = [header.info.position for header in run if header.info.position is not None]
    if position is None or not known:
        return 0.0
    north = position.lat - statistics.median(each.lat for each in known)
    east = (position.lon - statistics.median(each.lon for each in known) + 180) % 360 - 180
    return math.hypot(north, east * math.cos(math.radians(position.lat))) * _METRES_A_DEGREE


def _by_name(header: Header) -> tuple[list[tuple[int, str]], str]:
    return natural(header.path.name), header.path.name
