"""A panorama → cube tiles of every level and a preview, in one resampling of the original.

The top level is cut tile by tile; as soon as four neighbours are finished they become one tile of the level below, so
that nothing but the panorama itself is ever held as a whole. Two threads take the next tile each.
"""

from __future__ import annotations

import base64
import dataclasses
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from ispace.imaging import polefilter
from ispace.imaging.encode import ENCODERS, jpeg
from ispace.imaging.facetiles import FaceCutter, Tile, Twin
from ispace.imaging.geometry import FACES, LevelAngles, source_rotation
from ispace.imaging.levelled import Covered, covered
from ispace.imaging.planes import Plane, Planes, Sphere

__all__ = ["LevelAngles", "Preview", "TileLayout", "TileSetInfo", "make_tileset", "tile_layout"]

_SMALLEST_TILE_PX, _LARGEST_TILE_PX, _TILE_STEP_PX = 416, 832, 16

_PREVIEW_ORDER = "bdflru"
_PREVIEW_PX, _PREVIEW_QUALITY = 256, 70
_INLINE_PX, _INLINE_BYTES = 64, 5000


@dataclass(frozen=True, slots=True)
class TileLayout:
    """Side of a tile, and of a whole face at every level, coarsest first; each level is twice the one before."""

    tile_size_px: int
    level_sizes_px: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The six faces, small, below each other in one JPEG; still smaller ones as base64 of another."""

    file: str
    size_px: int
    order: str
    inline: str


@dataclass(frozen=True, slots=True)
class TileSetInfo:
    """What ``tileset.json`` says."""

    tile_size_px: int
    level_sizes_px: tuple[int, ...]
    format: str
    preview: Preview
    coverage: Covered
    faces: str = FACES
    version: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``tileset.json``."""
        return dataclasses.asdict(self) | {"level_sizes_px": list(self.level_sizes_px)}


def tile_layout(full_width_px: int) -> TileLayout:
    """Return the layout for a sphere that is ``full_width_px`` around.

    In the middle of a face a pixel should be about one of the picture, and never larger: the face is the smallest
    T · 2ⁿ ≥ W / π with T a multiple of 16 from 416 to 832. Spheres too small for that have one tile a face.
    """
    needed = full_width_px / math.pi
    single = _TILE_STEP_PX * math.ceil(needed / _TILE_STEP_PX)
    if single <= _SMALLEST_TILE_PX:
        return TileLayout(single, (single,))
    doublings = max(0, math.floor(math.log2(needed / _SMALLEST_TILE_PX)))
    choices = []
    for n in {doublings, max(0, doublings - 1), doublings + 1}:
        tile = max(_SMALLEST_TILE_PX, _TILE_STEP_PX * math.ceil(needed / 2**n / _TILE_STEP_PX))
        if tile <= _LARGEST_TILE_PX:
            choices.append((tile * 2**n, n, tile))
    _, n, tile = min(choices)
    return TileLayout(tile, tuple(tile << k for k in range(n + 1)))


def make_tileset(
    planes: Planes,
    sphere: Sphere,
    *,
    level: LevelAngles,
    write: Callable[[str, bytes], None],
    fmt: str = "jpg",
    quality: int = 80,
    threads: int = 2,
    progress: Callable[[float], None] | None = None,
    layout: TileLayout | None = None,
    share: bool = True,
) -> TileSetInfo:
    """Cut a panorama into cube tiles and a preview; return what ``tileset.json`` is to say, which is not written here.

    The planes are used up: rows near the poles are blurred in place. ``write(name, bytes)`` is called from ``threads``
    threads, for ``{level}/{face}/{row}_{col}.{fmt}`` and ``preview.jpg``, ``progress`` with growing shares up to 1.
    ``fmt`` is "jpg" or "webp"; ``quality`` is a JPEG's. ``layout`` overrides ``tile_layout``; ``share`` off computes
    every face by itself, with the same result. What ``write`` raises ends the work and is raised again.
    """
    layout = layout or tile_layout(sphere.full_width_px)
    face_px = layout.level_sizes_px[-1]
    cutter = FaceCutter(planes, sphere, level, face_px, layout.tile_size_px, share=share)
    pyramid = _Pyramid(layout, lambda name, tile: write(f"{name}.{fmt}", ENCODERS[fmt](tile, quality)))
    work = [(group, row, col) for group in cutter.groups for row, col in _quarterwise(cutter.count)]
    done, lock, stopped = 0, threading.Lock(), threading.Event()

    def cut(unit: tuple[tuple[Twin, ...], int, int]) -> None:
        nonlocal done
        if stopped.is_set():
            return
        try:
            for tile in cutter.cut(*unit):
                pyramid.add(tile)
        except BaseException:
            stopped.set()
            raise
        with lock:
            done += 1
            if progress is not None:
                progress(done / (len(work) + 1))

    opencv_threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # two of ours are enough, and cheaper
    try:
        with ThreadPoolExecutor(threads) as pool:
            rotation = source_rotation(level)
            luma, chroma = cutter.sources
            list(pool.map(lambda s: polefilter.soften(s[0], s[1], rotation), ((luma, face_px), (chroma, face_px / 2))))
            list(pool.map(cut, work))
        preview = _preview(pyramid.coarsest, layout.tile_size_px, write)
    finally:
        cv2.setNumThreads(opencv_threads)
    if progress is not None:
        progress(1.0)
    return TileSetInfo(layout.tile_size_px, layout.level_sizes_px, fmt, preview, covered(planes, sphere, level))


