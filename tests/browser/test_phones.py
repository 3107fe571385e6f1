"""Telephones: levels by their pixels, memory within its budget, what they cannot hold, and coming back to a page."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import _FLAGS, PHONE, Server, chromium, serve
from PIL import Image
from playwright.sync_api import Browser, Page
from synthetic import equirect, jpeg, rectilinear, sampler

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
LEVELS_PX = [512, 1024, 2048, 4096, 8192]
BUDGET = 64e6

MEASURE = """
window.bytes = window.peak = window.widest = 0;
const size_of = new WeakMap(), bound = new WeakMap(), gl = WebGL2RenderingContext.prototype;
const wrap = (name, before) => {
    const real = gl[name];
    gl[name] = function (...a) { before.call(this, ...a); return real.apply(this, a); };
};
wrap('bindTexture', function (_, texture) { bound.set(this, texture); });
wrap('texStorage2D', function (_target, _levels, _format, width, height) {
    size_of.set(bound.get(this), width * height * 4);
    window.bytes += width * height * 4;
    window.peak = Math.max(window.peak, window.bytes);
    window.widest = Math.max(window.widest, width, height);
});
wrap('deleteTexture', function (texture) { window.bytes -= size_of.get(texture) ?? 0; });
"""


@pytest.fixture
def server(small_site: Path) -> Iterator[Server]:
    yield from serve(small_site)


def deep(tab: Page) -> None:
    """Let the first scene have levels up to 4096 pixels, whose tiles are all the same picture."""
    tile = jpeg(np.full((512, 512, 3), 140, np.uint8))

    def tour(route: Any) -> None:
        document = route.fetch().json()
        document["scenes"][0]["tiles"] |= {"tile_size_px": 512, "level_sizes_px": LEVELS_PX}
        route.fulfill(body=json.dumps(document), content_type="application/json")

    tab.route("**/tour.json", tour)
    tab.route("**/t/mot/*/*/*.jpg", lambda route: route.fulfill(body=tile, content_type="image/jpeg"))


def full(tab: Page) -> None:
    """Wait until the view is as sharp as it gets: no tile has been asked for in a while."""
    tab.wait_for_function(
        """() => new Promise(done => {
            const count = performance.getEntriesByType('resource').length;
            setTimeout(() => done(count === performance.getEntriesByType('resource').length), 400);
        })"""
    )


def test_a_level_is_never_blurred_nor_wasteful_and_memory_stays_within_its_budget(
    server: Server, browser: Browser, subtests: Any
) -> None:
    for density in (1, 2, 3):
        context = browser.new_context(
            viewport=PHONE, screen=PHONE, device_scale_factor=density, has_touch=True, is_mobile=True
        )
        context.add_init_script(MEASURE)
        tab = context.new_page()
        deep(tab)
        tab.goto(server.url + "alone.html")
        tab.add_style_tag(content=".stage { height: 100vh }")
        tab.wait_for_selector(".stage.is-live", state="attached")
        for hfov, yaw in ((100, 180), (70, -90), (45, 90)):
            tab.evaluate("performance.clearResourceTimings()")
            # On a busy machine the first of the new tiles may be asked for late: the tour itself says when it has them.
            tab.evaluate(
                """view => new Promise(done => {
                    const stop = window.tour.on('full', () => { stop(); done(null); });
                    window.tour.look(view);
                })""",
                {"yaw_deg": yaw, "pitch_deg": 0, "hfov_deg": hfov},
            )
            full(tab)
            asked = tab.evaluate(
                "() => performance.getEntriesByType('resource').map(e => e.name.match(/t.mot.(\\d)/)?.[1])"
            )
            level = max((int(n) for n in asked if n), default=0)
            focal_px = tab.evaluate("innerHeight") * density / 2 / np.tan(np.radians(hfov) / 2)
            with subtests.test(f"{density}x, {hfov}°"):
                assert level, "another direction needs other tiles"
                texels = LEVELS_PX[level - 1] / (2 * focal_px)
                assert 0.8 <= texels <= 2 or (level == 1 and texels > 2)
        assert tab.evaluate("document.querySelector('canvas').width") == PHONE["width"] * density
        # At the corners of the cube, just after a finer level was taken, a screen shows most texels.
        for yaw, pitch in ((45, 35), (135, -35), (0, 90), (-45, 35), (-135, -35)) if density == 3 else ():
            tab.evaluate(f"window.tour.look({{yaw_deg: {yaw}, pitch_deg: {pitch}, hfov_deg: 57}})")
            full(tab)
        with subtests.test(f"{density}x, memory"):
            assert 8e6 < tab.evaluate("window.peak") <= BUDGET
        context.close()


def test_a_preview_larger_than_the_graphics_allow_is_made_smaller(server: Server, open_page: Opener) -> None:
    least = """
    const real = WebGL2RenderingContext.prototype.getParameter;
    WebGL2RenderingContext.prototype.getParameter = function (name) {
        return name === this.MAX_TEXTURE_SIZE ? 1024 : real.call(this, name);
    };"""
    server.refused = lambda path: 404 if path.startswith("/t/mot/") and "preview" not in path else None
    tab = open_page(server.url + "alone.html#", allow=("404",), script=MEASURE + least, viewport=PHONE)
    tab.add_style_tag(content=".stage { height: 100vh } .stage > :not(.stage-surface), .stage-spots { display: none }")
    tab.wait_for_selector(".stage.is-live", state="attached")
    full(tab)
    tab.wait_for_timeout(300)
    assert 0 < tab.evaluate("window.widest") <= 1024
    seen = np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB")).astype(float)
    truth = rectilinear(
        sampler(equirect()), yaw_deg=0, pitch_deg=0, hfov_deg=tab.evaluate("window.tour.view.hfov_deg"), width_px=390,
        height_px=844,
    ).astype(float)  # fmt: skip
    assert np.median(np.abs(seen - truth).max(axis=-1)) < 8


def test_a_page_long_hidden_on_a_device_with_little_memory_gives_its_textures_up(
    server: Server, open_page: Opener
) -> None:
    small = """
    Object.defineProperty(navigator, 'deviceMemory', { value: 2 });
    window.hidden_now = false;
    Object.defineProperty(document, 'hidden', { get: () => window.hidden_now });
    const later = window.setTimeout;
    window.setTimeout = (run, ms, ...a) => later(run, ms === 20000 ? 50 : ms, ...a);
    window.show = seen => {
        window.hidden_now = !seen;
        document.dispatchEvent(new Event('visibilitychange'));
    };"""
    tab = open_page(server.url + "alone.html", script=MEASURE + small, viewport=PHONE)
    tab.wait_for_selector(".stage.is-live", state="attached")
    full(tab)
    before = tab.evaluate("window.bytes")
    tab.evaluate("show(false)")
    tab.wait_for_timeout(300)
    # The preview strip alone is kept, so that there is something to be seen at once.
    assert tab.evaluate("window.bytes") <= 256 * 1536 * 4 < before
    tab.evaluate("show(true)")
    full(tab)
    assert tab.evaluate("window.bytes") > 256 * 1536 * 4


def test_back_to_the_tour_comes_from_the_browsers_page_cache_with_its_picture(server: Server, browser: Browser) -> None:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    own = browser.browser_type.launch(
        executable_path=chromium(), args=[*_FLAGS, *sandbox], ignore_default_args=["--disable-back-forward-cache"]
    )
    tab = own.new_page(viewport=PHONE)
    tab.goto(server.url + "alone.html")
    tab.wait_for_selector(".stage.is-live", state="attached")
    full(tab)
    before = tab.locator("canvas").screenshot()
    tab.evaluate("window.addEventListener('pageshow', event => { window.kept = event.persisted; })")
    tab.goto(server.url + "index.html")
    # The driver's own way back waits for a load, which a kept page does not have.
    tab.evaluate("history.back()")
    tab.wait_for_function("window.kept === true")
    tab.wait_for_timeout(300)
    assert tab.locator("canvas").screenshot() == before
    tab.evaluate("window.tour.look({yaw_deg: 120, pitch_deg: 0, hfov_deg: 80})")
    full(tab)
    assert tab.locator("canvas").screenshot() != before
    own.close()
