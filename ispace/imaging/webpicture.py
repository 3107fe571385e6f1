"""A picture for a card: upright, in sRGB, of a bearable size, and without what its camera wrote into it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

LONGEST_PX = 1600
"""The longer side of a published picture; cards are 400 px wide, a phone held across has up to 1600 device pixels."""


def encode(rgb: np.ndarray) -> bytes:
    """Return a picture (H×W×3 uint8, sRGB) as progressive JPEG, at most ``LONGEST_PX`` on its longer side."""
    image = Image.fromarray(rgb)
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=84, optimize=True, progressive=True)
    return buffer.getvalue()
