"""What stands before every page: whose host it is, where a request comes from, what every answer carries."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import own_loop
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from web.studio.desk import ORIGIN, Browser, make, signed_in

from ispace.database import Database
from ispace.errors import RequestSlowError
from ispace.web.studio import body as bodies, form
from ispace.web.studio.api import service
from ispace.web.studio.studio import Studio

EVIL = "https://evil.vn"


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": EVIL}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8360"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
        ({"Origin": ORIGIN}, True),
        ({"Origin": EVIL}, False),
        ({"Origin": "http://localhost:8360"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_change_comes_from_a_page_of_the_studio_itself(
    studio: Studio, headers: dict[str, str], *, passes: bool
) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    answer = browser.client.post("/tours", data={"title": "Miếu lạ"}, headers=headers)
    assert answer.status_code == (303 if passes else 403)
    assert ("Miếu lạ" in browser.get("/tours").text) is passes


@pytest.mark.parametrize("host", ["evil.vn", "localhost.evil.vn", "", "a@localhost:8361.evil.vn"])
def test_another_name_that_leads_here_is_refused(studio: Studio, host: str) -> None:
    assert Browser(studio).client.get("/sign-in", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8361", "127.0.0.1", "[::1]:8361", "10.1.2.3:8361"])
def test_the_machine_itself_and_its_addresses_are_known(studio: Studio, host: str) -> None:
    assert Browser(studio).client.get("/sign-in", headers={"Host": host}).status_code == 200


def test_with_an_address_in_the_settings_only_that_and_the_loopback_are_known(tmp_path: Path) -> None:
    studio = make(tmp_path, studio_url="https://studio.angiang.gov.vn/")
    client = Browser(studio).client
    known = {
        h: client.get("/sign-in", headers={"Host": h}).status_code
        for h in ("studio.angiang.gov.vn", "STUDIO.angiang.gov.vn:443", "10.1.2.3", "localhost")
    }
    assert known == {
        "studio.angiang.gov.vn": 200,
        "STUDIO.angiang.gov.vn:443": 200,
        "10.1.2.3": 421,
        "localhost": 200,
    }
    answer = client.get("/sign-in", headers={"Host": "studio.angiang.gov.vn"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    studio.database.close()


@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/tours", "/a/nothing"])
def test_every_answer_carries_the_policy_and_is_kept_by_nobody(studio: Studio, path: str) -> None:
    headers = Browser(studio).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_built_files_may_be_kept_for_ever(studio: Studio) -> None:
    page = Browser(studio).get("/sign-in").text
    name = page.split('<script type="module" src="')[1].split('"')[0]
    answer = Browser(studio).get(name)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * (300 << 10), "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 3000, "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded", 400),
        (b"--x", "multipart/form-data; boundary=x", 415),
        (b"{}", "application/json", 415),
    ],
)
def test_a_body_that_is_no_small_form_is_refused(studio: Studio, body: bytes, kind: str, status: int) -> None:
    client = Browser(studio).client
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/sign-in", content=body, headers=headers).status_code == status


def test_an_address_that_is_not_there_is_a_page_of_ours(studio: Studio) -> None:
    answer = Browser(studio).get("/khong-co")
    assert answer.status_code == 404
    assert "<main" in answer.text
    assert Browser(studio).client.put("/tours", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405


@pytest.mark.parametrize(
    "path", ["/people/%00", "/tours/a%00b/pictures", "/audit?object=%00", "/api/v1/jobs/%00", "/api/v1/audit?kind=a%00"]
)
def test_a_nul_in_an_address_names_nothing_on_both_databases(database: Database, tmp_path: Path, path: str) -> None:
    url = database.url.render_as_string(hide_password=False)
    studio = make(tmp_path, database=url)
    with closing(studio.database):
        browser = signed_in(studio, "muoi@angiang.gov.vn", "admin")
        assert browser.get(path).status_code in {200, 404}


@pytest.mark.parametrize("text", ['"\\u0000"', '"a\\\\\\u0000"', '"\\ud800"'])
def test_a_body_with_what_is_no_text_is_refused_by_the_api(studio: Studio, text: str) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    for body in (f'{{"title": {text}}}'.encode(), f'{{"title": {text}}}'.encode("utf-16")):
        assert browser.client.post("/api/v1/tours", content=body, headers=headers).status_code == 400


def test_a_backslash_before_four_noughts_is_text(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    answer = browser.client.post("/api/v1/tours", content=b'{"title": "a\\\\u0000"}', headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("query", ["from=0001-01-01", "to=9999-12-31", "from=0001-01-01&to=0001-01-01"])
def test_the_audit_log_of_days_before_time_is_shown(studio: Studio, query: str) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn", "admin")
    assert browser.get(f"/audit?{query}").status_code == 200
    assert browser.get("/api/v1/audit?since=0001-01-01T00:00:00%2B07:00").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(0.05, 408), (10.0, 400)])
def test_a_body_that_comes_too_slowly_or_never_ends_is_no_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, seconds: float, status: int
) -> None:
    monkeypatch.setattr(bodies, "MAX_S", seconds)
    sent = iter([{"type": "http.request", "body": b"a=", "more_body": True}])

    async def receive() -> Any:
        for message in sent:
            return message
        if status == 408:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def read() -> None:
        with pytest.raises(HTTPException) as refused:
            await form.read(Request({"type": "http", "method": "POST", "headers": []}, receive))
        assert refused.value.status_code == status
        json_kind = (b"content-type", b"application/json")
        with pytest.raises((RequestSlowError, ClientDisconnect)) as told:
            await service._body(Request({"type": "http", "method": "POST", "headers": [json_kind]}, receive))
        assert (told.type is RequestSlowError) is (status == 408), "the API has the same limit"

    own_loop.run(read)
