"""The map of a tour in a Chromium: the land, floor plans, the cone, an operator's tiles, the East Sea."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import DESKTOP, PHONE, Server, serve
from PIL import Image
from playwright.sync_api import Page, Route, expect
from synthetic import equirect, jpeg, page, sampler, scene
from test_viewer import Opener, settle

pytestmark = pytest.mark.browser

PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
STREETS = {"tiles": "/ban-do/{z}/{x}/{y}.png", "attribution": "© Sở Thử nghiệm", "min_zoom": 9, "max_zoom": 18}
CONE = ".stage-map-turning"


def _scenes(root: Path) -> list[dict[str, Any]]:
    """Return six scenes that share one picture: three downstairs, one upstairs, one outside, one nowhere."""
    first = scene(root, "cong", sampler(equirect(1024)), {"vi": "Cổng", "en": "Gate"}, north_deg=10.0)
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "cong": ("Cổng", {"position": {"lat": 10.6815, "lon": 105.0806}, "plan_position": {"x": 0.5, "y": 0.9}}),
        "san": ("Sân", {"position": {"lat": 10.6817, "lon": 105.0806}, "plan_position": {"x": 0.5, "y": 0.5}}),
        "dien": ("Điện", {"position": {"lat": 10.6819, "lon": 105.0806}, "plan_position": {"x": 0.5, "y": 0.1}}),
        "lau": ("Lầu", {"position": {"lat": 10.6819, "lon": 105.0808}, "plan_position": {"x": 0.3, "y": 0.4}}),
        "nui": ("Núi", {"position": {"lat": 10.6830, "lon": 105.0816}}),
        "kho": ("Kho", {}),
    }
    floors = {"cong": "tret", "san": "tret", "dien": "tret", "lau": "tren"}
    names = list(places)
    return [
        first
        | {"id": name, "title": {"vi": title, "en": title}, "floor": floors.get(name), **more}
        | {
            "hotspots": [
                {"id": f"toi-{other}", "kind": "link", "yaw_deg": 120, "pitch_deg": -10, "target": other}
                for other in names[n + 1 : n + 2]
            ]
        }
        for n, (name, (title, more)) in enumerate(places.items())
    ]


def _tour(scenes: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Quả cầu chữ"}, "description": {"vi": "Thử"}, "start": scenes[0]["id"],
        "page": {"vi": "../../../index.html", "en": "../../../en.html"}, "scenes": scenes, "products": {}, "media": {},
        "floors": [], "map": None,
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """Tours of a few scenes: with plans; on the land only; with tiles; all in one place; along the whole country."""
    root = tmp_path_factory.mktemp("map")
    shutil.copytree(front_end, root, dirs_exist_ok=True)
    scenes = _scenes(root)
    (root / "a/so-do.jpg").write_bytes(jpeg(np.full((600, 800, 3), (235, 225, 205), np.uint8)))
    plan = {"url": "../../../a/so-do.jpg", "width_px": 800, "height_px": 600, "alt": {"vi": "Sơ đồ nhà"}}
    floors = [
        {"id": "tret", "title": {"vi": "Tầng trệt", "en": "Ground floor"}, "plan": plan | {"north_deg": 90}},
        {"id": "tren", "title": {"vi": "Trên lầu", "en": "Upstairs"}, "plan": plan | {"north_deg": 0}},
    ]
    here = {"lat": 10.7, "lon": 105.1}
    crowd = [s | {"position": here} for s in scenes[:3]]
    many = [
        scenes[0] | {"id": f"c-{n}" if n else "cong", "title": {"vi": f"Cảnh {n}"}, "hotspots": [],
                     "position": {"lat": 10.6 + (n % 20) * 0.0004, "lon": 105 + n // 20 * 0.0005}}
        for n in range(300)
    ]  # fmt: skip
    tours = {
        "index": _tour(scenes, floors=floors),
        "land": _tour(scenes[:2]),
        "streets": _tour(scenes[:2], map=STREETS),
        "sea": _tour(scenes[:2], map=STREETS | {"min_zoom": 5}),
        "crowd": _tour(crowd),
        "many": _tour(many),
        "bare": _tour([s | {"position": None} for s in scenes[:2]]),
        "chosen": _tour(scenes, floors=floors, skin={"preset": "museum", "accent": "#14533f", "controls": ["scenes"]}),
    }
    for name, tour in tours.items():
        folder = root / f"r/tour/{name}"
        folder.mkdir(parents=True)
        (folder / "tour.json").write_text(json.dumps(tour, ensure_ascii=False), "utf-8")
        for lang, end in (("vi", ""), ("en", ".en")):
            html = page(tour, front_end, lang).replace("r/tour/1/", f"r/tour/{name}/")
            (root / f"{name}{end}.html").write_text(html, "utf-8")
    return root


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    yield from serve(site)


def opened(open_page: Opener, url: str, **options: Any) -> Page:
    """Return a page with the map of its tour open."""
    tab = open_page(url, **options)
    settle(tab)
    show(tab)
    return tab


def show(tab: Page) -> None:
    """Open the map by its button, or by the menu of a telephone."""
    button = tab.locator(".stage-bar .stage-button").filter(has=tab.locator("use[href='#i-map']"))
    if button.is_visible():
        button.click()
    else:
        tab.locator(".stage-menu-button").click()
        tab.locator(".stage-menu button").filter(has=tab.locator("use[href='#i-map']")).click()
    expect(tab.locator(".stage-map")).to_be_visible()
    # It rises into its place; until then nothing can be measured.
    tab.wait_for_function("() => document.getAnimations().length === 0")


def turned(tab: Page) -> float:
    """Return by how many degrees the cone is turned."""
    found = re.search(r"rotate\(([\d.]+)deg", tab.locator(CONE).get_attribute("style") or "")
    assert found
    return float(found[1])


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is so, and fail where it does not become so."""
    for _ in range(100):
        if true():
            return
        time.sleep(0.1)
    assert true()


