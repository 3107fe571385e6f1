"""Matches looked for where they must be: once orientations are nearly known, a photo's features are looked for in
another only near the place where they would be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch import overlaps
from ispace.imaging.stitch.adjust import HALF_PX, Tie
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.features import Features

_SIMILAR = 0.72
_NEARLY_BEST = 1.12
_MOST = 90
_FEWEST = 5
_CELLS = 6


def ties(
    features: Sequence[Features],
    rotations: Mapping[int, Array],
    lenses: Mapping[int, Lens],
    radius_px: float,
    told: Callable[[float], None] = lambda _share: None,
) -> list[Tie]:
    """Return what photos that overlap have in common within ``radius_px`` working pixels; ``lenses`` by photo.

    ``told`` is called with growing shares up to 1, and may raise to end it.
    """
    found = []
    pairs = overlaps.pairs(rotations, lenses)
    most = overlaps.matches_a_pair(len(pairs), _MOST)
    for number, (a, b) in enumerate(pairs):
        tie = _between(a, b, features, rotations, lenses, radius_px, most)
        if tie is not None:
            found.append(tie)
        told((number + 1) / len(pairs))
    return found


def _between(
    a: int,
    b: int,
    features: Sequence[Features],
    rotations: Mapping[int, Array],
    lenses: Mapping[int, Lens],
    radius_px: float,
    most: int,
) -> Tie | None:
    seen_b, in_b = _seen(features[a], rotations[a], lenses[a], rotations[b], lenses[b])
    _, in_a = _seen(features[b], rotations[b], lenses[b], rotations[a], lenses[a])
    own, other = np.flatnonzero(in_b), np.flatnonzero(in_a)
    if len(own) < _FEWEST or len(other) < _FEWEST:
        return None
    similar = features[a].descriptors[own] @ features[b].descriptors[other].T
    here, there = seen_b[own].astype(np.float32), features[b].points[other].astype(np.float32)
    away = (here[:, :1] - there[:, 0]) ** 2 + (here[:, 1:] - there[:, 1]) ** 2
    near = np.where(away <= (radius_px / HALF_PX) ** 2, similar, -1)
    best = near.argmax(axis=1)
    rows = np.arange(len(own))
    kept = (near[rows, best] >= near.max(axis=0)[best]) & (near[rows, best] > _SIMILAR)
    distance = np.sqrt(np.maximum(0, 2 - 2 * near[rows, best]))
    anywhere = np.sqrt(np.maximum(0, 2 - 2 * similar.max(axis=1)))
    kept &= distance <= _NEARLY_BEST * anywhere + 1e-6
    rows = np.flatnonzero(kept)
    if len(rows) < _FEWEST:
        return None
    chosen = _spread(features[a].points[own[rows]], near[rows, best[rows]], most)
    rows = rows[chosen]
    return Tie(a, b, features[a].points[own[rows]], features[b].points[other[best[rows]]])


def _seen(of: Features, rotation: Array, lens: Lens, other: Array, other_lens: Lens) -> tuple[Array, Array]:
    """Return where a photo's features would be in the plane of another, and which of them are inside it."""
    plane, front = other_lens.project(lens.rays(of.points) @ (other.T @ rotation).T)
    return plane, front & (np.abs(plane).max(axis=1) <= 1)


def _spread(points: Array, similar: Array, most: int) -> NDArray[np.intp]:
    """Return which matches, at most ``most``, are kept: the most similar ones, but from all over the overlap."""
    order = np.argsort(-similar, kind="stable")
    if len(order) <= most:
        return order
    low, high = points.min(axis=0), points.max(axis=0)
    cell = ((points - low) / (high - low + 1e-9) * _CELLS).astype(int)
    key = cell[order, 0] * (_CELLS + 1) + cell[order, 1]
    rank = np.zeros(len(order), int)
    for value in np.unique(key):
        rank[key == value] = np.arange(int((key == value).sum()))
    return np.asarray(order[np.argsort(rank, kind="stable")[:most]])
