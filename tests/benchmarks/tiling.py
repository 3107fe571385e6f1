"""Speed, memory and quality of the tiler beside other programs, on the machine at hand.

Every program is a process of its own, imports and files included, and all of them take turns in every round; only the
ratios mean something, seconds depend on who else is using the machine. Memory is looked at in a round of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "imaging")]

from area_reference import area_faces, score  # noqa: E402

from ispace.imaging.planes import Planes  # noqa: E402

RIVALS = ROOT / "tests" / "benchmarks" / "rivals.py"
EXAMPLE = Path("equirect") / "pannellum-examplepano-4k.jpg"
MIB = 1 << 20


@dataclass
class Program:
    """One of those compared; ``command`` gets the folder to write to."""

    name: str
    command: Callable[[Path], list[str]]
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    peak_mib: float = 0.0


def programs(source: Path) -> list[Program]:
    """Return our tiler and those of the others that are installed, saying what is missing."""

    def rival(name: str) -> Callable[[Path], list[str]]:
        return lambda out: [sys.executable, str(RIVALS), name, str(source), str(out)]

    found = [Program("ispace tile, stage only", rival("ispace"))]
    if (ROOT / "ispace" / "cli").exists():
        command = [sys.executable, "-m", "ispace", "tile", str(source), "-o"]
        found.insert(0, Program("ispace tile", lambda out: [*command, str(out)]))
    else:
        print("ispace/cli is not there; the stage stands for the whole program.")
    found.append(Program("py360convert (OpenCV) + Pillow", rival("py360convert")))
    if shutil.which("nona"):
        found.append(Program("nona + Pillow, as generate.py", rival("nona")))
    else:
        print("nona is not installed (Debian: hugin-tools); left out.")
    return found


def run(program: Program, folder: Path, *, watch: bool) -> None:
    """Run a program once and note what it took; with ``watch`` its memory instead of its time."""
    out = Path(tempfile.mkdtemp(dir=folder))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        program.command(out), stdout=subprocess.DEVNULL, env=environment, cwd=folder, start_new_session=True
    )
    if watch:
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, program, stop))
        watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if watch:
        stop.set()
        watcher.join()
    else:
        program.walls.append(wall)
        program.cpus.append(usage.ru_utime + usage.ru_stime)
    shutil.rmtree(out)
    if process.returncode:
        raise SystemExit(f"{program.name} failed with {process.returncode}: {' '.join(program.command(out))}")


def _watch(session: int, program: Program, stop: threading.Event) -> None:
    """Note the highest sum of resident memory over all processes of a session."""
    page = os.sysconf("SC_PAGE_SIZE")
    while not stop.wait(0.01):
        total = 0
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                total += int(fields[21]) * page
        program.peak_mib = max(program.peak_mib, total / MIB)


def make_source(example: Path | None, width: int, folder: Path) -> Path:
    """Write the panorama to cut: the example enlarged, with some noise so that it does not compress too well."""
    small = cv2.imread(str(example)) if example else synthetic(4096)[..., ::-1]
    large = cv2.resize(small, (width, width // 2), interpolation=cv2.INTER_LANCZOS4)
    noise = np.random.default_rng(1)
    for top in range(0, width // 2, 256):
        rows = large[top : top + 256]
        rows[:] = np.clip(rows + noise.normal(0, 2.5, rows.shape), 0, 255)
    path = folder / f"{width}.jpg"
    cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def synthetic(width: int) -> np.ndarray:
    """Return a sphere (H, 2 H, 3), sRGB, with detail of all sizes that goes on round the seam and over the poles."""
    noise = np.random.default_rng(7)
    rgb = np.full((width // 2, width, 3), 110.0)
    for size in (8, 24, 80, 240, 800, 2000):
        grain = noise.normal(0, 1, (size // 2, size, 3)).astype(np.float32)
        grain = np.concatenate([grain, grain[:, :1]], axis=1)
        layer = cv2.resize(grain, (width + width // size, width // 2), interpolation=cv2.INTER_CUBIC)[:, :width]
        rgb += layer * 22 * np.cos(np.linspace(-1.5, 1.5, width // 2))[:, None, None]
    return np.clip(rgb, 0, 255).astype(np.uint8)


def show_speed(compared: list[Program], width: int) -> list[dict[str, Any]]:
    """Print medians and the ratios, within the rounds, of the others to the first."""
    first = compared[0]
    print(f"\n{width} x {width // 2}, medians of {len(first.walls)} rounds")
    print(f"{'':34s}{'wall s':>8s}{'CPU s':>8s}{'MiB':>7s}{'MP/s':>7s}{'wall ratio':>12s}{'CPU ratio':>11s}")
    rows = []
    for program in compared:
        wall, cpu = statistics.median(program.walls), statistics.median(program.cpus)
        ratio, cpu_ratio = (
            statistics.median(a / b for a, b in zip(mine, ours, strict=True))
            for mine, ours in ((program.walls, first.walls), (program.cpus, first.cpus))
        )
        speed = width * width / 2e6 / wall
        print(
            f"{program.name:34s}{wall:8.2f}{cpu:8.2f}{program.peak_mib:7.0f}{speed:7.1f}{ratio:12.2f}{cpu_ratio:11.2f}"
        )
        rows.append(
            {
                "program": program.name,
                "wall_s": wall,
                "cpu_s": cpu,
                "peak_mib": program.peak_mib,
                "megapixels_per_s": speed,
                "wall_ratio": ratio,
                "cpu_ratio": cpu_ratio,
            }
        )
    return rows


def show_quality(example: Path | None, folder: Path) -> list[dict[str, Any]]:
    """Print how far the faces of each program are from the mean over the area of their pixels, before encoding."""
    if example is None:
        example = folder / "synthetic.png"
        Image.fromarray(synthetic(2048)).save(example, compress_level=1)
    with Image.open(example) as picture:
        luma = np.asarray(Planes.from_rgb(np.asarray(picture.convert("RGB"))).y)
    own = {4096: 1312, 2048: 656}[luma.shape[1]]
    print(f"\nPSNR of luma against area means, {luma.shape[1]} x {luma.shape[0]}, dB (this takes two minutes)")
    print(f"{'':34s}{'N':>6s}{'all':>8s}{'sides':>8s}{'u+d':>8s}{'pole':>8s}")
    rows = []
    names = ["ispace", "py360convert", *(["nona"] if shutil.which("nona") else [])]
    for size, which in ((own - 16, names), (own, names[:1])):
        ideal = area_faces(luma, size)
        for name in which:
            out = folder / f"faces-{name}-{size}"
            command = [sys.executable, str(RIVALS), name, str(example), str(out), "--faces", str(size)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            found = score({f: _luma_of(out / f"{f}.png") for f in "frblud"}, ideal)
            print(f"{name:34s}{size:6d}" + "".join(f"{found[part]:8.2f}" for part in ("all", "sides", "u+d", "pole")))
            rows.append({"program": name, "face_px": size, **found})
    return rows


def _luma_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.float32) @ np.float32([0.299, 0.587, 0.114])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench tiling", description=__doc__)
    parser.add_argument("--width", type=int, default=8192, help="of the panorama (default 8192)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--data", type=Path, help="folder with equirect/ (default: data in $ISPACE_SHARED, else ../shared/data)"
    )
    parser.add_argument("--only-ours", action="store_true", help="without the other programs")
    parser.add_argument("--no-quality", action="store_true", help="without the PSNR table")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    asked = parser.parse_args()
    data = asked.data or Path(os.environ.get("ISPACE_SHARED", ROOT.parent / "shared")) / "data"
    example = data / EXAMPLE if (data / EXAMPLE).exists() else None
    if example is None:
        print("The example panorama is not there; a synthetic one takes its place.")
    with tempfile.TemporaryDirectory(prefix="ispace-bench-") as name:
        folder = Path(name)
        source = make_source(example, asked.width, folder)
        compared = [p for p in programs(source) if not asked.only_ours or p.name.startswith("ispace")]
        for program in compared:
            run(program, folder, watch=True)  # this round also warms the caches
        for _ in range(asked.rounds):
            for program in compared:
                run(program, folder, watch=False)
        found = {"width": asked.width, "speed": show_speed(compared, asked.width)}
        if not asked.no_quality:
            found["quality"] = show_quality(example, folder)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
