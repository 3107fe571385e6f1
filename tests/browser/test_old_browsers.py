"""The viewer where a browser lacks something: every test takes something away from Chromium before the page starts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from compare import HIDE_CHROME, SETTLED, best_shift, psnr
from conftest import Server, serve
from PIL import Image
from playwright.sync_api import Page, expect
from synthetic import equirect, rectilinear, sampler, two_scenes

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
SCREEN = {"width": 1000, "height": 700}

NO_WEBGL2 = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === 'webgl2' ? null : get.call(this, kind, ...rest);
};"""
NO_BITMAP = "delete window.createImageBitmap;"
BITMAP_WITHOUT_OPTIONS = """
const make = window.createImageBitmap;
window.refused = 0;
window.createImageBitmap = (...all) =>
  all.length === 1 ? make(...all) : (window.refused++, Promise.reject(new TypeError('2 is no valid argument count')));
"""
NOTHING_YOUNG = """
for (const name of ['ResizeObserver', 'HTMLDialogElement', 'requestIdleCallback']) delete window[name];
const dialog = Object.getPrototypeOf(document.createElement('dialog'));
for (const name of ['show', 'close', 'open', 'returnValue']) delete dialog[name];
delete Element.prototype.checkVisibility;
delete HTMLElement.prototype.inert;
delete Element.prototype.requestFullscreen;
delete Intl.DisplayNames;
for (const kind of [Array, String]) delete kind.prototype.at;
delete Object.hasOwn;
delete navigator.__proto__.connection;
Object.defineProperty(document, 'fonts', { value: undefined });
"""
ALL_FORBIDDEN = """
const refuse = () => { throw new DOMException('The document is sandboxed', 'SecurityError'); };
for (const name of ['localStorage', 'sessionStorage', 'caches', 'indexedDB'])
  Object.defineProperty(window, name, { get: refuse });
Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: refuse });
for (const name of ['pushState', 'replaceState']) History.prototype[name] = refuse;
"""
SIGNALS_UNKNOWN = """
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, act, how) {
  if (typeof how !== 'object') return listen.call(this, type, act, how);
  const { capture, once, passive } = how;
  return listen.call(this, type, act, { capture, once, passive });
};"""

UNREADABLE_TILES = """
const get = window.fetch;
window.unreadable = 0;
window.fetch = (address, ...rest) => {
  if (!/\\/t\\/.*\\/[frblud]\\//.test(address)) return get(address, ...rest);
  window.unreadable++;
  return Promise.resolve(new Response('RIFF and something that only newer browsers read'));
};"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Iterator[Server]:
    """A published tour of two scenes."""
    yield from serve(two_scenes(tmp_path_factory.mktemp("old"), front_end))


def _settle(tab: Page) -> None:
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_function(SETTLED)


def _likeness(tab: Page, *, yaw_deg: float, pitch_deg: float, hfov_deg: float) -> tuple[float, tuple[int, int]]:
    """Return by how many dB, and how many pixels aside, the stage shows what it should."""
    tab.evaluate(HIDE_CHROME)
    tab.wait_for_timeout(400)
    seen = np.asarray(Image.open(io.BytesIO(tab.locator(".stage").screenshot())).convert("RGB")).astype(float)
    height_px, width_px = seen.shape[:2]
    view = {"yaw_deg": yaw_deg, "pitch_deg": pitch_deg, "hfov_deg": hfov_deg}
    truth = rectilinear(sampler(equirect()), **view, width_px=width_px, height_px=height_px).astype(float)
    return psnr(seen, truth), best_shift(truth, seen)


def _has_card_and_second_scene(tab: Page) -> None:
    opener = tab.get_by_role("button", name="Thông tin: Thẻ mặt trước")
    opener.click()
    dialog = tab.get_by_role("dialog", name="Thẻ mặt trước")
    expect(dialog).to_be_visible()
    for key in ("Tab", "Tab", "Shift+Tab", "Tab"):
        tab.keyboard.press(key)
        expect(dialog.locator(":focus")).to_have_count(1)
    tab.keyboard.press("Escape")
    expect(tab.locator(".stage-sheet")).to_be_hidden()
    expect(opener).to_be_focused()
    tab.get_by_role("link", name="Sang cảnh: Sân sau").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/2")


def test_with_webgl_1_alone_the_cube_of_pictures_shows_the_tour(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/20/5/80", viewport=SCREEN, script=NO_WEBGL2)
    _settle(tab)
    expect(tab.locator(".stage-cube[role=application]")).to_have_count(1)
    likeness, shift = _likeness(tab, yaw_deg=20, pitch_deg=5, hfov_deg=80)
    assert likeness >= 24
    assert shift == (0, 0)


@pytest.mark.parametrize("script", [NO_BITMAP, BITMAP_WITHOUT_OPTIONS], ids=["no bitmaps", "no options"])
def test_pictures_are_decoded_where_bitmaps_cannot_be_made(server: Server, open_page: Opener, script: str) -> None:
    tab = open_page(server.url, viewport=SCREEN, script=script)
    _settle(tab)
    tab.get_by_role("link", name="Ngắm mot").evaluate("(link) => link.setAttribute('href', '#mot/20/5/80')")
    tab.get_by_role("link", name="Ngắm mot").click()
    tab.wait_for_timeout(900)
    _settle(tab)
    likeness, shift = _likeness(tab, yaw_deg=20, pitch_deg=5, hfov_deg=80)
    assert likeness >= 26
    assert shift == (0, 0)
    assert tab.evaluate("window.refused ?? 1") > 0


def test_without_what_came_after_2021_one_sees_reads_and_walks(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, viewport=SCREEN, script=NOTHING_YOUNG)
    _settle(tab)
    expect(tab.get_by_role("link", name="EN")).to_be_visible()
    tab.set_viewport_size({"width": 800, "height": 600})
    tab.wait_for_function(
        "() => document.querySelector('canvas').width === document.querySelector('.stage').clientWidth"
    )
    _has_card_and_second_scene(tab)


def test_where_nothing_may_be_kept_the_tour_works(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, viewport=SCREEN, script=ALL_FORBIDDEN)
    _settle(tab)
    _has_card_and_second_scene(tab)


def test_a_browser_too_old_for_the_viewer_keeps_the_page_as_it_is(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, viewport=SCREEN, script=SIGNALS_UNKNOWN)
    tab.wait_for_timeout(700)
    expect(tab.locator(".stage")).not_to_have_class("stage has-viewer")
    expect(tab.locator(".stage > *")).to_have_count(2)
    assert tab.locator(".stage-poster img").evaluate("(image) => image.complete && image.naturalWidth > 0")
    assert tab.evaluate("document.documentElement.dataset.viewer") is None


def test_tiles_of_a_format_that_cannot_be_read_leave_the_preview(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/20/5/80", viewport=SCREEN, script=UNREADABLE_TILES)
    with tab.expect_response("**/preview.jpg"):
        pass
    _settle(tab)
    likeness, shift = _likeness(tab, yaw_deg=20, pitch_deg=5, hfov_deg=80)
    assert tab.evaluate("window.unreadable") > 0
    assert likeness >= 17
    assert shift == (0, 0)
