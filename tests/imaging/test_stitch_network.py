"""Which pairs are believed together: rings close, and a false pair bends nothing."""

from __future__ import annotations

import numpy as np
import pytest

from ispace.imaging.stitch import closure
from ispace.imaging.stitch.camera import Array, Lens, angle_between, from_angles
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Edge, Match
from ispace.imaging.stitch.network import networks

_TOLERANCE_RAD = float(np.radians(9))


def _edge(a: int, b: int, rotation: Array, inliers: int = 400, count: int = 440) -> Edge:
    indexes = np.arange(count)
    return Edge(Match(a, b, indexes, indexes), rotation, indexes < inliers)


def _ring(count: int, step_deg: float) -> list[Edge]:
    """Return a ring whose photos each seem to be ``step_deg`` farther to the right than the one before."""
    turn = from_angles(step_deg, 0, 0)
    return [_edge(n, (n + 1) % count, turn, 400 - n) for n in range(count)]


@pytest.mark.parametrize("wrong", [0.92, 0.97, 1.03, 1.08])
def test_the_pair_that_closes_a_ring_is_kept_while_the_focal_length_is_not_known_yet(wrong: float) -> None:
    ring = _ring(12, 30 * wrong)

    (group,) = networks(ring, _TOLERANCE_RAD)

    assert len(group.edges) == 12
    steps = [angle_between(group.rotations[n], group.rotations[(n + 1) % 12]) for n in range(12)]
    assert np.degrees(steps) == pytest.approx([30] * 12, abs=0.2)


def test_a_false_pair_drops_out_of_a_network_that_contradicts_it() -> None:
    true = [from_angles(30 * n, pitch, 0) for pitch in (0, 40) for n in range(12)]
    pairs = [(r * 12 + n, r * 12 + (n + 1) % 12) for r in (0, 1) for n in range(12)] + [(n, 12 + n) for n in range(12)]
    edges = [_edge(a, b, true[a].T @ true[b]) for a, b in pairs]
    false = _edge(0, 14, true[0].T @ true[14] @ from_angles(25, 0, 0))

    (group,) = networks([*edges, false], _TOLERANCE_RAD)

    assert false not in group.edges
    assert len(group.edges) == len(edges)
    held = group.rotations[0] @ true[0].T
    assert max(np.degrees(angle_between(group.rotations[n], held @ true[n])) for n in range(24)) < 2


def test_photos_of_two_places_make_two_groups() -> None:
    far = [
        Edge(Match(e.match.a + 12, e.match.b + 12, e.match.in_a, e.match.in_b), e.rotation, e.inliers)
        for e in _ring(6, 60)
    ]

    first, second = networks([*_ring(12, 30), *far], _TOLERANCE_RAD)

    assert sorted(first.rotations) == list(range(12))
    assert sorted(second.rotations) == list(range(12, 18))


@pytest.mark.parametrize("wrong", [0.88, 1.0, 1.12])
def test_a_ring_tells_the_focal_length(wrong: float) -> None:
    true, count = Lens(1.5), 12
    yaws = [360 / count * n for n in range(count)]
    points = np.random.default_rng(5).normal(size=(3000, 3))
    rotations = [from_angles(yaw, 0, 0) for yaw in yaws]
    planes = [true.project(points @ rotation) for rotation in rotations]
    seen = [front & (np.abs(plane) < (0.75, 1)).all(axis=1) for plane, front in planes]
    features = [_features(plane) for plane, _ in planes]
    edges = []
    for n in range(count):
        both = np.flatnonzero(seen[n] & seen[(n + 1) % count])
        edges.append(Edge(Match(n, (n + 1) % count, both, both), np.eye(3), np.ones(len(both), bool)))
    # Each pair by itself is explained by a rotation that the wrong focal length makes too large or too small.
    edges = [Edge(edge.match, from_angles(360 / count / wrong, 0, 0), edge.inliers) for edge in edges]

    by = closure.factor(edges, features, dict.fromkeys(range(count), Lens(true.focal * wrong)))

    assert by * wrong == pytest.approx(1, abs=0.01)


def _features(points: Array) -> Features:
    return Features(points, np.zeros((len(points), 128), np.float32), np.zeros((0, 4)), 1.0, 1.0)


def test_one_weak_pair_joins_two_halves_only_where_a_person_says_so() -> None:
    halves = [_edge(a, a + 1, from_angles(30, 0, 0)) for a in (0, 1, 2, 4, 5, 6)]
    weak = _edge(3, 4, from_angles(30, 0, 0), inliers=10, count=100)

    apart = networks([*halves, weak], _TOLERANCE_RAD)
    joined = networks([*halves, weak], _TOLERANCE_RAD, together={3, 4})

    assert [sorted(group.rotations) for group in apart] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [sorted(group.rotations) for group in joined] == [list(range(8))]
