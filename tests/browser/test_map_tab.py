"""The editor's map: a tour of which nothing is known is put on the land and on a floor's plan, by mouse and by key."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from editors import SCENES, TOUR, Office, office
from playwright.sync_api import Locator, Page, expect

__all__ = ["office"]

pytestmark = pytest.mark.browser

DOT = base64.b64decode("R0lGODlhAgABAIAAAMyqZgAAACwAAAAAAgABAAACAgQKADs=")
PHOTOS = {"cong": {"lat": 10.68, "lon": 105.08}, "san": {"lat": 10.6805, "lon": 105.08}}
DRAWING = {"file": "tang-tret-0123456789ab.png", "kind": "drawing", "name": "tang-tret.pdf", "size_bytes": 9,
           "width_px": 2, "height_px": 1, "url": "/x", "small": None, "used": [], "in_set": False}  # fmt: skip
FILES = {"files": [DRAWING]}


def _with_photos(page: Page) -> None:
    """Let the photos say where they were taken, and the tour have a drawing."""
    panoramas = [
        {"file": one["panorama"]["file"], "recipe": {"level": None, "coverage": None}, "state": "waiting", "job": None,
         "progress": None, "problem": None, "name": one["id"], "width_px": 8, "height_px": 4,
         "position": PHOTOS[one["id"]]}
        for one in SCENES
    ]  # fmt: skip
    page.route("**/panoramas", lambda route: route.fulfill(json={"panoramas": panoramas}))
    page.route("**/files", lambda route: route.fulfill(json=FILES))
    page.route("**/media/**", lambda route: route.fulfill(body=DOT, content_type="image/gif"))


def _map(office: Office, photos: bool) -> Page:
    page = office.contexts["Hoa"].new_page()
    page.on("pageerror", lambda error: office.errors.append(str(error)))
    if photos:
        _with_photos(page)
    page.goto(f"{office.url}/tours/{TOUR}/edit")
    page.get_by_role("tab", name="Bản đồ").click()
    return page


def _drag(page: Page, what: Locator, to: Locator, x: float, y: float) -> None:
    """Drag the middle of something to a place, counted from the middle of something else."""
    here, there = what.bounding_box(), to.bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(there["x"] + there["width"] / 2 + x / 2, there["y"] + there["height"] / 2 + y / 2, steps=3)
    page.mouse.move(there["x"] + there["width"] / 2 + x, there["y"] + there["height"] / 2 + y, steps=3)
    page.mouse.up()


def _saved(page: Page, office: Office) -> list[dict[str, Any]]:
    page.wait_for_timeout(700)  # what is changed is sent soon after
    expect(page.locator(".ed-saved")).to_have_attribute("data-state", "saved")
    scenes: list[dict[str, Any]] = office.document["scenes"]
    return scenes


def test_scenes_are_put_on_the_land_by_hand_by_key_and_from_their_photos(office: Office) -> None:
    office.come("Hoa")
    page = _map(office, photos=False)
    page.get_by_label("Tọa độ (vĩ độ, kinh độ)").first.fill("ở núi Sam")
    page.get_by_role("button", name="Đặt cảnh ở đây").click()
    expect(page.get_by_role("alert")).to_contain_text("Ghi hai số")
    page.get_by_label("Tọa độ (vĩ độ, kinh độ)").first.fill("10.6815, 105.0806")
    page.get_by_role("button", name="Đặt cảnh ở đây").click()
    gate, yard = page.locator("[data-pin=cong]"), page.locator("[data-pin=san]")
    expect(gate).to_have_attribute("aria-current", "true")
    expect(page.locator(".ed-pins li")).to_have_attribute("style", re.compile("translate"))  # it has been drawn
    _saved(page, office)
    # From the tray, 120 pixels to the right of the gate: east of it, as far north.
    _drag(page, page.locator("[data-waiting=san]"), gate, 120, 0)
    expect(yard).to_be_focused()
    east = _saved(page, office)[1]["position"]
    assert east["lon"] > 105.0806
    assert abs(east["lat"] - 10.6815) < 5e-6  # the pixel that was hit
    # One metre north, then ten metres west.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".ed-map-field [role=status]")).to_contain_text("Sân: Vĩ độ")
    moved = _saved(page, office)[1]["position"]
    assert 111_000 * (moved["lat"] - east["lat"]) == pytest.approx(1, abs=0.05)
    assert 109_200 * (moved["lon"] - east["lon"]) == pytest.approx(-10, abs=0.1)
    # Dragged on the map itself, and taken back.
    _drag(page, yard, yard, 0, 60)
    assert _saved(page, office)[1]["position"]["lat"] < moved["lat"]
    page.keyboard.press("Control+z")
    assert _saved(page, office)[1]["position"] == moved
    # North: nobody knows it yet; the cone is turned by key to where the picture looks.
    cone = page.get_by_role("slider", name="Chưa biết hướng bắc")
    cone.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    assert _saved(page, office)[1]["north_deg"] == 16
    page.close()

    page = _map(office, photos=True)
    page.get_by_role("button", name="Lấy vị trí từ ảnh").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Vị trí sẽ được công bố")
    expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(0)  # both have a place, which none loses unasked
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Lấy 1 vị trí").click()
    scenes = _saved(page, office)
    assert (scenes[0]["position"], scenes[1]["position"]) == (PHOTOS["cong"], moved)


def test_a_floor_gets_its_plan_from_a_drawing_and_scenes_on_it_by_mouse_and_by_key(office: Office) -> None:
    office.come("Hoa")
    page = _map(office, photos=True)
    page.get_by_role("button", name="Thêm tầng").click()
    page.get_by_label("Tên tầng").fill("Tầng trệt")
    page.get_by_role("button", name="Chọn sơ đồ").first.click()
    page.get_by_role("button", name="tang-tret.pdf").click()
    page.get_by_role("dialog").get_by_role("button", name="Xong").click()
    page.locator("[data-waiting=cong]").press("Enter")
    pin = page.locator("[data-pin=cong]")
    expect(pin).to_be_focused()
    page.locator("[data-waiting=san]").click()
    plan = page.locator(".stage-map-plan").bounding_box()
    assert plan is not None
    page.mouse.click(plan["x"] + plan["width"] * 0.25, plan["y"] + plan["height"] * 0.75)
    scenes = _saved(page, office)
    floor = office.document["floors"][0]
    assert (floor["title"], floor["plan"]["north_deg"]) == ({"vi": "Tầng trệt"}, 0)
    medium = next(one for one in office.document["media"] if one["id"] == floor["plan"]["medium"])
    assert (medium["kind"], medium["file"], medium["alt"]) == ("image", DRAWING["file"], {"vi": "Sơ đồ: Tầng trệt"})
    assert [scene["floor"] for scene in scenes] == [floor["id"], floor["id"]]
    assert scenes[0]["plan_position"] == {"x": 0.5, "y": 0.5}
    assert scenes[1]["plan_position"] == pytest.approx({"x": 0.25, "y": 0.75}, abs=0.01)
    # Beside the plan there is nothing: it stops at the edge.
    _drag(page, pin, page.locator(".ed-map-field"), -300, 0)
    page.get_by_role("slider", name="Hướng bắc của sơ đồ").press("ArrowRight")
    assert _saved(page, office)[0]["plan_position"]["x"] == 0
    assert office.document["floors"][0]["plan"]["north_deg"] == 359
    page.get_by_role("button", name="Xóa tầng").click()
    assert ["floor" in scene for scene in _saved(page, office)] == [False, False]
    assert office.document["floors"] == []
