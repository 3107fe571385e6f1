"""Getting around in a tour: list and strip of scenes, guided walk, slow turn, arrival, history, sharing."""

from __future__ import annotations

import io
import json
import re
import shutil
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from compare import SETTLED
from conftest import PHONE, Server, serve
from playwright.sync_api import Locator, Page, Route, expect
from synthetic import equirect, page, sampler, scene

pytestmark = pytest.mark.browser

PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
MANY = 300
COUNT_FRAMES = """
window.frames_drawn = 0;
const draw = WebGL2RenderingContext.prototype.clear;
WebGL2RenderingContext.prototype.clear = function (...a) { window.frames_drawn++; return draw.apply(this, a); };
"""
Opener = Callable[..., Page]


def _sound(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([128]) * int(8000 * seconds))
    return buffer.getvalue()


def _link(id_: str, target: str, yaw_deg: float, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "link", "yaw_deg": yaw_deg, "pitch_deg": -10, "target": target, "title": None} | more


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """A tour of four scenes on two floors, with a walk and narrations; and ``many.html``, a tour of 300 scenes."""
    root = tmp_path_factory.mktemp("around")
    colour = sampler(equirect(1024))
    first = scene(root, "san", colour, {"vi": "Sân chùa", "en": "Courtyard"})

    def place(id_: str, vi: str, en: str, **more: Any) -> dict[str, Any]:
        return first | {"id": id_, "title": {"vi": vi, "en": en}} | more

    scenes = [
        place("san", "Sân chùa", "Courtyard", floor="tret", north_deg=10.0, narration={"vi": "loi-san", "en": "tale"},
              hotspots=[_link("toi-dien", "dien", 60), _link("toi-lau", "lau", -60)]),
        place("dien", "Chánh điện", "Main hall", floor="tret", north_deg=100.0, narration={"en": "tale"},
              hotspots=[_link("ve-san", "san", 150), _link("toi-lau", "lau", 90, arrival={
                  "yaw_deg": 33, "pitch_deg": 4, "hfov_deg": 70})]),
        place("lau", "Lầu chuông", "Bell tower", floor="lau", description={"vi": "Gió từ cánh đồng."},
              hotspots=[_link("ve-dien", "dien", -120)]),
        place("hoa", "Vườn hoa", "Garden", hotspots=[]),
    ]  # fmt: skip
    (root / "a" / "loi.wav").write_bytes(_sound(0.9))
    (root / "a" / "dai.wav").write_bytes(_sound(60))
    sound = {"kind": "audio", "alt": None, "credit": None, "captions": None}
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Chùa mẫu", "en": "Sample pagoda"}, "description": {"vi": "Thử"}, "start": "san",
        "page": {"vi": "../../../index.html", "en": "../../../en.html"}, "scenes": scenes, "products": {},
        "floors": [{"id": "tret", "title": {"vi": "Tầng trệt", "en": "Ground floor"}},
                   {"id": "lau", "title": {"vi": "Trên lầu", "en": "Upstairs"}}],
        "guide": {"scenes": ["san", "dien", "lau"], "seconds_per_scene": 1},
        "media": {
            "loi-san": sound | {"url": "../../../a/loi.wav", "transcript": {"vi": "Sân lát gạch tàu.", "en": "Tiles."}},
            "tale": sound | {"url": "../../../a/loi.wav", "transcript": {"vi": "Điện thờ.", "en": "The hall."}},
        },
    }  # fmt: skip
    _write(root, tour, front_end, "index.html", "en.html")
    slow = json.loads(json.dumps(tour))
    slow["media"]["loi-san"]["url"] = slow["media"]["tale"]["url"] = "../../../a/dai.wav"
    slow["guide"]["seconds_per_scene"] = 60
    _write(root, slow | {"id": "slow"}, front_end, "slow.html")
    turning = tour | {"id": "turning", "skin": {"preset": "museum", "accent": "#14533f", "auto_turn": True}}
    _write(root, turning, front_end, "turning.html")
    many = [place(f"canh-{n}", f"Cảnh số {n}", f"Scene number {n}") for n in range(MANY)]
    many[0]["hotspots"] = [_link("di", "canh-7", 10)]
    _write(root, tour | {"id": "many", "start": "canh-0", "scenes": many, "floors": [], "guide": None}, front_end,
           "many.html")  # fmt: skip
    for name in ("portrait", "landscape", "thumb"):
        shutil.copy(root / f"a/san-{name}.jpg", root / f"a/canh-0-{name}.jpg")
    shutil.copytree(front_end, root, dirs_exist_ok=True)
    return root


