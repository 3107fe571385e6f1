"""Tours, panoramas and visits of any size: what they cost in requests, script, memory and frames."""

from __future__ import annotations

import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from compare import SETTLED
from conftest import DESKTOP, PHONE, Server, serve
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect

from ispace import assets
from ispace.model.site import Site
from ispace.pipeline import render

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))
from page_example import RELEASE, TODAY, composed, raw_tour

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
SPOTS = 17
"""Hotspots of every scene: with 300 scenes more than 5,000."""
MANY, FEW = 300, 4
CHANGES, LEAK_BYTES = 60, 3000
"""So often a scene is changed, and so much of script may be left of each change: a scene that stays is far more."""
COUNT_TEXTURES = """
window.gpu = { bytes: 0, most: 0, calls: 0, frames: 0 };
{
  const sizes = new WeakMap();
  const wrapped = WebGL2RenderingContext.prototype;
  let bound = null;
  const wrap = (name, before) => {
    const real = wrapped[name];
    wrapped[name] = function (...given) { gpu.calls++; before?.(...given); return real.apply(this, given); };
  };
  wrap('bindTexture', (_, texture) => (bound = texture));
  wrap('texStorage2D', (_, levels, format, width, height) => {
    sizes.set(bound, width * height * 4);
    gpu.bytes += width * height * 4;
    gpu.most = Math.max(gpu.most, gpu.bytes);
  });
  wrap('deleteTexture', (texture) => (gpu.bytes -= sizes.get(texture) ?? 0));
  wrap('texImage2D', () => (gpu.bytes = NaN));
  wrap('drawArrays');
  wrap('clear');
  const ask = window.requestAnimationFrame;
  window.requestAnimationFrame = (act) => ask((now) => { gpu.frames++; act(now); });
}
"""
"""Counts what goes to the graphics processor: bytes of textures, calls, and frames that were asked for."""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def _tour(scenes: int) -> dict[str, Any]:
    """Return a tour of so many scenes, each with as many hotspots and a place of its own."""
    spots = [
        {"id": f"diem-{k}", "kind": "card", "yaw_deg": k * 21 % 360 - 180, "pitch_deg": k * 7 % 40 - 20,
         "title": {"vi": f"Điểm {k}", "en": f"Spot {k}"}, "text": {"vi": "Lời kể ngắn.", "en": "A few words."}}
        for k in range(SPOTS - 1)
    ]  # fmt: skip
    made = raw_tour() | {"start": "canh-0", "floors": []}
    made.pop("guide", None)
    made["scenes"] = [
        {
            "id": f"canh-{n}", "title": {"vi": f"Cảnh số {n}", "en": f"Scene {n}"},
            "description": {"vi": "Một đoạn về cảnh này. " * 6, "en": "A paragraph about this scene. " * 6},
            "panorama": {"file": f"{n}.jpg", "alt": {"vi": "Toàn cảnh", "en": "A panorama"}},
            "position": {"lat": 10.6 + n % 20 * 0.0004, "lon": 105 + n // 20 * 0.0005},
            "hotspots": [*spots, {"id": "di", "kind": "link", "yaw_deg": 0, "pitch_deg": -10,
                                  "target": f"canh-{(n + 1) % scenes}"}],
        }
        for n in range(scenes)
    ]  # fmt: skip
    return made


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> dict[int, Path]:
    """Published tours of a few scenes and of hundreds, by their number; their pictures are in no file."""
    front = assets.load()
    made = {}
    for scenes in (FEW, MANY):
        folder = made[scenes] = tmp_path_factory.mktemp(f"scenes-{scenes}")
        tour, document = composed(_tour(scenes))
        files = dict(front.published)
        files |= render.render(tour, document, release=RELEASE, assets=front, site=Site(), today=TODAY)
        files[f"r/chua-co/{RELEASE}/tour.json"] = json.dumps(document, ensure_ascii=False).encode()
        for key, data in files.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return made


@pytest.fixture(scope="module")
def servers(sites: dict[int, Path]) -> Iterator[dict[int, Server]]:
    few, many = serve(sites[FEW]), serve(sites[MANY])
    yield {FEW: next(few), MANY: next(many)}
    for running in (few, many):
        next(running, None)


@pytest.fixture
def server(small_site: Path) -> Iterator[Server]:
    yield from serve(small_site)


def _jpeg(size_px: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size_px, size_px), (120, 140, 110)).save(buffer, "JPEG")
    return buffer.getvalue()


