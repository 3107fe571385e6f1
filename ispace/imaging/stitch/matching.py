"""What two photos have in common, and whether a rotation of the camera explains it.

A pair is believed only when one rotation about a common centre takes enough of its matches onto each other; a free
homography would also accept repeated patterns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array, Lens, nearest_rotation
from ispace.imaging.stitch.features import Features

Indexes = NDArray[np.intp]

_RATIO = 0.8
_FEWEST = 6
_SAMPLES = 500
_ENOUGH, _ENOUGH_SHARE, _ENOUGH_BASE = 7, 0.12, 4
_ENOUGH_TOGETHER, _TOGETHER_SHARE = 6, 0.05
"""Where a person says that two photos show one place, less is believed."""


@dataclass(frozen=True, slots=True)
class Match:
    """Features of photo ``a`` and of photo ``b`` that look alike: indexes into each photo's, of the same length."""

    a: int
    b: int
    in_a: Indexes
    in_b: Indexes

    def __len__(self) -> int:
        return len(self.in_a)


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair that a rotation explains: ``rotation`` (3, 3) takes rays of ``b`` to rays of ``a``."""

    match: Match
    rotation: Array
    inliers: NDArray[np.bool_]

    @property
    def weight(self) -> int:
        """How many matches agree."""
        return int(self.inliers.sum())


def alike(a: NDArray[np.float32], b: NDArray[np.float32], ratio: float) -> tuple[Indexes, Indexes]:
    """Return mutual nearest neighbours that are clearly nearer than the second: indexes in both.

    ``ratio`` is that of the distances, of descriptors of length 1.
    """
    if len(a) < 2 or len(b) < 2:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    similar = a @ b.T
    rows = np.arange(len(a))
    best = similar.argmax(axis=1)
    first = similar[rows, best]
    mutual = first >= similar.max(axis=0)[best]
    similar[rows, best] = -1
    second = similar.max(axis=1)
    near, next_ = np.sqrt(np.maximum(0, 2 - 2 * first)), np.sqrt(np.maximum(1e-12, 2 - 2 * second))
    kept = mutual & (near < ratio * next_)
    return np.flatnonzero(kept), best[kept]


def match(features: Sequence[Features], a: int, b: int) -> Match | None:
    """Return what two photos have in common; ``None`` where that is too little to say anything."""
    in_a, in_b = alike(features[a].descriptors, features[b].descriptors, _RATIO)
    return Match(a, b, in_a, in_b) if len(in_a) >= _FEWEST else None


def verify(
    found: Match, features: Sequence[Features], lenses: Mapping[int, Lens], threshold: float, *, together: bool = False
) -> Edge | None:
    """Return the rotation that explains a match, or ``None``; ``threshold`` in radians, ``lenses`` by photo.

    Less is asked of photos that are ``together`` for sure.
    """
    rays_a = lenses[found.a].rays(features[found.a].points[found.in_a])
    rays_b = lenses[found.b].rays(features[found.b].points[found.in_b])
    # The same pair is always judged in the same way, whatever else is in the set.
    random = np.random.default_rng((len(found), found.a, found.b))
    result = rotation_between(rays_a, rays_b, threshold, random)
    if result is None:
        return None
    rotation, inliers = result
    count = int(inliers.sum())
    least = (
        max(_ENOUGH_TOGETHER, _TOGETHER_SHARE * len(found))
        if together
        else max(_ENOUGH, _ENOUGH_BASE + _ENOUGH_SHARE * len(found) + 1e-9)
    )
    if count < least:
        return None
    return Edge(found, rotation, inliers)


def rotation_between(
    rays_a: Array, rays_b: Array, threshold: float, random: np.random.Generator, samples: int = _SAMPLES
) -> tuple[Array, NDArray[np.bool_]] | None:
    """Return the rotation that takes most rays ``b`` (n, 3) to within ``threshold`` radians of rays ``a``, and which.

    RANSAC over pairs of correspondences, each of which gives a rotation by orthonormal frames; then least squares
    (Kabsch 1976) on the inliers. ``None`` for fewer than three correspondences.
    """
    count = len(rays_a)
    if count < 3:
        return None
    first = random.integers(0, count, samples)
    second = (first + random.integers(1, count, samples)) % count
    rotations = _frames(rays_a[first], rays_a[second]) @ np.swapaxes(_frames(rays_b[first], rays_b[second]), -1, -2)
    limit = 2 - 2 * np.cos(threshold)
    # |R b − a|² = 2 − 2 a·(R b), and a·(R b) is the product of R with a bᵀ, entry by entry.
    outer = (rays_a[:, :, None] * rays_b[:, None, :]).reshape(count, 9)
    off = 2 - 2 * rotations.reshape(-1, 9) @ outer.T
    scores = np.minimum(off, limit).sum(axis=1)
    rotation = rotations[int(scores.argmin())]
    inliers = np.zeros(count, bool)
    for _ in range(3):
        now = np.sum((rays_b @ rotation.T - rays_a) ** 2, axis=-1) < limit
        if now.sum() < 3:
            break
        inliers = now
        rotation = nearest_rotation(rays_a[inliers].T @ rays_b[inliers])
    return rotation, inliers


def _frames(one: Array, other: Array) -> Array:
    """Return rotations (n, 3, 3) whose columns are spanned by two vectors each."""
    x = one
    z = np.cross(one, other)
    z /= np.linalg.norm(z, axis=-1, keepdims=True) + 1e-12
    return np.stack([x, np.cross(z, x), z], axis=-1)
