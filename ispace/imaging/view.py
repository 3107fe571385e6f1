"""Views of a finished tile set, as a pinhole camera sees them: posters, thumbnails, pictures for sharing."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ispace.imaging.cubefaces import CubeFaces, Rgb
from ispace.imaging.geometry import (
    Array,
    angles,
    direction,
    equirect_angles,
    equirect_xy,
    focal_px,
    view_axes,
    view_directions,
)

__all__ = ["CubeFaces", "rectilinear", "small_view"]

_MARGIN_PX = 8
"""More than cubic interpolation looks at, with room for what 65 rays do not meet."""


def rectilinear(
    source: CubeFaces, *, yaw_deg: float, pitch_deg: float, hfov_deg: float, width_px: int, height_px: int
) -> Rgb:
    """Return (height, width, 3) sRGB; ``hfov_deg`` spans the longer side, between the outer edges of its pixels.

    This is what the viewer draws into a canvas of that size, to the pixel. Every pixel is the mean over its area, taken
    at 2 × 2 points or more of the coarsest level that has as much detail as the view.
    """
    focal = focal_px(hfov_deg, width_px, height_px)
    level = source.level_for(focal)
    finer = max(2, math.ceil(source.sizes_px[level - 1] / 2 / focal))
    size = (width_px * finer, height_px * finer)
    axes = view_axes(yaw_deg, pitch_deg)

    def directions(first: int, last: int) -> Array:
        x, y = np.arange(size[0])[None, :], np.arange(first, last)[:, None]
        return view_directions(x, y, axes=axes, focal_px=focal * finer, size_px=size)

    large = source.look(level, directions, size[1], size[0])
    return np.asarray(cv2.resize(large, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def small_view(
    source: CubeFaces, *, yaw_deg: float, pitch_deg: float, hfov_deg: float, width_px: int, height_px: int
) -> Rgb:
    """Return the same as ``rectilinear``, for pictures that nothing has to coincide with, made by py360convert.

    It looks at an equirectangular picture that is no finer than needed, at twice the size, which is then averaged.
    """
    import py360convert  # noqa: PLC0415 - brings SciPy along, a third of a second that most commands do not need

    size = (2 * width_px, 2 * height_px)
    focal = focal_px(hfov_deg, *size)
    panorama = _equirect_around(source, yaw_deg, pitch_deg, focal, size)
    # py360convert spans an angle between the middles of the outer pixels, not between their outer edges
    across, down = (2 * math.degrees(math.atan((side - 1) / 2 / focal)) for side in size)
    large = py360convert.e2p(panorama, (across, down), 0, pitch_deg, size[::-1], mode="bicubic")
    return np.asarray(cv2.resize(large, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def _equirect_around(
    source: CubeFaces, yaw_deg: float, pitch_deg: float, focal: float, size_px: tuple[int, int]
) -> Rgb:
    """Return a sphere (H, 2 H, 3) with ``yaw_deg`` in its middle, filled only where a view of that size looks.

    It is as fine as the middles of the faces of the coarsest level with half the detail of the view.
    """
    level = source.level_for(focal / 2)
    height = 2 * round(source.sizes_px[level - 1] * math.pi / 4)
    width = 2 * height

    x, y = (np.linspace(-0.5, side - 0.5, 65) for side in size_px)
    seen = view_directions(x, y[:, None], axes=view_axes(0, pitch_deg), focal_px=focal, size_px=size_px)
    columns, rows = equirect_xy(*angles(seen), width, height)
    top, bottom = max(0, int(rows.min()) - _MARGIN_PX), min(height, int(rows.max()) + _MARGIN_PX)
    left, right = max(0, int(columns.min()) - _MARGIN_PX), min(width, int(columns.max()) + _MARGIN_PX)
    if 90 - abs(pitch_deg) < math.degrees(math.atan(math.hypot(*size_px) / 2 / focal)):  # a pole may be seen
        left, right = 0, width
        top, bottom = (0, bottom) if pitch_deg > 0 else (top, height)

    def directions(first: int, last: int) -> Array:
        across, down = np.arange(left, right), np.arange(top + first, top + last)[:, None]
        yaw, pitch = equirect_angles(across, down, width, height)
        return direction(yaw + yaw_deg, pitch)

    whole = np.zeros((height, width, 3), np.uint8)
    whole[top:bottom, left:right] = source.look(level, directions, bottom - top, right - left)
    return whole
