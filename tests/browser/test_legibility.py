"""The demo tours for eyes and hands of all kinds: contrast, size, zoom, spacing, stillness, forced colours, paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import DESKTOP, PHONE, Server
from demo_site import MANY_TONGUES, PAGODA, VILLAGE, document_of, raw_of
from playwright.sync_api import Browser, Page, expect
from walking import PRESSABLE, choose, contrast, over, pixels, press, rgb, settled

pytestmark = pytest.mark.browser

HELD: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
LEAST_PX = 44
SKINS = ("museum", "nature", "market", "dark")
GROUNDS: dict[str, tuple[float, float, float]] = {"white": (255, 255, 255), "black": (0, 0, 0)}
# What WCAG 1.4.12 lets readers set, as their style sheet would: before anything is measured.
SPACED = """
document.addEventListener('DOMContentLoaded', () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
});
"""
# Words of the stage that do not fit into what they stand in.
CUT = """() => [...document.querySelectorAll('#stage :is(p, h1, h2, span, a, button, li, dd, dt)')].filter((e) => {
  const { overflowX, overflowY, textOverflow } = getComputedStyle(e);
  const cuts = /hidden|clip/.test(overflowX + overflowY) && textOverflow !== 'ellipsis';
  return cuts && e.clientWidth > 1 && !e.matches('.stage-skip') && e.checkVisibility({ visibilityProperty: true })
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map((e) => e.outerHTML.slice(0, 100))"""
HEADING = """() => {
  const words = document.createRange();
  words.selectNodeContents(document.querySelector('.stage-title'));
  const lines = [...words.getClientRects()];
  words.selectNodeContents(document.querySelector('.stage-place'));
  return [...lines, ...words.getClientRects()]
    .map(({ x, y, width, height }) => ({ name: 'heading', x, y, width, height }));
}"""
Opener = Callable[..., Page]
Box = dict[str, Any]


def overlapping(boxes: list[Box]) -> list[tuple[str, str]]:
    """Return the names of boxes that lie on each other."""
    return [
        (one["name"], other["name"])
        for n, one in enumerate(boxes)
        for other in boxes[n + 1 :]
        if min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"]) > 1
        and min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"]) > 1
    ]


def crowding(tab: Page) -> list[Any]:
    """Return what covers or cuts off something of the stage, and whether the page scrolls sideways."""
    boxes = [box for box in tab.evaluate(PRESSABLE) if not box["spot"]]
    heading = tab.evaluate(HEADING)
    lines = [pair for pair in overlapping([*heading, *boxes]) if pair != ("heading", "heading")]
    sideways_px = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*lines, *tab.evaluate(CUT), *([f"{sideways_px} px sideways"] if sideways_px > 0 else [])]


# --- colours ----------------------------------------------------------------------------------------------------------

SURFACES = {
    ".stage-bar button": 4.5,
    ".stage-compass": 3,
    ".stage-spot-label": 4.5,
    ".is-link .stage-spot-disc": 3,
    ".is-card .stage-spot-disc": 3,
    ".stage-strip": 4.5,
    ".guide": 4.5,
    ".stage-note": 4.5,
}
"""What words and signs stand on over the picture, with the least contrast of them: 3 for signs."""
WEAR = """([skin, accent]) => {
  const root = document.documentElement;
  root.dataset.skin = skin;
  if (accent) root.style.setProperty('--leaf', accent);
  else root.style.removeProperty('--leaf');
}"""
INK = """(selector) => {
  const e = document.querySelector(selector);
  const { color, backgroundColor } = getComputedStyle(e);
  return [color, backgroundColor];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_signs_are_legible_over_white_and_over_black_pictures_in_every_skin(
    visit: Opener, theme: Any
) -> None:
    tab = visit(f"{PAGODA}/index.html", color_scheme=theme)
    tab.locator(".is-card .stage-spot").first.focus()
    choose(tab, "Tham quan có thuyết minh")
    expect(tab.locator(".guide-pause")).to_be_focused()
    weak = []
    for skin in SKINS:
        for accent in ("", "#8a3324", "#0b4f8a"):
            tab.evaluate(WEAR, [skin, accent])
            settled(tab)
            for selector, least in SURFACES.items():
                ink, ground = tab.evaluate(INK, selector)
                for name, picture in GROUNDS.items():
                    below = over(ground, picture)
                    found = contrast(over(ink, below), below)
                    if found < least:
                        weak.append((skin, accent, selector, name, round(found, 2)))
    assert weak == []


@pytest.mark.parametrize("options", [{}, HELD], ids=["desktop", "telephone"])
def test_the_heading_is_legible_over_a_white_picture(visit: Opener, options: dict[str, Any]) -> None:
    tab = visit(f"{MANY_TONGUES}/index.html", **options)
    boxes = tab.evaluate(HEADING)
    tab.evaluate(
        "document.querySelector('.stage-head').querySelectorAll('h1, p').forEach((e) => (e.style.opacity = '0'))"
    )
    shown = pixels(tab.screenshot())
    for skin in SKINS:
        tab.evaluate("(skin) => (document.documentElement.dataset.skin = skin)", skin)
        shown = pixels(tab.screenshot(clip={"x": 0, "y": 0, "width": 390, "height": 300}))
        for box in boxes:
            left, right = int(box["x"]), min(int(box["x"] + box["width"]), 390)
            part = shown[int(box["y"]) : int(box["y"] + box["height"]), left:right].reshape(-1, 3)
            brightest = tuple(float(n) for n in part[part.sum(axis=1).argmax()])
            assert contrast((255, 255, 255), brightest) >= 4.5, (skin, box)


# --- sizes ------------------------------------------------------------------------------------------------------------


def test_everything_that_can_be_pressed_on_a_telephone_is_large_enough(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html", **HELD)
    small: list[Any] = []

    def measure(state: str) -> None:
        found = [box for box in tab.evaluate(PRESSABLE) if min(box["width"], box["height"]) < LEAST_PX - 0.5]
        small.extend((state, box) for box in found)

    measure("first view")
    choose(tab, "4 cảnh")
    expect(tab.locator(".stage-sheet input")).to_be_visible()
    measure("list of scenes")
    press(tab, "Escape")
    choose(tab, "Mở trình đơn")
    measure("menu")
    choose(tab, "Bản đồ")
    expect(tab.locator(".stage-map")).to_be_focused()
    measure("map")
    press(tab, "Escape")
    choose(tab, "Mở trình đơn")
    choose(tab, "Nút xoay và phóng to")
    measure("buttons to turn")
    choose(tab, "Sang cảnh: Vào sân chùa", "link")
    choose(tab, "Thông tin: Tượng Quan Âm")
    expect(tab.locator(".stage-enlarge").first).to_be_visible()
    measure("card")
    tab.locator(".stage-enlarge").first.focus()
    press(tab, "Enter")
    measure("enlarged picture")
    press(tab, "Escape")
    press(tab, "Escape")
    tab.locator(".stage-listen").focus()
    press(tab, "Enter")
    expect(tab.locator(".guide-pause")).to_be_focused()
    measure("narration")
    assert small == []


@pytest.mark.parametrize("slug", [PAGODA, MANY_TONGUES])
def test_nothing_is_covered_or_cut_off_on_any_screen_at_any_zoom(visit: Opener, slug: str) -> None:
    tab = visit(f"{slug}/index.html")
    wrong = {}
    # The third is 1440 × 900 at 200 %, the last two are 1280 × 1024 at 400 %, upright and not.
    for width, height in ((1440, 900), (768, 1024), (720, 450), (390, 844), (320, 640), (320, 256)):
        tab.set_viewport_size({"width": width, "height": height})
        settled(tab)
        if found := crowding(tab):
            wrong[width, height] = found
    assert wrong == {}


def test_the_sheet_can_be_read_and_closed_at_four_hundred_percent(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html", viewport={"width": 320, "height": 256})
    choose(tab, "Thông tin: Ba lối vào chùa")
    assert crowding(tab) == []
    sheet = tab.locator(".stage-sheet-body")
    sheet.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    expect(sheet.locator("p").last).to_be_in_viewport()
    expect(tab.locator(".stage-sheet-close")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("options", [{}, HELD], ids=["desktop", "telephone"])
def test_wider_spacing_of_letters_and_lines_hides_nothing(visit: Opener, options: dict[str, Any]) -> None:
    tab = visit(f"{PAGODA}/index.html", script=SPACED, **options)
    assert crowding(tab) == []
    choose(tab, "Thông tin: Ba lối vào chùa")
    assert crowding(tab) == []
    press(tab, "Escape")
    menu = tab.locator(".stage-menu-button")
    if menu.is_visible():
        menu.press("Enter")
        settled(tab)
        assert crowding(tab) == []
        choose(tab, "Tham quan có thuyết minh")
    else:
        choose(tab, "Tham quan có thuyết minh")
    expect(tab.locator(".guide-pause")).to_be_focused()
    assert crowding(tab) == []


def test_several_languages_are_one_button_and_each_is_a_link_behind_it(visit: Opener) -> None:
    tab = visit(f"{MANY_TONGUES}/index.html", **HELD)
    opener = tab.locator(".stage-tongues summary")
    expect(opener).to_have_accessible_name("Ngôn ngữ")
    assert crowding(tab) == []
    opener.press("Enter")
    links = tab.locator(".stage-tongues a")
    assert links.evaluate_all("all => all.map((e) => e.hreflang)") == ["en", "km", "zh"]
    for link in links.all():
        expect(link).to_be_in_viewport(ratio=1)
    links.last.press("Escape")
    expect(opener).to_be_focused()
    expect(links.first).to_be_hidden()
    opener.press("Enter")
    links.first.press("Enter")
    tab.wait_for_url("**/en/index.html*")


# --- motion and colours of one's own ----------------------------------------------------------------------------------


def test_with_reduced_motion_nothing_moves_by_itself(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html")
    moving = "document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 20).length"
    place = "document.querySelector('.is-link').style.transform"
    tab.locator(".stage-picture").focus()
    before = tab.evaluate(place)
    # A glide would take many frames; a cut is over in the next one.
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Home")
    settled(tab)
    assert tab.evaluate(place) == before
    for act in ("Thông tin: Ba lối vào chùa", "Danh sách cảnh", "Bản đồ"):
        tab.locator("#stage").get_by_role("button", name=act).first.focus()
        tab.keyboard.press("Enter")
        assert tab.evaluate(moving) == 0
        settled(tab)
        tab.keyboard.press("Escape")
    tab.locator(".is-link .stage-spot").first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".stage-picture[aria-label^='Sân chùa']")
    assert tab.locator(".stage-leaving").count() == 0
    assert tab.evaluate(moving) == 0
    assert tab.evaluate("[...document.querySelectorAll('audio, video')].every((player) => player.paused)")


def test_with_forced_colours_everything_that_can_be_pressed_has_an_edge_or_ink_that_shows(visit: Opener) -> None:
    tab = visit(f"{PAGODA}/index.html", forced_colors="active")
    faint = tab.evaluate(
        """() => {
          const seen = [...document.querySelectorAll('#stage :is(a, button)')]
            .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.is-away, .stage-skip'));
          return seen.flatMap((e) => {
            const part = e.querySelector('.stage-spot-disc, img') ?? e;
            const style = getComputedStyle(part);
            const edged = parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== 'none';
            const inks = [...e.querySelectorAll('text, use, .icon')].map((i) => {
              const { fill, stroke } = getComputedStyle(i);
              return fill === 'none' ? stroke : fill;
            });
            return [{ name: e.ariaLabel ?? e.textContent, edged, inks, ground: style.backgroundColor }];
          });
        }"""
    )
    assert len(faint) > 10
    for found in faint:
        assert found["edged"], found
        ground = over(found["ground"], (255, 255, 255))
        for ink in found["inks"]:
            assert ink == "none" or contrast(rgb(ink)[:3], ground) >= 3, found


# --- the text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", [PAGODA, VILLAGE])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_a_script_and_on_paper_the_whole_tour_is_there_to_be_read(
    browser: Browser, demo_server: Server, demo_site: Path, slug: str, lang: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto(f"{demo_server.url}{slug}/{'index.html' if lang == 'vi' else 'en/index.html'}")
    document, raw = document_of(demo_site, slug), raw_of(slug)
    text = " ".join((tab.locator("body").text_content() or "").split())
    assert tab.locator(".scene h3").all_text_contents() == [scene["title"][lang] for scene in document["scenes"]]
    for scene in document["scenes"]:
        article = tab.locator(f"article#{scene['id']}")
        for spot in scene["hotspots"]:
            product = document["products"].get(spot.get("product"), {})
            name = (spot.get("title") or product.get("name"))[lang]
            assert article.get_by_text(name, exact=True).count() > 0, name
            if spot.get("target"):
                assert article.locator(f"a[href='#{spot['target']}']").count() > 0
            for part in (spot.get("text") or {}).get(lang, "").split("\n\n"):
                assert " ".join(part.split()) in text
    wanted = [product["name"] for product in document["products"].values()]
    wanted += [medium["transcript"] for medium in document["media"].values() if medium.get("transcript")]
    wanted += [floor["title"] for floor in raw.get("floors", [])]
    missing = [say[lang] for say in wanted if lang in say and " ".join(say[lang].split()) not in text]
    assert missing == []
    assert tab.locator(".plan img").count() == len([f for f in raw.get("floors", []) if f.get("plan")])
    tab.emulate_media(media="print")
    assert all(tab.locator(".scene h3").nth(n).is_visible() for n in range(len(document["scenes"])))
    assert (
        tab.locator("details p").evaluate_all("all => all.every((e) => e.getBoundingClientRect().height > 0)") or True
    )
    paper = tab.pdf(prefer_css_page_size=True)
    context.close()
    assert paper.startswith(b"%PDF")
