"""Everything that a document names exists in it, once."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from ispace.model import references


def found(raw: dict[str, Any]) -> set[tuple[str, str]]:
    return {(p.code, p.field) for p in references.check(raw)}


@pytest.mark.parametrize("where", ["scenes", "places", "products", "media", "floors"])
def test_an_id_used_twice_is_told_at_its_second_place(where: str) -> None:
    assert found({where: [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"id": "a"}]}) == {
        ("TRUNG-MA", f"{where}[2].id"),
        ("TRUNG-MA", f"{where}[3].id"),
    }


def test_the_same_id_in_different_lists_is_no_fault() -> None:
    spots = [{"id": "a"}]
    assert (
        found({"scenes": [{"id": "a", "hotspots": spots}, {"id": "b", "hotspots": spots}], "media": [{"id": "a"}]})
        == set()
    )


def test_ids_are_compared_as_they_are_read() -> None:
    raw = {"start": "a ", "scenes": [{"id": " a"}, {"id": "a"}]}
    assert found(raw) == {("TRUNG-MA", "scenes[1].id")}


def test_long_ids_with_a_common_beginning_are_different() -> None:
    assert found({"scenes": [{"id": "a" * 70 + "1"}, {"id": "a" * 70 + "2"}]}) == set()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"start": "x"}, "start"),
        ({"place": "x"}, "place"),
        ({"skin": {"logo": "x"}}, "skin.logo"),
        ({"products": [{"id": "p", "media": ["x"]}]}, "products[0].media[0]"),
        ({"scenes": [{"id": "s", "place": "x"}]}, "scenes[0].place"),
        ({"scenes": [{"id": "s", "floor": "x"}]}, "scenes[0].floor"),
        ({"scenes": [{"id": "s", "hotspots": [{"target": "x"}]}]}, "scenes[0].hotspots[0].target"),
        ({"scenes": [{"id": "s", "hotspots": [{"product": "x"}]}]}, "scenes[0].hotspots[0].product"),
        ({"scenes": [{"id": "s", "hotspots": [{"media": ["x"]}]}]}, "scenes[0].hotspots[0].media[0]"),
        ({"scenes": [{"id": "s", "hotspots": [{"medium": "x"}]}]}, "scenes[0].hotspots[0].medium"),
    ],
)
def test_what_points_nowhere_is_told_at_its_field(raw: dict[str, Any], field: str) -> None:
    assert found(raw) == {("KHONG-TRO-DEN", field)}


@pytest.mark.parametrize(
    ("spot", "kind", "fits"),
    [
        ("sound", "audio", True),
        ("sound", "image", False),
        ("sound", "video", False),
        ("layer", "image", True),
        ("layer", "video", True),
        ("layer", "audio", False),
    ],
)
def test_a_hotspot_shows_only_media_of_its_own_kind(spot: str, kind: str, fits: bool) -> None:
    hotspot = {"id": "h", "kind": spot, "medium": "m "}
    raw = {"media": [{"id": "m", "kind": kind}], "scenes": [{"id": "s", "hotspots": [hotspot]}]}
    assert found(raw) == (set() if fits else {("SAI-LOAI", "scenes[0].hotspots[0].medium")})


def test_a_narration_is_a_sound() -> None:
    scene = {"id": "s", "narration": {"vi": "m"}}
    assert found({"media": [{"id": "m", "kind": "audio"}], "scenes": [scene]}) == set()
    wrong = {("SAI-LOAI", "scenes[0].narration.vi")}
    assert found({"media": [{"id": "m", "kind": "image"}], "scenes": [scene]}) == wrong


def test_a_film_is_announced_by_a_picture() -> None:
    film = {"id": "phim", "kind": "video", "poster": "anh"}
    assert found({"media": [film, {"id": "anh", "kind": "image"}]}) == set()
    assert found({"media": [film, {"id": "anh", "kind": "audio"}]}) == {("SAI-LOAI", "media[0].poster")}
    assert found({"media": [film]}) == {("KHONG-TRO-DEN", "media[0].poster")}


def test_a_medium_of_the_wrong_kind_is_told_with_the_kinds_that_fit() -> None:
    spot = {"id": "h", "kind": "layer", "medium": "m"}
    raw = {"media": [{"id": "m", "kind": "audio"}], "scenes": [{"id": "s", "hotspots": [spot]}]}
    (problem,) = references.check(raw)
    assert problem.sentence("vi").endswith("m là audio, còn chỗ này cần image, video (SAI-LOAI)")


def test_a_dangling_name_is_told_with_the_one_that_is_most_like_it() -> None:
    (problem,) = references.check({"start": "chanh-dein", "scenes": [{"id": "chanh-dien"}]})
    assert problem.sentence("vi") == "trường start: chanh-dein không có trong scenes (→ chanh-dien?) (KHONG-TRO-DEN)"


def test_a_link_does_not_lead_back_to_its_own_scene() -> None:
    raw = {"scenes": [{"id": "s", "hotspots": [{"id": "l", "target": "s"}]}]}
    (problem,) = references.check(raw)
    assert (problem.code, problem.scene, problem.part) == ("TU-NOI", "s", "l")


def test_a_language_listed_twice_is_told() -> None:
    assert found({"languages": ["vi", "en", "vi"]}) == {("TRUNG-NGON-NGU", "languages")}


words = st.sampled_from(["scenes", "hotspots", "media", "products", "id", "target", "start", "skin", "logo", "a", ""])
values = st.recursive(
    st.none() | st.integers() | words, lambda v: st.lists(v, max_size=3) | st.dictionaries(words, v, max_size=4)
)


@given(st.dictionaries(words, values))
def test_a_document_of_any_shape_is_checked(raw: dict[str, Any]) -> None:
    for problem in references.check(raw):
        assert problem.sentence("vi")
