"""Every kind of hotspot in a Chromium: what a visitor sees, presses and hears of it, by pointer, touch and keyboard."""

from __future__ import annotations

import base64
import io
import math
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import DESKTOP, PHONE, Server, serve
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from synthetic import jpeg, put_tour, scene

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
WIDE = [(-100, 20), (-10, 20), (-10, -12), (-100, -12)]
WALL = [(-40, 15), (-15, 18), (-15, -4), (-40, -8)]
SCREEN = [(150, 10), (172, 10), (172, -6), (150, -6)]
HEAR = """
window.players = new Set();
window.gains = [];
window.pans = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () { window.players.add(this); return play.call(this); };
const { createGain, createStereoPanner } = AudioContext.prototype;
AudioContext.prototype.createGain = function () {
  const node = createGain.call(this); window.gains.push(node); return node; };
AudioContext.prototype.createStereoPanner = function () {
  const node = createStereoPanner.call(this); window.pans.push(node); return node; };
window.heard = () => [...window.players].filter(p => !p.paused).map(p => p.src.split('/').pop());
"""
RECORD = """() => new Promise((done) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
  const pen = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm;codecs=vp8' });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(',')[1]);
    reader.readAsDataURL(new Blob(parts));
  };
  recorder.start();
  let n = 0;
  const timer = setInterval(() => {
    pen.fillStyle = `hsl(${n * 20} 80% 50%)`;
    pen.fillRect(0, 0, 320, 180);
    if (++n > 12) { clearInterval(timer); recorder.stop(); }
  }, 80);
})"""


def _corners(points: list[tuple[float, float]]) -> list[dict[str, float]]:
    return [{"yaw_deg": yaw, "pitch_deg": pitch} for yaw, pitch in points]


def _card(name: str, yaw_deg: float, pitch_deg: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "card", "yaw_deg": yaw_deg, "pitch_deg": pitch_deg,
            "title": {"vi": f"Thẻ {name}", "en": f"Card {name}"}, **more}  # fmt: skip


def _hotspots() -> list[dict[str, Any]]:
    sound = {"reach_deg": 60, "volume": 1, "repeat": True}
    return [
        {"id": "toi-hai", "kind": "link", "yaw_deg": 8, "pitch_deg": -14, "target": "hai"},
        _card("bo-anh", 25, 8, media=["anh-1", "anh-2", "anh-3"], text={"vi": "Ba tấm ảnh."}),
        _card("cay", 40, -6, icon="tree"),
        {"id": "duong", "kind": "directions", "yaw_deg": 55, "pitch_deg": 5, "url": "https://maps.example.org/?to=1,2"},
        {"id": "am", "kind": "sound", "yaw_deg": 70, "pitch_deg": 0, "medium": "chuong",
         "title": {"vi": "Tiếng chuông"}, **sound},
        *[_card(f"gan-{n}", 100 + 3 * n, 2 * (n % 2)) for n in range(4)],
        *[_card(f"trung-{n}", 128, -3) for n in range(3)],
        {"id": "phim", "kind": "layer", "corners": _corners(SCREEN), "medium": "phim", "title": {"vi": "Phim lễ hội"}},
        {"id": "bien", "kind": "layer", "corners": _corners(WALL), "medium": "bien", "title": {"vi": "Biển hiệu"},
         "text": {"vi": "Biển sơn son."}},
    ]  # fmt: skip


def _many(count: int) -> list[dict[str, Any]]:
    """Hotspots all over the sphere, evenly, the same in every run."""
    golden = 180 * (3 - math.sqrt(5))
    return [
        _card(f"d{n}", (n * golden + 180) % 360 - 180, math.degrees(math.asin(1 - (2 * n + 1) / count)))
        for n in range(count)
    ]


