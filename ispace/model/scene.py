"""One place to stand: a panorama and what can be pointed at in it."""

from __future__ import annotations

from pydantic import Field

from ispace.model.base import Document, FilePath, Id
from ispace.model.hotspots import Hotspot
from ispace.model.text import Language, Line, Text, Title
from ispace.model.view import LevelAngles, Limits, Pitch, Position, View


class Coverage(Document):
    """How much of the sphere a partial panorama shows, where its file does not say so itself."""

    haov_deg: float = Field(gt=0, le=360, strict=True)
    vaov_deg: float = Field(gt=0, le=180, strict=True)
    pitch_deg: Pitch = 0.0


class Panorama(Document):
    """The picture of a scene; ``coverage`` overrides what the file says."""

    file: FilePath
    coverage: Coverage | None = None
    alt: Title | None = None
    credit: Line | None = None


class PlanPosition(Document):
    """A point on the floor's plan, as parts of its width and height from the upper left corner."""

    x: float = Field(ge=0, le=1, strict=True)
    y: float = Field(ge=0, le=1, strict=True)


class Scene(Document):
    """A panorama, how to look at it, where it was taken and its hotspots."""

    id: Id
    title: Title
    description: Text | None = None
    panorama: Panorama
    initial_view: View | None = None
    limits: Limits | None = None
    level: LevelAngles | None = None
    north_deg: float | None = Field(default=None, ge=0, lt=360, strict=True)
    position: Position | None = None
    floor: Id | None = None
    plan_position: PlanPosition | None = None
    place: Id | None = None
    narration: dict[Language, Id] = Field(default_factory=dict)
    hotspots: list[Hotspot] = Field(default_factory=list, max_length=2000)
