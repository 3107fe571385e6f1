"""Photographs and rendered ground truth: quality, levelling, orientation by another program, and memory."""

import json
import subprocess
import sys

import cv2
import numpy as np
import py360convert
import pytest
from area_reference import area_faces, psnr, score
from PIL import Image

from ispace.imaging import polefilter
from ispace.imaging.facetiles import FaceCutter
from ispace.imaging.geometry import FACES, LevelAngles, source_rotation
from ispace.imaging.planes import Planes, Sphere
from ispace.imaging.pyramid import tile_layout


def luma_faces(rgb, level=None, *, face_px=None):
    """Return the luma of six faces, as the tiler cuts them, before they are encoded."""
    planes, level = Planes.from_rgb(rgb), level or LevelAngles()
    sphere = Sphere(planes.width_px, planes.height_px)
    size = face_px or tile_layout(planes.width_px).level_sizes_px[-1]
    cutter = FaceCutter(planes, sphere, level, size, size)
    polefilter.soften(cutter.sources[0], size, source_rotation(level))
    return {tile.face: tile.planes.y for group in cutter.groups for tile in cutter.cut(group, 0, 0)}


def opened(path, width=None):
    rgb = np.asarray(Image.open(path).convert("RGB"))
    return rgb if width is None else cv2.resize(rgb, (width, width // 2), interpolation=cv2.INTER_AREA)


@pytest.mark.slow
def test_faces_are_area_correct(shared_data):
    rgb = opened(shared_data / "equirect" / "pannellum-examplepano-4k.jpg", 2048)
    found = score(luma_faces(rgb), area_faces(Planes.from_rgb(rgb).y, 656))
    # scripts/bench tiling measures the whole picture, which is less detailed per pixel
    assert found["all"] > 37.5
    assert found["pole"] > 41


def test_tiles_of_a_tilted_camera_are_those_of_a_level_one(shared_world):
    truth = shared_world / "groundtruth" / "A2"
    pose = next(s for s in json.loads((truth / "poses.json").read_text())["sets"] if s["kind"] == "tilted equirect")
    level = luma_faces(opened(truth / "equirect.jpg"))
    tilted = opened(truth / "equirect_tilted.jpg")
    mended = luma_faces(tilted, LevelAngles(pose["pitch"], pose["roll"]))
    for face in FACES:
        assert psnr([(level[face], mended[face])]) > 37, face
    for wrong in (LevelAngles(), LevelAngles(-pose["pitch"], pose["roll"]), LevelAngles(pose["pitch"], -pose["roll"])):
        assert psnr([(level[f], luma_faces(tilted, wrong)[f]) for f in FACES]) < 22


def test_faces_lie_as_py360convert_lays_them(shared_data):
    rgb = opened(shared_data / "equirect" / "pannellum-jfk-4k.jpg", 1024)
    ours = luma_faces(rgb, face_px=320)
    grey = Planes.from_rgb(rgb).y
    theirs = py360convert.e2c(grey[..., None], face_w=320, mode="bilinear", cube_format="dict")
    for face in FACES:
        other = theirs[face.upper()][..., 0]
        # only orientation: it takes pixels up to half a pixel from where they belong
        assert psnr([(ours[face], other)]) > 24, face
        for turned in (other[::-1], other[:, ::-1], np.rot90(other), np.rot90(other, 2), np.rot90(other, 3)):
            assert psnr([(ours[face], turned)]) < psnr([(ours[face], other)]) - 3, face


_CUT = """
import sys
from pathlib import Path
import numpy as np
from ispace.imaging.planes import Planes, Sphere
from ispace.imaging.pyramid import LevelAngles, make_tileset
width, pitch = int(sys.argv[1]), float(sys.argv[2])
planes = Planes.empty(width, width // 2)
for plane in (planes.y, planes.cb, planes.cr):
    plane[:] = np.arange(plane.shape[1]) % 251
make_tileset(planes, Sphere(width, width // 2), level=LevelAngles(pitch, 0), write=lambda name, data: None)
print(next(int(line.split()[1]) // 1024 for line in Path('/proc/self/status').open() if line.startswith('VmHWM')))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how much was used")
@pytest.mark.parametrize("pitch_deg", [0, 5])
@pytest.mark.parametrize(("width", "most_mib"), [(8192, 200), pytest.param(16384, 400, marks=pytest.mark.slow)])
def test_memory_is_the_picture_and_little_more(width, most_mib, pitch_deg):
    done = subprocess.run(
        [sys.executable, "-c", _CUT, str(width), str(pitch_deg)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert int(done.stdout) < most_mib
