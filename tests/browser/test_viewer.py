"""The viewer in a Chromium, on a small synthetic tour: what a visitor sees, presses and hears."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compare import HIDE_CHROME, SETTLED, best_shift, psnr
from conftest import DESKTOP, PHONE, Server, page_opener, serve
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from synthetic import equirect, jpeg, put_tour, rectilinear, sampler, scene

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
COUNT_FRAMES = """
window.frames_drawn = 0;
const draw = WebGL2RenderingContext.prototype.clear;
WebGL2RenderingContext.prototype.clear = function (...a) { window.frames_drawn++; return draw.apply(this, a); };
"""


def _hotspots() -> list[dict[str, Any]]:
    return [
        {"id": "toi-hai", "kind": "link", "yaw_deg": 10, "pitch_deg": -12, "target": "hai", "title": None,
         "arrival": {"yaw_deg": 90, "pitch_deg": 5, "hfov_deg": 80}},
        {"id": "the", "kind": "card", "yaw_deg": -25, "pitch_deg": 6, "title": {"vi": "Thẻ mặt trước"},
         "text": {"vi": f"Đoạn một. {EVIL}\n\nĐoạn hai."}, "media": ["anh", "tieng"]},
        {"id": "trang", "kind": "url", "yaw_deg": 28, "pitch_deg": 10, "title": {"vi": "Trang mẫu"},
         "url": "https://example.org/", "text": {"vi": "Mở trang khác"}},
        {"id": "doc", "kind": "url", "yaw_deg": 0, "pitch_deg": 20, "title": {"vi": "Độc"},
         "url": "javascript:alert(1)"},
        {"id": "goi", "kind": "phone", "yaw_deg": 60, "pitch_deg": 0, "title": {"vi": "Quầy vé"},
         "phone": "+84 296 000"},
        {"id": "hang", "kind": "product", "yaw_deg": 130, "pitch_deg": 0, "product": "mam"},
        {"id": "vung", "kind": "area", "title": {"vi": EVIL}, "text": {"vi": "Một vùng"},
         "points": [{"yaw_deg": y, "pitch_deg": p} for y, p in ((-130, -10), (-110, -10), (-110, 10), (-130, 10))]},
        {"id": "toi-ba", "kind": "link", "yaw_deg": 180, "pitch_deg": -12, "target": "ba", "title": {"vi": "Ra sau"}},
    ]  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """A published tour of three scenes in a folder of its own."""
    root = tmp_path_factory.mktemp("tour")
    first, second = sampler(equirect()), sampler(equirect(hue=1))
    view = {"yaw_deg": 0, "pitch_deg": -3, "hfov_deg": 90}
    scenes = [
        scene(root, "mot", first, {"vi": "Mặt trước", "en": "Front"}, hotspots=_hotspots(), north_deg=10.0,
              initial_view=view),
        scene(root, "hai", second, {"vi": "Sân sau", "en": "Yard"}, north_deg=100.0, hotspots=[
            {"id": "ve", "kind": "link", "yaw_deg": 90, "pitch_deg": -10, "target": "mot", "title": {"vi": "Trở lại"}},
        ]),
        scene(root, "ba", sampler(equirect(hue=2)), {"vi": "Hành lang", "en": "Corridor"}, limits={
            "yaw_min_deg": -80, "yaw_max_deg": 80, "pitch_min_deg": -45, "pitch_max_deg": 40,
            "hfov_min_deg": 30, "hfov_max_deg": 85,
        }),
    ]  # fmt: skip
    (root / "a" / "anh.jpg").write_bytes(jpeg(np.full((90, 160, 3), 120, np.uint8)))
    (root / "a" / "tieng.wav").write_bytes(_silence())
    product = {
        "name": {"vi": "Mắm thái"}, "summary": {"vi": EVIL}, "group": "food", "stars": 4, "decision": "000/QĐ",
        "issuer": {"vi": "Tỉnh"}, "issued_on": "2021-03-15", "expires_on": "2024-03-15", "sample": True, "media": [],
        "maker": {"name": {"vi": "Cơ sở mẫu"}, "address": {"vi": "Châu Đốc"}, "phone": "+84 296 000 0000"},
        "links": [
            {"kind": "map", "url": "https://example.org/map"}, {"kind": "trace", "url": "https://example.org/trace"},
            {"kind": "shop", "url": "javascript:alert(1)"},
        ],
    }  # fmt: skip
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Quả cầu chữ", "en": "Lettered sphere"}, "description": {"vi": "Thử"}, "start": "mot",
        "page": {"vi": "../../../index.html", "en": "../../../en.html"}, "scenes": scenes,
        "products": {"mam": product},
        "media": {
            "anh": {"kind": "image", "url": "../../../a/anh.jpg", "width_px": 160, "height_px": 90,
                    "alt": {"vi": "Một ô xám"}, "credit": "Người chụp"},
            "tieng": {"kind": "audio", "url": "../../../a/tieng.wav", "alt": {"vi": "Tiếng chuông"},
                      "transcript": {"vi": "Ba tiếng chuông."}, "credit": None, "captions": None},
        },
    }  # fmt: skip
    put_tour(root, tour, front_end, vi="index.html", en="en.html")
    return root


def _silence() -> bytes:
    import wave

    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    return buffer.getvalue()


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    yield from serve(site)


Opener = Callable[..., Page]


def settle(tab: Page) -> None:
    """Wait until the viewer is live and has nothing left to do."""
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_function(SETTLED)


def picture(tab: Page) -> np.ndarray:
    """Return what the stage shows without anything drawn over the picture (float, h × w × 3)."""
    tab.evaluate(HIDE_CHROME)
    shot = tab.locator(".stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(float)


def poster(tab: Page) -> np.ndarray:
    """Return what the stage shows before (or without) the viewer."""
    tab.wait_for_timeout(300)
    return np.asarray(Image.open(io.BytesIO(tab.locator(".stage").screenshot())).convert("RGB")).astype(float)


def hash_view(tab: Page) -> tuple[str, float, float, float]:
    """Return scene, yaw, pitch and hfov from the address, which follows the view after half a second of rest."""
    seen = ["", ""]
    while len(seen) < 20 and not (seen[-1].count("/") == 3 and seen[-1] == seen[-2]):
        tab.wait_for_timeout(1000)
        seen.append(tab.evaluate("location.hash.slice(1)"))
    name, *numbers = seen[-1].split("/")
    yaw, pitch, hfov = (float(n) for n in numbers)
    return name, yaw, pitch, hfov


def middle_of(tab: Page, name: str) -> tuple[float, float]:
    """Return where on the page the disc of a hotspot has its middle."""
    box = tab.get_by_role("link", name=name).or_(tab.get_by_role("button", name=name)).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def at_rest(tab: Page, name: str) -> tuple[float, float]:
    """Return where on the page the disc of a hotspot comes to rest once the view has turned."""
    before, now = (0.0, 0.0), middle_of(tab, name)
    while now != before:
        tab.wait_for_timeout(900)
        before, now = now, middle_of(tab, name)
    return now


def test_the_canvas_takes_over_from_the_poster_without_a_jump(server: Server, open_page: Opener, subtests: Any) -> None:
    for options in (PHONE_OPTIONS, {"viewport": DESKTOP}):
        with subtests.test(options["viewport"]):
            still = open_page(server.url, java_script_enabled=False, **options)
            still.wait_for_timeout(300)
            before = np.asarray(Image.open(io.BytesIO(still.locator(".stage").screenshot())).convert("RGB")).astype(
                float
            )
            live = open_page(server.url, **options)
            settle(live)
            live.wait_for_timeout(400)
            after = picture(live)
            assert live.locator(".stage-poster").evaluate("e => getComputedStyle(e).visibility") == "hidden"
            # The page's own heading lies on the top of the poster, so the top is left out.
            skip = before.shape[0] // 4
            assert psnr(before[skip:], after[skip:]) >= 30
            assert best_shift(before[skip:], after[skip:]) == (0, 0)


def test_the_poster_itself_is_drawn_until_the_tiles_are_there(server: Server, open_page: Opener) -> None:
    still = open_page(server.url, java_script_enabled=False)
    before = poster(still)
    server.refused = lambda path: 404 if "/t/" in path else None
    live = open_page(server.url, allow=("404",))
    live.wait_for_selector(".stage.is-live", state="attached")
    live.wait_for_timeout(600)
    after = picture(live)
    assert psnr(before[220:], after[220:]) >= 34
    assert best_shift(before[220:], after[220:]) == (0, 0)


def test_the_picture_is_what_the_panorama_shows_there(server: Server, open_page: Opener, subtests: Any) -> None:
    colour = sampler(equirect())
    for yaw, pitch, hfov in ((45, 35.3, 70), (180, 0, 90), (20, -90, 80), (-135, 60, 100)):
        with subtests.test(f"{yaw}/{pitch}/{hfov}"):
            tab = open_page(f"{server.url}#mot/{yaw}/{pitch}/{hfov}")
            settle(tab)
            seen = picture(tab)
            height, width = seen.shape[:2]
            truth = rectilinear(
                colour, yaw_deg=yaw, pitch_deg=pitch, hfov_deg=hfov, width_px=width, height_px=height
            ).astype(float)
            assert psnr(seen, truth) >= 26
            assert best_shift(truth, seen) == (0, 0)


def test_an_idle_viewer_draws_nothing(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, script=COUNT_FRAMES)
    settle(tab)
    drawn = [0]
    # What comes after the first picture may still want a frame; then there is rest.
    while len(drawn) < 10 and (drawn[-1] == 0 or drawn[-1] != drawn[-2]):
        tab.wait_for_timeout(1500)
        drawn.append(tab.evaluate("window.frames_drawn"))
    assert drawn[-1] == drawn[-2] > 0, drawn


def test_a_hotspot_stands_exactly_where_it_belongs(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/5/2/70")
    settle(tab)
    stage = tab.locator(".stage").bounding_box()
    assert stage
    focal = max(stage["width"], stage["height"]) / 2 / math.tan(math.radians(35))
    for name, yaw, pitch in (("Sang cảnh: Sân sau", 10, -12), ("Thông tin: Thẻ mặt trước", -25, 6)):
        x, y = middle_of(tab, name)
        a, p, v = math.radians(yaw - 5), math.radians(pitch), math.radians(2)
        ahead = math.cos(p) * math.cos(a) * math.cos(v) + math.sin(p) * math.sin(v)
        rise = math.sin(p) * math.cos(v) - math.cos(p) * math.cos(a) * math.sin(v)
        assert abs(x - (stage["x"] + stage["width"] / 2 + focal * math.cos(p) * math.sin(a) / ahead)) < 0.6
        assert abs(y - (stage["y"] + stage["height"] / 2 - focal * rise / ahead)) < 0.6


def test_a_drag_keeps_the_grabbed_point_under_the_pointer(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    x, y = middle_of(tab, "Thông tin: Thẻ mặt trước")
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y + 20, steps=4)
    tab.mouse.move(x + 150, y + 90, steps=6)
    moved = middle_of(tab, "Thông tin: Thẻ mặt trước")
    assert abs(moved[0] - x - 150) < 1 and abs(moved[1] - y - 90) < 1  # noqa: PT018
    tab.mouse.up()
    # A drag that began on a hotspot is no click.
    assert tab.locator("dialog[open]").count() == 0


def test_a_throw_glides_on_and_comes_to_rest(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    for way in (1, -1) * 4:  # a busy machine may let go long after the last move, which is no throw
        tab.mouse.move(600, 500)
        tab.mouse.down()
        for step in range(1, 9):
            tab.mouse.move(600 + 20 * way * step, 500)
        tab.mouse.up()
        at_release = middle_of(tab, "Thông tin: Thẻ mặt trước")
        tab.wait_for_timeout(2500)
        rest = middle_of(tab, "Thông tin: Thẻ mặt trước")
        if rest != at_release:
            break
    assert rest != at_release
    places = [at_release, rest]
    while len(places) < 15 and places[-1] != places[-2]:
        tab.wait_for_timeout(700)
        places.append(middle_of(tab, "Thông tin: Thẻ mặt trước"))
    assert places[-1] == places[-2]


def test_two_fingers_zoom_about_the_point_between_them(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/0/0/90", **PHONE_OPTIONS)
    settle(tab)
    touch = tab.context.new_cdp_session(tab)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]},
        )

    x, y = middle_of(tab, "Sang cảnh: Sân sau")
    fingers("touchStart", (x - 40, y + 90), (x + 40, y - 90))
    for step in range(1, 11):
        grow = 1 + step * 0.08
        fingers("touchMove", (x - 40 * grow, y + 90 * grow), (x + 40 * grow, y - 90 * grow))
        tab.wait_for_timeout(16)
    moved = middle_of(tab, "Sang cảnh: Sân sau")
    fingers("touchEnd")
    assert abs(moved[0] - x) < 2 and abs(moved[1] - y) < 2  # noqa: PT018
    hfov = hash_view(tab)[3]
    assert hfov == pytest.approx(math.degrees(2 * math.atan(1 / 1.8)), abs=1.5)


def test_the_wheel_scrolls_the_page_until_the_picture_has_the_focus(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/0/0/90")
    settle(tab)
    tab.mouse.move(700, 400)
    tab.mouse.wheel(0, 200)
    tab.wait_for_function("() => scrollY > 100")
    expect(tab.locator(".stage-note")).to_contain_text("lăn chuột")
    tab.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    tab.mouse.click(700, 300)
    tab.mouse.wheel(0, -200)
    assert hash_view(tab)[3] < 85
    assert tab.evaluate("scrollY") == 0


def test_a_double_click_zooms_in_at_that_place(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/0/0/90")
    settle(tab)
    tab.mouse.dblclick(720, 300)
    assert hash_view(tab)[3] < 75


def test_a_tour_is_walked_by_keyboard_alone(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, script=COUNT_FRAMES)
    settle(tab)
    tab.keyboard.press("Tab")
    stage = tab.get_by_role("application")
    expect(stage).to_be_focused()
    expect(stage).to_have_attribute("aria-roledescription", "ảnh toàn cảnh 360°")
    expect(stage).to_have_accessible_name("Mặt trước, cảnh 1/3")
    expect(stage).to_have_accessible_description(re.compile("^Phím mũi tên: xoay"))
    tab.keyboard.press("ArrowRight")
    _, first, _, hfov = hash_view(tab)
    assert first == pytest.approx(hfov / 12, abs=0.3)
    expect(tab.locator("[aria-live=polite]")).to_contain_text("nhìn hướng")
    drawn = tab.evaluate("window.frames_drawn")
    tab.keyboard.down("ArrowRight")
    tab.wait_for_timeout(700)
    # A frame turns by what its time was, at most 50 ms: a busy machine draws few.
    tab.wait_for_function("(drawn) => window.frames_drawn > drawn + 12", arg=drawn)
    tab.keyboard.up("ArrowRight")
    _, second, _, _ = hash_view(tab)
    assert second > first + 15
    tab.keyboard.press("+")
    assert hash_view(tab)[3] < hfov - 3
    tab.keyboard.press("Home")
    _, yaw, pitch, again = hash_view(tab)
    assert (yaw, pitch, again) == pytest.approx((0, -3, hfov), abs=0.15)
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Bỏ qua điểm tương tác")).to_be_focused()
    names = []
    for _ in range(7):
        tab.keyboard.press("Tab")
        names.append(tab.evaluate("document.activeElement.getAttribute('aria-label')"))
    # Clockwise from the left edge of the initial view; the one with an address that may not be followed is not there.
    assert names == [
        "Thông tin: Thẻ mặt trước", "Sang cảnh: Sân sau", "Mở trang: Trang mẫu", "Gọi: Quầy vé", "Sản phẩm: Mắm thái",
        "Sang cảnh: Ra sau", f"Vùng: {EVIL}",
    ]  # fmt: skip
    tab.keyboard.press("PageDown")
    expect(stage).to_have_accessible_name("Sân sau, cảnh 2/3")
    tab.keyboard.press("PageUp")
    expect(stage).to_have_accessible_name("Mặt trước, cảnh 1/3")
    stage.focus()
    for _ in range(3):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(stage).to_have_accessible_name("Sân sau, cảnh 2/3")
    expect(stage).to_be_focused()
    assert hash_view(tab) == ("hai", 90, 5, 80)
    tab.keyboard.press("Shift+Tab")
    assert not tab.evaluate("document.querySelector('.stage').contains(document.activeElement)")


def test_the_view_turns_to_a_hotspot_that_the_keyboard_reaches(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    tab.get_by_role("application").focus()
    for _ in range(6):
        tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Sản phẩm: Mắm thái")).to_be_focused()
    x, y = at_rest(tab, "Sản phẩm: Mắm thái")
    assert 288 < x < 1152 and 150 < y < 700  # noqa: PT018
    item = tab.locator("li.is-product")
    assert item.evaluate("e => getComputedStyle(e).opacity") == "1"


def test_a_card_takes_the_focus_keeps_it_and_gives_it_back(server: Server, open_page: Opener, subtests: Any) -> None:
    for options in ({"viewport": DESKTOP}, PHONE_OPTIONS):
        with subtests.test(options["viewport"]):
            tab = open_page(server.url, **options)
            settle(tab)
            opener = tab.get_by_role("button", name="Thông tin: Thẻ mặt trước")
            opener.focus()
            tab.keyboard.press("Enter")
            card = tab.get_by_role("dialog", name="Thẻ mặt trước")
            expect(card).to_be_focused()
            expect(card.get_by_role("heading")).to_have_text("Thẻ mặt trước")
            expect(card.get_by_role("img", name="Một ô xám")).to_be_visible()
            expect(card.get_by_text("Nguồn: Người chụp")).to_be_visible()
            expect(card.get_by_text("Ba tiếng chuông.")).to_have_count(1)
            for _ in range(12):
                tab.keyboard.press("Tab")
                assert tab.evaluate("document.querySelector('dialog').contains(document.activeElement)")
            tab.keyboard.press("Shift+Tab")
            assert tab.evaluate("document.querySelector('dialog').contains(document.activeElement)")
            tab.wait_for_timeout(700)
            spot, sheet = opener.bounding_box(), card.bounding_box()
            assert spot and sheet  # noqa: PT018
            apart = (
                spot["x"] + spot["width"] <= sheet["x"] or spot["y"] + spot["height"] <= sheet["y"]
                or sheet["x"] + sheet["width"] <= spot["x"]
            )  # fmt: skip
            assert apart, "the card covers its hotspot"
            tab.keyboard.press("Escape")
            expect(card).to_have_count(0)
            expect(opener).to_be_focused()


def test_a_product_past_its_date_is_being_reassessed(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/130/0/80")
    settle(tab)
    tab.get_by_role("button", name="Sản phẩm: Mắm thái").click()
    card = tab.get_by_role("dialog", name="Mắm thái")
    expect(card.get_by_role("img", name="4 sao")).to_be_visible()
    expect(card).to_contain_text("đang đánh giá lại")
    expect(card).to_contain_text("000/QĐ, 15/03/2021")
    expect(card).to_contain_text("Dữ liệu mẫu")
    expect(card.get_by_role("link", name="Chỉ đường")).to_have_attribute("href", "https://example.org/map")
    expect(card.get_by_role("link", name="Gọi")).to_have_attribute("href", "tel:+842960000000")
    expect(card.get_by_role("link", name="Truy xuất")).to_be_visible()
    # An address that may not be followed makes no link.
    expect(card.get_by_role("link")).to_have_count(3)


def test_an_area_opens_by_a_click_into_it(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/-120/0/80")
    settle(tab)
    tab.mouse.click(720 - 90, 380)
    expect(tab.get_by_role("dialog")).to_contain_text("Một vùng")


def test_texts_of_the_document_never_become_markup(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/-120/0/80")
    settle(tab)
    tab.get_by_role("button", name="Thông tin").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.hacked") is None
    expect(tab.get_by_role("dialog")).to_contain_text(EVIL)
    assert tab.locator(".stage img[src=x], .stage script").count() == 0


def test_a_missing_tile_is_asked_for_once_and_shows_its_parent(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if path.startswith("/t/mot/2/f/") else None
    tab = open_page(f"{server.url}#mot/0/0/90", allow=("404",))
    settle(tab)
    tab.wait_for_timeout(2500)
    seen = picture(tab)
    truth = rectilinear(
        sampler(equirect()), yaw_deg=0, pitch_deg=0, hfov_deg=90, width_px=seen.shape[1], height_px=seen.shape[0]
    ).astype(float)
    assert psnr(seen, truth) >= 22
    assert all(server.asked.count(path) == 1 for path in server.asked if path.startswith("/t/mot/2/f/"))
    assert tab.locator(".stage-note:not([hidden])").count() == 0


def test_a_tile_host_that_fails_is_told_and_tried_again(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.startswith("/t/mot/2/") else None
    tab = open_page(f"{server.url}#mot/0/0/90", allow=("503",))
    note = tab.locator(".stage-note")
    expect(note).to_contain_text("Chưa tải được ảnh nét", timeout=10_000)
    server.refused = lambda _path: None
    note.get_by_role("button", name="Thử lại").click()
    settle(tab)
    expect(note).to_be_hidden()
    assert psnr(picture(tab)[200:600], rectilinear(
        sampler(equirect()), yaw_deg=0, pitch_deg=0, hfov_deg=90, width_px=1440, height_px=812
    ).astype(float)[200:600]) >= 26  # fmt: skip


def test_scenes_that_cannot_be_opened_yet_are_told_and_tried_again(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.endswith("tour.json") else None
    tab = open_page(server.url, allow=("503",))
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.get_by_role("link", name="Sang cảnh").first.click()
    note = tab.locator(".stage-note")
    expect(note).to_contain_text("Chưa tải được danh sách cảnh")
    server.refused = lambda _path: None
    note.get_by_role("button", name="Thử lại").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")


def test_a_lost_context_comes_back_with_the_same_picture(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/20/5/80")
    settle(tab)
    before = picture(tab)
    tab.evaluate(
        "() => { const gl = document.querySelector('canvas').getContext('webgl2');"
        "window.loser = gl.getExtension('WEBGL_lose_context'); window.loser.loseContext(); }"
    )
    tab.wait_for_timeout(900)
    assert psnr(before, picture(tab)) >= 17, "while the context is away the cube of pictures shows the same view"
    tab.evaluate("window.loser.restoreContext()")
    tab.wait_for_timeout(500)
    settle(tab)
    expect(tab.locator(".stage-cube")).to_have_count(0)
    assert psnr(before, picture(tab)) >= 40


def test_after_three_losses_the_graphics_processor_is_left_alone(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#mot/20/5/80")
    settle(tab)
    for _ in range(3):
        tab.evaluate(
            "() => { const gl = document.querySelector('canvas').getContext('webgl2');"
            "window.loser ??= gl.getExtension('WEBGL_lose_context'); window.loser.loseContext(); }"
        )
        tab.wait_for_timeout(400)
        if tab.locator("canvas").count():
            tab.evaluate("window.loser.restoreContext()")
            tab.wait_for_timeout(400)
    expect(tab.locator("canvas")).to_have_count(0)
    expect(tab.locator(".stage-cube[role=application]")).to_have_count(1)


@pytest.fixture
def open_without_webgl(browser_without_webgl: Browser) -> Iterator[Opener]:
    yield from page_opener(browser_without_webgl)


def test_without_webgl_the_tour_is_the_same_on_a_cube_of_pictures(server: Server, open_without_webgl: Opener) -> None:
    tab = open_without_webgl(f"{server.url}#mot/20/5/80")
    settle(tab)
    tab.wait_for_timeout(500)
    seen = picture(tab)
    truth = rectilinear(
        sampler(equirect()), yaw_deg=20, pitch_deg=5, hfov_deg=80, width_px=seen.shape[1], height_px=seen.shape[0]
    ).astype(float)
    assert psnr(seen, truth) >= 24
    assert best_shift(truth, seen) == (0, 0)


def test_without_webgl_one_can_turn_and_walk(server: Server, open_without_webgl: Opener) -> None:
    tab = open_without_webgl(server.url)
    settle(tab)
    x, _ = middle_of(tab, "Thông tin: Thẻ mặt trước")
    tab.mouse.move(700, 500)
    tab.mouse.down()
    tab.mouse.move(800, 500, steps=5)
    tab.mouse.up()
    assert middle_of(tab, "Thông tin: Thẻ mặt trước")[0] > x + 60
    tab.get_by_role("link", name="Sang cảnh: Sân sau").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")


def test_a_deep_link_opens_scene_and_view_at_the_top_of_the_page(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#hai/-60/12/70")
    settle(tab)
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")
    tab.get_by_role("application").focus()
    tab.keyboard.press("ArrowLeft")
    name, yaw, pitch, hfov = hash_view(tab)
    assert (name, pitch, hfov) == ("hai", 12, 70)
    assert yaw == pytest.approx(-60 - 70 / 12, abs=0.3)
    plain = open_page(f"{server.url}#ba")
    settle(plain)
    expect(plain.get_by_role("application")).to_have_accessible_name("Hành lang, cảnh 3/3")
    plain.wait_for_timeout(300)
    assert plain.evaluate("scrollY") == 0, "the scene's text has the same name, but the picture was meant"


def test_the_picture_is_seen_before_the_controls_are_built(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if "/t/" in path else None
    order = """
      window.order = [];
      new MutationObserver(() => {
        for (const name of ['is-live', 'has-viewer']) {
          if (!window.order.includes(name) && document.querySelector(`.stage.${name}`)) window.order.push(name);
        }
      }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
    """
    tab = open_page(f"{server.url}#mot/20/10/75", script=order, allow=("404",))
    tab.wait_for_function("() => window.order.length === 2")
    assert tab.evaluate("order") == ["is-live", "has-viewer"]


def test_a_link_of_the_page_into_the_picture_brings_the_visitor_up_to_it(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    tab.get_by_role("link", name="Ngắm hai").click()
    stage = tab.get_by_role("application")
    expect(stage).to_have_accessible_name("Sân sau, cảnh 2/3")
    expect(stage).to_be_focused()
    assert hash_view(tab) == ("hai", 30, 5, 70)
    assert tab.evaluate("scrollY") == 0


def test_a_link_that_waits_for_its_tour_waits_at_the_picture(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.endswith("tour.json") else None
    tab = open_page(f"{server.url}#ba", allow=("503",))
    tab.wait_for_timeout(700)
    assert tab.evaluate("scrollY") == 0


def test_the_viewer_works_in_any_element_and_leaves_it_as_it_was(server: Server, open_page: Opener, site: Path) -> None:
    (site / "alone.html").write_text(
        '<!doctype html><html lang="en"><title>Alone</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="viewer.css"><div id="box" class="stage" role="region"></div>'
        '<script type="module" src="alone.js"></script></html>',
        "utf-8",
    )
    (site / "alone.js").write_text(
        "import { createTour } from './viewer.en.js';\n"
        "const box = document.getElementById('box'); box.style.height = '500px'; window.said = [];\n"
        "window.tour = createTour(box, 'r/tour/1/tour.json', { history: false });\n"
        "for (const name of ['first', 'full', 'idle', 'scene'])\n"
        "  window.tour.on(name, (detail) => window.said.push(name === 'scene' ? detail : name));\n",
        "utf-8",
    )
    tab = open_page(f"{server.url}alone.html")
    settle(tab)
    tab.wait_for_function("() => window.said.includes('idle')")
    assert tab.evaluate("window.said") == ["mot", "first", "full", "idle"]
    tab.wait_for_selector(".stage-icons #i-x", state="attached")
    middle = {"x": 720, "y": 250}
    seen = tab.evaluate("(at) => window.tour.directionAt(at)", middle)
    assert tab.evaluate("(to) => window.tour.pointOf(to)", seen) == pytest.approx(middle, abs=0.01)
    assert tab.evaluate("window.tour.pointOf({yaw_deg: 180, pitch_deg: 0})") is None
    assert tab.evaluate("window.tour.goTo('hai', {yaw_deg: 12, pitch_deg: 3, hfov_deg: 60})") is True
    assert tab.evaluate("window.tour.scene") == "hai"
    view = tab.evaluate("window.tour.view")
    assert (view["yaw_deg"], view["pitch_deg"], view["hfov_deg"]) == pytest.approx((12, 3, 60))
    expect(tab.get_by_role("application")).to_have_accessible_name("Yard, scene 2/3")
    assert tab.evaluate("location.hash") == ""
    assert tab.evaluate("window.tour.goTo('khong-co')") is False
    tab.evaluate("window.tour.destroy()")
    assert tab.evaluate("document.getElementById('box').outerHTML").startswith(
        '<div id="box" class="stage" role="region" style="height: 500px;"'
    )
    assert tab.evaluate("document.getElementById('box').childElementCount") == 0


def test_a_link_to_a_lost_scene_opens_the_first_and_says_so(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#khong-con/1/2/90")
    settle(tab)
    expect(tab.get_by_role("application")).to_have_accessible_name("Mặt trước, cảnh 1/3")
    expect(tab.locator(".stage-note")).to_contain_text("không còn trong tour")
    assert tab.evaluate("scrollY") == 0
    other = open_page(f"{server.url}#noi_dung")
    settle(other)
    expect(other.locator(".stage-note")).to_be_hidden()


def test_back_and_forward_restore_scene_and_view(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    tab.get_by_role("application").focus()
    tab.keyboard.press("ArrowRight")
    here = hash_view(tab)
    tab.get_by_role("link", name="Sang cảnh: Sân sau").click()
    stage = tab.get_by_role("application")
    expect(stage).to_have_accessible_name("Sân sau, cảnh 2/3")
    tab.go_back()
    expect(stage).to_have_accessible_name("Mặt trước, cảnh 1/3")
    assert hash_view(tab) == here
    tab.go_forward()
    expect(stage).to_have_accessible_name("Sân sau, cảnh 2/3")
    assert hash_view(tab) == ("hai", 90, 5, 80)


def test_who_walks_without_an_arrival_view_keeps_facing_the_same_way(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#hai/90/0/80")
    settle(tab)
    tab.get_by_role("link", name="Sang cảnh: Trở lại").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Mặt trước, cảnh 1/3")
    # Bearing 90 + 100 = 190 in the yard is yaw 190 − 10 in front.
    assert abs(hash_view(tab)[1]) == pytest.approx(180, abs=0.2)


def test_a_step_shows_the_new_scene_before_its_pictures_have_come(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.startswith("/t/ba/") else None
    tab = open_page(server.url, allow=("503",), reduced_motion="reduce")
    settle(tab)
    tab.get_by_role("application").focus()
    tab.keyboard.press("PageUp")
    expect(tab.get_by_role("application")).to_have_accessible_name("Hành lang, cảnh 3/3")
    tab.wait_for_timeout(200)
    seen = picture(tab)
    truth = rectilinear(
        sampler(equirect(hue=2)), yaw_deg=0, pitch_deg=0, hfov_deg=85, width_px=seen.shape[1], height_px=seen.shape[0]
    ).astype(float)
    assert np.abs(seen.mean((0, 1)) - truth.mean((0, 1))).max() < 12, "neither black nor the old scene"


def test_previews_of_neighbours_are_fetched_when_all_is_quiet(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    for _ in range(40):
        if {"/t/hai/preview.jpg", "/t/ba/preview.jpg"} <= set(server.asked):
            break
        tab.wait_for_timeout(200)
    assert "/t/hai/preview.jpg" in server.asked
    assert "/t/ba/preview.jpg" in server.asked
    assert not any(path.startswith("/t/hai/2/") for path in server.asked)


def test_no_pixel_outside_the_limits_is_shown(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#ba/170/80/85")
    settle(tab)
    tab.get_by_role("application").focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(600)
    box = tab.locator(".stage").bounding_box()
    assert box
    tab.get_by_role("button", name="Thu nhỏ").click()
    tab.wait_for_timeout(600)
    tab.get_by_role("button", name="Phóng to", exact=True).click()
    _, yaw, pitch, hfov = hash_view(tab)
    half = math.degrees(math.atan(math.tan(math.radians(hfov / 2)) * box["height"] / box["width"]))
    assert pitch + half <= 40.1
    assert abs(yaw) + hfov / 2 <= 80.1


def test_with_less_motion_scenes_are_cut_and_turns_are_at_once(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, reduced_motion="reduce")
    settle(tab)
    tab.evaluate(
        "() => { window.copies = 0; new MutationObserver(all => { for (const m of all) for (const n of m.addedNodes)"
        " if (n.className === 'stage-leaving') window.copies++; })"
        ".observe(document.querySelector('.stage-surface'), {childList: true}); }"
    )
    tab.get_by_role("link", name="Sang cảnh: Sân sau").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")
    assert tab.evaluate("window.copies") == 0


def test_the_other_language_opens_the_same_view(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#hai/-60/12/70")
    settle(tab)
    link = tab.get_by_role("link", name="EN – English")
    expect(link).to_have_attribute("hreflang", "en")
    link.click()
    settle(tab)
    assert tab.url == f"{server.url}en.html#hai/-60.0/12.0/70.0"
    expect(tab.get_by_role("application")).to_have_accessible_name("Yard, scene 2/3")


def test_sharing_copies_the_link_of_the_view(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}#hai/-60/12/70", permissions=["clipboard-read", "clipboard-write"])
    settle(tab)
    tab.get_by_role("button", name="Chia sẻ góc nhìn này").click()
    expect(tab.locator(".stage-note")).to_contain_text("Đã chép liên kết")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{server.url}index.html#hai/-60.0/12.0/70.0"


def test_the_scene_list_of_a_telephone_leads_to_every_scene(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url, **PHONE_OPTIONS)
    settle(tab)
    tab.get_by_role("button", name="3 cảnh").tap()
    sheet = tab.get_by_role("dialog", name="Danh sách cảnh")
    expect(sheet.get_by_role("link")).to_have_count(3)
    expect(sheet.get_by_role("link").first).to_have_attribute("aria-current", "true")
    sheet.get_by_role("link", name="Hành lang").tap()
    expect(sheet).to_have_count(0)
    expect(tab.get_by_role("application")).to_have_accessible_name("Hành lang, cảnh 3/3")


def test_everything_pressed_is_large_enough(server: Server, open_page: Opener, subtests: Any) -> None:
    for options in ({"viewport": DESKTOP}, PHONE_OPTIONS):
        with subtests.test(options["viewport"]):
            tab = open_page(server.url, **options)
            settle(tab)
            small = tab.evaluate(
                """() => [...document.querySelectorAll('.stage a, .stage button')].filter(e => {
                    const b = e.getBoundingClientRect();
                    return e.checkVisibility({visibilityProperty: true}) && !e.matches('.stage-skip')
                        && (b.width < 44 || b.height < 44);
                }).map(e => e.outerHTML.slice(0, 90))"""
            )
            assert small == []


def test_axe_finds_nothing(server: Server, open_page: Opener, front_end: Path, subtests: Any) -> None:
    axe = (front_end.parents[1] / "node_modules/axe-core/axe.min.js").read_text("utf-8")

    def violations(tab: Page) -> list[str]:
        tab.evaluate(axe)
        found = tab.evaluate("axe.run(document.querySelector('.stage'))")["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]

    for options in ({"viewport": DESKTOP}, PHONE_OPTIONS):
        with subtests.test(options["viewport"]):
            tab = open_page(server.url, **options)
            settle(tab)
            assert violations(tab) == []
            tab.get_by_role("button", name="Thông tin").press("Enter")
            tab.wait_for_timeout(600)
            assert violations(tab) == []
            tab.keyboard.press("Escape")
            tab.goto(f"{server.url}#mot/130/0/80")
            tab.wait_for_timeout(800)
            tab.get_by_role("button", name="Sản phẩm").click()
            tab.wait_for_timeout(600)
            assert violations(tab) == []


def test_a_frame_adds_nothing_to_the_history_around_it(server: Server, open_page: Opener, site: Path) -> None:
    (site / "portal.html").write_text(
        '<!doctype html><html lang="vi"><title>Cổng</title><link rel="icon" href="data:,">'
        '<iframe src="index.html" width="900" height="600" title="Tour"></iframe>',
        "utf-8",
    )
    tab = open_page(f"{server.url}portal.html")
    frame = tab.frame_locator("iframe")
    frame.locator(".stage.is-live").wait_for(state="attached")
    before = tab.evaluate("history.length")
    frame.get_by_role("link", name="Sang cảnh: Sân sau").click()
    expect(frame.get_by_role("application")).to_have_accessible_name("Sân sau, cảnh 2/3")
    assert tab.evaluate("history.length") == before
    assert frame.locator(".stage-surface").evaluate("e => getComputedStyle(e).touchAction") == "pan-y"
