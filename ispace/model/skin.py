"""How a tour looks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ispace.model.base import Colour, Document, Id

Control = Literal[
    "scenes", "thumbnails", "map", "compass", "guide", "share", "fullscreen", "gyroscope", "vr", "move", "offline"
]


ACCENTS = {"museum": "#14533f", "nature": "#2c5e1a", "market": "#8a3b12", "dark": "#1f5c49"}
"""The colour of each preset; ``static/viewer/skins.css`` says the same."""


class Skin(Document):
    """A preset and what an agency may change of it."""

    preset: Literal["museum", "nature", "market", "dark"] = "museum"
    accent: Colour | None = None
    """The preset's own where it says nothing."""
    theme: Literal["auto", "light", "dark"] = "auto"
    """Whether the page follows the visitor's system."""
    logo: Id | None = None
    controls: list[Control] | None = Field(default=None, max_length=20)
    """Which controls the viewer shows, all that the tour has use for where it says nothing."""
    auto_turn: bool = Field(default=False, strict=True)
    """The picture turns slowly until the visitor touches it; never for visitors who want less motion."""

    @property
    def colour(self) -> str:
        """The accent as ``#rrggbb``."""
        return self.accent or ACCENTS[self.preset]

    @property
    def is_dark(self) -> bool:
        """Whether pages are dark whatever the visitor's system says."""
        return self.theme == "dark" or self.preset == "dark"
