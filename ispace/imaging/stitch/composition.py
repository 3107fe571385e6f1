"""Placed photos → the panorama in a file: light, seams, blending and writing, in bounded memory."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.gpano import Area
from ispace.imaging.stitch import layers, panorama, photometry, seams
from ispace.imaging.stitch.blend import Source, blended
from ispace.imaging.stitch.expansion import Labels
from ispace.imaging.stitch.photos import Photo, Pixels, Placed, Reader
from ispace.imaging.stitch.seams import Ghost
from ispace.imaging.stitch.warp import Window, longest_px

MAX_WIDTH_PX = 16384
MIN_WIDTH_PX = 256

_WIDTH_STEP_PX = 64
_PREVIEW_PX = 320
_LEAST_GAP_DEG = 2.0
_PREPARED, _BLENDED = 0.25, 0.9
"""Shares of the work that are done before and after blending, about."""


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

    previews = []
    for number, each in enumerate(placed):
        stopped()
        wanted = max(_PREVIEW_PX, longest_px(each, photos[each.photo], layers.WIDTH_PX))
        previews.append(read(each.photo, wanted))
        progress(0.1 * (number + 1) / len(placed))
    light = photometry.measured(placed, photos, previews)
    stopped()
    laid = layers.laid(placed, photos, previews, light)
    del previews
    progress(0.15)
    chosen = seams.decided(laid, stopped)
    del laid
    progress(_PREPARED)

    window = _bounds(chosen.labels, width)
    source = Source(placed, photos, read, light, width)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".stitch-") as folder:
        rgb, covered = _canvas(Path(folder), window)
        for block in blended(source, chosen.labels, window):
            stopped()
            left, top = block.window.left - window.left, block.window.top - window.top
            here = (slice(top, top + block.window.height), slice(left, left + block.window.width))
            rgb[here], covered[here] = block.rgb, block.covered
            done = (left * window.height + (top + block.window.height) * block.window.width) / rgb[..., 0].size
            progress(_PREPARED + (_BLENDED - _PREPARED) * min(1.0, done))
        del source
        cut = _tight(covered)
        area, turned_deg = _placed_area(window, cut, width)
        stopped()
        part = (slice(cut.top, cut.top + cut.height), slice(cut.left, cut.left + cut.width))
        whole = (cut.width, cut.height) == (window.width, window.height)
        pixels: Pixels = rgb if whole else np.ascontiguousarray(rgb[part])
        shown = covered[part]
        share = _share(shown, area)
        finished = Path(folder) / f"finished{out.suffix}"
        panorama.written(finished, pixels, shown, area, [photos[each.photo] for each in placed])
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
    rgb = np.memmap(folder / "rgb", np.uint8, "w+", shape=(*shape, 3))
    covered = np.memmap(folder / "covered", np.bool_, "w+", shape=shape)
    return rgb, covered


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
