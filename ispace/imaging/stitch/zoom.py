"""The focal length of a lens, from what its photos have in common: only with the right one do rotations explain them.

A barrel makes photos look as if the lens were longer, by a third where it is strong, and from so far off no adjustment
finds back. So the search tries some barrels too; the adjustment of everything at once makes the one it finds exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from ispace.imaging.stitch.camera import Array, Lens, nearest_rotation
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Match

_WIDEST_DEG, _NARROWEST_DEG = 116.0, 23.0
_STEPS, _STEPS_KNOWN = 36, 25
_KNOWN_WITHIN = 0.3
_PAIRS = 60
_HOMOGRAPHY = 0.006
"""In half longer sides: how far matches may be off a homography."""
_FEWEST = 10
_WORST, _HOPELESS = 0.03, 0.018
"""In half longer sides: no pair counts for more than that, and pairs that stay above this are no pairs."""
_BETTER = 0.97
_BARRELS = (0.0, 0.05, 0.1, 0.18)
"""Of the distortion's first parameter: none, and what phones, action cameras and worse ones have."""
_BARREL_BETTER = 0.8


def search(matches: Sequence[Match], features: Sequence[Features], known: float | None = None) -> Lens | None:
    """Return the lens that photos of one lens agree on, or ``None`` where too few have enough in common.

    ``matches`` are between photos of that lens; ``known`` is the focal length by EXIF, which is a prior and not a fact:
    the search wins over it only where it explains more. Where the best is as far from it as is looked, the file is
    wrong, as those of digital zooms and of messengers are, and nothing is known.
    """
    chosen = sorted(matches, key=lambda found: (-len(found), found.a, found.b))[:_PAIRS]
    pairs = [pair for found in chosen if (pair := _planar(found, features)) is not None]
    if not pairs:
        return None
    best = _best(pairs, _grid(known), known)
    if known is not None and best is not None and not _inside(best.focal, known):
        best = _best(pairs, _grid(None), None)
    return best


def _grid(known: float | None) -> Array:
    if known is not None:
        return np.asarray(known * np.geomspace(1 - _KNOWN_WITHIN, 1 + _KNOWN_WITHIN, _STEPS_KNOWN))
    low, high = (1 / math.tan(math.radians(hfov) / 2) for hfov in (_WIDEST_DEG, _NARROWEST_DEG))
    return np.geomspace(low, high, _STEPS)


def _inside(focal: float, known: float) -> bool:
    return (1 - _KNOWN_WITHIN) * 1.01 < focal / known < (1 + _KNOWN_WITHIN) / 1.01


def _best(pairs: Sequence[tuple[Array, Array]], grid: Array, known: float | None) -> Lens | None:
    best, least = None, math.inf
    for barrel in _BARRELS:
        lens, misfit = _search(pairs, barrel, grid, known)
        # A barrel explains a little of everything: only what explains much more is one.
        if lens is not None and misfit < _BARREL_BETTER * least:
            best, least = lens, misfit
    return best


def _search(
    pairs: Sequence[tuple[Array, Array]], barrel: float, grid: Array, known: float | None
) -> tuple[Lens | None, float]:
    """Return the lens of a given barrel that explains most, and the mean misfit of all pairs with it."""
    misfits = np.array([[_misfit(a, b, Lens(float(focal), barrel)) for focal in grid] for a, b in pairs])
    capped = np.minimum(misfits, _WORST)
    best = int(capped.sum(axis=0).argmin())
    kept = misfits[:, best] < _HOPELESS
    if not kept.any():
        return None, math.inf
    costs = capped[kept].sum(axis=0)
    best = int(costs.argmin())
    focal = float(np.exp(vertex(np.log(grid), costs, best)))
    if known is not None and costs[best] > _BETTER * float(np.interp(math.log(known), np.log(grid), costs)):
        focal = known
    return Lens(focal, barrel), float(np.interp(math.log(focal), np.log(grid), capped.mean(axis=0)))


def _planar(found: Match, features: Sequence[Features]) -> tuple[Array, Array] | None:
    """Return the points of a match that one homography explains: nearly all of them, where both show the same."""
    a, b = features[found.a].points[found.in_a], features[found.b].points[found.in_b]
    if len(a) < _FEWEST:
        return None
    cv2.setRNGSeed(1)
    _, mask = cv2.findHomography(a, b, cv2.USAC_MAGSAC, _HOMOGRAPHY, maxIters=3000)
    inside = mask.ravel().astype(bool) if mask is not None else np.zeros(len(a), bool)
    return (a[inside], b[inside]) if inside.sum() >= _FEWEST else None


def _misfit(a: Array, b: Array, lens: Lens) -> float:
    """Return by how much, in the plane, the best rotation misses one photo's points in the other: the median."""
    rays_a, rays_b = lens.rays(a), lens.rays(b)
    kept = np.ones(len(a), bool)
    off = np.zeros(len(a))
    for _ in range(3):
        rotation = nearest_rotation(rays_a[kept].T @ rays_b[kept])
        off = np.linalg.norm(rays_b @ rotation.T - rays_a, axis=1)
        kept = off <= 3 * np.median(off) + 1e-9
    # In the plane and not as an angle: angles become small with any long focal length, right or wrong.
    return float(np.median(off)) * lens.focal


def vertex(x: Array, y: Array, best: int) -> float:
    """Return where a parabola through the least value and its neighbours is lowest."""
    if best in {0, len(x) - 1}:
        return float(x[best])
    left, middle, right = y[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return float(x[best] + (0.5 * (left - right) / bend if bend > 0 else 0) * (x[best + 1] - x[best]))
