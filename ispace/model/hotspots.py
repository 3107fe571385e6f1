"""What a visitor can point at in a scene."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ispace.model.base import Document, Id, Phone, WebAddress
from ispace.model.text import Text, Title
from ispace.model.view import Direction, Pitch, Position, View, Yaw

Icon = Literal[
    "info", "image", "volume", "film", "history", "house", "tree", "food", "craft", "water", "view", "accessible"
]
"""What a card's disc may show."""


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
    """The way to a place by a map service; without ``position`` to where the scene was taken, else the tour's place."""

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
    repeat: bool = True


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
