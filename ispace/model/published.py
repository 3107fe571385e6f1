"""The published tour: what ``compose`` makes and every reader may rely on (contract 1, ``tours/README.md``).

iSpace itself never reads a published tour through these classes; they are the contract in a form that can be checked.
Every link is relative to the address of the ``tour.json`` that it stands in.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ispace.model.base import Colour, Day, Id, WebAddress
from ispace.model.hotspots import (
    AreaHotspot,
    CardHotspot,
    LayerHotspot,
    LinkHotspot,
    PhoneHotspot,
    ProductHotspot,
    SoundHotspot,
    UrlHotspot,
)
from ispace.model.product import Maker, ProductGroup, ProductLink
from ispace.model.scene import PlanPosition
from ispace.model.skin import Control
from ispace.model.text import Language, Line, Text, Title

Link = Annotated[str, StringConstraints(pattern=r"^(\.\./){3}[A-Za-z0-9][A-Za-z0-9._/-]*$")]
"""A relative link from the release's folder to an object of the same store."""

Pixels = Annotated[int, Field(gt=0, strict=True)]
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Published(BaseModel):
    """A part of the contract: exactly these fields are written; readers ignore what they do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedTiles(Published):
    """Cube tiles at ``base`` + ``{level}/{face}/{row}_{col}.{format}``; levels count from 1, the coarsest."""

    base: Link
    tile_size_px: Pixels
    level_sizes_px: list[Pixels] = Field(min_length=1)
    format: Literal["jpg", "webp"]


class PublishedPreview(Published):
    """Six small faces in one vertical strip, and a still smaller strip as base64 JPEG to show at once."""

    url: Link
    size_px: Pixels
    order: Literal["bdflru"]
    inline: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=10_000)]


class PublishedPicture(Published):
    """A picture of known size."""

    url: Link
    width_px: Pixels
    height_px: Pixels


class PublishedPosters(Published):
    """The initial view as a page shows it before its tiles: on an upright and on a wide screen."""

    portrait: PublishedPicture
    landscape: PublishedPicture


class PublishedView(Published):
    """A direction and the angle that spans the longer side of the screen."""

    yaw_deg: Degrees = Field(ge=-180, le=180)
    pitch_deg: Degrees = Field(ge=-90, le=90)
    hfov_deg: Degrees = Field(gt=0, le=150)


class PublishedLimits(Published):
    """How far a visitor may turn and zoom; yaw may run past ±180 where the range crosses the seam."""

    yaw_min_deg: Degrees = Field(ge=-360, le=360)
    yaw_max_deg: Degrees = Field(ge=-360, le=360)
    pitch_min_deg: Degrees = Field(ge=-90, le=90)
    pitch_max_deg: Degrees = Field(ge=-90, le=90)
    hfov_min_deg: Degrees = Field(gt=0, le=150)
    hfov_max_deg: Degrees = Field(gt=0, le=150)


class PublishedPosition(Published):
    """Where the camera stood (WGS 84), where the document says so."""

    lat: Degrees = Field(ge=-90, le=90)
    lon: Degrees = Field(ge=-180, le=180)


class PublishedDirections(Published):
    """The way to a place: ``url`` is its page at a map service."""

    id: Id
    kind: Literal["directions"]
    yaw_deg: Degrees = Field(ge=-180, lt=180)
    pitch_deg: Degrees = Field(ge=-90, le=90)
    title: Title | None = None
    url: WebAddress


PublishedHotspot = Annotated[
    LinkHotspot
    | CardHotspot
    | UrlHotspot
    | PublishedDirections
    | PhoneHotspot
    | ProductHotspot
    | SoundHotspot
    | LayerHotspot
    | AreaHotspot,
    Field(discriminator="kind"),
]


class PublishedScene(Published):
    """One place to stand: its picture, how it opens, and what can be pointed at."""

    id: Id
    title: Title
    description: Text | None
    tiles: PublishedTiles
    preview: PublishedPreview
    poster: PublishedPosters
    thumbnail: PublishedPicture
    share: PublishedPicture
    initial_view: PublishedView
    limits: PublishedLimits
    north_deg: Degrees | None = Field(ge=0, le=360)
    position: PublishedPosition | None
    floor: Id | None
    plan_position: PlanPosition | None = None
    place: Id | None
    narration: dict[Language, Id] | None = None
    hotspots: list[PublishedHotspot]


class PublishedProduct(Published):
    """An OCOP product; ``expires_on`` is always given."""

    name: Title
    summary: Text
    group: ProductGroup
    stars: Annotated[int, Field(ge=3, le=5, strict=True)]
    decision: Line
    issuer: Title
    issued_on: Day
    expires_on: Day
    maker: Maker
    links: list[ProductLink]
    media: list[Id]
    sample: bool


class PublishedMedium(Published):
    """A picture, sound or film that a card or product shows; pictures have a size."""

    kind: Literal["image", "audio", "video"]
    url: Link
    width_px: Pixels | None = None
    height_px: Pixels | None = None
    alt: Title | None
    credit: Line | None
    transcript: Text | None
    captions: dict[Language, Link] | None
    poster: Link | None = None


class PublishedPlan(PublishedPicture):
    """A drawing of a floor; ``north_deg`` is the bearing of its upper edge."""

    alt: Title | None
    north_deg: Degrees = Field(ge=0, lt=360)


class PublishedFloor(Published):
    """A storey, lowest first."""

    id: Id
    title: Title
    plan: PublishedPlan | None = None


class PublishedMap(Published):
    """Raster tiles in Web Mercator below the map: an address, or a path on the tour's host; whose map it is."""

    tiles: Annotated[str, StringConstraints(pattern=r"^(https?:/)?/[!-~]+$")]
    attribution: Line
    min_zoom: Annotated[int, Field(ge=0, le=22, strict=True)]
    max_zoom: Annotated[int, Field(ge=0, le=22, strict=True)]


class PublishedGuide(Published):
    """A guided walk: scenes in order, and how long one without narration is shown."""

    scenes: list[Id] = Field(min_length=1)
    seconds_per_scene: Degrees = Field(gt=0)


class PublishedSkin(Published):
    """How the tour looks; ``logo`` is a link to a picture."""

    preset: Literal["museum", "nature", "market", "dark"]
    accent: Colour
    theme: Literal["auto", "light", "dark"] = "auto"
    logo: Link | None = None
    controls: list[Control] | None = None
    auto_turn: bool = False


class PublishedTour(Published):
    """A whole published tour."""

    version: Literal[1]
    id: Id
    release: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$")]
    default_language: Language
    languages: list[Language] = Field(min_length=1)
    title: Title
    description: Text
    start: Id
    guide: PublishedGuide | None = None
    map: PublishedMap | None = None
    floors: list[PublishedFloor]
    skin: PublishedSkin
    page: dict[Language, Link]
    scenes: list[PublishedScene] = Field(min_length=1)
    products: dict[Id, PublishedProduct]
    media: dict[Id, PublishedMedium]
