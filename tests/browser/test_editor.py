"""The editor as its people use it, by hand and by keys: pictures become scenes with views, links and cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editors import TOUR, Office, office
from playwright.sync_api import Page, expect

from ispace import documents
from ispace.journal import Actor

__all__ = ["office"]

pytestmark = pytest.mark.browser


def saved(page: Page) -> None:
    page.wait_for_timeout(600)
    expect(page.locator(".ed-saved")).to_have_attribute("data-state", "saved", timeout=10_000)


def opened(office: Office, folder: Path, *names: str) -> Page:
    office.come("Lê Thị Mười", scenes=False)
    office.arrive(folder, *names)
    page = office.open("Lê Thị Mười")
    page.wait_for_selector("#stage.is-live", state="attached")
    return page


def scene(office: Office, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = office.document["scenes"][number]
    return found


def press_middle(page: Page, right: float = 0.5, down: float = 0.5) -> None:
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * right, box["y"] + box["height"] * down)


def test_a_first_tour_gets_titles_a_view_and_ways_in_both_directions(office: Office, tmp_path: Path) -> None:
    page = opened(office, tmp_path, "cong-tam-quan", "san-chua")
    expect(page.locator("[data-scene]")).to_have_count(2)
    name = page.locator('[data-field="title.vi"] input')
    expect(page.locator('[data-field="title.vi"] .ed-note')).to_contain_text("chưa bỏ dấu")
    name.fill("Cổng tam quan")
    expect(page.locator('[data-field="title.vi"] .ed-note')).to_be_hidden()
    page.locator("#stage canvas").press("ArrowRight")
    page.get_by_role("toolbar").get_by_role("button", name="Đặt góc nhìn này").click()
    page.get_by_role("tab", name="Điểm tương tác").click()
    page.get_by_role("button", name="Lối đi").click()
    press_middle(page)
    expect(page.locator(".stage-spot.is-chosen")).to_have_count(1)
    expect(page.locator('[data-field="target"] select')).to_have_value("san-chua")
    page.get_by_role("button", name="Tạo lối về").click()
    saved(page)
    first, second = office.document["scenes"]
    assert first["title"] == {"vi": "Cổng tam quan"}
    assert first["initial_view"]["yaw_deg"] > 0
    assert [spot["target"] for spot in (*first["hotspots"], *second["hotspots"])] == ["san-chua", "cong-tam-quan"]
    for _ in range(4):
        page.keyboard.press("Control+z")
    saved(page)
    assert "initial_view" not in scene(office)
    assert [one["hotspots"] for one in office.document["scenes"]] == [[], []]


def test_a_hotspot_is_dragged_moved_by_keys_copied_and_deleted(office: Office, tmp_path: Path) -> None:
    page = opened(office, tmp_path, "cong-tam-quan")
    page.get_by_role("tab", name="Điểm tương tác").click()
    page.get_by_role("button", name="Thông tin").click()
    press_middle(page, 0.6, 0.6)
    hostile = "<img src=x onerror=alert(1)>Lư hương"
    page.locator('[data-field="title.vi"] input').fill(hostile)
    expect(page.locator(".stage-spot.is-chosen")).to_contain_text(hostile)
    saved(page)
    (before,) = scene(office)["hotspots"]
    spot = page.locator(".stage-spot.is-chosen")
    box = spot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 20, steps=6)
    page.mouse.up()
    saved(page)
    (after,) = scene(office)["hotspots"]
    assert after["yaw_deg"] > before["yaw_deg"] + 3
    assert after["title"] == {"vi": hostile}
    spot.focus()
    page.keyboard.press("ArrowLeft")
    saved(page)
    assert scene(office)["hotspots"][0]["yaw_deg"] == pytest.approx(after["yaw_deg"] - 0.5)
    expect(spot).to_be_focused()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    saved(page)
    assert [one["id"] for one in scene(office)["hotspots"]] == ["the", "the-2"]
    page.keyboard.press("Delete")
    saved(page)
    assert [one["id"] for one in scene(office)["hotspots"]] == ["the"]


def test_everything_is_placed_by_keyboard_alone(office: Office, tmp_path: Path) -> None:
    page = opened(office, tmp_path, "cong-tam-quan", "san-chua")
    page.keyboard.press("2")
    expect(page.get_by_role("tab", name="Điểm tương tác")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Lối đi").focus()
    page.keyboard.press("Enter")
    chosen = page.locator(".stage-spot.is-chosen")
    expect(chosen).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    saved(page)
    moved = scene(office)["hotspots"][0]["yaw_deg"]
    assert moved == pytest.approx(5, abs=0.1)
    page.get_by_role("button", name="Thông tin", exact=True).focus()
    page.keyboard.press("Enter")
    # Beside the way, where visitors would see a number for both: what is worked on stands on its own.
    expect(chosen).to_be_focused()
    page.locator('[data-field="title.vi"] input').focus()
    expect(chosen).to_be_visible()
    page.get_by_role("tab", name="Điểm tương tác").focus()
    page.keyboard.press("]")
    expect(page.locator("[data-scene][aria-current]")).to_contain_text("San chua")
    page.locator("[data-scene][aria-current]").focus()
    page.keyboard.press("Alt+ArrowUp")
    saved(page)
    assert [one["id"] for one in office.document["scenes"]] == ["san-chua", "cong-tam-quan"]
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()


def test_the_size_of_a_telephone_and_of_a_desk_show_hotspots_where_they_lie_and_the_logo(
    office: Office, tmp_path: Path
) -> None:
    page = opened(office, tmp_path, "cong-tam-quan", "san-chua")
    page.keyboard.press("2")
    page.get_by_role("button", name="Lối đi").click()
    press_middle(page)
    saved(page)
    with office.studio.database.write() as session:
        row = documents.get(session, TOUR, whole=True)
        logo = {"id": "dau", "kind": "image", "file": "dau.png", "alt": {"vi": "Dấu"}}
        more = {"media": [logo], "skin": {"preset": "museum", "logo": "dau"}}
        documents.save(session, Actor(office.owner, "", "studio"), row, row.document | more, row.revision)
    page.reload()
    page.get_by_role("tab", name="Giao diện").click()
    for size in ("phone", "desk"):
        expect(page.locator(f".ed-device.is-{size} .stage-spot")).to_be_visible()
        box = page.locator(f".ed-device.is-{size} .ed-screen").bounding_box()
        spot = page.locator(f".ed-device.is-{size} .stage-spot").bounding_box()
        assert box is not None
        assert spot is not None
        right = (spot["x"] + spot["width"] / 2 - box["x"]) / box["width"]
        down = (spot["y"] + spot["height"] / 2 - box["y"]) / box["height"]
        assert (right, down) == pytest.approx((0.5, 0.5), abs=0.06)
        expect(page.locator(f".ed-device.is-{size} .stage-head .stage-logo")).to_have_count(1)


def test_the_list_of_what_is_left_says_what_leads_there_and_goes_by_escape_and_by_a_press_beside_it(
    office: Office, tmp_path: Path
) -> None:
    page = opened(office, tmp_path, "cong-tam-quan", "san-chua")
    product = {
        "id": "mam", "name": {"vi": "Mắm"}, "summary": {"vi": "Mắm cá", "en": "Fish sauce"}, "group": "food",
        "stars": 3, "decision": "1/QĐ", "issuer": {"vi": "Tỉnh", "en": "Province"}, "issued_on": "2026-01-01",
        "maker": {"name": {"vi": "Bà Hai", "en": "Ms Hai"}},
    }  # fmt: skip
    spot = {"id": "ban", "kind": "product", "product": "mam", "yaw_deg": 20, "pitch_deg": 0}
    with office.studio.database.write() as session:
        row = documents.get(session, TOUR, whole=True)
        first, second = row.document["scenes"]
        more = {"languages": ["vi", "en"], "products": [product], "scenes": [first, second | {"hotspots": [spot]}]}
        documents.save(session, Actor(office.owner, "", "studio"), row, row.document | more, row.revision)
    page.reload()
    shown = page.locator(".ed-todo-list")
    page.locator("[data-todo]").click()
    left = shown.locator("section", has=page.get_by_role("heading", name="Mắm", exact=True))
    left.get_by_role("button", name="Tên chưa có tiếng Anh").click()
    expect(page.locator("[data-scene][aria-current]")).to_contain_text("San chua")
    expect(page.get_by_role("link", name="Mở thư viện sản phẩm")).to_be_focused()
    page.locator("[data-todo]").click()
    shown.locator("h3").first.click()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    page.locator("[data-todo]").click()
    press_middle(page, down=0.8)
    expect(shown).to_be_hidden()


def test_on_a_telephone_what_is_said_of_a_hotspot_comes_into_sight_when_it_is_pressed(
    office: Office, tmp_path: Path
) -> None:
    page = opened(office, tmp_path, "cong-tam-quan", "san-chua")
    page.keyboard.press("2")
    page.get_by_role("button", name="Thêm", exact=True).or_(page.locator(".ed-more > summary")).first.click()
    page.get_by_role("button", name="Trang web").click()
    press_middle(page)
    address = page.locator('[data-field="url"] input')
    address.fill("angiang.gov.vn")
    address.press("Tab")
    expect(address).to_have_value("https://angiang.gov.vn")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("scrollTo(0, 0)")
    expect(address).not_to_be_in_viewport()
    page.locator(".stage-spot.is-chosen").click()
    expect(address).to_be_in_viewport()


def test_a_picture_is_levelled_by_hand_and_its_hotspots_turn_with_it(office: Office, tmp_path: Path) -> None:
    page = opened(office, tmp_path, "cong-tam-quan")
    page.get_by_role("tab", name="Điểm tương tác").click()
    page.get_by_role("button", name="Thông tin").click()
    press_middle(page, 0.7, 0.5)
    saved(page)
    (before,) = scene(office)["hotspots"]
    page.get_by_role("tab", name="Panorama").click()
    page.get_by_role("button", name="Chỉnh thẳng chân trời").click()
    page.get_by_label("Nghiêng ngang (°)").first.fill("10")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Áp dụng").click()
    saved(page)
    assert scene(office)["level"] == {"pitch_deg": 0, "roll_deg": 10}
    (after,) = scene(office)["hotspots"]
    assert abs(after["pitch_deg"] - before["pitch_deg"]) > 1


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}])
def test_axe_finds_nothing_on_any_tab(office: Office, tmp_path: Path, viewport: Any) -> None:
    page = opened(office, tmp_path, "cong-tam-quan")
    page.set_viewport_size(viewport)
    axe = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    page.evaluate(axe)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(300)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_what_is_said_of_a_picture_that_is_to_come_leaves_the_tools_free(office: Office) -> None:
    office.come("Lê Thị Mười")
    page = office.open("Lê Thị Mười")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".ed-none")).to_be_visible()
    for button in page.locator(".ed-tools .button").all():
        assert button.evaluate(
            """button => {
              const { x, y, width, height } = button.getBoundingClientRect();
              return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }"""
        )
