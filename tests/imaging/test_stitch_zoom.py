"""The focal length is found where lenses bend and files lie."""

from __future__ import annotations

import numpy as np
import pytest

from ispace.imaging.stitch import zoom
from ispace.imaging.stitch.camera import Lens, from_angles
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import Match

_COUNT = 6


def _row(lens: Lens) -> tuple[list[Match], list[Features]]:
    """Return what a row of six photos has in common, 25° apart."""
    points = np.random.default_rng(3).normal(size=(6000, 3))
    planes = [lens.project(points @ from_angles(25 * n, 0, 0)) for n in range(_COUNT)]
    seen = [front & (np.abs(plane) < (0.75, 1)).all(axis=1) for plane, front in planes]
    both = [np.flatnonzero(seen[n] & seen[n + 1])[:80] for n in range(_COUNT - 1)]
    matches = [Match(n, n + 1, same, same) for n, same in enumerate(both)]
    empty = np.zeros((len(points), 128), np.float32), np.zeros((0, 4)), 1.0, 1.0
    return matches, [Features(plane, *empty) for plane, _ in planes]


@pytest.mark.parametrize("a", [0.0, 0.06, 0.12])
def test_a_barrel_is_not_taken_for_a_longer_lens(a: float) -> None:
    matches, features = _row(Lens(1.45, a))

    found = zoom.search(matches, features)

    assert found is not None
    assert found.focal == pytest.approx(1.45, rel=0.08)


@pytest.mark.parametrize("times", [0.5, 0.6, 1.5, 2.0])
def test_a_file_that_tells_another_focal_length_by_far_is_not_believed(times: float) -> None:
    matches, features = _row(Lens(1.45, 0.01))

    found = zoom.search(matches, features, known=1.45 * times)

    assert found is not None
    assert found.focal == pytest.approx(1.45, rel=0.08)
