"""Whether a place looks alike in several directions: then photos fit in wrong places as well as in right ones.

Columns, windows or tiles that go around in even steps do that. What fits twice tells it: a photo that a turn of the
camera takes onto itself, or a pair whose matches two turns explain, each a part of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ispace.imaging.stitch.camera import Lens, angle_between
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Edge, rotation_between

_STRONGEST = 700
_ALIKE = 0.86
_APART = 0.1
"""In half longer sides: what is nearer is the same thing, found twice."""
_WITHIN_RAD = 0.012
_OTHER_RAD = np.radians(6)
_FEWEST = 20


def in_photo(own: Features, lens: Lens) -> float:
    """Return the share, 0 to 1, of a photo's features that one turn takes onto others that look the same."""
    points, descriptors = own.points[:_STRONGEST], own.descriptors[:_STRONGEST]
    if len(points) < _FEWEST:
        return 0.0
    near = np.sum((points[:, None] - points[None]) ** 2, axis=-1) < _APART**2
    similar = np.where(near, -1, descriptors @ descriptors.T)
    other = similar.argmax(axis=1)
    one = np.arange(len(points))
    one = np.flatnonzero((similar[one, other] > _ALIKE) & (other[other] == one) & (points[one, 0] < points[other, 0]))
    if len(one) < _FEWEST:
        return 0.0
    found = rotation_between(
        lens.rays(points[one]), lens.rays(points[other[one]]), _WITHIN_RAD, np.random.default_rng(len(one))
    )
    return 0.0 if found is None else 2 * float(found[1].sum()) / len(points)


def in_pair(edge: Edge, features: Sequence[Features], lenses: Mapping[int, Lens]) -> float:
    """Return how many matches another turn explains, against those that the pair's own does; 0 where there is none."""
    rest = np.flatnonzero(~edge.inliers)
    if len(rest) < _FEWEST:
        return 0.0
    a, b = edge.match.a, edge.match.b
    found = rotation_between(
        lenses[a].rays(features[a].points[edge.match.in_a[rest]]),
        lenses[b].rays(features[b].points[edge.match.in_b[rest]]),
        _WITHIN_RAD,
        np.random.default_rng((len(rest), a, b)),
    )
    if found is None or angle_between(found[0], edge.rotation) < _OTHER_RAD:
        return 0.0
    return float(found[1].sum()) / max(1, edge.weight)
