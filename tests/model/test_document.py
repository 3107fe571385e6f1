"""Reading ``tour.json``: a tour, or everything that is wrong with it, in words, at once."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tours_at_random import tours

from ispace import errors
from ispace.model import document
from ispace.model.problem import Problem

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parents[1] / "golden"


def small() -> dict[str, Any]:
    return {
        "version": 1,
        "id": "chua-co",
        "title": {"vi": "Chùa cổ"},
        "description": {"vi": "Một ngôi chùa."},
        "scenes": [
            {
                "id": "cong",
                "title": {"vi": "Cổng"},
                "panorama": {"file": "cong.jpg"},
                "hotspots": [{"id": "vao", "kind": "link", "yaw_deg": 1, "pitch_deg": -8, "target": "san"}],
            },
            {"id": "san", "title": {"vi": "Sân"}, "panorama": {"file": "san.jpg"}},
        ],
    }


def write(raw: object) -> bytes:
    return json.dumps(raw).encode()


def problems(raw: object) -> list[Problem]:
    with pytest.raises(errors.DocumentInvalidError) as caught:
        document.parse(raw if isinstance(raw, bytes) else write(raw))
    found = caught.value.problems
    assert all(isinstance(p, Problem) for p in found)
    return found  # type: ignore[return-value]


def codes(raw: object) -> dict[str, str]:
    return {p.field: p.code for p in problems(raw)}


def with_scene(**fields: Any) -> dict[str, Any]:
    raw = small()
    raw["scenes"][0] |= fields
    return raw


# Everything at once


def test_every_problem_is_told_at_once_with_its_place_in_both_languages() -> None:
    found = problems((GOLDEN / "tour-broken.json").read_bytes())
    told = {lang: [p.sentence(lang) for p in found] for lang in ("vi", "en")}
    assert told == json.loads((GOLDEN / "tour-broken.sentences.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_sentence_has_a_hole(lang: str) -> None:
    for problem in problems((GOLDEN / "tour-broken.json").read_bytes()):
        sentence = problem.sentence(lang).replace("{…}", "")
        assert "{" not in sentence
        assert "None" not in sentence
        assert sentence.endswith(f"({problem.code})")


def test_problems_can_be_written_as_json() -> None:
    told = json.loads(json.dumps([p.to_json() for p in problems((GOLDEN / "tour-broken.json").read_bytes())]))
    assert all(set(t["sentence"]) == {"vi", "en"} and t["severity"] == "error" for t in told)


def test_a_problem_found_twice_is_told_once() -> None:
    found = [(p.code, p.field) for p in problems((GOLDEN / "tour-broken.json").read_bytes())]
    assert len(found) == len(set(found))


def test_scene_and_part_are_told_by_their_names() -> None:
    raw = small()
    raw["scenes"][0]["hotspots"][0]["pitch_deg"] = 99
    raw["media"] = [{"id": "anh", "kind": "image", "file": "a.jpg"}]
    raw["scenes"][0]["hotspots"].append({"id": "the", "kind": "card", "yaw_deg": 0, "pitch_deg": 0, "title": {}})
    assert {(p.code, p.scene, p.part) for p in problems(raw)} == {
        ("NGOAI-KHOANG", "cong", "vao"),
        ("CHUA-VIET", "cong", "the"),
        ("THIEU-ALT", None, "anh"),
    }


# Fields


@pytest.mark.parametrize(
    ("place", "wrong", "right"),
    [
        ((), "titel", "title"),
        (("scenes", 0), "discription", "description"),
        (("scenes", 0, "hotspots", 0), "taget", "target"),
        (("scenes", 0, "panorama"), "coverag", "coverage"),
    ],
)
def test_an_unknown_field_is_refused_with_the_name_that_is_most_like_it(
    place: tuple[str | int, ...], wrong: str, right: str
) -> None:
    raw: Any = small()
    at = raw
    for step in place:
        at = at[step]
    at[wrong] = "x"
    (problem,) = problems(raw)
    assert problem.code == "THUA"
    assert f"(→ {right}?)" in problem.sentence("vi")


def test_a_field_that_stands_twice_is_a_problem_and_not_a_silent_loss() -> None:
    data = write(small()).replace(b'"id": "cong"', b'"id": "cong", "north_deg": 3, "north_deg": 4')
    (problem,) = problems(data)
    assert (problem.code, problem.field) == ("TRUNG-TRUONG", "scenes[0].north_deg")


@pytest.mark.parametrize("value", ["12", True, None, [], {}, "mười"])
def test_an_angle_is_a_number(value: object) -> None:
    assert codes(with_scene(initial_view={"yaw_deg": value})) == {"scenes[0].initial_view.yaw_deg": "SAI-KIEU"}


@pytest.mark.parametrize("value", ["2025-3-15", "15/03/2025", "20250315", 20250315, 0, "2025-02-29", "0001-01-01", ""])
def test_a_day_is_written_in_one_form_only(value: object) -> None:
    raw = small() | {"places": [{"id": "nui", "names": [{"name": {"vi": "Núi"}, "valid_from": value}]}]}
    assert codes(raw) == {"places[0].names[0].valid_from": "NGAY-SAI"}


@pytest.mark.parametrize("kind", [None, "teleport", 3, [], {}])
def test_an_unknown_kind_of_hotspot_is_told_at_its_kind(kind: object) -> None:
    raw = with_scene(hotspots=[{"id": "a", "kind": kind, "yaw_deg": 0, "pitch_deg": 0}])
    (problem,) = problems(raw)
    assert problem.code in {"KHONG-HIEU", "THIEU"}
    assert problem.field == "scenes[0].hotspots[0].kind"
    assert (problem.scene, problem.part) == ("cong", "a")


def test_a_text_without_language_is_told_as_such() -> None:
    (problem,) = problems(small() | {"title": "Chùa cổ"})
    assert problem.sentence("vi") == "trường title: giá trị “Chùa cổ” không đúng kiểu (SAI-KIEU)"


def test_a_language_that_is_none_is_told_without_words_of_the_library() -> None:
    assert codes(small() | {"title": {"Tiếng Việt": "Chùa"}}) == {"title.Tiếng Việt": "DANG-SAI"}


@pytest.mark.parametrize("name", ["r", "t", "a", "vi", "en", "catalogue"])
def test_a_tour_takes_no_name_that_the_store_uses(name: str) -> None:
    assert codes(small() | {"id": name}) == {"id": "MA-DANH-RIENG"}


@pytest.mark.parametrize("name", ["", "Chùa", "a--b", "-a", "a_b", "../x", "a" * 81, "chua\n", "a b"])
def test_a_name_is_small_letters_digits_and_hyphens(name: str) -> None:
    if name.strip() == "chua":
        assert document.parse(write(small() | {"id": name})).id == "chua"
    else:
        assert codes(small() | {"id": name})["id"] in {"MA-SAI", "QUA-DAI"}


@pytest.mark.parametrize(
    "file", ["../x.jpg", "/etc/passwd", "a/../../x", "C:\\x.jpg", "a\\b.jpg", ".", "", "file:x", "a\nb.jpg", "a/.."]
)
def test_a_file_lies_below_the_folder_of_the_tour(file: str) -> None:
    assert codes(with_scene(panorama={"file": file}))["scenes[0].panorama.file"] in {"DUONG-DAN", "QUA-NGAN"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\u0000script:alert(1)",
        "\u202ejavascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "example.org",
        "https://",
        "https:///x",
        "https://user:secret@example.org",
        "https://bank.example@evil.example",
        "https://good.example\\@evil.example/",
        "https://good.example\\.evil.example/",
        'https://example.org/"onload=',
        "https://example.org/<script>",
        "https://exa mple.org",
        "http://[::1",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_an_address_is_http_or_https_without_a_name_in_front_of_the_host(address: str) -> None:
    raw = with_scene(
        hotspots=[{"id": "a", "kind": "url", "yaw_deg": 0, "pitch_deg": 0, "title": {"vi": "Xem"}, "url": address}]
    )
    assert codes(raw)["scenes[0].hotspots[0].url"] in {"DIA-CHI", "QUA-DAI"}


@pytest.mark.parametrize("phone", ["0296 000 0000", "+84 296 000 0000", "(0296) 3856 000", "+84(296)3856000", "113"])
def test_telephone_numbers_may_be_written_as_people_write_them(phone: str) -> None:
    raw = small() | {"agency": {"managing_body": {"vi": "Sở"}, "phone": phone}}
    agency = document.parse(write(raw)).agency
    assert agency is not None
    assert agency.phone == phone


@pytest.mark.parametrize("phone", ["gọi", "tel:113", "1", "0296 000 0000 máy lẻ 2", "0" * 40])
def test_what_is_no_telephone_number_is_refused(phone: str) -> None:
    assert codes(small() | {"agency": {"managing_body": {"vi": "Sở"}, "phone": phone}}) == {"agency.phone": "DANG-SAI"}


def test_ten_thousand_letters_are_told_in_a_line() -> None:
    long = "ă" * 10_000
    raw = small() | {long: 1, "title": {"vi": long}, "start": long, "id": long}
    for problem in problems(raw):
        for lang in ("vi", "en"):
            assert len(problem.sentence(lang)) < 400


def test_no_sentence_repeats_what_steers_a_terminal_or_turns_the_text_round() -> None:
    hostile = "\x1b[31mđỏ\u202e\x07\ud800\u009b"
    raw = small() | {hostile: 1, "start": hostile, "languages": [hostile, hostile]}
    raw["scenes"][0] |= {"id": hostile, "north_deg": hostile}
    raw["scenes"][0]["hotspots"][0] |= {"id": hostile, "kind": hostile}
    for problem in problems(raw):
        told = json.dumps(problem.to_json(), ensure_ascii=False).encode()  # half a surrogate pair could not be written
        told += problem.sentence("vi").encode()
        assert all(mark.encode() not in told for mark in ("\x1b", "\u202e", "\x07", "\u009b"))


def test_a_thousand_dangling_names_are_told_without_comparing_each_with_each() -> None:
    raw = small()
    raw["scenes"] = [{"id": f"canh-so-{n}", "title": {"vi": "x"}, "panorama": {"file": "x.jpg"}} for n in range(1000)]
    raw["scenes"][0]["hotspots"] = [
        {"id": f"l{n}", "kind": "link", "yaw_deg": 0, "pitch_deg": 0, "target": f"kanh-so-{n}"} for n in range(1500)
    ]
    assert len(problems(raw)) == 1500


def test_a_document_of_nothing_but_faults_is_told_without_delay() -> None:
    raw = small() | {f"feld-{n}": n for n in range(10_000)}
    assert len(problems(raw)) == 10_000
    twice = b"{" + b",".join(b'"k%d": 1' % n for n in range(50_000)) + b', "k1": 2}'
    assert ("TRUNG-TRUONG", "k1") in {(p.code, p.field) for p in problems(twice)}


# What is no document


def unreadable(data: bytes) -> tuple[int, int]:
    with pytest.raises(errors.DocumentUnreadableError) as caught:
        document.parse(data, file="chua/tour.json")
    params = caught.value.params
    assert params["file"] == "chua/tour.json"
    return params["line"], params["column"]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", (1, 1)),
        (b'{"version": 1,\n  "id": "a"\n  "title": {}}', (3, 3)),
        (b'{"a": 1,\n "b": NaN}', (2, 7)),
        (b'{"a": "NaN",\n "b": [1, -Infinity]}', (2, 11)),
        (b'{"a": "NaN", "b": ' + b"1" * 5000 + b"}", (1, 19)),
        ('{"tên": "Chùa",\n "đường": '.encode() + b'"\xff"}', (2, 12)),
        (b"\xef\xbb\xbf{\n\xff", (2, 1)),
        (b"\xef\xbb\xbf{,", (1, 2)),
        ('{"a": 1}'.encode("utf-16"), (1, 1)),
        (b"[1, 2]", (1, 1)),
        (b"null", (1, 1)),
        (b'"tour"', (1, 1)),
        (b"[" * 100_000, (1, 41)),
        (b'{"version": 1, "x": "[[[[", "y":\n' + b"[" * 60 + b"]" * 60 + b"}", (2, 40)),
    ],
)
def test_what_is_no_json_is_told_with_line_and_column(data: bytes, place: tuple[int, int]) -> None:
    assert unreadable(data) == place


def test_a_byte_order_mark_is_no_fault() -> None:
    assert document.parse(b"\xef\xbb\xbf" + write(small())).id == "chua-co"


def test_a_file_larger_than_any_tour_is_not_read() -> None:
    with pytest.raises(errors.DocumentTooLargeError) as caught:
        document.parse(b" " * (document.MAX_BYTES + 1))
    assert caught.value.params["max_megabytes"] == 20


def test_a_number_beyond_all_bounds_is_out_of_range() -> None:
    data = write(with_scene(north_deg=1)).replace(b'"north_deg": 1', b'"north_deg": 1e999')
    assert codes(data) == {"scenes[0].north_deg": "NGOAI-KHOANG"}


def test_a_newer_version_is_refused_as_a_whole() -> None:
    with pytest.raises(errors.DocumentVersionError) as caught:
        document.parse(b'{"version": 2, "whatever": []}')
    assert (caught.value.params["version"], caught.value.params["known"]) == (2, 1)


@pytest.mark.parametrize("version", ["1", -1, 1.5, None, [], "mới"])
def test_a_version_that_is_none_is_a_problem(version: object) -> None:
    assert codes(small() | {"version": version}) == {"version": "KHONG-HIEU"}


def test_a_file_that_is_not_there_is_told_by_its_folder_and_name(tmp_path: Path) -> None:
    with pytest.raises(errors.SourceMissingError) as caught:
        document.load(tmp_path / "tour.json")
    assert caught.value.params["file"] == f"{tmp_path.name}/tour.json"


# There and back


def test_a_demo_tour_stays_what_it_is_when_written() -> None:
    for path in (ROOT / "tours").glob("*/tour.json"):
        tour = document.load(path)
        assert document.parse(document.dump(tour)) == tour


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(tours())
def test_writing_a_tour_and_reading_it_again_gives_the_same_tour(raw: dict[str, Any]) -> None:
    before = copy.deepcopy(raw)
    tour = document.parse(write(raw))
    assert document.parse(document.dump(tour)) == tour
    assert document.dump(document.parse(document.dump(tour))) == document.dump(tour)
    assert raw == before


# Anything at all

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
EXPECTED = (errors.DocumentInvalidError, errors.DocumentUnreadableError, errors.DocumentVersionError)


def survives(data: bytes) -> None:
    try:
        document.parse(data)
    except EXPECTED as error:
        for problem in getattr(error, "problems", []):
            problem.sentence("vi").encode()
            json.dumps(problem.to_json(), ensure_ascii=False).encode()


@settings(max_examples=300)
@given(st.binary(max_size=200) | anything.map(write))
def test_any_bytes_are_a_tour_or_one_of_our_errors(data: bytes) -> None:
    survives(data)


def spots(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for step, inner in steps for p in ((*at, step), *spots(inner, (*at, step)))]


@settings(max_examples=300)
@given(st.data())
def test_a_tour_with_anything_anywhere_is_a_tour_or_one_of_our_errors(data: st.DataObject) -> None:
    raw: Any = json.loads((GOLDEN / "tour-v1.json").read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(spots(raw)))
        at = raw
        for step in place[:-1]:
            at = at[step]
        match data.draw(st.sampled_from(["replace", "remove", "rename"])):
            case "replace":
                at[place[-1]] = data.draw(anything)
            case "remove":
                del at[place[-1]]
            case _ if isinstance(at, dict):
                at[data.draw(st.text(max_size=8))] = at.pop(place[-1])
    survives(write(raw))
