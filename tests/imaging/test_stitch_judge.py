"""What agrees in part only is no panorama: contradictions, repetition and lenses that cannot be fail a set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ispace.imaging.stitch.adjust import Tie
from ispace.imaging.stitch.align import Aligned
from ispace.imaging.stitch.camera import Lens, from_angles
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.judge import judge

_LENS = Lens(1.4)
_COUNT = 12
_PAIRS = tuple((n, (n + 1) % _COUNT) for n in range(_COUNT))
_NOTHING = [Features(np.zeros((0, 2)), np.zeros((0, 128), np.float32), np.zeros((0, 4)), 1.0, 1.0)] * _COUNT


def _ring(off_px: float = 0.2) -> Aligned:
    points = np.zeros((20, 2))
    return Aligned(
        {n: from_angles(30 * n, 0, 0) for n in range(_COUNT)},
        dict.fromkeys(range(_COUNT), _LENS),
        tuple(Tie(a, b, points, points) for a, b in _PAIRS),
        tuple(np.full(20, off_px) for _ in _PAIRS),
        confirmed=_PAIRS,
    )


def test_a_ring_all_of_whose_pairs_agree_is_sound() -> None:
    assert judge(_ring(), _NOTHING).sound


def test_several_sure_pairs_that_say_something_else_fail_a_set() -> None:
    against = ((0, 5), (1, 7), (3, 9))

    assert not judge(replace(_ring(), contradicted=against), _NOTHING).sound


def test_pairs_that_go_together_in_two_ways_fail_a_set_as_repeating() -> None:
    found = judge(replace(_ring(), ambiguous=_PAIRS[:3]), _NOTHING)

    assert (found.sound, found.repeats) == (False, True)


@pytest.mark.parametrize(("a", "sound"), [(0.3, True), (-0.05, True), (-0.3, False)])
def test_no_lens_bends_inwards_by_a_fifth(a: float, sound: bool) -> None:
    lenses = dict.fromkeys(range(_COUNT), replace(_LENS, a=a))

    assert judge(replace(_ring(), lenses=lenses), _NOTHING).sound == sound
