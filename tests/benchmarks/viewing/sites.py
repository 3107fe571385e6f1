"""What is measured: tours published as they are, and pages that show the same tiles in other people's viewers."""

from __future__ import annotations

import html
import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "tests" / "viewers" / "pages"
ENTRY = Path(__file__).with_name("rival.js")
OURS = "iSpace"
RIVALS = {"Marzipano": "marzipano", "Pannellum": "pannellum", "Photo Sphere Viewer": "psv"}
DENSITY = 2
"""Device pixels per CSS pixel of the phone."""
HOTSPOTS = 200
"""In the scene of the crowded tour."""
SECOND = {"yaw_deg": 20.0, "pitch_deg": 10.0, "vfov_deg": 75.0}

_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>{title}</title>\
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">\
<style>body{{margin:0}}#stage{{position:relative;width:{width}px;height:{height}px}}{css}</style>\
<script defer src="{script}"></script><div id="stage"></div>\
<script type="application/json" id="plan">{plan}</script></html>
"""


@dataclass
class Tour:
    """A published tour: its document, and where the pictures of its first two scenes come from."""

    slug: str
    document: dict[str, Any]
    folder: Path
    """Of the published ``tour.json``: the links in it start there."""
    panoramas: dict[str, Path]
    views: list[dict[str, float]] = field(default_factory=list)
    """Radians: the initial one as the phone shows it, and the second."""
    box: tuple[int, int] = (0, 0)
    """The stage on the phone, in CSS pixels."""

    @property
    def page(self) -> str:
        """The address of its page below the host."""
        return f"{self.slug}/index.html"

    @property
    def start(self) -> dict[str, Any]:
        """The scene it opens with."""
        return self.scene(self.document["start"])

    @property
    def neighbour(self) -> dict[str, Any] | None:
        """The first scene that the start leads to."""
        targets = [spot["target"] for spot in self.start["hotspots"] if spot.get("target")]
        return self.scene(targets[0]) if targets else None

    def scene(self, name: str) -> dict[str, Any]:
        """Return a scene by its name."""
        found: dict[str, Any] = next(s for s in self.document["scenes"] if s["id"] == name)
        return found

    def measure(self, width: int, height: int) -> None:
        """Take the size of the stage on the phone, and what the initial view is on it: all that its poster shows."""
        self.box = (width, height)
        self.views = [self.initial(self.start), self.angles(**SECOND)]

    def initial(self, scene: dict[str, Any]) -> dict[str, float]:
        """Return the initial view of a scene on the phone, radians."""
        poster = scene["poster"]["portrait"]
        view, longest = scene["initial_view"], max(poster["width_px"], poster["height_px"])
        focal = longest / 2 / math.tan(math.radians(view["hfov_deg"]) / 2)
        focal *= max(self.box[0] / poster["width_px"], self.box[1] / poster["height_px"])
        vfov_deg = math.degrees(2 * math.atan(self.box[1] / 2 / focal))
        return self.angles(view["yaw_deg"], view["pitch_deg"], vfov_deg)

    def angles(self, yaw_deg: float, pitch_deg: float, vfov_deg: float) -> dict[str, float]:
        """Return a view in radians with both fields of view."""
        vfov = math.radians(vfov_deg)
        hfov = 2 * math.atan(math.tan(vfov / 2) * self.box[0] / self.box[1])
        return {"yaw": math.radians(yaw_deg), "pitch": math.radians(pitch_deg), "vfov": vfov, "hfov": hfov}

    def address(self, engine: str, view: int) -> str:
        """Return the address below the host at which an engine shows one of the views."""
        if engine != OURS:
            return f"{self.slug}/{RIVALS[engine]}.html#{view}"
        return self.page if view == 0 else f"{self.page}{self.link(self.views[view])}"

    def link(self, view: dict[str, float], scene: str | None = None) -> str:
        """Return the deep link of a view: the field of view in it is that over the longer side."""
        span = math.degrees(max(view["vfov"], view["hfov"]))
        angles = f"{math.degrees(view['yaw']):.1f}/{math.degrees(view['pitch']):.1f}/{span:.1f}"
        return f"#{scene or self.document['start']}/{angles}"


def publish(source: Path, public: Path) -> Tour:
    """Publish a tour's folder, or one that holds a panorama only, and return what came of it."""
    command = [sys.executable, "-m", "ispace", "publish", str(source), "--to", f"file:{public}"]
    before = set(public.glob("r/*/*/tour.json"))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{source} could not be published:\n{done.stderr}")
    (path,) = set(public.glob("r/*/*/tour.json")) - before
    document = json.loads(path.read_text())
    own = source / "tour.json"
    scenes = json.loads(own.read_text())["scenes"] if own.exists() else []
    panoramas = {scene["id"]: source / scene["panorama"]["file"] for scene in scenes}
    return Tour(document["id"], document, path.parent, panoramas)


def tour_of(panorama: Path, folder: Path) -> Path:
    """Return a folder that is a tour of one panorama."""
    made = folder / f"tour-{panorama.stem}"
    made.mkdir()
    shutil.copy(panorama, made / panorama.name)
    return made


def make_rivals(tour: Tour, public: Path, engines: list[str]) -> None:
    """Put a page for each of the engines next to the tour's own; needs ``tour.measure`` first."""
    shown = [tour.start, *([tour.neighbour] if tour.neighbour else [])]
    scenes = [_tile_set(tour, scene, public) for scene in shown]
    for engine in engines:
        name = RIVALS[engine]
        target = public / tour.slug / f"{name}.js"
        _bundle(name, target)
        styles = target.with_suffix(".css")
        page = _PAGE.format(
            title=html.escape(engine),
            width=tour.box[0],
            height=tour.box[1],
            css=styles.read_text() if styles.exists() else "",
            script=target.name,
            plan=json.dumps({"scenes": scenes, "views": tour.views}).replace("<", "\\u003c"),
        )
        target.with_suffix(".html").write_text(page)


def _tile_set(tour: Tour, scene: dict[str, Any], public: Path) -> dict[str, Any]:
    folder = (tour.folder / scene["tiles"]["base"]).resolve()
    found: dict[str, Any] = json.loads((folder / "tileset.json").read_text())
    kept = {name: found[name] for name in ("tile_size_px", "level_sizes_px", "format", "preview")}
    kept["preview"] = {"file": kept["preview"]["file"]}
    return kept | {"base": f"../{folder.relative_to(public.resolve())}/", "density": DENSITY}


def _bundle(name: str, target: Path) -> None:
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        raise SystemExit("The other viewers are development packages: npm ci")
    options = ["--bundle", "--minify", "--format=iife", "--define:global=window", "--legal-comments=none"]
    options += ["--log-level=error", f"--alias:rival={PAGES / name}.js", f"--outfile={target}"]
    subprocess.run([str(esbuild), str(ENTRY), *options], check=True, cwd=ROOT)