@pytest.fixture(scope="session")
def film(browser: Browser) -> bytes:
    """A second of moving colours, recorded by the browser itself."""
    tab = browser.new_page()
    data = base64.b64decode(tab.evaluate(RECORD))
    tab.close()
    return data


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, front_end: Path, film: bytes) -> Path:
    """A tour with every kind of hotspot on plain grey scenes."""
    root = tmp_path_factory.mktemp("hotspots")

    def grey(direction: np.ndarray) -> np.ndarray:
        return np.broadcast_to(np.uint8(110), direction.shape)

    small = {"tile_px": 416, "levels_px": [416]}
    sound = {"id": "am-2", "kind": "sound", "yaw_deg": -90, "pitch_deg": 0, "medium": "chuong",
             "title": {"vi": "Chuông xa"}, "reach_deg": 30, "volume": 1, "repeat": True}  # fmt: skip
    scenes = [
        scene(root, "mot", grey, {"vi": "Sân trước", "en": "Front"}, hotspots=_hotspots(), **small),
        scene(root, "hai", grey, {"vi": "Sân sau", "en": "Yard"}, **small, hotspots=[
            {"id": "ve", "kind": "link", "yaw_deg": 0, "pitch_deg": -10, "target": "mot"},
            {"id": "sang", "kind": "link", "yaw_deg": 30, "pitch_deg": -10, "target": "ba"}, sound,
            {"id": "rong", "kind": "layer", "corners": _corners(WIDE), "medium": "bien", "title": {"vi": "Tấm rộng"}},
        ]),
        scene(root, "ba", grey, {"vi": "Năm trăm điểm", "en": "Five hundred"}, hotspots=_many(500), **small),
    ]  # fmt: skip
    media: dict[str, dict[str, Any]] = {}
    for n in (1, 2, 3):
        (root / "a" / f"anh-{n}.jpg").write_bytes(jpeg(np.full((90, 160, 3), 60 * n, np.uint8)))
        media[f"anh-{n}"] = {"kind": "image", "url": f"../../../a/anh-{n}.jpg", "width_px": 160, "height_px": 90,
                             "alt": {"vi": f"Ảnh số {n}"}, "credit": "Người chụp"}  # fmt: skip
    board = np.zeros((100, 300, 3), np.uint8)
    board[:, :, 0] = board[:, :, 2] = 255
    (root / "a" / "bien.jpg").write_bytes(jpeg(board, 95))
    media["bien"] = {"kind": "image", "url": "../../../a/bien.jpg", "width_px": 300, "height_px": 100,
                     "alt": {"vi": "Một tấm biển"}}  # fmt: skip
    (root / "a" / "chuong.wav").write_bytes(_tone())
    media["chuong"] = {"kind": "audio", "url": "../../../a/chuong.wav", "transcript": {"vi": "Ba tiếng chuông."}}
    (root / "a" / "phim.webm").write_bytes(film)
    (root / "a" / "phim.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:10.000\nCờ hội.\n", "utf-8")
    media["phim"] = {"kind": "video", "url": "../../../a/phim.webm", "captions": {"vi": "../../../a/phim.vtt"},
                     "poster": "../../../a/anh-1.jpg"}  # fmt: skip
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Đủ loại điểm", "en": "Every kind"}, "description": {"vi": "Thử"}, "start": "mot",
        "page": {"vi": "../../../index.html", "en": "../../../en.html"}, "scenes": scenes, "products": {},
        "media": media,
    }  # fmt: skip
    put_tour(root, tour, front_end, vi="index.html", en="en.html")
    return root


def _tone() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes((np.sin(np.arange(16000) / 6) * 9000).astype("<i2").tobytes())
    return buffer.getvalue()


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    yield from serve(site)


def live(tab: Page) -> Page:
    """Wait until the viewer shows its scene and knows the whole tour."""
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_function("() => performance.getEntriesByType('resource').some(e => e.name.endsWith('tour.json'))")
    return tab


def at_rest(tab: Page) -> None:
    """Wait until nothing moves any more."""
    tab.wait_for_function(
        """() => new Promise(done => {
            const where = () => [...document.querySelectorAll('.stage-spots > *, .stage-layers > *')]
                .map(e => e.style.transform).join();
            const before = where();
            setTimeout(() => done(before === where()), 250);
        })"""
    )


def turn(tab: Page, hash_: str) -> None:
    """Follow a link to a view of the scene that is shown, and wait until it is seen."""
    where = "[...document.querySelectorAll('.stage-areas > *')].map(e => e.getAttribute('points')).join()"
    before = tab.evaluate(where)
    tab.evaluate("h => { location.hash = h; }", hash_)
    tab.wait_for_function(f"before => {where} !== before", arg=before)
    at_rest(tab)


