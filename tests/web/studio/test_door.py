"""Signing in and out, set-up, invitations, new passwords: who gets in, and what others learn of it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select
from web.studio.desk import ORIGIN, PASSWORD, Browser, make, person, signed_in

from ispace import journal
from ispace.accounts import people, tickets, tokens
from ispace.database.people import SignedIn
from ispace.journal import Actor, Filter
from ispace.web.studio import opening
from ispace.web.studio.pages.door import inner
from ispace.web.studio.studio import Studio

NEW = "bon tu khong lien quan"
CLI = Actor(None, "thử", "cli")


def test_the_first_administrator_is_made_once_by_the_link_that_was_printed(studio: Studio) -> None:
    link = opening.first_link(studio, f"{ORIGIN}/")
    assert link is not None
    path = link.removeprefix(ORIGIN)
    browser = Browser(studio)
    assert browser.get(path).status_code == 200
    fields = {"name": "Lê Thị Mười", "account": "muoi@angiang.gov.vn", "password": PASSWORD, "again": PASSWORD}
    assert browser.post(path, fields).headers["location"] == "/"
    assert browser.get("/people").status_code == 200
    assert Browser(studio).post(path, fields | {"account": "x@y.vn"}).status_code == 404
    assert opening.first_link(studio, f"{ORIGIN}/") is None


def test_a_form_that_fails_keeps_what_was_typed_but_no_password(studio: Studio) -> None:
    link = opening.first_link(studio, f"{ORIGIN}/")
    assert link is not None
    answer = Browser(studio).post(
        link.removeprefix(ORIGIN), {"name": "Lê <b>Mười", "account": "khong-phai", "password": "x", "again": "x"}
    )
    assert answer.status_code == 422
    assert 'value="Lê &lt;b&gt;Mười"' in answer.text
    assert "khong-phai" in answer.text
    assert 'value="x"' not in answer.text


def test_who_is_not_there_and_who_mistyped_are_told_the_same(studio: Studio) -> None:
    person(studio, "muoi@angiang.gov.vn")
    browser = Browser(studio)
    pages = [browser.sign_in(email, "sai").text for email in ("muoi@angiang.gov.vn", "khac@angiang.gov.vn")]
    assert pages[0].replace("muoi@", "khac@") == pages[1]
    assert "DANG-NHAP-SAI" in pages[0]


def test_who_signs_in_comes_to_where_they_wanted_to_go_and_nowhere_else(studio: Studio) -> None:
    person(studio, "muoi@angiang.gov.vn")
    browser = Browser(studio)
    assert browser.get("/tours").headers["location"] == "/sign-in?next=%2Ftours"
    for wanted, then in (
        ("/tours?q=x", "/tours?q=x"),
        ("https://evil.vn", "/"),
        ("//evil.vn", "/"),
        ("/\\evil.vn", "/"),
    ):
        answer = browser.post("/sign-in", {"account": "MUOI@angiang.gov.vn", "password": PASSWORD, "next": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, then)


@pytest.mark.parametrize(
    "target", ["", "x", "//e.vn", "/\\e.vn", "/a\\b", "http:/e.vn", "/a\nb", "/\t/e.vn", "\\/e.vn"]
)
def test_a_target_outside_is_the_start(target: str) -> None:
    assert inner(target) == "/"


def test_the_cookie_is_out_of_the_reach_of_scripts_and_other_sites(tmp_path: Path) -> None:
    for address, is_secure in (("", False), ("https://studio.angiang.gov.vn", True)):
        studio = make(tmp_path / str(is_secure), studio_url=address)
        person(studio, "muoi@angiang.gov.vn")
        browser = Browser(studio)
        host = {"Host": "studio.angiang.gov.vn"} if is_secure else {}
        answer = browser.post("/sign-in", {"account": "muoi@angiang.gov.vn", "password": PASSWORD}, **host)
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert ("Secure" in cookie) is is_secure
        assert cookie.startswith("__Host-ispace=" if is_secure else "ispace=")
        studio.database.close()


def test_signing_in_gives_a_new_session_and_signing_out_ends_it_on_the_server(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    token = browser.client.cookies["ispace"]
    assert browser.get("/tours").status_code == 200
    browser.sign_in("muoi@angiang.gov.vn")
    assert browser.client.cookies["ispace"] != token
    stale = Browser(studio)
    stale.client.cookies.set("ispace", token)
    assert stale.get("/tours").status_code == 303, "signing in again ends the session before"
    token = browser.client.cookies["ispace"]
    assert browser.post("/sign-out").status_code == 303
    stale.client.cookies.set("ispace", token)
    assert stale.get("/tours").status_code == 303


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "../../etc/passwd", "ispace_x", "é"])
def test_a_forged_session_is_nobody(studio: Studio, forged: str) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    stranger = Browser(studio)
    answer = stranger.client.get("/tours", headers={"Cookie": f"ispace={forged}".encode()})
    assert answer.status_code == 303
    assert browser.get("/tours").status_code == 200


def test_with_the_second_step_on_the_password_alone_opens_nothing(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    assert browser.post("/account/two-step", {"do": "begin", "password": "sai"}).status_code == 422
    browser.post("/account/two-step", {"do": "begin", "password": PASSWORD})
    page = browser.get("/account?two-step=begin").text
    secret = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", page)
    assert secret is not None
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    assert browser.post("/account/two-step", {"do": "confirm", "code": "000000"}).status_code == 422
    done = browser.post("/account/two-step", {"do": "confirm", "code": totp.now()})
    assert (done.status_code, done.headers["location"]) == (303, "/account#ma_khoi_phuc")
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5})</code>", browser.get("/account").text)
    assert len(codes) == 10
    assert browser.get("/account/codes.txt").text.split("\r\n")[3:13] == codes
    assert browser.post("/account/shown/codes").status_code == 422, "nobody says that they are kept"
    assert codes[0] in browser.get("/account").text
    assert browser.post("/account/shown/codes", {"kept": "yes"}).headers["location"] == "/account?said=codes-kept"
    assert codes[0] not in browser.get("/account").text
    assert browser.get("/account/codes.txt").status_code == 303

    other = Browser(studio)
    assert other.sign_in("muoi@angiang.gov.vn").headers["location"].startswith("/sign-in/second")
    assert other.get("/tours").status_code == 303
    assert other.post("/tours", {"title": "Chùa"}).headers["location"] == "/sign-in"
    assert other.post("/sign-in/second", {"code": totp.now()}).status_code == 403, (
        "the code that turned it on is used up"
    )
    assert other.post("/sign-in/second?recovery=yes", {"code": codes[0]}).status_code == 303
    assert other.get("/tours").status_code == 200
    third = Browser(studio)
    third.sign_in("muoi@angiang.gov.vn")
    for _ in range(8):
        third.post("/sign-in/second", {"code": "123456"})
    assert third.post("/sign-in/second", {"code": codes[1]}).status_code == 429


def test_guessing_is_paused_and_says_for_how_long(studio: Studio) -> None:
    person(studio, "muoi@angiang.gov.vn")
    browser = Browser(studio, "10.0.0.9")
    codes = [browser.sign_in("muoi@angiang.gov.vn", "sai").status_code for _ in range(9)]
    assert codes == [403] * 8 + [429]
    assert browser.sign_in("muoi@angiang.gov.vn").status_code == 429
    assert Browser(studio, "10.0.0.1").sign_in("muoi@angiang.gov.vn").status_code == 303


def test_an_invitation_is_for_its_address_and_role(studio: Studio) -> None:
    admin = signed_in(studio, "muoi@angiang.gov.vn", "admin")
    made = admin.post("/people/invitations", {"account": "ba@angiang.gov.vn", "role": "editor"})
    assert (made.status_code, made.headers["location"]) == (303, "/people#lien_ket_moi")
    page = admin.get("/people")
    assert page.text == admin.get("/people").text, "loading it anew makes no other link"
    again = Browser(studio)
    again.sign_in("muoi@angiang.gov.vn")
    assert "/invitation/" not in again.get("/people").text, "it is for the browser that asked for it"
    link = re.search(rf"{ORIGIN}(/invitation/[\w-]+)", html.unescape(page.text))
    assert link is not None
    guest = Browser(studio)
    assert "ba@angiang.gov.vn" in guest.get(link[1]).text
    fields = {"name": "Lê Ba", "account": "hacker@x.vn", "password": NEW, "again": NEW}
    assert guest.post(link[1], fields).status_code == 303
    assert guest.get("/people").status_code == 403
    assert "ba@angiang.gov.vn" in guest.get("/account").text
    gone = Browser(studio).get(link[1])
    assert (gone.status_code, "LIEN-KET-DA-DUNG" in gone.text) == (404, True)
    assert "<title>Lỗi: Liên kết này không dùng được nữa" in gone.text
    assert admin.post("/account/shown/invitation", {"back": "//evil.vn"}).headers["location"] == "/"
    assert "/invitation/" not in admin.get("/people").text


def test_a_link_for_a_new_password_is_shown_on_the_page_of_its_person_alone(studio: Studio) -> None:
    admin = signed_in(studio, "muoi@angiang.gov.vn", "admin")
    one, other = person(studio, "ba@angiang.gov.vn"), person(studio, "tu@angiang.gov.vn")
    made = admin.post(f"/people/{one}/reset", {"confirmed": "yes"})
    assert made.headers["location"] == f"/people/{one}#lien_ket_moi"
    assert f"{ORIGIN}/reset/" in admin.get(f"/people/{one}").text
    assert f"{ORIGIN}/reset/" not in admin.get(f"/people/{other}").text
    with studio.database.read() as session:
        kept = [row.handover for row in session.scalars(select(SignedIn)) if row.handover]
    assert len(kept) == 1
    assert b"/reset/" not in kept[0], "the database alone does not tell it"


@pytest.mark.parametrize(
    ("email", "role", "code"),
    [("x", "editor", "EMAIL-SAI"), ("muoi@angiang.gov.vn", "editor", "EMAIL-TRUNG"), ("b@c.vn", "root", "VAI-TRO-LA")],
)
def test_a_wrong_invitation_says_what_is_wrong(studio: Studio, email: str, role: str, code: str) -> None:
    admin = signed_in(studio, "muoi@angiang.gov.vn", "admin")
    answer = admin.post("/people/invitations", {"account": email, "role": role})
    assert answer.status_code == 422
    assert code in answer.text


def test_a_reset_link_changes_the_password_once_and_signs_out_everywhere(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    with studio.database.write() as session:
        someone = people.by_email(session, "muoi@angiang.gov.vn")
        assert someone is not None
        link = f"/reset/{tickets.reset(session, CLI, someone)}"
        tokens.create(session, CLI, someone, name="Cổng", scopes=["jobs"], days=1)
    other = Browser(studio)
    assert other.post(link, {"password": NEW, "again": "khac"}).status_code == 422
    assert other.post(link, {"password": "ngan", "again": "ngan"}).status_code == 422
    assert other.post(link, {"password": NEW, "again": NEW}).status_code == 303
    assert browser.get("/tours").status_code == 303
    with studio.database.read() as session:
        assert tokens.of_person(session, someone.id) == [], "whoever knew the password may have made it"
    assert other.post(link, {"password": NEW, "again": NEW}).status_code == 404
    assert other.sign_in("muoi@angiang.gov.vn").status_code == 403
    assert other.sign_in("muoi@angiang.gov.vn", NEW).status_code == 303


def test_a_disabled_person_is_out_at_once(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    admin = signed_in(studio, "hai@angiang.gov.vn", "admin")
    with studio.database.read() as session:
        someone = people.by_email(session, "muoi@angiang.gov.vn")
        assert someone is not None
    asked = admin.post(f"/people/{someone.id}/disable")
    assert asked.status_code == 200
    assert "confirmed" in asked.text
    assert browser.get("/tours").status_code == 200
    assert admin.post(f"/people/{someone.id}/disable", {"confirmed": "yes"}).status_code == 303
    assert browser.get("/tours").status_code == 303
    assert browser.sign_in("muoi@angiang.gov.vn").status_code == 403
    with studio.database.read() as session:
        row = journal.rows(session, Filter(action="person.change"))[0]
        assert (row.actor_id != someone.id, row.before, row.after) == (True, {"disabled": False}, {"disabled": True})
        assert row.address == "10.0.0.1"


def test_the_language_follows_the_choice_then_the_browser(studio: Studio) -> None:
    browser = Browser(studio)
    assert '<html lang="en"' in browser.get("/sign-in", **{"Accept-Language": "fr-FR, en;q=0.5"}).text
    assert '<html lang="vi"' in browser.get("/sign-in", **{"Accept-Language": "fr"}).text
    assert browser.post("/language", {"lang": "en", "next": "/sign-in"}).headers["location"] == "/sign-in"
    assert '<html lang="en"' in browser.get("/sign-in", **{"Accept-Language": "vi"}).text
