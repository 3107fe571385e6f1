"""The tour for two eyes: in a headset made of nothing (fake_headset.js), and in a viewer of cardboard."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import DESKTOP, Server, serve
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from synthetic import Colour, equirect, sampler

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
HEADSET = (Path(__file__).parent / "fake_headset.js").read_text("utf-8")
NAME = "Xem bằng kính thực tế ảo"
EYE = (480, 540)
EDGES = {"left": (-1.1, 0.85, -1.15, 1.0), "right": (-0.85, 1.1, -1.15, 1.0)}
SIDEWAYS: dict[str, Any] = {
    "viewport": {"width": 844, "height": 390}, "screen": {"width": 844, "height": 390}, "device_scale_factor": 2,
    "has_touch": True, "is_mobile": True,
}  # fmt: skip


@pytest.fixture
def server(small_site: Path) -> Iterator[Server]:
    yield from serve(small_site)


def put_on(open_page: Opener, server: Server) -> Page:
    """Open the tour and put the headset on, looking straight ahead."""
    tab = open_page(server.url + "alone.html", viewport=DESKTOP, script=HEADSET)
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.get_by_role("button", name=NAME).click()
    tab.wait_for_function("window.headset.on")
    frames(tab)
    return tab


def press(tab: Page) -> Locator:
    """Press the control, a button or an entry of the menu, and return what has the focus afterwards."""
    button, menu = (tab.locator(".stage-controls").get_by_role("button", name=n) for n in (NAME, "Mở trình đơn"))
    expect(button.or_(menu).first).to_be_visible()
    tab.wait_for_timeout(300)
    if button.is_visible():
        button.click()
        return button
    menu.click()
    tab.locator("dialog").get_by_role("button", name=NAME).click()
    return menu


def frames(tab: Page, ms: int = 500) -> None:
    """Let the headset draw for a while."""
    tab.evaluate(
        """async ms => {
            const until = performance.now() + ms;
            while (performance.now() < until && headset.on) {
                headset.frame();
                await new Promise(done => setTimeout(done, 30));
            }
        }""",
        ms,
    )


def eyes(tab: Page) -> dict[str, np.ndarray]:
    """Return what each eye sees now (540 × 480 × 3)."""
    data = tab.evaluate("() => { headset.frame(); return headset.pixels(); }")
    both = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(float)
    return {"left": both[:, : EYE[0]], "right": both[:, EYE[0] :]}


def truth(
    colour: Colour, edges: tuple[float, ...], yaw_deg: float, pitch_deg: float, size: tuple[int, int] = EYE
) -> np.ndarray:
    """Return what an eye with such edges of its picture must see."""
    left, right, bottom, top = edges
    x = left + (np.arange(size[0]) + 0.5) / size[0] * (right - left)
    y = top - (np.arange(size[1]) + 0.5) / size[1] * (top - bottom)
    x, y = np.meshgrid(x, y)
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    across = np.array([math.cos(yaw), 0, -math.sin(yaw)])
    up = np.array([-math.sin(yaw) * math.sin(pitch), math.cos(pitch), -math.cos(yaw) * math.sin(pitch)])
    ahead = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
    return colour(x[..., None] * across + y[..., None] * up + ahead).astype(float)


def likeness(seen: np.ndarray, expected: np.ndarray) -> float:
    """Return the median error of a pixel: signs and the dot in the middle cover a few, a wrong view changes most."""
    return float(np.median(np.abs(seen - expected).max(axis=-1)))


def direction(yaw_deg: float, pitch_deg: float, x: float, y: float) -> tuple[float, float]:
    """Return yaw and pitch of a point of the plane at distance 1 before a direction."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    across, ahead, rise = x, math.cos(pitch) - y * math.sin(pitch), math.sin(pitch) + y * math.cos(pitch)
    return math.degrees(yaw + math.atan2(across, ahead)), math.degrees(math.atan2(rise, math.hypot(across, ahead)))


def scene_of(tab: Page) -> str:
    return str(tab.evaluate("window.tour.scene"))