def faces(tab: Page, yaw_deg: float, within_deg: float = 0.2) -> None:
    """Wait until the address, which follows the view when it has come to rest, says this yaw."""
    tab.wait_for_function(
        "([yaw, within]) => Math.abs(+location.hash.split('/')[1] - yaw) <= within", arg=[yaw_deg, within_deg]
    )


def streets(tab: Page, status: int = 200) -> list[str]:
    """Answer the tiles of the street map with grey squares, or refuse them; return what is asked for."""
    asked: list[str] = []
    square = io.BytesIO()
    Image.new("RGB", (256, 256), (200, 205, 198)).save(square, "PNG")

    def answer(route: Route) -> None:
        asked.append(route.request.url.split("/ban-do/")[1])
        route.fulfill(status=status, body=square.getvalue() if status == 200 else b"", content_type="image/png")

    tab.route("**/ban-do/**", answer)
    return asked


def test_the_map_is_opened_and_closed_by_keyboard_and_gives_the_focus_back(server: Server, open_page: Opener) -> None:
    tab = open_page(server.url)
    settle(tab)
    assert not [path for path in server.asked if "map" in path], "the map is fetched before it is asked for"
    control = tab.get_by_role("button", name="Bản đồ")
    control.press("Enter")
    region = tab.get_by_role("region", name="Bản đồ")
    expect(region).to_be_focused()
    expect(control).to_have_attribute("aria-pressed", "true")
    # The pins come with the picture of the plan.
    expect(region.get_by_role("link", name="Điện")).to_be_visible()
    names = []
    for _ in range(9):
        tab.keyboard.press("Tab")
        names.append(tab.evaluate("(e => e.getAttribute('aria-label') ?? e.textContent)(document.activeElement)"))
    assert names[:3] == ["Bản đồ", "Danh sách cảnh", "Đóng"]
    assert names[3:] == ["Hướng nhìn", "Cổng", "Sân", "Điện", "Phóng to", "Thu nhỏ"]
    tab.keyboard.press("Escape")
    expect(region).to_have_count(0)
    expect(control).to_be_focused()
    expect(control).to_have_attribute("aria-pressed", "false")


def test_a_tour_without_places_has_no_map_and_a_skin_may_leave_it_out(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}bare.html")
    settle(tab)
    expect(tab.get_by_role("button", name="Danh sách cảnh")).to_be_visible()
    expect(tab.get_by_role("button", name="Bản đồ")).to_have_count(0)
    tab.goto(f"{server.url}chosen.html")
    settle(tab)
    expect(tab.get_by_role("button", name="Danh sách cảnh")).to_be_visible()
    expect(tab.get_by_role("button", name="Bản đồ")).to_have_count(0)
    expect(tab.locator(".stage-compass")).to_be_hidden()


