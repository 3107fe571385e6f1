"""Hugin's automatic pipeline as a process of its own: ``stitch_rivals.py hugin PHOTOS OUT WIDTH``.

Writes OUT.pto and OUT.tif. What a person without experience would do: ``pto_gen``, the assistant, and stitching a whole
sphere; with enblend where it is installed, else with the blender inside Hugin. ``poses`` reads what came out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("pto_gen", "hugin_executor", "pano_modify")
READS = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
_TURNED_DEG = {6: 90, 3: 180, 8: -90}
"""By how much EXIF's orientation has a picture turned clockwise."""


def installed() -> bool:
    """Tell whether all of Hugin's programs are there."""
    return all(shutil.which(program) for program in PROGRAMS)


def hugin(photos: Path, out: Path, width_px: int) -> None:
    """Place and blend the photos of a folder."""
    project, files = f"{out}.pto", sorted(str(file) for file in photos.iterdir() if file.suffix.lower() in READS)
    blender = "ENBLEND" if shutil.which("enblend") else "INTERNAL"
    sphere = ["--projection=2", "--fov=360x180", f"--canvas={width_px}x{width_px // 2}"]
    sphere += [f"--crop=0,{width_px},0,{width_px // 2}", "--ldr-file=TIF", f"--blender={blender}"]
    for command in (
        ["pto_gen", "-o", project, *files],
        ["hugin_executor", "--assistant", project],
        ["pano_modify", "-o", project, *sphere, project],
        ["hugin_executor", "--stitching", f"--prefix={out}", project],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr)


def poses(project: Path) -> list[dict[str, object]]:
    """Return the photos of a .pto file as a report has them: angles in degrees of the upright picture, roll clockwise.

    To Hugin a file that lies on its side by EXIF is rolled by a quarter; that is taken off again.
    """
    from PIL import Image

    found = []
    for line in project.read_text().splitlines():
        if not line.startswith("i "):
            continue
        values = dict(re.findall(r"\b([ypr])(-?[\d.]+(?:e[-+]?\d+)?)\b", line.partition(' n"')[0]))
        file = project.parent / re.findall(r'n"([^"]+)"', line)[0]
        with Image.open(file) as picture:
            turned = _TURNED_DEG.get(picture.getexif().get(0x0112, 1), 0)
        found.append(
            {
                "file": file.name,
                "used": True,
                "yaw": float(values["y"]),
                "pitch": float(values["p"]),
                "roll": float(values["r"]) - turned,
            }
        )
    return found


if __name__ == "__main__":
    hugin(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
