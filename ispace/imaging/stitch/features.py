"""Points of a photo that other photos show too, and what the surroundings of each look like.

SIFT (Lowe 2004) with RootSIFT descriptors (Arandjelović and Zisserman 2012), so that a dot product is a similarity.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array, to_plane
from ispace.imaging.stitch.photos import Pixels

WORK_PX = 1200
"""Photos are looked at with their longer side this long; residuals are told in these pixels."""

_ASKED, _KEPT = 4000, 2000
_CONTRAST, _EDGE = 0.012, 12
_ROWS, _COLUMNS = 6, 8
DESCRIPTOR_LENGTH = 128
_TINY = 1e-9
_LINE_PX = 45
_LINES_AT = 0.5
"""The scale at which lines are looked for: those that are long enough are found there, too, in a third of the time."""
_MOST_LINES = 300


@dataclass(frozen=True, slots=True)
class Features:
    """``points`` (n, 2) in the photo's plane, ``descriptors`` (n, 128) float32 of length 1, the strongest first.

    ``lines`` (m, 4) are straight segments, the two ends of each in the plane. ``sharpness`` is the variance of the
    Laplacian against the contrast where there is something to see; ``texture`` the share of the picture, 0 to 1, in
    which there is. ``brighter`` says towards where in the plane it becomes brighter, against its mean.
    """

    points: Array
    descriptors: NDArray[np.float32]
    lines: Array
    sharpness: float
    texture: float
    brighter: tuple[float, float] = (0.0, 0.0)

    def __len__(self) -> int:
        return len(self.points)


def find(photo: Pixels) -> Features:
    """Return the features of a photo (h, w, 3), whose longer side is at most ``WORK_PX``."""
    height_px, width_px = photo.shape[:2]
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    sharpness, texture = _detail(grey)
    lines, brighter = _lines(grey), _brighter(grey)
    even = cv2.createCLAHE(2.0, (6, 6)).apply(grey)
    sift = cv2.SIFT_create(  # type: ignore[attr-defined]
        nfeatures=_ASKED, contrastThreshold=_CONTRAST, edgeThreshold=_EDGE
    )
    found, descriptors = sift.detectAndCompute(even, None)
    if descriptors is None or not found:
        nothing = np.zeros((0, DESCRIPTOR_LENGTH), np.float32)
        return Features(np.zeros((0, 2)), nothing, lines, sharpness, texture, brighter)
    pixels = np.array([point.pt for point in found])
    strength = np.array([point.response * point.size**0.5 for point in found])
    order = np.lexsort((pixels[:, 0], pixels[:, 1], -strength))
    # The second orientation of a point is the same place once more.
    _, first = np.unique(np.round(pixels[order], 2), axis=0, return_index=True)
    order = order[np.sort(first)]
    order = order[_spread(pixels[order], width_px, height_px)]
    chosen = np.sqrt(descriptors[order] / (np.abs(descriptors[order]).sum(axis=1, keepdims=True) + _TINY))
    points = to_plane(pixels[order], width_px, height_px)
    return Features(points, np.ascontiguousarray(chosen, np.float32), lines, sharpness, texture, brighter)


def _spread(pixels: Array, width_px: int, height_px: int) -> NDArray[np.intp]:
    """Return which points, strongest first, are kept: half for their strength, half so that all parts have some."""
    if len(pixels) <= _KEPT:
        return np.arange(len(pixels))
    half = _KEPT // 2
    cells = (pixels[:, 1] * _ROWS / height_px).astype(int) * _COLUMNS + (pixels[:, 0] * _COLUMNS / width_px).astype(int)
    share = half // (_ROWS * _COLUMNS)
    chosen = list(range(half))
    for cell in range(_ROWS * _COLUMNS):
        rest = np.flatnonzero(cells[half:] == cell) + half
        chosen.extend(rest[:share].tolist())
    taken = np.zeros(len(pixels), bool)
    taken[chosen] = True
    spare = np.flatnonzero(~taken)[: max(0, _KEPT - len(chosen))]
    taken[spare] = True
    return np.flatnonzero(taken)


def _lines(grey: NDArray[np.uint8]) -> Array:
    """Return the longest straight segments (m, 4), in the plane."""
    height_px, width_px = grey.shape
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD, _LINES_AT).detect(grey)[0]
    if found is None:
        return np.zeros((0, 4))
    ends = np.asarray(found, np.float64).reshape(-1, 2, 2)
    length = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
    order = np.lexsort((ends[:, 0, 0], ends[:, 0, 1], -length))[:_MOST_LINES]
    order = order[length[order] > _LINE_PX]
    return to_plane(ends[order], width_px, height_px).reshape(-1, 4)


def _brighter(grey: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the slope of the brightness, x to the right and y up, against its mean."""
    small = np.asarray(cv2.resize(grey, (16, 16), interpolation=cv2.INTER_AREA), np.float64)
    side = np.linspace(-1, 1, 16)
    mean = max(float(small.mean()), 1.0)
    return float((small * side).mean() / mean), float((small * -side[:, None]).mean() / mean)


def _detail(grey: NDArray[np.uint8]) -> tuple[float, float]:
    """Return how sharp a picture is where it shows anything, and how much of it shows anything."""
    size = 24
    smooth = cv2.GaussianBlur(grey, (0, 0), 2).astype(np.float32)
    laplacian = cv2.Laplacian(grey, cv2.CV_32F)
    rows, columns = grey.shape[0] // size, grey.shape[1] // size
    if rows == 0 or columns == 0:
        return 0.0, 0.0
    crop = (slice(0, rows * size), slice(0, columns * size))
    shape = (rows, size, columns, size)
    contrast = smooth[crop].reshape(shape).std(axis=(1, 3))
    sharp = laplacian[crop].reshape(shape).var(axis=(1, 3))
    busy = contrast > 4
    texture = float(busy.mean())
    # Against its own contrast, so that a dull day is not taken for a blur.
    return (float(np.percentile(sharp[busy] / contrast[busy] ** 2, 90)) if busy.any() else 0.0), texture
