"""What can be read of a draft that is no tour yet: its faulty parts are left out, what it lacks is filled in.

The gate then tells of the rest what it would tell of a whole tour; the faults themselves are told by ``faults``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from ispace.model import faults
from ispace.model.tour import VERSION, Tour

_ROUNDS = 12
"""A part that lacks something is left out in the round after, so faults climb at most as high as the format is deep."""

NO_FILE = "-"
"""Stands for the file of a picture that nobody has chosen."""

_Loc = tuple[int | str, ...]


@dataclasses.dataclass(frozen=True)
class Salvaged:
    """A tour made of what could be read."""

    tour: Tour
    _kept: dict[str, Any]
    _numbers: dict[int, list[int]]

    def field(self, found: str) -> str:
        """Return a place in the tour as the place in the draft: items that were left out are counted there."""
        at: Any = self._kept
        loc: list[int | str] = []
        for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", found):
            step: int | str = int(number) if number else name
            numbers = self._numbers.get(id(at)) if isinstance(step, int) else None
            loc.append(numbers[int(number)] if numbers is not None else step)
            try:
                at = at[step]
            except (KeyError, IndexError, TypeError):
                at = None
        return faults.path(loc)


def salvage(raw: dict[str, Any], error: ValidationError) -> Salvaged | None:
    """Return what can be read of ``raw``, in which ``error`` was found; ``None`` where there is no scene, or little."""
    kept = _copy(raw)
    numbers: dict[int, list[int]] = {}
    for _ in range(_ROUNDS):
        languages = kept.get("languages")
        spoken = [x for x in languages if isinstance(x, str)] if isinstance(languages, list) else []
        text = dict.fromkeys(spoken or ["vi"], "…")
        gone = set()
        for fault in error.errors(include_url=False, include_context=False):
            loc = faults.in_the_document(fault["loc"], fault["type"])
            if fault["type"] == "alt_missing":
                _at(kept, loc)["alt"] = text
            elif not _fill(kept, loc, text):
                # Without what it lacks a part is none; what is wrong in it may do without.
                gone.add(loc[:-1] if fault["type"] in {"missing", "union_tag_not_found"} else loc)
        if () in gone:
            return None
        _leave_out(kept, gone, numbers)
        try:
            return Salvaged(Tour.model_validate(kept), kept, numbers)
        except ValidationError as next_error:
            error = next_error
    return None


def _fill(kept: dict[str, Any], loc: _Loc, text: dict[str, str]) -> bool:
    """Put something harmless where a required field is missing or wrong; say whether there is such a thing."""
    value: Any
    match loc:
        case ("version",):
            value = VERSION
        case ("id",):
            value = "tour"
        case ("scenes", int(), "panorama"):
            value = {"file": NO_FILE}
        case (*_, "file"):
            value = NO_FILE
        case (*_, "title" | "description"):
            value = dict(text)
        case ("scenes" | "media", int(number), "id"):
            value = f"thieu-ma-{number}"
        case _:
            return False
    _at(kept, loc[:-1])[loc[-1]] = value
    return True


def _leave_out(kept: dict[str, Any], gone: Iterable[_Loc], numbers: dict[int, list[int]]) -> None:
    done: set[_Loc] = set()
    for loc in sorted(gone, key=len):
        if any(loc[:depth] in done for depth in range(len(loc))):
            continue
        done.add(loc)
    # From the end, so that the numbers of those before stay what they are.
    for loc in sorted(done, key=_ordered, reverse=True):
        outer, step = _at(kept, loc[:-1]), loc[-1]
        if isinstance(outer, list) and isinstance(step, int):
            del numbers.setdefault(id(outer), list(range(len(outer))))[step]
        if outer is not None:
            del outer[step]


def _ordered(loc: _Loc) -> list[tuple[int, int, str]]:
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in loc]


def _at(value: Any, loc: Sequence[int | str]) -> Any:
    for step in loc:
        value = value[step]
    return value


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
