"""What changed between releases: stored as tokens that never change, told in sentences of every language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ispace import changes, language
from ispace.model.published import PublishedScene, PublishedTour
from ispace.model.scene import Scene
from ispace.model.tour import Tour

FIELDS = {name for model in (PublishedTour, PublishedScene, Tour, Scene) for name in model.model_fields} - {"schema_"}
TITLES = {"san-chua": {"vi": "Sân chùa", "en": "Courtyard"}}


# Tokens


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, {}, ["first"]),
        (b"not json", {"scenes": []}, ["format"]),
        (b'{"scenes": [{"id": "a"}]}', {"scenes": [{"id": "b"}]}, ["scene-added b", "scene-removed a"]),
        (
            b'{"scenes": [{"id": "a", "title": 1, "floor": 1}], "title": 1}',
            {"scenes": [{"id": "a", "title": 2, "floor": 1}], "title": 1},
            ["scene-changed a title"],
        ),
        (
            b'{"scenes": [{"id": "a"}, {"id": "b"}]}',
            {"scenes": [{"id": "b"}, {"id": "c"}, {"id": "a"}]},
            ["scene-added c", "tour-changed scenes"],
        ),
        (b'{"scenes": [], "skin": 1, "release": 1}', {"scenes": [], "skin": 2, "release": 2}, ["tour-changed skin"]),
    ],
)
def test_what_changed_is_said_in_words_with_ids(before: bytes | None, after: dict[str, Any], said: list[str]) -> None:
    assert changes.changes(before, after, assets_changed=False) == said


def test_a_new_front_end_is_a_change_of_its_own() -> None:
    assert changes.changes(b'{"scenes": []}', {"scenes": []}, assets_changed=True) == ["viewer"]


# Sentences


@pytest.mark.parametrize(
    ("token", "vi", "en"),
    [
        ("first", "bản đầu tiên", "first release"),
        (
            "format",
            "không đọc được bản trước nên không so sánh được",
            "the release before could not be read, so nothing is compared",
        ),
        ("viewer", "trình xem mới", "new viewer"),
        ("scene-added san-chua", "thêm cảnh “san-chua”", "added scene “san-chua”"),
        ("scene-removed san-chua", "bỏ cảnh “san-chua”", "removed scene “san-chua”"),
        (
            "scene-changed san-chua hotspots,title",
            "cảnh “san-chua”: đổi điểm tương tác, tên",
            "scene “san-chua”: changed hotspots, name",
        ),
        ("tour-changed skin", "đổi giao diện của tour", "changed the tour's look"),
    ],
)
def test_every_kind_of_token_has_its_sentence(token: str, vi: str, en: str) -> None:
    assert (changes.told(token, "vi"), changes.told(token, "en")) == (vi, en)


@pytest.mark.parametrize("lang", language.available())
def test_whatever_is_stored_has_a_sentence(lang: str) -> None:
    old = {"scenes": [{"id": "a", "title": 1}, {"id": "b"}, {"id": "c"}], "skin": 1}
    new = {"scenes": [{"id": "c"}, {"id": "a", "title": 2}, {"id": "d"}], "skin": 2}
    tokens = changes.changes(json.dumps(old).encode(), new, assets_changed=True)
    assert len({token.split(" ")[0] for token in tokens}) == 5
    assert [t for t in (*tokens, "first", "format") if changes.told(t, lang) == t] == []


@pytest.mark.parametrize("lang", language.available())
def test_every_field_of_a_tour_and_its_scenes_has_a_name(lang: str) -> None:
    # A new field of the tour or of the published tour wants its `field-…` in [changes] of every file of ispace/texts.
    named = {code.removeprefix("field-") for code in language.texts(lang)["changes"] if code.startswith("field-")}
    assert named == FIELDS


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_field_is_told_by_its_name_and_not_by_that_of_the_format(field: str) -> None:
    assert changes.told(f"scene-changed a {field}", "vi") != f"cảnh “a”: đổi {field}"
    assert changes.told(f"tour-changed {field}", "vi") != f"đổi {field} của tour"


def test_a_field_that_has_no_name_is_told_by_its_own() -> None:
    assert changes.told("scene-changed a title,sound{x", "vi") == "cảnh “a”: đổi tên, sound{x"
    assert changes.told("tour-changed weather", "en") == "changed the tour's weather"


def test_a_scene_is_named_by_its_title_where_that_is_known() -> None:
    assert changes.told("scene-added san-chua", "vi", TITLES) == "thêm cảnh “Sân chùa”"
    assert changes.told("scene-changed san-chua title", "en", TITLES) == "scene “Courtyard”: changed name"
    assert changes.told("scene-removed cong", "vi", TITLES) == "bỏ cảnh “cong”"
    assert changes.scenes_in(["first", "scene-added a", "scene-changed b title", "tour-changed skin"]) == {"a", "b"}


def test_what_follows_from_another_change_is_no_news_beside_it() -> None:
    picture = "scene-changed a poster,preview,share,thumbnail,tiles"
    assert changes.told(picture, "vi") == "cảnh “a”: đổi ảnh toàn cảnh"
    view = "scene-changed a initial_view,poster,share,thumbnail"
    assert changes.told(view, "vi") == "cảnh “a”: đổi góc nhìn ban đầu"
    assert changes.told("scene-changed a share", "vi") == "cảnh “a”: đổi ảnh khi chia sẻ"


@pytest.mark.parametrize(
    "token", ["", "renamed a b", "first a", "scene-added", "scene-added ", "scene-changed a", "scene-changed a ", "{x}"]
)
def test_a_token_that_is_not_known_is_told_as_it_is(token: str) -> None:
    assert [changes.told(token, lang) for lang in ("vi", "en", "fr")] == [token] * 3


_KINDS = ["scene-added", "scene-removed", "scene-changed", "tour-changed", "first"]


@given(st.text() | st.builds(lambda kind, rest: f"{kind} {rest}", st.sampled_from(_KINDS), st.text()))
def test_no_token_stops_the_list(token: str) -> None:
    assert isinstance(changes.told(token, "vi"), str)
    assert isinstance(changes.line([token], "en"), str)
    changes.scenes_in([token])


# Many of them


def test_a_long_list_ends_with_how_many_more_there_are() -> None:
    tokens = [f"scene-added s{i}" for i in range(7)]
    assert changes.line(tokens, "vi").split("; ")[3:] == ["thêm cảnh “s3”", "và 3 thay đổi khác"]
    assert changes.line(tokens, "en").endswith("; and 3 more changes")
    assert len(changes.all_told(tokens, "vi")) == 7


def test_no_single_change_is_hidden_behind_a_number() -> None:
    assert changes.line([f"scene-added s{i}" for i in range(5)], "vi").endswith("“s4”")


def test_a_release_that_differs_in_its_pages_only_says_so() -> None:
    assert changes.line([], "vi") == "trang được dựng lại"
    assert changes.all_told([], "en") == ["pages made anew"]
