"""Placed photos → the panorama in a file: light, seams, blending and writing, in bounded memory."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.gpano import Area
from ispace.imaging.stitch import bearing, layers, panorama, photometry, seams
from ispace.imaging.stitch.blend import Source, blended
from ispace.imaging.stitch.expansion import Labels
from ispace.imaging.stitch.photos import Photo, Pixels, Placed, Reader
from ispace.imaging.stitch.seams import Ghost
from ispace.imaging.stitch.warp import Window, longest_px

MAX_WIDTH_PX = 16384
MIN_WIDTH_PX = 256

_WIDTH_STEP_PX = 64
_ENLARGED_AT_MOST = 1.5
_PREVIEW_PX = 320
_LEAST_GAP_DEG = 2.0
_READ, _LIT, _LAID, _PREPARED, _BLENDED = 0.1, 0.13, 0.16, 0.3, 0.95
"""Shares of the work after which photos are read small, light is measured, layers are laid, seams and all decided."""


class CancelledError(Exception):
    """Somebody no longer wants the panorama."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What was written. ``covered_share`` is that of the whole sphere; ``gains`` (n, 3) by place in linear light.

    ``turned_deg`` is by how much the picture is turned against the rotations, so that a part of the sphere that runs
    across ±180° is one piece: a photo placed at yaw y is seen at y + ``turned_deg``. ``disagreeing``, ``torn`` and
    ``ghosts`` as in ``seams.Seams``; the ghosts' yaws are those of the picture.
    """

    area: Area
    covered_share: float
    turned_deg: float
    disagreeing: float
    torn: float
    ghosts: tuple[Ghost, ...]
    gains: NDArray[np.float64]


def best_width_px(placed: Sequence[Placed], photos: Sequence[Photo]) -> int:
    """Return the width of the whole sphere that keeps what the photos show, in the middle of the median photo."""
    focals = [each.lens.focal * max(photos[each.photo].width_px, photos[each.photo].height_px) / 2 for each in placed]
    width = round(2 * math.pi * float(np.median(focals)) / _WIDTH_STEP_PX) * _WIDTH_STEP_PX
    return min(max(width, MIN_WIDTH_PX), MAX_WIDTH_PX)


def sensible_width_px(asked_px: int | None, placed: Sequence[Placed], photos: Sequence[Photo]) -> int:
    """Return the width that was asked for, or the best one where that would only enlarge what photos show."""
    best_px = best_width_px(placed, photos)
    return best_px if asked_px is None or asked_px > best_px * _ENLARGED_AT_MOST else asked_px


def compose(
    placed: Sequence[Placed],
    photos: Sequence[Photo],
    read: Reader,
    width_px: int | None,
    out: Path,
    *,
    progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Composed:
    """Write the panorama of placed photos to ``out``, a JPEG or, by its name, a PNG, and return what it is.

    ``width_px`` is the width of the whole sphere, by default what the photos hold, at most 16384; it is made even. Work
    in progress lies in a temporary folder beside ``out``. The same input gives the same bytes.

    Raises:
        CancelledError: ``cancelled``, which is asked at every step, said so; ``out`` was not touched.
        ValueError: nothing is placed.
    """
    if not placed:
        raise ValueError("no photo is placed")
    width = min(max(width_px or best_width_px(placed, photos), MIN_WIDTH_PX), MAX_WIDTH_PX) // 2 * 2

    def stopped() -> None:
        if cancelled():
            raise CancelledError

    def told(share: float) -> None:
        stopped()
        progress(share)

    previews = []
    for number, each in enumerate(placed):
        wanted = max(_PREVIEW_PX, longest_px(each, photos[each.photo], layers.WIDTH_PX))
        previews.append(read(each.photo, wanted))
        told(_READ * (number + 1) / len(placed))
    light = photometry.measured(placed, photos, previews, stopped)
    told(_LIT)
    laid = layers.laid(placed, photos, previews, light, lambda share: told(_LIT + (_LAID - _LIT) * share))
    del previews
    chosen = seams.decided(laid, lambda share: told(_LAID + (_PREPARED - _LAID) * share))
    del laid
    told(_PREPARED)

    window = _bounds(chosen.labels, width)

    def read_on(number: int, longest: int) -> Pixels:
        stopped()
        return read(number, longest)

    source = Source(placed, photos, read_on, light, width)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".stitch-") as folder:
        rgb, covered = _canvas(Path(folder), window)
        room = _BLENDED - _PREPARED
        for block in blended(source, chosen.labels, window, told=lambda share: told(_PREPARED + room * share)):
            left, top = block.window.left - window.left, block.window.top - window.top
            here = (slice(top, top + block.window.height), slice(left, left + block.window.width))
            rgb[here], covered[here] = block.rgb, block.covered
        del source
        cut = _tight(covered)
        area, turned_deg = _placed_area(window, cut, width)
        told(_BLENDED)
        part = (slice(cut.top, cut.top + cut.height), slice(cut.left, cut.left + cut.width))
        whole = (cut.width, cut.height) == (window.width, window.height)
        pixels: Pixels = rgb if whole else np.ascontiguousarray(rgb[part])
        shown = covered[part]
        share = _share(shown, area)
        finished = Path(folder) / f"finished{out.suffix}"
        used = [photos[each.photo] for each in placed]
        panorama.written(finished, pixels, shown, area, used, bearing.of_middle(placed, photos, turned_deg))
        del rgb, covered, pixels, shown
        stopped()
        finished.replace(out)
    progress(1.0)
    ghosts = tuple(
        Ghost(round((each.yaw_deg + turned_deg + 180) % 360 - 180, 1), each.pitch_deg, each.size_sqdeg, each.on_seam)
        for each in chosen.ghosts
    )
    return Composed(area, share, turned_deg, chosen.disagreeing, chosen.torn, ghosts, light.gains)


def _canvas(folder: Path, window: Window) -> tuple[Pixels, NDArray[np.bool_]]:
    """Return room for a picture and what is covered of it, in files, so that memory can be taken back."""
    shape = (window.height, window.width)
    rgb = np.memmap(_room(folder / "rgb", window.height * window.width * 3), np.uint8, "r+", shape=(*shape, 3))
    covered = np.memmap(_room(folder / "covered", window.height * window.width), np.bool_, "r+", shape=shape)
    return rgb, covered


def _room(path: Path, size_bytes: int) -> Path:
    """Return a file whose place on the disk is taken at once, where the system can: ``OSError`` when it is full.

    Without it a full disk would end the process in the middle, and a file that was filled block by block is scattered
    over the disk and takes long to remove.
    """
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size_bytes)
        else:
            file.truncate(size_bytes)
    return path


def _bounds(labels: Labels, width_px: int) -> Window:
    """Return the part of the sphere that labels cover, a little more for parts of pixels; columns may pass ±180°."""
    scale = width_px / labels.shape[1]
    shown = labels >= 0
    rows = np.flatnonzero(shown.any(axis=1))
    top = max(0, math.floor((rows[0] - 2) * scale))
    bottom = min(width_px // 2, math.ceil((rows[-1] + 3) * scale))
    first, count = _columns(np.asarray(shown.any(axis=0)))
    if count == labels.shape[1]:
        return Window(0, top, width_px, bottom - top)
    left, right = math.floor((first - 2) * scale), math.ceil((first + count + 2) * scale)
    return Window(left, top, min(right - left, width_px), bottom - top)


def _columns(shown: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first column and the number of columns outside of the longest gap, which may lie across the end."""
    width = len(shown)
    covered = np.flatnonzero(shown)
    gaps = np.diff(np.append(covered, covered[0] + width)) - 1
    widest = int(np.argmax(gaps))
    if gaps[widest] < max(1, width * _LEAST_GAP_DEG / 360):
        return 0, width
    first = int(covered[(widest + 1) % len(covered)])
    return first, width - int(gaps[widest])


def _tight(covered: NDArray[np.bool_]) -> Window:
    """Return the least window that holds all that is covered."""
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not len(rows):
        raise ValueError("no photo shows anything")
    return Window(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)


def _placed_area(window: Window, cut: Window, width_px: int) -> tuple[Area, float]:
    """Return where the cut of a window lies in a sphere that is turned, where it must be, so that it is one piece."""
    left, wide = window.left + cut.left, cut.width
    turned_px = 0
    if left < 0 or left + wide > width_px:
        turned_px = (width_px - wide) // 2 - left
    area = Area(width_px, width_px // 2, left + turned_px, window.top + cut.top, wide, cut.height)
    return area, turned_px * 360 / width_px


def _share(covered: NDArray[np.bool_], area: Area) -> float:
    """Return the share of the whole sphere that is covered, by solid angle."""
    edges = np.sin((0.5 - (area.top_px + np.arange(area.height_px + 1)) / area.full_height_px) * np.pi)
    rows = covered.sum(axis=1, dtype=np.int64) / area.full_width_px
    return float((rows * (edges[:-1] - edges[1:])).sum() / 2)