def test_the_cone_shows_the_direction_faced_and_rests_with_the_view(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, server.url)
    # North 10, upper edge of the plan 90, yaw 0.
    assert turned(tab) == pytest.approx(280, abs=0.2)
    tab.get_by_role("application").focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("() => location.hash.split('/').length === 4")
    tab.wait_for_timeout(1000)
    yaw = float(tab.evaluate("location.hash.split('/')[1]"))
    assert turned(tab) == pytest.approx(280 + yaw, abs=0.2)
    tab.evaluate(
        """() => { window.changes = 0;
            new MutationObserver(all => window.changes += all.length)
                .observe(document.querySelector('.stage'), {subtree: true, attributes: true, childList: true}); }"""
    )
    tab.wait_for_timeout(700)
    assert tab.evaluate("window.changes") == 0
    tab.get_by_label("Bản đồ").get_by_role("combobox").select_option("Bản đồ")
    eventually(lambda: abs(turned(tab) - 10 - yaw) < 0.2)


def test_the_grip_of_the_cone_turns_the_view(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, f"{server.url}#cong/0/0/80")
    grip = tab.get_by_role("slider", name="Hướng nhìn")
    expect(grip).to_have_attribute("aria-valuetext", "bắc, 10°")
    grip.focus()
    tab.keyboard.press("ArrowRight")
    faces(tab, 15)
    expect(grip).to_have_attribute("aria-valuetext", "đông bắc, 25°")
    foot = tab.locator(".stage-map-cone").bounding_box()
    box = grip.bounding_box()
    assert foot
    assert box
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.mouse.move(foot["x"] + 70, foot["y"], steps=6)
    tab.mouse.up()
    # To the right on a plan whose upper edge is east is south: 180 − 10.
    faces(tab, 170, 2)
    assert turned(tab) == pytest.approx(90, abs=2)


def test_one_walks_by_the_map_and_the_floor_follows(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, server.url)
    region = tab.get_by_role("region", name="Bản đồ")
    floor = region.get_by_role("combobox")
    expect(floor).to_have_value("tret")
    expect(region.locator(".stage-map-plan")).to_have_attribute("alt", "Sơ đồ nhà")
    expect(region.get_by_role("link", name="Cổng")).to_have_attribute("aria-current", "true")
    tab.evaluate(
        """() => { window.said = [];
            new MutationObserver(() => window.said.push(document.querySelector('[aria-live=polite]').textContent))
                .observe(document.querySelector('[aria-live=polite]'), {childList: true, characterData: true}); }"""
    )
    region.get_by_role("link", name="Sân").press("Enter")
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân, cảnh 2/6")
    expect(region.get_by_role("link", name="Sân")).to_be_focused()
    expect(region.get_by_role("link", name="Sân")).to_have_attribute("aria-current", "true")
    assert [text for text in tab.evaluate("window.said") if "Sân" in text] == ["Cảnh 2/6: Sân, 1 điểm tương tác"]
    tab.keyboard.press("PageDown")
    expect(tab.get_by_role("application")).to_have_accessible_name("Điện, cảnh 3/6")
    tab.keyboard.press("PageDown")
    expect(floor).to_have_value("tren")
    tab.keyboard.press("PageDown")
    expect(floor).to_have_value("")
    # Nowhere on any map: it stays, without a cone, and the list says which scenes those are.
    tab.keyboard.press("PageDown")
    expect(tab.locator(".stage-map-cone")).to_be_hidden()
    expect(floor).to_have_value("")
    expect(region.get_by_role("status")).to_have_text("1 cảnh chưa có vị trí trên bản đồ")
    region.get_by_role("button", name="Danh sách cảnh").click()
    expect(region.get_by_role("link")).to_have_count(6)
    expect(region.get_by_role("list").last.get_by_role("link")).to_have_text(["Kho"])
    region.get_by_role("link", name="Cổng").click()
    expect(floor).to_have_value("tret")
    # Who chose the land keeps it.
    floor.select_option("")
    region.get_by_role("button", name="Danh sách cảnh").click()
    region.get_by_role("link", name="Lầu").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Lầu, cảnh 4/6")
    expect(floor).to_have_value("")


