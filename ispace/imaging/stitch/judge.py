"""Whether a group has its photos where they belong: what overlaps must show the same, and nearly where it is expected.

That all photos were placed means nothing; residual and agreement decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ispace.imaging.stitch import matching, overlaps, repetition
from ispace.imaging.stitch.align import Aligned
from ispace.imaging.stitch.baseline import Moved
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.findings import finding
from ispace.imaging.stitch.outcome import Finding

PARALLAX_PX = 1.0
"""Median misfit, in working pixels, from which on the lens must have moved; sets without it stay below 0.6."""
_WORST_PX = 8.0
_WORST_PHOTO_PX, _WORST_PHOTO_TIMES = 10.0, 4.0
_UNSURE_PX, _UNSURE_TIMES = 3.0, 3.0
_ASIDE_TIMES = 1.5
_FEW_MATCHES = 12
LEAST_MATCHES = 8
_SHARED_FEATURES = 120
"""An overlap with so many features of one photo must show some of them in the other."""
_PHOTO_AGREES, _GROUP_AGREES = 0.34, 0.6
_REPEATS, _AMBIGUOUS_SHARE = 0.15, 0.08
_CONTRADICTIONS, _CONTRADICTED_SHARE = 3, 0.06
_CORNER, _MOST_PINCUSHION = 1.25, -0.2
"""Where the corner of a photo is, and by how much it may be bent inwards: more is a lens that moved."""
_BLURRED = 0.05
_PLAIN_FEATURES, _PLAIN_TEXTURE = 40, 0.01
_SIDEWAYS_MATCHES = 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """``sound`` where the group may be stitched; ``doubtful`` photos may not.

    ``agreement`` is the share, 0 to 1, of the overlaps in which something was found again. With ``repeats`` the place
    looks alike in several directions, so that agreement means nothing.
    """

    sound: bool
    repeats: bool
    agreement: float
    doubtful: tuple[int, ...]


def judge(group: Aligned, features: Sequence[Features]) -> Verdict:
    """Return whether a group's photos are where they belong."""
    tied = {(tie.a, tie.b): len(tie.points_a) for tie in group.ties}
    agreeing: dict[int, list[bool]] = {photo: [] for photo in group.rotations}
    for a, b in overlaps.pairs(group.rotations, group.lenses):
        if _shared(a, b, group, features) >= _SHARED_FEATURES:
            agrees = tied.get((a, b), 0) >= LEAST_MATCHES
            agreeing[a].append(agrees)
            agreeing[b].append(agrees)
    everything = [agrees for own in agreeing.values() for agrees in own]
    agreement = float(np.mean(everything)) if everything else 1.0
    confirmed, contradicted = (
        Counter(photo for pair in pairs for photo in pair) for pairs in (group.confirmed, group.contradicted)
    )
    doubtful = []
    for photo, own in agreeing.items():
        off = group.of(photo)
        misses = len(own) >= 3 and float(np.mean(own)) < _PHOTO_AGREES
        median = float(np.median(off)) if len(off) else np.inf
        far = median > max(_WORST_PHOTO_PX, _WORST_PHOTO_TIMES * group.median_px)
        against = contradicted[photo] > 0 and contradicted[photo] >= confirmed[photo]
        if misses or far or against or len(off) < LEAST_MATCHES:
            doubtful.append(photo)
    repeats = _repeats(group, features)
    sound = (
        not repeats
        and group.median_px <= _WORST_PX
        and agreement >= _GROUP_AGREES
        and len(doubtful) * 3 <= len(group.rotations)
        and not _contradicts(group)
        and min(_bend(lens) for lens in group.lenses.values()) >= _MOST_PINCUSHION
    )
    return Verdict(sound, repeats, agreement, tuple(doubtful))


def _repeats(group: Aligned, features: Sequence[Features]) -> bool:
    sure = len(group.confirmed) + len(group.contradicted)
    if len(group.ambiguous) > 1 and len(group.ambiguous) >= _AMBIGUOUS_SHARE * sure:
        return True
    own = [repetition.in_photo(features[photo], lens) for photo, lens in sorted(group.lenses.items())]
    return bool(own) and float(np.median(own)) >= _REPEATS


def _contradicts(group: Aligned) -> bool:
    against, sure = len(group.contradicted), len(group.confirmed) + len(group.contradicted)
    return against >= _CONTRADICTIONS and against >= _CONTRADICTED_SHARE * sure


