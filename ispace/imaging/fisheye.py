"""Tells a picture of two fisheye lenses, as 360° cameras write it before it is stitched, from one that is ready."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BEYOND = 1.12
"""Beyond this share of half the height nothing of a circle is seen; lenses differ by some hundredths."""
_RIM = (0.78, 0.95)
_DARK, _BRIGHTER = 28.0, 12.0
"""Corners are darker than the first, and the rims beside them brighter by the second."""
_RIMS, _LIT = 6, 64.0
"""Six corners of eight: a tripod, or the night's sky, may be as dark as what is beyond, and light may stray into a
corner; one that is brighter than the last belongs to no such picture."""


def is_dual(grey: NDArray[np.uint8]) -> bool:
    """Say whether a picture (H×W uint8, small is enough) shows two bright circles on black, side by side or stacked.

    A panorama of a night is dark in places too: what is looked at are the eight corners of the two squares, each
    against the rim of the circle beside it.
    """
    height, width = grey.shape
    if height > width:
        grey = grey.T
        height, width = width, height
    if height < 32 or not 1.9 <= width / height <= 2.1:
        return False
    half = width // 2
    corners = [*_corners(grey[:, :half]), *_corners(grey[:, half : 2 * half])]
    if max(dark for dark, _ in corners) >= _LIT:
        return False
    return sum(dark < _DARK and rim > dark + _BRIGHTER for dark, rim in corners) >= _RIMS


def _corners(square: NDArray[np.uint8]) -> list[tuple[float, float]]:
    """Return for each corner how bright nearly all of it is at most, and the rim of the circle beside it."""
    height, width = square.shape
    y, x = np.mgrid[0:height, 0:width]
    right, down = (x + 0.5) / width * 2 - 1, (y + 0.5) / height * 2 - 1
    radius = np.hypot(right, down)
    diagonal = np.abs(np.abs(right) - np.abs(down)) < 0.35 * radius
    found = []
    for sign_x in (-1, 1):
        for sign_y in (-1, 1):
            here = (right * sign_x > 0) & (down * sign_y > 0)
            rim = square[here & diagonal & (radius > _RIM[0]) & (radius < _RIM[1])]
            found.append((float(np.percentile(square[here & (radius > _BEYOND)], 90)), float(np.median(rim))))
    return found
