"""Two fisheye circles are told from a panorama, by day and by night."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ispace.imaging import glance


def circles(height_px: int, brightness: int, *, stacked: bool = False, stray: int = 0) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height_px, 0:height_px]
    radius = np.hypot((x + 0.5) / height_px * 2 - 1, (y + 0.5) / height_px * 2 - 1)
    square = np.where(radius < 1, brightness, 3).astype(np.uint8)
    square[:8, :8] += np.uint8(stray)
    pair = np.concatenate([square, square], axis=0 if stacked else 1)
    return np.repeat(pair[..., None], 3, axis=2)


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("brightness", [60, 140, 250])
def test_two_circles_on_black_are_two_lenses(brightness: int, *, stacked: bool) -> None:
    assert glance.is_dual_fisheye(circles(480, brightness, stacked=stacked, stray=40))


def test_a_panorama_is_none_even_with_a_dark_sky_and_a_dark_ground() -> None:
    rows = np.abs(np.linspace(-1, 1, 480))[:, None]
    night = np.broadcast_to((np.exp(-((rows / 0.3) ** 2)) * 200).astype(np.uint8), (480, 960))
    assert not glance.is_dual_fisheye(np.repeat(night[..., None], 3, axis=2))
    assert not glance.is_dual_fisheye(np.zeros((480, 960, 3), np.uint8))
    assert not glance.is_dual_fisheye(np.full((480, 960, 3), 180, np.uint8))


def test_a_picture_of_another_shape_is_none() -> None:
    assert not glance.is_dual_fisheye(circles(480, 140)[:, :700])


def test_a_small_picture_is_small_and_keeps_its_shape() -> None:
    import io

    made = Image.open(io.BytesIO(glance.small(circles(1000, 140))))
    assert (made.size, made.format) == ((glance.LONGEST_PX, glance.LONGEST_PX // 2), "JPEG")


def test_real_pictures_of_two_lenses_are_known_and_real_panoramas_are_not_taken_for_them(shared_data: Path) -> None:
    known = {
        "insta360air-room-dual.png": True,
        "psv-shore-dual-800.jpg": True,
        "goproMax-3k-stitched.jpg": False,
        "insta360air-room-stitched.jpg": False,
        "goproFusion-18mp-front-GF075169.jpg": False,
    }
    for name, is_dual in known.items():
        with Image.open(shared_data / "dualfisheye" / name) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((960, 960))
        assert glance.is_dual_fisheye(np.asarray(picture)) is is_dual, name
