"""Marzipano, Pannellum and Photo Sphere Viewer show our tiles as our own views do; krpano by the rules of its names."""

import math
import re
import time

import numpy as np
import pytest
from conftest import SIZE, seen

from ispace.imaging import view

HFOV_DEG = 70
LOOKS = {
    "f": (0, 0),
    "r": (90, 0),
    "b": (180, 0),
    "l": (-90, 0),
    "u": (0, 90),
    "d": (0, -90),
    "oblique": (-130, 33),
    "over an edge": (45, -48),
}
ALIKE_DB = 30
DIFFERENT_DB = 22


def psnr(a, b):
    return 10 * math.log10(255**2 / max(float(np.mean((a.astype(float) - b) ** 2)), 1e-9))


@pytest.fixture(scope="session")
def expected(tile_set):
    folder, info = tile_set
    faces = view.CubeFaces(lambda name: (folder / name).read_bytes(), info)

    def picture(name):
        yaw_deg, pitch_deg = LOOKS[name]
        return view.rectilinear(
            faces, yaw_deg=yaw_deg, pitch_deg=pitch_deg, hfov_deg=HFOV_DEG, width_px=SIZE[0], height_px=SIZE[1]
        )

    return {name: picture(name) for name in LOOKS}


@pytest.mark.browser
@pytest.mark.parametrize("viewer", ["marzipano", "pannellum", "psv"])
def test_a_viewer_shows_every_face_where_it_is(viewer, viewer_browser, site, expected):
    hfov = math.radians(HFOV_DEG)
    vfov = 2 * math.atan(math.tan(hfov / 2) * SIZE[1] / SIZE[0])

    def go_through(page):
        page.goto(f"{site}{viewer}.html")
        page.wait_for_function("window.ready === true")
        found = {}
        for name, (yaw_deg, pitch_deg) in LOOKS.items():
            angles = {"yaw": math.radians(yaw_deg), "pitch": math.radians(pitch_deg), "hfov": hfov, "vfov": vfov}
            page.evaluate("view => window.look(view)", angles)
            found[name] = 0.0
            end = time.monotonic() + 25  # tiles come when they come; a wrong place does not get better
            while found[name] < ALIKE_DB and time.monotonic() < end:
                page.wait_for_timeout(100)
                found[name] = max(found[name], psnr(seen(page), expected[name]))
        return found

    found = viewer_browser.do(go_through)
    assert {name: round(db, 1) for name, db in found.items() if db < ALIKE_DB} == {}


def test_a_face_in_another_place_or_turned_would_be_noticed(expected):
    for name, picture in expected.items():
        for other, shown in expected.items():
            turned = [shown[::-1], shown[:, ::-1], shown[::-1, ::-1]]
            for wrong in turned if other == name else [shown, *turned]:
                assert psnr(wrong, picture) < DIFFERENT_DB, (name, other)


# krpano is not on npm: the rules of its tile addresses, applied to our names


def krpano_address(pattern, *, level, face, row, col, base_index):
    """Return what krpano asks for: %l counts from 1, %v and %h from the base index, a 0 in front of them pads."""
    values = {"l": str(level), "s": face, "v": str(row + base_index), "h": str(col + base_index)}
    return re.sub(r"%(0?)([lsvh])", lambda m: values[m[2]].rjust(2 if m[1] else 1, "0"), pattern)


def test_krpano_finds_every_tile_by_its_pattern(tile_set):
    folder, info = tile_set
    # <cube url="%l/%s/%v_%h.jpg" multires="656,656,1312" baseindex="0" />
    multires = [info.tile_size_px, *info.level_sizes_px]
    asked = set()
    for level, size in enumerate(multires[1:], start=1):
        count = math.ceil(size / multires[0])
        for face in "lfrbud":
            for row in range(count):
                for col in range(count):
                    place = {"level": level, "face": face, "row": row, "col": col}
                    asked.add(krpano_address("%l/%s/%v_%h.jpg", **place, base_index=0))
    there = {str(path.relative_to(folder)) for path in folder.glob("[0-9]/*/*.jpg")}
    assert asked == there
    assert krpano_address("%l/%s/%v_%h.jpg", level=2, face="u", row=0, col=1, base_index=1) == "2/u/1_2.jpg"


def test_every_level_of_the_set_is_made_of_whole_tiles_and_half_the_next(tile_set):
    _, info = tile_set
    for size, finer in zip(info.level_sizes_px, info.level_sizes_px[1:], strict=False):
        assert finer == 2 * size
    counts = [size / info.tile_size_px for size in info.level_sizes_px]
    assert counts == [1, 2]
