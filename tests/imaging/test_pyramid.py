"""A tile set is complete, halves exactly, is the same for any number of threads, and fits the document's model."""

import base64
import io
import json
import math
import threading

import cv2
import numpy as np
import pytest
import simplejpeg
import smooth_sphere
from hypothesis import given, strategies as st
from PIL import Image

from ispace.imaging.encode import decode
from ispace.imaging.levelled import covered
from ispace.imaging.planes import Planes, Sphere
from ispace.imaging.pyramid import LevelAngles, TileLayout, make_tileset, tile_layout
from ispace.model.tileset import TileSet

LEVEL = LevelAngles()


def tileset(planes, sphere, **options):
    files, lock = {}, threading.Lock()

    def write(name, data):
        with lock:
            assert name not in files
            files[name] = data

    info = make_tileset(planes, sphere, **{"level": LEVEL, "write": write, **options})
    return info, files


@pytest.mark.parametrize(
    ("width", "tile", "levels"),
    [
        (2048, 656, 1),
        (4096, 656, 2),
        (5376, 432, 3),
        (5760, 464, 3),
        (6720, 544, 3),
        (8192, 656, 3),
        (11000, 448, 4),
        (12000, 480, 4),
        (12288, 496, 4),
        (16384, 656, 4),
        (32768, 656, 5),
        (1000, 320, 1),
        (1306, 416, 1),
        (1308, 432, 1),
    ],
)
def test_the_layout_of_well_known_sizes(width, tile, levels):
    assert tile_layout(width) == TileLayout(tile, tuple(tile << n for n in range(levels)))


@given(st.integers(1400, 70000))
def test_faces_lose_no_detail_and_invent_little(width):
    layout = tile_layout(width)
    face = layout.level_sizes_px[-1]
    assert width / math.pi <= face
    assert face * face <= 1.09 * (width / math.pi) ** 2
    assert layout.tile_size_px % 16 == 0
    assert 416 <= layout.tile_size_px <= 832
    assert not any(width / math.pi <= tile << n < face for tile in range(416, 833, 16) for n in range(9)), (
        "a smaller face would do"
    )


def test_a_set_is_complete_and_nothing_but_the_set():
    info, files = tileset(*smooth_sphere.whole(2800))
    model = TileSet.model_validate(info.to_json())
    assert sorted(files) == sorted(model.files())
    assert "tileset.json" not in files
    assert json.loads(json.dumps(info.to_json()))["level_sizes_px"] == [448, 896]
    for name, data in files.items():
        height, width, colours, subsampling = simplejpeg.decode_jpeg_header(data)
        if name != "preview.jpg":
            assert (height, width, colours, subsampling) == (448, 448, "YCbCr", "420")


