"""The gate for drafts: what it tells of a document that is no tour yet, of files that are absent or not ready."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from test_check import good

from ispace import checking
from ispace.imaging.info import PictureInfo
from ispace.model.problem import Problem
from ispace.pictures.drafts import Draft, Kept

TODAY = dt.date(2026, 1, 31)
TILES = {
    "tile_size_px": 512,
    "level_sizes_px": [512, 1024],
    "preview": {"file": "preview.jpg", "size_px": 64, "inline": "AAAA"},
}
MADE = {"tile_set": "0" * 20, "tiles": TILES, "north_deg": None, "notes": []}


def kept(file: str, kind: str = "panorama", **changed: Any) -> Kept:
    info = PictureInfo(file, "JPEG", 8192, 4096).to_json()
    return Kept(
        file, kind, file, "0" * 64, 1_000_000, **({"info": info, "web": None, "panoramas": {"{}": MADE}} | changed)
    )


FILES = Draft({name: kept(name) for name in ("a.jpg", "b.jpg", "anh.jpg")})


def told(document: Any, files: Draft = FILES, **more: Any) -> list[tuple[str, str]]:
    return [(p.code, p.field) for p in checking.draft(document, files, TODAY, **more)]


def test_a_draft_that_is_well_made_has_nothing_left_to_do() -> None:
    assert told(good()) == []


def test_a_file_that_the_tour_does_not_have_is_an_error_and_one_under_way_a_warning() -> None:
    raw = good()
    raw["scenes"][1]["panorama"]["file"] = "c.jpg"
    raw["media"][0]["file"] = "khac.jpg"
    assert told(raw) == [("THIEU-TEP", "scenes[1].panorama.file"), ("THIEU-TEP", "media[0].file")]
    raw = good()
    raw["scenes"][0]["level"] = {"pitch_deg": 1.0}
    (found,) = checking.draft(raw, FILES, TODAY)
    assert (found.code, found.severity, found.scene) == ("DANG-XU-LY", "warning", "a")
    key = ("a.jpg", '{"level":{"pitch_deg":1,"roll_deg":0}}')
    why = Problem("ANH-CUT", params={"file": "a.jpg", "percent": 62}, section="errors")
    (found,) = checking.draft(raw, FILES, TODAY, {key: why})
    assert (found.code, found.severity, found.field) == ("ANH-CUT", "error", "scenes[0].panorama.file")
    assert "a.jpg" in found.text("vi")


def test_faults_do_not_hide_what_else_is_to_do_and_places_are_counted_as_in_the_draft() -> None:
    raw = good()
    first, second = raw["scenes"]
    wrong = [{"id": "x", "kind": "link", "yaw_deg": 500.0, "pitch_deg": 0.0, "target": "b"}, {"kind": "gì đây"}]
    second["hotspots"] = [*wrong, second["hotspots"][0] | {"yaw_deg": 0.0}]
    del second["initial_view"]
    second["title"] = {}
    raw["scenes"] = [{"id": "trống"}, first, second]
    raw |= {"description": {}, "start": "a"}
    raw["agency"]["email"] = "không phải"
    found = told(raw)
    assert ("SAI-HUONG", "scenes[2].hotspots[2].yaw_deg") in found
    assert ("THIEU-GOC-NHIN", "scenes[2].initial_view") in found
    assert ("NGOAI-KHOANG", "scenes[2].hotspots[0].yaw_deg") in found
    assert ("KHONG-HIEU", "scenes[2].hotspots[1].kind") in found
    assert ("CHUA-VIET", "scenes[2].title") in found
    assert ("TOUR-GIOI-THIEU", "description") in found
    assert ("DANG-SAI", "agency.email") in found
    assert ("THIEU-DICH", "scenes[2].title") not in found, "a title that is missing is told once"
    told_of = [code for code, field in found if not field.startswith("scenes[0]")]
    assert not [code for code in told_of if code in {"KHONG-LOI-VAO", "KHONG-DEN-DUOC", "THIEU-TEP"}]


def test_a_picture_without_alternative_text_is_still_a_picture() -> None:
    raw = good()
    del raw["media"][0]["alt"]
    raw["floors"] = [{"id": "tret", "title": {"vi": "Trệt"}, "plan": {"medium": "anh"}}]
    assert told(raw) == [("THIEU-ALT", "media[0]")]


def test_errors_come_first() -> None:
    raw = good()
    del raw["agency"]
    raw["media"][0]["file"] = "khac.jpg"
    assert [p.severity for p in checking.draft(raw, FILES, TODAY)] == ["error", "warning"]


def test_a_draft_without_scenes_is_told_that_it_has_none() -> None:
    raw = good() | {"scenes": []}
    assert told(raw) == [("QUA-NGAN", "scenes")]


NAMES = st.sampled_from(["id", "vi", "kind"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.integers(-500, 500),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.randoms(use_true_random=False), JSON), min_size=1, max_size=4))
@hypothesis_settings(max_examples=60)
def test_whatever_stands_anywhere_in_a_draft_it_is_checked(changes: Any) -> None:
    raw = copy.deepcopy(good())
    for random, value in changes:
        at: Any = raw
        while True:
            step = random.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not isinstance(at[step], dict | list) or not at[step] or random.random() < 0.3:
                at[step] = value
                break
            at = at[step]
    for problem in checking.draft(raw, FILES, TODAY):
        assert problem.text("vi")
        assert problem.text("en")


@pytest.mark.parametrize("name", ["title", "version", "id", "languages"])
def test_the_rest_of_a_draft_is_checked_whichever_of_its_own_fields_is_missing(name: str) -> None:
    raw = good()
    del raw["scenes"][0]["initial_view"]
    raw[name] = None
    assert ("THIEU-GOC-NHIN", "scenes[0].initial_view") in told(raw)
