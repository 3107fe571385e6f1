"""Which placed photos are compared with each other: all that overlap, and of very many those that tell the most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ispace.imaging.stitch.camera import Array, Lens

_EVERY_PAIR = 64
"""Up to so many photos all that overlap are compared."""
_NEAREST, _FURTHER = 6, 6
_ALL_MATCHES, _LEAST_MATCHES = 60_000, 15


def pairs(rotations: Mapping[int, Array], lenses: Mapping[int, Lens]) -> list[tuple[int, int]]:
    """Return the pairs of photos that may overlap, in order; of many photos each one's nearest, and some further away.

    Those further away keep errors from adding up from photo to photo.
    """
    photos = sorted(rotations)
    if len(photos) < 2:
        return []
    axes = np.stack([rotations[photo][:, 2] for photo in photos])
    reach = np.array([_reach(lenses[photo]) for photo in photos])
    apart = np.arccos(np.clip(axes @ axes.T, -1, 1))
    overlap = apart <= reach[:, None] + reach
    np.fill_diagonal(overlap, val=False)
    if len(photos) > _EVERY_PAIR:
        chosen = np.zeros_like(overlap)
        for row in range(len(photos)):
            beside = np.flatnonzero(overlap[row])
            beside = beside[np.argsort(apart[row, beside], kind="stable")]
            further = beside[_NEAREST:]
            chosen[row, beside[:_NEAREST]] = True
            chosen[row, further[:: max(1, len(further) // _FURTHER)]] = True
        overlap = chosen | chosen.T
    return [(photos[a], photos[b]) for a, b in np.argwhere(np.triu(overlap)).tolist()]


def matches_a_pair(count: int, most: int) -> int:
    """Return how many matches of each of ``count`` pairs are used, at most ``most``: all together have a limit."""
    return min(most, max(_LEAST_MATCHES, _ALL_MATCHES // max(1, count)))


def _reach(lens: Lens) -> float:
    """Return the angle, in radians, from a lens's axis to the corner of a square around its picture."""
    return float(np.arctan(2**0.5 / lens.focal))
