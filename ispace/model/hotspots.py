"""What a visitor can point at in a scene."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ispace.model.base import Document, Id, Phone, WebAddress
from ispace.model.text import Text, Title
from ispace.model.view import Direction, Pitch, Position, View, Yaw, vector

Icon = Literal[
    "info", "image", "volume", "film", "history", "house", "tree", "food", "craft", "water", "view", "accessible"
]
"""What a card's disc may show."""


_THINNEST = 1e-6
"""What three corners must span, as the volume of their rays: a hair of a tenth of a degree by a twentieth."""


class _Point(Document):
    id: Id
    yaw_deg: Yaw
    pitch_deg: Pitch


class LinkHotspot(_Point):
    """A way into another scene; without ``arrival`` the visitor keeps facing the way they walked."""

    kind: Literal["link"]
    target: Id
    title: Title | None = None
    arrival: View | None = None


class CardHotspot(_Point):
    """A card with text, pictures, sound and film; its icon follows from what is in it, unless ``icon`` says another."""

    kind: Literal["card"]
    title: Title
    icon: Icon | None = None
    text: Text | None = None
    media: list[Id] = Field(default_factory=list, max_length=40)


class UrlHotspot(_Point):
    """A link out of the tour."""

    kind: Literal["url"]
    title: Title
    url: WebAddress
    text: Text | None = None


class DirectionsHotspot(_Point):
    """The way to a place by a map service; without ``position`` to the scene, else its place, else the tour's place."""

    kind: Literal["directions"]
    title: Title | None = None
    position: Position | None = None


class PhoneHotspot(_Point):
    """A telephone number to call."""

    kind: Literal["phone"]
    title: Title
    phone: Phone


class ProductHotspot(_Point):
    """An OCOP product of the tour, where it stands in the picture."""

    kind: Literal["product"]
    product: Id
    title: Title | None = None


class SoundHotspot(_Point):
    """A sound that comes from a direction, the louder the nearer the visitor looks to it; it never starts by itself."""

    kind: Literal["sound"]
    medium: Id
    title: Title | None = None
    reach_deg: float = Field(default=60.0, ge=5, le=180, strict=True)
    """At this angle beside the view's middle it is heard with half its volume."""
    volume: float = Field(default=1.0, gt=0, le=1, strict=True)
    repeat: bool = Field(default=True, strict=True)


class LayerHotspot(Document):
    """A picture or film glued into the scene in perspective: its corners lie in these directions.

    ``corners`` begin at the medium's upper left one and go round clockwise.
    """

    id: Id
    kind: Literal["layer"]
    corners: list[Direction] = Field(min_length=4, max_length=4)
    medium: Id
    title: Title | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _flat(self) -> Self:
        """A flat picture looks so from no place unless its corners go round clockwise without a dent."""
        rays = [vector(corner.yaw_deg, corner.pitch_deg) for corner in self.corners]
        for n in range(4):
            (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (rays[(n + k) % 4] for k in range(3))
            if ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx) > -_THINNEST:
                raise PydanticCustomError("corners_order", "four corners clockwise", {})
        return self


class AreaHotspot(Document):
    """A polygon on the sphere; it opens a card, or leads to ``target`` where that is given."""

    id: Id
    kind: Literal["area"]
    points: list[Direction] = Field(min_length=3, max_length=200)
    title: Title
    text: Text | None = None
    media: list[Id] = Field(default_factory=list, max_length=40)
    target: Id | None = None
    arrival: View | None = None


Hotspot = Annotated[
    LinkHotspot
    | CardHotspot
    | UrlHotspot
    | DirectionsHotspot
    | PhoneHotspot
    | ProductHotspot
    | SoundHotspot
    | LayerHotspot
    | AreaHotspot,
    Field(discriminator="kind"),
]
