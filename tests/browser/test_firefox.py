"""The viewer in Debian's Firefox ESR: the same picture, keyboard, dialogs and history as in Chromium."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bidi import Display, Firefox, Tab
from compare import HIDE_CHROME, SETTLED, best_shift, psnr
from conftest import Server, serve
from synthetic import equirect, rectilinear, sampler, two_scenes

pytestmark = pytest.mark.browser

WITH_WEBGL = {"webgl.force-enabled": True}
WITHOUT_WEBGL = {"webgl.disabled": True}
LIVE = "document.querySelector('.stage.is-live')"
FACED = "document.activeElement === document.querySelector('.stage-picture')"


def _program(named: str, *names: str) -> str:
    for path in (os.environ.get(named, ""), *(shutil.which(name) for name in names)):
        if path and Path(path).is_file():
            return path
    pytest.skip(f"The Firefox tests need {' or '.join(names)}: install the packages firefox-esr and xvfb.")


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    """A screen in memory."""
    _program("ISPACE_FIREFOX", "firefox-esr", "firefox")
    screen = Display(_program("", "Xvfb"))
    yield screen
    screen.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Iterator[Server]:
    """A published tour of two scenes."""
    yield from serve(two_scenes(tmp_path_factory.mktemp("firefox"), front_end))


@pytest.fixture(scope="module")
def started(display: Display) -> Iterator[Firefox]:
    """A Firefox with WebGL 2 in software."""
    browser = Firefox(_program("ISPACE_FIREFOX", "firefox-esr", "firefox"), display, WITH_WEBGL)
    yield browser
    browser.close()


@pytest.fixture
def firefox(started: Firefox) -> Iterator[Firefox]:
    """The Firefox with WebGL 2; at the end no page may have had an error or have broken its policy."""
    yield from _watched(started)


@pytest.fixture
def firefox_without_webgl(display: Display) -> Iterator[Firefox]:
    """A Firefox in which WebGL is switched off; else as ``firefox``."""
    browser = Firefox(_program("ISPACE_FIREFOX", "firefox-esr", "firefox"), display, WITHOUT_WEBGL)
    try:
        yield from _watched(browser)
    finally:
        browser.close()


def _watched(browser: Firefox) -> Iterator[Firefox]:
    browser.log.clear()
    yield browser
    violations = [what for tab in browser.tabs for what in tab.run("() => window.violations")]
    for tab in list(browser.tabs):
        tab.close()
    assert violations == []
    assert [entry["text"] for entry in browser.log if entry["level"] == "error"] == []


def _settle(tab: Tab) -> None:
    """Wait until the viewer is live and has nothing left to do."""
    tab.wait(LIVE)
    while not tab.run(SETTLED):
        pass


def _name(tab: Tab) -> str:
    return str(tab.run("() => document.querySelector('.stage-picture').getAttribute('aria-label')"))


def _wait_for_scene(tab: Tab, name: str) -> None:
    tab.wait(f"document.querySelector('.stage-picture')?.getAttribute('aria-label') === {json.dumps(name)}")


def _turned(tab: Tab, move: Callable[[], None]) -> tuple[float, float, float]:
    """Return yaw, pitch and hfov from the address after a move, however long a busy machine takes for it."""
    before = tab.run("() => location.hash")
    move()
    tab.wait(f"location.hash !== {json.dumps(before)}")
    now = None
    while now != (now := tab.run("() => location.hash")):
        time.sleep(0.8)
    yaw, pitch, hfov = (float(number) for number in now.split("/")[1:])
    return yaw, pitch, hfov


def _picture(tab: Tab) -> np.ndarray:
    """Return what the stage shows without anything drawn over the picture (float, h × w × 3)."""
    tab.run(HIDE_CHROME)
    tab.run("() => document.activeElement.blur()")
    time.sleep(0.4)
    size = tab.run(
        "() => { const b = document.querySelector('.stage').getBoundingClientRect(); return [b.width, b.height]; }"
    )
    width, height = (round(length) for length in size)
    shot: np.ndarray = tab.picture()[:height, :width]
    return shot


def _truth(seen: np.ndarray, *, yaw_deg: float, pitch_deg: float, hfov_deg: float) -> np.ndarray:
    height_px, width_px = seen.shape[:2]
    view = {"yaw_deg": yaw_deg, "pitch_deg": pitch_deg, "hfov_deg": hfov_deg}
    return rectilinear(sampler(equirect()), **view, width_px=width_px, height_px=height_px).astype(float)


def test_the_picture_is_what_the_panorama_shows_there(firefox: Firefox, server: Server, subtests: Any) -> None:
    for yaw, pitch, hfov in ((45, 35.3, 70), (180, -60, 100)):
        with subtests.test(f"{yaw}/{pitch}/{hfov}"):
            tab = firefox.open(f"{server.url}#mot/{yaw}/{pitch}/{hfov}")
            _settle(tab)
            assert tab.run("() => document.querySelector('.stage-picture').getContext('webgl2') !== null")
            seen = _picture(tab)
            truth = _truth(seen, yaw_deg=yaw, pitch_deg=pitch, hfov_deg=hfov)
            assert psnr(seen, truth) >= 26
            assert best_shift(truth, seen) == (0, 0)
            tab.close()


def test_the_poster_gives_way_to_the_same_picture(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(server.url)
    _settle(tab)
    assert tab.run("() => getComputedStyle(document.querySelector('.stage-poster')).visibility") == "hidden"
    seen = _picture(tab)
    height, width = seen.shape[:2]
    # The poster covers the stage, so its focal length grows by as much as it does.
    focal_px = 1366 / 2 / math.tan(math.radians(45)) * max(width / 1366, height / 768)
    hfov_deg = 2 * math.degrees(math.atan(max(width, height) / 2 / focal_px))
    assert psnr(seen, _truth(seen, yaw_deg=0, pitch_deg=0, hfov_deg=hfov_deg)) >= 26


def test_a_drag_keeps_the_grabbed_place_under_the_pointer(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(f"{server.url}#mot/0/0/90")
    _settle(tab)
    width, height = tab.run("() => [innerWidth, document.querySelector('.stage').clientHeight]")
    yaw, pitch, hfov = _turned(tab, lambda: tab.drag((width // 2, height // 2), (200, 0)))
    assert yaw == pytest.approx(-math.degrees(math.atan(200 / (width / 2))), abs=0.3)
    assert (pitch, hfov) == (pytest.approx(0, abs=0.3), 90)


def test_the_keyboard_turns_and_zooms(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(f"{server.url}#mot/20/5/80")
    _settle(tab)
    tab.run("() => document.querySelector('.stage-picture').focus()")
    assert _turned(tab, lambda: tab.press("ArrowLeft")) == (pytest.approx(20 - 80 / 12, abs=0.3), 5, 80)
    assert _turned(tab, lambda: tab.press("+"))[2] < 72
    assert _turned(tab, lambda: tab.press("Home"))[:2] == (0, 0)


def test_tab_reaches_picture_and_hotspots_clockwise_under_their_names(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(server.url)
    _settle(tab)
    expected = [
        ("application", "Mặt trước, cảnh 1/2"), ("button", "Bỏ qua điểm tương tác"),
        ("button", "Thông tin: Thẻ mặt trước"), ("link", "Sang cảnh: Sân sau"), ("link", "Gọi: Quầy vé"),
    ]  # fmt: skip
    for role, name in expected:
        tab.press("Tab")
        element = tab.find(role, name)
        assert tab.run("(element) => element === document.activeElement", element), f"Tab should have come to {name}"
    tab.press("Shift+Tab")
    assert tab.run("(element) => element === document.activeElement", tab.find("link", "Sang cảnh: Sân sau"))


def test_a_hotspot_leads_to_its_scene_and_back_leads_back(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(f"{server.url}#mot/0/0/90")
    _settle(tab)
    tab.run("(link) => link.focus()", tab.find("link", "Sang cảnh: Sân sau"))
    tab.press("Enter")
    _wait_for_scene(tab, "Sân sau, cảnh 2/2")
    assert tab.run(f"() => {FACED}"), "the focus is on the picture, not lost with the hotspot"
    assert tab.run("() => location.hash") == "#hai/90.0/5.0/80.0"
    tab.back()
    _wait_for_scene(tab, "Mặt trước, cảnh 1/2")
    assert tab.run("() => location.hash") == "#mot/0/0/90"


def test_a_card_takes_the_focus_holds_it_and_gives_it_back(firefox: Firefox, server: Server) -> None:
    tab = firefox.open(f"{server.url}#mot/0/0/90")
    _settle(tab)
    opener = tab.find("button", "Thông tin: Thẻ mặt trước")
    tab.click(opener)
    tab.wait("document.querySelector('dialog.stage-sheet').open")
    inside = "() => document.querySelector('dialog.stage-sheet').contains(document.activeElement)"
    dialog = tab.find("dialog", "Thẻ mặt trước")
    assert tab.run("(dialog) => dialog.textContent.includes('Đoạn hai.')", dialog)
    for key in ("Tab", "Tab", "Shift+Tab", "Tab"):
        tab.press(key)
        assert tab.run(inside)
    tab.press("Escape")
    assert tab.run("(opener) => opener === document.activeElement", opener)
    assert tab.run("() => document.querySelector('dialog.stage-sheet').open") is False


def test_without_webgl_a_cube_of_pictures_shows_the_same(firefox_without_webgl: Firefox, server: Server) -> None:
    tab = firefox_without_webgl.open(f"{server.url}#mot/20/5/80")
    _settle(tab)
    assert tab.run("() => document.querySelector('.stage-picture').matches('.stage-cube')")
    tab.run("() => document.querySelector('.stage-picture').focus()")
    yaw, pitch, hfov = _turned(tab, lambda: tab.press("ArrowLeft", "ArrowLeft"))
    assert yaw == pytest.approx(20 - 80 / 6, abs=0.3)
    _settle(tab)
    seen = _picture(tab)
    assert psnr(seen, _truth(seen, yaw_deg=yaw, pitch_deg=pitch, hfov_deg=hfov)) >= 24
    tab.go(server.url)
    _settle(tab)
    tab.click(tab.find("link", "Sang cảnh: Sân sau"))
    _wait_for_scene(tab, "Sân sau, cảnh 2/2")
