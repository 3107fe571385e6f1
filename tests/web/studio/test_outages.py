"""What the studio answers while its database or its disk is away, and that nothing names where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from web.studio.desk import PASSWORD, Browser, signed_in

from ispace.accounts import tokens
from ispace.database import Database
from ispace.database.people import Person
from ispace.errors import StoreFullError
from ispace.journal import Actor
from ispace.web.studio import failures
from ispace.web.studio.studio import Studio


@pytest.fixture
def away(studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Take the database away, or bring it back."""
    there = (studio.database.engine, studio.database.writing)
    nowhere = Database(f"sqlite:{tmp_path / 'nowhere' / 'x.db'}")

    def switch(*, is_away: bool) -> None:
        engine, writing = (nowhere.engine, nowhere.writing) if is_away else there
        monkeypatch.setattr(studio.database, "engine", engine)
        monkeypatch.setattr(studio.database, "writing", writing)

    return switch


def test_nobody_is_signed_out_by_a_database_that_is_away(studio: Studio, away: Any) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    away(is_away=True)
    for answer in (browser.get("/tours"), browser.get("/"), browser.post("/tours", {"title": "Miếu lạ"})):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "30"
        assert "không cần đăng nhập lại" in answer.text
    # A session that cannot be ended is not called ended.
    assert browser.post("/sign-out").status_code == 503
    away(is_away=False)
    assert browser.get("/tours").status_code == 200


def test_where_the_database_lies_is_told_to_nobody(studio: Studio, away: Any, tmp_path: Path) -> None:
    stranger = Browser(studio)
    away(is_away=True)
    answers = [
        stranger.sign_in("muoi@angiang.gov.vn", PASSWORD),
        stranger.get("/set-up/khong-co"),
        stranger.get("/api/v1/health"),
        stranger.get("/api/v1/tours", Authorization="Bearer ispace_x"),
        stranger.post("/uploads/", **{"Tus-Resumable": "1.0.0", "Upload-Length": "1"}),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "sqlite" not in answer.text
        assert str(tmp_path) not in answer.text


@pytest.mark.parametrize(("pragma", "said"), [("max_page_count=1", "hết chỗ"), ("query_only=ON", "chỉ cho xem")])
def test_where_nothing_can_be_written_what_is_there_can_be_read(studio: Studio, pragma: str, said: str) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    with studio.database.write() as session:
        someone = session.scalars(select(Person)).one()
        actor = Actor(None, "thử", "cli")
        _, secret = tokens.create(session, actor, someone, name="máy", scopes=["tours-read"], days=1)
    studio.database.close()
    event.listen(studio.database.engine, "connect", lambda made, _: made.execute(f"PRAGMA {pragma}"))
    assert browser.get("/tours").status_code == 200
    assert browser.get("/api/v1/tours", Authorization=f"Bearer {secret}").status_code == 200
    answer = _until_full(browser)
    assert answer.status_code == 503
    assert said in answer.text


def _until_full(browser: Browser) -> Any:
    """Make tours until what is left of the last pages of the file is used up."""
    answers = (browser.post("/tours", {"title": f"Miếu lạ {number}"}) for number in range(200))
    return next(answer for answer in answers if answer.status_code != 303)


def test_a_full_store_is_told_without_its_place() -> None:
    answer = failures.problem(StoreFullError(store="/srv/kho"), "en")
    assert answer.status_code == 503
    assert b"/srv" not in bytes(answer.body)
    assert b"no room" in bytes(answer.body)
