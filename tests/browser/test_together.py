"""Two editors of one tour in two browsers, a lost connection, a closed browser: nothing is lost, all of it is said."""

from __future__ import annotations

import pytest
from editors import Office, office
from playwright.sync_api import Page, expect

__all__ = ["office"]

pytestmark = pytest.mark.browser


def title(page: Page, text: str) -> None:
    page.locator(".ed-title").fill(text)


def saved(page: Page) -> None:
    expect(page.locator(".ed-saved")).to_have_attribute("data-state", "saved")


def test_two_editors_see_each_other_merge_fields_and_are_asked_about_the_same_one(office: Office) -> None:
    office.come("Lê Thị Mười")
    office.come("Trần Văn Tám")
    muoi, tam = office.open("Lê Thị Mười"), office.open("Trần Văn Tám")
    expect(muoi.locator(".ed-people")).to_contain_text("Trần Văn Tám")
    expect(tam.locator(".ed-people")).to_contain_text("Lê Thị Mười")
    title(muoi, "Chùa của Mười")
    saved(muoi)
    expect(tam.locator(".ed-title")).to_have_value("Chùa của Mười")
    tam.context.set_offline(True)
    title(tam, "Chùa của Tám")
    expect(tam.locator(".ed-saved")).to_have_attribute("data-state", "offline")
    title(muoi, "Chùa cổ")
    saved(muoi)
    tam.context.set_offline(False)
    dialog = tam.get_by_role("dialog")
    expect(dialog).to_contain_text("Lê Thị Mười")
    expect(dialog.locator("blockquote")).to_have_text(["Chùa của Tám", "Chùa cổ"])
    dialog.get_by_role("button", name="Giữ bản của tôi").click()
    expect(dialog).to_be_hidden()
    saved(tam)
    expect(muoi.locator(".ed-title")).to_have_value("Chùa của Tám")
    assert office.document["title"] == {"vi": "Chùa của Tám"}
    tam.close()
    expect(muoi.locator(".ed-people")).to_be_empty()


def test_what_a_closed_browser_had_not_sent_is_there_when_it_is_opened_again(office: Office) -> None:
    office.come("Lê Thị Mười")
    page = office.open("Lê Thị Mười")
    page.route("**/changes*", lambda route: route.abort())
    title(page, "Viết lúc mất mạng")
    expect(page.locator(".ed-saved")).to_have_attribute("data-state", "offline")
    assert office.document["title"] == {"vi": "Chùa"}
    page.reload()
    expect(page.locator(".ed-title")).to_have_value("Viết lúc mất mạng")
    page.close()
    again = office.open("Lê Thị Mười")
    expect(again.locator(".ed-title")).to_have_value("Viết lúc mất mạng")
    saved(again)
    assert office.document["title"] == {"vi": "Viết lúc mất mạng"}
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('ispace-unsent'))") == []


def test_an_earlier_state_is_brought_back_from_the_history(office: Office) -> None:
    office.come("Lê Thị Mười")
    page = office.open("Lê Thị Mười")
    title(page, "Chùa mới")
    saved(page)
    page.get_by_role("button", name="Lịch sử").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("li").first).to_contain_text("Lê Thị Mười")
    expect(dialog.locator("li").last).to_contain_text("tạo tour")
    dialog.get_by_role("button", name="Khôi phục bản này").last.click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".ed-title")).to_have_value("Chùa")
    assert office.document["scenes"] == []
