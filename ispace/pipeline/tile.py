"""An original and its angles → cube tiles and a preview in one resampling; then the pictures of its first view.

Reads: private ``originals/<sha256>``. Writes: private ``t/<tile set>/…`` and ``v/<views>/…``, each with the file that
makes it complete (``tileset.json``, ``views.json``) last. Both are named by what went in: doing a thing twice is free.
"""

from __future__ import annotations

import dataclasses
import json
import math
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ispace import digest, keys, parallel
from ispace.errors import ObjectMissingError
from ispace.imaging.isolate import PictureWorker
from ispace.model.release import Recipe, ReleaseFile
from ispace.model.scene import Coverage
from ispace.model.tileset import TileSet
from ispace.model.view import LevelAngles, View
from ispace.ports import Blobs, Put
from ispace.work import Note, Original, Picture, Tiled, Views

VERSION = 1
"""Raised whenever the tiles of an unchanged original would come out differently."""

VIEWS_VERSION = 2
"""The same for posters, thumbnails and share pictures."""

LISTING = "files.json"
COMPLETE = "tileset.json"
VIEWS_COMPLETE = "views.json"


@dataclasses.dataclass(frozen=True)
class TileOptions:
    """How tiles are encoded."""

    fmt: str = "jpg"
    quality: int = 80
    threads: int = 2


def tile_set_id(original: str, level: LevelAngles, coverage: Coverage | None, options: TileOptions) -> str:
    """Return the name of the tile set that comes out of these inputs."""
    placed = coverage.model_dump() if coverage else None
    return digest.of_work("tile", VERSION, original, level.model_dump(), placed, options.fmt, options.quality)


def run(
    original: Original,
    *,
    level: LevelAngles,
    coverage: Coverage | None,
    options: TileOptions,
    private: Blobs,
    worker: PictureWorker,
    progress: Callable[[float], None],
) -> Tiled:
    """Return the tile set of an original, cutting it unless that was done before; raises the picture errors."""
    set_id = tile_set_id(original.sha256, level, coverage, options)
    recipe = Recipe(version=VERSION, level=level, coverage=coverage, format=options.fmt, quality=options.quality)
    if not _is_whole(keys.tile(set_id), COMPLETE, private, _tile_names):
        make(set_id, original.bring(), recipe, options.threads, private=private, worker=worker, progress=progress)
    return dataclasses.replace(load(set_id, original.sha256, private), recipe=recipe)


def make(
    set_id: str,
    path: Path,
    recipe: Recipe,
    threads: int = TileOptions.threads,
    *,
    private: Blobs,
    worker: PictureWorker,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Cut a tile set by its recipe from the original at ``path``, into the private store; raises the picture errors."""
    options = TileOptions(recipe.format, recipe.quality, threads)
    with tempfile.TemporaryDirectory(prefix="ispace-tile-") as folder:
        out = Path(folder)
        result = cut(
            path,
            out,
            level=recipe.level,
            coverage=recipe.coverage,
            options=options,
            worker=worker,
            progress=progress,
        )
        extra = {"notes": result["notes"], "north_deg": result["north_deg"]}
        store(out, keys.tile(set_id), private, complete=COMPLETE, extra=extra)


def cut(
    path: Path,
    out: Path,
    *,
    level: LevelAngles,
    coverage: Coverage | None,
    options: TileOptions,
    worker: PictureWorker,
    progress: Callable[[float], None],
) -> dict[str, Any]:
    """Cut the panorama at ``path`` into the folder ``out``; return what the picture process reports."""
    params: dict[str, object] = {
        "path": str(path),
        "name": path.name,
        "out": str(out),
        "pitch_deg": level.pitch_deg,
        "roll_deg": level.roll_deg,
        "coverage": coverage.model_dump() if coverage else None,
        "format": options.fmt,
        "quality": options.quality,
        "threads": options.threads,
    }
    return worker.run("tile", params, progress=progress)


def load(set_id: str, original: str, blobs: Blobs) -> Tiled:
    """Return a finished tile set from a store; raises ``ObjectMissingError`` where it is not there."""
    tile_set = TileSet.model_validate_json(blobs.get(keys.tile(set_id, COMPLETE)))
    listing = json.loads(blobs.get(keys.tile(set_id, LISTING)))
    return Tiled(
        set_id,
        original,
        tile_set,
        [ReleaseFile(**f) for f in listing["files"]],
        [Note(**n) for n in listing["notes"]],
        listing["north_deg"],
    )


def store(folder: Path, prefix: str, blobs: Blobs, *, complete: str, extra: dict[str, object]) -> None:
    """Put a folder's files below ``prefix``: the file ``complete`` last, a listing with digests just before it."""
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != complete)
    files = [_file(folder / name, prefix + name) for name in names]
    for _ in blobs.put_many(Put(prefix + name, folder / name) for name in names):
        pass
    files.append(_file(folder / complete, prefix + complete))
    listing = {"files": [f.model_dump() for f in files], **extra}
    blobs.put(Put(prefix + LISTING, json.dumps(listing, ensure_ascii=False, separators=(",", ":")).encode()))
    blobs.flush()
    blobs.put(Put(prefix + complete, folder / complete))


