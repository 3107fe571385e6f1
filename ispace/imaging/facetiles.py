"""Cutting tiles out of a panorama, several faces at a time where they share their places in the picture.

Faces that are level differ by quarter turns only: one computation serves f, r, b and l, another u and d, because
opposite directions lie half a turn apart and at mirrored heights. Under any rotation that still holds for f and b, r
and l. Where the size of the picture does not allow it, each face is computed by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ispace.imaging.geometry import FACES, Array, LevelAngles, source_rotation
from ispace.imaging.planes import BACKGROUND_RGB, Plane, Planes, Sphere
from ispace.imaging.sample import Piece, pieces, resample
from ispace.imaging.source import Box, Source, sources


@dataclass(frozen=True, slots=True)
class Twin:
    """A face that takes its places from another: further to the right, from the picture upside down, then flipped.

    ``flip`` is OpenCV's: 0 rows, 1 columns.
    """

    face: str
    quarter_turns: int = 0
    mirrored: bool = False
    flip: int | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A finished tile: face, row and column in its level, pixels."""

    face: str
    row: int
    col: int
    planes: Planes


_QUARTERS = (
    (Twin("f"), Twin("r", 1), Twin("b", 2), Twin("l", 3)),
    (Twin("u"), Twin("d", 2, mirrored=True, flip=1)),
)
_OPPOSITES = (
    (Twin("f"), Twin("b", 2, mirrored=True, flip=0)),
    (Twin("r"), Twin("l", 2, mirrored=True, flip=0)),
    (Twin("u"), Twin("d", 2, mirrored=True, flip=1)),
)
_ALONE = tuple((Twin(face),) for face in FACES)


class FaceCutter:
    """Cuts tiles of ``tile_px`` out of faces of ``face_px``; may be used by several threads at a time.

    ``groups`` are the faces that are cut together.
    """

    def __init__(
        self, planes: Planes, sphere: Sphere, level: LevelAngles, face_px: int, tile_px: int, *, share: bool = True
    ) -> None:
        self._luma, self._chroma = sources(planes, sphere)
        self._rotation: Array = source_rotation(level)
        self._face_px, self._tile_px, self.count = face_px, tile_px, face_px // tile_px
        self.groups: tuple[tuple[Twin, ...], ...] = _ALONE
        even = sphere.full_width_px % 4 == 0 and sphere.full_height_px % 2 == 0
        if share and even and self._luma.is_full:
            quarters = level.is_level and sphere.full_width_px % 8 == 0
            self.groups = _QUARTERS if quarters else _OPPOSITES

    @property
    def sources(self) -> tuple[Source, Source]:
        """Luma and chroma, as they are sampled."""
        return self._luma, self._chroma

    def cut(self, group: tuple[Twin, ...], row: int, col: int) -> Iterator[Tile]:
        """Yield the tile at ``row`` and ``col`` of a group's first face, and what its twins have there."""
        luma = self._cut(self._luma, group, row, col, 1)
        chroma = self._cut(self._chroma, group, row, col, 2)
        for twin, (y,), (cb, cr) in zip(group, luma, chroma, strict=True):
            yield Tile(
                twin.face,
                self.count - 1 - row if twin.flip == 0 else row,
                self.count - 1 - col if twin.flip == 1 else col,
                Planes(y, cb, cr),
            )

    def _cut(self, source: Source, group: tuple[Twin, ...], row: int, col: int, reduced: int) -> list[list[Plane]]:
        side = self._tile_px // reduced
        box = Box(col * side, row * side, (col + 1) * side, (row + 1) * side)
        background = _BACKGROUND[:1] if reduced == 1 else _BACKGROUND[1:]
        found: list[list[Plane]] = [[] for _ in group]
        for piece in pieces(source, group[0].face, self._face_px // reduced, box, self._rotation):
            for planes, twin in zip(found, group, strict=True):
                pixels = resample(source, piece, twin.quarter_turns, mirrored=twin.mirrored)
                if piece.box == box and piece.opacity is None:
                    planes[:] = pixels
                    continue
                if not planes:
                    planes[:] = [np.full((side, side), value, np.uint8) for value in background]
                for plane, part in zip(planes, pixels, strict=True):
                    _place(plane, part, piece, box)
        for planes, twin in zip(found, group, strict=True):
            if not planes:
                planes[:] = [np.full((side, side), value, np.uint8) for value in background]
            if twin.flip is not None:
                planes[:] = [np.asarray(cv2.flip(plane, twin.flip), np.uint8) for plane in planes]
        return found


def _place(plane: Plane, part: Plane, piece: Piece, tile: Box) -> None:
    """Paint a piece's pixels on its part of a tile."""
    box = piece.box
    target = plane[box.top - tile.top : box.bottom - tile.top, box.left - tile.left : box.right - tile.left]
    if piece.opacity is None:
        target[:] = part
    else:
        target[:] = np.rint(target + piece.opacity * (part.astype(np.float32) - target))


def _ycc(rgb: tuple[int, int, int]) -> list[int]:
    y, cr, cb = cv2.cvtColor(np.array([[rgb]], np.uint8), cv2.COLOR_RGB2YCrCb)[0, 0]
    return [int(y), int(cb), int(cr)]


_BACKGROUND = _ycc(BACKGROUND_RGB)
