"""Words are cleaned once at the entry, found however they are typed, and become names without accents."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter, ValidationError

from ispace.model.text import Line, Paragraphs, Text, Title, clean, fold, pick, slug

FOLDED = json.loads((Path(__file__).parents[1] / "golden" / "fold.json").read_text(encoding="utf-8"))
anything = st.text(st.characters())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Chùa  ", "Chùa"),
        (unicodedata.normalize("NFD", "Chùa cổ bên Núi Sam"), "Chùa cổ bên Núi Sam"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("\u202eđảo\u202c ngược", "đảo ngược"),
        ("\u2066ẩn\u2069 \u200edấu\u200f \u061c", "ẩn dấu"),
        ("\ufeffđầu tệp", "đầu tệp"),
        ("chu\u200ba", "chua"),
        ("វត្ត\u200bបុរាណ", "វត្ត\u200bបុរាណ"),
        ("\u200bវត្ត\u200b \u200ba", "វត្ត a"),
        ("e\u200e\u0301", "é"),
        ("\x00\x07\x1b[31mđỏ\x7f\x9b", "[31mđỏ"),
        ("nửa\ud800 cặp\udfff", "nửa cặp"),
        ("tab\tvà\ndòng", "tab\tvà\ndòng"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_marks_that_nobody_sees_are_removed_at_the_entry(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(anything)
def test_cleaning_twice_is_cleaning_once_and_fit_for_utf_8(text: str) -> None:
    once = str(clean(text))
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
    once.encode()


@pytest.mark.parametrize("value", [None, 3, ["a"], {"a": 1}])
def test_only_words_are_cleaned(value: object) -> None:
    assert clean(value) is value


def test_a_line_is_one_line() -> None:
    assert TypeAdapter(Line).validate_python(" Sân\n\n chùa\t cổ ") == "Sân chùa cổ"


def test_paragraphs_keep_their_empty_lines() -> None:
    assert TypeAdapter(Paragraphs).validate_python("Một.\r\n\r\nHai.\n") == "Một.\n\nHai."


@pytest.mark.parametrize("empty", ["", "   ", "\n", "\u202e", "\u200b \ufeff"])
def test_words_of_which_nothing_is_left_are_none(empty: str) -> None:
    for kind in (Line, Paragraphs):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(empty)


def test_lengths_are_counted_after_cleaning() -> None:
    assert len(TypeAdapter(Line).validate_python("\u202e" * 500 + "ă" * 300)) == 300
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python("ă" * 301)
    with pytest.raises(ValidationError):
        TypeAdapter(Paragraphs).validate_python("ă" * 20_001)


@pytest.mark.parametrize("text", [{}, {"VI": "x"}, {"v": "x"}, {"vi_VN": "x"}, {"vi-" + "a" * 40: "x"}, {"": "x"}])
def test_a_text_has_at_least_one_language_and_only_languages(text: dict[str, str]) -> None:
    for kind in (Title, Text):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("language", ["vi", "en", "km", "zh-Hant", "pt-BR", "cjm"])
def test_languages_are_codes_of_bcp_47(language: str) -> None:
    assert TypeAdapter(Title).validate_python({language: "x"}) == {language: "x"}


def test_a_reader_gets_their_language_else_the_main_one_else_any() -> None:
    assert pick({"vi": "Chùa", "en": "Pagoda"}, "en") == "Pagoda"
    assert pick({"vi": "Chùa"}, "en") == "Chùa"
    assert pick({"km": "វត្ត"}, "en") == "វត្ត"
    assert pick({}, "en") == pick(None, "en") == ""


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_search_finds_words_however_they_are_typed(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(anything)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Chùa cổ bên Núi Sam", "chua-co-ben-nui-sam"),
        ("ĐÌNH THẦN — Mỹ Phước!", "dinh-than-my-phuoc"),
        ("IMG_2041 (1).jpg", "img-2041-1-jpg"),
        ("寺", "canh"),
        ("", "canh"),
        ("--", "canh"),
        ("ươ" * 100, "uo" * 30),
    ],
)
def test_a_name_is_readable_without_accents(text: str, name: str) -> None:
    assert slug(text) == name


@given(anything)
def test_every_text_makes_a_name_that_the_format_takes(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(slug(text)) <= 60
