"""Photos of one camera, upright and across, share a zoom but not the middle of the picture."""

from __future__ import annotations

import numpy as np

from ispace.imaging.stitch.align import View, align
from ispace.imaging.stitch.camera import Array, Lens, angle_between, from_angles, turned
from ispace.imaging.stitch.features import Features

_LENS = Lens(1.4, 0.03, 0.0, 0.012, -0.008)
_COUNT = 12


def test_a_lens_whose_middle_is_off_is_no_error_where_every_second_photo_is_taken_across() -> None:
    random = np.random.default_rng(6)
    points, looks = random.normal(size=(4000, 3)), random.normal(size=(4000, 128)).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    quarter = turned(np.array([0.0, 0.0, np.pi / 2]))
    true: list[Array] = []
    features = []
    for n in range(_COUNT):
        rotation = from_angles(360 / _COUNT * n, 0, 0)
        plane, front = _LENS.project(points @ rotation)
        inside = front & (np.abs(plane) < (0.75, 1)).all(axis=1)
        plane = plane[inside] + random.normal(0, 0.15 / 600, (int(inside.sum()), 2))
        if n % 2:
            # The file is turned by a quarter, and with it the camera's own axes.
            plane, rotation = plane @ quarter[:2, :2], rotation @ quarter
        true.append(rotation)
        features.append(Features(plane, looks[inside], np.zeros((0, 4)), 1.0, 1.0))

    (group,) = align(features, [View("phone")] * _COUNT)

    held = group.rotations[0] @ true[0].T
    off_deg = [np.degrees(angle_between(group.rotations[n], held @ true[n])) for n in range(_COUNT)]
    assert max(off_deg) < 0.1
