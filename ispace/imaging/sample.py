"""Resampling the sphere: a rectangle of a cube face → where it lies in the picture → its pixels.

A face is cut rectangle by rectangle. Where a rectangle lies is computed on every fourth pixel, as longitude relative
to the rectangle's middle, so that the jump of longitude from one end to the other is behind it, and brought to full
size by linear interpolation (error below 0.02 px on the sphere). Round a pole, where that does not hold, every pixel is
computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.geometry import FACE_AXES, Array
from ispace.imaging.planes import Plane
from ispace.imaging.source import Box, Source, crop

_STEP = 4
_KERNEL_PX = 2
"""How far the cubic kernel and the rounding of its place reach."""

_EXACT_PX = 256
"""Within this distance of a pole, and within an eighth of the face, every pixel is computed."""

_WIDEST_PX = 32000
"""OpenCV's ``remap`` refuses sides of 32767 and more."""

_NO_MAP: Any = None
"""``remap`` takes x and y in one array, or in two; OpenCV's types do not say so."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the pixels of ``box`` (in its face) come from: ``xy`` (h, w, 2), float32, relative to ``area``'s corner.

    ``area`` is in samples of the source's picture and may reach beyond it; ``crop`` continues it. ``opacity`` (h, w),
    float32, is 0 where there is no picture; ``None`` means 1 everywhere.
    """

    box: Box
    xy: NDArray[np.float32]
    area: Box
    opacity: NDArray[np.float32] | None = None


def pieces(source: Source, face: str, size: int, box: Box, rotation: Array) -> Iterator[Piece]:
    """Yield the pieces that fill ``box`` of a face of ``size`` × ``size``; what none of them covers has no picture.

    ``rotation`` (3 × 3) takes directions of the view to directions of the picture.
    """
    axes = rotation @ np.array(FACE_AXES[face], np.float64).T  # columns right, up, forward, in the picture
    for part, exact in _parts(axes, size, box):
        yield from _pieces(source, axes, size, part, exact)


