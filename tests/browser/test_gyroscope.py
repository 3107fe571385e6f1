"""The picture that turns with the telephone: permission, drift, fingers, frames of other pages, and rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DESKTOP, PHONE, Server, serve
from playwright.sync_api import Frame, Page, expect

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
NAME = "Xoay theo điện thoại"
COUNT_FRAMES = """
window.frames_drawn = 0;
const draw = WebGL2RenderingContext.prototype.clear;
WebGL2RenderingContext.prototype.clear = function (...a) { window.frames_drawn++; return draw.apply(this, a); };
"""
PERMISSION = """
DeviceOrientationEvent.requestPermission = async () => { window.asked_in = window.event?.type; return '%s'; };
"""


@pytest.fixture
def server(small_site: Path) -> Iterator[Server]:
    yield from serve(small_site)


def opened(open_page: Opener, server: Server, **options: Any) -> Page:
    tab = open_page(server.url + "alone.html", **(PHONE_OPTIONS | options))
    tab.wait_for_selector(".stage.is-live", state="attached")
    return tab


def press(tab: Page | Frame) -> None:
    """Press the control in the menu, where it stands on a narrow screen."""
    tab.get_by_role("button", name="Mở trình đơn").click()
    tab.locator("dialog").get_by_role("button", name=NAME).click()


def hold(tab: Page | Frame, *, alpha: float, beta: float = 90, gamma: float = 0) -> None:
    """Let the telephone report how it is held, as often as a sensor does."""
    tab.evaluate(
        """async angles => {
            for (let i = 0; i < 40; i++) {
                window.dispatchEvent(new DeviceOrientationEvent('deviceorientation', angles));
                await new Promise(requestAnimationFrame);
            }
        }""",
        {"alpha": alpha, "beta": beta, "gamma": gamma},
    )


def view(tab: Page) -> tuple[float, float]:
    seen = tab.evaluate("window.tour.view")
    return seen["yaw_deg"], seen["pitch_deg"]


def test_the_picture_turns_with_the_telephone_and_does_not_jump(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, server, script=PERMISSION % "granted")
    tab.evaluate("window.tour.look({yaw_deg: 50, pitch_deg: 0, hfov_deg: 80})")
    press(tab)
    hold(tab, alpha=200)
    # A browser that wants to be asked is asked within the click, or it says no.
    assert tab.evaluate("window.asked_in") == "click"
    assert view(tab) == pytest.approx((50, 0), abs=0.2)
    hold(tab, alpha=170, beta=70)
    assert view(tab) == pytest.approx((80, -20), abs=0.2)
    assert tab.evaluate("window.tour.view.hfov_deg") == pytest.approx(80, abs=0.01)

    # A finger turns the picture against the telephone, and the telephone goes on from there.
    tab.mouse.move(200, 150)
    tab.mouse.down()
    tab.mouse.move(120, 150, steps=5)
    tab.wait_for_timeout(150)
    tab.mouse.up()
    tab.wait_for_timeout(600)
    dragged, _ = view(tab)
    assert dragged > 85
    hold(tab, alpha=150, beta=90)
    assert view(tab)[0] == pytest.approx(dragged + 20, abs=0.3)
    assert view(tab)[1] == pytest.approx(0, abs=1)

    press(tab)
    hold(tab, alpha=100)
    assert view(tab)[0] == pytest.approx(dragged + 20, abs=0.3)


def test_a_telephone_that_lies_still_draws_nothing_though_its_sensor_trembles(
    server: Server, open_page: Opener
) -> None:
    tab = opened(open_page, server, script=COUNT_FRAMES)
    press(tab)
    hold(tab, alpha=10, beta=80)
    tab.wait_for_timeout(1200)
    before = tab.evaluate("window.frames_drawn")
    tab.evaluate(
        """async () => {
            for (let i = 0; i < 60; i++) {
                const angles = { alpha: 10 + (i % 3) * 0.02, beta: 80 - (i % 2) * 0.03, gamma: 0.01 };
                window.dispatchEvent(new DeviceOrientationEvent('deviceorientation', angles));
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    assert tab.evaluate("window.frames_drawn") == before
    hold(tab, alpha=11, beta=80)
    assert tab.evaluate("window.frames_drawn") > before


def test_a_refusal_is_told_and_a_missing_sensor_takes_its_button_along(server: Server, open_page: Opener) -> None:
    refused = opened(open_page, server, script=PERMISSION % "denied")
    press(refused)
    expect(refused.locator(".stage-note")).to_contain_text("Chưa được phép dùng cảm biến")
    without = opened(open_page, server)
    press(without)
    expect(without.locator(".stage-note")).to_contain_text("không có cảm biến chuyển động")
    without.get_by_role("button", name="Mở trình đơn").click()
    expect(without.locator("dialog").get_by_role("button", name="Toàn màn hình")).to_be_visible()
    expect(without.locator("dialog").get_by_role("button", name=NAME)).to_have_count(0)


def test_who_cannot_turn_the_screen_is_not_offered_it(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", viewport=DESKTOP)
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_timeout(300)
    expect(tab.get_by_role("button", name=NAME)).to_have_count(0)
    expect(tab.get_by_role("button", name="Xem bằng kính")).to_have_count(0)


def test_in_a_frame_of_another_origin_it_works_where_allowed_and_is_absent_where_not(
    server: Server, open_page: Opener, tmp_path: Path
) -> None:
    frames = "".join(
        f'<iframe name="{name}" title="{name}" src="{server.url}alone.html" width="380" height="400" {allow}></iframe>'
        for name, allow in (("yes", 'allow="gyroscope; accelerometer"'), ("no", ""))
    )
    (tmp_path / "index.html").write_text(f'<!doctype html><link rel="icon" href="data:,">{frames}', "utf-8")
    portal = serve(tmp_path)
    tab = open_page(next(portal).url, **PHONE_OPTIONS)
    yes, no = (tab.frame(name) for name in ("yes", "no"))
    assert yes
    assert no
    for frame in (yes, no):
        frame.wait_for_selector(".stage.is-live", state="attached")
    no.get_by_role("button", name="Mở trình đơn").click()
    expect(no.locator("dialog").get_by_role("button", name="Chia sẻ góc nhìn này")).to_be_visible()
    expect(no.get_by_role("button", name=NAME)).to_have_count(0)
    press(yes)
    hold(yes, alpha=0)
    hold(yes, alpha=330)
    assert yes.evaluate("window.tour.view.yaw_deg") == pytest.approx(30, abs=0.2)
    portal.close()
