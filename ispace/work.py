"""What one stage hands to the next: values without behaviour, so that stages need not know each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

from ispace import language
from ispace.imaging.info import PictureInfo
from ispace.model.release import Recipe, ReleaseFile
from ispace.model.tileset import Coverage, TileSet
from ispace.model.view import Limits, View


@dataclasses.dataclass(frozen=True)
class Note:
    """Something that was guessed or overlooked, said by code from the section ``notes``."""

    code: str
    params: dict[str, object] = dataclasses.field(default_factory=dict)

    def sentence(self, lang: str) -> str:
        """Return the note in ``lang``."""
        return language.say("notes", self.code, lang, **self.params)


@dataclasses.dataclass(frozen=True)
class Original:
    """A picture that was looked at and kept, byte for byte, called ``name`` by people.

    ``bring`` returns the file: a picture whose tiles are ready is not fetched from afar for nothing.
    """

    sha256: str
    size: int
    name: str
    info: PictureInfo
    bring: Callable[[], Path]


@dataclasses.dataclass(frozen=True)
class Tiled:
    """A finished tile set in the private store."""

    id: str
    original: str
    tile_set: TileSet
    files: list[ReleaseFile]
    notes: list[Note]
    north_deg: float | None
    """The compass bearing of yaw 0 by the camera, where it noted one."""
    recipe: Recipe | None = None
    """How it was cut, so that it can be cut again."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """A finished picture in the private store, and the key under which it is published."""

    private_key: str
    key: str
    width_px: int
    height_px: int
    size: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Views:
    """What a page shows of a scene before (or without) its tiles."""

    portrait: Picture
    landscape: Picture
    thumbnail: Picture
    share: Picture

    def __iter__(self) -> Iterator[Picture]:
        return iter((self.portrait, self.landscape, self.thumbnail, self.share))


@dataclasses.dataclass(frozen=True)
class SceneWork:
    """What the imaging stages made of one scene."""

    info: PictureInfo
    tiled: Tiled
    views: Views
    view: View
    limits: Limits


@dataclasses.dataclass(frozen=True)
class SceneFacts:
    """What the gate has to know of a scene's picture; ``coverage`` is known once it is cut."""

    width_px: int
    coverage: Coverage | None = None
    north_deg: float | None = None
    has_first_view: bool = False
    """Whether the picture itself says how it opens."""

    @classmethod
    def of(cls, info: PictureInfo, tiled: Tiled | None) -> Self:
        """Return the facts of a picture, ``tiled`` where it is cut."""
        opens = info.gpano is not None and info.gpano.initial_heading_deg is not None
        if tiled is None:
            return cls(info.width_px, has_first_view=opens)
        return cls(info.width_px, tiled.tile_set.coverage, tiled.north_deg, opens)


@dataclasses.dataclass(frozen=True)
class MediumFacts:
    """What the gate has to know of a medium's file as visitors get it; only a picture has a size in pixels."""

    size_bytes: int
    width_px: int = 0
    height_px: int = 0


@dataclasses.dataclass(frozen=True)
class MediumWork:
    """A medium as it is published; a picture has a size, a film its captions by language."""

    file: Picture
    captions: Mapping[str, Picture] = dataclasses.field(default_factory=dict)
