"""Tours in the pages of others: an old portal, a strict policy, a frame in a frame, twelve at once; nothing breaks on
either side.
"""

from __future__ import annotations

import http.server
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Server
from demo_site import PAGODA, VILLAGE
from playwright.sync_api import FrameLocator, Page, expect
from serving import serving

from ispace.page.embed import snippet

_OLD = """
<!doctype html><html><head><meta charset="utf-8"><title>Cổng thông tin cũ</title>
<style>* { box-sizing: content-box; transition: none } button, a { font-size: 30px; color: red }
html { font-size: 9px } iframe { max-width: 100% }</style>
<script>
  // As libraries of 2009 did it: everything is extended, nothing is declared.
  Array.prototype.each = function (tell) { for (var i = 0; i < this.length; i++) tell.call(this[i], i); };
  Object.prototype.extend = function () { return this; };
  window.$ = window.jQuery = function (ask) { return document.querySelectorAll(ask); };
  window.name = 'portal';
  window.heard = [];
  window.onmessage = function (event) { window.heard.push(event.data); };
  document.onkeydown = function () { window.pressed = (window.pressed || 0) + 1; };
</script></head><body><h1>Tin tức</h1><div id="bai"></div>
<script>document.write(CODE);</script><p style="height: 200vh">Hết bài</p></body></html>
"""
_PLAIN = '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Cổng</title></head><body>%s</body></html>'


class Portal(http.server.ThreadingHTTPServer):
    """Another site: its pages by path, each with headers of its own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}

    def add(self, path: str, page: str, **headers: str) -> str:
        self.pages[f"/{path}"] = (page, {name.replace("_", "-"): value for name, value in headers.items()})
        return f"http://127.0.0.1:{self.server_port}/{path}"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Portal)
        page, headers = self.server.pages.get(self.path, ("", {}))
        data = page.encode()
        self.send_response(200 if page else 204)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(data)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def portal() -> Iterator[Portal]:
    yield from serving(Portal())  # type: ignore[type-var]


def code(server: Server, slug: str = PAGODA) -> str:
    return snippet(f"{server.url}{slug}/", "Chùa cổ")


def begin(frame: FrameLocator) -> None:
    """Begin a tour and wait until its picture is there."""
    button = frame.get_by_role("button", name="Xem 360°")
    expect(button).to_be_visible()
    assert frame.locator("canvas").count() == 0, "nothing is drawn before somebody wants it"
    button.click()
    expect(frame.locator(".stage.is-live")).to_be_attached(timeout=20_000)
    expect(button).to_have_count(0)


def test_an_old_portal_and_a_tour_leave_each_other_alone(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    quoted = '"' + code(demo_server).replace("\\", "\\\\").replace('"', '\\"') + '"'
    page = open_page(portal.add("cu", _OLD.replace("CODE", quoted)))
    before = page.evaluate("Object.getOwnPropertyNames(window).length")
    frame = page.frame_locator("iframe")
    begin(frame)
    full = frame.get_by_role("link", name="Mở trang đầy đủ")
    expect(full).to_be_visible()
    assert full.evaluate("link => link.target") == "_blank"
    for hidden in (".strip", ".page", ".foot"):
        expect(frame.locator(hidden)).to_be_hidden()
    box, frame_box = frame.locator(".stage").bounding_box(), page.locator("iframe").bounding_box()
    assert box is not None
    assert frame_box is not None
    assert (round(box["width"]), round(box["height"])) == (round(frame_box["width"]), round(frame_box["height"]))
    assert page.evaluate("Object.getOwnPropertyNames(window).length") == before
    assert page.evaluate("[window.name, location.hash, history.length]") == [
        "portal",
        "",
        page.evaluate("history.length"),
    ]
    depth = page.evaluate("history.length")
    frame.locator(".stage-picture").press("ArrowRight")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pressed ?? 0") == 0, "keys of the tour are not keys of the portal"
    assert page.evaluate("history.length") == depth, "Back leads out of the portal's page as before"


def test_a_strict_policy_of_the_portal_lets_the_tour_through_with_its_frame_alone(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    policy = f"default-src 'none'; frame-src {demo_server.url}; style-src 'self'"
    page = open_page(
        portal.add("chat", _PLAIN % code(demo_server), Content_Security_Policy=policy),
        allow=("Applying inline style violates", "Refused to apply inline style"),
    )
    begin(page.frame_locator("iframe"))
    box = page.locator("iframe").bounding_box()
    assert box
    assert box["width"] > 600, "without its style it is still of use"
    assert box["height"] >= 480


def test_a_tour_works_in_a_portal_that_is_itself_framed_and_sandboxed(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    inner = portal.add("trong", _PLAIN % code(demo_server))
    outer = f'<iframe src="{inner}" width="900" height="600" sandbox="allow-scripts allow-same-origin"></iframe>'
    page = open_page(portal.add("ngoai", _PLAIN % outer))
    begin(page.frame_locator("iframe").frame_locator("iframe"))


def test_twelve_tours_in_one_page_wait_until_they_are_wanted(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    many = "".join(code(demo_server, slug) for slug in (PAGODA, VILLAGE) * 6)
    page = open_page(portal.add("muoi-hai", _PLAIN % many))
    for number in (0, 5, 11):
        page.locator("iframe").nth(number).scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").nth(number).get_by_role("button", name="Xem 360°")).to_be_visible()
    assert not [path for path in demo_server.asked if path.startswith("/t/")], "no tile before a tour is begun"
    for number in (0, 11):
        begin(page.frame_locator("iframe").nth(number))
    assert sum(frame.evaluate("document.querySelectorAll('canvas').length") for frame in page.frames[1:]) == 2


def test_the_address_says_scene_view_and_language(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    address = f"{demo_server.url}{PAGODA}/?embed=now&amp;scene=dai-ngam-canh&amp;view=30,-5,70&amp;lang=en"
    page = open_page(portal.add("ngon-ngu", _PLAIN % f'<iframe src="{address}" width="900" height="600"></iframe>'))
    frame = page.frame_locator("iframe")
    expect(frame.locator(".stage.is-live")).to_be_attached(timeout=20_000)
    expect(frame.locator("html")).to_have_attribute("lang", "en")
    link = frame.get_by_role("link", name="Open the full page")
    link.focus()
    href = str(link.get_attribute("href"))
    assert href.startswith(f"/{PAGODA}/en/")
    assert "#dai-ngam-canh/" in href
    assert "embed" not in href


def test_beside_a_logo_the_title_keeps_its_line_and_the_link_stands_below_both(
    open_page: Callable[..., Page], demo_server: Server, portal: Portal
) -> None:
    narrow = code(demo_server, PAGODA).replace("<iframe", '<iframe style="max-width: 370px" width="370"', 1)
    page = open_page(portal.add("dau-hieu", _PLAIN % narrow))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("link", name="Mở trang đầy đủ")).to_be_visible()
    title, link = frame.locator(".stage-title"), frame.locator(".stage-full")
    title.evaluate("""(title) => {
      title.before(Object.assign(new Image(48, 48), { className: 'stage-logo' }));
    }""")
    words, below, logo = title.bounding_box(), link.bounding_box(), frame.locator(".stage-logo").bounding_box()
    assert words is not None
    assert below is not None
    assert logo is not None
    assert words["x"] - (logo["x"] + logo["width"]) < 20
    assert below["y"] > words["y"] + words["height"]
