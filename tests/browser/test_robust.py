"""What the viewer makes of documents written to do harm, or badly, and of networks and graphics that fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest
from conftest import DESKTOP, PHONE, Server, serve
from playwright.sync_api import Page, expect
from synthetic import page

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
    if (!control.checkVisibility({visibilityProperty: true}) || control.closest('.is-away, .stage-skip, .stage-strip, .stage-gallery-row'))
      continue;
    const what = `${control.className || control.tagName} ${control.getAttribute('href') ?? ''}`;
    // Hotspots stand where the picture has them, at its edge as well.
    if (!control.closest('.stage-spots') && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`${what}: ${box.left} to ${box.right}`);
    if (box.width < 43.5 || box.height < 43.5) wrong.push(`${what}: ${box.width} x ${box.height}`);
    if (!/^(https?|tel|mailto):$/.test(control.href ? new URL(control.href).protocol : 'https:')) wrong.push(control.href);
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
    show(tab, server, tour)
    # Before the whole document was read, and after it.
    for selector in (".stage-place", ".stage-place:has(.stage-facing)"):
        tab.wait_for_function("s => /cảnh 1/.test(document.querySelector(s)?.textContent)", arg=selector)
        lefts = tab.locator(selector).evaluate("""line => {
            const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            let text;
            while ((text = walker.nextNode())) {
                const at = text.data.indexOf('cảnh 1');
                if (at < 0) continue;
                const range = document.createRange();
                return [0, 3, 5].map((n) => (range.setStart(text, at + n), range.setEnd(text, at + n + 1),
                                             range.getBoundingClientRect().left));
            }
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
      found[name].said.push(box.querySelector('.stage-sheet[open] .stage-card, .stage-note:not([hidden])')?.textContent ?? '');
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
        tab.route(f"**/r/tour/{n + 10}.json", lambda route, tour=tour: route.fulfill(json=_near(tour)))
    tab.goto(server.url + "alone.html")
    found = tab.evaluate(FOREIGN, [[[name, f"r/tour/{n + 10}.json"] for n, (name, _) in enumerate(cases)]])
    for name, _ in cases:
        with subtests.test(name):
            assert found[name]["came"] in ("full", "error")
            assert found[name]["finite"]
    assert found["no levels"]["note"].startswith("Chưa tải được ảnh nét")
    lost = "Phần này không còn trong tour."
    assert [lost in said for said in found["names of nothing"]["said"]] == [True] * 3
    assert found["ten thousand hotspots"]["spots"] >= 2000
    assert found["numbers that are none"]["spots"] == 1


def _near(tour: dict[str, Any]) -> dict[str, Any]:
    """Return a tour that lies one folder higher than it was written for."""
    made: dict[str, Any] = json.loads(json.dumps(tour).replace('"../../../', '"../../'))
    return made
