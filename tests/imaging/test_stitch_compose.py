"""Placed photos become a panorama: true colours everywhere, no step at ±180° or a pole, the right place in the file."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from stitching import placed_sets
from stitching.placed_sets import PlacedSet

from ispace.imaging.gpano import Area
from ispace.imaging.limits import Limits
from ispace.imaging.probe import probe
from ispace.imaging.stitch import composition
from ispace.imaging.stitch.composition import compose

WIDTH_PX = 768


@pytest.fixture(scope="module")
def uneven():
    random = np.random.default_rng(7)
    exposures = 2 ** random.uniform(-0.7, 0.7, (len(placed_sets.ALL), 1))
    balance = np.exp(random.normal(0, 0.04, (len(placed_sets.ALL), 3)))
    return PlacedSet(placed_sets.ALL, exposures * balance * 0.8, corner=0.3)


@pytest.fixture(scope="module")
def sphere(uneven, tmp_path_factory):
    out = tmp_path_factory.mktemp("sphere") / "sphere.png"
    shares = []
    made = compose(uneven.placed, uneven.photos, uneven.read, WIDTH_PX, out, progress=shares.append)
    with Image.open(out) as picture:
        return made, np.asarray(picture), out, shares


def test_exposure_white_balance_and_dark_corners_vanish(sphere):
    made, rgba, _, _ = sphere
    assert made.area == Area(WIDTH_PX, WIDTH_PX // 2, 0, 0, WIDTH_PX, WIDTH_PX // 2)
    assert made.covered_share == pytest.approx(1)
    covered = rgba[..., 3] > 0
    target = placed_sets.truth(WIDTH_PX)
    assert placed_sets.psnr(placed_sets.fitted(rgba[..., :3], target, covered), target, covered) > 36


def test_the_median_exposure_stays(sphere):
    made, _, _, _ = sphere
    assert np.median(made.gains, axis=0) == pytest.approx(np.ones(3), abs=1e-3)


def test_there_is_no_step_at_180_degrees(sphere):
    _, rgba, _, _ = sphere
    target = placed_sets.truth(WIDTH_PX)
    off = placed_sets.fitted(rgba[..., :3], target, rgba[..., 3] > 0) - target
    step = np.abs(off[:, 0] - off[:, -1])
    elsewhere = np.abs(off[:, 1:] - off[:, :-1])
    assert step.mean() < elsewhere.mean() + 0.7


def test_the_poles_have_one_colour_each(sphere):
    _, rgba, _, _ = sphere
    assert np.ptp(rgba[[0, -1], :, :3].astype(int), axis=1).max() <= 8


def test_progress_only_grows_and_ends_with_everything(sphere):
    _, _, _, shares = sphere
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_file_says_when_where_and_with_what(sphere):
    info = probe(sphere[2], Limits())
    assert info.gpano.projection == "equirectangular"
    assert (info.gpano.area.full_width_px, info.gpano.area.width_px) == (WIDTH_PX, WIDTH_PX)
    assert (info.camera_make, info.camera_model) == ("Maker", "Model")
    assert info.taken_at == "2026-03-01T09:38:00"
    assert info.position.lat == pytest.approx(10.37001, abs=2e-6)
    assert info.position.altitude_m == 12


def test_the_file_keeps_parts_of_a_second_and_the_offset_of_the_first_photo(tmp_path):
    made = PlacedSet([(0, 0), (40, 0)])
    for number, time in enumerate(["2026-03-01T09:00:07.250000+07:00", "2026-03-01T09:00:07.500000+07:00"]):
        made.photos[number] = replace(made.photos[number], info=replace(made.photos[number].info, taken_at=time))
    compose(made.placed, made.photos, made.read, 256, tmp_path / "pano.jpg")
    assert probe(tmp_path / "pano.jpg", Limits()).taken_at == "2026-03-01T09:00:07.250000+07:00"


@pytest.fixture(scope="module")
def part():
    return PlacedSet([(135, 0), (180, 10), (-135, 0)])


def test_a_part_across_180_degrees_becomes_one_piece(part, tmp_path):
    made = compose(part.placed, part.photos, part.read, 512, tmp_path / "part.png")
    with Image.open(tmp_path / "part.png") as picture:
        rgba = np.asarray(picture)
    area = made.area
    assert rgba.shape == (area.height_px, area.width_px, 4)
    assert area.width_px / 512 * 360 == pytest.approx(90 + 78, abs=12)
    assert abs(area.left_px + area.width_px / 2 - 256) <= 1
    covered = rgba[..., 3] > 0
    assert covered.any(axis=0)[[0, -1]].all()
    assert covered.any(axis=1)[[0, -1]].all()
    turn = round(made.turned_deg * 512 / 360)
    target = np.roll(placed_sets.truth(512), turn, axis=1)
    target = target[area.top_px : area.top_px + area.height_px, area.left_px : area.left_px + area.width_px]
    assert placed_sets.psnr(rgba[..., :3].astype(float), target, covered) > 36


def test_a_part_is_a_jpeg_with_its_place_and_no_holes(part, tmp_path):
    made = compose(part.placed, part.photos, part.read, 512, tmp_path / "part.jpg")
    info = probe(tmp_path / "part.jpg", Limits())
    area = info.gpano.area
    assert Area(area.full_width_px, area.full_height_px, area.left_px, area.top_px, area.width_px, area.height_px) == (
        made.area
    )
    with Image.open(tmp_path / "part.jpg") as picture:
        assert np.asarray(picture).min(axis=-1).min() > 5


def test_the_same_photos_give_the_same_bytes(part, tmp_path):
    for name in ("one.jpg", "two.jpg"):
        compose(part.placed, part.photos, part.read, 512, tmp_path / name)
    assert (tmp_path / "one.jpg").read_bytes() == (tmp_path / "two.jpg").read_bytes()


def test_who_cancels_keeps_the_old_picture_and_no_scraps(part, tmp_path):
    (tmp_path / "part.jpg").write_bytes(b"old")
    asked = []

    def cancelled():
        asked.append(None)
        return len(asked) > 12

    with pytest.raises(composition.CancelledError):
        compose(part.placed, part.photos, part.read, 512, tmp_path / "part.jpg", cancelled=cancelled)
    assert [path.name for path in tmp_path.iterdir()] == ["part.jpg"]
    assert (tmp_path / "part.jpg").read_bytes() == b"old"


def test_a_full_disk_is_found_out_before_anything_is_painted(part, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(OSError, match="No space left"):
        compose(part.placed, part.photos, part.read, 512, tmp_path / "part.jpg")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_enlarged_for_a_width_that_no_photo_holds(part):
    best_px = composition.best_width_px(part.placed, part.photos)
    assert composition.sensible_width_px(None, part.placed, part.photos) == best_px
    assert composition.sensible_width_px(16384, part.placed, part.photos) == best_px
    assert composition.sensible_width_px(best_px + 100, part.placed, part.photos) == best_px + 100
    assert composition.sensible_width_px(512, part.placed, part.photos) == 512


def test_the_width_keeps_what_the_photos_hold(part):
    # 75° over 300 pixels: 195.5 pixels a radian in the middle
    assert composition.best_width_px(part.placed, part.photos) == round(195.5 * 2 * np.pi / 64) * 64