def test_each_eye_sees_its_own_projection_of_the_same_world(server: Server, open_page: Opener, subtests: Any) -> None:
    tab = open_page(server.url + "alone.html", viewport=DESKTOP, script=HEADSET)
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.evaluate("window.tour.look({yaw_deg: -40, pitch_deg: 0, hfov_deg: 70})")
    tab.evaluate("headset.look(30, 0)")
    tab.get_by_role("button", name=NAME).click()
    tab.wait_for_function("window.headset.on")
    frames(tab)
    assert tab.evaluate("headset.compatible")
    colour = sampler(equirect())
    # Where the visitor looked on the page lies ahead of the head, whichever way that points in the room.
    for yaw, pitch in ((30, 0), (150, 25), (-100, -60)):
        tab.evaluate(f"headset.look({yaw}, {pitch})")
        frames(tab)
        for eye, seen in eyes(tab).items():
            with subtests.test(f"{eye} {yaw}/{pitch}"):
                assert likeness(seen, truth(colour, EDGES[eye], yaw - 70, pitch)) <= 4
    shown = tab.evaluate("window.tour.view")
    assert (shown["yaw_deg"], shown["pitch_deg"]) == pytest.approx((-170, -60), abs=0.1)
    assert shown["hfov_deg"] == pytest.approx(70, abs=0.01)


def test_selecting_a_link_walks_and_the_arrival_lies_ahead(server: Server, open_page: Opener) -> None:
    tab = put_on(open_page, server)
    tab.evaluate("headset.look(0, 0)")
    tab.evaluate("() => { headset.point(60, 0); headset.select(); }")
    frames(tab, 300)
    assert scene_of(tab) == "mot", "there is nothing to choose"
    tab.evaluate("() => { headset.point(10.5, -12); headset.select(); }")
    frames(tab, 90)
    dark = eyes(tab)["left"].mean()
    frames(tab, 900)
    assert scene_of(tab) == "hai"
    seen = eyes(tab)
    assert dark < seen["left"].mean(), "the change of scene goes through black"
    colour = sampler(equirect(hue=1))
    for eye, edges in EDGES.items():
        assert likeness(seen[eye], truth(colour, edges, 90, 0)) <= 4


def test_a_look_that_rests_chooses_unless_there_is_a_pointer(server: Server, open_page: Opener) -> None:
    tab = put_on(open_page, server)
    tab.evaluate("headset.point(80, 0)")
    tab.evaluate("headset.look(10, -12)")
    frames(tab, 2200)
    assert scene_of(tab) == "mot"
    tab.evaluate("headset.look(0, 20)")
    tab.evaluate("headset.unpoint()")
    frames(tab, 100)
    tab.evaluate("headset.look(10, -12)")
    frames(tab, 700)
    assert scene_of(tab) == "mot", "a passing look chooses nothing"
    frames(tab, 1800)
    assert scene_of(tab) == "hai"


def test_a_card_is_a_board_in_the_world_that_is_read_and_closed(server: Server, open_page: Opener) -> None:
    tab = put_on(open_page, server)
    tab.evaluate("() => { headset.look(-25, 6); headset.point(-25, 6); headset.select(); }")
    frames(tab, 700)

    def paper() -> float:
        seen = eyes(tab)["right"]
        return float((np.abs(seen - (251, 248, 241)).max(axis=-1) < 6).mean())

    half = math.tan(math.radians(25))

    def touch(x_px: float, y_px: float) -> None:
        yaw, pitch = direction(-25, 6, (x_px / 512 - 1) * half, (384 - y_px) / 512 * half)
        tab.evaluate(f"() => {{ headset.point({yaw}, {pitch}); headset.select(); }}")
        frames(tab, 300)

    first = paper()
    assert first > 0.05
    touch(900, 690)
    assert paper() > first, "the second page has no picture"
    touch(500, 400)
    assert paper() > first, "only its buttons close a board"
    touch(960, 64)
    assert paper() < 0.02
    expect(tab.locator("[aria-live]").first).to_contain_text("Thẻ mặt trước. ")


