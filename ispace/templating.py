"""Templates: one Jinja2 environment, and how a page picks texts, words, dates and numbers in its language.

Everything is escaped unless it was made here; an undefined name is an error. A template is rendered for one language
(``lang``) with a second one (``fallback``) for texts that are missing in the first: what is shown in another language
than the page carries that language in ``lang``, so that a screen reader pronounces it rightly.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from ispace import assets, language
from ispace.model import prose
from ispace.model.text import clean

# Of languages that a tour may have and no file of ours speaks; a language's file knows better.
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
_OWN_NAMES = {
    "km": "ភាសាខ្មែរ",
    "zh": "中文",
    "fr": "Français",
    "de": "Deutsch",
    "ja": "日本語",
    "ko": "한국어",
    "lo": "ລາວ",
    "th": "ไทย",
    "ru": "Русский",
    "cjm": "Cham",
}
_LOCALES = {"km": "km_KH", "zh": "zh_CN", "fr": "fr_FR", "ja": "ja_JP", "ko": "ko_KR"}


def render(template: str, *, lang: str, fallback: str, **values: Any) -> bytes:
    """Return the template (``tour/page.html.j2``) filled in for the language ``lang``, as UTF-8."""
    page = _environment(assets.home()[1]).get_template(template)
    return page.render(lang=lang, fallback=fallback, **values).encode()


@functools.cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "text": _text_filter,
        "plain": _plain_filter,
        "paragraphs": _paragraphs_filter,
        "rich": _rich_filter,
        "date": _date_filter,
        "number": _number_filter,
        "moment": _moment_filter,
        "size": _size_filter,
        "json_block": json_block,
        "language_name": language_name,
    }
    environment.globals |= {"say": _say, "say_plain": _say_plain, "direction": direction}
    return environment


# Texts of the documents


def choose(text: Mapping[str, str] | None, lang: str, fallback: str) -> tuple[str, str]:
    """Return a text and the language it is in: ``lang``, else ``fallback``, else the first there is, else ``""``."""
    if not text:
        return "", lang
    found = next((code for code in (lang, fallback) if text.get(code)), next(iter(text)))
    return str(clean(text[found])), found


def marked(text: str, written_in: str, lang: str) -> Markup:
    """Return ``text`` escaped, with its language where that is not the page's."""
    if written_in == lang or not text:
        return escape(text)
    return Markup('<span lang="{}"{}>{}</span>').format(written_in, _dir_attribute(written_in, lang), text)


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: what stands between empty lines."""
    return [p.strip() for p in re.split(r"\n\s*\n", text) if p.strip()]


@pass_context
def _text_filter(context: Context, value: Mapping[str, str] | None) -> Markup:
    text, written_in = choose(value, context["lang"], context["fallback"])
    return marked(text, written_in, context["lang"])


@pass_context
def _plain_filter(context: Context, value: Mapping[str, str] | None) -> str:
    return choose(value, context["lang"], context["fallback"])[0]


@pass_context
def _paragraphs_filter(context: Context, value: Mapping[str, str] | None) -> Markup:
    text, attributes = _attributed(context, value)
    lines = [
        Markup("<p{}>{}</p>").format(attributes, Markup("<br>").join(paragraph.splitlines()))
        for paragraph in split_paragraphs(text)
    ]
    return Markup("\n").join(lines)


@pass_context
def _rich_filter(context: Context, value: Mapping[str, str] | None) -> Markup:
    return rich(*_attributed(context, value))


def _attributed(context: Context, value: Mapping[str, str] | None) -> tuple[str, Markup]:
    """Return a text and the attributes that say its language where that is not the page's."""
    lang = context["lang"]
    text, written_in = choose(value, lang, context["fallback"])
    attributes = Markup() if written_in == lang else Markup(' lang="{}"').format(written_in)
    return text, attributes + _dir_attribute(written_in, lang)


def rich(text: str, attributes: str = "") -> Markup:
    """Return a text with Markdown in it (``ispace.model.prose``) as HTML, each block with the attributes."""
    shown = []
    for block in prose.blocks(text):
        items = [_inline(item) for item in block.items]
        if block.kind == "p":
            shown.append(Markup("<p{}>{}</p>").format(attributes, items[0]))
            continue
        inside = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
        shown.append(Markup('<{0} class="prose"{1}>{2}</{0}>').format(block.kind, attributes, inside))
    return Markup("\n").join(shown)


_TAGS = {
    "strong_open": Markup("<strong>"),
    "strong_close": Markup("</strong>"),
    "em_open": Markup("<em>"),
    "em_close": Markup("</em>"),
    "link_close": Markup("</a>"),
    "softbreak": Markup("<br>"),
    "hardbreak": Markup("<br>"),
}


