"""The pole filter averages what a face pixel covers, in place, and touches nothing that needs no averaging."""

import numpy as np
import pytest

from ispace.imaging import polefilter
from ispace.imaging.geometry import LevelAngles, source_rotation
from ispace.imaging.planes import Planes, Sphere
from ispace.imaging.source import sources

LEVEL = source_rotation(LevelAngles())


def noise(width=1024, height=512, **place):
    rng = np.random.default_rng(11)
    planes = Planes.from_rgb(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    full = place.pop("full", (width, height))
    return planes, Sphere(*full, **place)


def test_rows_far_from_the_poles_are_left_alone():
    planes, sphere = noise()
    before = planes.y.copy()
    polefilter.soften(sources(planes, sphere)[0], 328, LEVEL)
    assert np.array_equal(planes.y[105:-105], before[105:-105])
    assert not np.array_equal(planes.y[:60], before[:60])


def test_boxes_grow_towards_the_pole_and_never_beyond_half_a_turn():
    luma, _ = sources(*noise())
    lengths = [polefilter.box_length(row + 0.5, luma, 328, 1.0) for row in range(120)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == polefilter.box_length(0.5, luma, 328, 1.0) <= 513
    assert lengths[-1] == 1
    assert all(length in {1, 2} or length % 2 for length in lengths)


@pytest.mark.parametrize("row", [0, 2, 11, 30, 44, 58])
def test_a_row_becomes_the_mean_over_its_box_across_the_seam(row):
    planes, sphere = noise()
    before = planes.y.astype(float)
    luma, _ = sources(planes, sphere)
    polefilter.soften(luma, 328, LEVEL)
    for at, y in ((row, planes.y), (511 - row, planes.y)):
        length = polefilter.box_length(row + 0.5, luma, 328, 1.0)
        weights = np.full(length, 1 / length) if length != 2 else np.array([0.25, 0.5, 0.25])
        reach = len(weights) // 2
        expected = sum(w * np.roll(before[at], k - reach) for k, w in enumerate(weights))
        assert np.abs(y[at] - expected).max() <= 0.51


def test_chroma_is_averaged_over_the_same_angle():
    planes, sphere = noise()
    luma, chroma = sources(planes, sphere)
    assert polefilter.box_length(5.5, luma, 328, 1.0) == polefilter.box_length(2.75, chroma, 164, 1.0)


def test_a_partial_picture_is_averaged_only_next_to_a_real_pole_and_not_round_its_ends():
    planes, sphere = noise(600, 200, full=(1024, 512), left_px=100, top_px=0)
    planes.y[:, :300] = 0
    planes.y[:, 300:] = 200
    luma, _ = sources(planes, sphere)
    polefilter.soften(luma, 328, LEVEL)
    assert (planes.y[20, 0], planes.y[20, -1]) == (0, 200)
    assert 0 < planes.y[20, 299] < 200

    planes, sphere = noise(600, 200, full=(1024, 512), left_px=100, top_px=150)
    before = planes.y.copy()
    polefilter.soften(sources(planes, sphere)[0], 328, LEVEL)
    assert np.array_equal(planes.y, before)


def test_a_pole_between_faces_is_averaged_less():
    luma, _ = sources(*noise())
    assert polefilter.box_length(8.5, luma, 328, 0.75) < polefilter.box_length(8.5, luma, 328, 1.0)


@pytest.mark.parametrize("width", [6, 57, 114, 228, 341])
@pytest.mark.parametrize("top", [0, 1024 - 300])
def test_a_narrow_piece_at_a_pole_is_filtered_with_its_edges_repeated(width, top):
    planes, sphere = noise(width, 300, full=(2048, 1024), left_px=500, top_px=top)
    row = 0 if top == 0 else 299
    before = planes.y[row].astype(float).copy()
    polefilter.soften(sources(planes, sphere)[0], 656, LEVEL)
    after = planes.y[row].astype(float)
    assert abs(after.mean() - before.mean()) < 40
    assert np.ptp(after) <= np.ptp(before)
    assert np.abs(np.diff(after)).max() < np.abs(np.diff(before)).max()
