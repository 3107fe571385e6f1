"""The published page and its viewer beside Marzipano, Pannellum and Photo Sphere Viewer, on the same tiles.

Everybody gets the same box on the same telephone (390×844, two device pixels per CSS pixel), the same view, and a new
browser context for every load; all take turns in every round, in an order that rotates. Our page is measured as it is
published, with its text, styles and fonts; the others' pages hold nothing but the viewer. What counts are the ratios
of medians within one run: seconds depend on who else is using the machine, and WebGL is drawn in software.

The slow network is 200,000 B/s with 150 ms of latency and a processor slowed down four times; the fast one has no
limits. Every picture is also compared with the panorama itself, so that nobody wins by being blurred. Being full means
that nothing on the canvas changed any more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parent))

from viewing import measures, report
from viewing.browser import NETWORKS, PHONE, Network, chromium, visiting
from viewing.host import Host, serving
from viewing.sites import DENSITY, HOTSPOTS, OURS, RIVALS, ROOT, Tour, make_rivals, publish, tour_of
from viewing.truth import rectilinear

TOURS = ("chua-co-ben-nui-sam", "lang-nghe-ocop")
VIEWS = ("initial", "second")


def crowded(folder: Path) -> Path:
    """Return the folder of a tour whose first scene has two hundred hotspots, some of them behind the visitor."""
    made = folder / "tour-crowded"
    shutil.copytree(ROOT / "tours" / TOURS[0], made)
    document = json.loads((made / "tour.json").read_text())
    document["id"] = "hai-tram-diem"
    spots = document["scenes"][0]["hotspots"]
    for n in range(HOTSPOTS - len(spots)):
        words = {"vi": f"Điểm số {n + 1}", "en": f"Spot {n + 1}"}
        place = {"yaw_deg": round((n * 137.508) % 360 - 180, 2), "pitch_deg": n % 61 - 30}
        spots.append({"id": f"diem-{n}", "kind": "card", "title": words, "text": words, **place})
    (made / "tour.json").write_text(json.dumps(document, ensure_ascii=False))
    return made


def huge(folder: Path) -> Path:
    """Return a panorama of 16384 × 8192 with detail everywhere."""
    noise = np.random.default_rng(3)
    small = noise.integers(40, 216, (256, 512, 3), dtype=np.uint8)
    large = cv2.resize(small, (16384, 8192), interpolation=cv2.INTER_CUBIC)
    path = folder / "huge.jpg"
    cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return path


def measure_stage(browser: Browser, host: Host, tour: Tour) -> None:
    """Take the size of our stage; this load also warms the browser and is not counted."""
    with visiting(browser, NETWORKS["fast"]) as visit:
        visit.open(host.url + tour.page)
        visit.wait()
        box = visit.page.evaluate("(({width, height}) => [width, height])(stage.getBoundingClientRect())")
    tour.measure(*(round(side) for side in box))


def truth_of(tour: Tour, view: dict[str, float]) -> np.ndarray:
    """Return what a view of the tour's first scene should look like on the telephone."""
    width, height = tour.box
    panorama = tour.panoramas[tour.document["start"]]
    angles = {name: view[name] for name in ("yaw", "pitch", "vfov")}
    return rectilinear(panorama, **angles, width_px=width * DENSITY, height_px=height * DENSITY)


def loads(
    browser: Browser, host: Host, networks: list[Network], tours: list[Tour], engines: list[str], rounds: int
) -> list[dict[str, Any]]:
    """Load every view of every tour in every engine, in turns."""
    truths = {(tour.slug, n): truth_of(tour, view) for tour in tours for n, view in enumerate(tour.views)}
    found = []
    for network in networks:
        for number in range(rounds):
            order = engines[number % len(engines) :] + engines[: number % len(engines)]
            for tour in tours:
                for view, name in enumerate(VIEWS):
                    for engine in order:
                        truth = truths[tour.slug, view]
                        figures = measures.load(browser, host, network, tour, engine, view, truth)
                        case = {"network": network.name, "tour": tour.slug, "view": name, "engine": engine}
                        found.append(case | {"round": number} | figures)
                        report.progress(found[-1])
    return found


def changes(
    browser: Browser, host: Host, networks: list[Network], tours: list[Tour], engines: list[str], rounds: int
) -> list[dict[str, Any]]:
    """Change the scene in every engine; in ours once more with the neighbour's preview not fetched before."""
    found = []
    for network in networks:
        for number in range(rounds):
            order = engines[number % len(engines) :] + engines[: number % len(engines)]
            for tour in (tour for tour in tours if tour.neighbour):
                for engine in order:
                    for prefetched in (True, False) if engine == OURS else (False,):
                        figures = measures.change(browser, host, network, tour, engine, prefetched=prefetched)
                        case = {"network": network.name, "tour": tour.slug, "engine": engine, "prefetched": prefetched}
                        found.append(case | {"round": number} | figures)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench viewer", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--network", choices=NETWORKS, help="only this one (default: both)")
    parser.add_argument("--only-ours", action="store_true", help="without the other viewers")
    parser.add_argument("--quick", action="store_true", help="one round, one tour, Marzipano only")
    parser.add_argument("--panorama", type=Path, help="a full sphere to measure as a third tour")
    parser.add_argument("--memory", action="store_true", help="also look everywhere in a panorama of 16384 pixels")
    parser.add_argument("--waterfall", action="store_true", help="print what our page and Marzipano's load, and when")
    parser.add_argument("--json", type=Path, help="also write every figure there")
    asked = parser.parse_args()
    engines = [OURS] if asked.only_ours else [OURS, *(["Marzipano"] if asked.quick else RIVALS)]
    networks = [NETWORKS[asked.network]] if asked.network else list(NETWORKS.values())
    rounds = 1 if asked.quick else asked.rounds

    with tempfile.TemporaryDirectory(prefix="ispace-bench-") as name:
        folder = Path(name)
        public = folder / "public"
        sources = [ROOT / "tours" / slug for slug in TOURS[: 1 if asked.quick else None]]
        if asked.panorama:
            sources.append(tour_of(asked.panorama, folder))
        print(f"Publishing {len(sources)} tours …", flush=True)
        tours = [publish(source, public) for source in sources]
        if asked.panorama:
            tours[-1].panoramas = {tours[-1].document["start"]: asked.panorama}
        crowd = publish(crowded(folder), public)
        vast = publish(tour_of(huge(folder), folder), public) if asked.memory else None
        with chromium() as browser:
            with serving(public, folder) as host:
                for tour in [*tours, *([vast] if vast else [])]:
                    measure_stage(browser, host, tour)
                    make_rivals(tour, public, engines[1:])
            # The host packs what is there when it starts, so it starts once more with everybody's pages.
            with serving(public, folder) as host:
                found: dict[str, Any] = {"phone": PHONE, "rounds": rounds}
                found["loads"] = loads(browser, host, networks, tours, engines, rounds)
                found["changes"] = changes(browser, host, networks, tours, engines, rounds)
                found["turns"] = [{"network": n.name, **measures.turn(browser, host, n, crowd)} for n in networks]
                fast = NETWORKS["fast"]
                found["idle"] = [{"engine": e, **measures.idle(browser, host, fast, tours[0], e)} for e in engines]
                found["memory"] = (
                    [{"engine": e, **measures.memory(browser, host, fast, vast, e)} for e in engines] if vast else []
                )
    report.show(found)
    if asked.waterfall:
        report.waterfall(found["loads"])
    report.verdicts(found)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