def _write(root: Path, tour: dict[str, Any], front_end: Path, *names: str) -> None:
    """Write the document of a tour, and a page in Vietnamese and one in English where two names are given."""
    folder = root / "r" / tour["id"] / "1"
    folder.mkdir(parents=True)
    (folder / "tour.json").write_text(json.dumps(tour, ensure_ascii=False), "utf-8")
    for language, name in zip(("vi", "en"), names, strict=False):
        text = page(tour, front_end, language).replace("r/tour/1/", f"r/{tour['id']}/1/")
        (root / name).write_text(text, "utf-8")


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    yield from serve(site)


def ready(tab: Page) -> Page:
    """Wait until the viewer is live, all scenes are known and what waited for that has come."""
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_function(SETTLED)
    return tab


def here(tab: Page, act: Callable[[], None] | None = None) -> tuple[str, float, float, float]:
    """Return scene, yaw, pitch and hfov as the address says them at rest; after ``act`` it must say something else."""
    before = tab.evaluate("location.hash")
    if act:
        act()
    found = before if act else ""
    for _ in range(20):
        tab.wait_for_timeout(700)
        last, found = found, tab.evaluate("location.hash")
        if found == last and "/" in found and not (act and found == before):
            break
    name, *numbers = found[1:].split("/")
    yaw, pitch, hfov = (float(n) for n in numbers)
    return name, yaw, pitch, hfov


def heard(tab: Page, seconds: float) -> None:
    """Wait until the narration has come so far."""
    tab.wait_for_function("s => (document.querySelector('.guide audio')?.currentTime ?? 0) > s", arg=seconds)


def stage(tab: Page) -> Locator:
    """Return the picture, whose name says which scene is shown."""
    return tab.get_by_role("application")


# --- the list of scenes


def test_the_list_finds_scenes_without_accents_and_says_how_many(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(server.url))
    tab.get_by_role("button", name="Danh sách cảnh").click()
    sheet = tab.get_by_role("dialog", name="Danh sách cảnh")
    expect(sheet.get_by_role("heading", level=3)).to_have_text(["Tầng trệt", "Trên lầu", "Nơi khác"])
    expect(sheet.get_by_role("list", name="Tầng trệt").get_by_role("listitem")).to_have_count(2)
    expect(sheet.get_by_role("link", name="Sân chùa")).to_have_attribute("aria-current", "true")
    expect(sheet.get_by_role("status")).to_have_text("4 cảnh")
    field = sheet.get_by_role("searchbox", name="Tìm cảnh")
    for query, found in (
        ("chua", ["Sân chùa"]),
        ("DIEN", ["Chánh điện"]),
        ("garden", ["Vườn hoa"]),
        ("tren lau", ["Lầu chuông"]),
    ):
        field.fill(query)
        expect(sheet.get_by_role("link")).to_have_text(found)
        expect(sheet.get_by_role("status")).to_have_text(f"{len(found)} cảnh")
    expect(sheet.get_by_role("heading", level=3)).to_have_count(1)
    field.fill("không có đâu")
    expect(sheet.get_by_role("status")).to_have_text("0 cảnh")
    expect(sheet).to_contain_text("Thử gõ ít chữ hơn")
    sheet.get_by_role("button", name="Hiện tất cả cảnh").click()
    expect(sheet.get_by_role("link")).to_have_count(4)
    expect(field).to_be_focused()


def test_the_list_is_walked_by_arrow_keys_and_enter(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(server.url))
    opener = tab.get_by_role("button", name="Danh sách cảnh")
    opener.press("Enter")
    sheet = tab.get_by_role("dialog", name="Danh sách cảnh")
    sheet.get_by_role("searchbox").focus()
    before = tab.evaluate("location.hash")
    seen = []
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End", "Home", "ArrowUp"):
        tab.keyboard.press(key)
        seen.append(tab.evaluate("document.activeElement.innerText || document.activeElement.type"))
    assert seen == [
        "Sân chùa", "Chánh điện", "Lầu chuông", "Vườn hoa", "Lầu chuông", "Sân chùa", "Vườn hoa", "Sân chùa", "search",
    ]  # fmt: skip
    assert tab.evaluate("location.hash") == before, "arrow keys do not turn the picture meanwhile"
    tab.keyboard.type("chuong")
    tab.keyboard.press("Enter")
    expect(sheet).to_have_count(0)
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")
    expect(opener).to_be_focused()


