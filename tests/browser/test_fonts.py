"""Fonts in a real Chromium: Khmer and Chinese are drawn in those of the page, and nothing jumps when they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DESKTOP, PHONE, Server, serve
from pipeline.four_languages import LANGUAGES, four_languages
from pipeline.page_example import RELEASE, TODAY, composed
from playwright.sync_api import Browser, Page
from test_pages import _picture

from ispace import assets
from ispace.model.site import Site
from ispace.page.typefaces import Cutter
from ispace.pipeline import render

pytestmark = pytest.mark.browser

ADDRESSES = {lang: f"chua-co/{'' if lang == 'vi' else f'{lang}/'}index.html" for lang in LANGUAGES}
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
window.painted = new Promise((painted) => {
  new PerformanceObserver(painted).observe({ type: 'paint', buffered: true });
}).then(() => undefined);
"""

# The page asks for its sheet of fonts when the picture is there, or not to be had.
FONTS_CAME = """() => [...document.styleSheets].some(
  ({ href }) => href === new URL(document.documentElement.dataset.fonts, document.baseURI).href
)"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def site(front_end: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The tour in four languages without its tiles, served from a folder."""
    front = assets.load(front_end)
    tour, document = composed(four_languages())
    cutter = Cutter(front)
    files = dict(front.published)
    files |= render.render(tour, document, release=RELEASE, assets=front, site=Site(), today=TODAY, typefaces=cutter)
    files |= cutter.objects
    for scene in document["scenes"]:
        for picture in (scene["thumbnail"], scene["share"], *scene["poster"].values()):
            files[picture["url"].removeprefix("../../../")] = _picture(picture["width_px"], picture["height_px"])
    folder = tmp_path_factory.mktemp("four-languages")
    for key, data in files.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(data)
    yield from serve(folder)


@pytest.fixture
def opened(browser: Browser, site: Server) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the tour in a language; ``late``: its fonts come after the page was drawn."""
    contexts = []

    def opened(lang: str, viewport: Any = DESKTOP, *, late: bool = False) -> Page:
        context = browser.new_context(viewport=viewport)
        contexts.append(context)
        context.add_init_script(SHIFTS)
        page = context.new_page()
        released = threading.Event()

        def hold(path: str) -> None:
            if path.endswith(".woff2"):
                released.wait()

        if late:
            site.refused = hold
        page.goto(site.url + ADDRESSES[lang], wait_until="commit" if late else "load")
        if late:
            page.evaluate("painted")
        released.set()
        site.refused = lambda _path: None
        page.wait_for_function(FONTS_CAME)
        page.evaluate("document.fonts.ready")
        return page

    yield opened
    for context in contexts:
        context.close()


def loaded(page: Page) -> set[str]:
    """Return the families of which the page has loaded a font."""
    return set(page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)"))


def drawn_with(page: Page, selector: str) -> dict[str, set[str]]:
    """Return the fonts with which Chromium draws the text of elements, as its inspector tells; of the system: ``!``."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found: dict[str, set[str]] = {}
    for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]:
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        if fonts:
            html = session.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"]
            found[html] = {("" if font["isCustomFont"] else "!") + font["familyName"] for font in fonts}
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_letter_of_a_page_is_left_to_the_fonts_of_the_system(opened: Callable[..., Page], lang: str) -> None:
    drawn = drawn_with(opened(lang), "h1, h2, h3, h4, p, a, span, dt, dd, li, button, summary, figcaption, time")
    assert len(drawn) > 60
    assert {html: fonts for html, fonts in drawn.items() if any(name.startswith("!") for name in fonts)} == {}
    used = set().union(*drawn.values())
    assert {name.split(" Semi")[0].split(" Thin")[0] for name in used} == {
        *("Be Vietnam Pro", "Lora", "Noto Sans Khmer", "Noto Sans SC"),
    }


@pytest.mark.parametrize(("lang", "family"), [("km", "Noto Sans Khmer"), ("zh", "Noto Sans SC")])
def test_a_text_is_drawn_in_the_font_of_its_script(opened: Callable[..., Page], lang: str, family: str) -> None:
    page = opened(lang)
    assert {"Noto Sans Khmer", "Noto Sans SC"} <= loaded(page)
    (fonts,) = drawn_with(page, ".strip-text").values()
    assert family in {name.split(" Thin")[0] for name in fonts} <= {family, "Be Vietnam Pro"}  # that has the spaces


def test_a_page_in_vietnamese_loads_of_other_scripts_only_the_names_of_their_languages(
    opened: Callable[..., Page],
) -> None:
    page = opened("vi")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map((r) => [r.name.split('.').pop(), r.encodedBodySize])"
    )
    assert sum(size < 6_000 for kind, size in sizes if kind == "woff2") == 2


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=lambda v: f"{v['width']}px")
@pytest.mark.parametrize("lang", ["vi", "km", "zh"])
def test_nothing_jumps_when_the_fonts_come(opened: Callable[..., Page], lang: str, viewport: Any) -> None:
    page = opened(lang, viewport, late=True)
    assert {"Be Vietnam Pro", "Lora"} <= loaded(page)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shift") < 0.02


@pytest.mark.parametrize("lang", ["km", "zh"])
def test_titles_are_bold_by_their_font_and_not_smeared(opened: Callable[..., Page], lang: str) -> None:
    page = opened(lang)
    faces = page.evaluate("[...document.fonts].map((f) => [f.family, f.weight])")
    assert [w for family, w in faces if "Noto" in family] == ["100 900", "100 900"]
    assert page.evaluate("getComputedStyle(document.querySelector('.scene h3')).fontWeight") == "600"


def test_lines_of_khmer_are_apart_and_its_letters_together(opened: Callable[..., Page]) -> None:
    page = opened("km", PHONE)
    measured = page.evaluate(
        """[...document.querySelectorAll('h1, h2, h3, p, a, dd')].filter((e) => e.checkVisibility()).map((e) => {
          const style = getComputedStyle(e);
          return [e.lang || 'km', parseFloat(style.lineHeight) / parseFloat(style.fontSize), style.letterSpacing];
        })"""
    )
    khmer = [(ratio, spacing) for lang, ratio, spacing in measured if lang == "km"]
    assert len(khmer) > 10
    assert all(ratio >= 1.59 and spacing == "normal" for ratio, spacing in khmer)