def _is_whole(prefix: str, complete: str, blobs: Blobs, names_of: Callable[[bytes], Iterable[str]]) -> bool:
    """Say whether a folder is as ``store`` left it; what somebody tidied up or a disk damaged is made again.

    ``names_of`` reads the completing file and returns the files that belong to it.
    """
    try:
        listing = json.loads(blobs.get(prefix + LISTING))
        files = {f["key"]: ReleaseFile(**f).size for f in listing["files"]}
        wanted = {prefix + name for name in (*names_of(blobs.get(prefix + complete)), complete)}
    except (ObjectMissingError, ValueError, KeyError, TypeError, AttributeError):
        return False
    there = {info.key: info.size for info in blobs.scan(prefix)}
    return files.keys() == wanted and all(there.get(key) == size for key, size in files.items())


def _tile_names(content: bytes) -> list[str]:
    return TileSet.model_validate_json(content).files()


def _view_names(content: bytes) -> list[str]:
    return [picture["file"] for picture in json.loads(content).values()]


def _file(path: Path, key: str) -> ReleaseFile:
    return ReleaseFile(key=key, size=path.stat().st_size, sha256=digest.of_file(path))


# The pictures of the first view


def views(tiled: Tiled, view: View, *, private: Blobs, worker: PictureWorker) -> Views:
    """Return poster (both ways up), thumbnail and share picture of a view, making them unless that was done before."""
    prefix = views_folder(tiled.id, view)
    if not _is_whole(prefix, VIEWS_COMPLETE, private, _view_names):
        with tempfile.TemporaryDirectory(prefix="ispace-views-") as folder:
            out, tiles = Path(folder) / "out", Path(folder) / "tiles"
            out.mkdir()
            _bring(tiled, tiles, private, view)
            worker.run("views", {"tiles": str(tiles), "out": str(out), **view.model_dump()})
            store(out, prefix, private, complete=VIEWS_COMPLETE, extra={})
    said = json.loads(private.get(prefix + VIEWS_COMPLETE))
    listing = {f["key"]: f for f in json.loads(private.get(prefix + LISTING))["files"]}
    pictures = {}
    for name, picture in said.items():
        file = listing[prefix + picture["file"]]
        key = keys.asset(file["sha256"], keys.extension(picture["file"]))
        pictures[name] = Picture(
            file["key"], key, picture["width_px"], picture["height_px"], file["size"], file["sha256"]
        )
    return Views(**pictures)


def views_folder(set_id: str, view: View) -> str:
    """Return the private folder of the pictures of a first view."""
    return keys.views(digest.of_work("views", VIEWS_VERSION, set_id, view.model_dump()))


def _bring(tiled: Tiled, folder: Path, private: Blobs, view: View) -> None:
    """Bring the levels that a view needs to a folder where the picture process can read them."""
    from ispace.imaging.poster import LONGEST_PX  # noqa: PLC0415 - cutting tiles alone need not wait for what it imports

    needed_px = 2 * LONGEST_PX / math.tan(math.radians(view.hfov_deg) / 2)
    sizes = tiled.tile_set.level_sizes_px
    count = next((n for n, size_px in enumerate(sizes, start=1) if size_px >= needed_px), len(sizes))
    coarser = tiled.tile_set.model_copy(update={"level_sizes_px": sizes[:count]})

    def fetch(name: str) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        private.fetch(keys.tile(tiled.id, name), target)

    for _ in parallel.each(fetch, coarser.files(), private.at_once):
        pass
    (folder / COMPLETE).write_text(coarser.model_dump_json(), "utf-8")