def test_a_list_that_has_not_come_yet_says_so_and_can_be_asked_for_again(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 503 if path.endswith("tour.json") else None
    tab = open_page(server.url, allow=("503",))
    tab.get_by_role("button", name="Danh sách cảnh").click()
    sheet = tab.get_by_role("dialog", name="Danh sách cảnh")
    expect(sheet.get_by_role("status")).to_contain_text("Chưa tải được danh sách cảnh")
    server.refused = lambda _path: None
    sheet.get_by_role("button", name="Thử lại").click()
    expect(sheet.get_by_role("link")).to_have_count(4)


def test_a_tour_of_hundreds_of_scenes_waits_for_its_first_picture_and_builds_what_is_seen(
    server: Server, open_page: Opener
) -> None:
    # Its tiles are under way for as long as the test wants: an answer, also a bad one, would end the waiting.
    held: list[Route] = []
    tab = open_page("about:blank")
    tab.route("**/t/san/**/*.jpg", lambda route: held.append(route))  # noqa: PLW0108 - a handler must take attributes
    tab.goto(f"{server.url}many.html")
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_timeout(600)
    assert held
    assert not [path for path in server.asked if path.endswith(("tour.json", "strip.js", "scenes.js"))]
    for route in held:
        route.continue_()
    tab.unroute("**/t/san/**/*.jpg")
    strip = tab.get_by_role("navigation", name="Danh sách cảnh")
    expect(strip.get_by_role("link").first).to_be_attached(timeout=30_000)
    tab.wait_for_timeout(400)
    assert strip.get_by_role("link").count() < 90
    assert server.asked.count("/r/many/1/tour.json") == 1
    # One stop for the Tab key; arrows move on and make more.
    assert strip.locator("a[tabindex='0']").count() == 1
    strip.locator("a[tabindex='0']").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    expect(strip.get_by_role("link", name="Cảnh số 2", exact=True)).to_be_focused()
    tab.keyboard.press("End")
    expect(strip.get_by_role("link", name="Cảnh số 299")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(stage(tab)).to_have_accessible_name("Cảnh số 299, cảnh 300/300")
    tab.get_by_role("button", name="Danh sách cảnh").click()
    sheet = tab.get_by_role("dialog")
    expect(sheet.get_by_role("link")).to_have_count(MANY)
    expect(sheet.get_by_role("link", name="Cảnh số 299")).to_be_in_viewport()
    sheet.get_by_role("searchbox").fill("canh so 12")
    expect(sheet.get_by_role("status")).to_have_text("11 cảnh")


def test_a_telephone_builds_no_strip(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(server.url, **PHONE_OPTIONS))
    expect(tab.get_by_role("button", name="4 cảnh")).to_be_visible()
    assert "/strip.js" not in server.asked


# --- the guided walk


def test_the_walk_starts_only_by_a_press_and_leads_through_all_its_scenes(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(server.url))
    tab.wait_for_timeout(500)
    assert not any(path.endswith(".wav") for path in server.asked)
    tab.evaluate(
        "() => { window.heard = []; new MutationObserver(() => window.heard.push("
        "document.querySelector('.stage [aria-live=polite]').textContent))"
        ".observe(document.querySelector('.stage [aria-live=polite]'), {childList: true, characterData: true}); }"
    )
    steps = tab.evaluate("history.length")
    tab.get_by_role("button", name="Tham quan có thuyết minh").click()
    walk = tab.get_by_role("region", name="Tham quan có thuyết minh")
    expect(walk.get_by_role("button", name="Tạm dừng")).to_be_focused()
    expect(walk).to_contain_text("1/3")
    expect(walk.get_by_role("group", name="Bản chép lời")).to_have_text("Sân lát gạch tàu.")
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    expect(walk).to_contain_text("Lời thuyết minh bằng tiếng Anh")
    expect(walk.get_by_role("group", name="Bản chép lời")).to_have_text("Điện thờ.")
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")
    # Nothing is told here; what is written of the scene is shown.
    expect(walk).to_contain_text("Gió từ cánh đồng.")
    expect(walk).to_be_hidden()
    expect(tab.locator(".stage-note")).to_contain_text("Đã đi hết các cảnh")
    heard = " ".join(tab.evaluate("window.heard"))
    assert "Cảnh 2/4: Chánh điện" in heard
    assert "Cảnh 3/4: Lầu chuông" in heard
    assert tab.evaluate("history.length") == steps, "Back leads to where one came from, not through the walk"
    assert here(tab)[0] == "lau"


def test_the_walk_turns_the_view_slowly_and_a_touch_pauses_it(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}slow.html"))
    button = tab.get_by_role("button", name="Tham quan có thuyết minh")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    walk = tab.get_by_role("region", name="Tham quan có thuyết minh")
    player = tab.locator(".guide audio")
    heard(tab, 4)
    tab.mouse.move(900, 300)
    tab.mouse.down()
    tab.mouse.up()
    expect(walk.get_by_role("button", name="Tiếp tục")).to_be_visible()
    expect(tab.locator(".stage [aria-live=polite]")).to_have_text("Đã tạm dừng")
    assert player.evaluate("e => e.paused")
    _, yaw, _, _ = here(tab)
    assert 0.2 < yaw < 60, "it went a little way towards the hall, to the right"
    walk.get_by_role("button", name="Tiếp tục").click()
    expect(walk.get_by_role("button", name="Tạm dừng")).to_be_visible()
    stage(tab).focus()
    tab.keyboard.press("ArrowLeft")
    expect(walk.get_by_role("button", name="Tiếp tục")).to_be_visible()
    tab.get_by_role("button", name="Cảnh sau").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    expect(walk.get_by_role("button", name="Tạm dừng")).to_be_visible()
    tab.get_by_role("button", name="Cảnh trước").click()
    expect(stage(tab)).to_have_accessible_name("Sân chùa, cảnh 1/4")
    tab.keyboard.press("Escape")
    expect(walk).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert player.evaluate("e => e.paused")


def test_who_walks_on_alone_finds_the_walk_waiting_there(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}slow.html"))
    tab.get_by_role("button", name="Tham quan có thuyết minh").click()
    walk = tab.get_by_role("region", name="Tham quan có thuyết minh")
    expect(walk).to_contain_text("1/3")
    stage(tab).focus()
    tab.keyboard.press("PageUp")
    expect(stage(tab)).to_have_accessible_name("Vườn hoa, cảnh 4/4")
    walk.get_by_role("button", name="Tiếp tục").click()
    expect(stage(tab)).to_have_accessible_name("Sân chùa, cảnh 1/4")
    stage(tab).focus()
    tab.keyboard.press("PageDown")
    expect(walk).to_contain_text("2/3")
    expect(walk.get_by_role("button", name="Tiếp tục")).to_be_visible()
    expect(walk).to_contain_text("Điện thờ.")


def test_a_narration_that_cannot_be_had_does_not_stop_the_walk(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if path.endswith(".wav") else None
    tab = ready(open_page(server.url, allow=("404",)))
    tab.get_by_role("button", name="Tham quan có thuyết minh").click()
    walk = tab.get_by_role("region", name="Tham quan có thuyết minh")
    expect(walk).to_contain_text("Bạn có thể đọc bản chép lời")
    expect(walk).to_contain_text("Sân lát gạch tàu.")
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4", timeout=15_000)


def test_with_less_motion_the_walk_shows_scenes_that_stand_still(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}slow.html", reduced_motion="reduce"))
    tab.get_by_role("button", name="Tham quan có thuyết minh").click()
    heard(tab, 1)
    tab.get_by_role("button", name="Cảnh sau").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    tab.wait_for_timeout(1200)
    tab.get_by_role("button", name="Tạm dừng").click()
    assert tab.evaluate("location.hash") == "#dien", "the view is still the one with which the scene opens"


def test_a_hidden_page_and_another_sound_pause_the_walk(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}slow.html"))
    tab.get_by_role("button", name="Tham quan có thuyết minh").click()
    heard(tab, 0.1)
    tab.evaluate("document.querySelector('.guide audio').pause()")
    tab.get_by_role("button", name="Tiếp tục").click()
    expect(tab.get_by_role("button", name="Tạm dừng")).to_be_visible()
    tab.evaluate(
        "() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    expect(tab.get_by_role("button", name="Tiếp tục")).to_be_visible()
    assert tab.locator(".guide audio").evaluate("e => e.paused")


def test_a_narration_alone_is_heard_while_one_looks_around(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}slow.html", **PHONE_OPTIONS))
    button = tab.get_by_role("button", name="Nghe thuyết minh")
    button.tap()
    panel = tab.get_by_role("region", name="Thuyết minh")
    expect(panel).to_contain_text("Sân lát gạch tàu.")
    expect(panel.get_by_role("button", name="Cảnh sau")).to_have_count(0)
    heard(tab, 0.2)
    tab.touchscreen.tap(200, 300)
    assert not tab.locator(".guide audio").evaluate("e => e.paused")
    tab.goto(server.url)
    ready(tab)
    button.tap()
    expect(panel.get_by_role("button", name="Nghe lại")).to_be_visible()
    panel.get_by_role("button", name="Nghe lại").tap()
    tab.wait_for_function("() => !document.querySelector('.guide audio').paused")
    small = tab.evaluate(
        "() => [...document.querySelectorAll('.guide button')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect()).filter(b => b.width < 44 || b.height < 44).length"
    )
    assert small == 0
    panel.get_by_role("button", name="Kết thúc").tap()
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    tab.goto(f"{server.url}#lau")
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")
    expect(button).to_be_hidden()


# --- the slow turn


def test_the_slow_turn_stops_at_a_touch_and_goes_on_by_its_button(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}turning.html", script=COUNT_FRAMES))
    pause = tab.get_by_role("button", name="Dừng tự xoay")
    expect(pause).to_be_visible(timeout=10_000)
    tab.wait_for_timeout(1500)
    tab.mouse.move(700, 400)
    tab.mouse.wheel(0, 1)
    start = tab.get_by_role("button", name="Cho ảnh tự xoay")
    expect(start).to_be_visible()
    tab.wait_for_timeout(600)
    drawn = tab.evaluate("window.frames_drawn")
    tab.wait_for_timeout(600)
    assert tab.evaluate("window.frames_drawn") == drawn, "off means that no frame is drawn"
    start.click()
    expect(pause).to_be_visible()
    tab.wait_for_function("n => window.frames_drawn > n + 8", arg=drawn)
    tab.evaluate("scrollTo(0, 3000)")
    tab.wait_for_timeout(800)
    drawn = tab.evaluate("window.frames_drawn")
    tab.wait_for_timeout(500)
    assert tab.evaluate("window.frames_drawn") == drawn, "nobody sees it"
    tab.evaluate("scrollTo(0, 0)")
    tab.wait_for_function("n => window.frames_drawn > n + 3", arg=drawn)
    _, yaw, pitch, _ = here(tab, pause.click)
    assert yaw > 0.3
    assert pitch == 0
    start.click()
    tab.keyboard.press("Shift+Tab")
    expect(start).to_be_visible()


def test_nobody_is_turned_who_wants_less_motion_or_saves_data(server: Server, open_page: Opener) -> None:
    ready(open_page(f"{server.url}turning.html", reduced_motion="reduce"))
    saving = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    ready(open_page(f"{server.url}turning.html", script=saving))
    assert "/turn.js" not in server.asked


# --- arrival, history, languages, sharing


def test_one_arrives_as_the_link_says_else_facing_the_same_way_else_as_the_scene_opens(
    server: Server, open_page: Opener
) -> None:
    tab = ready(open_page(f"{server.url}#san/60/0/80"))
    tab.get_by_role("link", name="Sang cảnh: Chánh điện").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    # Bearing 60 + 10 in the courtyard is yaw 70 - 100 in the hall.
    assert here(tab)[:2] == ("dien", -30)
    tab.goto(f"{server.url}#dien/90/0/80")
    tab.get_by_role("link", name="Sang cảnh: Lầu chuông").click()
    assert here(tab) == ("lau", 33, 4, 70)
    tab.goto(f"{server.url}#lau/-120/0/80")
    tab.get_by_role("link", name="Sang cảnh: Chánh điện").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    tab.wait_for_timeout(700)
    assert tab.evaluate("location.hash") == "#dien", "without a north the scene opens as it was meant to"


def test_who_goes_back_faces_back_the_way(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}#san/60/0/80"))
    tab.get_by_role("link", name="Sang cảnh: Chánh điện").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    tab.goto(f"{server.url}#dien/150/0/80")
    assert here(tab)[:2] == ("dien", 150)  # whoever leaves while the view still glides leaves by another way
    tab.get_by_role("link", name="Sang cảnh: Sân chùa").click()
    expect(stage(tab)).to_have_accessible_name("Sân chùa, cảnh 1/4")
    # Bearing 150 + 100 = 250 is yaw 240 = -120: the way from the hall, opposite to the 60 one left by.
    assert here(tab)[:2] == ("san", -120)


def test_every_step_of_the_history_has_its_own_view(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}#san/60/0/80"))
    tab.get_by_role("link", name="Sang cảnh: Chánh điện").click()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    turned = here(tab, lambda: tab.keyboard.press("ArrowRight"))
    tab.keyboard.press("PageDown")
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")
    tab.go_back()
    expect(stage(tab)).to_have_accessible_name("Chánh điện, cảnh 2/4")
    assert here(tab) == turned
    tab.go_back()
    expect(stage(tab)).to_have_accessible_name("Sân chùa, cảnh 1/4")
    assert here(tab) == ("san", 60, 0, 80)
    tab.go_forward()
    tab.go_forward()
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")
    tab.reload()
    ready(tab)
    expect(stage(tab)).to_have_accessible_name("Lầu chuông, cảnh 3/4")


def test_the_other_language_shows_the_same_view_on_a_telephone_after_turning(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(server.url, **PHONE_OPTIONS))
    stage(tab).focus()
    before = here(tab, lambda: tab.keyboard.press("ArrowRight"))
    link = tab.get_by_role("link", name="EN – English")
    assert link.get_attribute("hreflang") == "en"
    link.tap()
    tab.wait_for_url(re.compile("en.html"))
    ready(tab)
    expect(stage(tab)).to_have_accessible_name("Courtyard, scene 1/4")
    assert here(tab) == before
    # What is shown, not only what the address says: the same after a step there and back.
    stage(tab).focus()
    here(tab, lambda: tab.keyboard.press("ArrowRight"))
    again = here(tab, lambda: tab.keyboard.press("ArrowLeft"))
    assert again[1:] == pytest.approx(before[1:], abs=0.15)
    tab.get_by_role("button", name="Listen to the narration").tap()
    expect(tab.get_by_role("region", name="Narration")).to_contain_text("The hall.")


def test_what_is_shared_is_exactly_this_view_in_the_language_of_the_page(server: Server, open_page: Opener) -> None:
    tab = ready(open_page(f"{server.url}en.html#dien/12/3/70", permissions=["clipboard-read", "clipboard-write"]))
    stage(tab).focus()
    _, yaw, pitch, hfov = here(tab, lambda: tab.keyboard.press("ArrowRight"))
    tab.get_by_role("button", name="Share this view").click()
    expect(tab.locator(".stage-note")).to_contain_text("copied")
    shared = tab.evaluate("navigator.clipboard.readText()")
    assert shared == f"{server.url}en.html#dien/{yaw:.1f}/{pitch:.1f}/{hfov:.1f}"
    other = ready(open_page(shared))
    expect(stage(other)).to_have_accessible_name("Main hall, scene 2/4")


def test_axe_finds_nothing_in_list_walk_and_narration(server: Server, open_page: Opener, front_end: Path) -> None:
    axe = (front_end.parents[1] / "node_modules/axe-core/axe.min.js").read_text("utf-8")

    def violations(tab: Page) -> list[str]:
        tab.evaluate(axe)
        found = tab.evaluate("axe.run(document.querySelector('.stage'))")["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]

    for options in ({}, PHONE_OPTIONS):
        tab = ready(open_page(f"{server.url}slow.html", **options))
        tab.get_by_role("button", name="4 cảnh" if options else "Danh sách cảnh").click()
        expect(tab.get_by_role("searchbox")).to_be_visible()
        tab.wait_for_timeout(300)
        assert violations(tab) == []
        tab.get_by_role("searchbox").fill("zzz")
        assert violations(tab) == []
        tab.keyboard.press("Escape")
        tab.get_by_role("button", name="Nghe thuyết minh").click()
        expect(tab.get_by_role("region", name="Thuyết minh")).to_be_visible()
        assert violations(tab) == []