def pictured(tab: Page) -> None:
    """Answer everything that is a picture with the same one."""
    body = _jpeg(464)
    tab.route(re.compile(r"\.(jpg|webp)$"), lambda route: route.fulfill(body=body, content_type="image/jpeg"))


def metrics(session: CDPSession) -> dict[str, float]:
    """Return what Chromium counts of a page."""
    return {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}


def visit(open_page: Opener, server: Server, **options: Any) -> tuple[Page, dict[str, float], list[str]]:
    """Open a tour until its first view is complete: the page, what it cost until it was seen, and what it asked for."""
    # There is no service worker beside these pages.
    tab = open_page("about:blank", allow=("404", "fetching the script"), service_workers="block", **options)
    pictured(tab)
    asked: list[str] = []
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")
    tab.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))
    tab.goto(f"{server.url}chua-co/index.html", wait_until="commit")
    tab.wait_for_selector(".stage.is-live", state="attached")
    first = metrics(session)
    tab.wait_for_selector("html[data-complete]", state="attached")
    # What comes right after it is the same as well, and has come in both.
    tab.wait_for_load_state("networkidle")
    return tab, first, sorted(url for url in asked if re.search(r"^t/canh-0|\.(js|css|webp)$", url))


def test_a_tour_of_hundreds_of_scenes_opens_with_what_a_tour_of_four_needs(
    servers: dict[int, Server], open_page: Opener, subtests: Any
) -> None:
    script: dict[int, list[float]] = {FEW: [], MANY: []}
    asked: dict[int, list[str]] = {}
    stage: dict[int, int] = {}
    for _ in range(3):
        for scenes, server in servers.items():
            tab, cost, asked[scenes] = visit(open_page, server, viewport=PHONE)
            script[scenes].append(cost["ScriptDuration"])
            stage[scenes] = tab.locator("#stage *").count()
            tab.context.close()
    with subtests.test("the same requests"):
        assert len(asked[MANY]) == len(asked[FEW]), set(asked[MANY]) ^ set(asked[FEW])
    with subtests.test("no more script"):
        # Seventy-five times as many scenes: whatever grew with them would show, whatever else the machine does.
        assert min(script[MANY]) <= 4 * min(script[FEW]), script
    with subtests.test("no more elements"):
        assert stage[MANY] == stage[FEW] <= 400


def test_the_text_of_hundreds_of_scenes_is_laid_out_where_it_is_read(
    servers: dict[int, Server], open_page: Opener, subtests: Any
) -> None:
    tab, _, _ = visit(open_page, servers[MANY], viewport=PHONE)
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")
    assert metrics(session)["LayoutObjects"] < 6000
    with subtests.test("a link of the contents leads there"):
        tab.evaluate("() => document.getElementById('canh-250').scrollIntoView()")
        tab.evaluate(FRAMES)
        assert 0 <= tab.evaluate("() => document.getElementById('canh-250').getBoundingClientRect().top") < 40
        assert tab.evaluate(
            "() => document.querySelector('#canh-250 h3').checkVisibility({contentVisibilityAuto: true})"
        )
    with subtests.test("a search in the page finds what is far away"):
        assert tab.evaluate("window.find('Cảnh số 123')")
    with subtests.test("all of it is printed"):
        tab.emulate_media(media="print")
        assert (
            tab.evaluate("() => getComputedStyle(document.getElementById('canh-200')).contentVisibility") == "visible"
        )


