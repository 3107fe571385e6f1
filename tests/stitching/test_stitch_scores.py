"""Scores say what is wrong with a panorama, and nothing about what is free to choose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from stitching import picture_score, poses
from stitching.scene import Scene, painted
from stitching.spheres import Sphere
from stitching.truth import TrueShot, Truth

from ispace.imaging import geometry
from ispace.imaging.stitch import camera
from ispace.imaging.stitch.camera import Lens

NORTH = camera.from_angles(70, 0, 0)


def shots(count=8, place=1):
    return tuple(
        TrueShot(f"{place}-{n}.jpg", camera.from_angles(45 * n, 10 * (n % 3), 2), Lens(1.4), 400, 300, place)
        for n in range(count)
    )


def report(known, world=NORTH, **wrong):
    photos = []
    for shot in known:
        yaw, pitch, roll = camera.to_angles(world @ shot.rotation @ wrong.get(shot.file[0] + shot.file[2], np.eye(3)))
        photos.append({"file": shot.file, "used": True, "yaw": yaw, "pitch": pitch, "roll": roll})
    return poses.reported({"photos": [*photos, {"file": "x.jpg", "used": False}]})


def test_the_choice_of_north_is_no_error():
    found = poses.score(report(shots()), Truth(Path(), shots(), {}))
    assert (found.placed, found.needed, found.strangers) == (8, 8, 0)
    assert found.max_deg < 1e-5
    np.testing.assert_allclose(found.turn, NORTH, atol=1e-9)


def test_a_photo_that_is_turned_scores_its_angle_and_leaves_the_others_right():
    turned = camera.turned(np.radians([0, 35.0, 0]))
    found = poses.score(report(shots(), **{"13": turned}), Truth(Path(), shots(), {}))
    assert found.max_deg == pytest.approx(35)
    assert found.errors_deg["1-3.jpg"] == found.max_deg
    assert found.median_deg < 1e-5


def test_photos_of_another_place_are_strangers():
    both = shots() + shots(3, place=2)
    found = poses.score(report(both), Truth(Path(), both, {}))
    assert (found.placed, found.needed, found.strangers) == (8, 8, 3)


@pytest.fixture(scope="module")
def scene():
    return painted(3, 512)


def seen_from(scene, turn, bend=0.0):
    yaw, pitch = geometry.equirect_angles(np.arange(512), np.arange(256)[:, None], 512, 256)
    towards = geometry.direction(yaw, pitch) @ turn
    x, y, _ = np.moveaxis(towards, -1, 0)
    return scene.seen(towards + bend * np.stack([np.sin(3 * y), np.cos(2 * x), np.sin(2 * x)], axis=-1))


def scored(rgb, scene):
    result = Sphere(Scene(rgb, "result"), Scene(np.full(rgb.shape[:2], 255, np.uint8), "all"))
    return picture_score.score(result, scene, lambda towards: np.ones(towards.shape[:-1], bool), width_px=512)


def test_a_panorama_that_is_turned_and_darker_is_as_good_but_its_tilt_is_told(scene):
    turn = camera.from_angles(50, 4, 0)
    found = scored((seen_from(scene, turn) * 0.8).astype(np.uint8), scene)
    assert found.ssim > 0.95
    assert found.shade_ev < 0.05
    assert found.tilt_deg == pytest.approx(4, abs=0.1)
    assert found.missing == 0


def test_a_smooth_misfit_is_forgiven_by_ssim_flow_alone_and_ghosts_by_neither(scene):
    bent = scored(seen_from(scene, np.eye(3), bend=0.03), scene)
    assert bent.ssim < 0.7
    assert bent.ssim_flow > 0.9
    doubled = seen_from(scene, np.eye(3)) // 2 + seen_from(scene, camera.from_angles(3, 0, 0)) // 2
    assert scored(doubled, scene).ssim_flow < 0.75


def test_uneven_exposure_is_told_in_stops(scene):
    half_dark = scene.rgb.astype(float)
    half_dark[:, :256] *= 2 ** (-1 / 2.2)
    assert scored(half_dark.astype(np.uint8), scene).shade_ev == pytest.approx(0.5, abs=0.1)
