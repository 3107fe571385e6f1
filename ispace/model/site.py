"""The public site as a whole: its name, and the address under which the world reaches it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class MapTiles:
    """A street map that an operator hosts: an address with ``{z}``, ``{x}`` and ``{y}``, and whose map it is.

    Tours show nothing wider than ``min_zoom`` unless they are wider themselves; above ``max_zoom`` there are no tiles.
    """

    tiles: str
    attribution: str
    min_zoom: int
    max_zoom: int


@dataclasses.dataclass(frozen=True)
class Site:
    """Name by language, public base address (``https://tour.angiang.gov.vn/``) and street map, where it has them."""

    name: Mapping[str, str] = dataclasses.field(
        default_factory=lambda: {"vi": "iSpace An Giang", "en": "iSpace An Giang"}
    )
    public_url: str | None = None
    map_tiles: MapTiles | None = None

    def absolute(self, key: str) -> str | None:
        """Return the full address of the public object ``key``, ``None`` while the base address is unknown."""
        return f"{self.public_url.rstrip('/')}/{key}" if self.public_url else None