def seen(points: list[tuple[float, float]], view: tuple[float, float, float], box: dict[str, float]) -> np.ndarray:
    """Return where directions appear in a view (yaw, pitch, hfov over the longer side), in pixels of the page."""
    yaw, pitch, hfov = (math.radians(v) for v in view)
    focal = max(box["width"], box["height"]) / 2 / math.tan(hfov / 2)
    found = []
    for a, p in points:
        turn, rise = math.radians(a) - yaw, math.radians(p)
        x, y, z = math.sin(turn) * math.cos(rise), math.sin(rise), math.cos(turn) * math.cos(rise)
        up, ahead = y * math.cos(pitch) - z * math.sin(pitch), y * math.sin(pitch) + z * math.cos(pitch)
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        found.append((middle[0] + focal * x / ahead, middle[1] - focal * up / ahead))
    return np.array(found)


def stage_box(tab: Page) -> dict[str, float]:
    box = tab.locator(".stage").bounding_box()
    assert box
    return dict(box)


# Ways


def test_a_way_shows_where_it_leads_to_the_pointer_and_to_the_keyboard(server: Server, open_page: Opener) -> None:
    tab = live(open_page(server.url))
    way = tab.get_by_role("link", name="Sang cảnh: Sân sau")
    preview = tab.locator(".stage-preview")
    way.hover()
    expect(preview.locator("img")).to_have_attribute("src", f"{server.url}a/hai-thumb.jpg")
    expect(preview).to_contain_text("Sân sau")
    # It can be pointed at itself, and stays.
    box = preview.bounding_box()
    assert box
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2, steps=8)
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30, steps=8)
    tab.wait_for_timeout(500)
    expect(preview).to_be_visible()
    tab.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    tab.mouse.move(700, 150)
    tab.get_by_role("application").focus()
    tab.keyboard.press("Tab")
    way.focus()
    expect(preview).to_be_visible()
    tab.keyboard.press("Tab")
    expect(preview).to_have_count(0)
    way.hover()
    preview.locator("img").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")