def test_back_on_the_page_all_is_as_it_was(server: Server, open_page: Opener) -> None:
    tab = put_on(open_page, server)
    button = tab.get_by_role("button", name=NAME)
    expect(button).to_have_attribute("aria-pressed", "true")
    tab.evaluate("headset.look(20, 0)")
    frames(tab)
    tab.evaluate("headset.end()")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_be_focused()
    before = tab.evaluate("window.tour.view.yaw_deg")
    assert before == pytest.approx(20, abs=0.1)
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("yaw => window.tour.view.yaw_deg > yaw + 3", arg=before)
    # And on again, at once.
    button.click()
    tab.wait_for_function("window.headset.on")
    frames(tab)
    tab.evaluate("headset.end()")


def test_a_headset_that_refuses_or_breaks_leaves_a_working_page(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", viewport=DESKTOP, script=HEADSET)
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.evaluate("headset.refuses = true")
    button = tab.get_by_role("button", name=NAME)
    button.click()
    expect(tab.locator(".stage-note")).to_contain_text("chưa sẵn sàng")
    tab.evaluate("headset.refuses = false")
    button.click()
    tab.wait_for_function("window.headset.on")
    frames(tab)
    tab.evaluate(
        "() => { const gl = document.querySelector('canvas.stage-picture').getContext('webgl2');"
        "window.loser = gl.getExtension('WEBGL_lose_context'); window.loser.loseContext(); }"
    )
    tab.wait_for_function("() => !window.headset.on")
    tab.wait_for_timeout(400)
    tab.evaluate("window.loser.restoreContext()")
    expect(tab.locator("canvas.stage-picture:not(.is-lost)")).to_have_count(1)
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_telephone_in_cardboard_shows_two_eyes_and_is_walked_by_looking(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", **SIDEWAYS)
    tab.wait_for_selector(".stage.is-live", state="attached")
    # On its side, held upright: looking straight ahead.
    tab.evaluate(
        """() => {
            window.held = { alpha: 90, beta: 0, gamma: -90 };
            setInterval(() => {
                const event = new DeviceOrientationEvent('deviceorientation', window.held);
                window.dispatchEvent(event);
            }, 20);
        }"""
    )
    opener = press(tab)
    leave = tab.get_by_role("button", name="Thoát chế độ kính")
    expect(leave).to_be_focused()
    tab.wait_for_timeout(900)
    shot = np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB")).astype(float)
    width, height = shot.shape[1] // 2, shot.shape[0]
    lens = 64 / 25.4 * 160 / 2
    half = tab.evaluate("innerWidth") / 2
    outer = -2 * (half - lens) / half
    tall = tab.evaluate("innerHeight") / half
    colour = sampler(equirect())
    for seen, left in ((shot[:, :width], outer), (shot[:, width:], -2 - outer)):
        assert likeness(seen, truth(colour, (left, left + 2, -tall, tall), 0, 0, (width, height))) <= 6
    # Nothing but the way out can be reached by keyboard.
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('.stage-controls, .stage-spots, .stage-bottom')") is None
    # 12° down and 10° to the right of where it began stands the link; turning on the side changes beta and gamma.
    tab.evaluate("window.held = { alpha: 80, beta: 0, gamma: -78 }")
    tab.wait_for_function("window.tour.scene === 'hai'", timeout=8000)
    leave.focus()
    tab.keyboard.press("Escape")
    expect(leave).to_have_count(0)
    expect(opener).to_be_focused()
    expect(tab.locator(".stage.is-stereo, .stage.is-filling")).to_have_count(0)
    assert tab.evaluate("document.fullscreenElement") is None


def test_cardboard_without_a_sensor_says_so_and_gives_the_page_back(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", **SIDEWAYS)
    tab.wait_for_selector(".stage.is-live", state="attached")
    press(tab)
    expect(tab.locator(".stage-note")).to_contain_text("không có cảm biến chuyển động")
    expect(tab.locator(".stage.is-stereo")).to_have_count(0)