def _inline(line: str) -> Markup:
    parts = [
        Markup('<a class="text-link" href="{}" rel="noopener external">').format(token.attrs["href"])
        if token.type == "link_open"
        else _TAGS.get(token.type, escape(token.content))
        for token in prose.tokens(line)
    ]
    return Markup().join(parts)


# Words of the page


def words_language(lang: str) -> str:
    """Return the language in which a page in ``lang`` speaks: its own where there is a file, else English."""
    known = language.available()
    return next((code for code in (lang, lang.split("-", 1)[0], "en") if code in known), language.DEFAULT)


def say(code: str, lang: str, **params: object) -> str:
    """Return the words ``code`` for a page in ``lang``; the code's first part names the section (``page.skip``).

    Where a language has other words for one thing than for many, ``<code>-one`` is taken for ``count`` = 1.
    """
    return _said(code, lang, params)[0]


def _said(code: str, lang: str, params: Mapping[str, object]) -> tuple[str, str]:
    """Return the words ``code`` and the language they are in."""
    section, _, name = code.partition(".")
    asked = words_language(lang)
    if params.get("count") == 1 and f"{name}-one" in language.texts(asked).get(section, {}):
        name = f"{name}-one"
    return language.say(section, name, asked, **params), language.spoken(section, name, asked)


@pass_context
def _say(context: Context, code: str, **params: object) -> Markup:
    lang = context["lang"]
    text, spoken = _said(code, lang, params)
    # A page in zh-Hant that speaks from the file zh is not in another language.
    return marked(text, lang if spoken == lang.split("-", 1)[0] else spoken, lang)


@pass_context
def _say_plain(context: Context, code: str, **params: object) -> str:
    return say(code, context["lang"], **params)


# Dates, numbers, names


def date(value: dt.date | str, lang: str) -> str:
    """Return a day as people of ``lang`` write it: ``15/03/2028`` in Vietnamese, ``15 March 2028`` in English."""
    day = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return language.date(day, words_language(lang))


def month(value: dt.date, lang: str) -> str:
    """Return a month as people of ``lang`` write it: ``7/2025`` in Vietnamese, ``July 2025`` in English."""
    return language.month(value, words_language(lang))


@pass_context
def _date_filter(context: Context, value: dt.date | str) -> str:
    return date(value, context["lang"])


@pass_context
def _number_filter(context: Context, value: float) -> str:
    return language.number(value, words_language(context["lang"]))


OFFICE_HOURS = dt.timezone(dt.timedelta(hours=7))
"""Vietnam's time, which has no summer time: the editors' own clocks."""


def moment(value: dt.datetime, lang: str) -> str:
    """Return a point in time on the editors' clocks, to the minute: ``10:32, 15/03/2028``."""
    there = value.astimezone(OFFICE_HOURS)
    return f"{there:%H:%M}, {date(there.date(), lang)}"


def size(size_bytes: int, lang: str) -> str:
    """Return an amount of data as people say it: ``840 kB``, ``12,4 MB``; it never breaks."""
    unit, name = next((u, n) for u, n in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")) if size_bytes >= u or u == 1)
    amount = size_bytes / unit
    shown = round(amount, 1) if amount < 100 and unit >= 1e6 else round(amount)
    return f"{language.number(shown, words_language(lang))}\N{NO-BREAK SPACE}{name}"


@pass_context
def _moment_filter(context: Context, value: dt.datetime) -> str:
    return moment(value, context["lang"])


@pass_context
def _size_filter(context: Context, value: int) -> str:
    return size(value, context["lang"])


def language_name(lang: str) -> str:
    """Return what a language calls itself, its code where that is not known here."""
    primary = lang.split("-", 1)[0]
    return _own(lang, "name") or _own(primary, "name") or _OWN_NAMES.get(lang) or _OWN_NAMES.get(primary) or lang


def locale(lang: str) -> str:
    """Return a language as Open Graph wants it: ``vi_VN``."""
    return _own(lang, "locale") or _LOCALES.get(lang, lang.replace("-", "_"))


def direction(lang: str) -> str:
    """Return in which direction a language is written: ``ltr`` or ``rtl``."""
    primary = lang.split("-", 1)[0]
    return _own(lang, "direction") or _own(primary, "direction") or ("rtl" if primary in _RIGHT_TO_LEFT else "ltr")


def _own(lang: str, name: str) -> str | None:
    """Return what a language's file says of the language itself, ``None`` without a file."""
    return language.texts(lang).get("language", {}).get(name)


def _dir_attribute(written_in: str, lang: str) -> Markup:
    way = direction(written_in)
    return Markup() if way == direction(lang) else Markup(' dir="{}"').format(way)


def json_block(value: object) -> Markup:
    """Return JSON for a ``<script>`` data block: no ``<``, so that no content can end the block or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 (what HTML reads as markup was replaced)
