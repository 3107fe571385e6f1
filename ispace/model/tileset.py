"""A tile set: one panorama cut into cube tiles that every viewer can read by URL pattern."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ispace.model.base import Document


class Preview(Document):
    """The six small faces in one strip, and a still smaller one as base64 JPEG inside the document."""

    file: str
    size_px: int = Field(gt=0)
    order: str = "bdflru"
    inline: str


class Coverage(Document):
    """Which part of the levelled view has picture."""

    yaw_min_deg: float = -180.0
    yaw_max_deg: float = 180.0
    pitch_min_deg: float = -90.0
    pitch_max_deg: float = 90.0

    @property
    def is_full(self) -> bool:
        """Whether the whole sphere has picture."""
        return self.yaw_max_deg - self.yaw_min_deg >= 360 and self.pitch_min_deg <= -90 and self.pitch_max_deg >= 90


class TileSet(Document):
    """``tileset.json``: face sizes per level (coarsest first), tile size and picture format."""

    version: Literal[1] = 1
    tile_size_px: int = Field(gt=0)
    level_sizes_px: list[int] = Field(min_length=1)
    format: Literal["jpg", "webp"] = "jpg"
    faces: str = "frblud"
    preview: Preview
    coverage: Coverage = Coverage()

    def files(self) -> list[str]:
        """Return the name of every file of the set but ``tileset.json``, in a stable order."""
        names = [self.preview.file]
        for level, size_px in enumerate(self.level_sizes_px, start=1):
            count = size_px // self.tile_size_px
            names += [
                f"{level}/{face}/{row}_{col}.{self.format}"
                for face in self.faces
                for row in range(count)
                for col in range(count)
            ]
        return names
