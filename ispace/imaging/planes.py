"""A panorama in memory: planes of luma and halved chroma, and the place of the picture on the sphere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

BACKGROUND_RGB = (22, 35, 29)
"""What is painted where there is no picture: nearly black, with a little green."""


def half(length_px: int) -> int:
    """Return the number of chroma samples along ``length_px`` pixels."""
    return -(-length_px // 2)


class Planes:
    """8-bit full-range YCbCr (JFIF) of a picture, chroma halved both ways and centred between luma samples.

    ``y`` is (H, W), ``cb`` and ``cr`` are (⌈H/2⌉, ⌈W/2⌉), all uint8 and contiguous, each a view of a flat array that is
    as large as the plane, so that a decoder can write into that. What lies beyond the edges (around the seam, over the
    poles) is no part of the planes; ``sample.crop`` continues them.
    """

    def __init__(self, y: Plane, cb: Plane, cr: Plane) -> None:
        """Take three planes as they are; raises ``ValueError`` where their shapes do not belong together."""
        expected = (half(y.shape[0]), half(y.shape[1]))
        if cb.shape != expected or cr.shape != expected:
            raise ValueError(f"luma {y.shape} needs chroma {expected}, not {cb.shape} and {cr.shape}")
        self.y, self.cb, self.cr = y, cb, cr

    @classmethod
    def empty(cls, width_px: int, height_px: int) -> Self:
        """Return planes with undefined content; memory is taken only as it is written to."""
        small = (half(height_px), half(width_px))
        return cls(*(np.empty(h * w, np.uint8).reshape(h, w) for h, w in ((height_px, width_px), small, small)))

    @classmethod
    def from_rgb(cls, rgb: NDArray[np.uint8], strip_px: int = 256) -> Self:
        """Return the planes of an (H, W, 3) uint8 sRGB picture."""
        planes = cls.empty(rgb.shape[1], rgb.shape[0])
        for top in range(0, rgb.shape[0], strip_px):
            planes.put_rgb_rows(top, rgb[top : top + strip_px])
        return planes

    def put_rgb_rows(self, row: int, rgb: NDArray[np.uint8]) -> None:
        """Write (h, W, 3) uint8 sRGB rows from ``row`` on; ``row`` is even, and so is h but for the last rows."""
        ycc = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2YCrCb)
        self.y[row : row + rgb.shape[0]] = ycc[:, :, 0]
        odd_rows, odd_columns = rgb.shape[0] % 2, rgb.shape[1] % 2
        if odd_rows or odd_columns:  # or the reduction would not be by two, and shift the colours
            ycc = cv2.copyMakeBorder(ycc, 0, odd_rows, 0, odd_columns, cv2.BORDER_REPLICATE)
        rows = slice(row // 2, row // 2 + half(rgb.shape[0]))
        size = (self.cb.shape[1], rows.stop - rows.start)
        self.cr[rows] = cv2.resize(ycc[:, :, 1], size, interpolation=cv2.INTER_AREA)
        self.cb[rows] = cv2.resize(ycc[:, :, 2], size, interpolation=cv2.INTER_AREA)

    @property
    def width_px(self) -> int:
        """Width of the picture."""
        return int(self.y.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the picture."""
        return int(self.y.shape[0])


@dataclass(frozen=True, slots=True)
class Sphere:
    """Where a picture lies on the full sphere: the size of the whole in pixels, and where the picture's corner is.

    The middle column of the whole is yaw 0, its rows reach from the zenith to the nadir (as in GPano).
    """

    full_width_px: int
    full_height_px: int
    left_px: int = 0
    top_px: int = 0

    def is_round(self, planes: Planes) -> bool:
        """Whether the picture goes all the way round, so that its last column is followed by its first."""
        return planes.width_px >= self.full_width_px

    def is_full(self, planes: Planes) -> bool:
        """Whether the picture is the whole sphere."""
        return self.is_round(planes) and planes.height_px >= self.full_height_px
