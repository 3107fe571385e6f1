"""Does everything that a tour document names exist in it, once?

Works on the raw JSON, so that broken references are reported together with all other faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypedDict

from ispace.model.faults import MOST_HINTS, hint, path
from ispace.model.problem import Problem, short
from ispace.model.text import clean

Raw = dict[str, Any]
_LISTS = ("scenes", "places", "products", "media", "floors")
_MEDIA_KINDS = ("image", "audio", "video")
_SHOWS = {"sound": ("audio",), "layer": ("image", "video")}
"""The kinds of media that a hotspot of a kind can show as its one ``medium``."""


class _Owner(TypedDict):
    scene: str | None
    part: str | None


def check(raw: Raw) -> list[Problem]:
    """Return a problem for each id used twice or pointing nowhere, and for links that lead back to their scene."""
    ids = {name: [found for _, item in _items(raw.get(name)) if (found := _name(item))] for name in _LISTS}
    kinds = {name: item.get("kind") for _, item in _items(raw.get("media")) if (name := _name(item))}
    problems = [p for name in _LISTS for p in _doubles(raw.get(name), (name,))]
    problems += _languages(raw)
    for name, value, where in (("scenes", raw.get("start"), ("start",)), ("places", raw.get("place"), ("place",))):
        problems += _dangling(ids, name, value, where)
    skin = raw.get("skin")
    if isinstance(skin, dict):
        problems += _dangling(ids, "media", skin.get("logo"), ("skin", "logo"))
    guide = raw.get("guide")
    for n, scene in enumerate(_list(guide.get("scenes")) if isinstance(guide, dict) else []):
        problems += _dangling(ids, "scenes", scene, ("guide", "scenes", n))
    for index, floor in _items(raw.get("floors")):
        plan = floor.get("plan")
        if isinstance(plan, dict):
            problems += _dangling(ids, "media", plan.get("medium"), ("floors", index, "plan", "medium"))
    for index, medium in _items(raw.get("media")):
        here = ("media", index, "poster")
        problems += _dangling(ids, "media", medium.get("poster"), here, part=_name(medium))
        problems += _unfit(kinds, ("image",), medium.get("poster"), here, part=_name(medium))
    for index, product in _items(raw.get("products")):
        for n, medium in enumerate(_list(product.get("media"))):
            problems += _dangling(ids, "media", medium, ("products", index, "media", n), part=_name(product))
    for index, scene in _items(raw.get("scenes")):
        problems += _scene(scene, ("scenes", index), ids, kinds)
    for problem in [p for p in problems if p.code == "KHONG-TRO-DEN"][:MOST_HINTS]:
        problem.params["hint"] = hint(str(problem.params["value"]), ids[str(problem.params["list"])])
    return problems


def _scene(
    scene: Raw, loc: tuple[int | str, ...], ids: dict[str, list[str]], kinds: dict[str, object]
) -> list[Problem]:
    scene_id = _name(scene)
    problems = _dangling(ids, "places", scene.get("place"), (*loc, "place"), scene=scene_id)
    problems += _dangling(ids, "floors", scene.get("floor"), (*loc, "floor"), scene=scene_id)
    narration = scene.get("narration")
    for lang, medium in narration.items() if isinstance(narration, dict) else []:
        problems += _dangling(ids, "media", medium, (*loc, "narration", lang), scene=scene_id)
        problems += _unfit(kinds, ("audio",), medium, (*loc, "narration", lang), scene=scene_id)
    problems += _doubles(scene.get("hotspots"), (*loc, "hotspots"), scene=scene_id)
    for index, spot in _items(scene.get("hotspots")):
        here = (*loc, "hotspots", index)
        owner: _Owner = {"scene": scene_id, "part": _name(spot)}
        target = spot.get("target")
        problems += _dangling(ids, "scenes", target, (*here, "target"), **owner)
        if isinstance(target, str) and clean(target) == scene_id:
            problems.append(Problem("TU-NOI", field=path((*here, "target")), **owner))
        problems += _dangling(ids, "products", spot.get("product"), (*here, "product"), **owner)
        problems += _dangling(ids, "media", spot.get("medium"), (*here, "medium"), **owner)
        problems += _unfit(kinds, _SHOWS.get(str(spot.get("kind"))), spot.get("medium"), (*here, "medium"), **owner)
        for n, medium in enumerate(_list(spot.get("media"))):
            problems += _dangling(ids, "media", medium, (*here, "media", n), **owner)
    return problems


def _dangling(
    ids: dict[str, list[str]],
    name: str,
    value: object,
    loc: tuple[int | str, ...],
    *,
    scene: str | None = None,
    part: str | None = None,
) -> list[Problem]:
    if not isinstance(value, str) or clean(value) in ids[name]:
        return []
    params: dict[str, object] = {"value": short(value), "list": name, "hint": ""}
    return [Problem("KHONG-TRO-DEN", field=path(loc), scene=scene, part=part, params=params)]


def _unfit(
    kinds: dict[str, object],
    wanted: tuple[str, ...] | None,
    value: object,
    loc: tuple[int | str, ...],
    *,
    scene: str | None = None,
    part: str | None = None,
) -> list[Problem]:
    """Return a problem where a medium exists but is of another kind than its place can show."""
    kind = kinds.get(str(clean(value))) if isinstance(value, str) else None
    if wanted is None or kind not in _MEDIA_KINDS or kind in wanted:
        return []
    params: dict[str, object] = {"value": short(value), "kind": kind, "wanted": ", ".join(wanted)}
    return [Problem("SAI-LOAI", field=path(loc), scene=scene, part=part, params=params)]


def _doubles(items: object, loc: tuple[int | str, ...], scene: str | None = None) -> list[Problem]:
    counts = Counter(_name(i) for _, i in _items(items))
    seen: set[str] = set()
    problems = []
    for index, item in _items(items):
        name = _name(item)
        if name is not None and counts[name] > 1:
            if name in seen:
                owner = scene if scene is not None or loc[-1] != "scenes" else name
                problems.append(
                    Problem(
                        "TRUNG-MA",
                        field=path((*loc, index, "id")),
                        scene=owner,
                        part=name,
                        params={"value": short(name)},
                    )
                )
            seen.add(name)
    return problems


def _languages(raw: Raw) -> list[Problem]:
    counts = Counter(short(v) for v in _list(raw.get("languages")) if isinstance(v, str))
    return [Problem("TRUNG-NGON-NGU", field="languages", params={"value": v}) for v, n in counts.items() if n > 1]


def _name(item: Raw) -> str | None:
    """Return the id of an item, trimmed as pydantic trims it; ``None`` where it has none."""
    name = item.get("id")
    return str(clean(name)) if isinstance(name, str) else None


def _items(value: object) -> Iterator[tuple[int, Raw]]:
    return ((n, v) for n, v in enumerate(_list(value)) if isinstance(v, dict))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
