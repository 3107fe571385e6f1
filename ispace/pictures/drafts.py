"""A draft's pictures as publishing needs them: known from the database, fetched only where something must be made.

``work`` reads the database; what it returns is plain values, so that a stage of a job can be told (``to_json``), which
has no database. ``StoredSources`` then serves the stages of the pipeline from the private store.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace import keys
from ispace.database.pictures import FileRow, PanoramaRow
from ispace.errors import MediaUnusableError, SourceMissingError
from ispace.imaging.info import PictureInfo
from ispace.imaging.isolate import PictureWorker
from ispace.model.media import Media
from ispace.model.scene import Scene
from ispace.model.tileset import TileSet
from ispace.pictures import files, uses
from ispace.pictures.recipe import Recipe
from ispace.pipeline import ingest
from ispace.ports import Blobs
from ispace.work import MediumWork, Note, Original, Picture, Tiled

Bring = Callable[[dict[str, Any]], Path]
"""Fetches an original (its ``key`` in the private store, its ``name``) to a file of this machine."""


@dataclasses.dataclass(frozen=True)
class Kept:
    """A file of a tour: what is known of it, and the tile sets that were cut of it, by the key of their recipe."""

    file: str
    kind: str
    name: str
    sha256: str
    size_bytes: int
    info: dict[str, Any] | None
    web: dict[str, Any] | None
    panoramas: dict[str, dict[str, Any]]
    """``tile_set``, ``tiles``, ``north_deg``, ``notes`` of each that is ready."""

    def picture_info(self) -> PictureInfo | None:
        """Return what a picture's header says."""
        return PictureInfo.from_json(self.info) if self.info else None

    def tiled(self, recipe: Recipe) -> Tiled | None:
        """Return the tile set of a recipe without the list of its files; ``None`` where it is not ready."""
        made = self.panoramas.get(recipe.key)
        if made is None:
            return None
        notes = [Note(**note) for note in made["notes"]]
        tiles = TileSet.model_validate(made["tiles"])
        return Tiled(made["tile_set"], self.sha256, tiles, [], notes, made["north_deg"])


@dataclasses.dataclass(frozen=True)
class Draft:
    """The files that a document names and the tour has, by those names."""

    files: dict[str, Kept]

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` takes back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` was called on."""
        return cls({name: Kept(**kept) for name, kept in value["files"].items()})

    def tiled(self, scene: Mapping[str, Any]) -> Tiled | None:
        """Return the tile set of a scene as the document has it; ``None`` where it is not ready, or not to be cut."""
        found = next(uses.scenes({"scenes": [scene]}), None)
        kept = self.files.get(found[1]) if found else None
        return kept.tiled(found[2]) if found and kept and found[2] is not None else None


def work(session: Session, tour_id: str, document: Mapping[str, Any]) -> Draft:
    """Return what the studio knows of the files that a document names."""
    there = files.some(session, tour_id, (use.file for use in uses.uses(document)))
    panoramas: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in there}
    asked = select(PanoramaRow).where(PanoramaRow.tour_id == tour_id, PanoramaRow.tile_set.is_not(None))
    needed = {(file, recipe.key) for _, file, recipe in uses.scenes(document) if recipe is not None}
    for row in session.scalars(asked) if needed else ():
        if (row.file, row.recipe) in needed and row.made is not None:
            said = {name: row.made[name] for name in ("tiles", "north_deg", "notes")}
            panoramas[row.file][row.recipe] = said | {"tile_set": row.tile_set}
    return Draft({name: _kept(row, panoramas[name]) for name, row in there.items()})


def _kept(row: FileRow, panoramas: dict[str, dict[str, Any]]) -> Kept:
    return Kept(row.file, row.kind, row.name, row.sha256, row.size_bytes, row.info, row.web, panoramas)


class StoredSources:
    """The pictures of a draft out of the private store, for the stages of the pipeline."""

    def __init__(self, draft: Draft, private: Blobs, worker: PictureWorker, bring: Bring) -> None:
        """Serve what ``draft`` knows; ``bring`` is asked only where a file's bytes are needed."""
        self._draft, self._private, self._worker, self._bring = draft, private, worker, bring

    def original(self, scene: Scene) -> Original:
        """Return the picture of a scene, its bytes not yet fetched; raises ``SourceMissingError``."""
        kept = self._kept(scene.panorama.file)
        info = kept.picture_info()
        if info is None:
            raise SourceMissingError(file=scene.panorama.file)
        return Original(kept.sha256, kept.size_bytes, kept.name, info, self._fetched(kept))

    def medium(self, medium: Media) -> MediumWork:
        """Return a medium fit for publishing; raises ``SourceMissingError``, ``MediaUnusableError``, picture errors."""
        kept = self._kept(medium.file)
        if medium.kind == "image":
            if kept.info is None:
                raise MediaUnusableError(file=medium.file)
            if kept.web is not None and self._private.head(kept.web["private_key"]) is not None:
                return MediumWork(Picture(**kept.web))
            return MediumWork(ingest.web_picture(self._fetched(kept)(), self._private, self._worker))
        captions = {lang: self._as_it_is(file, "captions") for lang, file in medium.captions.items()}
        return MediumWork(self._as_it_is(medium.file, medium.kind), captions)

    def _as_it_is(self, file: str, kind: str) -> Picture:
        kept = self._kept(file)
        extension = keys.extension(kept.file)
        # What a file is was found out by its content when it came.
        if kept.kind != kind or extension not in ingest.FORMATS[kind]:
            raise MediaUnusableError(file=file)
        key = keys.original(kept.sha256)
        return Picture(key, keys.asset(kept.sha256, extension), 0, 0, kept.size_bytes, kept.sha256)

    def _kept(self, file: str) -> Kept:
        kept = self._draft.files.get(file)
        if kept is None:
            raise SourceMissingError(file=file)
        return kept

    def _fetched(self, kept: Kept) -> Callable[[], Path]:
        source = {"key": keys.original(kept.sha256), "name": kept.name}
        return functools.cache(functools.partial(self._bring, source))
