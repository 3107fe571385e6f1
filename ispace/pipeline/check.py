"""The publish gate: a composed tour → a list of problems, each with a code, a place and how to mend it.

Reads: the tour and what is known of its files. Writes: nothing. Errors stop a publish; warnings are told.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ispace.model.faults import path
from ispace.model.hotspots import AreaHotspot, DirectionsHotspot, Hotspot, LayerHotspot, LinkHotspot
from ispace.model.media import Media
from ispace.model.problem import Problem
from ispace.model.scene import Scene
from ispace.model.tour import Tour
from ispace.model.view import EARTH_M, Position
from ispace.work import MediumFacts, SceneFacts

_SOON = dt.timedelta(days=90)
_CONTRAST = 4.5

_LEAST_PX_PER_DEG = 4096 / 360
"""A screen that shows a quarter of the round then has a pixel of the picture for each of its own, or nearly."""
_LEAST_MEDIUM_PX = 800
"""The longer side of a picture that fills a card."""
_HEAVIEST_BYTES = {"audio": 20_000_000, "video": 80_000_000}
"""Two minutes on a slow mobile line."""

_NEAR_M = 5
"""Nearer scenes than this lie within what a camera's GPS errs."""
_AWAY_DEG = 90.0

_FOOTER = {
    "address": "THIEU-DIA-CHI",
    "phone": "THIEU-DIEN-THOAI",
    "email": "THIEU-EMAIL",
    "responsible_person": "THIEU-NGUOI-PHU-TRACH",
}
"""What the footer of a public agency's page has to say, beside the agency's name."""


def run(
    tour: Tour, scenes: Mapping[str, SceneFacts], media: Mapping[str, MediumFacts], today: dt.date
) -> list[Problem]:
    """Return everything that an editor should know before the tour is public.

    ``scenes`` and ``media`` are what is known of their files, by id; rules about a file that is not known are left out.
    """
    return [
        *_translations(tour),
        *_narrations(tour),
        *_products(tour, today),
        *_media(tour, media),
        *_plans(tour),
        *_links(tour),
        *_arrows(tour, scenes),
        *_directions(tour),
        *_pictures(tour, scenes),
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
        # Most of what a document holds are numbers and ids, of which there are tens of thousands.
        for field, inner in value.__dict__.items():
            if isinstance(inner, BaseModel | list | dict):
                yield from _texts(inner, (*loc, field), scene, part)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, BaseModel):
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


def _media(tour: Tour, media: Mapping[str, MediumFacts]) -> Iterator[Problem]:
    logo = tour.skin.logo
    for index, medium in enumerate(tour.media):
        if medium.kind == "audio" and not medium.transcript:
            yield Problem("THIEU-LOI", path(("media", index, "transcript")), None, medium.id, "warning")
        elif medium.kind == "video" and not medium.captions:
            yield Problem("THIEU-PHU-DE", path(("media", index, "captions")), None, medium.id, "warning")
        if medium.id in media:
            yield from _weight(medium, media[medium.id], ("media", index, "file"), is_logo=medium.id == logo)


