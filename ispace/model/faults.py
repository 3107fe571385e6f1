"""What pydantic found, as problems that an editor understands: scene, part, field, and a sentence by code."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from ispace import language
from ispace.model import hotspots as _hotspots
from ispace.model.problem import Problem, short
from ispace.model.text import clean
from ispace.model.tour import Tour

_CODES = {
    "missing": "THIEU",
    "extra_forbidden": "THUA",
    "greater_than": "NGOAI-KHOANG",
    "greater_than_equal": "NGOAI-KHOANG",
    "less_than": "NGOAI-KHOANG",
    "less_than_equal": "NGOAI-KHOANG",
    "finite_number": "NGOAI-KHOANG",
    "string_too_long": "QUA-DAI",
    "too_long": "QUA-DAI",
    "string_too_short": "QUA-NGAN",
    "too_short": "QUA-NGAN",
    "literal_error": "KHONG-HIEU",
    "union_tag_invalid": "KHONG-HIEU",
    "union_tag_not_found": "THIEU",
    "date_from_datetime_parsing": "NGAY-SAI",
    "date_parsing": "NGAY-SAI",
    "date_type": "NGAY-SAI",
    "day_form": "NGAY-SAI",
    "date_from_datetime_inexact": "NGAY-SAI",
    "path_outside": "DUONG-DAN",
    "url_scheme": "DIA-CHI",
    "limits_order": "GIOI-HAN",
    "limits_turn": "GIOI-HAN-VONG",
    "dates_order": "NGAY-NGUOC",
    "alt_missing": "THIEU-ALT",
    "id_reserved": "MA-DANH-RIENG",
    "corners_order": "GOC-HINH",
}
_ID_PATTERN = "^[a-z0-9]+(-"
MOST_HINTS = 50
"""Beyond so many, a hint for each would take longer than anybody reads."""
_LONGEST_WORD = 100
"""Nobody mistypes a longer word, and comparing words takes time that grows with their length."""


def problems_of(error: ValidationError, raw: dict[str, Any]) -> list[Problem]:
    """Return one problem for each fault that pydantic reports in the raw document."""
    problems: list[Problem] = []
    hints = 0
    for fault in error.errors(include_url=False):
        problems.append(_problem(fault, raw, with_hint=hints < MOST_HINTS))
        hints += problems[-1].code == "THUA"
    return problems


def sentence_of(fault: Any, lang: str) -> str:
    """Return what a fault is, without its place, as a sentence."""
    told = _problem(fault, {}, with_hint=False)
    text = language.say("problems", told.code, lang, **told.params)
    return text[:1].upper() + text[1:] + "."


def _problem(fault: Any, raw: dict[str, Any], *, with_hint: bool) -> Problem:
    kind = fault["type"]
    loc = in_the_document(fault["loc"], kind)
    ctx = fault.get("ctx", {})
    code = _CODES.get(kind, "SAI-KIEU")
    params: dict[str, object] = {"value": short(fault.get("input")), "hint": ""}
    if code == "NGOAI-KHOANG":
        params["bound"] = ", ".join(f"{sign} {ctx[name]:g}" for name, sign in _BOUNDS if name in ctx)
    elif code == "QUA-NGAN" and ctx.get("field_type") == "Dictionary":
        # A text in no language: what is missing has a name that an editor knows.
        code = "TOUR-GIOI-THIEU" if loc == ("description",) else "CHUA-VIET"
    elif code in {"QUA-DAI", "QUA-NGAN"}:
        params["bound"] = next((ctx[n] for n in ("max_length", "min_length") if n in ctx), "")
    elif code == "KHONG-HIEU":
        params["expected"] = (
            str(ctx.get("expected") or ctx.get("expected_tags", "")).replace("'", "").replace(" or ", ", ")
        )
        if kind == "union_tag_invalid":
            params["value"], loc = ctx.get("tag"), (*loc, "kind")
    elif kind == "union_tag_not_found":
        loc = (*loc, "kind")
    elif kind == "string_pattern_mismatch":
        code = "MA-SAI" if str(ctx.get("pattern", "")).startswith(_ID_PATTERN) else "DANG-SAI"
    elif code == "THUA":
        params["hint"] = hint(str(loc[-1]), _known_fields(loc, raw)) if with_hint else ""
    elif code == "SAI-KIEU" and isinstance(fault.get("input"), str):
        params["value"] = f"“{short(fault['input'])}”"  # in marks, or “12” would look like a number
    else:
        params.update({name: short(v) if isinstance(v, str) else v for name, v in ctx.items()})
    scene, part = _owners(loc, raw)
    return Problem(code=code, field=path(loc), scene=scene, part=part, params=params)


_BOUNDS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def path(loc: Sequence[int | str]) -> str:
    """Return a location as people write it: ``scenes[2].hotspots[0].target``."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{short(step)}" if text else short(step)
    return text


def hint(word: str, known: Sequence[str]) -> str:
    """Return `` (→ x?)`` with the known word that is most like ``word``, else nothing."""
    if len(word) > _LONGEST_WORD:
        return ""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (→ {short(near[0])}?)" if near else ""


def in_the_document(loc: Sequence[int | str], kind: str) -> tuple[int | str, ...]:
    """Drop the steps that are pydantic's own: a hotspot's union tag, the word for a dictionary's key."""
    if loc[-1:] == ("[key]",) and kind != "extra_forbidden":
        loc = loc[:-1]
    return tuple(
        step
        for index, step in enumerate(loc)
        if not (index >= 2 and loc[index - 2] == "hotspots" and isinstance(loc[index - 1], int))
    )


def _owners(loc: Sequence[int | str], raw: Any) -> tuple[str | None, str | None]:
    """Return the ids of the scene and of the innermost other named thing on the way to ``loc``."""
    scene = part = None
    at = raw
    for depth, step in enumerate(loc):
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, int) and isinstance(at, dict) and isinstance(at.get("id"), str):
            if loc[depth - 1] == "scenes":
                scene = str(clean(at["id"]))
            else:
                part = str(clean(at["id"]))
    return scene, part


def _known_fields(loc: Sequence[int | str], raw: Any) -> list[str]:
    """Return the fields that the format has where ``loc`` has an unknown one."""
    by_kind = {m.model_fields["kind"].annotation.__args__[0]: m for m in _HOTSPOTS}  # type: ignore[union-attr]
    model: type[BaseModel] | None = Tour
    at = raw
    for step in loc[:-1]:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return []
        if isinstance(step, str) and model is not None and step in model.model_fields:
            model = _inner(model.model_fields[step].annotation)
        if isinstance(at, dict) and isinstance(at.get("kind"), str) and "hotspots" in loc:
            model = by_kind.get(at["kind"], model)
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


_HOTSPOTS: tuple[type[BaseModel], ...] = (
    _hotspots.LinkHotspot,
    _hotspots.CardHotspot,
    _hotspots.UrlHotspot,
    _hotspots.DirectionsHotspot,
    _hotspots.PhoneHotspot,
    _hotspots.ProductHotspot,
    _hotspots.SoundHotspot,
    _hotspots.LayerHotspot,
    _hotspots.AreaHotspot,
)


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside ``list[Model]`` or ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner(inner)
        if found:
            return found
    return None
