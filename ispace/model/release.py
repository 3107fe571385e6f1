"""A release: one immutable published state of a tour."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from ispace.model.base import Document, Id


class ReleaseFile(Document):
    """One object of a release."""

    key: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class TileSetUse(Document):
    """A tile set that a release shows, and what it was made from, so that it can be made again."""

    id: str
    original: str
    objects: int = Field(ge=0)
    bytes: int = Field(ge=0)


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
