"""The tour document ``tour.json``: everything an editor decides, described in ``tours/README.md``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from ispace.keys import reserved
from ispace.model.base import Document, Email, Id, Phone, WebAddress
from ispace.model.hotspots import DirectionsHotspot
from ispace.model.media import Media
from ispace.model.place import Place
from ispace.model.product import Product
from ispace.model.scene import Scene
from ispace.model.skin import Skin
from ispace.model.text import Language, Text, Title
from ispace.model.view import Position

VERSION = 1
"""The version of the format that this iSpace writes."""


class Agency(Document):
    """Who stands behind a tour: what Vietnamese rules want in the footer of a public agency's pages."""

    managing_body: Title
    governing_body: Title | None = None
    address: Title | None = None
    phone: Phone | None = None
    email: Email | None = None
    responsible_person: Title | None = None
    permit: Title | None = None
    source: Title | None = None


class Licence(Document):
    """Under which terms the pictures and texts may be used again."""

    name: Title
    url: WebAddress | None = None


class Plan(Document):
    """A drawing of a floor; ``north_deg`` is the compass bearing of its upper edge."""

    medium: Id
    north_deg: float = Field(default=0.0, ge=0, lt=360, strict=True)


class Floor(Document):
    """A storey of a building."""

    id: Id
    title: Title
    plan: Plan | None = None


class Guide(Document):
    """A guided walk through scenes; a scene without narration is shown for ``seconds_per_scene``."""

    scenes: list[Id] = Field(default_factory=list, max_length=1000)
    """In this order; all scenes of the tour where it is empty."""
    seconds_per_scene: float = Field(default=12.0, ge=4, le=120, strict=True)


class Tour(Document):
    """A whole tour."""

    schema_: str | None = Field(default=None, alias="$schema")
    version: Literal[1]
    id: Id
    title: Title
    description: Text
    languages: list[Language] = Field(default=["vi"], min_length=1, max_length=20)
    categories: list[Literal["heritage", "landscape", "ocop"]] = Field(default_factory=list)
    start: Id | None = None
    place: Id | None = None
    agency: Agency | None = None
    licence: Licence | None = None
    skin: Skin = Skin()
    guide: Guide | None = None
    floors: list[Floor] = Field(default_factory=list, max_length=100)
    places: list[Place] = Field(default_factory=list, max_length=1000)
    products: list[Product] = Field(default_factory=list, max_length=1000)
    media: list[Media] = Field(default_factory=list, max_length=5000)
    scenes: list[Scene] = Field(min_length=1, max_length=1000)

    @field_validator("id")
    @classmethod
    def _free_name(cls, value: str) -> str:
        if value in reserved():
            raise PydanticCustomError("id_reserved", "not a reserved name", {"value": value})
        return value

    @property
    def default_language(self) -> str:
        """The language that everything else falls back to."""
        return self.languages[0]

    @property
    def start_scene(self) -> Scene:
        """The scene in which a visit begins."""
        return next((s for s in self.scenes if s.id == self.start), self.scenes[0])

    def scene(self, scene_id: str) -> Scene:
        """Return a scene by id; ``KeyError`` where there is none."""
        return {s.id: s for s in self.scenes}[scene_id]

    def destination(self, scene: Scene, spot: DirectionsHotspot) -> Position | None:
        """Return where directions lead: as the hotspot says, else to the scene, its place, the tour's place."""
        known = {place.id: place.position for place in self.places}
        found = (spot.position, scene.position, known.get(scene.place or ""), known.get(self.place or ""))
        return next((position for position in found if position), None)
