"""What a visitor can point at in a scene."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ispace.model.base import Document, Id, Phone, WebAddress
from ispace.model.text import Text, Title
from ispace.model.view import Direction, Pitch, View, Yaw


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
    """A card with text, pictures, sound and film."""

    kind: Literal["card"]
    title: Title
    text: Text | None = None
    media: list[Id] = Field(default_factory=list, max_length=40)


class UrlHotspot(_Point):
    """A link out of the tour."""

    kind: Literal["url"]
    title: Title
    url: WebAddress
    text: Text | None = None


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
    LinkHotspot | CardHotspot | UrlHotspot | PhoneHotspot | ProductHotspot | AreaHotspot, Field(discriminator="kind")
]
