"""Every sentence that iSpace says, by section, code and language, and how each language writes numbers and dates.

``texts/<language>.toml`` holds one table per section; a language is added by adding a file. What a language lacks is
said in Vietnamese, so that no code is ever shown bare.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import re
import string
import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from ispace.errors import IspaceError

DEFAULT = "vi"


def folder() -> Traversable:
    """Return where the files of the languages lie."""
    return resources.files("ispace") / "texts"


@functools.cache
def texts(lang: str) -> dict[str, dict[str, str]]:
    """Return all sections of a language; ``{}`` for a language that has no file."""
    file = folder() / f"{lang}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


@functools.cache
def available() -> tuple[str, ...]:
    """Return the languages that have a file, Vietnamese first."""
    names = sorted(f.name.removesuffix(".toml") for f in folder().iterdir() if f.name.endswith(".toml"))
    return (DEFAULT, *(n for n in names if n != DEFAULT))


class _Lenient(string.Formatter):
    """Formats ``{name}``; a parameter that is missing stays visible instead of hiding the whole sentence."""

    def get_value(self, key: int | str, args: object, kwargs: object) -> object:  # noqa: ARG002
        return kwargs.get(str(key), "{" + str(key) + "}") if isinstance(kwargs, dict) else ""


_FORMATTER = _Lenient()


def say(section: str, code: str, lang: str, **params: object) -> str:
    """Return the sentence ``code`` of ``section`` in ``lang`` with its parameters filled in.

    A parameter that is a mapping holds what it says by language.
    """
    template = texts(spoken(section, code, lang)).get(section, {}).get(code) or code
    if "{" not in template and "}" not in template:  # most words of a page, a hundred times on each
        return template
    shown = {name: _shown(value, lang) for name, value in params.items()}
    return _FORMATTER.vformat(template, (), shown)


def spoken(section: str, code: str, lang: str) -> str:
    """Return the language in which ``say`` says a sentence: ``lang`` where its file has it, else Vietnamese."""
    return lang if texts(lang).get(section, {}).get(code) else DEFAULT


def _shown(value: object, lang: str) -> object:
    if isinstance(value, Mapping):
        return value.get(lang, value.get(DEFAULT))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return number(value, lang)


def number(value: float, lang: str) -> str:
    """Return a number as people of ``lang`` write it: ``1.234,5`` in Vietnamese, ``1,234.5`` in English."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return text.translate({ord(","): _form(lang, "thousands"), ord("."): _form(lang, "decimal")})


def date(day: dt.date, lang: str) -> str:
    """Return a day as people of ``lang`` write it: ``15/03/2028`` in Vietnamese, ``15 March 2028`` in English."""
    return _dated(day, lang, "date")


def month(day: dt.date, lang: str) -> str:
    """Return a month as people of ``lang`` write it: ``7/2025`` in Vietnamese, ``July 2025`` in English."""
    return _dated(day, lang, "month")


_DATE_FIELDS = re.compile(r"'([^']*)'|d{1,2}|M{1,2}(?!M)|MMMM|yyyy")


def _dated(day: dt.date, lang: str, form: str) -> str:
    """Return a day in a pattern of Unicode's CLDR: ``d dd M MM MMMM yyyy``, other letters between apostrophes."""
    months = [name.strip() for name in _form(lang, "months").split(",")]
    values = {"d": f"{day.day}", "dd": f"{day:%d}", "M": f"{day.month}", "MM": f"{day:%m}", "yyyy": f"{day.year:04}"}
    values["MMMM"] = months[day.month - 1]
    return _DATE_FIELDS.sub(lambda found: values.get(found[0], found[1] or ""), _form(lang, form))


def _form(lang: str, name: str) -> str:
    """Return what a language's file says of the language itself, Vietnamese where it does not."""
    return texts(spoken("language", name, lang))["language"][name]


def error_sentence(error: IspaceError, lang: str) -> str:
    """Return what happened, to which file, and what to do, with the code for the telephone at the end."""
    text = say("errors", error.code, lang, **error.params)
    if text == error.code:  # a base class, or a class whose sentence is missing: the class still says something
        text = say("errors", "LOI", lang, **error.params)
    return f"{text} ({error.code})"


def in_every_language(error: IspaceError) -> dict[str, str]:
    """Return what an error says by language, to be a parameter of another sentence."""
    return {lang: error_sentence(error, lang) for lang in available()}


def of_user() -> str:
    """Return the language of this terminal: ``ISPACE_LANGUAGE``, else that of the locale, else Vietnamese."""
    chosen = os.environ.get("ISPACE_LANGUAGE")
    if chosen:
        return chosen if chosen in available() else DEFAULT
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    prefix = locale.split("_")[0].split("-")[0].lower()
    return prefix if prefix in available() else DEFAULT
