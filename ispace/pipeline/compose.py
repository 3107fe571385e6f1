"""A tour document, its tile sets and its media → the tour as the viewer reads it.

Reads: nothing but its arguments. Writes: nothing; ``publish`` puts the result to
``r/<slug>/<release>/tour.json``. Links in it are relative to that place: any host, any folder serves them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ispace import keys
from ispace.imaging.info import PictureInfo
from ispace.model import prose
from ispace.model.hotspots import (
    AreaHotspot,
    CardHotspot,
    DirectionsHotspot,
    Hotspot,
    LayerHotspot,
    SoundHotspot,
    UrlHotspot,
)
from ispace.model.media import Media
from ispace.model.product import Product
from ispace.model.scene import Scene
from ispace.model.site import MapTiles
from ispace.model.tileset import Coverage
from ispace.model.tour import Floor, Tour
from ispace.model.view import Limits, Position, View
from ispace.work import MediumWork, Picture, SceneWork, Tiled

CONTRACT_VERSION = 1
"""The version of the published tour; ``tours/README.md`` describes it, ``tours/CHANGELOG.md`` tells its history."""

_UP = "../../../"
_WIDEST_DEG = 110.0
_NARROWEST_DEG = 10.0


def first_view(scene: Scene, info: PictureInfo, limits: Limits) -> View:
    """Return how a scene opens: as the document says, else the picture, else straight ahead; within its limits."""
    view = scene.initial_view
    if view is None:
        pano = info.gpano
        yaw_deg, pitch_deg, hfov_deg = 0.0, 0.0, 90.0
        if limits.yaw_max_deg - limits.yaw_min_deg < 360:
            yaw_deg = (limits.yaw_min_deg + limits.yaw_max_deg) / 2
            pitch_deg = (limits.pitch_min_deg + limits.pitch_max_deg) / 2
        if pano is not None and pano.initial_heading_deg is not None:
            # GPano's heading counts from north, as the pose does: the difference is a yaw.
            yaw_deg = (pano.initial_heading_deg - (pano.pose_heading_deg or 0.0) + 180) % 360 - 180
        if pano is not None and pano.initial_pitch_deg is not None:
            pitch_deg = max(-90.0, min(90.0, pano.initial_pitch_deg))
        if pano is not None and pano.initial_hfov_deg is not None:
            hfov_deg = max(30.0, min(_WIDEST_DEG, pano.initial_hfov_deg))
        view = View(yaw_deg=_wrapped(yaw_deg), pitch_deg=pitch_deg, hfov_deg=hfov_deg)
    return _within(view, limits)


def scene_limits(scene: Scene, tiled: Tiled) -> Limits:
    """Return how far a visitor may turn: what the document says, but never past the edge of the picture."""
    cover = tiled.tile_set.coverage
    said = scene.limits or Limits()
    turn = cover.yaw_max_deg - cover.yaw_min_deg < 360
    yaw_min, yaw_max = _overlap(said, cover) if turn else (said.yaw_min_deg, said.yaw_max_deg)
    if yaw_min >= yaw_max:
        yaw_min, yaw_max = cover.yaw_min_deg, cover.yaw_max_deg
    pitch_min = max(said.pitch_min_deg, cover.pitch_min_deg)
    pitch_max = min(said.pitch_max_deg, cover.pitch_max_deg)
    if pitch_min >= pitch_max:
        pitch_min, pitch_max = cover.pitch_min_deg, cover.pitch_max_deg
    # The longer side of a screen may be the upright one: what is wider than either range would show what lies outside.
    ranges = [yaw_max - yaw_min] if yaw_max - yaw_min < 360 else []
    ranges += [pitch_max - pitch_min] if pitch_max - pitch_min < 180 else []
    widest = max(_NARROWEST_DEG, min([said.hfov_max_deg, *ranges]))
    return Limits(
        yaw_min_deg=yaw_min,
        yaw_max_deg=yaw_max,
        pitch_min_deg=pitch_min,
        pitch_max_deg=pitch_max,
        hfov_min_deg=min(said.hfov_min_deg, widest / 2),
        hfov_max_deg=widest,
    )


def _overlap(said: Limits, cover: Coverage) -> tuple[float, float]:
    """Return which part of the stated yaws has picture; −300 to −200 means the same directions as 60 to 160."""
    parts = [
        (max(said.yaw_min_deg + turn, cover.yaw_min_deg), min(said.yaw_max_deg + turn, cover.yaw_max_deg))
        for turn in (0.0, -360.0, 360.0)
    ]
    return max(parts, key=lambda part: part[1] - part[0])


def _within(view: View, limits: Limits) -> View:
    """Return the nearest view that shows nothing outside the limits, whichever way up it is shown.

    Posters are cut to this view before any screen is known, and what a limit hides must not be on them.
    """
    hfov_deg = max(limits.hfov_min_deg, min(limits.hfov_max_deg, view.hfov_deg))
    low = limits.pitch_min_deg + (hfov_deg / 2 if limits.pitch_min_deg > -90 else 0)
    high = limits.pitch_max_deg - (hfov_deg / 2 if limits.pitch_max_deg < 90 else 0)
    pitch_deg = max(low, min(high, view.pitch_deg)) if low <= high else (low + high) / 2
    middle = (limits.yaw_min_deg + limits.yaw_max_deg) / 2
    half = (limits.yaw_max_deg - limits.yaw_min_deg) / 2
    room = max(0.0, half - hfov_deg / 2)
    offset = _wrapped(view.yaw_deg - middle)
    yaw_deg = view.yaw_deg if half >= 180 else middle + max(-room, min(room, offset))
    return View(yaw_deg=_wrapped(yaw_deg), pitch_deg=pitch_deg, hfov_deg=hfov_deg)


def _wrapped(yaw_deg: float) -> float:
    return (yaw_deg + 180) % 360 - 180


def run(
    tour: Tour,
    scenes: Mapping[str, SceneWork],
    media: Mapping[str, MediumWork],
    release: str,
    directions_url: str,
    map_tiles: MapTiles | None = None,
) -> dict[str, Any]:
    """Return the published tour document; every scene and medium of ``tour`` must be among those given.

    ``directions_url`` is where a map service shows the way, with ``{lat}`` and ``{lon}``; ``map_tiles`` is the street
    map below its map, where the operator has one.
    """
    used = _media_used(tour)
    return {
        "version": CONTRACT_VERSION,
        "id": tour.id,
        "release": release,
        "default_language": tour.default_language,
        "languages": tour.languages,
        "title": tour.title,
        "description": tour.description,
        "start": tour.start_scene.id,
        "guide": _guide(tour),
        "map": dataclasses.asdict(map_tiles) if map_tiles else None,
        "floors": [_floor(floor, tour, media) for floor in tour.floors],
        "skin": tour.skin.model_dump(mode="json", exclude={"logo"})
        | {"accent": tour.skin.colour}
        | ({"logo": _UP + media[tour.skin.logo].file.key} if tour.skin.logo else {}),
        "page": {lang: _UP + keys.page(tour.id, lang, tour.default_language) for lang in tour.languages},
        "scenes": [_scene(scene, scenes[scene.id], tour, directions_url) for scene in tour.scenes],
        "products": {product.id: _product(product) for product in tour.products},
        "media": {m.id: _medium(m, media) for m in tour.media if m.id in used},
    }


def _media_used(tour: Tour) -> set[str]:
    used = {m for p in tour.products for m in p.media}
    for scene in tour.scenes:
        used.update(scene.narration.values())
        for spot in scene.hotspots:
            if isinstance(spot, CardHotspot | AreaHotspot):
                used.update(spot.media)
            elif isinstance(spot, SoundHotspot | LayerHotspot):
                used.add(spot.medium)
    return used


def _guide(tour: Tour) -> dict[str, Any] | None:
    guide = tour.guide
    if guide is None:
        return None
    return {
        "scenes": guide.scenes or [s.id for s in tour.scenes],
        "seconds_per_scene": guide.seconds_per_scene,
    }


def _floor(floor: Floor, tour: Tour, media: Mapping[str, MediumWork]) -> dict[str, Any]:
    plan = floor.plan
    if plan is None:
        return {"id": floor.id, "title": floor.title}
    medium = next(m for m in tour.media if m.id == plan.medium)
    drawing = _picture(media[plan.medium].file) | {"alt": medium.alt, "north_deg": plan.north_deg}
    return {"id": floor.id, "title": floor.title, "plan": drawing}


def _scene(scene: Scene, work: SceneWork, tour: Tour, directions_url: str) -> dict[str, Any]:
    base = _UP + keys.tile(work.tiled.id)
    tiles = work.tiled.tile_set
    return {
        "id": scene.id,
        "title": scene.title,
        "description": scene.description,
        "tiles": {
            "base": base,
            "tile_size_px": tiles.tile_size_px,
            "level_sizes_px": tiles.level_sizes_px,
            "format": tiles.format,
        },
        "preview": {
            "url": base + tiles.preview.file,
            "size_px": tiles.preview.size_px,
            "order": tiles.preview.order,
            "inline": tiles.preview.inline,
        },
        "poster": {"portrait": _picture(work.views.portrait), "landscape": _picture(work.views.landscape)},
        "thumbnail": _picture(work.views.thumbnail),
        "share": _picture(work.views.share),
        "initial_view": _rounded(work.view.model_dump()),
        "limits": _rounded(work.limits.model_dump()),
        "north_deg": north(scene, work.tiled),
        "position": _position(scene.position),
        "floor": scene.floor,
        "plan_position": scene.plan_position.model_dump() if scene.plan_position else None,
        "place": scene.place,
        "narration": scene.narration or None,
        "hotspots": [_hotspot(spot, scene, tour, directions_url) for spot in scene.hotspots],
    }


def north(scene: Scene, tiled: Tiled) -> float | None:
    """Return the compass bearing of yaw 0: the document's, else the camera's."""
    return scene.north_deg if scene.north_deg is not None else tiled.north_deg


def _position(where: Position | None) -> dict[str, float] | None:
    # Only what the document says is published: what a camera noted may be somebody's home.
    return {"lat": where.lat, "lon": where.lon} if where else None


def _picture(picture: Picture) -> dict[str, Any]:
    return {"url": _UP + picture.key, "width_px": picture.width_px, "height_px": picture.height_px}


def _hotspot(spot: Hotspot, scene: Scene, tour: Tour, directions_url: str) -> dict[str, Any]:
    if isinstance(spot, UrlHotspot) and spot.text:
        # It is shown in one breath with the name, where there is no room for more than words.
        words = {lang: prose.plain(text) for lang, text in spot.text.items()}
        return spot.model_dump(mode="json", exclude_none=True) | {"text": words}
    if not isinstance(spot, DirectionsHotspot):
        return spot.model_dump(mode="json", exclude_none=True)
    goal = tour.destination(scene, spot)
    if goal is None:
        raise ValueError(f"{spot.id}: the check finds hotspots for directions that lead nowhere before this.")
    url = directions_url.replace("{lat}", _degrees(goal.lat)).replace("{lon}", _degrees(goal.lon))
    return spot.model_dump(mode="json", exclude_none=True, exclude={"position"}) | {"url": url}


def _degrees(value: float) -> str:
    """Write an angle as addresses want it, to a centimetre on the ground and never as a power of ten."""
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _product(product: Product) -> dict[str, Any]:
    private = {"id", "consent", "library_revision"}
    return product.model_dump(mode="json", exclude=private) | {"expires_on": product.ends_on.isoformat()}


def _medium(medium: Media, media: Mapping[str, MediumWork]) -> dict[str, Any]:
    work = media[medium.id]
    file = work.file
    size = {"width_px": file.width_px, "height_px": file.height_px} if file.width_px else {}
    return {
        "kind": medium.kind,
        "url": _UP + file.key,
        **size,
        "alt": medium.alt,
        "credit": " · ".join(part for part in (medium.credit, medium.licence) if part) or None,
        "transcript": medium.transcript,
        "captions": {lang: _UP + captions.key for lang, captions in work.captions.items()} or None,
        "poster": _UP + media[medium.poster].file.key if medium.poster else None,
    }


def _rounded(angles: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in angles.items()}
