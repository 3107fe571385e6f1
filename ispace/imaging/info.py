"""What is known of a picture before it is decoded; light to import, for processes that decode nothing themselves."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from ispace.imaging.gpano import Area, GPano
from ispace.imaging.metadata import Position

LEAST_PANORAMA_RATIO = 1.9
"""Photos are at most 16:9; what is wider for its height was joined already, by a camera or by a person."""

_LEAST_PX, _LEAST_CLEAR_PX = 512, 2048
"""So wide are panoramas at least; what is partly clear and smaller than the second is the logo of somebody."""


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """A picture before it is decoded.

    ``width_px`` and ``height_px`` are upright, after ``orientation`` (EXIF, 1…8) was applied. ``mode`` is Pillow's name
    for the pixels as stored, ``bits`` their depth per channel. ``heading_deg`` is the compass bearing of the picture's
    middle. ``warnings`` are codes of the texts' section ``notes``.
    """

    file: str
    format: str
    width_px: int
    height_px: int
    mode: str = "RGB"
    bits: int = 8
    has_alpha: bool = False
    progressive: bool = False
    orientation: int = 1
    profile: str | None = None
    gpano: GPano | None = None
    position: Position | None = None
    heading_deg: float | None = None
    taken_at: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    focal_35_mm: float | None = None
    file_bytes: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def is_turned(self) -> bool:
        """Whether width and height change places when the picture is put upright."""
        return self.orientation >= 5

    @property
    def is_panorama(self) -> bool:
        """Whether the file says so or the picture is too wide for a photo and no mere logo or banner."""
        if self.gpano is not None and self.gpano.projection is not None:
            return True
        is_sign = self.width_px < (_LEAST_CLEAR_PX if self.has_alpha else _LEAST_PX)
        return not is_sign and self.width_px >= LEAST_PANORAMA_RATIO * self.height_px

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` takes back."""
        return dataclasses.asdict(self) | {"warnings": list(self.warnings)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``to_json`` was called on."""
        fields = dict(value)
        if fields.get("gpano"):
            gpano = dict(fields["gpano"])
            gpano["area"] = Area(**gpano["area"]) if gpano.get("area") else None
            fields["gpano"] = GPano(**gpano)
        if fields.get("position"):
            fields["position"] = Position(**fields["position"])
        fields["warnings"] = tuple(fields.get("warnings", ()))
        return cls(**fields)
