"""What the viewer makes of documents written to do harm, or badly, and of networks and graphics that fail."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest
from conftest import DESKTOP, PHONE, Server, serve
from playwright.sync_api import Page, Route, expect
from synthetic import page

from ispace import assets
from ispace.model.site import Site
from ispace.pipeline import render

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))
from page_example import RELEASE, TODAY, composed, raw_tour

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""
OUT_OF_PLACE = """() => {
  const wrong = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`the page is ${wide} px too wide`);
  const dialog = document.querySelector('.stage-enlarged[open]') ?? document.querySelector('.stage');
  for (const control of dialog.querySelectorAll('button, a[href], select, input, summary')) {
    const box = control.getBoundingClientRect();
    if (!control.checkVisibility({ visibilityProperty: true })) continue;
    if (control.closest('.is-away, .stage-skip, .stage-strip, .stage-gallery-row')) continue;
    const what = `${control.className || control.tagName} ${control.getAttribute('href') ?? ''}`;
    // Hotspots stand where the picture has them, at its edge as well.
    const spot = control.closest('.stage-spots');
    if (!spot && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`${what}: ${box.left} to ${box.right}`);
    if (box.width < 43.5 || box.height < 43.5) wrong.push(`${what}: ${box.width} x ${box.height}`);
    if (control.href && !/^(https?|tel|mailto):/.test(control.href)) wrong.push(control.href);
  }
  for (const label of document.querySelectorAll('.stage-spot-label, .stage-map-name, .stage-title, .stage-place'))
    if (label.getBoundingClientRect().height > innerHeight * .55) wrong.push(`${label.className} is not cut`);
  return wrong;
}"""
"""What of the stage is not where it can be seen and pressed."""


@pytest.fixture
def server(small_site: Path) -> Iterator[Server]:
    yield from serve(small_site)


def tour_of(site: Path) -> dict[str, Any]:
    """Return the small tour as it is published."""
    found: dict[str, Any] = json.loads((site / "r/tour/1/tour.json").read_text("utf-8"))
    return found


def show(tab: Page, server: Server, tour: dict[str, Any], path: str = "robust.html") -> None:
    """Open a page of the server with this tour."""
    html = page(tour, server.folder)
    tab.route("**/robust.html", lambda route: route.fulfill(body=html, content_type="text/html"))
    tab.route("**/tour.json", lambda route: route.fulfill(json=tour))
    tab.goto(server.url + path)
    tab.wait_for_selector(".stage.is-live", state="attached")


def press(tab: Page, selector: str) -> None:
    """Press something wherever it is: what lies over it is not what is tested."""
    tab.locator(selector).first.evaluate("e => e.click()")


def choose(tab: Page, symbol: str) -> None:
    """Press the action with a symbol, in the bar or in the menu."""
    press(tab, f".stage-bar button:has(use[href='#i-{symbol}'])")


def panels(tab: Page) -> Iterator[str]:
    """Open every panel there is, one after the other, and yield its name while it is open."""
    yield "the picture"
    for kind in ("card", "product", "layer", "area"):
        press(tab, f".stage-spots > .is-{kind} .stage-spot")
        tab.wait_for_selector(".stage-sheet[open] .stage-card")
        yield kind
        if kind == "card":
            tab.wait_for_selector(".stage-enlarge")
            press(tab, ".stage-enlarge")
            tab.wait_for_selector(".stage-enlarged[open]")
            yield "gallery"
            tab.keyboard.press("Escape")
        press(tab, ".stage-sheet-close")
    press(tab, ".stage-menu-button")
    yield "menu"
    choose(tab, "list")
    tab.wait_for_selector(".scenes-grid a")
    yield "list"
    press(tab, ".stage-sheet-close")
    choose(tab, "map")
    tab.wait_for_selector(".stage-map:not([hidden])")
    yield "map"
    press(tab, ".stage-map-bar button:has(use[href='#i-list'])")
    yield "map's list"
    press(tab, ".stage-map-bar button:has(use[href='#i-x'])")
    choose(tab, "footprints")
    tab.wait_for_selector(".guide:not([hidden])")
    yield "guide"
    press(tab, ".guide-stop")
    tab.wait_for_selector(".stage-listen", state="attached")
    yield "after all"


@pytest.mark.parametrize("options", [PHONE_OPTIONS, {"viewport": DESKTOP}], ids=["phone", "desktop"])
@pytest.mark.parametrize("kind", ["short", "long"])
def test_no_text_of_a_document_does_anything_or_pushes_anything_away(
    server: Server, open_page: Opener, options: dict[str, Any], kind: str, subtests: Any
) -> None:
    strings = hostile.STRINGS
    value = strings["long"] if kind == "long" else " ".join(v for name, v in strings.items() if name != "long")
    tour = hostile.with_text(tour_of(server.folder), value)
    # Map tiles, the poster of a film and the sound are not what they say they are.
    tab = open_page("about:blank", script=WATCH, allow=("Failed to load resource",), **options)
    show(tab, server, tour)
    for name in panels(tab):
        with subtests.test(name):
            assert tab.evaluate(OUT_OF_PLACE) == []
    assert tab.evaluate("[window.hacked, violations]") == [None, []]


def test_a_text_that_runs_from_right_to_left_turns_nothing_beside_it(server: Server, open_page: Opener) -> None:
    tour = tour_of(server.folder)
    tour["scenes"][0]["title"] = hostile.text(f"abc {hostile.BIDI}")
    tour["media"]["anh"]["credit"] = hostile.BIDI
    tab = open_page("about:blank")
    # Publishing removes such marks; the tour of somebody else has them.
    show(tab, server, tour, "alone.html")
    lefts = tab.locator(".stage-place").evaluate("""(line) => {
      const text = [...line.firstChild.childNodes].find((node) => node.data?.includes('cảnh 1'));
      const at = text.data.indexOf('cảnh 1');
      const range = document.createRange();
      return [0, 3, 5].map((n) => {
        range.setStart(text, at + n);
        range.setEnd(text, at + n + 1);
        return range.getBoundingClientRect().left;
      });
    }""")
    assert lefts == sorted(lefts)


FOREIGN = """async ([cases]) => {
  const { createTour } = await import('./viewer.vi.js');
  const found = {};
  for (const [name, address] of cases) {
    const box = document.createElement('section');
    box.className = 'stage';
    box.style.height = '90vh';
    document.querySelector('.stage').replaceWith(box);
    const tour = createTour(box, address, { history: false });
    const came = await new Promise((done) => {
      tour.on('full', () => done('full'));
      tour.on('error', () => setTimeout(() => done('error'), 50));
      setTimeout(() => done('nothing'), 20000);
    });
    for (const control of box.querySelectorAll('.stage-spots .stage-spot')) {
      if (found[name]?.pressed > 4) break;
      control.click();
      await new Promise((done) => setTimeout(done, 120));
      (found[name] ??= { pressed: 0, said: [] }).pressed++;
      const said = box.querySelector('.stage-sheet[open] .stage-card, .stage-note:not([hidden])');
      found[name].said.push(said?.textContent ?? '');
    }
    tour.look({ yaw_deg: 40, pitch_deg: 70, hfov_deg: 60 });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { yaw_deg, pitch_deg, hfov_deg } = tour.view;
    found[name] = {
      came, said: [], ...found[name], spots: box.querySelectorAll('.stage-spots .stage-spot').length,
      note: box.querySelector('.stage-note:not([hidden])')?.textContent ?? '',
      finite: [yaw_deg, pitch_deg, hfov_deg].every(Number.isFinite),
    };
    tour.destroy();
  }
  return found;
}"""
"""Opens tours one after the other in the same page, turns them and presses some of their hotspots."""


def test_a_tour_of_another_publisher_is_shown_as_far_as_it_goes(
    server: Server, open_page: Opener, subtests: Any
) -> None:
    tab = open_page("about:blank", allow=("Failed to load resource",))
    cases = list(hostile.foreign(tour_of(server.folder)))
    for n, (_, tour) in enumerate(cases):
        tab.route(f"**/r/tour/{n + 10}.json", functools.partial(_answer, tour))
    tab.goto(server.url + "alone.html")
    found = tab.evaluate(FOREIGN, [[[name, f"r/tour/{n + 10}.json"] for n, (name, _) in enumerate(cases)]])
    for name, _ in cases:
        with subtests.test(name):
            assert found[name]["came"] in ("full", "error")
            assert found[name]["finite"]
    assert found["no levels"]["came"] == "full"
    lost = "Phần này không còn trong tour."
    assert [lost in said for said in found["names of nothing"]["said"]] == [True] * 3
    assert found["ten thousand hotspots"]["spots"] >= 2000
    assert found["numbers that are none"]["spots"] == 1


def _answer(tour: dict[str, Any], route: Route) -> None:
    """Answer with a tour that lies one folder higher than it was written for."""
    route.fulfill(body=json.dumps(tour).replace('"../../../', '"../../'), content_type="application/json")


def test_a_document_that_cannot_be_had_or_read_says_so_until_it_can(server: Server, open_page: Opener) -> None:
    tab = open_page("about:blank", allow=("Failed to load resource",))
    answers: list[dict[str, Any]] = [
        {"status": 404}, {"status": 500}, {"body": "<!doctype html>Xin chào"}, {"json": {"scenes": 7}}, {"json": None},
    ]  # fmt: skip
    tries = iter(answers)

    def answer(route: Route) -> None:
        given = next(tries, None)
        if given is None:
            route.continue_()
        else:
            route.fulfill(**given)

    tab.route("**/tour.json", answer)
    tab.goto(server.url + "alone.html")
    note = tab.locator(".stage-note")
    for _ in answers:
        expect(note).to_contain_text("Chưa tải được tour")
        note.get_by_role("button", name="Thử lại").click()
    tab.wait_for_selector(".stage.is-live")
    expect(note).to_be_hidden()


def test_a_slow_document_is_waited_for_and_says_so(server: Server, open_page: Opener) -> None:
    tab = open_page("about:blank")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.route("**/tour.json", hold)
    tab.goto(server.url + "alone.html")
    expect(tab.locator(".stage-loading")).to_be_visible()
    expect(tab.locator(".stage-loading")).to_have_text("Đang tải ảnh toàn cảnh")
    held[0].continue_()
    tab.wait_for_selector(".stage.is-live")
    expect(tab.locator(".stage-loading")).to_be_hidden()


def test_previews_and_fonts_that_are_missing_are_done_without(server: Server, open_page: Opener) -> None:
    tour = tour_of(server.folder)
    for scene in tour["scenes"]:
        scene["preview"] |= {"url": "khong-co.jpg", "inline": "no picture"}
    tab = open_page("about:blank", allow=("Failed to load resource",))
    show(tab, server, tour)
    tab.evaluate("() => { document.documentElement.dataset.fonts = 'khong-co.css'; }")
    tab.wait_for_selector("html[data-complete]", state="attached")
    press(tab, ".stage-spots > .is-link .stage-spot")
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/2")
    expect(tab.locator(".stage-note")).to_be_hidden()


def test_tiles_that_are_all_missing_say_so_and_come_when_they_are_there(server: Server, open_page: Opener) -> None:
    gone: list[bool] = [True]
    tab = open_page("about:blank", allow=("Failed to load resource",))
    tab.route(re.compile("/t/mot/[12]/"), lambda route: route.fulfill(status=404) if gone else route.continue_())
    tab.goto(server.url + "alone.html")
    note = tab.locator(".stage-note")
    expect(note).to_contain_text("Chưa tải được ảnh nét")
    tab.evaluate("() => { window.full = new Promise((done) => tour.on('full', done)); }")
    gone.clear()
    note.get_by_role("button", name="Thử lại").click()
    assert tab.evaluate("full") == "mot"
    expect(note).to_be_hidden()


def test_a_host_of_tiles_that_refuses_the_page_is_named_as_the_cause(server: Server, open_page: Opener) -> None:
    tour = tour_of(server.folder)
    for other in serve(server.folder):
        for scene in tour["scenes"]:
            scene["tiles"]["base"] = f"{other.url}t/mot/"
            scene["preview"] = {"url": f"{other.url}t/mot/preview.jpg", "size_px": 256, "order": "bdflru"}
        tab = open_page("about:blank", allow=("CORS", "Failed to load resource"))
        tab.route("**/tour.json", lambda route: route.fulfill(json=tour))
        tab.clock.install()
        tab.goto(server.url + "alone.html")
        tab.wait_for_selector(".stage-spots > li", state="attached")
        # The viewer tries again after some seconds before it says that anything is wrong.
        for _ in range(20):
            tab.clock.run_for(2000)
            if "không cho trang này" in (tab.locator(".stage-note").text_content() or ""):
                break
        expect(tab.locator(".stage-note")).to_contain_text("không cho trang này tải ảnh nét")


def test_every_part_that_fails_once_works_when_it_is_asked_for_again(
    server: Server, open_page: Opener, subtests: Any
) -> None:
    tour = hostile.with_text(tour_of(server.folder), "Tên")
    tab = open_page("about:blank", allow=("Failed to load resource", "ERR_FAILED"))
    failed: set[str] = set()

    def once(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name in failed or name.startswith("viewer.") or "?" in name:
            route.continue_()
        else:
            failed.add(name)
            route.abort()

    tab.route("**/*.js", once)
    show(tab, server, tour)
    parts = {
        "card": (".stage-spots > .is-card .stage-spot", ".stage-sheet[open] .stage-card", ".stage-sheet-close"),
        "scenes": (".stage-bar button:has(use[href='#i-list'])", ".scenes-grid a", ".stage-sheet-close"),
        "map": (
            ".stage-bar button:has(use[href='#i-map'])",
            ".stage-map:not([hidden])",
            ".stage-map-bar .stage-button:last-child",
        ),
        "guide": (".stage-bar button:has(use[href='#i-footprints'])", ".guide:not([hidden])", ".guide-stop"),
    }  # fmt: skip
    for name, (button, panel, close) in parts.items():
        with subtests.test(name):
            # The sentence of the part before may still stand there.
            tab.evaluate("document.querySelector('.stage-note').replaceChildren()")
            press(tab, button)
            expect(tab.locator(".stage-note")).to_contain_text("Chưa tải được phần này")
            press(tab, button)
            tab.wait_for_selector(panel)
            press(tab, close)
    assert {f"{name}.js" for name in parts} <= failed


def test_media_of_a_card_that_are_missing_say_so_and_can_be_asked_for_again(server: Server, open_page: Opener) -> None:
    tour = hostile.with_text(tour_of(server.folder), "Tên")
    for name in ("anh", "tieng"):
        tour["media"][name]["url"] = f"../../../a/mat-{name}.jpg"
    tab = open_page("about:blank", allow=("Failed to load resource",))
    gone: list[bool] = [True]
    picture = (server.folder / "a/anh.jpg").read_bytes()

    def answer(route: Route) -> None:
        if gone:
            route.fulfill(status=404)
        else:
            route.fulfill(body=picture, content_type="image/jpeg")

    tab.route("**/a/mat-*", answer)
    show(tab, server, tour)
    tab.wait_for_selector("html[data-complete]", state="attached")
    press(tab, ".stage-spots > .is-card .stage-spot")
    failures = tab.locator(".stage-failed")
    expect(failures).to_have_count(2)
    expect(failures.first).to_contain_text("Chưa tải được phần này")
    gone.clear()
    failures.first.get_by_role("button", name="Thử lại").click()
    expect(tab.locator(".is-image .stage-failed")).to_have_count(0)


LOSER = """
window.lose = () => {
  const gl = document.querySelector('canvas.stage-picture')?.getContext('webgl2');
  window.loser = gl?.getExtension('WEBGL_lose_context') ?? window.loser;
  loser.loseContext();
};
window.lost = () => new Promise((done) => document.querySelector('canvas.stage-picture')
  .addEventListener('webglcontextlost', () => setTimeout(done), { once: true }));
