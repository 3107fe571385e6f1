"""A set of photos → a panorama and what came of each photo, from the first look to the last byte."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ispace.errors import IspaceError, StitchGroupUnknownError
from ispace.imaging.decode import load_rgb
from ispace.imaging.geometry import direction, equirect_angles
from ispace.imaging.gpano import Area
from ispace.imaging.limits import Limits
from ispace.imaging.stitch import baseline, intake, judge, local
from ispace.imaging.stitch.align import Aligned, View, align
from ispace.imaging.stitch.baseline import Moved
from ispace.imaging.stitch.camera import Array, Lens, from_angles, to_angles
from ispace.imaging.stitch.clock import Clock
from ispace.imaging.stitch.composition import CancelledError, Composed, compose, sensible_width_px
from ispace.imaging.stitch.features import WORK_PX, Features, find
from ispace.imaging.stitch.findings import finding, weight
from ispace.imaging.stitch.options import MAX_PHOTOS, Options
from ispace.imaging.stitch.outcome import Finding, Gap, Group, Outcome, PhotoOutcome
from ispace.imaging.stitch.photos import Photo, Pixels, Placed
from ispace.imaging.stitch.shelf import Shelf
from ispace.imaging.stitch.upright import Upright, upright

_LOOKED, _FOUND, _ALIGNED = 0.05, 0.3, 0.55
"""Shares of the work after which files are looked at, features found, and photos aligned."""
_GHOST_SQDEG = 1.0
_GHOSTS_TOLD = 5
_EXPOSURE_EV = 2.0
_COVER_PX = (256, 128)
_LEVEL_NOTE_DEG = 1.0
_MOVED_PX = 0.7
"""Median misfit, in working pixels, from which on it pays to ask whether the lens moved."""
_SOFT_WIDTH_PX = 3000

Told = Callable[[float], None]


class _StoppedError(Exception):
    """No panorama comes of it: ``finding`` says why."""

    def __init__(self, why: Finding) -> None:
        super().__init__(why.code)
        self.finding = why


@dataclass
class _Set:
    """What is known of a set so far."""

    options: Options
    seen: list[intake.Seen]
    photos: list[Photo]
    features: list[Features]
    groups: list[Aligned]
    seconds: dict[str, float]
    parallax_px: float = 0.0
    moved: Moved | None = None
    placed: dict[int, Placed] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)

    @property
    def pinned(self) -> set[int]:
        """The photos that a person says show one place."""
        return {number for number, photo in enumerate(self.photos) if photo.file in self.options.pin}


def stitch(
    paths: Sequence[Path],
    out: Path,
    options: Options,
    *,
    limits: Limits | None = None,
    progress: Told = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Stitch the photos at ``paths`` into ``out`` and return what came of each.

    A set that fails says why and does not raise. The same files and options give the same bytes. ``progress`` is called
    with growing shares up to 1, ``cancelled`` is asked at every step. Nothing is written to ``out`` unless the panorama
    is whole. Raises the errors of ``options.check``, and ``OSError`` where ``out`` cannot be written.
    """
    limits = limits or Limits()
    options.check({path.name for path in paths})
    state = _Set(options, [], [], [], [], {})

    def step(share: float) -> None:
        if cancelled():
            raise CancelledError
        progress(share)

    try:
        return _stitched(state, paths, out, limits, step, cancelled)
    except CancelledError:
        return _failed(state, paths, finding("GHEP-NGUNG"))
    except _StoppedError as stopped:
        return _failed(state, paths, stopped.finding)


