"""A picture for a card: upright, in sRGB, of a bearable size, and without what its camera wrote into it."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST_PX = 1600
"""The longer side of a published picture; cards are 400 px wide, a phone held across has up to 1600 device pixels."""


@dataclasses.dataclass(frozen=True)
class WebPicture:
    """A picture as it is published."""

    jpeg: bytes
    width_px: int
    height_px: int


def encode(rgb: NDArray[np.uint8]) -> WebPicture:
    """Return a picture (H×W×3 uint8, sRGB) as progressive JPEG, at most ``LONGEST_PX`` on its longer side."""
    image = Image.fromarray(rgb)
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=84, optimize=True, progressive=True)
    return WebPicture(buffer.getvalue(), image.width, image.height)
