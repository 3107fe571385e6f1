"""A photo that no pair could place finds its place by what is more than chance, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from ispace.imaging.stitch.camera import Array, Lens, angle_between, from_angles
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.leftover import place

_LENS = Lens(1.4)
_COUNT = 400
_TURN = from_angles(25, 5, 0)


def _features(points: Array, looks: Array) -> Features:
    return Features(points, looks.astype(np.float32), np.zeros((0, 4)), 1.0, 1.0)


@pytest.mark.parametrize(("true", "placed"), [(14, True), (100, True), (0, False)])
def test_a_photo_of_which_little_agrees_is_placed_where_chance_does_not_explain_that(true: int, placed: bool) -> None:
    random = np.random.default_rng(8)
    looks = random.normal(size=(_COUNT, 128))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    here = random.uniform(-0.7, 0.7, (_COUNT, 2))
    there = random.uniform(-0.7, 0.7, (_COUNT, 2))
    there[:true] = _LENS.project(_LENS.rays(here[:true]) @ _TURN)[0]

    found = place([_features(here, looks), _features(there, looks)], {0: np.eye(3)}, {0: _LENS}, {1: _LENS})

    assert (1 in found) == placed
    if placed:
        rotation, lens = found[1]
        assert lens is None
        assert np.degrees(angle_between(rotation, _TURN)) < 1
