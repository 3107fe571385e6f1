"""What is measured of one visit: a load, a change of scene, a turn, idleness, memory."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from playwright.sync_api import Browser
from viewing.browser import TILE, Network, visiting
from viewing.host import Host
from viewing.processes import graphics_cpu_ms
from viewing.sites import OURS, Tour
from viewing.truth import compare

Figures = dict[str, Any]
_TURN_MS = 4000
_IDLE_MS = 3000


def load(browser: Browser, host: Host, network: Network, tour: Tour, engine: str, view: int, truth: Any) -> Figures:
    """Open one view in one engine and return its times, bytes, requests and how good the picture became.

    ``first_ms`` is when the panorama was seen first, as poster or on the canvas; ``canvas_ms`` leaves the poster out.
    ``full_*`` count what was asked for until the picture was full, the others the whole page until it was quiet.
    ``graphics_cpu_ms`` is what drawing all of it cost, by which viewers can be compared even on a busy machine.
    """
    host.sent()
    with visiting(browser, network) as visit:
        before_ms = graphics_cpu_ms()
        visit.open(host.url + tour.address(engine, view))
        quiet = visit.wait()
        graphics_ms = graphics_cpu_ms() - before_ms
        found = visit.read()
        sent = host.sent()
        seen = visit.picture()
    before = [one for one in found["resources"] if one["start_ms"] <= found["full_ms"]]
    levels = [int(match[1]) for one in found["resources"] if (match := TILE.search(one["name"]))]
    posters = [found["poster_ms"]] if view == 0 and found["poster_ms"] else []
    largest = found["largest"] or {"at_ms": math.nan, "what": "none"}
    return {
        "quiet": quiet,
        "first_ms": min([found["seen_ms"], *posters]),
        "canvas_ms": found["seen_ms"],
        "poster_ms": posters[0] if posters else math.nan,
        "full_ms": found["full_ms"],
        "full_bytes": sum(one["bytes"] for one in before),
        "full_requests": len(before),
        "bytes": sum(one["bytes"] for one in sent),
        "requests": len(sent),
        "long_tasks_ms": sum(task - 50 for task in found["long_tasks"]),
        "longest_task_ms": max(found["long_tasks"], default=0),
        "graphics_cpu_ms": graphics_ms,
        "frames": found["callbacks"],
        "draws": found["draws"],
        "lcp_ms": largest["at_ms"],
        "lcp": largest["what"],
        "fcp_ms": found["first_paint_ms"],
        "level": max(levels, default=0),
        "tiles": len(levels),
        "resources": found["resources"],
        **compare(seen, truth),
    }


def change(browser: Browser, host: Host, network: Network, tour: Tour, engine: str, *, prefetched: bool) -> Figures:
    """Go to the neighbouring scene and return when it was seen and full, and how long the canvas was black.

    Transitions are off for everyone, so that cuts are compared. Without ``prefetched`` the visitor saves data.
    """
    neighbour = tour.neighbour
    assert neighbour is not None
    with visiting(browser, network, calm=True, save_data=not prefetched) as visit:
        visit.page.add_init_script("probe.film = []")
        visit.open(host.url + tour.address(engine, 0))
        visit.wait()
        host.sent()
        if engine == OURS:
            go = f"location.hash = '#{neighbour['id']}'"
        else:
            go = f"rival.change(1, {tour.initial(neighbour)})"
        began_ms, old = visit.page.evaluate(
            f"""() => {{
              const old = probe.film.at(-1).row;
              Object.assign(probe, {{ film: [], full_ms: 0 }});
              const now = performance.now();
              {go};
              return [now, old];
            }}"""
        )
        visit.wait()
        film, full_ms = visit.page.evaluate("[probe.film, probe.full_ms]")
        sent = host.sent()
    new = film[-1]["row"] if film else old
    seen = next((f["at_ms"] for f in film if _distance(f["row"], new) < _distance(f["row"], old)), math.nan)
    ends = [f["at_ms"] for f in film[1:]] + [full_ms]
    black_ms = sum(end - f["at_ms"] for f, end in zip(film, ends, strict=True) if f["black"])
    return {
        "seen_ms": seen - began_ms,
        "full_ms": full_ms - began_ms,
        "black_frames": sum(f["black"] for f in film),
        "black_ms": black_ms,
        "bytes": sum(one["bytes"] for one in sent),
        "requests": len(sent),
    }


def _distance(a: list[int], b: list[int]) -> float:
    return float(np.abs(np.subtract(a, b)).mean())


def turn(browser: Browser, host: Host, network: Network, tour: Tour) -> Figures:
    """Hold an arrow key over the tour and return how long its scripts and frames took."""
    with visiting(browser, network) as visit:
        visit.open(host.url + tour.page)
        visit.wait()
        visit.page.evaluate("document.querySelector('#stage [role=application]').focus()")
        visit.page.evaluate("Object.assign(probe, { rows: false, frames: [], long_tasks: [] })")
        visit.page.keyboard.down("ArrowRight")
        visit.page.wait_for_timeout(_TURN_MS)
        visit.page.keyboard.up("ArrowRight")
        visit.page.wait_for_timeout(300)
        frames, tasks = visit.page.evaluate("[probe.frames, probe.long_tasks]")
    scripts: dict[float, float] = {}
    for at, took in frames:
        scripts[at] = scripts.get(at, 0) + took
    gaps = np.array([b - a for a, b in itertools.pairwise(sorted(scripts))])
    return {
        "frames": len(scripts),
        "script_longest_ms": max(scripts.values()),
        "script_median_ms": float(np.median(list(scripts.values()))),
        "frame_median_ms": float(np.median(gaps)),
        "frame_p95_ms": float(np.percentile(gaps, 95)),
        "long_tasks": len(tasks),
        "longest_task_ms": max(tasks, default=0),
    }


def idle(browser: Browser, host: Host, network: Network, tour: Tour, engine: str) -> Figures:
    """Return how often an engine draws and asks for frames in three seconds in which nothing happens."""
    with visiting(browser, network) as visit:
        visit.open(host.url + tour.address(engine, 0))
        visit.wait()
        before = visit.page.evaluate("[probe.draws, probe.callbacks]")
        visit.page.wait_for_timeout(_IDLE_MS)
        after = visit.page.evaluate("[probe.draws, probe.callbacks]")
    return {"draws": after[0] - before[0], "callbacks": after[1] - before[1]}


def memory(browser: Browser, host: Host, network: Network, tour: Tour, engine: str) -> Figures:
    """Look everywhere at the deepest zoom and return the bytes of textures, as counted, in between and at most."""
    with visiting(browser, network, calm=True) as visit:
        visit.open(host.url + tour.address(engine, 0))
        visit.wait()
        visit.page.evaluate("probe.rows = false")
        start = visit.page.evaluate("probe.texture_bytes")
        directions = 0
        for pitch_deg in range(-80, 81, 20):
            step_deg = min(20 / math.cos(math.radians(pitch_deg)), 120)
            for number in range(math.ceil(360 / step_deg)):
                view = tour.angles(-180 + number * step_deg, pitch_deg, tour.start["limits"]["hfov_min_deg"])
                if engine == OURS:
                    visit.page.evaluate(f"location.hash = '{tour.link(view)}'")
                else:
                    visit.page.evaluate(f"rival.look({view})")
                directions += 1
                _settle(visit)
        bytes_, peak = visit.page.evaluate("[probe.texture_bytes, probe.texture_peak_bytes]")
    return {"directions": directions, "start_bytes": start, "bytes": bytes_, "peak_bytes": peak}


def _settle(visit: Any) -> None:
    """Wait until two looks 100 ms apart find no new texture and no open request, 4 s at most."""
    last = None
    for _ in range(40):
        visit.page.wait_for_timeout(100)
        now = (visit.page.evaluate("probe.uploads"), visit.requests)
        if now == last and visit.idle:
            return
        last = now
