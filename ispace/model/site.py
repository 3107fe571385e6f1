"""The public site as a whole: its name, and the address under which the world reaches it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Site:
    """Name by language and public base address (``https://tour.angiang.gov.vn/``), ``None`` while it is unknown."""

    name: Mapping[str, str] = dataclasses.field(
        default_factory=lambda: {"vi": "iSpace An Giang", "en": "iSpace An Giang"}
    )
    public_url: str | None = None

    def absolute(self, key: str) -> str | None:
        """Return the full address of the public object ``key``, ``None`` while the base address is unknown."""
        return f"{self.public_url.rstrip('/')}/{key}" if self.public_url else None