def test_every_tile_shows_its_part_of_its_face():
    info, files = tileset(*smooth_sphere.whole(2800), quality=95)
    for level, size in enumerate(info.level_sizes_px, start=1):
        for face in "frblud":
            ideal = smooth_sphere.face(smooth_sphere.luma, face, size)
            for row in range(size // 448):
                for col in range(size // 448):
                    tile = simplejpeg.decode_jpeg(files[f"{level}/{face}/{row}_{col}.jpg"], "GRAY")[..., 0]
                    part = ideal[row * 448 : (row + 1) * 448, col * 448 : (col + 1) * 448]
                    assert np.abs(tile - part).mean() < 1.0, (level, face, row, col)


def test_a_level_is_the_one_above_halved():
    rng = np.random.default_rng(4)
    small = rng.integers(0, 256, (350, 700, 3), dtype=np.uint8)
    planes = Planes.from_rgb(cv2.resize(small, (2800, 1400), interpolation=cv2.INTER_CUBIC))
    _, files = tileset(planes, Sphere(2800, 1400), quality=100)
    above = np.block(
        [[simplejpeg.decode_jpeg(files[f"2/l/{r}_{c}.jpg"], "GRAY")[..., 0] for c in (0, 1)] for r in (0, 1)]
    )
    below = simplejpeg.decode_jpeg(files["1/l/0_0.jpg"], "GRAY")[..., 0]
    halved = above.reshape(448, 2, 448, 2).mean(axis=(1, 3))
    assert np.abs(below - halved).mean() < 1


def test_the_number_of_threads_changes_no_byte():
    rgb = cv2.resize(np.random.default_rng(8).integers(0, 256, (300, 600, 3), dtype=np.uint8), (5600, 2800))
    sets = [tileset(Planes.from_rgb(rgb), Sphere(5600, 2800), threads=threads)[1] for threads in (1, 2, 5)]
    assert sets[0] == sets[1] == sets[2]


def test_progress_grows_to_one():
    shares = []
    tileset(*smooth_sphere.whole(2800), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 4


def test_an_error_of_the_store_ends_the_work_and_is_the_one_that_is_raised():
    calls = []

    def write(name, data):
        calls.append(name)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        make_tileset(Planes.empty(11200, 5600), Sphere(11200, 5600), level=LEVEL, write=write)
    assert len(calls) <= 4
    assert cv2.getNumThreads() >= 1


def test_the_preview_is_a_strip_of_six_faces():
    info, files = tileset(*smooth_sphere.whole(1600))
    assert info.preview.order == "bdflru"
    assert info.preview.size_px == 256
    strip = simplejpeg.decode_jpeg(files["preview.jpg"], "GRAY")[..., 0]
    inline = base64.b64decode(info.preview.inline)
    assert len(info.preview.inline) < 5000
    tiny = simplejpeg.decode_jpeg(inline, "GRAY")[..., 0]
    assert strip.shape == (1536, 256)
    assert tiny.shape == (384, 64)
    for k, face in enumerate(info.preview.order):
        assert np.abs(strip[k * 256 : (k + 1) * 256] - smooth_sphere.face(smooth_sphere.luma, face, 256)).mean() < 2
        assert np.abs(tiny[k * 64 : (k + 1) * 64] - smooth_sphere.face(smooth_sphere.luma, face, 64)).mean() < 8


def test_the_inline_preview_stays_small_for_the_busiest_picture():
    rng = np.random.default_rng(6)
    planes = Planes.from_rgb(cv2.resize(rng.integers(0, 256, (64, 128, 3), dtype=np.uint8), (1024, 512)))
    info, _ = tileset(planes, Sphere(1024, 512))
    assert len(info.preview.inline) < 5000


def test_webp_tiles_show_what_jpeg_tiles_show():
    _, jpegs = tileset(*smooth_sphere.whole(1600), quality=90)
    info, webps = tileset(*smooth_sphere.whole(1600), quality=90, fmt="webp")
    assert info.format == "webp"
    assert "1/f/0_0.webp" in webps
    with Image.open(io.BytesIO(webps["1/f/0_0.webp"])) as picture:
        assert picture.format == "WEBP"
    assert np.abs(decode(webps["1/f/0_0.webp"]).astype(int) - decode(jpegs["1/f/0_0.jpg"])).mean() < 3


# What a partial panorama covers


def ranges(sphere, size, level=LEVEL):
    found = covered(Planes.empty(*size), sphere, level)
    return found.yaw_min_deg, found.yaw_max_deg, found.pitch_min_deg, found.pitch_max_deg


def test_a_whole_sphere_covers_everything_however_tilted():
    assert ranges(Sphere(1000, 500), (1000, 500), LevelAngles(20, 30)) == (-180, 180, -90, 90)


def test_a_window_covers_the_angles_of_its_edges():
    assert ranges(Sphere(3600, 1800, 900, 600), (1800, 600)) == (-90, 90, -30, 30)
    assert ranges(Sphere(3600, 1800, 0, 600), (3600, 1200)) == (-180, 180, -90, 30)


def test_a_window_across_the_back_goes_on_beyond_180():
    assert ranges(Sphere(3600, 1800, 3000, 600), (1200, 600)) == (120, 240, -30, 30)


def test_a_tilted_ring_covers_what_is_filled_all_round():
    assert ranges(Sphere(3600, 1800, 0, 600), (3600, 600), LevelAngles(10, 0)) == pytest.approx((-180, 180, -20, 20))
    assert ranges(Sphere(3600, 1800, 0, 0), (3600, 1200), LevelAngles(10, 0)) == pytest.approx((-180, 180, -20, 90))


def test_a_tilted_window_covers_the_inside_of_its_slanted_edges():
    yaw_min, yaw_max, pitch_min, pitch_max = ranges(Sphere(3600, 1800, 1200, 600), (1200, 600), LevelAngles(0, 5))
    assert -60 < yaw_min < -55
    assert 55 < yaw_max < 60
    assert -30 < pitch_min < -25
    assert 25 < pitch_max < 30
