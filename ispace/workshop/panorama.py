"""Stages that make a picture ready to become a scene: looked at and kept, cut into tiles, seen from its first view."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from ispace import keys
from ispace.imaging.info import PictureInfo
from ispace.jobs.stage import Stage
from ispace.model.scene import Coverage, Panorama, Scene
from ispace.model.view import LevelAngles
from ispace.pipeline import compose, ingest as ingesting, level, tile as tiling
from ispace.work import Original, Tiled
from ispace.workshop import tools


def ingest(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Look at ``inputs["original"]`` and keep it; return its ``key``, ``size_bytes``, ``name`` and ``info``.

    Raises as ``tools.bring`` and ``pipeline.ingest.run``.
    """
    with tools.at_hand() as at_hand:
        path = tools.bring(inputs["original"], at_hand.private, stage.folder)
        stage.progress(0.3, path.name)
        original = ingesting.run(path, at_hand.private, at_hand.worker)
        return kept(original)


def kept(original: Original) -> dict[str, Any]:
    """Return what the later stages need to know of an original that is in the private store."""
    return {
        "key": keys.original(original.sha256),
        "sha256": original.sha256,
        "size_bytes": original.size,
        "name": original.name,
        "info": original.info.to_json(),
    }


def tile(inputs: dict[str, Any], results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Cut the panorama that the stage before kept; return ``tile_set`` (its name), ``tiles`` (its
    ``tileset.json``), ``coverage``, ``north_deg`` and ``notes``.

    ``inputs`` may say ``level`` and ``coverage`` as a scene does. Raises the picture errors.
    """
    with tools.at_hand() as at_hand:
        chosen = at_hand.settings
        original = _original(results, at_hand, stage)
        coverage = Coverage.model_validate(inputs["coverage"]) if inputs.get("coverage") else None
        declared = LevelAngles.model_validate(inputs["level"]) if inputs.get("level") else None
        tiled = tiling.run(
            original,
            level=level.run(declared, original.info),
            coverage=coverage,
            options=tiling.TileOptions(chosen.tile_format, chosen.tile_quality, chosen.threads),
            private=at_hand.private,
            worker=at_hand.worker,
            progress=lambda share: stage.progress(share, original.name),
        )
        return {
            "tile_set": tiled.id,
            "tiles": tiled.tile_set.model_dump(mode="json"),
            "original": tiled.original,
            "coverage": tiled.tile_set.coverage.model_dump(mode="json"),
            "north_deg": tiled.north_deg,
            "notes": [dataclasses.asdict(note) for note in tiled.notes],
        }


def views(_inputs: dict[str, Any], results: dict[str, Any], _stage: Stage) -> dict[str, Any]:
    """Make the pictures of how the panorama opens where nobody has chosen a view; return their private keys by name,
    their sizes and the view.
    """
    with tools.at_hand() as at_hand:
        tiled: Tiled = tiling.load(results["tile"]["tile_set"], results["tile"]["original"], at_hand.private)
        info = PictureInfo.from_json(_before(results)["info"])
        scene = Scene(id="a", title={"vi": "a"}, panorama=Panorama(file="a.jpg"))
        view = compose.first_view(scene, info, compose.scene_limits(scene, tiled))
        made = tiling.views(tiled, view, private=at_hand.private, worker=at_hand.worker)
        names = ("portrait", "landscape", "thumbnail", "share")
        pictures = {name: getattr(made, name) for name in names}
        sizes = {name: [picture.width_px, picture.height_px] for name, picture in pictures.items()}
        keys_of = {name: picture.private_key for name, picture in pictures.items()}
        return keys_of | {"sizes_px": sizes, "view": view.model_dump(mode="json")}


def _before(results: dict[str, Any]) -> dict[str, Any]:
    """Return what was kept, by looking at a picture or by stitching one."""
    return dict(results.get("ingest") or results["stitch"])


def _original(results: dict[str, Any], at_hand: tools.Tools, stage: Stage) -> Original:
    before = _before(results)
    bring = functools.cache(functools.partial(tools.bring, before, at_hand.private, stage.folder))
    info = PictureInfo.from_json(before["info"])
    return Original(before["sha256"], before["size_bytes"], str(before["name"]), info, bring)
