"""Up is found from how photos were held and from upright lines, and never lies on its side."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ispace.imaging.stitch.camera import Array, Lens, from_angles, turned
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.upright import Upright, upright

_LENS = Lens(1.4)
_UP = np.array([0.0, 1.0, 0.0])
_QUARTERS = [turned(np.array([0.0, 0.0, math.radians(90 * k)])) for k in range(4)]


def _row(pitch_deg: float = 0.0, count: int = 12) -> list[Array]:
    return [from_angles(360 / count * n, pitch_deg, 0) for n in range(count)]


def _photo(lines: Array | None = None, brighter: tuple[float, float] = (0.0, 0.0)) -> Features:
    lines = np.zeros((0, 4)) if lines is None else lines
    return Features(np.zeros((0, 2)), np.zeros((0, 128), np.float32), lines, 1.0, 1.0, brighter)


def _segments(rotation: Array, ends: list[tuple[Array, Array]]) -> Array:
    """Return how segments of the world, by the directions of their ends, lie in a photo that shows both."""
    seen = []
    for one, other in ends:
        plane, front = _LENS.project(np.stack([one, other]) @ rotation)
        if front.all() and (np.abs(plane) < (0.75, 1)).all():
            seen.append(plane.reshape(-1))
    return np.array(seen).reshape(-1, 4)


def _posts(step_deg: int = 6) -> list[tuple[Array, Array]]:
    """Return upright lines all around, from 15° below the horizon to 15° above."""
    return [
        (from_angles(yaw, -15, 0)[:, 2], from_angles(yaw, 15, 0)[:, 2]) for yaw in np.arange(0.0, 360.0, step_deg) + 1.7
    ]


def _tilt_deg(found: Upright, up: Array = _UP) -> float:
    return math.degrees(math.acos(min(1.0, float((found.rotation @ up)[1]))))


def _found(rotations: list[Array], features: list[Features]) -> Upright:
    return upright(dict(enumerate(rotations)), dict.fromkeys(range(len(rotations)), _LENS), features)


@pytest.mark.parametrize("crooked_deg", [3.0, 12.0, 20.0])
def test_upright_lines_all_around_level_a_camera_that_stood_crooked(crooked_deg: float) -> None:
    stand = turned(np.array([0.0, 0.0, math.radians(crooked_deg)]))
    rotations = [stand @ rotation for rotation in _row()]

    found = _found(rotations, [_photo(_segments(rotation, _posts())) for rotation in rotations])

    assert found.by == "lines"
    assert _tilt_deg(found) < 0.2


def test_masts_that_lean_in_one_place_tilt_nothing() -> None:
    lean = turned(np.array([0.0, 0.0, math.radians(7)]))
    masts = [(lean @ one, lean @ other) for one, other in _posts(1)[:25]]
    rotations = _row()

    found = _found(rotations, [_photo(_segments(rotation, masts)) for rotation in rotations])

    assert _tilt_deg(found) < 0.5


def test_lines_on_the_ground_do_not_count_as_upright() -> None:
    below = [-_UP + np.array([x, 0, z]) for x in (-1.0, -0.5, 0.5, 1.0) for z in (-1.0, 1.0)]
    tiles = [(one, one + np.array([0.3, 0, 0.4])) for one in below]
    rotations = _row(-30)

    found = _found(rotations, [_photo(np.tile(_segments(rotation, tiles), (4, 1))) for rotation in rotations])

    assert _tilt_deg(found) < 0.5


@pytest.mark.parametrize("turns", [(0,), (3,), (0, 3), (0, 0, 0, 1, 2, 3)])
def test_files_that_lie_on_their_side_or_head_do_not_turn_the_panorama_over(turns: tuple[int, ...]) -> None:
    """The sky is brighter than the ground, in whatever direction a file shows it."""
    quarters = [_QUARTERS[turns[n % len(turns)]] for n in range(12)]
    rotations = [rotation @ quarter for rotation, quarter in zip(_row(), quarters, strict=True)]
    light = [rotation.T @ _UP * 0.1 for rotation in rotations]

    found = _found(rotations, [_photo(brighter=(float(x), float(y))) for x, y, _ in light])

    assert _tilt_deg(found) < 1


def test_photos_across_among_upright_ones_leave_up_where_it_is_without_any_light() -> None:
    rotations = [rotation @ _QUARTERS[n % 2] for n, rotation in enumerate(_row())]

    assert _tilt_deg(_found(rotations, [_photo()] * 12)) < 1


def test_two_photos_beside_each_other_are_held_upright() -> None:
    rotations = [from_angles(-20, 3, 1), from_angles(20, 2, -1)]

    assert _tilt_deg(_found(rotations, [_photo(), _photo()])) < 5