def _parts(axes: Array, size: int, box: Box) -> Iterator[tuple[Box, bool]]:
    """Split a box so that no part but those next to a pole, which are exact, goes round the pole."""
    up = axes[1]  # how far right, up and forward the picture's zenith lies, seen from the face
    pole = up * math.copysign(1, up[2])
    if pole[2] < 1e-9:
        yield box, False
        return
    column = round((pole[0] / pole[2] + 1) * size / 2)
    row = round((1 - pole[1] / pole[2]) * size / 2)
    reach = min(_EXACT_PX, size // 8)
    inner = box.within(Box(column - reach, row - reach, column + reach, row + reach))
    if inner.is_empty:
        yield box, False
        return
    for quarter in inner.split(column, row):
        yield quarter, True
    for part in (
        Box(box.left, box.top, box.right, inner.top),
        Box(box.left, inner.bottom, box.right, box.bottom),
        Box(box.left, inner.top, inner.left, inner.bottom),
        Box(inner.right, inner.top, box.right, inner.bottom),
    ):
        if not part.is_empty:
            yield part, False


def _pieces(source: Source, axes: Array, size: int, box: Box, exact: bool) -> Iterator[Piece]:
    step = 1 if exact else _STEP
    at_x, at_y, origin = _places(source, axes, size, box, step)
    if at_x.max() - at_x.min() > _WIDEST_PX:
        if not exact:
            for part in box.split((box.left + box.right) // 2, (box.top + box.bottom) // 2):
                yield from _pieces(source, axes, size, part, exact)
            return
        at_x = np.clip(at_x, -_WIDEST_PX / 2, _WIDEST_PX / 2)  # beside the pole itself, where a row has one colour
    left, top = math.floor(at_x.min()) - _KERNEL_PX, math.floor(at_y.min()) - _KERNEL_PX
    right, bottom = math.floor(at_x.max()) + 2 * _KERNEL_PX, math.floor(at_y.max()) + 2 * _KERNEL_PX
    xy = np.stack([at_x - left, at_y - top], axis=-1).astype(np.float32)
    if step > 1:
        xy = _full_size(xy, box, step)
    piece = Piece(box, xy, Box(left + origin, top, right + origin, bottom))
    if source.is_full:
        yield piece
    else:
        yield from _where_picture(source, piece)


def _places(source: Source, axes: Array, size: int, box: Box, step: int) -> tuple[Array, Array, int]:
    """Return x − origin, y and origin for every ``step``-th pixel of a box, with one more around where step > 1."""
    middle = (step - 1) / 2  # of a cell, from the middle of its first pixel
    extra = step > 1
    count_x, count_y = (-(-length // step) for length in (box.right - box.left, box.bottom - box.top))
    columns = box.left + middle + step * np.arange(-extra, count_x + extra)
    rows = box.top + middle + step * np.arange(-extra, count_y + extra)
    u, v = (2 * columns + 1) / size - 1, (2 * rows + 1) / size - 1

    right, up, forward = axes.T
    ahead = forward + right * (u[0] + u[-1]) / 2 - up * (v[0] + v[-1]) / 2
    turn = math.atan2(ahead[0], ahead[2])
    to_middle = np.array([[math.cos(turn), 0, -math.sin(turn)], [0, 1, 0], [math.sin(turn), 0, math.cos(turn)]])
    right, up, forward = (to_middle @ axes).T
    x, y, z = (forward[k] + right[k] * u[None, :] - up[k] * v[:, None] for k in range(3))

    per_radian = source.full_width / (2 * math.pi)
    from_x = turn * per_radian + source.full_width / 2 - source.left - 0.5
    origin = math.floor(from_x)
    at_x = np.arctan2(x, z) * per_radian + (from_x - origin)
    at_y = np.arctan2(y, np.hypot(x, z)) * (-source.full_height / math.pi)
    at_y += source.full_height / 2 - source.top - 0.5
    return at_x, at_y, origin


def _full_size(coarse: NDArray[np.float32], box: Box, step: int) -> NDArray[np.float32]:
    height, width = coarse.shape[:2]
    fine = cv2.resize(coarse, (width * step, height * step), interpolation=cv2.INTER_LINEAR)
    inside = fine[step : step + box.bottom - box.top, step : step + box.right - box.left]
    return np.asarray(inside, np.float32)


# Pictures of a part of the sphere


def _where_picture(source: Source, piece: Piece) -> Iterator[Piece]:
    """Cut a piece down to the picture: once for every turn in which some of it is seen, and with its opacity."""
    if source.is_round:
        turns = [0.0]
    else:
        middle = (piece.area.left + piece.area.right - source.width) / 2
        turns = [round(middle / source.full_width) + k for k in (0, -1, 1)]
    for turn in turns:
        x = piece.xy[..., 0] + np.float32(piece.area.left - turn * source.full_width)
        y = piece.xy[..., 1] + np.float32(piece.area.top)
        depth = np.full(x.shape, np.inf, np.float32)  # samples from the nearest edge, inwards
        if not source.is_round:
            np.minimum(depth, np.minimum(x + 0.5, source.width - 0.5 - x), out=depth)
        if not source.has_zenith:
            np.minimum(depth, y + 0.5, out=depth)
        if not source.has_nadir:
            np.minimum(depth, source.height - 0.5 - y, out=depth)
        opacity = np.clip(depth + 0.5, 0, 1)
        if not opacity.any():
            continue
        np.clip(y, -1, source.height, out=y)
        if not source.is_round:
            np.clip(x, -1, source.width, out=x)
        left, top = math.floor(x.min()) - _KERNEL_PX, math.floor(y.min()) - _KERNEL_PX
        right, bottom = math.floor(x.max()) + 2 * _KERNEL_PX, math.floor(y.max()) + 2 * _KERNEL_PX
        xy = np.dstack([x - left, y - top]).astype(np.float32, copy=False)
        yield Piece(piece.box, xy, Box(left, top, right, bottom), None if opacity.min() == 1 else opacity)


# Pixels


def resample(source: Source, piece: Piece, quarter_turns: int = 0, *, mirrored: bool = False) -> list[Plane]:
    """Return the pixels (h, w) of a piece for every plane of a source.

    With ``quarter_turns`` they are taken that many quarters of the sphere further to the right, with ``mirrored`` from
    the picture turned upside down: opposite faces of the cube share their places in this way.
    """
    area = piece.area.moved(round(quarter_turns * source.full_width / 4))
    if mirrored:
        area = Box(area.left, source.height - area.bottom, area.right, source.height - area.top)
    result = []
    for plane in source.planes:
        there = crop(source, plane, area)
        if mirrored:
            there = _u8(cv2.flip(there, 0))
        result.append(_u8(cv2.remap(there, piece.xy, _NO_MAP, source.kernel, borderMode=cv2.BORDER_REPLICATE)))
    return result


def _u8(array: NDArray[np.generic]) -> Plane:
    return array.astype(np.uint8, copy=False)
