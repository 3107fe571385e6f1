"""Planes: RGB goes in in strips, chroma sits between the pixels."""

import cv2
import numpy as np
import pytest

from ispace.imaging.encode import to_rgb
from ispace.imaging.planes import Planes, Sphere


@pytest.mark.parametrize("size", [(64, 32), (63, 31), (1, 1), (5, 600)])
def test_shapes_belong_together_for_odd_sizes_too(size):
    planes = Planes.empty(*size)
    assert planes.y.shape == size[::-1]
    assert planes.cb.shape == planes.cr.shape == (-(-size[1] // 2), -(-size[0] // 2))
    assert (planes.width_px, planes.height_px) == size


def test_planes_that_do_not_belong_together_are_refused():
    y, c = np.zeros((4, 4), np.uint8), np.zeros((2, 3), np.uint8)
    with pytest.raises(ValueError, match="chroma"):
        Planes(y, c, c)


@pytest.mark.parametrize("height", [600, 601])
def test_strips_give_what_the_whole_picture_gives(height):
    rgb = np.random.default_rng(3).integers(0, 256, (height, 90, 3), dtype=np.uint8)
    by_strips, at_once = Planes.from_rgb(rgb, strip_px=128), Planes.from_rgb(rgb, strip_px=height + 1)
    for name in ("y", "cb", "cr"):
        assert np.array_equal(getattr(by_strips, name), getattr(at_once, name))


def test_colours_survive_the_way_through_planes():
    rgb = cv2.resize(np.random.default_rng(5).integers(0, 256, (8, 16, 3), dtype=np.uint8), (256, 128))
    assert np.abs(to_rgb(Planes.from_rgb(rgb)).astype(int) - rgb).mean() < 1.5


def test_a_plane_is_the_only_view_of_memory_of_its_own_size():
    planes = Planes.empty(30, 20)
    for plane in (planes.y, planes.cb, planes.cr):
        assert plane.base.ndim == 1
        assert plane.base.size == plane.size


def test_a_sphere_knows_whether_the_picture_goes_round_and_is_whole():
    assert Sphere(100, 50).is_full(Planes.empty(100, 50))
    assert Sphere(100, 50, 0, 10).is_round(Planes.empty(100, 30))
    assert not Sphere(100, 50, 0, 10).is_full(Planes.empty(100, 30))
    assert not Sphere(100, 50, 10, 0).is_round(Planes.empty(80, 50))
