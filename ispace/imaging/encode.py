"""Planes → the bytes of a picture file: JPEG straight from YCbCr, WebP by way of RGB."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import cast

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from ispace.imaging.planes import Planes

Encoder = Callable[[Planes, int], bytes]


def jpeg(planes: Planes, quality: int) -> bytes:
    """Return baseline JPEG 4:2:0; sides are best multiples of 16."""
    # fastdct is the default of simplejpeg, but neither faster nor as good
    encoded = simplejpeg.encode_jpeg_yuv_planes(planes.y, planes.cb, planes.cr, quality=quality, fastdct=False)
    return cast(bytes, encoded)


def webp(planes: Planes, quality: int) -> bytes:
    """Return WebP as good as JPEG of that ``quality``; a sixth smaller, and fifty times the work."""
    buffer = io.BytesIO()
    Image.fromarray(to_rgb(planes)).save(buffer, "WEBP", quality=min(quality + 2, 100), method=4)
    return buffer.getvalue()


ENCODERS: dict[str, Encoder] = {"jpg": jpeg, "webp": webp}
"""Tile formats by the extension of their files."""


def to_rgb(planes: Planes) -> NDArray[np.uint8]:
    """Return (H, W, 3) sRGB."""
    height, width = planes.y.shape
    full = (planes.cb.shape[1] * 2, planes.cb.shape[0] * 2)
    chroma = [
        cv2.resize(plane, full, interpolation=cv2.INTER_LINEAR)[:height, :width] for plane in (planes.cr, planes.cb)
    ]
    return np.asarray(cv2.cvtColor(cv2.merge([planes.y, *chroma]), cv2.COLOR_YCrCb2RGB), np.uint8)


def decode(data: bytes) -> NDArray[np.uint8]:
    """Return (H, W, 3) sRGB of a file that one of ``ENCODERS`` made."""
    if data[:2] == b"\xff\xd8":
        return np.asarray(simplejpeg.decode_jpeg(data, "RGB"), np.uint8)
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))
