"""The forms of the libraries: a document as fields and back; what a form does not show of a document stays in it.

A field's name is the way to its value, ``names.0.name.vi``, as a fault's place is, so that each fault finds its field.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ispace import libraries
from ispace.libraries import Library
from ispace.model.faults import sentence_of
from ispace.web.studio.form import Form
from ispace.web.studio.visit import Visit

_LANGUAGES = ("vi", "en")


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}.{lang}" for name in names for lang in _LANGUAGES)


@dataclasses.dataclass(frozen=True)
class Rows:
    """A part of a form that comes several times: a row whose ``main`` fields are all empty is none."""

    field: str
    columns: tuple[str, ...]
    main: tuple[str, ...]


FIELDS: dict[Library, tuple[str, ...]] = {
    "places": ("position.lat", "position.lon"),
    "products": (
        *_both("name", "summary", "issuer", "maker.name", "maker.address"),
        *("group", "stars", "decision", "issued_on", "expires_on", "maker.phone", "consent.given_on", "consent.by"),
        "sample",
    ),
    "media": (*_both("alt", "transcript"), "credit", "licence"),
}
ROWS: dict[Library, Rows | None] = {
    "places": Rows("names", (*_both("name"), "level", "code", "valid_from", "valid_to"), _both("name")),
    "products": Rows("links", ("kind", "url", *_both("title")), ("url",)),
    "media": None,
}
_NUMBERS = {"stars", "position.lat", "position.lon"}
_TICKS = {"sample"}
_MOST_ROWS = 40
_SPARE_ROWS = {"names": 2, "links": 1}


def values(library: Library, document: Mapping[str, Any]) -> dict[str, str]:
    """Return a document as what the fields of its form hold."""
    held = {name: _told(_at(document, name)) for name in FIELDS[library]}
    rows = ROWS[library]
    if rows:
        for number, row in enumerate(document.get(rows.field) or []):
            held |= {f"{rows.field}.{number}.{name}": _told(_at(row, name)) for name in rows.columns}
    return held


def typed(library: Library, form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    rows = ROWS[library]
    names = list(FIELDS[library])
    if rows:
        names += [f"{rows.field}.{number}.{name}" for number in _numbers(form, rows) for name in rows.columns]
    return form.kept(*names)


def row_numbers(library: Library, held: Mapping[str, str], more: int = 0) -> list[int]:
    """Return the numbers of the rows to show: those that are filled, and some to fill."""
    rows = ROWS[library]
    if rows is None:
        return []
    last = max((int(m[1]) for name in held if (m := re.match(rf"{rows.field}\.(\d+)\.", name))), default=-1)
    filled = max((n for n in range(last + 1) if any(held.get(f"{rows.field}.{n}.{c}") for c in rows.main)), default=-1)
    return list(range(min(max(filled + 1, 1) + (_SPARE_ROWS[rows.field] if more == 0 else more), _MOST_ROWS)))


def filled(library: Library, form: Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that a form makes of the one before."""
    document = copy.deepcopy(dict(before))
    for name in FIELDS[library]:
        _put(document, name, form[name])
    rows = ROWS[library]
    if rows:
        known = document.get(rows.field) or []
        made = []
        for number in _numbers(form, rows):
            here = {column: form[f"{rows.field}.{number}.{column}"] for column in rows.columns}
            if any(here[column] for column in rows.main):
                row = known[number] if number < len(known) else {}
                for column, text in here.items():
                    _put(row, column, text)
                made.append(row)
        document[rows.field] = made
    if library == "products":
        document["media"] = list(dict.fromkeys(form.all("media")))
        document.setdefault("maker", {})
    return document


def wrong(visit: Visit, library: Library, document: Mapping[str, Any]) -> dict[str, str]:
    """Return by field what is wrong with a document, in the visitor's language."""
    told: dict[str, str] = {}
    for fault in libraries.faults(library, dict(document)):
        told.setdefault(_field(library, fault), sentence_of(fault, visit.lang))
    return told


def _field(library: Library, fault: Mapping[str, Any]) -> str:
    steps = [str(step) for step in fault["loc"] if step != "[key]"]
    name = ".".join(steps)
    if fault["type"] == "alt_missing":
        name = "alt"
    elif fault["type"] == "dates_order":
        name = f"{name}.valid_to" if name else "expires_on"
    rows = ROWS[library]
    names = [*FIELDS[library], *(f"{rows.field}.N.{column}" for column in rows.columns)] if rows else FIELDS[library]
    if rows and name == rows.field:
        return f"{rows.field}.0.{rows.main[0]}"
    shape = re.sub(r"\.\d+\.", ".N.", name)
    if shape in names:
        return name
    return next((name + found[len(shape) :] for found in names if found.startswith(f"{shape}.")), name)


def _numbers(form: Form, rows: Rows) -> Iterator[int]:
    return (n for n in range(_MOST_ROWS) if any(form[f"{rows.field}.{n}.{column}"] for column in rows.columns))


def _at(document: Mapping[str, Any], name: str) -> Any:
    value: Any = document
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _told(value: Any) -> str:
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)


def _put(document: dict[str, Any], name: str, text: str) -> None:
    """Put what was typed in its place; what is empty is not there, and neither is what holds nothing then."""
    *way, last = name.split(".")
    at = document
    for step in way:
        if not text and not isinstance(at.get(step), dict):
            return
        if not isinstance(at.get(step), dict):
            at[step] = {}
        at = at[step]
    if not text:
        at.pop(last, None)
        if way and not at:
            _drop(document, way)
    elif name in _TICKS:
        at[last] = text == "yes"
    else:
        at[last] = _number(text) if name in _NUMBERS else text


def _drop(document: dict[str, Any], way: list[str]) -> None:
    at = document
    for step in way[:-1]:
        at = at[step]
    del at[way[-1]]


def _number(text: str) -> float | int | str:
    """Return a number as people write it, with a comma or a point; what is none stays what it is and is refused."""
    plain = text.replace(",", ".")
    try:
        return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else float(plain)
    except ValueError:
        return text
