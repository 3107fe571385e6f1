"""The pages behind the door: who may open which, and what they do."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest
from web.studio.desk import PASSWORD, Browser, person, signed_in

from ispace import documents, journal
from ispace.accounts import people
from ispace.journal import Filter
from ispace.web.studio.app import _PAGES, _SLOW
from ispace.web.studio.studio import Studio

OPEN = {"/set-up/{token}", "/sign-in", "/sign-in/second", "/sign-in/provider", "/sign-in/provider/return", "/sign-out"}
OPEN |= {"/forgot", "/reset/{token}", "/invitation/{token}", "/language"}
EVERYBODY = {"/", "/tours", "/account"}
HOSTILE = "<img src=x onerror=alert(1)>'\"`{{7*7}}${7*7}\u202e\x00\ud7ff"


def _filled(path: str, tour: str) -> str:
    return re.sub(r"\{\w+\}", "x", path.replace("{tour}", tour))


@pytest.mark.parametrize(("method", "path"), sorted((m, p) for m, p, _ in (*_PAGES, *_SLOW) if p not in OPEN))
def test_nobody_opens_a_page_behind_the_door(studio: Studio, method: str, path: str) -> None:
    answer = Browser(studio).post(_filled(path, "x")) if method == "POST" else Browser(studio).get(_filled(path, "x"))
    assert (answer.status_code, answer.headers.get("location", "").partition("?")[0]) == (303, "/sign-in")


def test_who_is_no_administrator_opens_no_page_of_administrators(studio: Studio) -> None:
    for role in ("viewer", "editor", "approver"):
        browser = signed_in(studio, f"{role}@angiang.gov.vn", role)
        for method, path, _ in (*_PAGES, *_SLOW):
            if path.startswith(("/people", "/audit", "/settings", "/system")):
                answer = browser.post(_filled(path, "x")) if method == "POST" else browser.get(_filled(path, "x"))
                assert answer.status_code == 403, (role, method, path)
        page = browser.get("/tours").text
        assert 'href="/people"' not in page


def test_a_tour_of_others_is_not_there_whatever_is_asked_of_it(studio: Studio) -> None:
    owner = signed_in(studio, "chu@angiang.gov.vn")
    assert owner.post("/tours", {"title": "Miếu lạ"}).headers["location"].startswith("/tours/mieu-la/pictures")
    stranger = signed_in(studio, "la@angiang.gov.vn")
    for method, path, _ in (*_PAGES, *_SLOW):
        if path.startswith("/tours/{tour}"):
            told = [
                (stranger.post if method == "POST" else stranger.get)(_filled(path, tour))
                for tour in ("mieu-la", "khong")
            ]
            assert [answer.status_code for answer in told] == [404, 404], path
            assert told[0].text.replace("mieu-la", "khong") == told[1].text, "nobody learns which names there are"
    assert "Miếu lạ" not in stranger.get("/tours").text


def test_an_editor_shares_a_tour_up_to_what_they_are_themselves(studio: Studio) -> None:
    owner = signed_in(studio, "chu@angiang.gov.vn")
    owner.post("/tours", {"title": "Miếu lạ"})
    guest, approver = person(studio, "ba@angiang.gov.vn"), person(studio, "duyet@angiang.gov.vn", "approver")
    assert owner.post("/tours/mieu-la/people", {"person": guest, "role": "viewer"}).status_code == 303
    assert owner.post("/tours/mieu-la/people", {"person": approver, "role": "approver"}).status_code == 403
    assert owner.post("/tours/mieu-la/people", {"person": guest, "role": "boss"}).status_code == 422
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    assert admin.post("/tours/mieu-la/people", {"person": approver, "role": "approver"}).status_code == 303
    assert owner.post(f"/tours/mieu-la/people/{approver}/remove", {"confirmed": "yes"}).status_code == 403
    viewer = Browser(studio)
    viewer.sign_in("ba@angiang.gov.vn")
    assert viewer.get("/tours/mieu-la/people").status_code == 200
    assert viewer.post(f"/tours/mieu-la/people/{guest}", {"role": "editor"}).status_code == 403
    assert owner.post(f"/tours/mieu-la/people/{guest}/remove").status_code == 200, "it asks first"
    assert owner.post(f"/tours/mieu-la/people/{guest}/remove", {"confirmed": "yes"}).status_code == 303
    assert viewer.get("/tours/mieu-la/people").status_code == 404


def test_a_viewer_makes_no_tours(studio: Studio) -> None:
    viewer = signed_in(studio, "xem@angiang.gov.vn", "viewer")
    assert viewer.post("/tours", {"title": "Chùa"}).status_code == 403
    assert "<form" in viewer.get("/tours").text
    assert 'action="/tours"' not in viewer.get("/tours").text


def test_tours_are_searched_without_accents_and_by_state(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    for title in ("Chùa cổ bên Núi Sam", "Làng nghề OCOP"):
        browser.post("/tours", {"title": title})
    found = browser.get("/tours?q=nui+sam").text
    assert "Chùa cổ" in found
    assert "Làng nghề" not in found
    assert browser.get("/tours?state=draft&page=99").status_code == 200
    assert browser.get("/tours?state=%27%3B&page=-1&page=x").status_code == 200
    empty = browser.post("/tours", {"title": " "})
    assert empty.status_code == 422
    assert "TOUR-TEN" in empty.text


def test_hostile_text_is_shown_as_text_wherever_it_was_written(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    admin.post("/account/profile", {"name": HOSTILE, "lang": "vi"})
    admin.post("/tours", {"title": HOSTILE})
    admin.post("/account/tokens", {"name": HOSTILE, "scope": "jobs", "days": "30"})
    admin.client.headers["User-Agent"] = HOSTILE.encode("latin-1", "replace").decode("latin-1").replace("\0", "")
    admin.sign_in("qt@angiang.gov.vn")
    with studio.database.read() as session:
        (me,) = people.everybody(session)
        tour = documents.found(session, documents.Wanted(me))[0].id
    paths = ["/tours", f"/tours/{tour}/people", "/people", f"/people/{me.id}", "/audit", "/account"]
    paths += [f"/tours?q={HOSTILE}", f"/audit?object={HOSTILE}&who={HOSTILE}&from={HOSTILE}", f"/people?q={HOSTILE}"]
    for path in paths:
        answer = admin.client.get(path.replace("\0", "").replace("\ud7ff", ""))
        assert answer.status_code == 200, path
        assert "<img src=x" not in answer.text, path
        assert "{{7*7}}" in answer.text, path


def test_a_token_is_shown_once_and_a_password_change_needs_the_old_one(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    made = browser.post("/account/tokens", {"name": "Cổng", "scope": "tours-read", "days": "90"})
    assert made.status_code == 303
    token = re.search(r"ispace_[\w-]{43}", browser.get("/account").text)
    assert token is not None
    assert browser.post("/account/shown/token", {"back": "/account#ma_truy_cap"}).status_code == 303
    assert token[0] not in browser.get("/account").text
    assert browser.post("/account/tokens", {"name": "Cổng", "days": "90"}).status_code == 422
    new = "bon tu khong lien quan"
    assert browser.post("/account/password", {"old": "sai", "password": new, "again": new}).status_code == 422
    assert browser.post("/account/password", {"old": PASSWORD, "password": new, "again": "x"}).status_code == 422
    assert (
        browser.post(
            "/account/password", {"old": PASSWORD, "password": "1234567890", "again": "1234567890"}
        ).status_code
        == 422
    )
    changed = {"password": new, "again": new}
    assert browser.post("/account/password", {"old": PASSWORD} | changed).status_code == 303
    assert "Thu hồi mã “Cổng”?" in browser.get("/account").text, "programs go on unless that is asked for"
    assert browser.post("/account/password", {"old": new, "tokens": "yes"} | changed).status_code == 303
    assert "Thu hồi mã “Cổng”?" not in browser.get("/account").text
    assert browser.get("/account").status_code == 200


def test_the_journal_is_filtered_paged_and_taken_away(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    for number in range(55):
        admin.post("/tours", {"title": f"=Tour {number}"})
    page = admin.get("/audit?action=tour.create")
    following = re.search(r'href="(/audit\?[^"]*before=\d+)"', page.text)
    assert following is not None
    rest = admin.get(html.unescape(following[1])).text
    assert "Tour 0" in rest
    assert "Tour 54" not in rest
    rows = list(csv.DictReader(io.StringIO(admin.get("/audit.csv?action=tour.create").text.removeprefix("\ufeff"))))
    assert len(rows) == 55
    assert json.loads(rows[0]["after"])["title"] == "=Tour 0"
    lines = [json.loads(line) for line in admin.get("/audit.json").text.splitlines()]
    assert len(lines) > 55
    assert lines[0]["action"] == "person.create"
    with studio.database.read() as session:
        assert journal.first_broken(session) is None
        assert len(journal.rows(session, Filter(), limit=500)) == len(lines)


def test_the_journal_is_searched_by_words_and_speaks_in_words(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    guest = person(studio, "ba@angiang.gov.vn", "editor", "Trần Văn Lộc")
    admin.post("/tours", {"title": "Chùa cổ bên Núi Sam"})
    admin.post("/tours", {"title": "Làng nghề"})
    admin.post("/tours/chua-co-ben-nui-sam/people", {"person": guest, "role": "viewer"})
    admin.post(f"/people/{guest}/role", {"role": "approver"})
    by_tour = admin.get("/audit?object=nui+sam").text
    assert by_tour.count('href="/tours/chua-co-ben-nui-sam"') == 2
    assert "/tours/lang-nghe" not in by_tour
    by_name = admin.get("/audit?object=tran+van+loc").text
    assert "<del>Biên tập viên</del>" in by_name
    assert "<ins>Người duyệt</ins>" in by_name
    assert f'href="/people/{guest}"' in admin.get(f"/audit?object={guest}").text
    assert "Không tìm thấy" in admin.get("/audit?object=%25").text, "no letter stands for others"
    rows = csv.DictReader(io.StringIO(admin.get("/audit.csv?object=nui+sam").text.removeprefix("\ufeff")))
    assert {row["subject"] for row in rows} == {"chua-co-ben-nui-sam"}


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    admin.post("/account/profile", {"name": "=cmd|' /C calc'!A0", "lang": "vi"})
    admin.post("/tours", {"title": "Chùa"})
    rows = list(csv.DictReader(io.StringIO(admin.get("/audit.csv").text.removeprefix("\ufeff"))))
    assert rows[-1]["actor"] == "'=cmd|' /C calc'!A0"


def test_the_last_administrator_is_kept_and_the_page_says_why(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    with studio.database.read() as session:
        (me,) = people.everybody(session)
    answer = admin.post(f"/people/{me.id}/role", {"role": "viewer"})
    assert answer.status_code == 409
    assert "QUAN-TRI-CUOI" in answer.text


def test_settings_show_everything_but_secrets(studio: Studio) -> None:
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    page = admin.get("/settings").text
    assert "ISPACE_STUDIO_PORT" in page
    assert "ispace.db" not in page, "an address of a database may hold a password"


def test_the_system_page_shows_what_doctor_finds(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("doctor"))
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    assert 'class="check-' not in admin.get("/system").text, "nobody waits for the checks"
    assert "data-again" in admin.get("/system").text
    studio.checkup.wait()
    page = admin.get("/system").text
    assert "data-again" not in page
    assert "Cơ sở dữ liệu" in page
    assert page.count('class="check-') >= 5
