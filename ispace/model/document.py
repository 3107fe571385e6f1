"""From the bytes of ``tour.json`` to a checked ``Tour``, or to every problem at once."""

from __future__ import annotations

import codecs
import dataclasses
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ispace.errors import (
    DocumentInvalidError,
    DocumentTooLargeError,
    DocumentUnreadableError,
    DocumentVersionError,
    FileUnreadableError,
    SourceMissingError,
)
from ispace.model import faults, migrate, references
from ispace.model.problem import Problem, short
from ispace.model.tour import VERSION, Tour

MAX_BYTES = 20_000_000
"""A tour of 300 scenes with 5,000 hotspots is about 3 MB; more than this is no tour."""
_DEEPEST = 40
"""How deep brackets may stand in one another; the format needs ten, and what is much deeper exhausts the stack."""


def parse(data: bytes, file: str = "tour.json") -> Tour:
    """Return the tour that ``data`` describes, brought to the current version of the format.

    Raises:
        DocumentUnreadableError: not JSON in UTF-8; carries line and column.
        DocumentTooLargeError: more than ``MAX_BYTES``.
        DocumentVersionError: written by a newer iSpace.
        DocumentInvalidError: carries a ``Problem`` for every place that is wrong.
    """
    raw, twice = _read_json(data, file)
    version = migrate.version_of(raw)
    if version is not None and version > VERSION:
        raise DocumentVersionError(file=file, version=version, known=VERSION)
    problems = _doubled(raw, twice)
    read = inspect(raw)
    problems += read.problems
    if problems or read.error is not None or read.tour is None:
        raise DocumentInvalidError(file=file, problems=list(_unique(problems)))
    return read.tour


@dataclasses.dataclass(frozen=True)
class Read:
    """A document that was looked at: the tour where it is one, else what pydantic found; and all problems."""

    raw: dict[str, Any]
    tour: Tour | None
    error: ValidationError | None
    problems: list[Problem]


def inspect(raw: dict[str, Any]) -> Read:
    """Look at a document that may be a draft; nothing is raised."""
    raw = migrate.upgrade(raw)
    try:
        return Read(raw, Tour.model_validate(raw), None, references.check(raw))
    except ValidationError as error:
        problems = [*faults.problems_of(error, raw), *references.check(raw)]
        return Read(raw, None, error, list(_unique(problems)))


def load(path: Path) -> Tour:
    """Return the tour in the file ``path``; raises as ``parse``, and ``SourceMissingError`` where it cannot be read."""
    name = path.name if path.parent == Path() else f"{path.parent.name}/{path.name}"
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceMissingError(file=name) from error
    except OSError as error:
        raise FileUnreadableError(file=name, reason=error.strerror or str(error)) from error
    return parse(data, file=name)


def dump(tour: Tour) -> bytes:
    """Return ``tour`` as the bytes of a ``tour.json``: UTF-8, two spaces, what is not said is left out."""
    content = tour.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=False)
    return (json.dumps(_without_empty(content), ensure_ascii=False, indent=2) + "\n").encode()


_Twice = list[tuple[dict[str, Any], str]]


def _read_json(data: bytes, file: str) -> tuple[dict[str, Any], _Twice]:
    """Return the document, and the fields that one of its objects has twice."""
    if len(data) > MAX_BYTES:
        raise DocumentTooLargeError(file=file, megabytes=len(data) // 1_000_000, max_megabytes=MAX_BYTES // 1_000_000)
    text, at = "", 0
    twice: _Twice = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            twice.extend((made, name) for name, count in Counter(name for name, _ in found).items() if count > 1)
        return made

    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
        raw = json.loads(text, parse_constant=_no_constant, object_pairs_hook=pairs)
        if isinstance(raw, dict) and _depth(raw) <= _DEEPEST:
            return raw, twice
        at = _odd_place(text)
    except json.JSONDecodeError as error:
        at = error.pos
    except UnicodeDecodeError as error:
        text = error.object[: error.start].decode()
        at = len(text)
    except (ValueError, RecursionError):  # NaN, a number of thousands of digits, brackets without end
        at = _odd_place(text)
    line_start = text.rfind("\n", 0, at) + 1
    raise DocumentUnreadableError(file=file, line=text.count("\n", 0, at) + 1, column=at - line_start + 1) from None


def _no_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON, and no angle either


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|-?(?:NaN|Infinity)|[0-9]{400,}', re.DOTALL)


def _odd_place(text: str) -> int:
    """Return where JSON that parses nevertheless cannot be a document: no number, or a bracket too deep."""
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        depth += (sign in "[{") - (sign in "]}")
        if depth > _DEEPEST or sign not in '"[{]}':
            return token.start()
    return 0


def _depth(value: Any) -> int:
    """Return how deep dictionaries and lists stand in one another, without recursion; stops where it is too deep."""
    depth, layer = 0, [value]
    while layer and depth <= _DEEPEST:
        depth += 1
        layer = [
            inner
            for outer in layer
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return depth


def _doubled(raw: dict[str, Any], twice: _Twice) -> list[Problem]:
    """Return a problem for each field that stands twice in one object: JSON would silently keep the last."""
    if not twice:
        return []
    places: dict[int, tuple[int | str, ...]] = {id(raw): ()}
    layer: list[dict[str, Any] | list[Any]] = [raw]
    while layer:
        outer = layer.pop()
        for step, inner in outer.items() if isinstance(outer, dict) else enumerate(outer):
            if isinstance(inner, dict | list):
                places[id(inner)] = (*places[id(outer)], step)
                layer.append(inner)
    found = [((*places[id(owner)], name), name) for owner, name in twice if id(owner) in places]
    return [Problem("TRUNG-TRUONG", field=faults.path(loc), params={"value": short(name)}) for loc, name in found]


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_empty(v) for k, v in value.items() if v not in ({}, [])}
    return [_without_empty(v) for v in value] if isinstance(value, list) else value


def _unique(problems: list[Problem]) -> list[Problem]:
    """Drop what pydantic and the reference check both found at one place."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for problem in problems:
        if (problem.code, problem.field) not in seen:
            seen.add((problem.code, problem.field))
            kept.append(problem)
    return kept
