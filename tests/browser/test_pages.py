"""Pages in a real Chromium: accessible, silent, filtered by search, whole without a script."""

from __future__ import annotations

import functools
import http.server
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from ispace import assets
from ispace.errors import AssetsMissingError
from ispace.model.release import Card
from ispace.model.site import Site
from ispace.pipeline import catalogue, render

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "pipeline"))
from page_example import RELEASE, TODAY, composed  # noqa: E402

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "index.html",
    "en/index.html",
    "chua-co/index.html",
    "chua-co/en/index.html",
    "empty.html",
    "gone.html",
    "offline.html",
)
SCREENS = ({"width": 390, "height": 844}, {"width": 1440, "height": 900})


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A published site without tiles, served from a folder."""
    try:
        front = assets.load()
    except AssetsMissingError:
        pytest.skip("the front end is not built: node scripts/build_frontend.mjs")
    folder = tmp_path_factory.mktemp("site")
    tour, document = composed()
    files = dict(front.published)
    files |= render.render(tour, document, release=RELEASE, assets=front, site=Site(), today=TODAY)
    files |= catalogue.render(
        [("chua-co", _card()), ("lang-nghe", _card(title={"vi": "Làng lụa Hòa Bình"}, categories=["ocop"], search=""))],
        assets=front,
        site=Site(),
    )
    files["empty.html"] = catalogue.render([], assets=front, site=Site())["index.html"]
    files["gone.html"] = render.notice("gone", root="", assets=front, site=Site(), title="Chùa cổ")
    files["offline.html"] = render.notice("offline", root="", assets=front, site=Site())
    for scene in document["scenes"]:
        for picture in (scene["thumbnail"], scene["share"], *scene["poster"].values()):
            files[picture["url"].removeprefix("../../../")] = _picture(picture["width_px"], picture["height_px"])
    files["a/0123456789abcdef0123.jpg"] = _picture(1200, 630)
    for key, data in files.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def _card(**changes: Any) -> Card:
    said: dict[str, Any] = {
        "title": {"vi": "Chùa cổ bên Núi Sam"},
        "description": {"vi": "Một ngôi chùa."},
        "place": {"vi": "phường Vĩnh Tế"},
        "former_place": {},
        "categories": ["heritage"],
        "scene_count": 2,
        "product_count": 1,
        "cover": "a/0123456789abcdef0123.jpg",
        "languages": ["vi"],
        "search": "cong tam quan",
    }
    return Card(**said | changes)


def _picture(width_px: int, height_px: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width_px, height_px), "#7a8f6a").save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def catalogue_page(browser: Browser, site: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{site}index.html")
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: f"{s['width']}px")
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(browser: Browser, site: str, path: str, screen: Any, scheme: Any) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci")
    # The policy of the pages forbids the checker as it forbids everything foreign, so it is lifted for this test only.
    context = browser.new_context(viewport=screen, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(site + path)
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("axe.run({exclude: [['#stage']]}, {resultTypes: ['violations']})")
    found = [(v["id"], [n["html"] for n in v["nodes"]]) for v in result["violations"]]
    sideways_px = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert found == []
    assert sideways_px <= 0


@pytest.mark.parametrize("path", PATHS)
def test_no_page_breaks_its_own_policy_or_asks_another_host(browser: Browser, site: str, path: str) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + path)
    page.wait_for_load_state("load")
    page.close()
    assert [c for c in complaints if "Content Security Policy" in c or "Refused" in c] == []
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []


@pytest.mark.parametrize("query", ["chùa", "chua", "Chua", "CHÙA núi", "cong tam"])
def test_search_finds_with_and_without_accents(catalogue_page: Page, query: str) -> None:
    catalogue_page.fill("#tim", query)
    catalogue_page.press("#tim", "Enter")
    assert catalogue_page.locator(".card:visible h3").all_text_contents() == ["Chùa cổ bên Núi Sam"]
    assert catalogue_page.text_content(".count") == "1 tour"


@pytest.mark.parametrize("query", ["hòa", "hoà", "hoa", "lụa"])
def test_both_ways_of_placing_a_tone_are_the_same_word(catalogue_page: Page, query: str) -> None:
    catalogue_page.fill("#tim", query)
    catalogue_page.press("#tim", "Enter")
    assert catalogue_page.locator(".card:visible h3").all_text_contents() == ["Làng lụa Hòa Bình"]


def test_a_search_that_finds_nothing_says_so_and_can_be_undone(catalogue_page: Page) -> None:
    catalogue_page.fill("#tim", "khong co")
    catalogue_page.press("#tim", "Enter")
    assert catalogue_page.locator(".none-found").is_visible()
    assert catalogue_page.text_content(".count") == "0 tour"
    catalogue_page.click(".show-all")
    assert catalogue_page.locator(".card:visible").count() == 2


def test_a_chip_filters_and_stays_in_the_address(catalogue_page: Page) -> None:
    catalogue_page.click(".chips a[data-kind=ocop]")
    assert catalogue_page.locator(".card:visible").count() == 1
    catalogue_page.reload()
    assert catalogue_page.locator(".card:visible h3").all_text_contents() == ["Làng lụa Hòa Bình"]
    assert catalogue_page.get_attribute(".chips a[data-kind=ocop]", "aria-current") == "true"


def test_without_a_script_chips_filter_and_the_tour_is_a_document(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}index.html#loai_ocop")
    assert page.locator(".card:visible").count() == 1
    assert not page.locator(".search").is_visible()
    page.goto(f"{site}chua-co/index.html")
    assert page.locator("h1").is_visible()
    assert page.locator(".stage-poster img").is_visible()
    assert page.locator("#san h3").is_visible()
    assert not page.locator(".look").first.is_visible()
    context.close()


def test_the_first_screen_shows_the_beginning_of_the_text(browser: Browser, site: str) -> None:
    for screen in SCREENS:
        page = browser.new_page(viewport=screen)
        page.goto(f"{site}chua-co/index.html")
        top_px = page.evaluate("document.querySelector('.strip').getBoundingClientRect().top")
        page.close()
        assert screen["height"] - top_px >= 64
