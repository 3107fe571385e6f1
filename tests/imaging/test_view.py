"""Views show every direction where a pinhole camera would, across the edges of the cube and from any level."""

import threading

import numpy as np
import pytest
import smooth_sphere

from ispace.imaging import geometry, view
from ispace.imaging.pyramid import LevelAngles, make_tileset
from ispace.imaging.source import Box

VIEWS = {
    "ahead": {"yaw_deg": 0, "pitch_deg": 0, "hfov_deg": 90, "width_px": 640, "height_px": 360},
    "portrait": {"yaw_deg": -30, "pitch_deg": 10, "hfov_deg": 80, "width_px": 234, "height_px": 506},
    "across an edge": {"yaw_deg": 45, "pitch_deg": 0, "hfov_deg": 60, "width_px": 400, "height_px": 300},
    "a corner of the cube": {"yaw_deg": 135, "pitch_deg": 35.26, "hfov_deg": 50, "width_px": 401, "height_px": 301},
    "the seam": {"yaw_deg": 180, "pitch_deg": -5, "hfov_deg": 100, "width_px": 480, "height_px": 270},
    "the zenith": {"yaw_deg": 20, "pitch_deg": 89, "hfov_deg": 90, "width_px": 300, "height_px": 300},
    "the nadir": {"yaw_deg": -120, "pitch_deg": -90, "hfov_deg": 110, "width_px": 320, "height_px": 200},
    "wide": {"yaw_deg": -80, "pitch_deg": 30, "hfov_deg": 140, "width_px": 480, "height_px": 300},
    "narrow": {"yaw_deg": 10, "pitch_deg": 3, "hfov_deg": 20, "width_px": 300, "height_px": 200},
}


@pytest.fixture(scope="module")
def files():
    found = {}
    level = LevelAngles(7, -12)
    found["info"] = make_tileset(
        *smooth_sphere.whole(4096, level), level=level, write=found.__setitem__, quality=97, threads=1
    )
    return found


@pytest.fixture
def faces(files):
    return view.CubeFaces(files.__getitem__, files["info"])


def ideal(yaw_deg, pitch_deg, hfov_deg, width_px, height_px):
    """Return the formula's colours (H, W, 3), the mean of 3 × 3 points a pixel."""
    focal = geometry.focal_px(hfov_deg, width_px, height_px)
    points = np.array([-1, 0, 1]) / 3
    x = (np.arange(width_px)[:, None] + points).ravel()
    y = (np.arange(height_px)[:, None] + points).ravel()
    rays = geometry.view_directions(
        x, y[:, None], axes=geometry.view_axes(yaw_deg, pitch_deg), focal_px=focal, size_px=(width_px, height_px)
    )
    colours = smooth_sphere.rgb(rays / np.linalg.norm(rays, axis=-1, keepdims=True))
    return colours.reshape(height_px, 3, width_px, 3, 3).mean(axis=(1, 3))


def offset(picture, truth):
    """Return how far to the right, down and outwards a picture lies, in pixels (outwards: at its edge)."""
    grey, ideally = picture.mean(axis=2), truth.mean(axis=2)
    down, right = np.gradient(ideally)
    across = np.linspace(-1, 1, grey.shape[1])[None, :]
    up = np.linspace(-1, 1, grey.shape[0])[:, None]
    causes = [-right, -down, -(right * across + down * up), np.ones_like(grey)]  # the last: rounding of colours
    slopes = np.stack([cause.ravel() for cause in causes], axis=1)
    return np.linalg.lstsq(slopes, (grey - ideally).ravel(), rcond=None)[0][:3]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shows_every_direction_at_its_pixel(faces, name):
    picture, truth = view.rectilinear(faces, **VIEWS[name]), ideal(**VIEWS[name])
    assert picture.shape == truth.shape
    assert picture.dtype == np.uint8
    assert np.abs(picture - truth).mean() < 1.5
    assert np.abs(picture - truth).max() < 6
    assert np.abs(offset(picture, truth)).max() < 0.08


@pytest.mark.parametrize("name", VIEWS)
def test_a_small_view_made_by_py360convert_is_right_to_a_sixth_of_a_pixel(faces, name):
    picture, truth = view.small_view(faces, **VIEWS[name]), ideal(**VIEWS[name])
    assert picture.shape == truth.shape
    assert np.abs(picture - truth).mean() < 2
    assert np.abs(offset(picture, truth)).max() < 0.15


def test_the_coarsest_level_that_has_the_detail_is_read_and_nothing_else(files):
    asked, lock = [], threading.Lock()

    def read(name):
        with lock:
            asked.append(name)
        return files[name]

    faces = view.CubeFaces(read, files["info"])
    view.rectilinear(faces, yaw_deg=0, pitch_deg=0, hfov_deg=80, width_px=320, height_px=200)
    assert asked == ["1/f/0_0.jpg"]
    asked.clear()
    view.rectilinear(faces, yaw_deg=20, pitch_deg=20, hfov_deg=20, width_px=320, height_px=200)
    assert asked == ["2/f/0_1.jpg"]
    assert [faces.level_for(focal) for focal in (100, 328, 329, 656, 9999)] == [1, 1, 2, 2, 2]


def test_beyond_its_edges_a_face_goes_on_as_its_neighbours(faces):
    for face in geometry.FACES:
        patch = faces.patch(1, face, Box(-3, -3, 659, 659))
        at = (2 * np.arange(-3, 659) + 1) / 656 - 1
        seen = geometry.face_directions(face, at, at[:, None])
        truth = smooth_sphere.rgb(seen / np.linalg.norm(seen, axis=-1, keepdims=True))
        assert np.abs(patch - truth).max() < 14
        assert np.abs(patch - truth).mean() < 1.5
