"""The demo tours by keyboard and by accessibility tree: what is said, in which order, and that nothing gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import accessibility_expected as expected
import pytest
from conftest import DESKTOP, PHONE, Server, serve
from demo_site import PAGODA, VILLAGE
from playwright.sync_api import Page, expect
from walking import RING, contrast, focused, press, ready, rgb, settled, stops

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CALM: dict[str, Any] = {"reduced_motion": "reduce"}
HELD: dict[str, Any] = CALM | {"has_touch": True, "is_mobile": True}
"""A telephone in the hand. Where motion itself is not tested nothing moves, so that nobody has to wait for it."""
REFUSED = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error()) } });"
Opener = Callable[..., Page]


@pytest.fixture
def server(demo_site: Path) -> Iterator[Server]:
    yield from serve(demo_site)


def tree(tab: Page) -> list[str]:
    """Return the accessibility tree of the stage, without addresses."""
    lines = tab.locator("#stage").aria_snapshot().splitlines()
    return [line for line in lines if "/url:" not in line]


def choose(tab: Page, name: str) -> None:
    """Press a button or link of the stage by its name, with the keyboard."""
    tab.locator("#stage").get_by_role("button", name=name, exact=True).first.focus()
    press(tab, "Enter")


class Audit:
    """Runs axe in state after state, and looks where the focus is."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.found: dict[str, Any] = {}
        tab.evaluate(AXE.read_text("utf-8"))

    def state(self, name: str, scope: str = "#stage") -> None:
        """Note what is wrong in the state that is shown."""
        settled(self.tab)
        result = self.tab.evaluate(f"axe.run('{scope}', {{resultTypes: ['violations']}})")
        wrong = [(v["id"], n["html"][:120]) for v in result["violations"] for n in v["nodes"]]
        if focused(self.tab)["body"]:
            wrong.append(("focus", "lost to the body of the page"))
        if wrong:
            self.found[name] = wrong


def test_axe_finds_nothing_in_any_state_of_the_pagoda_on_a_desktop(server: Server, open_page: Opener) -> None:
    url = f"{server.url}{PAGODA}/index.html"
    tab = ready(open_page(url, bypass_csp=True, script=REFUSED, color_scheme="light", **CALM))
    press(tab, "Tab")
    audit = Audit(tab)
    audit.state("whole page", "html")
    choose(tab, "Thông tin: Ba lối vào chùa")
    audit.state("card")
    press(tab, "Escape")
    choose(tab, "Danh sách cảnh")
    audit.state("list of scenes")
    tab.keyboard.type("zzz")
    audit.state("list of scenes without a find")
    press(tab, "Escape")
    choose(tab, "Chia sẻ góc nhìn này")
    tab.wait_for_selector(".stage-sheet[open] input")
    audit.state("link to be copied")
    press(tab, "Escape")
    choose(tab, "Bản đồ")
    tab.wait_for_selector(".stage-map:not([hidden])")
    audit.state("plan")
    tab.locator(".stage-map-chooser").select_option(index=0)
    audit.state("land")
    tab.locator(".stage-map").get_by_role("button", name="Danh sách cảnh").focus()
    press(tab, "Enter")
    audit.state("map as a list")
    press(tab, "Escape")
    press(tab, "Escape")
    choose(tab, "Tham quan có thuyết minh")
    tab.wait_for_selector(".guide:not([hidden])")
    audit.state("walk")
    press(tab, "Escape")
    choose(tab, "Nút xoay và phóng to")
    audit.state("buttons to turn")
    choose(tab, "Toàn màn hình")
    tab.wait_for_function("document.fullscreenElement !== null")
    audit.state("full screen")
    tab.evaluate("document.exitFullscreen()")
    tab.wait_for_function("document.fullscreenElement === null")
    tab.goto(f"{url}#san-chua")
    tab.reload()
    ready(tab)
    press(tab, "Tab")
    audit = Audit(tab)
    choose(tab, "Thông tin: Tượng Quan Âm")
    audit.state("card with a picture")
    tab.locator(".stage-enlarge").first.focus()
    press(tab, "Enter")
    audit.state("enlarged picture")
    press(tab, "Escape")
    press(tab, "Escape")
    choose(tab, "Âm thanh: Tiếng chuông")
    audit.state("sound")
    assert audit.found == {}
