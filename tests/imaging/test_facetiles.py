"""Tiles against a sphere painted by a formula: right to a grey level, at seam and poles, tilted and in part."""

import numpy as np
import pytest
import smooth_sphere

from ispace.imaging.facetiles import FaceCutter
from ispace.imaging.geometry import FACES, LevelAngles, source_rotation
from ispace.imaging.planes import BACKGROUND_RGB, Planes, Sphere
from ispace.imaging.sample import pieces
from ispace.imaging.source import Box, crop, sources

LEVEL = LevelAngles()
ATTITUDES = [
    LEVEL,
    LevelAngles(-4, 6),
    LevelAngles(35, -20),
    LevelAngles(90, 0),
    LevelAngles(0, 180),
    LevelAngles(-60, 110),
]


def faces_of(planes, sphere, level=LEVEL, *, size=256, tile=128, share=True):
    cutter = FaceCutter(planes, sphere, level, size, tile, share=share)
    faces = {face: Planes.empty(size, size) for face in FACES}
    seen = set()
    for group in cutter.groups:
        for row in range(cutter.count):
            for col in range(cutter.count):
                for cut in cutter.cut(group, row, col):
                    seen.add((cut.face, cut.row, cut.col))
                    for name, side in (("y", tile), ("cb", tile // 2), ("cr", tile // 2)):
                        at = np.s_[cut.row * side : (cut.row + 1) * side, cut.col * side : (cut.col + 1) * side]
                        getattr(faces[cut.face], name)[at] = getattr(cut.planes, name)
    assert len(seen) == 6 * cutter.count**2
    return faces


@pytest.mark.parametrize("level", ATTITUDES, ids=str)
@pytest.mark.parametrize("width", [1024, 1020, 1018, 1021])
def test_every_pixel_shows_its_direction(width, level):
    sphere = Sphere(width, width // 2)
    faces = faces_of(smooth_sphere.painted(sphere, width, width // 2, level), sphere, level)
    for face, planes in faces.items():
        error = np.abs(planes.y - smooth_sphere.face(smooth_sphere.luma, face, 256))
        assert error.max() < 2.5, face
        assert error.mean() < 0.4, face
        for plane, colour in ((planes.cb, smooth_sphere.blue), (planes.cr, smooth_sphere.red)):
            assert np.abs(plane - smooth_sphere.face(colour, face, 128)).max() < 2.5, face


@pytest.mark.parametrize("level", ATTITUDES, ids=str)
def test_faces_that_share_their_places_are_as_if_cut_alone(level):
    planes, sphere = smooth_sphere.whole(1024, level)
    together = faces_of(planes, sphere, level)
    alone = faces_of(planes, sphere, level, share=False)
    for face in FACES:
        assert np.abs(together[face].y.astype(int) - alone[face].y).max() <= 1


def test_the_seam_is_not_seen_on_face_b():
    planes, sphere = smooth_sphere.whole(1024)
    back = faces_of(planes, sphere)["b"].y.astype(int)
    ordinary = np.abs(np.diff(back, 2, axis=1)).max()
    assert np.abs(np.diff(back, 2, axis=1))[:, 124:131].max() <= ordinary
    assert np.abs(back[:, 120:136] - smooth_sphere.face(smooth_sphere.luma, "b", 256)[:, 120:136]).max() < 1.6


def test_neighbouring_faces_meet():
    planes, sphere = smooth_sphere.whole(2048)
    faces = faces_of(planes, sphere, size=512)
    for left, right in ("fr", "rb", "bl", "lf"):
        step = np.abs(faces[left].y[:, -1].astype(int) - faces[right].y[:, 0])
        assert step.max() <= np.abs(np.diff(faces[left].y.astype(int), axis=1)).max() + 1
    assert np.abs(faces["u"].y[-1].astype(int) - faces["f"].y[0]).max() <= 9
    assert np.abs(faces["d"].y[0].astype(int) - faces["f"].y[-1]).max() <= 9


@pytest.mark.parametrize("level", [LEVEL, LevelAngles(3, -2)], ids=str)
@pytest.mark.parametrize("width", [32768, 65536])
def test_pictures_wider_than_opencv_takes_are_cut_all_the_same(width, level):
    height, size, tile = width // 2, width * 41 // 128, 128
    column = (0.5 + np.arange(width)) / width * 2 * np.pi
    row = np.rint(128 + 100 * np.cos(2 * column)).astype(np.uint8)
    grey = np.full(width // 2, 128, np.uint8)
    planes = Planes(
        *(np.broadcast_to(r, (h, len(r))) for r, h in ((row, height), (grey, height // 2), (grey, height // 2)))
    )
    sphere = Sphere(width, height)
    cutter = FaceCutter(planes, sphere, level, size, tile)
    rotation = source_rotation(level)
    middle = cutter.count // 2
    for group in cutter.groups:
        for at in ((middle, middle), (0, 0), (middle + 3, middle - 7)):
            for cut in cutter.cut(group, *at):
                grid = [(2 * (tile * k + np.arange(tile)) + 1) / size - 1 for k in (cut.col, cut.row)]
                x, _, z = np.moveaxis(
                    smooth_sphere.geometry.face_directions(cut.face, grid[0], grid[1][:, None]) @ rotation.T, -1, 0
                )
                away = np.hypot(x, z) > 4 / size  # beside the pole itself a pixel has all colours
                expected = 128 + 100 * np.cos(2 * np.arctan2(x, z))
                assert np.abs(cut.planes.y - expected)[away].max() < 3, (cut.face, at)


def test_where_a_face_looks_is_known_to_a_fiftieth_of_a_pixel_away_from_the_poles():
    planes, sphere = Planes.empty(4096, 2048), Sphere(4096, 2048)
    luma, _ = sources(planes, sphere)
    for level in (LEVEL, LevelAngles(2, 3), LevelAngles(20, 10)):
        rotation = source_rotation(level)
        for face in FACES:
            for piece in pieces(luma, face, 1312, Box(328, 0, 984, 656), rotation):
                box = piece.box
                columns, rows = np.arange(box.left, box.right), np.arange(box.top, box.bottom)[:, None]
                seen = smooth_sphere.geometry.face_directions(
                    face, (2 * columns + 1) / 1312 - 1, (2 * rows + 1) / 1312 - 1
                )
                yaw, pitch = smooth_sphere.geometry.angles(seen @ rotation.T)
                x, y = smooth_sphere.geometry.equirect_xy(yaw, pitch, 4096, 2048)
                off = (x - piece.xy[..., 0] - piece.area.left + 2048) % 4096 - 2048
                # a column next to a pole is narrow; what counts is the distance on the sphere
                assert np.abs(off * np.cos(np.radians(pitch))).max() < 0.02
                assert np.abs(y - piece.xy[..., 1] - piece.area.top).max() < 0.02


def test_beyond_a_pole_the_picture_goes_on_half_a_turn_away():
    planes, sphere = smooth_sphere.whole(64)
    luma, _ = sources(planes, sphere)
    out = crop(luma, planes.y, Box(-3, -2, 70, 34))
    assert np.array_equal(out[2:34, 3:67], planes.y)
    assert np.array_equal(out[1, 3:67], np.roll(planes.y[0], 32))
    assert np.array_equal(out[0, 3:67], np.roll(planes.y[1], 32))
    assert np.array_equal(out[34, 3:67], np.roll(planes.y[31], 32))
    assert np.array_equal(out[2:34, :3], planes.y[:, -3:])
    assert np.array_equal(out[2:34, 67:], planes.y[:, :6])


# Pictures of a part of the sphere


PARTS = [
    Sphere(1024, 512, 200, 100),  # a window
    Sphere(1024, 512, 0, 140),  # a ring
    Sphere(1024, 512, 300, 0),  # a wedge up to the zenith
    Sphere(1024, 512, 900, 60),  # across the back
]
SIZES = [(600, 300), (1024, 250), (400, 512), (200, 420)]


@pytest.mark.parametrize("level", ATTITUDES, ids=str)
@pytest.mark.parametrize(("sphere", "size"), list(zip(PARTS, SIZES, strict=True)), ids=str)
def test_a_partial_picture_shows_its_part_and_background_elsewhere(sphere, size, level):
    faces = faces_of(smooth_sphere.painted(sphere, *size, level), sphere, level)
    ground = Planes.from_rgb(np.full((2, 2, 3), BACKGROUND_RGB, np.uint8)).y[0, 0]
    rotation = source_rotation(level)
    at = (2 * np.arange(256) + 1) / 256 - 1
    some = 0
    for face, planes in faces.items():
        seen = smooth_sphere.geometry.face_directions(face, at, at[:, None])
        x, y = smooth_sphere.geometry.equirect_xy(*smooth_sphere.geometry.angles(seen @ rotation.T), 1024, 512)
        x = (x - sphere.left_px + 512 - size[0] / 2) % 1024 - 512 + size[0] / 2
        y = y - sphere.top_px
        inside, outside = np.ones(x.shape, bool), np.zeros(x.shape, bool)
        edges = [(y, sphere.top_px > 0), (size[1] - 1 - y, sphere.top_px + size[1] < 512)]
        edges += [(x, size[0] < 1024), (size[0] - 1 - x, size[0] < 1024)]
        for depth, is_edge in edges:
            if is_edge:
                inside &= depth > 0.1  # the whole pixel is picture: nothing of the background is mixed in
                outside |= depth < -1.1
        error = np.abs(planes.y - smooth_sphere.face(smooth_sphere.luma, face, 256))
        # the kernel repeats the last column where the formula goes on: a curve's worth of difference there
        assert error[inside].max(initial=0) < 12
        assert error[inside].mean() < 0.5 if inside.any() else True
        assert (planes.y[outside] == ground).all()
        some += inside.sum()
    assert some > 10_000


def test_a_white_partial_picture_is_white_up_to_its_edge():
    sphere = Sphere(1024, 512, 412, 181)
    planes = Planes.from_rgb(np.full((150, 200, 3), 255, np.uint8))
    front = faces_of(planes, sphere)["f"].y
    ground = Planes.from_rgb(np.full((2, 2, 3), BACKGROUND_RGB, np.uint8)).y[0, 0]
    for line in (front[128], front[:, 128], front[100], front[:, 160]):
        assert ((line == 255) | (line == ground)).sum() >= 256 - 2
        assert line[128] == 255
        assert line[0] == line[-1] == ground
