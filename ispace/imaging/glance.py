"""A small picture of a picture, for lists; and what only its pixels tell: whether it is of two fisheye lenses."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ispace.imaging import fisheye

LONGEST_PX = 480
"""Lists show 160 to 240 px, on screens with two or three pixels to each."""


def small(rgb: NDArray[np.uint8]) -> bytes:
    """Return a picture (H×W×3 uint8, sRGB) as a small JPEG."""
    image = Image.fromarray(rgb)
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=78, optimize=True)
    return buffer.getvalue()


def is_dual_fisheye(rgb: NDArray[np.uint8]) -> bool:
    """Say whether a picture (H×W×3 uint8) is of two fisheye lenses."""
    image = Image.fromarray(rgb).convert("L")
    image.thumbnail((256, 256), Image.Resampling.BOX)
    return fisheye.is_dual(np.asarray(image))
