"""The demo tours by keyboard and by accessibility tree: what is said, in which order, and that nothing gets lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accessibility_expected as expected
import numpy as np
import pytest
from conftest import DESKTOP, PHONE, Server
from demo_site import PAGODA, VILLAGE
from playwright.sync_api import Page, expect
from walking import RING, choose, contrast, focused, pixels, press, rgb, settled, stops

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
HELD: dict[str, Any] = {"has_touch": True, "is_mobile": True}
REFUSED = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error()) } });"
NO_RING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.no-ring :focus, .no-ring :focus * { outline: none !important; box-shadow: none !important }
    .no-ring .stage-surface::after { border: 0 !important; box-shadow: none !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
VOICES = """
window.voices = [];
new MutationObserver((changes) => {
  const regions = new Set(changes.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)
    ?.closest('[aria-live], [role=status], [role=alert]')));
  for (const region of regions) if (region?.textContent.trim()) window.voices.push(region.textContent.trim());
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
ALL_TOLD = """() => new Promise((done) => {
  const facing = document.querySelector('.stage-facing');
  const look = () => (facing.textContent === ` · ${window.voices.at(-1)}` ? done() : requestAnimationFrame(look));
  look();
})"""
Opener = Callable[..., Page]


def tree(tab: Page, part: str = "#stage") -> str:
    """Return the accessibility tree of a part: roles, names and states, without what names are made of."""
    lines = []
    for line in tab.locator(part).aria_snapshot().splitlines():
        plain = re.sub(r"^( *)- '?", r"\1", line).replace("\\'", "'")
        if plain.lstrip().startswith("paragraph"):
            lines.append(plain.replace('paragraph: "', "paragraph: ").rstrip('"'))
        elif not plain.lstrip().startswith(("/url", "text:")):
            lines.append(re.sub(r"'?:( [^\"]*)?$|'$", "", plain))
    return "\n" + "\n".join(lines) + "\n"


