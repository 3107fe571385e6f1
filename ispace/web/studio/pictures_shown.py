"""A tour's files and panoramas as the editor is told of them: where to fetch them, how far they are, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ispace import language
from ispace.database.materials import GroupRow, MaterialRow
from ispace.database.pictures import FileRow, PanoramaRow
from ispace.imaging.info import PictureInfo
from ispace.jobs.view import Job
from ispace.model.scene import Panorama as ScenePanorama, Scene
from ispace.model.view import LevelAngles
from ispace.pictures import panoramas
from ispace.pictures.recipe import Recipe
from ispace.pipeline import compose, level
from ispace.web.studio.api import picture_models as models
from ispace.work import Tiled

_NO_RECIPE = models.Recipe(level=None, coverage=None)
_GLANCED = {"panorama", "image", "drawing"}


def panorama(row: PanoramaRow, file: FileRow, job: Job | None, lang: str) -> models.Panorama:
    """Return a panorama; ``job`` is the one that makes it, ``None`` where it was forgotten long ago."""
    recipe = Recipe.of_key(row.recipe)
    info = panoramas.info_of(file)
    told = models.Panorama(
        file=file.file,
        recipe=models.Recipe(level=recipe.level, coverage=recipe.coverage),
        level=level.run(recipe.level, info) if info is not None else recipe.level or LevelAngles(),
        **_progress(job, lang, is_ready=row.made is not None),
        job=row.job_id,
        group=None,
        name=file.name,
        **_of_info(info),
        small=small_url(file),
        report=f"/tours/{file.tour_id}/reports/{file.file}" if file.report else None,
    )
    tiled = panoramas.tiled(row, file)
    return told if tiled is None or info is None else told.model_copy(update=_ready(row, tiled, info))


def under_way(tour_id: str, group: GroupRow, files: list[MaterialRow], job: Job, lang: str) -> models.Panorama:
    """Return what is being made of a group for the first time, or could not be made."""
    first = files[0]
    is_one = group.kind != "photos"
    info = PictureInfo.from_json(first.info) if is_one and first.info else None
    page = any(stage.details.get("page") for stage in job.stages)
    return models.Panorama(
        file=None,
        recipe=_NO_RECIPE,
        level=level.run(None, info) if info is not None else LevelAngles(),
        **_progress(job, lang, is_ready=False),
        job=job.id,
        group=group.id,
        name=first.name if is_one else group.title or first.name,
        **_of_info(info),
        small=f"/tours/{tour_id}/files/{first.id}.jpg" if first.has_glance else None,
        report=f"/jobs/{job.id}/report" if page else None,
    )


def file(row: FileRow, used: list[models.Used], *, is_in_set: bool) -> models.TourFile:
    """Return a file; ``is_in_set``: it is one of the photos that a panorama is stitched of."""
    info, web = panoramas.info_of(row), row.web or {}
    return models.TourFile(
        file=row.file,
        kind=row.kind,  # type: ignore[arg-type]  # the table's own rule allows no other
        name=row.name,
        size_bytes=row.size_bytes,
        width_px=web.get("width_px") or (info.width_px if info else None),
        height_px=web.get("height_px") or (info.height_px if info else None),
        url=f"/tours/{row.tour_id}/media/{quote(row.file)}",
        small=small_url(row),
        used=used,
        in_set=is_in_set,
    )


def small_url(row: FileRow) -> str | None:
    """Return the address of a small picture of a file, where there is one."""
    return f"/tours/{row.tour_id}/media/small/{quote(row.file)}" if row.kind in _GLANCED else None


def _progress(job: Job | None, lang: str, *, is_ready: bool) -> dict[str, Any]:
    if is_ready:
        return {"state": "done", "progress": None, "problem": None}
    if job is None:
        return {"state": "failed", "progress": None, "problem": None}
    problem = None
    if job.error is not None and not job.is_under_way:
        text = language.say("errors", job.error.code, lang, **job.error.params)
        known = text if text != job.error.code else language.say("errors", "LOI", lang)
        problem = models.PictureProblem(code=job.error.code, text=known)
    return {"state": job.state, "progress": job.progress if job.is_under_way else None, "problem": problem}


def _of_info(info: PictureInfo | None) -> dict[str, Any]:
    where = info.position if info else None
    return {
        "width_px": info.width_px if info else None,
        "height_px": info.height_px if info else None,
        "taken_at": info.taken_at if info else None,
        "position": models.GeoPoint(lat=where.lat, lon=where.lon) if where else None,
    }


def _ready(row: PanoramaRow, tiled: Tiled, info: PictureInfo) -> Mapping[str, Any]:
    """Return what is known of a panorama that is ready; limits and first view are those of a scene that says none."""
    base = f"/tours/{row.tour_id}/t/{tiled.id}/"
    scene = Scene(id="a", title={"vi": "a"}, panorama=ScenePanorama(file="a.jpg"))
    bounds = compose.scene_limits(scene, tiled)
    tiles = tiled.tile_set
    size_px = (row.made or {}).get("sizes_px", {}).get("thumbnail")
    thumbnail = None
    if size_px:
        url = f"/tours/{row.tour_id}/thumbnails/{tiled.id}.jpg"
        thumbnail = models.SizedPicture(url=url, width_px=size_px[0], height_px=size_px[1])
    return {
        "tiles": models.Tiles(
            base=base, tile_size_px=tiles.tile_size_px, level_sizes_px=tiles.level_sizes_px, format=tiles.format
        ),
        "preview": models.PreviewPicture.of(base, tiles.preview),
        "thumbnail": thumbnail,
        "bounds": bounds,
        "first_view": compose.first_view(scene, info, bounds),
        "north_deg": tiled.north_deg,
    }
