"""Colour profiles: whatever a picture was stored in becomes sRGB, because tiles carry no profile."""

from __future__ import annotations

import functools
import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_RGB_TOLERANCE = 2
"""Profiles that differ from sRGB by no more than this (of 255) in any colour are sRGB under another name."""

_BROKEN = (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError)


class ToSrgb:
    """Turns rows of one profile and mode into sRGB (relative colorimetric, black point compensated)."""

    def __init__(self, transform: ImageCms.ImageCmsTransform, mode: str) -> None:
        self._transform, self.mode = transform, mode

    def rows(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return (h, w, 3) sRGB for rows of the mode: (h, w) for "L", (h, w, 3) for "RGB", (h, w, 4) for "CMYK"."""
        size = (rows.shape[1], rows.shape[0])
        picture = Image.frombuffer(self.mode, size, np.ascontiguousarray(rows), "raw", self.mode)
        return np.asarray(self.picture(picture))

    def picture(self, picture: Image.Image) -> Image.Image:
        """Return an RGB picture in sRGB."""
        return self._transform.apply(picture)


def profile_name(icc: bytes) -> str | None:
    """Return what a profile calls itself, at most 80 characters; ``None`` for a broken one."""
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    except _BROKEN:
        return None
    shown = "".join(c if c.isprintable() else " " for c in name[:400])
    return " ".join(shown.split())[:80] or "?"


def to_srgb(icc: bytes | None, mode: str) -> ToSrgb | None:
    """Return how pixels of ``mode`` ("L", "RGB", "CMYK" or "LAB") with that profile become sRGB.

    ``None`` where there is nothing to do: no profile, one that is sRGB or plain grey, a broken one, or one that was
    made for another kind of pixels.
    """
    try:
        if mode == "LAB":
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif icc:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        else:
            return None
        transform = ImageCms.buildTransform(
            profile,
            _srgb(),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        found = ToSrgb(transform, mode)
        return None if mode in {"L", "RGB"} and _changes_nothing(found) else found
    except _BROKEN:
        return None


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: ToSrgb) -> bool:
    """Try 9 × 9 × 9 colours; a name is no proof, and sRGB goes by many names."""
    steps = np.arange(0, 256, 255 // 8, dtype=np.uint8)
    if transform.mode == "L":
        grey = np.arange(256, dtype=np.uint8)[None, :]
        return _differ_little(transform.rows(grey), np.repeat(grey[:, :, None], 3, axis=2))
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
    return _differ_little(transform.rows(cube), cube)


def _differ_little(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    return int(np.abs(a.astype(np.int16) - b.astype(np.int16)).max()) <= _RGB_TOLERANCE


def recolour(
    luma: NDArray[np.uint8], cb: NDArray[np.uint8], cr: NDArray[np.uint8], transform: ToSrgb, strip_px: int = 256
) -> None:
    """Turn full-range YCbCr planes with halved chroma into sRGB, in place and strip by strip.

    ``luma`` is (h, w), ``cb`` and ``cr`` are (⌈h/2⌉, ⌈w/2⌉). A transform of mode "L" looks at ``luma`` only.
    """
    height, width = luma.shape
    for top in range(0, height, strip_px):
        rows = luma[top : top + strip_px]
        half = slice(top // 2, top // 2 + -(-rows.shape[0] // 2))
        if transform.mode == "L":
            rgb = transform.rows(rows)
        else:
            full = [np.repeat(np.repeat(p[half], 2, axis=0), 2, axis=1)[: rows.shape[0], :width] for p in (cr, cb)]
            stored = cv2.cvtColor(np.dstack([rows, *full]), cv2.COLOR_YCrCb2RGB)
            rgb = transform.rows(np.asarray(stored, np.uint8))
        ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
        rows[:] = ycc[:, :, 0]
        size = (cb.shape[1], half.stop - half.start)
        cr[half] = cv2.resize(ycc[:, :, 1], size, interpolation=cv2.INTER_AREA)
        cb[half] = cv2.resize(ycc[:, :, 2], size, interpolation=cv2.INTER_AREA)