class Audit:
    """Runs axe in state after state and looks where the focus is."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.found: dict[str, Any] = {}
        tab.evaluate(AXE.read_text("utf-8"))
        press(tab, "Tab")

    def state(self, name: str, scope: str = "#stage") -> None:
        """Note what is wrong in the state that is shown."""
        result = self.tab.evaluate(f"axe.run('{scope}', {{resultTypes: ['violations']}})")
        wrong = [(v["id"], n["html"][:120]) for v in result["violations"] for n in v["nodes"]]
        if focused(self.tab)["body"]:
            wrong.append(("focus", "lost to the body of the page"))
        if wrong:
            self.found[name] = wrong


# --- every state ------------------------------------------------------------------------------------------------------


def test_axe_finds_nothing_in_any_state_of_the_pagoda_on_a_desktop(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html", bypass_csp=True, script=REFUSED)
    audit = Audit(tab)
    audit.state("first view")
    choose(tab, "Danh sách cảnh")
    audit.state("list of scenes")
    tab.locator(".stage-sheet input").press("z")
    audit.state("list of scenes without a find")
    press(tab, "Escape")
    choose(tab, "Chia sẻ góc nhìn này")
    expect(tab.locator(".stage-sheet input")).to_be_focused()
    audit.state("link to be copied")
    press(tab, "Escape")
    choose(tab, "Bản đồ")
    expect(tab.locator(".stage-map")).to_be_focused()
    audit.state("plan")
    tab.locator(".stage-map-chooser").select_option(index=0)
    audit.state("land")
    tab.locator(".stage-map").get_by_role("button", name="Danh sách cảnh").press("Enter")
    audit.state("map as a list")
    press(tab, "Escape")
    press(tab, "Escape")
    choose(tab, "Tham quan có thuyết minh")
    expect(tab.locator(".guide-pause")).to_be_focused()
    audit.state("walk")
    press(tab, "Escape")
    choose(tab, "Nút xoay và phóng to")
    choose(tab, "Toàn màn hình")
    tab.wait_for_function("document.fullscreenElement !== null")
    audit.state("full screen with buttons to turn")
    tab.evaluate("document.exitFullscreen()")
    tab.wait_for_function("document.fullscreenElement === null")
    choose(tab, "Sân chùa", "link")
    choose(tab, "Âm thanh: Tiếng chuông")
    audit.state("sound")
    choose(tab, "Thông tin: Tượng Quan Âm")
    tab.locator(".stage-enlarge").first.focus()
    audit.state("card with a picture")
    press(tab, "Enter")
    audit.state("enlarged picture")
    assert audit.found == {}


def test_axe_finds_nothing_in_any_state_of_the_village_on_a_telephone_at_night_in_english(
    demo_server: Server, visit: Opener
) -> None:
    allow = ("Failed to load resource",)
    tab = visit(f"{VILLAGE}/en/index.html", bypass_csp=True, color_scheme="dark", viewport=PHONE, allow=allow, **HELD)
    audit = Audit(tab)
    audit.state("first view")
    choose(tab, "Open the menu")
    audit.state("menu")
    press(tab, "Escape")
    choose(tab, "3 scenes")
    expect(tab.locator(".stage-sheet input")).to_be_visible()
    audit.state("list of scenes")
    press(tab, "Escape")
    choose(tab, "Open the menu")
    choose(tab, "Map")
    expect(tab.locator(".stage-map")).to_be_focused()
    audit.state("map")
    press(tab, "Escape")
    choose(tab, "Go to scene: To the OCOP shop", "link")
    tab.locator("#stage").get_by_role("button", name="Product:").first.focus()
    press(tab, "Enter")
    audit.state("product")
    press(tab, "Escape")
    # What cannot be had is said, and can be asked for again.
    demo_server.refused = lambda path: 503 if path.startswith("/t/") else None
    choose(tab, "Go to scene: Over to the silk workshop", "link")
    note = tab.locator(".stage-note.is-error")
    note.get_by_role("button", name="Try again").focus(timeout=60_000)
    audit.state("error")
    demo_server.refused = lambda _: None
    press(tab, "Enter")
    audit.state("after the error")
    assert audit.found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_weak_contrast_in_any_preset(visit: Opener, theme: str) -> None:
    tab = visit(f"{VILLAGE}/index.html#cua-hang-ocop", bypass_csp=True, color_scheme=theme)
    tab.evaluate(AXE.read_text("utf-8"))
    tab.locator("#stage").get_by_role("button", name="Sản phẩm:").first.press("Enter")
    tab.wait_for_selector(".stage-sheet[open]")
    found = {}
    for preset in ("museum", "nature", "market", "dark"):
        night = {"theme": "dark"} if preset == "dark" else {}
        tab.evaluate("(data) => Object.assign(document.documentElement.dataset, data)", {"skin": preset, **night})
        parts = [[part] for part in ("#stage", ".strip", ".about", ".scene", ".product", ".foot")]
        result = tab.evaluate("(parts) => axe.run(parts, { runOnly: ['color-contrast'] })", parts)
        found[preset] = [n["html"][:120] for v in result["violations"] for n in v["nodes"]]
    assert found == {"museum": [], "nature": [], "market": [], "dark": []}


# --- what is said -----------------------------------------------------------------------------------------------------


def test_the_tree_of_the_stage_is_the_one_that_is_expected(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html")
    assert tree(tab) == expected.FIRST_VIEW
    picture = tab.locator(".stage-picture")
    expect(picture).to_have_accessible_description(expected.KEYS)
    expect(picture).to_have_attribute("aria-roledescription", "ảnh toàn cảnh 360°")
    choose(tab, "Thông tin: Ba lối vào chùa")
    assert tree(tab, ".stage-sheet") == expected.CARD
    press(tab, "Escape")
    choose(tab, "Bản đồ")
    expect(tab.locator(".stage-map")).to_be_focused()
    assert tree(tab, ".stage-map") == expected.MAP
    press(tab, "Escape")
    choose(tab, "Sang cảnh: Vào sân chùa", "link")
    assert focused(tab)["name"] == "Sân chùa, cảnh 2/4"
    assert tree(tab, "ul.stage-spots") == expected.COURT


@pytest.mark.parametrize("slug", [PAGODA, VILLAGE])
@pytest.mark.parametrize("screen", ["desktop", "telephone"])
def test_the_keyboard_meets_everything_in_one_order_and_sees_where_it_is(visit: Opener, slug: str, screen: str) -> None:
    options = {"viewport": PHONE, **HELD} if screen == "telephone" else {}
    tab = visit(f"{slug}/index.html", **options)
    wrong = []

    def look(found: dict[str, Any]) -> None:
        if not found["name"] or not found["seen"] or (found["covered"] and not found["canvas"]):
            wrong.append(("not to be seen", found))
        ring = tab.evaluate(RING)
        if not visible(**ring):
            wrong.append(("ring", found["name"], ring))

    assert stops(tab, look) == expected.STOPS[slug][screen]
    assert wrong == []


def visible(colours: list[str], ground: str | None) -> bool:
    """Whether a ring stands out: from its ground, or over a picture by two colours of its own."""
    rings = [rgb(c)[:3] for c in colours if rgb(c)[3] > 0.9]
    against = [rgb(ground)[:3]] if ground else rings
    return any(contrast(one, other) >= 3 for one in rings for other in against)


@pytest.mark.parametrize("slug", [PAGODA, VILLAGE], ids=["bright", "dark"])
def test_what_has_the_focus_looks_different(visit: Opener, slug: str) -> None:
    tab = visit(f"{slug}/index.html")
    tab.evaluate(NO_RING)
    press(tab, "Tab")
    pale = []
    for kind in (
        ".stage-picture",
        "button.stage-spot",
        "a.stage-spot",
        ".stage-bar button",
        ".stage-strip a",
        ".stage-compass",
    ):
        tab.locator(kind).first.focus()
        settled(tab)
        found = focused(tab)
        box = found["box"]
        left, top = max(box["x"] - 10, 0), max(box["y"] - 10, 0)
        clip = {"x": left, "y": top, "width": min(box["width"] + 20, DESKTOP["width"] - left),
                "height": min(box["height"] + 20, DESKTOP["height"] - top)}  # fmt: skip
        with_ring = pixels(tab.screenshot(clip=clip))
        # The ring alone is taken away: without the focus a hotspot might go back into its crowd.
        tab.evaluate("document.documentElement.classList.add('no-ring')")
        without = pixels(tab.screenshot(clip=clip))
        tab.evaluate("document.documentElement.classList.remove('no-ring')")
        changed = int((np.abs(with_ring.astype(int) - without).max(axis=2) > 60).sum())
        if changed < 2 * (box["width"] + box["height"]):
            pale.append((found["name"], changed))
    assert pale == []


def test_one_voice_speaks_at_a_time(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html", script=VOICES)
    tab.locator(".stage-picture").focus()
    press(tab, "PageDown")
    assert said(tab) == ["Cảnh 2/4: Sân chùa, 10 điểm tương tác"]
    for _ in range(8):
        tab.keyboard.press("ArrowRight")
    tab.evaluate(ALL_TOLD)
    assert "nhìn hướng đông" in said(tab)[-1]
    tab.locator(".stage-strip a").nth(2).focus()
    press(tab, "Enter")
    assert said(tab) == ["Cảnh 3/4: Chánh điện, 5 điểm tương tác"]
    choose(tab, "Sang cảnh: Ra sân chùa", "link")
    assert focused(tab)["name"] == "Sân chùa, cảnh 2/4"
    assert said(tab) == []
    choose(tab, "Danh sách cảnh")
    said(tab)
    tab.locator(".stage-sheet input").fill("chanh dien")
    assert said(tab) == ["1 cảnh"]


def said(tab: Page) -> list[str]:
    """Return what live regions have said, and forget it."""
    return tab.evaluate("window.voices.splice(0)")


# --- what keys do -----------------------------------------------------------------------------------------------------


def test_escape_closes_the_innermost_thing_only_and_the_focus_goes_back_where_it_came_from(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html#san-chua")
    choose(tab, "Tham quan có thuyết minh")
    expect(tab.locator(".guide-pause")).to_be_focused()
    choose(tab, "Tạm dừng")
    choose(tab, "Bản đồ")
    expect(tab.locator(".stage-map")).to_be_focused()
    choose(tab, "Thông tin: Tượng Quan Âm")
    tab.locator(".stage-enlarge").first.focus()
    press(tab, "Enter")
    open_now = (
        "['.stage-enlarged', '.stage-sheet[open]', '.guide:not([hidden])'].filter((s) => document.querySelector(s))"
    )
    assert tab.evaluate(open_now) == [".stage-enlarged", ".stage-sheet[open]", ".guide:not([hidden])"]
    assert press(tab, "Escape")["name"].startswith("Phóng to ảnh")
    assert tab.evaluate(open_now) == [".stage-sheet[open]", ".guide:not([hidden])"]
    assert press(tab, "Escape")["name"] == "Thông tin: Tượng Quan Âm"
    assert tab.evaluate(open_now) == [".guide:not([hidden])"]
    assert not press(tab, "Escape")["body"]
    assert tab.evaluate(open_now) == []
    assert tab.locator(".stage-map").is_visible()
    tab.locator(".stage-map-chooser").focus()
    assert press(tab, "Escape")["name"] == "Bản đồ"
    assert not tab.locator(".stage-map").is_visible()


def test_a_dialog_holds_the_keyboard_in_both_directions(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html")
    choose(tab, "Danh sách cảnh")
    expect(tab.locator(".stage-sheet input")).to_be_visible()
    around = [press(tab, "Tab")["name"] for _ in range(8)]
    scenes = ["Cổng tam quan", "Sân chùa", "Chánh điện", "Đài ngắm cảnh Núi Sam"]
    assert around == ["Đóng", "Danh sách cảnh", "Tìm cảnh", *scenes, "Đóng"]
    assert tab.evaluate("document.querySelector('.stage-sheet').contains(document.activeElement)")
    for _ in range(9):
        press(tab, "Shift+Tab")
        assert tab.evaluate("document.querySelector('.stage-sheet').contains(document.activeElement)")
    assert press(tab, "Escape")["name"] == "Danh sách cảnh"


def test_a_tour_in_a_frame_lets_the_keyboard_in_and_out_and_leaves_the_page_where_it_is(
    demo_server: Server, demo_site: Path, open_page: Opener
) -> None:
    (demo_site / "framed.html").write_text(
        f"<!doctype html><html lang=vi><meta charset=utf-8><title>Khung</title><link rel=icon href=data:,>"
        f"<style>iframe {{ width: 700px; height: 500px }} body {{ height: 3000px }}</style><button>before</button>"
        f'<iframe title="Tour" src="{VILLAGE}/index.html" allow="fullscreen"></iframe><button>after</button>',
        "utf-8",
    )
    tab = open_page(f"{demo_server.url}framed.html", service_workers="block", reduced_motion="reduce")
    frame = tab.frame_locator("iframe")
    frame.locator(".stage.is-live").wait_for(state="attached")
    tab.get_by_role("button", name="before").focus()
    name = "document.activeElement.textContent"
    for _ in range(6):
        tab.keyboard.press("Tab")
        if frame.locator(".stage-picture").evaluate("e => e === document.activeElement"):
            break
    expect(frame.locator(".stage-picture")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "PageDown", "Home", "ArrowRight"):
        tab.keyboard.press(key)
    assert tab.evaluate("scrollY") == 0
    # The text below the picture belongs to the frame as well, and has its links.
    for _ in range(200):
        tab.keyboard.press("Tab")
        if tab.evaluate(name) == "after":
            break
    assert tab.evaluate(name) == "after"
    tab.keyboard.press("Shift+Tab")
    assert tab.evaluate("document.activeElement.localName") == "iframe"
