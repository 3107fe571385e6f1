"""The street map of the editor: pictures come from the host that the operator chose, and from no other."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from web.studio.desk import make, signed_in

HOST = "https://ban-do.angiang.gov.vn"


def _editor(tmp_path: Path, **settings: Any) -> tuple[Any, str]:
    """Return the map that the editor's page is given, and where its pictures may come from."""
    studio = make(tmp_path, **settings)
    with closing(studio.database):
        browser = signed_in(studio, "hoa@angiang.gov.vn")
        browser.post("/tours", {"title": "Miếu lạ"})
        page = browser.get("/tours/mieu-la/edit")
        given = re.search(r'<script type="application/json" id="bien_tap">(.*?)</script>', page.text, re.DOTALL)
        assert given is not None
        return json.loads(given[1])["map"], page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("tiles", "public", "host"),
    [
        (f"{HOST}/{{z}}/{{x}}/{{y}}.png", "", HOST),
        ("/ban-do/{z}/{x}/{y}.png", "https://tham-quan.vn", "https://tham-quan.vn"),
    ],
)
def test_the_editor_may_load_the_tiles_of_the_settings(tmp_path: Path, tiles: str, public: str, host: str) -> None:
    given, policy = _editor(tmp_path, map_tiles=tiles, map_attribution="© Sở Xây dựng", public_url=public)
    assert given["tiles"].startswith(host)
    assert (given["attribution"], given["min_zoom"], given["max_zoom"]) == ("© Sở Xây dựng", 9, 18)
    assert f"img-src 'self' {host} blob: data:" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy


@pytest.mark.parametrize("tiles", ["", "/ban-do/{z}/{x}/{y}.png"])
def test_without_tiles_that_the_studio_can_reach_no_other_host_is_asked(tmp_path: Path, tiles: str) -> None:
    given, policy = _editor(tmp_path, map_tiles=tiles, map_attribution="© Sở Xây dựng")
    assert given is None
    assert "img-src 'self' blob: data:;" in policy