def _stitched(
    state: _Set, paths: Sequence[Path], out: Path, limits: Limits, step: Told, cancelled: Callable[[], bool]
) -> Outcome:
    clock = Clock(state.seconds)
    if len(paths) > MAX_PHOTOS:
        raise _StoppedError(Finding("GHEP-NHIEU", {"count": len(paths), "max_count": MAX_PHOTOS}))
    state.seen = intake.look(paths, state.options.leave_out, limits, lambda share: step(_LOOKED * share))
    state.photos = [seen.photo for seen in state.seen if seen.photo is not None]
    _features(state, limits, lambda share: step(_LOOKED + (_FOUND - _LOOKED) * share))
    clock.lap("features")
    if len(paths) == 1:
        raise _StoppedError(Finding("GHEP-MOT-ANH", {"file": paths[0].name}))
    if len(state.photos) < 2:
        raise _StoppedError(Finding("GHEP-IT-ANH", {"count": len(paths), "usable": len(state.photos)}))

    views = [_view(photo, state.options.hfov_deg) for photo in state.photos]
    groups = align(
        state.features,
        views,
        fixed=state.options.hfov_deg is not None,
        together=state.pinned,
        progress=lambda share: step(_FOUND + (_ALIGNED - _FOUND) * share),
    )
    state.groups = groups[:1] + [group for group in groups[1:] if judge.is_place(group, state.features)]
    clock.lap("align")
    group = _chosen(state)
    verdict = judge.judge(group, state.features)
    if verdict.repeats:
        raise _StoppedError(Finding("GHEP-LAP-LAI", {"count": len(group.rotations)}))
    if not verdict.sound:
        raise _StoppedError(Finding("GHEP-KHONG-CHAC", {"count": len(group.rotations)}))
    group = _without(group, verdict.doubtful)
    state.parallax_px = group.median_px
    if state.parallax_px > _MOVED_PX:
        state.moved = baseline.solve(group, lambda: step(_ALIGNED))
    group = state.moved.group if state.moved else group
    level = upright(group.rotations, group.lenses, state.features)
    rotations = _centred(state, group, level)
    state.placed = _placed(state, group, rotations)
    clock.lap("level")

    placed = list(state.placed.values())
    asked_px = state.options.width_px
    width_px = sensible_width_px(asked_px, placed, state.photos)
    if asked_px is not None and asked_px > width_px:
        state.notes.append(finding("GHEP-HEP-LAI", asked_px=asked_px, width_px=width_px))

    def read(number: int, longest_px: int) -> Pixels:
        photo = state.photos[number]
        return load_rgb(photo.path, limits, longest_px, photo.info)

    composed = compose(
        placed,
        state.photos,
        read,
        width_px,
        out,
        progress=lambda share: step(_ALIGNED + (1 - _ALIGNED) * share),
        cancelled=cancelled,
    )
    clock.lap("compose")
    return _outcome(state, group, rotations, level, composed)


def _features(state: _Set, limits: Limits, step: Told) -> None:
    """Find the features of every photo; one whose pixels cannot be had is no photo after all."""
    cv2.setRNGSeed(1)
    shelf = Shelf(state.options.cache, state.options.cache_mb)
    kept: list[Photo] = []
    digests = {seen.file: seen.digest for seen in state.seen}
    for number, photo in enumerate(state.photos):
        try:
            found = shelf.get(digests[photo.file])
            if found is None:
                found = find(load_rgb(photo.path, limits, WORK_PX, photo.info))
                shelf.put(digests[photo.file], found)
        except IspaceError as error:
            why = Finding(error.code, dict(error.params))
            state.seen = [replace(s, photo=None, why=why) if s.photo is photo else s for s in state.seen]
        else:
            kept.append(photo)
            state.features.append(found)
        step((number + 1) / len(state.photos))
    state.photos = kept
    shelf.trim()


def _view(photo: Photo, hfov_deg: float | None) -> View:
    if hfov_deg is not None:
        return View(photo.lens_key, 1 / math.tan(math.radians(hfov_deg) / 2))
    if photo.info.focal_35_mm is None:
        return View(photo.lens_key)
    return View(photo.lens_key, Lens.of_35mm(photo.info.focal_35_mm, photo.width_px, photo.height_px).focal)


def _chosen(state: _Set) -> Aligned:
    """Return the group that is stitched."""
    groups = state.groups
    if state.pinned:
        groups = sorted(groups, key=lambda group: -len(state.pinned & set(group.rotations)))
    wanted = (state.options.group or 1) - 1
    if groups and wanted >= len(groups):
        raise StitchGroupUnknownError(group=wanted + 1, count=len(groups))
    if not groups or len(groups[wanted].rotations) < 2:
        raise _StoppedError(Finding("GHEP-ROI", {"count": len(state.photos)}))
    group = groups[wanted]
    state.groups = [group, *(other for other in groups if other is not group)]
    return group


def _without(group: Aligned, left_out: Sequence[int]) -> Aligned:
    if not left_out:
        return group
    kept = [n for n, tie in enumerate(group.ties) if tie.a not in left_out and tie.b not in left_out]
    return replace(
        group,
        rotations={photo: rotation for photo, rotation in group.rotations.items() if photo not in left_out},
        lenses={photo: lens for photo, lens in group.lenses.items() if photo not in left_out},
        ties=tuple(group.ties[n] for n in kept),
        residuals_px=tuple(group.residuals_px[n] for n in kept),
    )


