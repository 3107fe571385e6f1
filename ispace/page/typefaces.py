"""Typefaces beyond Latin: the letters of a page → a style sheet and fonts with just these letters.

Vietnamese and other Latin text has its fonts in ``static/site/fonts.css``. Khmer and Chinese letters, wherever they
stand on a page, come from the stock of the front end, cut for each page, published under names by content. A page
without such letters has nothing of it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from ispace import assets, keys
from ispace.templating import choose

Range = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Typeface:
    """A typeface of the stock, and the letters that make a page need it (first and last code points).

    ``companions`` join them wherever they stand, ``marks`` on pages in its ``language`` only: elsewhere these are set
    in the fonts of Latin text.
    """

    family: str
    name: str
    language: str
    letters: tuple[Range, ...]
    companions: tuple[Range, ...] = ()
    marks: tuple[Range, ...] = ()
    shaping: bool = False
    not_in: frozenset[str] = frozenset()
    """Languages that share the letters and draw them in another way."""

    def own(self, letters: Collection[int]) -> set[int]:
        """Return those of ``letters`` that no Latin font of the page has."""
        return {letter for letter in letters if _in(letter, self.letters)}


KHMER = Typeface(
    family="Noto Sans Khmer",
    name="noto-sans-khmer",
    language="km",
    letters=((0x1780, 0x17FF), (0x19E0, 0x19FF)),
    companions=((0x200B, 0x200D), (0x25CC, 0x25CC)),
    shaping=True,
)
CHINESE = Typeface(
    family="Noto Sans SC",
    name="noto-sans-sc",
    language="zh",
    letters=(
        *((0x2E80, 0x2FDF), (0x3000, 0x303F), (0x31C0, 0x31EF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
        *((0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)),
    ),
    marks=((0x2014, 0x2014), (0x2018, 0x2019), (0x201C, 0x201D), (0x2026, 0x2026)),
    not_in=frozenset({"ja", "ko"}),
)
TYPEFACES = (KHMER, CHINESE)


class Cutter:
    """Makes the style sheets of pages and keeps what they need: ``objects``, by public key."""

    def __init__(self, front: assets.Assets) -> None:
        self.objects: dict[str, bytes] = {}
        self._spoken = letters_of("".join(front.content[n].decode() for n in front.content if n.endswith(".js")))
        self._cuts: dict[tuple[str, frozenset[int]], bytes] = {}

    def sheet(self, lang: str, page: bytes, document: object = None, fallback: str = "") -> str | None:
        """Return the key of the style sheet for a page in ``lang``, ``None`` where it needs none.

        ``document`` is what the viewer of the page shows: its texts in ``lang``, else in ``fallback``. Raises
        ``AssetsMissingError`` where the front end was built without the typeface.
        """
        primary = lang.split("-", 1)[0]
        shown = letters_of(html.unescape(_SCRIPT.sub("", page.decode())))
        shown |= letters_of("".join(_texts(document, lang, fallback)))
        rules = []
        for typeface in TYPEFACES:
            # The viewer's own words are on no page, and in its file for all languages.
            letters = typeface.own(shown | self._spoken if primary == typeface.language else shown)
            if not letters or primary in typeface.not_in:
                continue
            more = typeface.companions + (typeface.marks if primary == typeface.language else ())
            font = self._font(typeface, letters | {letter for a, b in more for letter in range(a, b + 1)})
            if font:
                rules.append(_face(typeface, typeface.letters + more, font))
        if not rules:
            return None
        sheet = "".join(rules).encode()
        key = keys.asset(hashlib.sha256(sheet).hexdigest(), "css")
        self.objects[key] = sheet
        return key

    def _font(self, typeface: Typeface, letters: set[int]) -> str:
        """Return the key of the typeface cut to the letters, ``""`` where it has none of them."""
        wanted = (typeface.name, frozenset(letters))
        if wanted not in self._cuts:
            files = [file for file, ranges in _stock()[typeface.name] if any(_in(letter, ranges) for letter in letters)]
            # Most pages need no fonts made, and no command waits for the library.
            from ispace.page import fontcut  # noqa: PLC0415

            self._cuts[wanted] = fontcut.cut(map(assets.stock, files), letters, shaping=typeface.shaping)
        data = self._cuts[wanted]
        if not data:
            return ""
        key = keys.asset(hashlib.sha256(data).hexdigest(), "woff2")
        self.objects[key] = data
        return key


def recipe(text: str) -> str:
    """Return a name for what the fonts of a tour with these words are cut from and by, ``""`` where it needs none."""
    letters = letters_of(text)
    if not any(typeface.own(letters) for typeface in TYPEFACES):
        return ""
    return (
        f"fonttools {version('fonttools')} brotli {version('brotli')} "
        + hashlib.sha256(assets.stock("index.json")).hexdigest()
    )


def letters_of(text: str) -> set[int]:
    """Return the code points of a text that could need more than the fonts of every page."""
    return {ord(letter) for letter in set(text) if letter >= "\u1780"}


_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _texts(value: object, lang: str, fallback: str) -> Iterator[str]:
    """Yield every text of a published document as a page in ``lang`` shows it; what else is a string has no letters."""
    if isinstance(value, Mapping):
        if value and all(_LANGUAGE.fullmatch(str(k)) and isinstance(v, str) for k, v in value.items()):
            yield choose(value, lang, fallback)[0]
        else:
            for inner in value.values():
                yield from _texts(inner, lang, fallback)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, lang, fallback)
    elif isinstance(value, str):
        yield value


def _face(typeface: Typeface, ranges: tuple[Range, ...], font: str) -> str:
    spans = ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in ranges)
    return (
        f'@font-face{{font-family:"{typeface.family}";font-weight:100 900;font-display:swap;'
        f'src:url({font.removeprefix(keys.ASSETS)}) format("woff2");unicode-range:{spans}}}\n'
    )


@functools.cache
def _stock() -> dict[str, list[tuple[str, tuple[Range, ...]]]]:
    """Return the files of the stock by typeface, each with the letters that it has."""
    index: dict[str, list[dict[str, Any]]] = json.loads(assets.stock("index.json"))
    return {name: [(file["file"], _ranges(file["ranges"])) for file in files] for name, files in index.items()}


def _ranges(spans: str) -> tuple[Range, ...]:
    """Return what a ``unicode-range`` names: ``U+4E00-4E1F,U+4E59``."""
    ends = [span.strip().removeprefix("U+").split("-") for span in spans.split(",")]
    return tuple((int(end[0], 16), int(end[-1], 16)) for end in ends)


def _in(letter: int, ranges: tuple[Range, ...]) -> bool:
    return any(first <= letter <= last for first, last in ranges)
