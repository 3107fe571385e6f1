"""Tours without a network, in a Chromium: what was visited opens, what was taken down is gone, nothing is mixed."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from conftest import PHONE, serve
from playwright.sync_api import Browser, BrowserContext, Page, expect
from small_tour import SLUG, SmallTour, set_up

from ispace import assets, flow, keys, offline, releases
from ispace.pipeline import render
from ispace.ports import Put
from ispace.web import listen, public

pytestmark = pytest.mark.browser

TILES = re.compile(r"/t/[^/]+/\d/")
LIVE = ".stage.is-live"
WORKER_IS_READY = (
    "async () => Boolean((await navigator.serviceWorker.ready).active && navigator.serviceWorker.controller)"
)
KEPT = """async () => {
  const all = {};
  for (const name of await caches.keys()) {
    const urls = (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname);
    all[name.split(' ')[2]] = urls;
  }
  return all;
}"""


class Site:
    """A published tour behind ``ispace serve``, below a path of its own, and how its operator changes it."""

    def __init__(self, small: SmallTour, url: str) -> None:
        self.small, self.url = small, url
        self.page = f"{url}{SLUG}/index.html"
        self.module = url + small.front.url("offline.js")

    def take_down(self) -> None:
        import datetime as dt

        front = assets.load()
        seen = self.small.pages
        gone = render.gone(seen.keys(), "Chùa nhỏ", assets=front, site=flow.site_of(self.small.settings))
        releases.unpublish(self.small.public, SLUG, gone, author="an", now=dt.datetime.now(dt.UTC))


@pytest.fixture(scope="module")
def built(front_end: Path) -> assets.Assets:
    return assets.load(front_end)


@pytest.fixture
def site(template: Path, built: assets.Assets, tmp_path: Path) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        load = assets.load
        patch.setattr(assets, "load", lambda folder=None: load(folder) if folder else built)
        small = set_up(template, tmp_path, built)
        small.publish()
        sockets = listen.listen("127.0.0.1", 0)
        front = render.notice("not-found", root="/", assets=built, site=flow.site_of(small.settings))
        app = public.app(small.public, lambda _kind: front)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
        thread.start()
        yield Site(small, listen.addresses(sockets)[0])
        server.should_exit = True
        thread.join(30)
        for listening in sockets:
            listening.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=PHONE, device_scale_factor=2)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def tab(context: BrowserContext, errors: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


def press(tab: Page) -> None:
    """Do something with a page whose picture is complete, as a visitor for whom the worker is then let in."""
    tab.wait_for_selector("html[data-complete]", state="attached")
    tab.keyboard.press("Shift")


def visit(tab: Page, address: str) -> None:
    """Open a page and wait until the worker has kept it."""
    tab.goto(address)
    if SLUG in address:
        tab.wait_for_selector(LIVE, state="attached")
        press(tab)
    tab.wait_for_function(WORKER_IS_READY)
    path = address.split("/", 3)[3]
    tab.wait_for_function(f"async () => (({KEPT})().then(all => (all.pages ?? []).some(u => u.endsWith({path!r}))))")


@contextlib.contextmanager
def without_network(context: BrowserContext) -> Iterator[None]:
    context.set_offline(True)
    yield
    context.set_offline(False)


def test_a_visited_tour_opens_and_turns_without_a_network(site: Site, context: BrowserContext, tab: Page) -> None:
    visit(tab, site.page)
    tab.wait_for_function(f"async () => ({KEPT})().then(all => (all.tiles ?? []).length > 4)")
    with without_network(context):
        tab.reload()
        tab.wait_for_selector(LIVE, state="attached")
        before = tab.evaluate("location.hash")
        tab.locator("canvas").press("ArrowRight")
        tab.wait_for_function("(before) => location.hash !== before", arg=before)
        assert tab.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"')")


def test_nothing_is_registered_before_the_picture_is_complete(site: Site, tab: Page) -> None:
    held: list[Any] = []
    tab.route(TILES, lambda route: held.append(route))  # noqa: PLW0108 - a handler must take attributes
    tab.goto(site.page)
    tab.wait_for_selector(LIVE, state="attached")
    tab.wait_for_timeout(400)
    assert tab.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    for route in held:
        route.continue_()
    tab.unroute(TILES)
    # Nobody presses anything here: who stays is enough.
    tab.wait_for_function(WORKER_IS_READY)


def test_what_was_never_visited_says_so_and_lists_what_opens(site: Site, context: BrowserContext, tab: Page) -> None:
    visit(tab, site.page)
    with without_network(context):
        tab.goto(f"{site.url}lang-khac/en/index.html")
        expect(tab.locator("h1")).to_have_text("Không có mạng, và trang này chưa được lưu")
        expect(tab.locator("[lang=en] h2")).to_contain_text("no connection")
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('.button-main')).backgroundColor")
            == "rgb(20, 83, 63)"
        )
        tab.get_by_role("link", name="Chùa nhỏ").click()
        tab.wait_for_selector(LIVE, state="attached")
    tab.goto(f"{site.url}lang-khac/en/index.html")
    expect(tab.locator("h1")).to_have_text("Không có trang nào ở địa chỉ này")


def test_the_catalogue_and_addresses_without_a_file_open_too(site: Site, context: BrowserContext, tab: Page) -> None:
    visit(tab, f"{site.url}index.html")
    visit(tab, site.page)
    with without_network(context):
        tab.goto(f"{site.url}{SLUG}")
        tab.wait_for_selector(LIVE, state="attached")
        assert tab.url == f"{site.url}{SLUG}/"
        tab.goto(f"{site.url}?utm_source=x")
        expect(tab.locator(".card")).to_have_count(1)


def test_a_tour_that_was_taken_down_is_gone_with_and_without_a_network(
    site: Site, context: BrowserContext, tab: Page
) -> None:
    visit(tab, site.page)
    site.take_down()
    tab.reload()
    expect(tab.locator("h1")).to_contain_text("đã được gỡ xuống")
    tab.wait_for_function(f"async () => ({KEPT})().then(all => !all.things.some(u => u.startsWith('/r/{SLUG}')))")
    with without_network(context):
        tab.reload()
        expect(tab.locator("h1")).to_contain_text("đã được gỡ xuống")


def test_a_new_release_is_shown_at_once_and_never_mixed_with_the_old(
    site: Site, context: BrowserContext, tab: Page
) -> None:
    visit(tab, site.page)
    old = site.small.current
    site.small.title("Chùa mới")
    site.small.publish()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    tab.reload()
    tab.wait_for_selector(LIVE, state="attached")
    press(tab)
    new = tab.evaluate("document.documentElement.dataset.release")
    assert new == site.small.current != old
    assert tab.locator("h1").inner_text() == "Chùa mới"
    tab.wait_for_function(f"async () => ({KEPT})().then(all => all.things.some(u => u.includes({new!r})))")
    with without_network(context):
        tab.reload()
        tab.wait_for_selector(LIVE, state="attached")
        assert tab.evaluate("document.documentElement.dataset.release") == new
    assert not [url for url in asked if f"/{old}/" in url]


def test_caches_do_not_grow_beyond_their_bounds(site: Site, tab: Page) -> None:
    source = site.small.public.get(keys.WORKER).decode()
    site.small.public.put(Put(keys.WORKER, re.sub(r'"tiles":\d+', '"tiles":5', source).encode()))
    visit(tab, site.page)
    tab.evaluate(
        """async () => {
          const scene = JSON.parse(document.getElementById('tour-start').textContent).tour.scenes[0];
          const base = new URL(scene.tiles.base, new URL(document.getElementById('stage').dataset.tour, location));
          for (let turn = 0; turn < 3; turn++) for (const face of 'frblud')
            await (await fetch(`${base}1/${face}/0_0.${scene.tiles.format}?${turn}`)).blob();
        }"""
    )
    tab.wait_for_function(f"async () => ({KEPT})().then(all => all.tiles.length > 0 && all.tiles.length <= 5)")


def test_a_full_disk_is_no_error(site: Site, context: BrowserContext, tab: Page, errors: list[str]) -> None:
    source = site.small.public.get(keys.WORKER)
    full = b"Cache.prototype.put = async () => { throw new DOMException('', 'QuotaExceededError'); };\n"
    site.small.public.put(Put(keys.WORKER, full + source))
    tab.goto(site.page)
    press(tab)
    tab.wait_for_function(WORKER_IS_READY)
    tab.reload()
    tab.wait_for_selector(LIVE, state="attached")
    assert errors == []


def test_a_newer_worker_takes_over_an_open_page_and_clears_up_after_the_old(site: Site, tab: Page) -> None:
    visit(tab, site.page)
    root = tab.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    # Its own taking over must not be taken for that of the newer one.
    tab.wait_for_function("navigator.serviceWorker.controller !== null")
    tab.evaluate(
        "async (root) => { await caches.open(`ispace 0 pages ${root}`); await caches.open('of another program'); }",
        root,
    )
    source = site.small.public.get(keys.WORKER)
    site.small.public.put(Put(keys.WORKER, source + b"// newer\n"))
    tab.evaluate("""async () => {
      const changed = new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
      await (await navigator.serviceWorker.ready).update();
      await changed;
    }""")
    tab.wait_for_function("(old) => caches.has(old).then(there => !there)", arg=f"ispace 0 pages {root}")
    assert {"of another program", f"ispace 1 pages {root}"} <= set(tab.evaluate("caches.keys()"))


def test_parts_of_a_kept_sound_are_given(site: Site, context: BrowserContext, tab: Page) -> None:
    visit(tab, site.page)
    tab.wait_for_function(f"async () => ({KEPT})().then(all => (all.things ?? []).length > 3)")
    tab.evaluate(
        """async () => {
          const { scope } = await navigator.serviceWorker.ready;
          const name = (await caches.keys()).find((n) => n.includes(' things '));
          const body = Uint8Array.from({ length: 100 }, (_, n) => n);
          const answer = new Response(body, { headers: { 'Content-Type': 'audio/mpeg' } });
          await (await caches.open(name)).put(scope + 'a/tieng.mp3', answer);
        }"""
    )
    with without_network(context):
        told = tab.evaluate(
            """async () => {
              const answer = await fetch('../a/tieng.mp3', { headers: { Range: 'bytes=10-19' } });
              const bytes = [...new Uint8Array(await answer.arrayBuffer())];
              return [answer.status, answer.headers.get('Content-Range'), bytes];
            }"""
        )
    assert told == [206, "bytes 10-19/100", list(range(10, 20))]


def test_a_tour_saved_whole_opens_every_scene_and_only_then(site: Site, context: BrowserContext, tab: Page) -> None:
    visit(tab, site.page)
    saved = tab.evaluate(
        """async (module) => {
          const { planSave, saveTour, savedTour } = await import(module);
          const url = document.getElementById('stage').dataset.tour;
          const before = await savedTour(url);
          const plan = await planSave(url);
          const shares = [];
          await saveTour(plan, { progress: ({ share }) => shares.push(share) });
          let held = 0;
          const cache = await caches.open((await caches.keys()).find((name) => name.includes(' saved/')));
          for (const request of await cache.keys()) held += (await (await cache.match(request)).blob()).size;
          return { before, plan, shares, held, after: await savedTour(url) };
        }""",
        site.module,
    )
    assert saved["before"] is None
    assert saved["after"]["release"] == site.small.current
    assert saved["shares"] == sorted(saved["shares"])
    assert saved["shares"][-1] == 1
    assert saved["held"] == pytest.approx(saved["plan"]["bytes"], rel=0.35)
    with without_network(context):
        tab.goto(f"{site.url}{SLUG}/en/index.html#san")
        tab.wait_for_selector(LIVE, state="attached")
        expect(tab.locator(".stage")).to_contain_text("Courtyard")
        assert tab.locator(".stage-note.is-error").count() == 0
    site.take_down()
    tab.goto(site.page)
    tab.wait_for_function(f"async () => ({KEPT})().then(all => !Object.keys(all).some(n => n.startsWith('saved/')))")


def test_saving_within_a_limit_keeps_the_coarse_levels(site: Site, tab: Page) -> None:
    visit(tab, site.page)
    plans = tab.evaluate(
        """async (module) => {
          const { planSave } = await import(module);
          const url = document.getElementById('stage').dataset.tour;
          const all = await planSave(url);
          return [all, await planSave(url, { limit_bytes: all.bytes - 1 }), await planSave(url, { limit_bytes: 1 })];
        }""",
        site.module,
    )
    assert plans[0]["face_px"] > plans[1]["face_px"] >= plans[2]["face_px"] == 0
    assert plans[1]["bytes"] < plans[0]["bytes"]


def test_a_tour_in_a_frame_registers_nothing_and_has_no_error(
    site: Site, context: BrowserContext, tab: Page, errors: list[str], tmp_path: Path
) -> None:
    kinds = ("", ' sandbox="allow-scripts"', ' sandbox="allow-scripts allow-same-origin"')
    frames = "".join(f'<iframe{kind} width=380 height=240 src="{site.page}"></iframe>' for kind in kinds)
    portal = tmp_path / "portal"
    portal.mkdir()
    (portal / "index.html").write_text(f"<!doctype html>{frames}", "utf-8")
    for server in serve(portal):
        tab.goto(server.url.replace("127.0.0.1", "localhost"))
        for frame in range(len(kinds)):
            tab.frame_locator("iframe").nth(frame).locator(LIVE).wait_for(state="attached")
        tab.wait_for_timeout(500)
        assert context.service_workers == []
        assert errors == []


def test_an_older_ispace_leaves_a_newer_worker_alone(site: Site) -> None:
    newer = b"/* ispace-worker 9999 */\nself.ISPACE = {};\n"
    site.small.public.put(Put(keys.WORKER, newer))
    site.small.title("Chùa khác")
    site.small.publish()
    assert site.small.public.get(keys.WORKER) == newer
    assert offline.edition(newer) == 9999


def test_an_installed_tour_has_icons_and_starts_at_its_page(site: Site, tab: Page) -> None:
    visit(tab, f"{site.url}{SLUG}/en/index.html")
    found = tab.context.new_cdp_session(tab).send("Page.getAppManifest")
    assert found["errors"] == []
    told = json.loads(found["data"])
    assert (told["lang"], told["display"], told["name"]) == ("en", "standalone", "A small pagoda")
    sizes = tab.evaluate(
        """async (url, icons) => Promise.all((await (await fetch(url)).json()).icons.map(async ({ src }) => {
          const picture = await createImageBitmap(await (await fetch(new URL(src, url))).blob());
          return picture.width;
        }))""",
        found["url"],
    )
    assert sizes == [192, 512, 192, 512]