"""


def test_a_context_that_is_lost_at_birth_comes_back(server: Server, open_page: Opener) -> None:
    at_birth = """
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
      const gl = get.call(this, kind, ...more);
      if (kind === 'webgl2' && gl && !window.loser) {
        window.loser = gl.getExtension('WEBGL_lose_context');
        this.addEventListener('webglcontextlost', () => setTimeout(() => loser.restoreContext(), 50), { once: true });
        loser.loseContext();
      }
      return gl;
    };"""
    tab = open_page(server.url + "alone.html", script=at_birth)
    tab.wait_for_selector(".stage.is-live canvas.stage-picture:not(.is-lost)")
    expect(tab.locator(".stage-cube")).to_have_count(0)


def test_a_context_that_comes_back_before_any_scene_is_open_shows_it(server: Server, open_page: Opener) -> None:
    at_birth = """
    const back = new Promise((done) => {
      const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const gl = get.call(this, kind, ...more);
        if (kind === 'webgl2' && gl && !window.loser) {
          window.loser = gl.getExtension('WEBGL_lose_context');
          this.addEventListener('webglcontextlost', () => setTimeout(() => loser.restoreContext()), { once: true });
          this.addEventListener('webglcontextrestored', () => setTimeout(done, 100), { once: true });
          loser.loseContext();
        }
        return gl;
      };
    });
    const fetched = window.fetch, decoded = window.createImageBitmap;
    window.fetch = async (...what) => (await back, fetched(...what));
    window.createImageBitmap = async (...what) => (await back, decoded(...what));"""
    tab = open_page(server.url + "alone.html", script=at_birth)
    tab.wait_for_selector(".stage.is-live canvas.stage-picture:not(.is-lost)")
    expect(tab.locator(".stage-cube")).to_have_count(0)


def test_a_context_lost_while_a_scene_changes_or_fades_comes_back(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", script=LOSER)
    tab.wait_for_selector(".stage.is-live")
    for moment, to in (("before", "hai"), ("after", "mot")):
        tab.evaluate(
            """async ([moment, to]) => {
              const gone = lost();
              if (moment === 'before') lose();
              const going = tour.goTo(to);
              if (moment === 'after') going.then(lose);
              await Promise.all([gone, going]);
              loser.restoreContext();
            }""",
            [moment, to],
        )
        expect(tab.locator("canvas.stage-picture:not(.is-lost)")).to_have_count(1)
        expect(tab.locator(".stage-cube, .stage-leaving")).to_have_count(0)
        assert tab.evaluate("tour.scene") == to


def test_on_the_cube_that_stands_in_for_good_one_still_walks_and_reads(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url + "alone.html", script=LOSER)
    tab.wait_for_selector(".stage.is-live")
    for n in range(3):
        tab.evaluate("async () => { const gone = lost(); lose(); await gone; }")
        if n < 2:
            tab.evaluate("loser.restoreContext()")
            expect(tab.locator(".stage-cube")).to_have_count(0)
    expect(tab.locator(".stage-cube[role=application]")).to_have_count(1)
    press(tab, ".stage-spots > .is-card .stage-spot")
    expect(tab.locator(".stage-sheet[open] h2")).to_have_text("Thẻ mặt trước")
    press(tab, ".stage-spots > .is-link .stage-spot")
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/2")
    tab.wait_for_function(
        "() => [...document.querySelectorAll('.stage-cube img')].some((tile) => tile.naturalWidth > 0)"
    )


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_published_page_bears_the_worst_texts_that_can_be_published(
    tmp_path: Path, front_end: Path, open_page: Opener, viewport: dict[str, int]
) -> None:
    line = "".join(text for name, text in hostile.STRINGS.items() if name not in ("long", "accents"))[:260]
    title = {"vi": line + "W" * 40, "en": line + "W" * 40}
    raw = json.loads(json.dumps(raw_tour()), object_hook=lambda found: title if set(found) == {"vi", "en"} else found)
    tour, document = composed(raw)
    front = assets.load()
    files = dict(front.published)
    files |= render.render(tour, document, release=RELEASE, assets=front, site=Site(), today=TODAY)
    for key, data in files.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(data)
    # The pictures of this tour are in no file.
    allow = ("404", "fetching the script")
    for server in serve(tmp_path):
        tab = open_page(f"{server.url}chua-co/index.html", script=WATCH, viewport=viewport, allow=allow)
        tab.wait_for_selector("html[data-viewer]", state="attached")
        assert tab.evaluate("[window.hacked, violations]") == [None, []]
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert line[:20] in tab.title()
        tab.close()  # before its server, of which it still asks things