def _quarterwise(count: int) -> Iterator[tuple[int, int]]:
    """Yield row and column of count × count tiles (a power of two) so that squares of four, sixteen … are together."""
    if count == 1:
        yield 0, 0
        return
    for row, col in _quarterwise(count // 2):
        for quarter in range(4):
            yield 2 * row + quarter // 2, 2 * col + quarter % 2


@dataclass(slots=True)
class _Growing:
    """A tile of which not all four quarters are there yet."""

    planes: Planes
    quarters: int = 0


@dataclass(slots=True)
class _Pyramid:
    """Takes finished tiles of the top level and makes those of all levels below."""

    layout: TileLayout
    put: Callable[[str, Planes], None]
    coarsest: dict[str, Planes] = field(default_factory=dict)
    _growing: dict[tuple[int, str, int, int], _Growing] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, tile: Tile, level: int | None = None) -> None:
        """Hand over a tile of ``level`` (the top one), and those below that it completes."""
        level = level or len(self.layout.level_sizes_px)
        self.put(f"{level}/{tile.face}/{tile.row}_{tile.col}", tile.planes)
        if level == 1:
            self.coarsest[tile.face] = tile.planes
            return
        place = (level - 1, tile.face, tile.row // 2, tile.col // 2)
        side = self.layout.tile_size_px
        with self._lock:
            if place not in self._growing:
                self._growing[place] = _Growing(Planes.empty(side, side))
            parent = self._growing[place]
        for whole, part in zip(_three(parent.planes), _three(tile.planes), strict=True):
            half = whole.shape[0] // 2
            top, left = tile.row % 2 * half, tile.col % 2 * half
            whole[top : top + half, left : left + half] = _reduced(part, half)
        with self._lock:
            parent.quarters += 1
            if parent.quarters < 4:
                return
            del self._growing[place]
        self.add(Tile(tile.face, tile.row // 2, tile.col // 2, parent.planes), level - 1)


def _three(planes: Planes) -> tuple[Plane, Plane, Plane]:
    return planes.y, planes.cb, planes.cr


def _reduced(plane: Plane, side: int) -> Plane:
    return np.asarray(cv2.resize(plane, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _preview(faces: dict[str, Planes], tile_px: int, write: Callable[[str, bytes], None]) -> Preview:
    size_px = min(_PREVIEW_PX, tile_px)
    write("preview.jpg", jpeg(_strip(faces, size_px), _PREVIEW_QUALITY))
    small, inline = _strip(faces, min(_INLINE_PX, tile_px)), ""
    for quality in range(_PREVIEW_QUALITY, 0, -5):
        inline = base64.b64encode(jpeg(small, quality)).decode("ascii")
        if len(inline) < _INLINE_BYTES:
            break
    return Preview("preview.jpg", size_px, _PREVIEW_ORDER, inline)


def _strip(faces: dict[str, Planes], side: int) -> Planes:
    """Return six faces below each other."""
    stacked = [
        np.concatenate([_reduced(_three(faces[face])[k], side if k == 0 else side // 2) for face in _PREVIEW_ORDER])
        for k in range(3)
    ]
    return Planes(*stacked)
