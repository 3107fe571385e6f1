"""A release: one immutable published state of a tour."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from ispace.model.base import Document, Id
from ispace.model.scene import Coverage
from ispace.model.view import LevelAngles, View


class ReleaseFile(Document):
    """One object of a release."""

    key: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Recipe(Document):
    """How a tile set was cut from its original; ``version`` is that of the stage."""

    version: int
    level: LevelAngles
    coverage: Coverage | None = None
    format: str
    quality: int


class TileSetUse(Document):
    """A tile set that a release shows, and what it was made from, so that it can be made again."""

    id: str
    original: str
    objects: int = Field(ge=0)
    bytes: int = Field(ge=0)
    recipe: Recipe | None = None


class Card(Document):
    """What the catalogue shows of a tour."""

    title: dict[str, str]
    description: dict[str, str]
    place: dict[str, str]
    former_place: dict[str, str]
    former_until: dt.date | None = None
    """The last day of ``former_place``: the card says ``trước 7/2025`` before it."""
    categories: list[str]
    scene_count: int
    product_count: int
    cover: str
    outlook: str | None = None
    """A picture from the highest scene of a landscape tour: a view of the country, for the head of the catalogue."""
    languages: list[str]
    search: str


class Flip(Document):
    """An entry of a tour's log: who put which release in its place, or took the tour down."""

    at: dt.datetime
    author: str
    action: Literal["publish", "rollback", "unpublish"]
    release: str
    before: str = ""
    """The release that was public until then; empty where there was none."""


class Release(Document):
    """``release.json``, written last of a release's own files: what there is and how it came about."""

    version: Literal[1] = 1
    id: str = Field(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$")
    tour: Id
    created_at: dt.datetime
    author: str
    generator: str
    digest: str
    changes: list[str]
    files: list[ReleaseFile]
    tile_sets: list[TileSetUse]
    pages: list[ReleaseFile]
    card: Card

    @property
    def total_bytes(self) -> int:
        """Everything that the release shows, shared objects included."""
        return sum(f.size for f in self.files) + sum(t.bytes for t in self.tile_sets)


class ViewsUse(Document):
    """A first view whose pictures a release shows, and the tile set that they were made from."""

    tile_set: str
    view: View


class Book(Document):
    """What only the private store knows of a release: from which private object each public one was copied."""

    release: Release
    sources: dict[str, str]
    views: list[ViewsUse]
