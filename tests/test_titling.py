"""Drafts of titles: the nearest place that can be meant, in every language it has a name in, and no name twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ispace import titling
from ispace.model.place import Place
from ispace.model.view import Position

DAY = dt.date(2026, 1, 1)
PAGODA = {
    "id": "chua", "position": {"lat": 10.68, "lon": 105.08},
    "names": [{"name": {"vi": "Chùa Tây An", "en": "Tay An Pagoda"}, "level": "site"}],
}  # fmt: skip
WARD = {
    "id": "phuong", "position": {"lat": 10.6801, "lon": 105.0801},
    "names": [
        {"name": {"vi": "Phường Núi Sam"}, "level": "commune", "valid_to": "2025-06-30"},
        {"name": {"vi": "Phường Vĩnh Tế"}, "level": "commune", "valid_from": "2025-07-01"},
    ],
}  # fmt: skip
PROVINCE = {
    "id": "tinh",
    "position": {"lat": 10.9, "lon": 105.5},
    "names": [{"name": {"vi": "X"}, "level": "province"}],
}


def drafts(scenes: list[Any], *places: dict[str, Any], **photos: Position) -> dict[str, dict[str, str]]:
    document = {"languages": ["vi", "en"], "scenes": scenes}
    known = [Place.model_validate(one) for one in places]
    return {one.scene: one.title for one in titling.drafts(document, photos, known, DAY)}


def scene(name: str, lat: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": {}, "position": {"lat": lat, "lon": 105.08}} | more


def test_a_scene_is_called_by_the_site_it_is_at_and_near_it_where_that_is_farther() -> None:
    found = drafts([scene("o", 10.6809), scene("gan", 10.69), scene("xa", 10.71)], WARD, PAGODA, PROVINCE)
    assert found == {
        "o": {"vi": "Chùa Tây An", "en": "Tay An Pagoda"},
        "gan": {"vi": "Gần Chùa Tây An", "en": "Near Tay An Pagoda"},
        # No site is near; the ward has no English name, which is left to a translator.
        "xa": {"vi": "Gần Phường Vĩnh Tế"},
    }


def test_beyond_every_reach_and_without_a_position_nothing_is_proposed() -> None:
    unplaced = {"id": "khong", "title": {}, "panorama": {"file": "a.jpg"}}
    assert drafts([scene("xa", 10.9), unplaced, scene("sai", 10.68, position="đâu đó")], PAGODA, WARD, PROVINCE) == {}
    assert drafts([unplaced], PAGODA, **{"a.jpg": Position(lat=10.68, lon=105.08)})["khong"]["vi"] == "Chùa Tây An"


def test_only_scenes_that_nobody_has_named_get_a_draft() -> None:
    titles = {"so": {"vi": "Cảnh 12"}, "no": {"vi": "Scene 3"}, "trong": {"vi": " "}, "ten": {"vi": "Cảnh đẹp"}}
    titles |= {"dich": {"en": "Yard"}}
    found = drafts([scene(name, 10.68, title=title) for name, title in titles.items()], PAGODA)
    assert list(found) == ["so", "no", "trong"]


def test_two_scenes_never_get_the_same_title() -> None:
    scenes = [scene("co", 0, title={"vi": "Chùa Tây An"}, position=None), scene("a", 10.68), scene("b", 10.68)]
    found = drafts(scenes, PAGODA)
    assert [one["vi"] for one in found.values()] == ["Chùa Tây An 2", "Chùa Tây An 3"]
    assert found["b"]["en"] == "Tay An Pagoda 3"


def test_a_draft_that_holds_anything_anywhere_is_read_all_the_same() -> None:
    assert drafts([None, 3, {"id": 4}, {"id": "a", "title": 3, "panorama": [], "position": {"lat": "x"}}], PAGODA) == {}
    assert list(titling.drafts({"scenes": "x", "languages": 3}, {}, [], DAY)) == []
