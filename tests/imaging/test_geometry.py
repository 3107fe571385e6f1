"""Signs and axes: what the golden numbers say, and what must hold for every direction."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from ispace.imaging import geometry as g

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "geometry.json").read_text("utf-8"))

yaws = st.floats(-180, 179.999)
pitches = st.floats(-89.9, 89.9)


@pytest.mark.parametrize("case", GOLDEN["directions"], ids=lambda c: f"{c['yaw_deg']},{c['pitch_deg']}")
def test_directions_are_the_golden_ones(case):
    assert np.allclose(g.direction(case["yaw_deg"], case["pitch_deg"]), case["xyz"], atol=1e-8)


@pytest.mark.parametrize("case", GOLDEN["faces"], ids=lambda c: f"{c['face']}{c['u']},{c['v']}")
def test_faces_are_the_golden_ones(case):
    assert np.allclose(g.face_directions(case["face"], case["u"], case["v"]), case["xyz"])


@pytest.mark.parametrize("case", GOLDEN["equirect"], ids=lambda c: f"{c['width_px']}:{c['yaw_deg']},{c['pitch_deg']}")
def test_equirectangular_pixels_are_the_golden_ones(case):
    size = (case["width_px"], case["height_px"])
    assert np.allclose(g.equirect_xy(case["yaw_deg"], case["pitch_deg"], *size), (case["x"], case["y"]))
    assert np.allclose(g.equirect_angles(case["x"], case["y"], *size), (case["yaw_deg"], case["pitch_deg"]))


@pytest.mark.parametrize("case", GOLDEN["views"], ids=lambda c: f"{c['screen']['x']},{c['screen']['y']}")
def test_views_are_the_golden_ones(case):
    view, size = case["view"], (case["width_px"], case["height_px"])
    focal = g.focal_px(view["hfov_deg"], *size)
    assert focal == pytest.approx(case["focal_px"])
    axes = g.view_axes(view["yaw_deg"], view["pitch_deg"])
    at = (case["screen"]["x"] - 0.5, case["screen"]["y"] - 0.5)  # from corners to centres of pixels
    ray = g.view_directions(*at, axes=axes, focal_px=focal, size_px=size)
    assert np.allclose(ray / np.linalg.norm(ray), case["xyz"], atol=1e-7)


@pytest.mark.parametrize("case", GOLDEN["level"], ids=lambda c: f"{c['pitch_deg']},{c['roll_deg']}")
def test_the_axes_of_a_tilted_camera_are_the_golden_ones(case):
    rotation = g.source_rotation(g.LevelAngles(case["pitch_deg"], case["roll_deg"]))
    for row, axis in zip(rotation, ("right", "up", "forward"), strict=True):
        assert np.allclose(row, case[axis], atol=1e-8)


def test_a_camera_that_looked_up_has_the_horizon_below_its_middle():
    horizon = g.source_rotation(g.LevelAngles(pitch_deg=10)) @ g.direction(0, 0)
    assert np.allclose(g.angles(horizon), (0, -10))


def test_a_camera_rolled_clockwise_has_the_horizon_rising_to_its_right():
    rotation = g.source_rotation(g.LevelAngles(roll_deg=10))
    assert g.angles(rotation @ g.direction(90, 0))[1] == pytest.approx(10)
    assert g.angles(rotation @ g.direction(-90, 0))[1] == pytest.approx(-10)


@given(yaws, pitches)
def test_angles_invert_directions(yaw_deg, pitch_deg):
    yaw, pitch = g.angles(3.7 * g.direction(yaw_deg, pitch_deg))
    assert math.isclose(math.remainder(float(yaw) - yaw_deg, 360), 0, abs_tol=1e-6)
    assert math.isclose(float(pitch), pitch_deg, abs_tol=1e-6)
    assert -180 <= yaw < 180


@given(yaws, pitches)
def test_every_direction_meets_the_cube_where_the_face_says(yaw_deg, pitch_deg):
    vector = g.direction(yaw_deg, pitch_deg)
    face, u, v = g.face_of(vector)
    assert abs(u) <= 1 + 1e-9
    assert abs(v) <= 1 + 1e-9
    again = g.face_directions(g.FACES[int(face)], u, v)
    assert np.allclose(again / np.linalg.norm(again), vector, atol=1e-9)


def test_neighbouring_faces_share_their_edges():
    t = np.linspace(-1, 1, 9)
    assert np.allclose(g.face_directions("u", t, 1), g.face_directions("f", t, -1))
    assert np.allclose(g.face_directions("d", t, -1), g.face_directions("f", t, 1))
    for left, right in ("fr", "rb", "bl", "lf"):
        assert np.allclose(g.face_directions(left, 1, t), g.face_directions(right, -1, t))


@given(pitches, st.floats(-180, 180))
def test_levelling_is_a_rotation(pitch_deg, roll_deg):
    rotation = g.source_rotation(g.LevelAngles(pitch_deg, roll_deg))
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)
