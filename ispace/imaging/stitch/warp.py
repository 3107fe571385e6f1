"""A photo → a window of the equirectangular picture: where each pixel of the window lies in the photo, and its colour.

Windows are rows × columns of the whole sphere. Their columns may run past ±180°, so that the seam of the sphere is an
ordinary place. Exact coordinates are computed at nodes some pixels apart and bilinear between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.geometry import direction, equirect_angles
from ispace.imaging.stitch.camera import Array, to_pixels
from ispace.imaging.stitch.photos import Photo, Pixels, Placed

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

SHRINK_ABOVE = 1.6
"""A photo with this many times the picture's resolution is reduced before it is warped, or it would flicker."""

_SHRUNK_TO = 1.15
_BORDER_PX = 1.0
_MAX_SIDE_PX = 32000
"""OpenCV's ``remap`` counts pixels in 16 bits."""


class Window(NamedTuple):
    """Columns ``left`` to ``left + width`` (modulo the picture's width), rows ``top`` to ``top + height``."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where the pixels of a window lie in a photo.

    ``x`` and ``y`` (h, w) float32 are pixel coordinates in the photo at its full size; ``inside`` (h, w) says which of
    them the photo shows; the coordinates of the others lie somewhere outside of it, in the right direction.
    """

    x: Floats
    y: Floats
    inside: Mask

    def depth(self, photo: Photo) -> Floats:
        """Return how far inside the photo's border each pixel is (h, w): 0 at the border, 1 in its middle."""
        half_w, half_h = photo.width_px / 2, photo.height_px / 2
        across = 1 - np.abs(self.x + np.float32(0.5) - np.float32(half_w)) / np.float32(half_w)
        down = 1 - np.abs(self.y + np.float32(0.5) - np.float32(half_h)) / np.float32(half_h)
        return np.where(self.inside, np.clip(np.minimum(across, down), 0, 1), 0).astype(np.float32)


def longest_px(placed: Placed, photo: Photo, full_width_px: int) -> int:
    """Return the longest side at which a photo is best read for a sphere ``full_width_px`` wide."""
    longest = max(photo.width_px, photo.height_px)
    ratio = placed.lens.focal * longest / 2 / (full_width_px / (2 * math.pi))
    wanted = longest if ratio <= SHRINK_ABOVE else math.ceil(longest / ratio * _SHRUNK_TO)
    return max(2, min(wanted, _MAX_SIDE_PX))


def mapped(placed: Placed, photo: Photo, full_width_px: int, window: Window) -> Mapped:
    """Return where the pixels of a window of the sphere, ``full_width_px`` wide, lie in a photo."""
    step = _step_px(full_width_px)
    columns, rows = (-(-side // step) + 2 for side in (window.width, window.height))
    middle = (step - 1) / 2
    # nodes are the middles of squares of step × step pixels, one square more on each side: then OpenCV's enlargement is
    # exactly bilinear between them
    x = window.left + (np.arange(columns) - 1) * step + middle
    y = window.top + (np.arange(rows) - 1) * step + middle
    yaw, pitch = equirect_angles(x[None, :], y[:, None], full_width_px, full_width_px // 2)
    rays = placed.rays(direction(yaw, pitch))
    plane, front = placed.lens.project(rays)
    behind = rays[..., :2] / np.maximum(np.linalg.norm(rays[..., :2], axis=-1, keepdims=True), 1e-9)
    plane = np.where(front[..., None], plane, behind * max(2.0, placed.lens.reach))
    if placed.shifts is not None:
        plane = plane + _shift_at(placed.shifts, plane, photo)
    pixels = to_pixels(plane, photo.width_px, photo.height_px).astype(np.float32)
    size = (columns * step, rows * step)
    cut = (slice(step, step + window.height), slice(step, step + window.width))
    at_x, at_y, seen = (
        cv2.resize(np.ascontiguousarray(nodes), size, interpolation=cv2.INTER_LINEAR)[cut]
        for nodes in (pixels[..., 0], pixels[..., 1], front.astype(np.float32))
    )
    inside = (
        (seen > 0.999)
        & (at_x >= _BORDER_PX)
        & (at_x <= photo.width_px - 1 - _BORDER_PX)
        & (at_y >= _BORDER_PX)
        & (at_y <= photo.height_px - 1 - _BORDER_PX)
    )
    return Mapped(np.ascontiguousarray(at_x), np.ascontiguousarray(at_y), inside)


def warped(pixels: Pixels, photo: Photo, at: Mapped) -> Pixels:
    """Return the colours (h, w, 3) of a photo, read at any size, at ``at``; outside of it, its border continued."""
    height_px, width_px = pixels.shape[:2]
    if max(*pixels.shape[:2], *at.x.shape) > _MAX_SIDE_PX:
        raise ValueError(f"{pixels.shape} into {at.x.shape}: a side of more than {_MAX_SIDE_PX} pixels")
    # each axis by itself: the sides of a reduced photo were rounded
    across, down = np.float32(width_px / photo.width_px), np.float32(height_px / photo.height_px)
    x = (at.x + np.float32(0.5)) * across - np.float32(0.5)
    y = (at.y + np.float32(0.5)) * down - np.float32(0.5)
    np.clip(x, -8, width_px + 8, out=x)
    np.clip(y, -8, height_px + 8, out=y)
    return np.asarray(cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _step_px(full_width_px: int) -> int:
    """Return how far apart coordinates are exact: at most a third of a degree, where bilinear is off by 0.05 px."""
    return 8 if full_width_px >= 8192 else 4 if full_width_px >= 4096 else 2 if full_width_px >= 1024 else 1


def _shift_at(shifts: Array, plane: Array, photo: Photo) -> Array:
    """Return what ``shifts`` (rows, columns, 2) adds at points (…, 2) of the plane; outside as on the edge."""
    rows, columns = shifts.shape[:2]
    pixels = to_pixels(plane, photo.width_px, photo.height_px) + 0.5
    x = np.clip(pixels[..., 0] / photo.width_px, 0, 1) * (columns - 1)
    y = np.clip(pixels[..., 1] / photo.height_px, 0, 1) * (rows - 1)
    left, top = (np.minimum(at.astype(np.intp), n) for at, n in ((x, max(columns - 2, 0)), (y, max(rows - 2, 0))))
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    u, v = (x - left)[..., None], (y - top)[..., None]
    upper = shifts[top, left] * (1 - u) + shifts[top, right] * u
    lower = shifts[bottom, left] * (1 - u) + shifts[bottom, right] * u
    return np.asarray(upper * (1 - v) + lower * v)