def test_the_plane_is_moved_by_pointer_wheel_keys_and_buttons(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, f"{server.url}land.html")
    dot = tab.get_by_role("region", name="Bản đồ").get_by_role("link", name="Sân")
    scale = tab.locator(".stage-map-scale")
    expect(scale).to_contain_text("m")

    def place() -> tuple[float, float]:
        box = dot.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def stands(x: float, y: float, within_px: float = 1) -> bool:
        return place() == pytest.approx((x, y), abs=within_px)

    x, y = place()
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y + 60, steps=5)
    tab.mouse.up()
    eventually(lambda: stands(x, y + 60, 8))
    # A drag that began on a scene does not open it.
    expect(tab.get_by_role("application")).to_have_accessible_name("Cổng, cảnh 1/2")
    dot.focus()
    tab.keyboard.press("Home")
    eventually(lambda: stands(x, y))
    tab.keyboard.press("ArrowUp")
    eventually(lambda: stands(x, y + 60))
    tab.keyboard.press("Home")
    eventually(lambda: stands(x, y))
    whole = scale.inner_text()
    tab.mouse.move(x, y)
    tab.mouse.wheel(0, -500)
    eventually(lambda: scale.inner_text() != whole)
    # A wheel event has whole pixels, and what lies under it stays there.
    assert stands(x, y, 3)
    tab.keyboard.press("Home")
    eventually(lambda: scale.inner_text() == whole)
    for _ in range(3):
        tab.get_by_role("region", name="Bản đồ").get_by_role("button", name="Phóng to").click()
    eventually(lambda: scale.inner_text() != whole)
    # The picture was not turned by any of that.
    assert tab.evaluate("location.hash") == ""


def test_two_fingers_zoom_the_map(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, f"{server.url}land.html", **PHONE_OPTIONS)
    touch = tab.context.new_cdp_session(tab)
    box = tab.locator(".stage-map-field").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    said = tab.locator(".stage-map-scale").inner_text()
    for kind, apart in (("touchStart", 40), *(("touchMove", 40 + 9 * n) for n in range(1, 9)), ("touchEnd", None)):
        points = [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        tab.wait_for_timeout(16)
    eventually(lambda: tab.locator(".stage-map-scale").inner_text() != said)


def test_crowded_scenes_are_one_button_that_comes_apart_or_lists_them(server: Server, open_page: Opener) -> None:
    tab = opened(open_page, f"{server.url}crowd.html")
    region = tab.get_by_role("region", name="Bản đồ")
    region.locator(".stage-map-dots").get_by_role("button", name="3 cảnh: Cổng, Sân, Điện").click()
    expect(region.get_by_role("link", name="Cổng")).to_be_focused()
    tab.goto(f"{server.url}many.html")
    settle(tab)
    show(tab)
    dots = tab.locator(".stage-map-dots > li")
    count = dots.count()
    assert 5 < count < 150
    group = tab.locator(".stage-map-dots .is-group").last
    group.focus()
    tab.keyboard.press("Enter")
    eventually(lambda: dots.count() > count)
    assert tab.evaluate("document.querySelector('.stage-map').contains(document.activeElement)")


def test_an_operators_tiles_lie_below_with_whose_they_are(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}streets.html")
    hosts: set[str] = set()
    tab.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    asked = streets(tab)
    settle(tab)
    show(tab)
    expect(tab.locator(".stage-map-credit")).to_have_text("© Sở Thử nghiệm")
    expect(tab.locator(".stage-map-tiles .is-there").first).to_be_attached()
    assert all(re.fullmatch(r"\d+/\d+/\d+\.png", path) for path in asked)
    level, column, row = (int(n) for n in asked[0].removesuffix(".png").split("/"))
    # 10.6816° N, 105.0806° E by the formula of Web Mercator.
    assert abs(column - (105.0806 + 180) / 360 * 2**level) < 1.5
    assert abs(row - (0.5 - math.asinh(math.tan(math.radians(10.6816))) / math.tau) * 2**level) < 1.5
    # Farther than a province nobody zooms.
    tab.get_by_role("region", name="Bản đồ").focus()
    for _ in range(40):
        tab.locator(".stage-map-dot").first.focus()
        tab.keyboard.press("-")
    tab.wait_for_timeout(300)
    assert min(int(path.split("/")[0]) for path in asked) == 9
    expect(tab.locator(".stage-map-sea")).to_be_hidden()
    assert hosts <= {server.url.split("/")[2]}


def test_tiles_that_cannot_be_had_leave_the_drawing_and_a_sentence(server: Server, open_page: Opener) -> None:
    tab = open_page(f"{server.url}streets.html", allow=("404",))
    streets(tab, 404)
    settle(tab)
    show(tab)
    region = tab.get_by_role("region", name="Bản đồ")
    expect(region.get_by_role("status")).to_contain_text("Chưa tải được nền bản đồ")
    expect(region.get_by_role("link", name="Sân")).to_be_visible()
    assert tab.locator(".stage-map-tiles .is-there").count() == 0
    assert tab.locator(".stage-map-ways line").count() == 1


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("sea.html", ["Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)", "Biển Đông"]),
        ("sea.en.html", ["Hoàng Sa Archipelago (Việt Nam)", "Trường Sa Archipelago (Việt Nam)", "East Sea"]),
    ],
)
def test_the_islands_of_the_east_sea_are_drawn_and_named_on_any_tiles(
    server: Server, open_page: Opener, path: str, names: list[str]
) -> None:
    tab = open_page(server.url + path)
    asked = streets(tab)
    settle(tab)
    show(tab)
    for _ in range(40):
        tab.locator(".stage-map-dot").first.focus()
        tab.keyboard.press("-")
    for _ in range(6):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(300)
    field = tab.locator(".stage-map-field").bounding_box()
    assert field
    for name in names:
        label = tab.locator(".stage-map-place", has_text=name)
        expect(label).to_be_visible()
        box = label.bounding_box()
        assert box
        assert field["x"] <= box["x"] and box["x"] + box["width"] <= field["x"] + field["width"]  # noqa: PT018
    assert tab.locator(".stage-map-island").count() == 22
    # What the tiles show of that part of the sea is covered: the grey of the tiles is nowhere around its name.
    box = tab.locator(".stage-map-place.is-sea").bounding_box()
    assert box
    shot = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    assert shot.getpixel((round(box["x"] + box["width"] / 2), round(box["y"] + box["height"]) + 6)) == (215, 230, 234)
    assert asked