def _centred(state: _Set, group: Aligned, level: Upright) -> dict[int, Array]:
    """Return the rotations upright, with the chosen photo, or else the one nearest to the horizon, at yaw 0."""
    rotations = {photo: level.rotation @ rotation for photo, rotation in group.rotations.items()}
    named = [n for n in rotations if state.photos[n].file == state.options.centre]
    order = sorted(rotations, key=lambda n: (round(abs(to_angles(rotations[n])[1]) / 20), state.photos[n].file))
    yaw_deg = to_angles(rotations[(named or order)[0]])[0]
    turn = from_angles(-yaw_deg, 0, 0)
    return {photo: turn @ rotation for photo, rotation in rotations.items()}


def _placed(state: _Set, group: Aligned, rotations: dict[int, Array]) -> dict[int, Placed]:
    placed = {n: Placed(n, group.lenses[n], rotations[n]) for n in sorted(rotations)}
    if state.moved:
        there = state.moved.turned(rotations)
        placed = {n: replace(one, position=there.positions[n], room=there.room) for n, one in placed.items()}
    if state.parallax_px > _MOVED_PX:
        grids = local.shifts(group.ties, placed, {n: _extent(state.photos[n]) for n in rotations})
        placed = {n: replace(one, shifts=grids.get(n)) for n, one in placed.items()}
    return placed


def _extent(photo: Photo) -> tuple[float, float]:
    longer = max(photo.width_px, photo.height_px)
    return photo.width_px / longer, photo.height_px / longer


def _outcome(state: _Set, group: Aligned, rotations: dict[int, Array], level: Upright, composed: Composed) -> Outcome:
    tilt_deg = level.tilt_deg
    findings = [*_about_light(state, composed, level, tilt_deg), *state.notes]
    # Of a part of the sphere the rest is no gap: it was not meant to be in the picture.
    whole = composed.area.width_px == composed.area.full_width_px
    covered = _covered(state, composed.turned_deg)
    missing = [Gap(*gap) for gap in judge.gaps(covered)] if whole else []
    if not whole:
        findings.append(_of_part(composed.area))
    several = [other for other in state.groups if len(other.rotations) > 1]
    if len(several) > 1:
        findings.append(finding("GHEP-HAI-NOI", count=len(several), group=1))
    apart = sorted(state.photos[n].file for n in state.pinned - set(rotations))
    if apart:
        findings.append(finding("GHEP-GHIM-ROI", files=", ".join(apart)))
    photos = _photo_outcomes(state, group, rotations, composed.turned_deg)
    warned = any(weight(found) == "warning" for found in findings) or any(not p.used for p in photos)
    return Outcome(
        "warnings" if warned else "ok",
        "ispace",
        photos,
        _groups(state, stitched=True),
        tuple(findings),
        tuple(missing),
        composed.area,
        composed.covered_share,
        round(group.median_px, 3),
        level.by,
        round(tilt_deg, 2),
        state.seconds,
    )


def _about_light(state: _Set, composed: Composed, level: Upright, tilt_deg: float) -> list[Finding]:
    found = []
    if state.parallax_px > judge.PARALLAX_PX:
        found.append(finding("GHEP-THI-SAI", residual_px=round(state.parallax_px, 1)))
    large = [ghost for ghost in composed.ghosts if ghost.on_seam and ghost.size_sqdeg >= _GHOST_SQDEG]
    for ghost in sorted(large, key=lambda ghost: -ghost.size_sqdeg)[:_GHOSTS_TOLD]:
        found.append(finding("GHEP-BONG", yaw_deg=ghost.yaw_deg, pitch_deg=ghost.pitch_deg))
    stops = np.log2(np.maximum(composed.gains.mean(axis=1), 1e-6))
    if np.ptp(stops) > _EXPOSURE_EV:
        found.append(finding("GHEP-SANG-TOI", ev=round(float(np.ptp(stops)), 1)))
    if level.by == "none":
        found.append(finding("GHEP-CHUA-THANG"))
    elif tilt_deg > _LEVEL_NOTE_DEG and level.by == "lines":
        found.append(finding("GHEP-DA-THANG", tilt_deg=round(tilt_deg, 1)))
    if composed.area.full_width_px < _SOFT_WIDTH_PX:
        found.append(finding("GHEP-IT-NET", width_px=composed.area.full_width_px))
    return found


