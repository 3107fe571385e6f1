"""A place that looks alike in several directions is told from one that does not."""

from __future__ import annotations

import numpy as np
import pytest

from ispace.imaging.stitch import repetition
from ispace.imaging.stitch.camera import Array, Lens, from_angles
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Edge, Match

_LENS = Lens(1.4)


def _seen(directions: Array, looks: Array, rotation: Array) -> Features:
    plane, front = _LENS.project(directions @ rotation)
    inside = front & (np.abs(plane) < (0.75, 1)).all(axis=1)
    return Features(plane[inside], looks[inside].astype(np.float32), np.zeros((0, 4)), 1.0, 1.0)


def _place(period_deg: int | None) -> tuple[Array, Array]:
    """Return directions, and what they look like (n, 128), the same again every ``period_deg``."""
    random = np.random.default_rng(4)
    count = 4000 if period_deg is None else 4000 * period_deg // 360
    directions, looks = random.normal(size=(count, 3)), random.normal(size=(count, 128))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    if period_deg is None:
        return directions, looks
    around = [from_angles(yaw, 0, 0) for yaw in range(0, 360, period_deg)]
    return np.concatenate([directions @ turn.T for turn in around]), np.tile(looks, (len(around), 1))


@pytest.mark.parametrize(("period_deg", "repeats"), [(None, False), (30, True), (20, True)])
def test_a_photo_of_columns_that_go_around_repeats_itself(period_deg: int | None, repeats: bool) -> None:
    photo = _seen(*_place(period_deg), np.eye(3))

    assert (repetition.in_photo(photo, _LENS) > 0.15) == repeats


@pytest.mark.parametrize(("other_deg", "ambiguous"), [(None, False), (-24, True)])
def test_a_pair_that_goes_together_in_two_ways_is_ambiguous(other_deg: int | None, ambiguous: bool) -> None:
    random = np.random.default_rng(5)
    turns = [from_angles(36, 0, 0), from_angles(other_deg if other_deg is not None else 36, 0, 0)]
    points_a = random.uniform(-0.7, 0.7, (160, 2))
    rays = _LENS.rays(points_a)
    points_b = np.concatenate([_LENS.project(rays[:100] @ turns[0])[0], _LENS.project(rays[100:] @ turns[1])[0]])
    if not ambiguous:
        points_b[100:] = random.uniform(-0.7, 0.7, (60, 2))
    empty = np.zeros((160, 128), np.float32), np.zeros((0, 4)), 1.0, 1.0
    same = np.arange(160)
    edge = Edge(Match(0, 1, same, same), turns[0], same < 100)

    share = repetition.in_pair(edge, [Features(points_a, *empty), Features(points_b, *empty)], {0: _LENS, 1: _LENS})

    assert (share > 0.15) == ambiguous