def _weight(medium: Media, facts: MediumFacts, loc: tuple[int | str, ...], *, is_logo: bool) -> Iterator[Problem]:
    longer_px = max(facts.width_px, facts.height_px)
    if medium.kind == "image" and 0 < longer_px < _LEAST_MEDIUM_PX and not is_logo:
        params: dict[str, object] = {"width": facts.width_px, "height": facts.height_px, "least": _LEAST_MEDIUM_PX}
        yield Problem("ANH-THE-NHO", path(loc), None, medium.id, "warning", params)
    most = _HEAVIEST_BYTES.get(medium.kind)
    if most is not None and facts.size_bytes > most:
        params = {"megabytes": round(facts.size_bytes / 1e6), "most": most // 1_000_000}
        yield Problem("TEP-NANG", path(loc), None, medium.id, "warning", params)


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
    walked = _walked(tour.start_scene.id, targets)
    for index, scene in enumerate(tour.scenes):
        if not targets[scene.id]:
            yield Problem("KHONG-LOI-RA", path(("scenes", index, "hotspots")), scene.id, None, "warning")
        if scene.id not in reached and scene.id != tour.start_scene.id:
            yield Problem("KHONG-LOI-VAO", path(("scenes", index)), scene.id, None, "warning")
        elif scene.id not in walked:
            yield Problem("KHONG-DEN-DUOC", path(("scenes", index)), scene.id, None, "warning")


def _walked(start: str, targets: Mapping[str, set[str]]) -> set[str]:
    """Return the scenes that a visitor can walk to from the first one."""
    found, ahead = {start}, [start]
    while ahead:
        new = targets.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def _targets(hotspots: list[Any]) -> set[str]:
    return {s.target for s in hotspots if isinstance(s, LinkHotspot | AreaHotspot) and s.target}


def _arrows(tour: Tour, scenes: Mapping[str, SceneFacts]) -> Iterator[Problem]:
    """Tell of arrows that point away from where they lead, where positions and north say so."""
    places = {scene.id: scene.position for scene in tour.scenes}
    for index, scene in enumerate(tour.scenes):
        north_deg = _north(scene, scenes)
        if scene.position is None or north_deg is None:
            continue
        for number, spot in enumerate(scene.hotspots):
            if not isinstance(spot, LinkHotspot) or (goal := places.get(spot.target)) is None:
                continue
            away_m, bearing_deg = _way(scene.position, goal)
            off_deg = abs((spot.yaw_deg + north_deg - bearing_deg + 180) % 360 - 180)
            if away_m > _NEAR_M and off_deg > _AWAY_DEG:
                where = path(("scenes", index, "hotspots", number, "yaw_deg"))
                yield Problem("SAI-HUONG", where, scene.id, spot.id, "warning", {"degrees": round(off_deg)})


def _north(scene: Scene, scenes: Mapping[str, SceneFacts]) -> float | None:
    if scene.north_deg is not None:
        return scene.north_deg
    return scenes[scene.id].north_deg if scene.id in scenes else None


def _way(here: Position, there: Position) -> tuple[float, float]:
    """Return how far and in which compass bearing a place near by lies, in metres and degrees."""
    east_m = math.radians(there.lon - here.lon) * math.cos(math.radians((here.lat + there.lat) / 2)) * EARTH_M
    north_m = math.radians(there.lat - here.lat) * EARTH_M
    return math.hypot(east_m, north_m), math.degrees(math.atan2(east_m, north_m)) % 360


def _directions(tour: Tour) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        for number, spot in enumerate(scene.hotspots):
            if isinstance(spot, DirectionsHotspot) and tour.destination(scene, spot) is None:
                yield Problem("THIEU-VI-TRI", path(("scenes", index, "hotspots", number)), scene.id, spot.id)


def _pictures(tour: Tour, scenes: Mapping[str, SceneFacts]) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        facts = scenes.get(scene.id)
        if scene.initial_view is None and not (facts and facts.has_first_view):
            yield Problem("THIEU-GOC-NHIN", path(("scenes", index, "initial_view")), scene.id, None, "warning")
        if scene.panorama.alt is None and scene.description is None:
            yield Problem("THIEU-MO-TA", path(("scenes", index, "description")), scene.id, None, "warning")
        if facts is None or facts.coverage is None:
            continue
        least_px = round((facts.coverage.yaw_max_deg - facts.coverage.yaw_min_deg) * _LEAST_PX_PER_DEG)
        if facts.width_px < least_px:
            params: dict[str, object] = {"width": facts.width_px, "least": least_px}
            yield Problem("CANH-NHO", path(("scenes", index, "panorama", "file")), scene.id, None, "warning", params)


def _outside(tour: Tour, scenes: Mapping[str, SceneFacts]) -> Iterator[Problem]:
    for index, scene in enumerate(tour.scenes):
        facts = scenes.get(scene.id)
        cover = facts.coverage if facts else None
        if cover is None or cover.is_full:
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
    else:
        for field, code in _FOOTER.items():
            if getattr(tour.agency, field) is None:
                yield Problem(code, f"agency.{field}", severity="warning")
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
