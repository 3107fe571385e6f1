"""Whether photos become the right panorama: ours beside Hugin's automatic pipeline, on sets whose truth is known.

Every engine is a process of its own, files and imports included. What counts is CPU seconds, of all processes, and the
memory of the largest; how long it took depends on who else uses the machine. Then each demand, met or not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

import stitch_demands  # noqa: E402
import stitch_rivals  # noqa: E402
from stitching import picture_score, poses, spheres, truth  # noqa: E402
from stitching.photographs import photograph  # noqa: E402
from stitching.plans import PLANS  # noqa: E402
from stitching.scene import Scene, of_file, painted  # noqa: E402
from stitching.truth import Truth  # noqa: E402

TOURS = ROOT / "tours"
SOURCES: dict[str, Callable[[], Scene]] = {
    "world26": lambda: of_file(TOURS / "chua-co-ben-nui-sam" / "panoramas" / "chanh-dien.jpg"),
    "world10": lambda: of_file(TOURS / "lang-nghe-ocop" / "panoramas" / "xuong-det-lua.jpg"),
    "drone26": lambda: painted(7, 4096, "yard"),
}
DEFAULT = "ring12,wide12x,full24,full24x,hand24,hand12r,drone26,world26,world10"
MEMORY_SET = "memory40"
MEMORY_WIDTH_PX = 16384
MEASURED = ROOT / "tests" / "benchmarks" / "measured.py"


@dataclass(frozen=True)
class Engine:
    """One of those compared. ``command`` gets photos, a path without suffix and a width; the others read what came."""

    name: str
    command: Callable[[Path, Path, int], list[str]]
    report: Callable[[Path], list[dict[str, Any]]]
    picture: str


def engines(ours: list[str], *, only_ours: bool) -> list[Engine]:
    """Return ours, and Hugin where it is installed, saying if it is not."""
    found = [
        Engine(
            "ispace",
            lambda photos, out, width: [
                *ours,
                str(photos),
                "-o",
                f"{out}.jpg",
                "--report",
                f"{out}.json",
                "--width",
                str(width),
            ],
            lambda out: json.loads(Path(f"{out}.json").read_text())["photos"],
            ".jpg",
        )
    ]
    if only_ours:
        return found
    if not stitch_rivals.installed():
        print("Hugin is not installed (Debian: hugin-tools); left out.")
        return found
    rival = [sys.executable, stitch_rivals.__file__, "hugin"]
    hugin = Engine(
        "hugin",
        lambda photos, out, width: [*rival, str(photos), str(out), str(width)],
        lambda out: stitch_rivals.poses(Path(f"{out}.pto")),
        ".tif",
    )
    return [*found, hugin]


def run(engine: Engine, photos: Path, out: Path, width_px: int, limit_s: float) -> dict[str, Any]:
    """Run an engine and return its exit code, ``cpu_s``, ``peak_mib`` and ``wall_s``; what it says goes to a log."""
    command = [sys.executable, str(MEASURED), str(limit_s), *engine.command(photos, out, width_px)]
    # Features that an earlier run kept would make ours cheaper than it is.
    environment = {**os.environ, "ISPACE_STITCH_CACHE": ""}
    with Path(f"{out}.log").open("w") as log:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, check=True, env=environment)
    return json.loads(done.stdout)


def judged(engine: Engine, out: Path, known: Truth, values: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a run: it counts as a success if it ended without an error and left a panorama."""
    picture = Path(f"{out}{engine.picture}")
    row: dict[str, Any] = {"engine": engine.name, "success": values["exit"] == 0 and picture.exists(), **values}
    try:
        photos = engine.report(out)
    except (OSError, ValueError, KeyError, IndexError) as problem:
        print(f"{engine.name}: no poses ({type(problem).__name__}: {problem}); see {out}.log")
        photos = []
    found = poses.score(poses.reported({"photos": photos}), known)
    row |= {name: value for name, value in asdict(found).items() if name != "turn"}
    if picture.exists() and found.place in known.pictures:
        shown = spheres.read(picture)
        ideal = of_file(known.pictures[found.place])
        row |= asdict(picture_score.score(shown, ideal, lambda towards: known.covers(towards, found.place)))
    return row


def measure(
    name: str, known: Truth, compared: list[Engine], folder: Path, width_px: int, limit_s: float
) -> list[dict[str, Any]]:
    """Run all engines on a set and print a line for each."""
    rows = []
    for engine in compared:
        out = folder / f"{name}-{engine.name}"
        row = judged(engine, out, known, run(engine, known.photos, out, width_px, limit_s))
        row |= {"set": name, "steady": known.steady, "level": known.level, "width_px": width_px}
        row["photos"] = len(known.shots)
        print(_line(row), flush=True)
        rows.append(row)
    return rows


