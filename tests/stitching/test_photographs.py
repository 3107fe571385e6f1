"""The photos that stitching is tested with are what their truth says."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageOps
from stitching import truth
from stitching.photographs import photograph
from stitching.plans import Plan
from stitching.scene import painted

from ispace.imaging import geometry
from ispace.imaging.stitch import camera

_PLAIN = {"exposure_ev": 0.0, "white_balance": 0.0, "vignetting": 0.0, "noise": 0.0}


def test_what_a_photo_shows_lies_where_its_truth_says(tmp_path):
    scene = painted(5, 512)
    plan = Plan(rows=((10, 1), (-50, 1)), long_px=240, short_px=180, portrait=True, sideways_files=True, **_PLAIN)
    known = photograph(scene, plan, tmp_path)
    for shot in known.shots:
        with Image.open(known.photos / shot.file) as stored:
            assert stored.width > stored.height  # lying down, as phones write it
            pixels = np.asarray(ImageOps.exif_transpose(stored))
        assert pixels.shape[:2] == (shot.height_px, shot.width_px)
        # the other way round than it was made: from directions to pixels
        yaw, pitch, _ = camera.to_angles(shot.rotation)
        towards = geometry.direction(yaw + np.linspace(-8, 8, 30), pitch + np.linspace(-9, 9, 30)[:, None])
        plane, front = shot.lens.project(towards @ shot.rotation)
        assert front.all()
        at = camera.to_pixels(plane, shot.width_px, shot.height_px).astype(np.float32)
        got = cv2.remap(pixels, at[..., 0], at[..., 1], cv2.INTER_LINEAR).astype(float)
        assert np.corrcoef(got.ravel(), scene.seen(towards).astype(float).ravel())[0, 1] > 0.97


def test_the_same_numbers_take_the_same_photos(tmp_path):
    plan = Plan(rows=((0, 2),), long_px=120, short_px=90, people=1, moves_m=0.05)
    files = [photograph(painted(1, 256), plan, tmp_path / name, seed=3).photos for name in "ab"]
    first, second = ([path.read_bytes() for path in sorted(folder.iterdir())] for folder in files)
    assert first == second
    other = photograph(painted(2, 256), plan, tmp_path / "c", seed=3).photos
    assert [path.read_bytes() for path in sorted(other.iterdir())] != first


def test_a_truth_is_read_as_it_was_written(tmp_path):
    plan = Plan(rows=((0, 2),), long_px=120, short_px=90, duplicates=1, shuffled=True, formats=("png", "heic"))
    known = photograph(painted(1, 256), plan, tmp_path)
    again = truth.load(tmp_path / "truth.json")
    assert (
        [s.file for s in again.shots] == [s.file for s in known.shots] == sorted(p.name for p in known.photos.iterdir())
    )
    assert sum(shot.needed for shot in again.shots) == 2
    for one, other in zip(known.shots, again.shots, strict=True):
        assert one.lens == other.lens
        np.testing.assert_allclose(one.rotation, other.rotation)
