"""Seams run where photos agree, and blocks cannot be told from one another."""

from __future__ import annotations

import numpy as np
import pytest
from stitching import placed_sets
from stitching.light import linear, srgb8
from stitching.placed_sets import PlacedSet

from ispace.imaging.geometry import equirect_xy
from ispace.imaging.stitch import layers, photometry, seams
from ispace.imaging.stitch.blend import Source, blended
from ispace.imaging.stitch.warp import Window, mapped

WIDTH_PX = 1024
RED = (250, 20, 20)


def chosen(photos, light=None):
    light = light or photometry.neutral(photos.placed, photos.photos)
    return seams.decided(layers.laid(photos.placed, photos.photos, photos.pictures, light))


def painted(photos, labels, area, block_px):
    source = Source(
        photos.placed, photos.photos, photos.read, photometry.neutral(photos.placed, photos.photos), WIDTH_PX
    )
    rgb = np.zeros((area.height, area.width, 3), np.uint8)
    covered = np.zeros(rgb.shape[:2], bool)
    for block in blended(source, labels, area, block_px):
        rows = slice(block.window.top - area.top, block.window.top - area.top + block.window.height)
        columns = slice(block.window.left - area.left, block.window.left - area.left + block.window.width)
        rgb[rows, columns], covered[rows, columns] = block.rgb, block.covered
    return rgb, covered


def bars(directions):
    """Stripes, so that a seam has something to be seen on."""
    return placed_sets.rgb(directions) + 60 * (np.sin(40 * directions[..., :1]) > 0)


@pytest.fixture(scope="module")
def ring():
    gains = 2 ** np.linspace(-0.3, 0.3, 8)[:, None] * np.ones(3)
    return PlacedSet(placed_sets.RING, gains, painted=bars)


def test_blocks_come_out_as_the_whole(ring):
    labels = chosen(ring).labels
    area = Window(-512, 100, WIDTH_PX, 300)
    whole, covered = painted(ring, labels, area, 2 * WIDTH_PX)
    blocks, covered_too = painted(ring, labels, area, 128)
    assert np.abs(whole.astype(int) - blocks).max() <= 1
    assert (covered == covered_too).all()


def test_the_sphere_may_be_cut_open_anywhere(ring):
    labels = chosen(ring).labels
    one, _ = painted(ring, labels, Window(0, 200, WIDTH_PX, 100), 512)
    other, _ = painted(ring, labels, Window(320, 200, WIDTH_PX, 100), 512)
    assert np.abs(np.roll(one, -320, axis=1).astype(int) - other).max() <= 1


def reds(rgb):
    return (rgb[..., 0] > 170) & (rgb[..., 1] < 90)


def test_somebody_in_one_photo_of_two_is_not_cut_in_half():
    # 22.5° lies in the middle between two photos of the ring: there the seam would be
    photos = PlacedSet(placed_sets.RING)
    at_45 = next(i for i, angles in enumerate(placed_sets.RING) if angles == (45, 0))
    photos.paint(at_45, 24, 0, 9, RED)
    area = Window(0, 0, WIDTH_PX, WIDTH_PX // 2)
    rgb, _ = painted(photos, chosen(photos).labels, area, WIDTH_PX)
    size_px = 9 / 360 * WIDTH_PX
    share = reds(rgb).sum() / size_px**2
    assert share < 0.02 or share > 0.93


def test_somebody_in_one_photo_of_three_is_left_out():
    photos = PlacedSet([*placed_sets.RING, (20, 20), (20, -20)])
    at_0 = placed_sets.RING.index((0, 0))
    photos.paint(at_0, 3, 0, 9, RED)
    made = chosen(photos)
    rgb, _ = painted(photos, made.labels, Window(0, 0, WIDTH_PX, WIDTH_PX // 2), WIDTH_PX)
    assert not reds(rgb).any()
    assert [(round(ghost.yaw_deg), round(ghost.pitch_deg)) for ghost in made.ghosts] == [(3, 0)]
    assert made.ghosts[0].size_sqdeg == pytest.approx(81, rel=0.3)
    assert made.torn == 0
    assert not made.ghosts[0].on_seam


def test_still_photos_have_no_ghosts_and_seams_far_from_borders(ring):
    light = photometry.measured(ring.placed, ring.photos, ring.pictures)
    made = chosen(ring, light)
    assert made.ghosts == ()
    assert made.disagreeing < 0.002
    window = Window(0, 0, *made.labels.shape[::-1])
    for place, placed in enumerate(ring.placed):
        depth = mapped(placed, ring.photos[place], window.width, window).depth(ring.photos[place])
        rows = slice(window.height // 2 - 20, window.height // 2 + 20)
        assert depth[rows][made.labels[rows] == place].min() > 0.15


def test_gains_and_falloff_are_found():
    gains = 2 ** np.array([[-0.6], [0.1], [0.5], [-0.2], [0.0], [0.6], [-0.1], [0.3]]) * (1, 1.04, 0.95)
    photos = PlacedSet(placed_sets.RING, gains * 0.8, corner=0.4)
    light = photometry.measured(photos.placed, photos.photos, photos.pictures)
    ratio = light.gains * gains
    assert np.ptp(np.log2(ratio), axis=0).max() < 0.03
    corrected = [
        light.corrected(place, photos.placed[place], photos.photos[place], photos.pictures[place]) for place in range(8)
    ]
    plain = PlacedSet(placed_sets.RING)
    factor = np.median(linear(corrected[0]) / linear(plain.pictures[0]), axis=(0, 1))
    for got, wanted in zip(corrected, plain.pictures, strict=True):
        off = srgb8(linear(got) / factor).astype(int) - wanted
        assert np.abs(off).mean() < 2.5


def test_a_grid_of_shifts_moves_what_is_seen():
    photos = PlacedSet([(0, 0)])
    window = Window(412, 206, 200, 100)
    plain = mapped(photos.placed[0], photos.photos[0], WIDTH_PX, window)
    shifts = np.zeros((3, 3, 2))
    shifts[..., 0] = 0.02
    moved = photos.placed[0].__class__(0, photos.placed[0].lens, photos.placed[0].rotation, shifts)
    shifted = mapped(moved, photos.photos[0], WIDTH_PX, window)
    assert shifted.x - plain.x == pytest.approx(0.02 * placed_sets.WIDTH_PX / 2, abs=1e-3)
    assert shifted.y == pytest.approx(plain.y, abs=1e-3)


def test_what_is_behind_the_camera_is_not_inside():
    photos = PlacedSet([(0, 0)])
    x, y = equirect_xy(180, 0, WIDTH_PX, WIDTH_PX // 2)
    whole = mapped(photos.placed[0], photos.photos[0], WIDTH_PX, Window(0, 0, WIDTH_PX, WIDTH_PX // 2))
    assert not whole.inside[int(y), int(x)]
    assert whole.inside.mean() < 0.15
