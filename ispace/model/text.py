"""Words in a tour document: one text in several languages, cleaned once at the entry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

# Controls that have no business in a caption: the bidirectional ones could make a sentence read backwards, invisible
# spaces keep a word from being found, and half a surrogate pair cannot be written as UTF-8. Between letters of Khmer,
# which parts words by nothing else, the invisible space is where a line may break.
_UNWANTED = re.compile(
    r"(?<![\u1780-\u17ff])\u200b|\u200b(?![\u1780-\u17ff])"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_ENDS = re.compile(r"\r\n|[\r\u2028\u2029]")


def clean(value: object) -> object:
    """Return a string in Unicode NFC without control and direction marks, trimmed; anything else unchanged."""
    if not isinstance(value, str):
        return value
    # Nearly every text: what is printable has no control and no direction mark, and a document has thousands of texts.
    if value.replace("\n", "").isprintable() and unicodedata.is_normalized("NFC", value):
        return value.strip()
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", value))
    return unicodedata.normalize(
        "NFC", text
    ).strip()  # last: a mark that is gone may have parted a letter and its accent


def _one_line(value: str) -> str:
    return value if value.isprintable() and "  " not in value else re.sub(r"\s+", " ", value)


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A language code of BCP 47: ``vi``, ``en``, ``zh-Hant``."""
Line = Annotated[
    str, BeforeValidator(clean), AfterValidator(_one_line), StringConstraints(min_length=1, max_length=300)
]
Paragraphs = Annotated[str, BeforeValidator(clean), StringConstraints(min_length=1, max_length=20_000)]

Title = Annotated[dict[Language, Line], Field(min_length=1)]
"""One line in one or more languages: ``{"vi": "Sân chùa", "en": "Courtyard"}``."""

Text = Annotated[dict[Language, Paragraphs], Field(min_length=1)]
"""Paragraphs, separated by an empty line, in one or more languages."""


def pick(text: Mapping[str, str] | None, language: str, fallback: str = "vi") -> str:
    """Return ``text`` in ``language``, else in ``fallback``, else in whichever language there is, else ``""``."""
    if not text:
        return ""
    return text.get(language) or text.get(fallback) or next(iter(text.values()))


_FOLD_LETTERS = str.maketrans({"đ": "d", "Đ": "d", "ð": "d"})


def fold(text: str) -> str:
    """Return ``text`` for searching: no case, no accents, đ as d, so that ``chua`` finds ``Chùa``."""
    decomposed = unicodedata.normalize("NFD", text.casefold().translate(_FOLD_LETTERS).replace("\u200b", ""))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def slug(text: str, fallback: str = "canh") -> str:
    """Return ``text`` as a readable name for addresses and ids: ``Chùa cổ bên Núi Sam`` → ``chua-co-ben-nui-sam``."""
    name = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].strip("-")
    return name or fallback


def name_as_title(stem: str) -> str:
    """Return a title from a file's name: separators become spaces, a leading number goes where words follow it."""
    words = re.sub(r"[_\-.\s]+", " ", str(clean(stem))).strip()
    without = re.sub(r"^\d{1,3}\s+(?=\D)", "", words)
    title = (without or words)[:200]
    return title[:1].upper() + title[1:]


_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""In the order of Vietnamese dictionaries: huyền, hỏi, ngã, sắc, nặng; a letter without one comes first."""

_SHAPES = "\u0306\u0302\u031b"
"""What makes another letter of one: ă before â, ô before ơ."""


def sort_key(text: str) -> str:
    """Return what sorts as Vietnamese dictionaries do: letters first, tones only where the letters are the same.

    It is made of digits and letters a to z alone, two for each letter, so that every database sorts it alike.
    """
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFD", " ".join(text.casefold().split())):
        if char in _TONES and tones:
            tones[-1] = str(_TONES.index(char) + 1)
        elif char in _SHAPES and letters and letters[-1][0].isalpha():
            letters[-1] = letters[-1][0] + "bcd"[_SHAPES.index(char)]
        elif char == "đ":
            letters.append("db")
            tones.append("0")
        elif char.isascii() and char.isalnum():
            letters.append(char + "a" if char.isalpha() else "1" + char)
            tones.append("0")
        elif char.isspace():
            letters.append("00")
            tones.append("0")
    return "".join(letters) + "00" + "".join(tones)
