"""The publish gate: a composed tour → a list of problems, each with a code, a place and how to mend it.

Reads: the tour and what the imaging stages made. Writes: nothing. Errors stop a publish; warnings are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ispace.model.faults import path
from ispace.model.hotspots import AreaHotspot, DirectionsHotspot, Hotspot, LayerHotspot, LinkHotspot
from ispace.model.problem import Problem
from ispace.model.tour import Tour
from ispace.work import SceneWork

_SOON = dt.timedelta(days=90)
_CONTRAST = 4.5


def run(tour: Tour, scenes: Mapping[str, SceneWork], today: dt.date) -> list[Problem]:
    """Return everything that an editor should know before the tour is public."""
    return [
        *_translations(tour),
        *_narrations(tour),
        *_products(tour, today),
        *_media(tour),
        *_plans(tour),
        *_links(tour),
        *_directions(tour),
        *_outside(tour, scenes),
        *_page(tour),
    ]


def _translations(tour: Tour) -> Iterator[Problem]:
    wanted = tour.languages
    for loc, scene, part, text in _texts(tour, (), None, None):
        missing = [lang for lang in wanted if lang not in text]
        if missing:
            params: dict[str, object] = {"language": ", ".join(missing)}
            yield Problem("THIEU-DICH", path(loc), scene, part, "warning", params)


def _texts(value: Any, loc: tuple[int | str, ...], scene: str | None, part: str | None) -> Iterator[Any]:
    """Yield every text of a document, spoken ones too, with its place: a dictionary whose keys are languages."""
    if isinstance(value, BaseModel):
        name = getattr(value, "id", None)
        if loc[-2:-1] == ("scenes",):
            scene = name
        elif name is not None and loc:
            part = name
        for field in type(value).model_fields:
            yield from _texts(getattr(value, field), (*loc, field), scene, part)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*loc, index), scene, part)
    elif isinstance(value, dict) and value and loc[-1] != "captions":
        yield loc, scene, part, value


def _narrations(tour: Tour) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        for lang in scene.narration:
            if lang not in tour.languages:
                where = path(("scenes", index, "narration", lang))
                yield Problem("THUA-NGON-NGU", where, scene.id, severity="warning", params={"language": lang})


def _products(tour: Tour, today: dt.date) -> Iterator[Problem]:
    for index, product in enumerate(tour.products):
        code = "HET-HAN" if product.ends_on < today else "SAP-HET-HAN" if product.ends_on < today + _SOON else None
        if code:
            name = product.name.get(tour.default_language, product.id)
            params: dict[str, object] = {"value": name, "date": f"{product.ends_on:%d/%m/%Y}"}
            yield Problem(code, path(("products", index)), None, product.id, "warning", params)


def _media(tour: Tour) -> Iterator[Problem]:
    for index, medium in enumerate(tour.media):
        code = None
        if medium.kind == "audio" and not medium.transcript:
            code = "THIEU-LOI"
        elif medium.kind == "video" and not medium.captions:
            code = "THIEU-PHU-DE"
        if code:
            yield Problem(code, path(("media", index)), None, medium.id, "warning")


def _plans(tour: Tour) -> Iterator[Problem]:
    kinds = {medium.id: medium.kind for medium in tour.media}
    drawn = {floor.id for floor in tour.floors if floor.plan}
    for index, floor in enumerate(tour.floors):
        if floor.plan and kinds.get(floor.plan.medium) != "image":
            params: dict[str, object] = {"value": floor.plan.medium}
            yield Problem("SO-DO-ANH", path(("floors", index, "plan", "medium")), None, floor.id, "error", params)
    for index, scene in enumerate(tour.scenes):
        if scene.plan_position and scene.floor not in drawn:
            yield Problem("SO-DO-THIEU", path(("scenes", index, "plan_position")), scene.id, None, "warning")
        elif scene.floor in drawn and not scene.plan_position:
            yield Problem("SO-DO-VI-TRI", path(("scenes", index, "floor")), scene.id, None, "warning")


def _links(tour: Tour) -> Iterator[Problem]:
    if len(tour.scenes) < 2:
        return
    targets = {s.id: _targets(s.hotspots) for s in tour.scenes}
    reached = {target for found in targets.values() for target in found}
    for index, scene in enumerate(tour.scenes):
        if not targets[scene.id]:
            yield Problem("KHONG-LOI-RA", path(("scenes", index, "hotspots")), scene.id, None, "warning")
        if scene.id not in reached and scene.id != tour.start_scene.id:
            yield Problem("KHONG-LOI-VAO", path(("scenes", index)), scene.id, None, "warning")


def _targets(hotspots: list[Any]) -> set[str]:
    return {s.target for s in hotspots if isinstance(s, LinkHotspot | AreaHotspot) and s.target}


def _directions(tour: Tour) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        for number, spot in enumerate(scene.hotspots):
            if isinstance(spot, DirectionsHotspot) and tour.destination(scene, spot) is None:
                yield Problem("THIEU-VI-TRI", path(("scenes", index, "hotspots", number)), scene.id, spot.id)


def _outside(tour: Tour, scenes: Mapping[str, SceneWork]) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        cover = scenes[scene.id].tiled.tile_set.coverage
        if cover.is_full:
            continue
        middle = (cover.yaw_min_deg + cover.yaw_max_deg) / 2
        half = (cover.yaw_max_deg - cover.yaw_min_deg) / 2
        for number, spot in enumerate(scene.hotspots):
            if any(
                abs((p.yaw_deg - middle + 180) % 360 - 180) > half
                or not cover.pitch_min_deg <= p.pitch_deg <= cover.pitch_max_deg
                for p in _corners(spot)
            ):
                yield Problem("NGOAI-ANH", path(("scenes", index, "hotspots", number)), scene.id, spot.id, "warning")


def _corners(spot: Hotspot) -> list[Any]:
    if isinstance(spot, AreaHotspot):
        return spot.points
    return spot.corners if isinstance(spot, LayerHotspot) else [spot]


def _page(tour: Tour) -> Iterator[Problem]:
    if tour.agency is None:
        yield Problem("THIEU-CHU-QUAN", "agency", severity="warning")
    ratio = contrast_with_white(tour.skin.colour)
    if ratio < _CONTRAST:
        params: dict[str, object] = {"value": tour.skin.colour, "ratio": round(ratio, 1)}
        yield Problem("TUONG-PHAN", "skin.accent", None, None, "error", params)


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of ``#rrggbb`` with white, 1 to 21 (WCAG 2.2, relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
