"""Other programs that cut a panorama into cube tiles, each run as a process of its own: ``rivals.py NAME SOURCE OUT``.

``py360convert``: its ``e2c``, bicubic, with OpenCV underneath; tiles and levels by Pillow.
``nona``: what Pannellum's ``generate.py`` does: faces by Hugin's ``nona``, tiles, levels and fallbacks by Pillow.
``ispace``: this project's stage without its command line, for a checkout where that is not there.

With ``--faces N`` the six faces go to OUT as f.png …, and no tiles are made.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

FACES = "frblud"
QUALITY = 80


def tiles_of(face: str, picture, out: Path, tile_px: int) -> None:  # type: ignore[no-untyped-def]
    """Write a face's tiles at every level; the coarsest is the first that fits one tile."""
    from PIL import Image

    sizes = [picture.width]
    while sizes[-1] > tile_px:
        sizes.append(sizes[-1] // 2)
    for level, size in zip(range(len(sizes), 0, -1), sizes, strict=True):
        if size != picture.width:
            picture = picture.resize((size, size), Image.Resampling.LANCZOS)
        folder = out / str(level) / face
        folder.mkdir(parents=True, exist_ok=True)
        for top in range(0, size, tile_px):
            for left in range(0, size, tile_px):
                box = (left, top, min(left + tile_px, size), min(top + tile_px, size))
                picture.crop(box).save(folder / f"{top // tile_px}_{left // tile_px}.jpg", quality=QUALITY)


def py360convert(source: Path, out: Path, faces: int | None) -> None:
    """Cut as somebody would with py360convert."""
    import numpy as np
    import py360convert as library
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    rgb = np.asarray(Image.open(source).convert("RGB"))
    size, tile_px = _sizes(rgb.shape[1], faces)
    cube = library.e2c(rgb, face_w=size, mode="bicubic", cube_format="dict")
    for face in FACES:
        picture = Image.fromarray(cube[face.upper()])
        if faces:
            picture.save(out / f"{face}.png", compress_level=1)
        else:
            tiles_of(face, picture, out, tile_px)


_LOOKING = {"f": (0, 0), "b": (180, 0), "u": (0, -90), "d": (0, 90), "l": (90, 0), "r": (-90, 0)}
"""Yaw and pitch that Hugin is to turn the panorama by for a face."""


def nona(source: Path, out: Path, faces: int | None) -> None:
    """Cut as Pannellum's script does."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source) as picture:
        width, height = picture.size
    size = faces or 8 * int(width / 3.141592653589793 / 8)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        script = [f'p E0 R0 f0 h{size} w{size} n"TIFF_m" u0 v90', "m g1 i0 m2 p0.00784314"]
        script += [
            f'i w{width} h{height} f4 v360 Ra0 Rb0 Rc0 Rd0 Re0 Eev0 Er1 Eb1 r0 p{p} y{y} TrX0 TrY0 TrZ0 n"{source}"'
            for y, p in _LOOKING.values()
        ]
        project = Path(folder) / "cube.pto"
        project.write_text("\n".join(script) + "\n")
        subprocess.run(["nona", "-o", f"{folder}/face", project], check=True, stdout=subprocess.DEVNULL)
        for number, face in enumerate(_LOOKING):
            picture = Image.open(f"{folder}/face{number:04d}.tif").convert("RGB")
            if faces:
                picture.save(out / f"{face}.png", compress_level=1)
                continue
            tiles_of(face, picture, out, 512)
            (out / "fallback").mkdir(exist_ok=True)
            small = picture.resize((1024, 1024), Image.Resampling.LANCZOS)
            small.save(out / "fallback" / f"{face}.jpg", quality=QUALITY)


def ispace(source: Path, out: Path, faces: int | None) -> None:
    """Cut with this project's stage, or only its faces."""
    from ispace.imaging import tasks
    from ispace.imaging.limits import Limits

    if not faces:
        tasks.tile({"path": str(source), "name": source.name, "out": str(out)}, Limits(), lambda share: None)
        return
    import numpy as np
    from PIL import Image

    from ispace.imaging import polefilter
    from ispace.imaging.encode import to_rgb
    from ispace.imaging.facetiles import FaceCutter
    from ispace.imaging.geometry import LevelAngles, source_rotation
    from ispace.imaging.planes import Planes, Sphere

    planes, level = Planes.from_rgb(np.asarray(Image.open(source).convert("RGB"))), LevelAngles()
    cutter = FaceCutter(planes, Sphere(planes.width_px, planes.height_px), level, faces, faces)
    for plane, size in zip(cutter.sources, (faces, faces / 2), strict=True):
        polefilter.soften(plane, size, source_rotation(level))
    for group in cutter.groups:
        for tile in cutter.cut(group, 0, 0):
            Image.fromarray(to_rgb(tile.planes)).save(out / f"{tile.face}.png", compress_level=1)


def _sizes(width: int, faces: int | None) -> tuple[int, int]:
    from ispace.imaging.pyramid import tile_layout

    layout = tile_layout(width)
    return faces or layout.level_sizes_px[-1], layout.tile_size_px


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["py360convert", "nona", "ispace"])
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--faces", type=int, metavar="N")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    {"py360convert": py360convert, "nona": nona, "ispace": ispace}[asked.name](asked.source, asked.out, asked.faces)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
