"""The focal length again, from photos that go all around: only with the right one do their turns add up to a circle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ispace.imaging.stitch.camera import Array, Lens, nearest_rotation
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Edge
from ispace.imaging.stitch.network import is_sure, off, oriented, spread
from ispace.imaging.stitch.zoom import vertex

_FACTORS = np.geomspace(0.8, 1.25, 19)
_MATCHES = 80
_MOST_EDGES = 300
_CAP_RAD = np.radians(6)
_OPEN_RAD = np.radians(0.25)
"""Below that, networks close as well as they ever will before the adjustment."""
_BETTER = 0.5


def factor(
    edges: Sequence[Edge],
    features: Sequence[Features],
    lenses: Mapping[int, Lens],
    asked: Callable[[], None] = lambda: None,
) -> float:
    """Return by what all focal lengths must be multiplied so that edges agree best; 1 where nothing goes all around.

    ``edges`` are those of photos that hang together, ``lenses`` by photo. Each edge's rotation is fitted anew for each
    focal length (Kabsch 1976), and what does not close is spread evenly over all edges. ``asked`` is called again and
    again, and may raise to end it.
    """
    sure = sorted((e for e in edges if is_sure(e)), key=lambda e: (-e.weight, e.match.a, e.match.b))[:_MOST_EDGES]
    photos = {photo for edge in sure for photo in (edge.match.a, edge.match.b)}
    if len(sure) < max(3, len(photos)):
        return 1.0
    strength = np.array([edge.weight for edge in sure], float)
    first = oriented(sure, np.random.default_rng(len(sure)), asked)

    def cost(by: float) -> float:
        asked()
        again = [Edge(e.match, _rotation(e, features, lenses, by), e.inliers) for e in sure]
        spread_ = spread(again, first, float(_CAP_RAD), rounds=1)
        away = np.array([off(edge, spread_) for edge in again])
        return float(np.sum(strength * np.minimum(away, _CAP_RAD) ** 2) / strength.sum())

    costs = np.array([cost(float(by)) for by in _FACTORS])
    now, best = cost(1.0), int(costs.argmin())
    if now < _OPEN_RAD**2 or costs[best] > _BETTER * now or best in {0, len(costs) - 1}:
        return 1.0
    return float(np.exp(vertex(np.log(_FACTORS), costs, best)))


def _rotation(edge: Edge, features: Sequence[Features], lenses: Mapping[int, Lens], by: float) -> Array:
    a, b = edge.match.a, edge.match.b
    inside = np.flatnonzero(edge.inliers)[:_MATCHES]
    rays = [
        lenses[photo].with_focal(lenses[photo].focal * by).rays(features[photo].points[of[inside]])
        for photo, of in ((a, edge.match.in_a), (b, edge.match.in_b))
    ]
    return nearest_rotation(rays[0].T @ rays[1])
