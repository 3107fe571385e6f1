"""Maps from settings and documents to pages: an operator's tiles, floor plans, and what the gate says of them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from page_example import RELEASE, TODAY, BuiltAssets, composed, raw_tour
from page_reader import Page

from ispace import flow
from ispace.errors import SettingInvalidError
from ispace.model.published import PublishedTour
from ispace.model.site import MapTiles, Site
from ispace.model.tour import Tour
from ispace.page.frame import CONTENT_SECURITY_POLICY, policy
from ispace.pipeline import check, render
from ispace.settings import Settings, load

TILES = MapTiles("https://ban-do.example.vn:8443/{z}/{x}/{y}.png", "© Sở Thử nghiệm", 9, 17)


def with_plans() -> dict[str, Any]:
    """Return a tour with a plan, a scene on it and one that is not."""
    raw = raw_tour()
    raw["floors"] = [{"id": "tret", "title": {"vi": "Tầng trệt"}, "plan": {"medium": "anh", "north_deg": 90}}]
    raw["scenes"][0] |= {"floor": "tret", "plan_position": {"x": 0.25, "y": 0.5}}
    return raw


def codes(raw: dict[str, Any]) -> set[tuple[str, str, str]]:
    tour = Tour.model_validate(raw)
    found = check.run(tour, {}, {}, TODAY)
    return {(p.code, p.field, p.severity) for p in found if p.code.startswith("SO-DO")}


def test_tiles_are_published_with_whose_they_are_and_nothing_where_there_are_none() -> None:
    document = composed(map_tiles=TILES)[1]
    assert document["map"] == dataclasses.asdict(TILES)
    PublishedTour.model_validate(document)
    assert composed()[1]["map"] is None


def test_settings_become_the_map_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    assert flow.site_of(Settings()).map_tiles is None
    monkeypatch.setenv("ISPACE_MAP_TILES", TILES.tiles)
    monkeypatch.setenv("ISPACE_MAP_ATTRIBUTION", TILES.attribution)
    monkeypatch.setenv("ISPACE_MAP_MAX_ZOOM", "17")
    assert flow.site_of(load()).map_tiles == TILES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILES", "https://ban-do.example.vn/tiles.png"),
        ("TILES", "https://ban-do.example.vn/{z}/{x}/{y}/{s}.png"),
        ("TILES", "https://{z}.example.vn/{x}/{y}.png"),
        ("TILES", "https://user:secret@ban-do.example.vn/{z}/{x}/{y}.png"),
        ("TILES", "https://ban-do.example.vn; script-src */{z}/{x}/{y}.png"),
        ("TILES", "javascript:alert({z}{x}{y})"),
        ("TILES", "//ban-do.example.vn/{z}/{x}/{y}.png"),
        ("TILES", "tiles/{z}/{x}/{y}.png"),
        ("ATTRIBUTION", " "),
        ("MIN_ZOOM", "19"),
        ("MAX_ZOOM", "23"),
    ],
)
def test_a_map_that_cannot_work_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("ISPACE_MAP_TILES", TILES.tiles)
    monkeypatch.setenv("ISPACE_MAP_ATTRIBUTION", TILES.attribution)
    monkeypatch.setenv(f"ISPACE_MAP_{name}", value)
    with pytest.raises(SettingInvalidError) as refused:
        load()
    assert str(refused.value.params["name"]).startswith("ISPACE_MAP_")


@pytest.mark.parametrize(
    ("tiles", "host"),
    [("", ""), ("/ban-do/{z}/{x}/{y}.png", ""), (TILES.tiles, " https://ban-do.example.vn:8443")],
)
def test_a_page_may_load_pictures_from_the_host_of_the_tiles_and_from_no_other(tiles: str, host: str) -> None:
    expected = CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self'{host}")
    assert policy(tiles) == expected
    tour, document = composed()
    site = Site(map_tiles=dataclasses.replace(TILES, tiles=tiles) if tiles else None)
    made = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=site, today=TODAY)
    head = Page(made["chua-co/index.html"]).all("meta")
    assert next(a for a in head if "http-equiv" in a)["content"] == expected


def test_plans_stand_on_the_page_with_their_scenes_numbered_as_on_the_page() -> None:
    tour, document = composed(with_plans())
    made = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)
    page = Page(made["chua-co/index.html"])
    assert "Tầng trệt" in page.words
    mark = page.all("circle")[0]
    # A quarter and a half of 800 × 600.
    assert (mark["cx"], mark["cy"]) == ("200.0", "300.0")
    assert page.all("circle")[1:] == []
    assert "#cong" in page.addresses
    assert len([a for a in page.all("img") if a.get("alt") and a["width"] == "800"]) >= 1
    without = render.render(*composed(), release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)
    assert b'class="plans"' not in without["chua-co/index.html"]


def test_the_gate_wants_a_plan_to_be_a_picture_and_scenes_to_stand_on_plans_that_there_are() -> None:
    raw = with_plans()
    assert codes(raw) == set()
    raw["scenes"][1]["floor"] = "tret"
    assert codes(raw) == {("SO-DO-VI-TRI", "scenes[1].floor", "warning")}
    raw["scenes"][1] |= {"floor": None, "plan_position": {"x": 0.0, "y": 1.0}}
    assert codes(raw) == {("SO-DO-THIEU", "scenes[1].plan_position", "warning")}
    raw["floors"][0]["plan"]["medium"] = "tieng"
    assert ("SO-DO-ANH", "floors[0].plan.medium", "error") in codes(raw)
