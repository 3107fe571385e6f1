"""How a tour looks."""

from __future__ import annotations

from typing import Literal

from ispace.model.base import Colour, Document, Id


class Skin(Document):
    """A preset and what an agency may change of it."""

    preset: Literal["museum", "nature", "market", "dark"] = "museum"
    accent: Colour = "#14533f"
    logo: Id | None = None
