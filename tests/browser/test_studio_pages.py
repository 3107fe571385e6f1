"""The studio's pages in a browser, under their policy: looked at, used by keyboard, and sent files to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DESKTOP, PHONE
from playwright.sync_api import Page, Route, expect
from studio_server import Studio, serve
from web.studio_samples import write

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
CALM: dict[str, Any] = {"reduced_motion": "reduce"}
LOOKED_AT = ("sign-in-wrong", "account-setting-up", "tours", "pictures", "members", "jobs", "people", "audit",
             "settings", "system", "error-429", "library-products", "library-product-wrong", "texts")  # fmt: skip
SMALL_TEXT = """() => [...document.querySelectorAll('body *:not(.unseen, .unseen *)')].filter((e) =>
  e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 15.9)
  .map((e) => `${e.className} ${e.textContent.trim().slice(0, 40)}`)"""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, select, summary, nav a, .button, .field input')]
  .filter((e) => e.checkVisibility() && !e.matches('.unseen, [type=checkbox], [type=radio]'))
  .map((e) => [e.getBoundingClientRect().height, `${e.className} ${e.textContent.trim().slice(0, 40)}`])
  .filter(([height]) => height < 43.5)"""
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className).slice(0, 5) : []"""
THOUSANDS = """() => {
  const data = new DataTransfer();
  for (let n = 0; n < 3000; n += 1) data.items.add(new File([], `IMG_${n}.jpg`));
  document.querySelector('[data-drop]').dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: data }));
}"""
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def studio_of_module(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    write(folder)
    yield from serve(folder)


@pytest.fixture
def studio(studio_of_module: Studio) -> Studio:
    """The sample pages, served; nothing was uploaded yet."""
    studio_of_module.clear()
    return studio_of_module


@pytest.fixture
def visit(studio: Studio, open_page: Opener) -> Opener:
    """Return a function that opens a page by its name."""

    def opened(name: str, lang: str = "vi", **options: Any) -> Page:
        return open_page(f"{studio.url}{lang}/{name}.html", **CALM | options)

    return opened


# --- looked at --------------------------------------------------------------------------------------------------------


def faults(page: Page) -> list[Any]:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (wrong["id"], node["html"][:140], node["failureSummary"][:200])
        for wrong in found["violations"]
        for node in wrong["nodes"]
    ]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_has_no_fault_on_a_phone_by_day_and_on_a_desktop_by_night(visit: Opener, name: str) -> None:
    phone = visit(name, viewport=PHONE, color_scheme="light", has_touch=True, is_mobile=True)
    for disclosure in phone.locator("details:visible").all():
        disclosure.evaluate("(e) => { e.open = true; }")
    assert phone.evaluate(TOO_WIDE) == []
    assert phone.evaluate(SMALL_TEXT) == []
    assert phone.evaluate(SMALL_TARGETS) == []
    assert faults(phone) == []
    phone.close()
    desktop = visit(name, "en", viewport=DESKTOP, color_scheme="dark")
    assert desktop.evaluate(TOO_WIDE) == []
    assert faults(desktop) == []


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_a_form_has_the_focus_and_leads_to_its_field(visit: Opener) -> None:
    page = visit("set-up-wrong")
    expect(page.locator(".summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#o_account")).to_be_focused()


def test_a_question_is_asked_before_something_ends_and_the_harmless_answer_has_the_focus(
    visit: Opener, studio: Studio
) -> None:
    page = visit("jobs")
    stop = page.get_by_role("button", name=re.compile("Dừng – Dừng việc “Ghép 26 ảnh: Sân chùa”"))
    stop.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Cứ để chạy")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert studio.posted == []
    stop.press("Enter")
    dialog.get_by_role("button", name="Dừng", exact=True).click()
    page.wait_for_url("**/tours.html")
    assert studio.posted == ["/jobs/v1/cancel"]


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit: Opener) -> None:
    page = visit("tours", viewport=PHONE)
    menu = page.get_by_text("Trình đơn")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Nhật ký")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Nhật ký")).to_be_hidden()


def test_a_password_can_be_shown_and_is_hidden_again_before_it_is_sent(visit: Opener) -> None:
    page = visit("sign-in")
    page.locator("#o_account").fill("hoa@angiang.gov.vn")
    page.get_by_label("Mật khẩu", exact=True).fill("bốn từ dễ nhớ")
    page.get_by_role("button", name=re.compile("Hiện – Mật khẩu")).click()
    assert page.get_by_label("Mật khẩu", exact=True).get_attribute("type") == "text"
    types = page.evaluate("""() => new Promise((done) => {
      document.querySelector('main form').addEventListener('submit', (event) => {
        event.preventDefault();
        done(document.querySelector('#o_password').type);
      });
      document.querySelector('main form').requestSubmit();
    })""")  # fmt: skip
    assert types == "password"


def test_recovery_codes_are_copied_aloud_fit_a_phone_and_print_as_a_sheet(visit: Opener) -> None:
    page = visit("account-setting-up", viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    codes = page.locator(".codes li")
    lines = codes.all_inner_texts()
    assert {round(codes.nth(n).bounding_box()["height"]) for n in range(len(lines))} < set(range(60)), "none wraps"  # type: ignore[index]
    page.get_by_role("button", name="Chép tất cả").click()
    expect(page.locator("#noi")).to_have_text("Đã chép các mã khôi phục")
    assert page.evaluate("navigator.clipboard.readText()").splitlines() == lines
    page.emulate_media(media="print")
    expect(page.get_by_text("nguyen.thi.hoa@angiang.gov.vn ·")).to_be_visible()
    expect(codes.first).to_be_visible()
    for other in (".top", "#ho_so", "[data-print]"):
        expect(page.locator(other)).to_be_hidden()


def test_a_form_that_cannot_be_sent_keeps_what_was_typed_and_says_so(visit: Opener, studio: Studio) -> None:
    page = visit("tours-empty")
    page.get_by_label("Tên tour").fill("Rừng tràm Trà Sư")
    page.context.set_offline(True)
    page.get_by_role("button", name="Tạo tour").click()
    expect(page.get_by_role("alert")).to_contain_text("mất mạng")
    assert page.get_by_label("Tên tour").input_value() == "Rừng tràm Trà Sư"
    page.context.set_offline(False)
    assert studio.posted == []


def test_a_form_pressed_twice_is_sent_once(visit: Opener, studio: Studio) -> None:
    page = visit("tours-empty")
    page.get_by_label("Tên tour").fill("Rừng tràm Trà Sư")
    page.get_by_role("button", name="Tạo tour").evaluate(
        "(button) => { button.click(); button.click(); button.click(); }"
    )
    page.wait_for_url("**/tours.html")
    assert studio.posted == ["/tours"]


# --- live -------------------------------------------------------------------------------------------------------------


def test_an_event_moves_the_job_it_names(visit: Opener, studio: Studio) -> None:
    told = {"id": "v2", "state": "running", "stage": "tile", "done": 0.5, "left_s": 600}
    studio.events = [f"event: job\ndata: {json.dumps(told)}"]
    line = visit("jobs").locator("[data-job=v2]")
    expect(line).to_contain_text("Đang làm")
    expect(line).to_contain_text("Cắt ảnh thành ô")
    expect(line).to_contain_text("còn khoảng 10 phút")
    expect(line.locator("progress")).to_have_js_property("value", 0.5)


# --- uploads ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def card(tmp_path: Path) -> Callable[[str, int], Path]:
    """Return a function that makes a file of some size on a memory card."""

    def made(name: str, size_bytes: int) -> Path:
        path = tmp_path / name
        path.write_bytes((hashlib.sha256(name.encode()).digest() * (size_bytes // 32 + 1))[:size_bytes])
        return path

    return made


Card = Callable[[str, int], Path]


def choose(page: Page, *files: Path) -> None:
    page.locator("input[data-pick]").nth(1).set_input_files(files)


def received(studio: Studio) -> dict[str, bytes]:
    return {file["meta"]["filename"]: file["data"] for file in studio.files.values()}


def until(page: Page, holds: Callable[[], Any]) -> None:
    """Wait in steps: what a page is asked by name runs no script of ours, which its policy would refuse."""
    for _ in range(500):
        if holds():
            return
        page.wait_for_timeout(20)
    raise AssertionError(page.locator("[data-queue]").inner_text())


def test_chosen_files_arrive_whole_and_what_is_here_already_is_not_sent(
    visit: Opener, studio: Studio, card: Card
) -> None:
    photos = [card(f"IMG_{n}.jpg", 30_000 + n) for n in range(5)]
    there = photos.pop(2)
    content = there.read_bytes()
    studio.known = {f"{len(content)}-{hashlib.sha256(content).hexdigest()}": "cong.jpg"}
    page = visit("pictures-empty")
    choose(page, *photos, there, card("Thumbs.db", 10), card("a.exe", 10))
    expect(page.locator("[data-queue-title]")).to_have_text("Đã tải xong, 1 tệp cần xem")
    assert received(studio) == {path.name: path.read_bytes() for path in photos}
    assert next(iter(studio.files.values()))["meta"]["tour"] == "chua-co"
    queue = page.locator("[data-queue-list]")
    expect(queue).to_contain_text("Đã có trong tour này với tên cong.jpg")
    expect(queue).to_contain_text("Không nhận loại tệp này.")
    expect(queue).not_to_contain_text("Thumbs.db")
    page.get_by_role("button", name="Tải thêm một bản nữa: IMG_2.jpg").click()
    until(page, lambda: there.name in received(studio))
    assert [file["meta"]["again"] for file in studio.files.values()].count("1") == 1


def test_an_upload_goes_on_where_it_stopped_when_the_browser_was_closed(
    visit: Opener, studio: Studio, card: Card
) -> None:
    piece_bytes = 8 << 20
    large = card("DSC0101.jpg", 2 * piece_bytes + 1000)
    studio.breaks_at_bytes = piece_bytes
    page = visit("pictures-empty", allow=("503",))
    choose(page, large)
    until(page, lambda: studio.files and next(iter(studio.files.values()))["data"])
    again = page.context.new_page()
    page.close()
    studio.breaks_at_bytes = None
    again.goto(f"{studio.url}vi/pictures-empty.html")
    choose(again, large)
    expect(again.locator("[data-queue-title]")).to_have_text("Đã tải xong 1 tệp")
    expect(again.locator("[data-queue-state]")).to_contain_text("tải tiếp từ chỗ đã dừng")
    assert received(studio) == {large.name: large.read_bytes()}
    assert len(studio.files) == 1


def test_an_upload_rests_while_there_is_no_network_and_goes_on_by_itself(
    visit: Opener, studio: Studio, card: Card
) -> None:
    page = visit("pictures-empty", allow=("ERR_INTERNET_DISCONNECTED", "503"))
    studio.breaks_at_bytes = 0
    choose(page, card("a.jpg", 1000))
    until(page, lambda: studio.patched)
    page.context.set_offline(True)
    expect(page.locator("[data-queue-state]")).to_contain_text("Mất mạng")
    studio.breaks_at_bytes = None
    page.context.set_offline(False)
    expect(page.locator("[data-queue-title]")).to_have_text("Đã tải xong 1 tệp", timeout=20_000)


def test_a_group_is_confirmed_while_files_are_on_their_way(visit: Opener, studio: Studio, card: Card) -> None:
    page = visit("pictures", allow=("503",))
    studio.breaks_at_bytes = 0
    choose(page, card("a.jpg", 1000))
    until(page, lambda: studio.patched)
    page.get_by_role("button", name="Đúng, đây là một cảnh").click()
    until(page, lambda: "/tours/chua-co/groups/g2" in studio.posted)
    studio.breaks_at_bytes = None
    expect(page.locator("[data-queue-title]")).to_have_text("Đã tải xong 1 tệp", timeout=20_000)


def test_a_set_is_not_confirmed_unasked_while_photos_are_on_their_way(
    visit: Opener, studio: Studio, card: Card
) -> None:
    page = visit("pictures", allow=("503",))
    studio.breaks_at_bytes = 0
    choose(page, card("a.jpg", 1000))
    until(page, lambda: studio.patched)
    confirm = page.locator(".group-photos.group-found button[value=confirm]").first
    confirm.click()
    asked = page.get_by_role("dialog", name="Còn 1 tệp đang tải lên")
    expect(asked.get_by_role("button", name="Đợi tải xong")).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    assert not [one for one in studio.posted if "/groups/" in one]
    confirm.click()
    asked.get_by_role("button", name="Ghép ngay").click()
    until(page, lambda: [one for one in studio.posted if "/groups/" in one])
    studio.breaks_at_bytes = None


def test_thousands_of_files_are_a_list_of_a_few_rows(visit: Opener) -> None:
    page = visit("pictures-empty")
    page.evaluate(THOUSANDS)
    expect(page.locator("[data-show=all] [data-count]")).to_have_text("3.000")
    rows = page.locator("[data-queue-list] li")
    assert rows.count() < 30
    page.locator("[data-queue-list]").evaluate("(e) => { e.scrollTop = e.scrollHeight; }")
    expect(rows.last).to_have_attribute("aria-posinset", "3000")
    assert rows.count() < 30


# --- a table of texts -------------------------------------------------------------------------------------------------


def test_a_table_shows_what_it_would_change_as_text_before_it_changes_it(visit: Opener) -> None:
    page = visit("texts")
    asked: list[Any] = []
    change = {"what": "Cổng", "scene": "cong", "part": "", "field": "title", "lang": "en", "before": ""}
    preview = {
        "revision": 7, "changes": [change | {"after": "<b>Gate</b>"}], "change_count": 1,
        "left": [{"line": 4, "why": "unknown", "what": "cong-cu"}], "left_count": 1, "ignored": ["Ghi chú"],
    }  # fmt: skip

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        is_preview = route.request.url.endswith("/preview")
        route.fulfill(json=preview if is_preview else {"revision": 8, "change_count": 1})

    page.route("**/api/v1/tours/chua-co/texts**", answer)
    page.set_input_files("#tep_bang", {"name": "b.csv", "mimeType": "text/csv", "buffer": b"scene,en\n"})
    expect(page.locator("[data-seen] ins")).to_have_text("<b>Gate</b>")
    expect(page.locator("[data-seen] summary")).to_contain_text("1")
    assert faults(page) == []
    assert len(asked) == 1
    page.get_by_role("button", name="Đổi 1 chữ").click()
    expect(page.locator("[data-state]")).to_contain_text("Đã đổi 1 chữ")
    assert asked[1] == {"content": "c2NlbmUsZW4K", "revision": 7}
    expect(page.locator("[data-seen]")).to_be_empty()