_COLUMNS = (
    ("median", "median_deg", "9.3f"),
    ("max", "max_deg", "9.3f"),
    ("psnr", "psnr_db", "7.1f"),
    ("ssim", "ssim", "7.3f"),
    ("flow", "ssim_flow", "7.3f"),
    ("shade", "shade_ev", "7.3f"),
    ("tilt", "tilt_deg", "8.2f"),
    ("missing", "missing", "9.3f"),
    ("CPU s", "cpu_s", "8.1f"),
    ("MiB", "peak_mib", "7.0f"),
    ("wall s", "wall_s", "8.1f"),
)


def _heading() -> str:
    parts = [f"{title:>{form.partition('.')[0]}s}" for title, _, form in _COLUMNS]
    return f"{'set':12s}{'engine':8s}{'placed':>8s}" + "".join(parts)


def _line(row: dict[str, Any]) -> str:
    parts = []
    for _, name, form in _COLUMNS:
        value, width = row.get(name), form.partition(".")[0]
        parts.append(f"{'-':>{width}s}" if value is None else f"{value:{form}}")
    placed = f"{row['placed']}/{row['needed']}" + ("" if row["success"] else "!")
    return f"{row['set']:12s}{row['engine']:8s}{placed:>8s}" + "".join(parts)


def sets(asked: argparse.Namespace, folder: Path) -> list[tuple[str, Callable[[], Truth]]]:
    """Return names of sets and what makes each."""
    if asked.photos or asked.truth:
        if not (asked.photos and asked.truth):
            raise SystemExit("--photos and --truth belong together.")
        return [(asked.photos.name, lambda: truth.load(asked.truth, asked.photos))]
    names = [MEMORY_SET] if asked.memory else asked.sets.split(",")
    unknown = [name for name in names if name not in PLANS]
    if unknown:
        raise SystemExit(f"No such set: {', '.join(unknown)}. There are: {', '.join(PLANS)}.")

    def make(name: str) -> Truth:
        plan = PLANS[name]
        if asked.long_px:
            short_px = round(plan.short_px * asked.long_px / plan.long_px)
            plan = replace(plan, long_px=asked.long_px, short_px=short_px)
        if asked.scene:
            scene = of_file(asked.scene)
        else:
            scene = SOURCES.get(name, lambda: painted(asked.seed + list(PLANS).index(name), 4096))()
        return photograph(scene, plan, folder / name, seed=asked.seed)

    return [(name, lambda name=name: make(name)) for name in names]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench stitch", description=__doc__)
    parser.add_argument("--sets", default=DEFAULT, help=f"names with commas between (default {DEFAULT})")
    parser.add_argument("--photos", type=Path, help="a folder of photos instead")
    parser.add_argument("--truth", help="and what is true of them: truth.json, poses.json:SET, ground_truth.json")
    parser.add_argument(
        "--scene", type=Path, help="picture of a whole sphere to photograph instead of those chosen here"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long-px", type=int, help="longer side of the photos instead of the set's own")
    parser.add_argument("--width", type=int, default=4096, help="of the panorama (default 4096)")
    parser.add_argument("--memory", action="store_true", help="only 40 photos of 12 MP at 16384 px, and only ours")
    parser.add_argument("--only-ours", action="store_true", help="without Hugin")
    parser.add_argument("--only-hugin", action="store_true", help="without ours")
    parser.add_argument(
        "--limit", type=float, default=1800, help="seconds after which an engine is ended (default 1800)"
    )
    parser.add_argument("--ours", help="command instead of python -m ispace stitch, to compare two checkouts")
    parser.add_argument("--keep", type=Path, help="keep photos, panoramas and logs there")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    asked = parser.parse_args()
    ours = asked.ours.split() if asked.ours else [sys.executable, "-m", "ispace", "stitch"]
    compared = engines(ours, only_ours=asked.only_ours or asked.memory)[1 if asked.only_hugin else 0 :]
    rows = []
    with tempfile.TemporaryDirectory(prefix="ispace-bench-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        width_px = MEMORY_WIDTH_PX if asked.memory else asked.width
        print(_heading(), flush=True)
        for title, make in sets(asked, folder):
            rows += measure(title, make(), compared, folder, width_px, asked.limit)
    demands = stitch_demands.judge(rows)
    print()
    for demand in demands:
        print(f"{'met    ' if demand.met else 'NOT MET'}  {demand.rule}: {demand.figure}")
    if asked.json:
        figures = {"rows": rows, "demands": [asdict(demand) for demand in demands]}
        asked.json.write_text(json.dumps(figures, indent=1, default=str) + "\n")


if __name__ == "__main__":
    main()