def _bend(lens: Lens) -> float:
    """Return the distortion where a photo of the usual shape has its corner."""
    return lens.a * _CORNER**2 + lens.b * _CORNER**4


def is_place(group: Aligned, features: Sequence[Features]) -> bool:
    """Whether a group beside the first is a place of its own, and not what clouds and leaves have in common."""
    sure = {photo for pair in group.confirmed for photo in pair}
    return 2 * len(sure) >= len(group.rotations) and judge(group, features).sound


def _shared(a: int, b: int, group: Aligned, features: Sequence[Features]) -> int:
    """Return how many features of a photo lie within the other one, a little inside of its border."""
    turn = group.rotations[b].T @ group.rotations[a]
    if turn[2, 2] < -0.5:
        return 0
    seen, front = group.lenses[b].project(group.lenses[a].rays(features[a].points) @ turn.T)
    limit = np.abs(features[b].points).max(axis=0) * 0.95 if len(features[b]) else np.zeros(2)
    return int((front & (np.abs(seen) <= limit).all(axis=1)).sum())


def of_used(photo: int, group: Aligned, features: Features, moved: Moved | None = None) -> tuple[Finding, ...]:
    """Return what is to be said of a photo that is used, ``moved`` being how the lens went, if it did."""
    off = group.of(photo)
    median = float(np.median(off)) if len(off) else 0.0
    found = []
    if len(off) < _FEW_MATCHES or median > max(_UNSURE_PX, _UNSURE_TIMES * group.median_px):
        found.append(finding("GHEP-CHO-NGO", residual_px=round(median, 1)))
    elif (moved and moved.is_far(photo)) or median > max(2 * PARALLAX_PX, _ASIDE_TIMES * group.median_px):
        found.append(finding("GHEP-HOI-LECH"))
    if is_blurred(features):
        found.append(finding("GHEP-HOI-NHOE"))
    return tuple(found)


def is_blurred(features: Features) -> bool:
    """Whether what a photo shows has no sharp edge anywhere."""
    return features.sharpness < _BLURRED and features.texture > _PLAIN_TEXTURE


def of_unused(
    photo: int,
    features: Sequence[Features],
    groups: Sequence[Aligned],
    files: Sequence[str],
) -> tuple[Finding, ...]:
    """Return why a photo has no place among the first of ``groups``."""
    own = features[photo]
    if len(own) < _PLAIN_FEATURES or own.texture < _PLAIN_TEXTURE:
        return (finding("GHEP-TRON"),)
    for number, group in enumerate(groups[1:], 2):
        if photo in group.rotations:
            return (finding("GHEP-NOI-KHAC", group=number),)
    if is_blurred(own):
        return (finding("GHEP-NHOE"),)
    best: tuple[int, int] = (0, -1)
    for other in groups[0].rotations if groups else ():
        if other != photo:
            in_own, _ = matching.alike(own.descriptors, features[other].descriptors, 0.8)
            best = max(best, (len(in_own), -1 - other))
    count, other = best[0], -1 - best[1]
    if count >= _SIDEWAYS_MATCHES and groups:
        return (finding("GHEP-DI-MAY"),)
    if count >= LEAST_MATCHES and groups:
        return (finding("GHEP-IT-CHONG", other=files[other]),)
    return (finding("GHEP-KHONG-CHONG"),)


def gaps(covered: Array, least_deg: float = 5.0) -> list[tuple[float, float, float, float]]:
    """Return what a mask (rows, columns) of the sphere leaves out: yaw, pitch, width and height of parts, in degrees.

    Parts that touch across ±180° are one. A part is told from ``least_deg`` on, in both directions.
    """
    rows, columns = covered.shape
    empty = np.tile((~np.asarray(covered, bool)).astype(np.uint8), (1, 2))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(empty, connectivity=4)
    found: dict[tuple[int, int], tuple[float, float, float, float]] = {}
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        width = min(width, columns)
        whole = width == columns
        if not whole and (left == 0 or left >= columns):
            continue
        size = (width * 360 / columns, height * 180 / rows)
        if min(size) < least_deg or area < 4:
            continue
        inside = np.argwhere(labels == label)
        pitch = 90 - (float(inside[:, 0].mean()) + 0.5) * 180 / rows
        yaw = 0.0 if whole else ((left + width / 2) * 360 / columns) % 360 - 180
        found.setdefault(
            (0 if whole else left, top), (round(yaw, 1), round(pitch, 1), round(size[0], 1), round(size[1], 1))
        )
    return sorted(found.values(), key=lambda gap: -gap[2] * gap[3])