def test_list_and_map_of_hundreds_of_scenes_open_and_are_searched(
    servers: dict[int, Server], open_page: Opener
) -> None:
    tab, _, _ = visit(open_page, servers[MANY], viewport=DESKTOP)
    tab.locator(".stage-bar button:has(use[href='#i-map'])").click()
    tab.wait_for_selector(".stage-map-dot", state="attached")
    assert tab.evaluate("""() => [...document.querySelectorAll('.stage-map-dot')].reduce((sum, dot) =>
        sum + (+dot.querySelector('.stage-map-disc').textContent || 1), 0)""") == MANY  # fmt: skip
    tab.locator(".stage-bar button:has(use[href='#i-list'])").click()
    expect(tab.locator(".scenes-grid li")).to_have_count(MANY)
    tab.locator(".scenes-search input").fill("canh so 299")
    expect(tab.locator(".scenes-grid li:visible")).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("application")).to_have_accessible_name("Cảnh số 299, cảnh 300/300")


def test_memory_is_flat_after_hundreds_of_scene_changes(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", script=COUNT_TEXTURES, viewport={"width": 400, "height": 400})
    tab.wait_for_selector(".stage.is-live")
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")

    def held(changes: int) -> dict[str, float]:
        tab.evaluate(
            """async (changes) => {
              for (let n = 0; n < changes; n++) {
                await tour.goTo(n % 2 ? 'mot' : 'hai');
                // Every few scenes something is read there, and the picture is waited for.
                if (n % 10 === 9) {
                  document.querySelector('.stage-spots > .is-card .stage-spot')?.click();
                  await new Promise((done) => setTimeout(done, 60));
                } else await new Promise((done) => requestAnimationFrame(done));
              }
              document.querySelector('.stage-sheet-close').click();
            }""",
            changes,
        )
        expect(tab.locator(".stage-leaving")).to_have_count(0)
        # What is still on its way is no memory that is kept.
        tab.wait_for_function(SETTLED)
        # What one collection lets go of may hold something that only the next one finds.
        for _ in range(4):
            session.send("HeapProfiler.collectGarbage")
        found = metrics(session)
        return {name: found[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")} | {
            "textures": tab.evaluate("gpu.bytes"),
            "canvases": tab.locator("canvas").count(),
        }

    before, between, after = held(60), held(CHANGES), held(CHANGES)
    assert before["canvases"] == after["canvases"] == 1
    for name in before.keys() - {"JSHeapUsedSize"}:
        assert after[name] <= 1.1 * before[name], (name, before, between, after)
    # What leaks grows with every change; what the browser keeps for itself (compiled code, tables that are enlarged)
    # comes once. So both times are looked at, and the one in which less was added.
    heap = [point["JSHeapUsedSize"] for point in (before, between, after)]
    assert min(b - a for a, b in itertools.pairwise(heap)) <= CHANGES * LEAK_BYTES, heap


def test_a_16k_panorama_seen_everywhere_stays_within_the_texture_budget(server: Server, open_page: Opener) -> None:
    tour = json.loads((server.folder / "r/tour/1/tour.json").read_text("utf-8"))
    tour["scenes"][0]["tiles"] |= {"tile_size_px": 512, "level_sizes_px": [512 << n for n in range(4)]}
    tour["scenes"][0]["limits"]["hfov_min_deg"] = 5
    tab = open_page("about:blank", script=COUNT_TEXTURES, device_scale_factor=2)
    body = _jpeg(512)
    tab.route("**/t/mot/**", lambda route: route.fulfill(body=body, content_type="image/jpeg"))
    tab.route("**/tour.json", lambda route: route.fulfill(json=tour))
    tab.goto(server.url + "alone.html")
    tab.wait_for_selector(".stage.is-live")
    found = tab.evaluate("""async () => {
      const rest = () => new Promise((done) => {
        const off = tour.on('full', () => { off(); done(); });
        setTimeout(() => { off(); done(); }, 400);
      });
      for (const pitch_deg of [-75, -25, 25, 75])
        for (let yaw_deg = -180; yaw_deg < 180; yaw_deg += 45) {
          tour.look({ yaw_deg, pitch_deg, hfov_deg: 40 });
          await rest();
        }
      const asked = performance.getEntriesByType('resource').map(({ name }) => name);
      return { ...gpu, tiles: asked.filter((name) => /t.mot.4/.test(name)).length };
    }""")
    assert found["tiles"] > 120, "the whole sphere was looked at closely"
    assert found["most"] <= 64e6, found


def test_nothing_is_drawn_or_asked_for_while_nothing_changes(server: Server, open_page: Opener) -> None:
    tour = json.loads((server.folder / "r/tour/1/tour.json").read_text("utf-8"))
    for n, scene in enumerate(tour["scenes"]):
        scene["position"] = {"lat": 10.7, "lon": 105.1 + n / 1000}
    tour["guide"] = {"scenes": ["mot", "hai"], "seconds_per_scene": 30}
    tab = open_page("about:blank", script=COUNT_TEXTURES)
    tab.route("**/tour.json", lambda route: route.fulfill(json=tour))
    tab.goto(server.url + "alone.html")
    tab.wait_for_selector(".stage.is-live")
    for symbol, panel in (("footprints", ".guide:not([hidden])"), ("map", ".stage-map:not([hidden])")):
        tab.locator(f".stage-bar button:has(use[href='#i-{symbol}'])").evaluate("e => e.click()")
        tab.wait_for_selector(panel)
    tab.locator(".guide-stop").evaluate("e => e.click()")
    tab.locator(".stage-spots > .is-card .stage-spot").first.evaluate("e => e.click()")
    tab.wait_for_selector(".stage-sheet[open]")
    # What is still coming may come; then there are two seconds without anything.
    tab.wait_for_function("""() => new Promise((done) => {
      const { calls, frames } = gpu;
      setTimeout(() => done(gpu.calls === calls && gpu.frames === frames), 2000);
    })""")


def test_turning_among_two_hundred_hotspots_costs_little_more_than_among_none(
    server: Server, open_page: Opener
) -> None:
    tour = json.loads((server.folder / "r/tour/1/tour.json").read_text("utf-8"))
    tour["scenes"][0]["hotspots"] = []
    tour["scenes"][1] |= {
        "tiles": tour["scenes"][0]["tiles"], "preview": tour["scenes"][0]["preview"],
        "hotspots": [
            {"id": f"h{n}", "kind": ("card", "link")[n % 5 == 0],
             "yaw_deg": n * 137.5 % 360 - 180, "pitch_deg": n * 31 % 80 - 40,
             "title": {"vi": f"Điểm số {n}"}, "target": "mot" if n % 5 == 0 else None}
            for n in range(200)
        ],
    }  # fmt: skip
    # What is measured is the script; a picture of few pixels is drawn quickly.
    tab = open_page("about:blank", viewport={"width": 800, "height": 600})
    tab.route("**/tour.json", lambda route: route.fulfill(json=tour))
    tab.goto(server.url + "alone.html")
    tab.wait_for_selector(".stage.is-live")
    found = tab.evaluate("""async () => {
      const ask = window.requestAnimationFrame;
      let spent = 0;
      window.requestAnimationFrame = (act) => ask((now) => {
        const start = performance.now();
        act(now);
        spent += performance.now() - start;
      });
      const turned = async () => {
        const frames = [];
        for (let n = 0; n < 60; n++) {
          spent = 0;
          tour.look({ yaw_deg: n * 6 - 180, pitch_deg: 10 * Math.sin(n / 6), hfov_deg: 90 });
          await new Promise((done) => ask(() => ask(done)));
          frames.push(spent);
        }
        return frames.sort((a, b) => a - b);
      };
      const result = {};
      for (const id of ['mot', 'hai', 'mot', 'hai']) {
        await tour.goTo(id);
        await new Promise((done) => { tour.on('full', done); setTimeout(done, 1500); });
        // The first turn makes what is seen of each hotspot; the second is the rule.
        result[id] = await turned();
      }
      const named = (frames) => ({ median: frames[30], p95: frames[57], most: frames[59] });
      return Object.fromEntries(Object.entries(result).map(([id, frames]) => [id, named(frames)]));
    }""")
    print("script of a frame, ms, without hotspots and among 200:", found)
    assert found["hai"]["median"] <= 8 * found["mot"]["median"], found
