"""The editor as its people would tell of it: a small correction on a telephone, another picture, a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from editors import Office, office
from openpyxl import load_workbook
from pictures import panorama
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select
from starlette.testclient import TestClient
from web.studio.desk import work

from ispace import libraries, publications
from ispace.database.uploads import UploadRow
from ispace.database.work import JobRow
from ispace.journal import Actor
from ispace.web import listen

__all__ = ["office"]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
CARD = {"id": "bia", "kind": "card", "title": {"vi": "Bia đá năm 1828"}, "text": {"vi": "Dựng năm Mậu Tí."},
        "yaw_deg": 10.0, "pitch_deg": -5.0}  # fmt: skip
HIGH_WITH_FIVE_SCENES = """() => {
    const list = document.querySelector('.ed-scene-list');
    const more = [1, 2, 3, 4].map(() => list.firstElementChild.cloneNode(true));
    list.append(...more);
    const { top } = document.getElementById('stage').getBoundingClientRect();
    more.forEach((one) => one.remove());
    return top;
}"""
"""How far down the picture begins when the strip of scenes is full."""
PAGODA = {
    "id": "chua", "position": {"lat": 10.68, "lon": 105.08},
    "names": [{"name": {"vi": "Chùa Tây An"}, "level": "site"}],
}  # fmt: skip
AGENCY = {"managing_body": {"vi": "Ban Quản lý Di tích"}}


def _with_card(document: dict[str, Any]) -> None:
    scene = document["scenes"][0]
    scene["title"], scene["hotspots"] = {"vi": "Cổng tam quan"}, [CARD]
    document["agency"], document["description"] = AGENCY, {"vi": "Một ngôi chùa cổ ở chân núi Sam."}


def _opened(office: Office, folder: Path, *names: str, **browser: Any) -> Page:
    office.come("Lê Thị Mười", scenes=False, **browser)
    office.arrive(folder, *names)
    office.save(_with_card)
    page = office.open("Lê Thị Mười")
    page.wait_for_selector("#stage.is-live", state="attached")
    return page


def _saved(page: Page) -> None:
    page.wait_for_timeout(600)  # what is changed is sent soon after
    expect(page.locator(".ed-saved")).to_have_attribute("data-state", "saved", timeout=10_000)


def _preview(office: Office, context: BrowserContext, folder: Path) -> None:
    """Do what a worker does for the preview that was asked for, and let its address answer."""
    with office.studio.database.read() as session:
        (job,) = session.scalars(select(JobRow.id).where(JobRow.kind == publications.PREVIEW))
    work(office.studio, job, folder)
    server = TestClient(listen.previews_alone(office.studio.settings))

    def answer(route: Route) -> None:
        told = server.get(urlsplit(route.request.url).path)
        headers = {name: value for name, value in told.headers.items() if name.startswith("content-type")}
        route.fulfill(status=told.status_code, headers=headers, body=told.content)

    context.route("**/preview/*/**", answer)


def test_a_word_is_corrected_on_a_telephone_and_read_in_the_preview(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ispace.materials.shelf.asked", lambda *_: 2)
    page = _opened(office, tmp_path, "cong-tam-quan", **PHONE)
    expect(page.locator(".ed-asked")).to_have_count(1)
    assert page.evaluate(HIGH_WITH_FIVE_SCENES) < 844 / 2
    ends = "e => [...e.children].every(one => one.getBoundingClientRect().right <= innerWidth)"
    assert page.locator(".ed-actions").evaluate(ends), "what is done to a tour is in sight"
    page.get_by_role("tab", name="Điểm tương tác").tap()
    expect(page.get_by_role("button", name="Lối đi")).to_be_visible()  # the picture lies where it stays
    page.locator(".stage-spot").tap()
    text = page.locator('[data-field="text.vi"] textarea')
    expect(text).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".stage-spot")).to_be_in_viewport()
    text.fill("Dựng năm Mậu Tý.")
    _saved(page)
    title, state = (page.locator(name).bounding_box() for name in (".ed-title", ".ed-saved"))
    assert title
    assert state
    assert state["y"] < title["y"] + title["height"], "what is saved stands beside the title, and nothing has moved"
    page.get_by_role("link", name="Xem thử").tap()
    page.get_by_role("button", name="Tạo bản xem thử").tap()
    made = page.locator("#xem_thu")
    expect(made.locator("[data-job]")).to_be_in_viewport()
    _preview(office, page.context, tmp_path)
    page.reload()  # a worker would have told the page
    with page.context.expect_page() as opened:
        made.get_by_role("link", name="Mở bản xem thử").tap()
    preview = opened.value
    preview.get_by_role("button", name="Bia đá năm 1828").tap()
    expect(preview.get_by_role("dialog")).to_contain_text("Dựng năm Mậu Tý.")


def test_a_scene_gets_another_picture_and_keeps_its_hotspots_and_its_old_picture(
    office: Office, tmp_path: Path
) -> None:
    page = _opened(office, tmp_path, "cong-tam-quan", "cong-chup-lai")
    old, new = (scene["panorama"]["file"] for scene in office.document["scenes"])
    pictures = page.get_by_role("dialog", name="Thay ảnh")
    page.locator('details[data-field="panorama"] summary').click()
    page.get_by_role("button", name="Thay ảnh").click()
    with page.expect_request("**/t/*/1/**"):  # tiles of a picture that was not on the screen
        pictures.get_by_role("button", name="cong-chup-lai.jpg").click()
    expect(page.locator(".stage-spot")).to_contain_text("Bia đá năm 1828")
    # What was sent as another picture came as a scene of its own, which nobody wants now.
    page.get_by_role("status").get_by_role("button", name="Xóa cảnh").click()
    expect(page.locator("[data-scene]")).to_have_count(1)
    _saved(page)
    (scene,) = office.document["scenes"]
    assert (scene["panorama"]["file"], scene["hotspots"], scene["title"]) == (new, [CARD], {"vi": "Cổng tam quan"})
    page.get_by_role("button", name="Thay ảnh").click()
    pictures.get_by_role("button", name="cong-tam-quan.jpg").click()
    expect(page.locator("[data-said]")).to_contain_text("Đã thay ảnh")
    _saved(page)
    assert office.document["scenes"][0]["panorama"]["file"] == old
    # One that is not here yet is sent from where it is wanted, for this scene.
    page.get_by_role("button", name="Thay ảnh").click()
    third = panorama(tmp_path / "lan-ba.jpg", 512, seed=9)
    pictures.get_by_label("Tải tệp khác lên").set_input_files(third)
    expect(page.locator("[data-said]")).to_contain_text("Đã gửi")
    with office.studio.database.read() as session:
        (upload,) = session.scalars(select(UploadRow))
        assert (upload.name, upload.scene_id, upload.state) == ("lan-ba.jpg", scene["id"], "received")


def test_scenes_are_titled_from_the_map_and_translated_in_a_table_that_is_seen_before_it_is_taken(
    office: Office, tmp_path: Path
) -> None:
    page = _opened(office, tmp_path, "IMG_0012", "IMG_0013")
    with office.studio.database.write() as session:
        libraries.save(session, Actor(office.owner, "Lê Thị Mười", "studio"), "places", "chua", PAGODA, 0)
    page.locator("[data-scene]").last.click()
    expect(page.locator('[data-field="title.vi"] input')).to_have_value("Cảnh 2")
    page.locator('details[data-field="position"] summary').click()
    where = page.get_by_label("Tọa độ (vĩ độ, kinh độ)")
    where.fill("""10°40'48.0"N 105°04'48.0"E""")
    where.press("Tab")
    expect(where).to_have_value("10.68, 105.08")
    page.get_by_role("button", name="Dùng tên này").click()
    expect(page.locator('[data-field="title.vi"] input')).to_have_value("Chùa Tây An")
    page.get_by_role("tab", name="Giao diện").click()
    page.get_by_label("tiếng Anh").check()
    _saved(page)
    page.get_by_role("link", name="bảng dịch").click()
    with page.expect_download() as sent:
        page.get_by_role("link", name="XLSX").click()
    sent.value.save_as(tmp_path / "vi.xlsx")
    book = load_workbook(tmp_path / "vi.xlsx")
    lines = book.worksheets[0]
    heads = [cell.value for cell in lines[1]]
    (title,) = (row for row in lines if row[heads.index("vi")].value == "Cổng tam quan")
    title[heads.index("en")].value = "Three-arched gate"
    book.save(tmp_path / "en.xlsx")
    page.get_by_label("Tệp bảng").set_input_files(tmp_path / "en.xlsx")
    changed = page.get_by_role("table")
    expect(changed).to_contain_text("Three-arched gate")
    assert "en" not in office.document["scenes"][0]["title"]
    page.get_by_role("button", name="Đổi 1 chữ").click()
    expect(page.locator("[data-state]")).to_contain_text("Đã đổi 1 chữ")
    expect(page.get_by_role("listitem").filter(has_text="English")).to_contain_text("1 trên")
    page.get_by_role("link", name="Dựng tour").click()
    expect(page.locator('[data-field="title.en"] input')).to_have_value("Three-arched gate")
    assert office.document["scenes"][1]["title"] == {"vi": "Chùa Tây An"}
