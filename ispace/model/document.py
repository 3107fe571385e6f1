"""From the bytes of ``tour.json`` to a checked ``Tour``, or to every problem at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ispace.errors import DocumentInvalidError, DocumentUnreadableError, DocumentVersionError
from ispace.model import faults, migrate, references
from ispace.model.problem import Problem
from ispace.model.tour import VERSION, Tour

MAX_BYTES = 20_000_000
"""A tour of 300 scenes with 5,000 hotspots is about 3 MB; more than this is no tour."""


def parse(data: bytes, file: str = "tour.json") -> Tour:
    """Return the tour that ``data`` describes, brought to the current version of the format.

    Raises:
        DocumentUnreadableError: not JSON in UTF-8; carries line and column.
        DocumentVersionError: written by a newer iSpace.
        DocumentInvalidError: carries a ``Problem`` for every place that is wrong.
    """
    raw = _read_json(data, file)
    version = migrate.version_of(raw)
    if version is not None and version > VERSION:
        raise DocumentVersionError(file=file, version=version, known=VERSION)
    raw = migrate.upgrade(raw)
    problems: list[Problem] = []
    tour: Tour | None = None
    try:
        tour = Tour.model_validate(raw)
    except ValidationError as error:
        problems += faults.problems_of(error, raw)
    problems += references.check(raw)
    if problems or tour is None:
        raise DocumentInvalidError(file=file, problems=list(_unique(problems)))
    return tour


def load(path: Path) -> Tour:
    """Return the tour in the file ``path``; raises as ``parse``."""
    return parse(path.read_bytes(), file=path.name if path.parent == Path() else f"{path.parent.name}/{path.name}")


def dump(tour: Tour) -> bytes:
    """Return ``tour`` as the bytes of a ``tour.json``: UTF-8, two spaces, what is not said is left out."""
    content = tour.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=False)
    return (json.dumps(_without_empty(content), ensure_ascii=False, indent=2) + "\n").encode()


def _read_json(data: bytes, file: str) -> dict[str, Any]:
    try:
        if len(data) > MAX_BYTES:
            raise json.JSONDecodeError("too large", "", 0)
        raw = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentUnreadableError(file=file, line=error.lineno, column=error.colno) from error
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - before.rfind(b"\n")
        raise DocumentUnreadableError(file=file, line=before.count(b"\n") + 1, column=column) from error
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadableError(file=file, line=1, column=1) from error
    if not isinstance(raw, dict):
        raise DocumentUnreadableError(file=file, line=1, column=1)
    return raw


def _no_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON, and no angle either


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
