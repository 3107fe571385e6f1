"""Reading a finished tile set: any directions → their pixels, as if the cube had no edges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.encode import decode
from ispace.imaging.geometry import FACES, Array, face_directions, face_of
from ispace.imaging.source import Box

Rgb = NDArray[np.uint8]

_BORDER_PX = 2
_ROWS = 256
_NO_MAP: Any = None


class TileSetLike(Protocol):
    """What has to be known of a tile set; coarsest level first."""

    @property
    def tile_size_px(self) -> int:
        """Side of a tile."""

    @property
    def level_sizes_px(self) -> Sequence[int]:
        """Side of a face at every level."""

    @property
    def format(self) -> str:
        """Extension of the tiles."""


class CubeFaces:
    """The faces of a tile set; ``read`` returns the bytes of a file of the set, and is asked once for every tile."""

    def __init__(self, read: Callable[[str], bytes], info: TileSetLike) -> None:
        self._read, self.info = read, info
        self._tiles: dict[tuple[int, str, int, int], Rgb] = {}

    @property
    def sizes_px(self) -> list[int]:
        """Side of a face at every level, coarsest first."""
        return list(self.info.level_sizes_px)

    def level_for(self, focal_px: float) -> int:
        """Return the coarsest level (counted from 1) that is as fine as a picture of that focal length, or the top."""
        fine = (n for n, size in enumerate(self.info.level_sizes_px, start=1) if size >= 2 * focal_px)
        return next(fine, len(self.info.level_sizes_px))

    def look(self, level: int, directions: Callable[[int, int], Array], height: int, width: int) -> Rgb:
        """Return (height, width, 3) sRGB, by cubic interpolation in the faces of a level.

        ``directions(first, last)`` gives the vectors (rows, width, 3) of some rows; asked for few at a time.
        """
        out = np.empty((height, width, 3), np.uint8)
        for first in range(0, height, _ROWS):
            last = min(first + _ROWS, height)
            self._look(level, directions(first, last), out[first:last])
        return out

    def _look(self, level: int, directions: Array, out: Rgb) -> None:
        size = self.info.level_sizes_px[level - 1]
        faces, u, v = face_of(directions.astype(np.float32))
        x, y = ((at + 1) * (size / 2) - 0.5 for at in (u, v))
        for index in np.unique(faces):
            here = faces == index
            across, down = x[here], y[here]
            box = _around(across, down)
            patch = self.patch(level, FACES[index], box)
            rows, cols = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
            part = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
            xy = np.dstack([x[part] - box.left, y[part] - box.top]).astype(np.float32)
            pixels = cv2.remap(patch, xy, _NO_MAP, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
            out[part][here[part]] = pixels[here[part]]

    def patch(self, level: int, face: str, box: Box) -> Rgb:
        """Return pixels of a face; what lies outside it comes from the faces beside it, as seen from the middle."""
        size = self.info.level_sizes_px[level - 1]
        out = np.zeros((box.bottom - box.top, box.right - box.left, 3), np.uint8)
        known = box.within(Box(0, 0, size, size))
        if not known.is_empty:
            here = np.s_[known.top - box.top : known.bottom - box.top, known.left - box.left : known.right - box.left]
            out[here] = self._inside(level, face, known)
        for part in _outside(box, size):
            cols, rows = np.arange(part.left, part.right)[None, :], np.arange(part.top, part.bottom)[:, None]
            directions = face_directions(face, (2 * cols + 1) / size - 1, (2 * rows + 1) / size - 1)
            out[part.top - box.top : part.bottom - box.top, part.left - box.left : part.right - box.left] = (
                self._beside(level, directions.reshape(-1, 3)).reshape(*directions.shape)
            )
        return out

    def _beside(self, level: int, directions: Array) -> Rgb:
        """Return pixels (n, 3) for vectors (n, 3): linear, and within one face each, which is enough for a border."""
        size = self.info.level_sizes_px[level - 1]
        faces, u, v = face_of(directions)
        out = np.empty((len(directions), 3), np.uint8)
        for index in np.unique(faces):
            here = faces == index
            x, y = (np.clip((at[here] + 1) * (size / 2) - 0.5, 0, size - 1) for at in (u, v))
            box = Box(int(x.min()), int(y.min()), int(x.max()) + 2, int(y.max()) + 2).within(Box(0, 0, size, size))
            pixels = self._inside(level, FACES[index], box)
            x, y = x - box.left, y - box.top
            x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
            x1, y1 = np.minimum(x0 + 1, pixels.shape[1] - 1), np.minimum(y0 + 1, pixels.shape[0] - 1)
            fx, fy = (x - x0)[:, None], (y - y0)[:, None]
            upper = pixels[y0, x0] * (1 - fx) + pixels[y0, x1] * fx
            lower = pixels[y1, x0] * (1 - fx) + pixels[y1, x1] * fx
            out[here] = np.rint(upper * (1 - fy) + lower * fy)
        return out

    def _inside(self, level: int, face: str, box: Box) -> Rgb:
        side = self.info.tile_size_px
        out = np.empty((box.bottom - box.top, box.right - box.left, 3), np.uint8)
        for row in range(box.top // side, (box.bottom - 1) // side + 1):
            for col in range(box.left // side, (box.right - 1) // side + 1):
                left, top = col * side, row * side
                part = box.within(Box(left, top, left + side, top + side))
                pixels = self._tile(level, face, row, col)
                out[part.top - box.top : part.bottom - box.top, part.left - box.left : part.right - box.left] = pixels[
                    part.top - top : part.bottom - top, part.left - left : part.right - left
                ]
        return out

    def _tile(self, level: int, face: str, row: int, col: int) -> Rgb:
        place = (level, face, row, col)
        if place not in self._tiles:
            self._tiles[place] = decode(self._read(f"{level}/{face}/{row}_{col}.{self.info.format}"))
        return self._tiles[place]


def _around(x: NDArray[np.floating], y: NDArray[np.floating]) -> Box:
    """Return the box of all pixels that cubic interpolation at these places looks at."""
    left, top = math.floor(x.min()) - _BORDER_PX, math.floor(y.min()) - _BORDER_PX
    return Box(left, top, math.floor(x.max()) + 2 * _BORDER_PX, math.floor(y.max()) + 2 * _BORDER_PX)


def _outside(box: Box, size: int) -> Iterator[Box]:
    """Yield the parts of a box that lie outside a face."""
    for part in (
        Box(box.left, box.top, box.right, min(box.bottom, 0)),
        Box(box.left, max(box.top, size), box.right, box.bottom),
        Box(box.left, max(box.top, 0), min(box.right, 0), min(box.bottom, size)),
        Box(max(box.left, size), max(box.top, 0), box.right, min(box.bottom, size)),
    ):
        if not part.is_empty:
            yield part