def test_a_tap_walks_at_once_and_a_long_press_shows_where_to(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/0/0/90", **PHONE_OPTIONS))
    way = tab.get_by_role("link", name="Sang cảnh: Sân sau")
    box = way.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = tab.context.new_cdp_session(tab)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(tab.locator(".stage-preview img")).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.wait_for_timeout(200)
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân trước, cảnh 1/3")
    expect(tab.locator(".stage-preview")).to_have_count(1)
    way.tap()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")


def test_an_arrow_lies_in_the_perspective_of_the_ground(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/40/-30/90"))
    disc = tab.locator(".is-link:not(.is-away) .stage-spot-disc")
    at_rest(tab)
    tip, middle = disc.evaluate(
        """e => { const m = new DOMMatrix(getComputedStyle(e).transform);
        return [[0, -28], [0, 0]].map(([x, y]) => { const p = m.transformPoint(new DOMPoint(x, y));
            return [p.x / p.w, p.y / p.w]; }); }"""
    )
    # Seen from the right the way to the front points to the left and up, as its path would.
    (ax, ay), (bx, by) = seen([(8, -14), (8, -10)], (40, -30, 90), stage_box(tab))
    path = math.degrees(math.atan2(by - ay, bx - ax))
    arrow = math.degrees(math.atan2(tip[1] - middle[1], tip[0] - middle[0]))
    assert abs(arrow - path) < 3


# Crowds and labels


def test_hotspots_that_would_cover_each_other_are_one_number_that_parts_when_pressed(
    server: Server, open_page: Opener
) -> None:
    tab = live(open_page(f"{server.url}#mot/104/0/90", **PHONE_OPTIONS))
    number = tab.get_by_role("button", name="4 điểm tương tác ở đây: Thẻ gan-0, Thẻ gan-1, Thẻ gan-2, Thẻ gan-3")
    expect(number).to_have_text("4")
    assert tab.locator(".is-card:not(.is-away)").count() == 0
    number.tap()
    expect(number).to_have_count(0)
    at_rest(tab)
    apart = tab.locator(".stage-spots > :not(.is-away) > [aria-label*='gan-']")
    assert apart.count() >= 2, "some of them have parted"


def test_hotspots_that_no_zoom_can_part_are_listed(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/128/0/80"))
    number = tab.get_by_role("button", name="3 điểm tương tác ở đây")
    number.press("Enter")
    sheet = tab.get_by_role("dialog", name="3 điểm tương tác ở đây")
    expect(sheet.get_by_role("button", name="Thông tin: ")).to_have_count(3)
    sheet.get_by_role("button", name="Thông tin: Thẻ trung-1").press("Enter")
    card = tab.get_by_role("dialog", name="Thẻ trung-1")
    expect(card).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("button", name="Thông tin: Thẻ trung-1")).to_be_focused()


def test_the_keyboard_reaches_each_hotspot_of_a_crowd_in_a_stable_order(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/104/0/90", **PHONE_OPTIONS))
    at_rest(tab)
    first = tab.get_by_role("button", name="Thông tin: Thẻ gan-0")
    first.focus()
    for n in range(4):
        expect(tab.get_by_role("button", name=f"Thông tin: Thẻ gan-{n}")).to_be_focused()
        # What has the focus stands apart from its crowd, which names only the others.
        expect(tab.locator(f"li:has(> [aria-label='Thông tin: Thẻ gan-{n}'])")).not_to_have_class("is-card is-away")
        expect(tab.get_by_role("button", name="3 điểm tương tác ở đây: Thẻ gan")).to_have_count(1)
        tab.keyboard.press("Tab")
    tab.get_by_role("application").focus()
    expect(tab.get_by_role("button", name="4 điểm tương tác")).to_have_count(1)


def test_turning_changes_no_crowd_and_no_label_covers_another(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#ba/0/0/110", **PHONE_OPTIONS))
    tab.get_by_role("application").focus()
    at_rest(tab)
    crowds = "[...document.querySelectorAll('.stage-crowd')].map(e => e.ariaLabel).sort()"
    before = tab.evaluate(crowds)
    assert before
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowRight"):
        tab.keyboard.press(key)
        at_rest(tab)
        assert tab.evaluate(crowds) == before
        covering = tab.evaluate(
            """() => {
            const boxes = [...document.querySelectorAll('li:not(.is-away) .stage-spot-label:not(.is-quiet, :empty)')]
                .map(e => e.getBoundingClientRect());
            const discs = [...document.querySelectorAll('.stage-spots > :not(.is-away) .stage-spot-disc')]
                .map(e => e.getBoundingClientRect());
            const cover = (a, b, by) => a.left < b.right - by && b.left < a.right - by
                && a.top < b.bottom - by && b.top < a.bottom - by;
            return { labels: boxes.length, discs: discs.length,
                both: boxes.filter((a, i) => boxes.some((b, j) => j > i && cover(a, b, 0))).length,
                over: discs.filter((a, i) => discs.some((b, j) => j > i && cover(a, b, 12))).length }; }"""
        )
        assert covering["discs"] > 5
        assert (covering["both"], covering["over"]) == (0, 0)


def test_turning_among_five_hundred_hotspots_reads_no_layout(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#ba/0/0/90"))
    tab.get_by_role("application").focus()
    at_rest(tab)
    # Each label is measured once, when it comes into view: the way is turned once before.
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
    at_rest(tab)
    tab.keyboard.press("Home")
    at_rest(tab)
    reads = tab.evaluate(
        """() => new Promise(done => {
        let reads = 0, frames = 0;
        for (const name of ['offsetWidth', 'offsetHeight', 'clientWidth', 'offsetTop']) {
            const proto = name.startsWith('client') ? Element.prototype : HTMLElement.prototype;
            const { get } = Object.getOwnPropertyDescriptor(proto, name);
            Object.defineProperty(proto, name, { configurable: true, get() { reads++; return get.call(this); } });
        }
        const rect = Element.prototype.getBoundingClientRect;
        Element.prototype.getBoundingClientRect = function () { reads++; return rect.call(this); };
        const press = type => document.activeElement.dispatchEvent(
            new KeyboardEvent(type, { key: 'ArrowRight', bubbles: true, cancelable: true }));
        const frame = () => {
            if (frames % 8 === 0) press('keydown');
            if (frames % 8 === 1) press('keyup');
            if (++frames < 30) requestAnimationFrame(frame); else done(reads);
        };
        requestAnimationFrame(frame);
    })"""
    )
    assert reads == 0


# Layers


def test_a_layer_lies_exactly_on_its_corners(server: Server, open_page: Opener, subtests: Any) -> None:
    tab = live(open_page(f"{server.url}#mot/-25/0/90", reduced_motion="reduce"))
    picture = tab.locator(".stage-layers img")
    expect(picture).to_have_count(1)
    tab.wait_for_function("() => document.querySelector('.stage-layers img').complete")
    for view in ((-30, 0, 90), (-70, 20, 70), (5, -20, 100), (-28, 4, 60)):
        with subtests.test(view):
            turn(tab, f"#mot/{view[0]}/{view[1]}/{view[2]}")
            box = stage_box(tab)
            true = seen(WALL, view, box)
            found = picture.bounding_box()
            assert found
            assert abs(found["x"] - true[:, 0].min()) < 1
            assert abs(found["x"] + found["width"] - true[:, 0].max()) < 1
            assert abs(found["y"] - true[:, 1].min()) < 1
            assert abs(found["y"] + found["height"] - true[:, 1].max()) < 1


def test_of_a_layer_beside_the_viewer_only_what_is_ahead_is_seen(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#hai/115/0/110", reduced_motion="reduce"))
    tab.wait_for_function("() => document.querySelector('.stage-layers img')?.complete")
    for yaw, shown in ((60, [False, False]), (20, [True, False]), (-130, [False, True]), (110, [False, False])):
        turn(tab, f"#hai/{yaw}/0/110")
        tab.evaluate("document.querySelectorAll('.stage > :not(.stage-surface)').forEach(e => e.hidden = true)")
        shot = np.asarray(Image.open(io.BytesIO(tab.locator(".stage").screenshot())).convert("RGB")).astype(int)
        magenta = (shot[:, :, 0] > 200) & (shot[:, :, 1] < 60) & (shot[:, :, 2] > 200)
        width = shot.shape[1]
        # Nothing of it is mirrored to the other side.
        assert [magenta[:, : width // 2].any(), magenta[:, width // 2 :].any()] == shown, yaw


def test_a_layer_is_a_button_that_opens_its_card(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/-25/0/90"))
    control = tab.get_by_role("button", name="Hình trong cảnh: Biển hiệu")
    control.focus()
    tab.keyboard.press("Enter")
    card = tab.get_by_role("dialog", name="Biển hiệu")
    expect(card.get_by_role("img", name="Một tấm biển")).to_be_visible()
    expect(card).to_contain_text("Biển sơn son.")
    tab.keyboard.press("Escape")
    expect(control).to_be_focused()
    at_rest(tab)
    x, y = seen([(-34, 8)], (-25, 0, 90), stage_box(tab))[0]
    tab.mouse.click(x, y)
    expect(card).to_be_visible()


def test_a_film_in_the_scene_plays_without_sound_when_it_is_asked_to(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/160/0/90", script=HEAR))
    film = tab.locator(".stage-layers video")
    expect(film).to_have_attribute("poster", f"{server.url}a/anh-1.jpg")
    assert film.evaluate("e => [e.paused, e.muted, e.textTracks[0].mode]") == [True, True, "showing"]
    tab.get_by_role("button", name="Hình trong cảnh: Phim lễ hội").focus()
    tab.keyboard.press("Tab")
    play = tab.get_by_role("button", name="Phát phim: Phim lễ hội")
    expect(play).to_be_focused()
    tab.keyboard.press("Enter")
    expect(play).to_have_attribute("aria-pressed", "true")
    tab.wait_for_function("() => !document.querySelector('.stage-layers video').paused")
    tab.keyboard.press("Enter")
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(play).to_be_focused()
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => !document.querySelector('.stage-layers video').paused")
    tab.evaluate("location.hash = '#mot/0/0/60'")
    tab.wait_for_function("() => document.querySelector('.stage-layers video').paused")


# Sounds


def test_a_sound_of_the_scene_is_the_visitors_choice(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/70/0/90", script=HEAR))
    tab.wait_for_timeout(400)
    assert tab.evaluate("window.heard()") == []
    silence = tab.get_by_role("button", name="Tắt âm thanh trong cảnh")
    expect(silence).to_have_count(0)
    spot = tab.get_by_role("button", name="Âm thanh: Tiếng chuông")
    spot.focus()
    tab.keyboard.press("Enter")
    card = tab.get_by_role("dialog", name="Tiếng chuông")
    expect(card).to_contain_text("Ba tiếng chuông.")
    assert tab.evaluate("window.heard()") == ["chuong.wav"]
    expect(tab.locator("[aria-live=polite]").first).to_contain_text("Đang phát: Tiếng chuông")
    listen = card.get_by_role("button", name="Nghe", pressed=True)
    listen.click()
    assert tab.evaluate("window.heard()") == []
    card.get_by_role("button", name="Nghe", pressed=False).click()
    tab.keyboard.press("Escape")
    expect(spot).to_be_focused()
    silence.click()
    assert tab.evaluate("window.heard()") == []
    expect(silence).to_have_attribute("aria-pressed", "true")
    silence.click()
    assert tab.evaluate("window.heard()") == ["chuong.wav"]
    hide = "h => { Object.defineProperty(document, 'hidden', {value: h, configurable: true});" + (
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    tab.evaluate(hide, True)
    assert tab.evaluate("window.heard()") == []
    tab.evaluate(hide, False)
    assert tab.evaluate("window.heard()") == ["chuong.wav"]


def test_a_sound_comes_from_its_side_and_goes_on_where_the_next_scene_has_it_too(
    server: Server, open_page: Opener
) -> None:
    tab = live(open_page(f"{server.url}#mot/70/0/90", script=HEAR, reduced_motion="reduce"))
    tab.get_by_role("button", name="Âm thanh: Tiếng chuông").click()
    tab.keyboard.press("Escape")
    heard = "[window.gains[0].gain.value, window.pans[0].pan.value]"
    tab.wait_for_function(f"() => {heard}[0] > 0.95")
    tab.evaluate("location.hash = '#mot/10/0/90'")
    tab.wait_for_function(f"() => Math.abs({heard}[0] - 0.5) < 0.02 && Math.abs({heard}[1] - 0.866) < 0.02")
    tab.evaluate("location.hash = '#hai'")
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")
    assert tab.evaluate("window.heard()") == ["chuong.wav"]
    # There it lies to the left, and has a shorter reach.
    tab.wait_for_function(f"() => {heard}[0] < 0.2 && {heard}[1] < -0.95")
    tab.evaluate("location.hash = '#ba'")
    expect(tab.get_by_role("application")).to_have_accessible_name("Năm trăm điểm, cảnh 3/3")
    tab.wait_for_function("() => window.heard().length === 0")
    expect(tab.get_by_role("button", name="Tắt âm thanh trong cảnh")).to_have_count(0)


def test_a_sound_that_does_not_load_says_so(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if path.endswith(".wav") else None
    tab = live(open_page(f"{server.url}#mot/70/0/90", allow=("404",)))
    tab.get_by_role("button", name="Âm thanh: Tiếng chuông").click()
    expect(tab.locator(".stage-note")).to_contain_text("Không phát được: Tiếng chuông")


# Cards


def test_pictures_of_a_card_are_leafed_through_and_enlarged(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/25/0/90", reduced_motion="reduce"))
    tab.get_by_role("button", name="Thông tin: Thẻ bo-anh").click()
    card = tab.get_by_role("dialog", name="Thẻ bo-anh")
    gallery = card.get_by_role("group", name="Thẻ bo-anh")
    expect(gallery).to_contain_text("1/3")
    gallery.get_by_role("button", name="Ảnh sau").click()
    expect(gallery).to_contain_text("2/3")
    expect(gallery.locator("[aria-live]")).to_have_text("Ảnh 2/3")
    tab.keyboard.press("ArrowRight")
    expect(gallery).to_contain_text("3/3")
    tab.wait_for_function("() => document.querySelector('.stage-gallery-row').scrollLeft > 500")
    gallery.locator(".stage-gallery-row").evaluate("e => e.scrollTo(0, 0)")
    expect(gallery).to_contain_text("1/3")
    view = tab.evaluate("location.hash")
    enlarge = gallery.get_by_role("button", name="Phóng to ảnh: Ảnh số 1")
    enlarge.click()
    large = tab.get_by_role("dialog", name="Ảnh số 1")
    expect(large).to_contain_text("Nguồn: Người chụp")
    image = large.get_by_role("img", name="Ảnh số 1")
    before = image.bounding_box()
    tab.keyboard.press("+")
    after = image.bounding_box()
    assert before
    assert after
    assert after["width"] == pytest.approx(before["width"] * 1.6, rel=0.01)
    tab.keyboard.press("0")
    tab.keyboard.press("ArrowRight")
    expect(tab.get_by_role("dialog", name="Ảnh số 2")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator(".stage-enlarged")).to_have_count(0)
    expect(enlarge).to_be_focused()
    expect(card).to_be_visible()
    assert tab.evaluate("location.hash") == view, "the picture behind has not turned"


def test_icons_say_what_is_inside_and_directions_lead_to_the_map(server: Server, open_page: Opener) -> None:
    tab = live(open_page(f"{server.url}#mot/45/0/100"))
    at_rest(tab)

    def icon(kind: str, name: str) -> str | None:
        return tab.get_by_role(kind, name=name).locator("use").get_attribute("href")  # type: ignore[arg-type]

    assert icon("button", "Thông tin: Thẻ bo-anh") == "#i-images"
    assert icon("button", "Thông tin: Thẻ cay") == "#i-tree-palm"
    assert icon("button", "Âm thanh: Tiếng chuông") == "#i-audio-lines"
    way = tab.get_by_role("link", name="Chỉ đường tới đây")
    expect(way).to_have_attribute("href", "https://maps.example.org/?to=1,2")
    expect(way).to_have_attribute("rel", "noopener noreferrer")
    expect(way.locator(".stage-spot-label")).to_have_text("Chỉ đường")


def test_a_part_that_does_not_load_says_so_and_the_rest_works(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.endswith(("sounds.js", "layers.js", "preview.js")) else None
    tab = live(open_page(f"{server.url}#mot/70/0/90", allow=("503", "Failed to")))
    expect(tab.locator(".stage-note")).to_contain_text("Chưa tải được phần này")
    tab.get_by_role("button", name="Âm thanh: Tiếng chuông").click()
    card = tab.get_by_role("dialog", name="Tiếng chuông")
    expect(card.locator("audio[controls]")).to_have_count(1)
    expect(card).to_contain_text("Ba tiếng chuông.")


def test_axe_finds_nothing_in_any_state_of_hotspots(
    server: Server, open_page: Opener, front_end: Path, subtests: Any
) -> None:
    axe = (front_end.parents[1] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    tab = live(open_page(f"{server.url}#mot/25/0/90", viewport=DESKTOP))
    tab.evaluate(axe)

    def clean(state: str) -> None:
        with subtests.test(state):
            found = tab.evaluate("axe.run(document.querySelector('.stage'))")["violations"]
            assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == []

    tab.get_by_role("link", name="Sang cảnh").first.hover()
    expect(tab.locator(".stage-preview")).to_be_visible()
    clean("preview")
    tab.get_by_role("button", name="Thông tin: Thẻ bo-anh").press("Enter")
    expect(tab.locator(".stage-gallery-bar")).to_be_visible()
    tab.wait_for_timeout(400)
    clean("gallery")
    tab.get_by_role("button", name="Phóng to ảnh: Ảnh số 1").press("Enter")
    clean("enlarged")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    tab.evaluate("location.hash = '#mot/128/0/80'")
    at_rest(tab)
    clean("crowds")
    tab.get_by_role("button", name="3 điểm tương tác ở đây").press("Enter")
    tab.wait_for_timeout(400)
    clean("list of a crowd")
    tab.keyboard.press("Escape")
    tab.evaluate("location.hash = '#mot/70/0/80'")
    tab.get_by_role("button", name="Âm thanh: Tiếng chuông").press("Enter")
    tab.wait_for_timeout(400)
    clean("sound")