def test_a_plan_that_is_missing_says_so_and_the_rest_works(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if "so-do" in path else None
    tab = opened(open_page, server.url, allow=("404",))
    region = tab.get_by_role("region", name="Bản đồ")
    expect(region.get_by_role("status")).to_contain_text("Chưa tải được nền bản đồ")
    region.get_by_role("link", name="Sân").click()
    expect(tab.get_by_role("application")).to_have_accessible_name("Sân, cảnh 2/6")


def test_a_map_that_cannot_be_fetched_says_so_and_can_be_asked_for_again(server: Server, open_page: Opener) -> None:
    server.refused = lambda path: 404 if path == "/map.css" else None
    tab = open_page(server.url, allow=("404",))
    settle(tab)
    tab.get_by_role("button", name="Bản đồ").click()
    expect(tab.locator(".stage-note")).to_contain_text("Chưa tải được phần này")
    server.refused = lambda _path: None
    tab.get_by_role("button", name="Bản đồ").click()
    expect(tab.get_by_role("region", name="Bản đồ")).to_be_visible()


def test_an_open_map_is_accessible_and_leaves_the_middle_of_the_picture(
    server: Server, open_page: Opener, front_end: Path, subtests: Any
) -> None:
    axe = (front_end.parents[1] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    for options in ({"viewport": DESKTOP}, {"viewport": {"width": 768, "height": 1024}}, PHONE_OPTIONS):
        with subtests.test(options["viewport"]):
            tab = opened(open_page, server.url, **options)
            tab.evaluate(axe)
            for _ in range(2):
                found = tab.evaluate("axe.run(document.querySelector('.stage'))")["violations"]
                assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == []
                small = tab.evaluate(
                    """() => [...document.querySelectorAll('.stage-map :is(a, button, select, [role=slider])')]
                    .filter(e => {
                        const b = e.getBoundingClientRect();
                        return e.checkVisibility({visibilityProperty: true}) && (b.width < 43.9 || b.height < 43.9);
                    }).map(e => e.outerHTML.slice(0, 90))"""
                )
                assert small == []
                tab.locator(".stage-map").get_by_role("button", name="Danh sách cảnh").click()
            stage, map_ = tab.locator(".stage").bounding_box(), tab.locator(".stage-map").bounding_box()
            assert stage
            assert map_
            beside = map_["x"] > stage["x"] + stage["width"] / 2 + 30
            assert beside or map_["y"] >= stage["y"] + stage["height"] / 2
