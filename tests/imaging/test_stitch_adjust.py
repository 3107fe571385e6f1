"""What is known of lenses beforehand gives way to what sharp photos show."""

from __future__ import annotations

import numpy as np
import pytest

from ispace.imaging.stitch.adjust import Tie, adjust
from ispace.imaging.stitch.camera import Lens, from_angles


def test_what_was_expected_of_a_lens_does_not_hold_it_where_matches_are_sharp() -> None:
    """A row that closes no circle: only its matches, a fifth of a pixel off, tell the lens."""
    random = np.random.default_rng(2)
    true = Lens(1.45, 0.05, 0.004, 0.008, -0.006)
    turns = {n: from_angles(36 * n, 0, 0) for n in range(6)}
    points = random.normal(size=(9000, 3))
    seen = {n: true.project(points @ turn) for n, turn in turns.items()}
    ties = []
    for a in range(5):
        both = seen[a][1] & seen[a + 1][1]
        for plane in (seen[a][0], seen[a + 1][0]):
            both &= (np.abs(plane) < (0.75, 1)).all(axis=1)
        planes = [seen[n][0][both][:90] for n in (a, a + 1)]
        ties.append(Tie(a, a + 1, *(plane + random.normal(0, 0.12 / 600, plane.shape) for plane in planes)))
    lens_of, expected, known = dict.fromkeys(turns, "phone"), {"phone": 1.52}, {"phone"}

    first = adjust(ties, turns, {"phone": Lens(1.52)}, lens_of, expected, known)
    done = adjust(ties, first.rotations, first.lenses, lens_of, expected, known, quick=True)

    assert done.lenses["phone"].focal == pytest.approx(1.45, rel=0.001)
