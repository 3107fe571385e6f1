"""Longitude blurred near the poles, so that a cube face that samples points there does not alias.

At an angle θ from a pole a pixel of the face above it spans s = cos ψ · W / (π N tan θ) columns of the picture (N:
width of the face, ψ: how far the pole lies from the middle of the nearest face): one at 45°, hundreds beside the pole.
Every row gets the mean over about s columns.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ispace.imaging.geometry import Array
from ispace.imaging.planes import Plane
from ispace.imaging.source import Source

_REACH = 1 / 5
"""Share of the rows, from either pole, that is looked at: to 36°, where s falls below 1.5."""

_BLUR_UP_TO = 15
"""Longer boxes are made from running sums, whose cost does not depend on the length."""


def soften(source: Source, face_px: float, rotation: Array) -> None:
    """Blur the rows next to the poles of a picture, in place, for faces of ``face_px`` (in samples of the source)."""
    closeness = float(np.abs(rotation[1]).max())  # cosine of the angle between the picture's zenith and a face's middle
    reach = int(source.full_height * _REACH)
    first, last = math.ceil(source.top), math.ceil(source.top) + source.height
    lengths = {}
    for row in range(first, last):
        from_pole = min(row, source.full_height - 1 - row)
        if from_pole < reach:
            lengths[row - first] = box_length(max(from_pole, 0) + 0.5, source, face_px, closeness)
    start = 0
    rows = sorted(lengths)
    while start < len(rows):
        end = start + 1
        while end < len(rows) and rows[end] == rows[end - 1] + 1 and lengths[rows[end]] == lengths[rows[start]]:
            end += 1
        length = lengths[rows[start]]
        if length > 1:
            for plane in source.planes:
                _blur(plane[rows[start] : rows[end - 1] + 1], length, cyclic=source.is_round)
        start = end


def box_length(rows_from_pole: float, source: Source, face_px: float, closeness: float) -> int:
    """Return how many columns are averaged so many rows (≥ ½) from the pole: 1, 2 (for ¼ ½ ¼) or an odd number."""
    theta = rows_from_pole * math.pi / source.full_height
    span = closeness * source.full_width / (math.pi * face_px * math.tan(theta))
    if span < 1.5:
        return 1
    if span < 2.5:
        return 2
    return min(2 * round((span - 1) / 2) + 1, int(source.full_width / 2) | 1)


def _blur(rows: Plane, length: int, *, cyclic: bool) -> None:
    reach = max(length // 2, 1)
    mode = cv2.BORDER_WRAP if cyclic else cv2.BORDER_REPLICATE
    padded = np.asarray(cv2.copyMakeBorder(rows, 0, 0, reach, reach, mode), np.uint8)
    if length == 2:
        wide = padded.astype(np.uint16)
        rows[:] = (wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:] + 2) // 4
    elif length <= _BLUR_UP_TO:
        rows[:] = cv2.blur(padded, (length, 1))[:, reach:-reach]
    else:
        for row, around in zip(rows, padded, strict=True):
            sums = np.cumsum(around, dtype=np.int32)
            sums[length:] -= sums[:-length].copy()
            row[:] = (sums[length - 1 :] + length // 2) // length