def _of_part(area: Area) -> Finding:
    scale = 360 / area.full_width_px
    return finding("GHEP-MOT-PHAN", width_deg=round(area.width_px * scale), height_deg=round(area.height_px * scale))


def _covered(state: _Set, turned_deg: float) -> Array:
    """Return which parts of the sphere (rows, columns) any photo shows."""
    width, height = _COVER_PX
    yaw_deg, pitch_deg = equirect_angles(np.arange(width), np.arange(height)[:, None], width, height)
    world = direction(yaw_deg - turned_deg, pitch_deg)
    covered = np.zeros((height, width), bool)
    for n, placed in state.placed.items():
        plane, front = placed.lens.project(placed.rays(world))
        covered |= front & (np.abs(plane) <= _extent(state.photos[n])).all(axis=-1)
    return covered


def _photo_outcomes(
    state: _Set, group: Aligned | None, rotations: dict[int, Array], turned_deg: float
) -> tuple[PhotoOutcome, ...]:
    number_of = {photo.file: n for n, photo in enumerate(state.photos)}
    files = [photo.file for photo in state.photos]
    told = []
    for seen in state.seen:
        size: dict[str, Any] = {}
        if seen.info:
            size = {"width_px": seen.info.width_px, "height_px": seen.info.height_px}
        n = number_of.get(seen.file) if seen.photo is not None else None
        if n is None:
            told.append(PhotoOutcome(seen.file, False, findings=(seen.why,) if seen.why else (), **size))
            continue
        place = next((k for k, other in enumerate(state.groups, 1) if n in other.rotations), None)
        if group is None or n not in rotations:
            why = _why_unused(state, n, files)
            told.append(PhotoOutcome(seen.file, False, place, findings=why, **size))
            continue
        told.append(_used(state, group, rotations[n], n, turned_deg, place, size))
    return tuple(told)


def _why_unused(state: _Set, n: int, files: Sequence[str]) -> tuple[Finding, ...]:
    if state.groups and n in state.groups[0].rotations:
        off = state.groups[0].of(n)
        return (finding("GHEP-DI-MAY"),) if len(off) >= 2 * judge.LEAST_MATCHES else (finding("GHEP-KHONG-CHONG"),)
    return judge.of_unused(n, state.features, state.groups, files)


def _used(
    state: _Set, group: Aligned, rotation: Array, n: int, turned_deg: float, place: int | None, size: dict[str, Any]
) -> PhotoOutcome:
    yaw, pitch, roll = to_angles(rotation)
    off = group.of(n)
    partners = {tie.a if tie.b == n else tie.b for tie in group.ties if n in (tie.a, tie.b)}
    half = state.photos[n].width_px / max(state.photos[n].width_px, state.photos[n].height_px)
    return PhotoOutcome(
        state.photos[n].file,
        True,
        place,
        round((yaw + turned_deg + 180) % 360 - 180, 4),
        round(pitch, 4),
        round(roll, 4),
        round(math.degrees(2 * math.atan(half / group.lenses[n].focal)), 4),
        round(float(np.median(off)), 3) if len(off) else None,
        len(off),
        tuple(sorted(state.photos[other].file for other in partners)),
        judge.of_used(n, group, state.features[n], state.moved),
        **size,
    )


def _groups(state: _Set, *, stitched: bool) -> tuple[Group, ...]:
    return tuple(
        Group(
            tuple(state.photos[n].file for n in sorted(group.rotations)),
            stitched and number == 0,
            round(group.median_px, 3),
        )
        for number, group in enumerate(state.groups)
    )


def _failed(state: _Set, paths: Sequence[Path], why: Finding) -> Outcome:
    """Return the outcome of a set of which no panorama came, with all that is known of each photo."""
    photos = _photo_outcomes(state, None, {}, 0.0) if len(state.features) == len(state.photos) else ()
    told = {photo.file for photo in photos}
    photos += tuple(PhotoOutcome(path.name, False) for path in paths if path.name not in told)
    return Outcome("failed", "ispace", photos, _groups(state, stitched=False), (why,), seconds=state.seconds)
