"""Placed photos and their seams → the picture, block by block, so that memory does not grow with it.

Multi-band blending (Burt, Adelson: A multiresolution spline with application to image mosaics, 1983): fine detail
changes over a few pixels at a seam, brightness over many. Each block is blended with so wide a margin that its middle
comes out as if the whole sphere had been blended at once; columns go on across ±180°.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ispace.imaging.stitch.expansion import NOBODY, Labels
from ispace.imaging.stitch.photometry import Light
from ispace.imaging.stitch.photos import Photo, Pixels, Placed, Reader
from ispace.imaging.stitch.warp import Floats, Mask, Window, longest_px, mapped, warped

_BLOCK_PX = 2048
_MOST_BANDS, _FEWEST_BANDS = 6, 2
_CACHE_BYTES = 480 << 20
_REACH = 2
"""How many pixels of the labels' size a photo may be needed beyond where it is seen."""

_LEAST_WEIGHT = 1e-5


class Source:
    """Photos as they are blended: reduced to the picture's resolution, their light corrected; decoded when needed.

    Those used last are kept, up to ``cache_bytes``.
    """

    def __init__(
        self,
        placed: Sequence[Placed],
        photos: Sequence[Photo],
        read: Reader,
        light: Light,
        full_width_px: int,
        cache_bytes: int = _CACHE_BYTES,
    ) -> None:
        self.placed = placed
        self.full_width_px = full_width_px
        self._photos, self._read, self._light = photos, read, light
        self._cache: OrderedDict[int, Pixels] = OrderedDict()
        self._cache_bytes = cache_bytes

    def photo(self, place: int) -> Photo:
        """Return what is known of a photo by its place."""
        return self._photos[self.placed[place].photo]

    def pixels(self, place: int) -> Pixels:
        """Return a photo's corrected pixels."""
        if place in self._cache:
            self._cache.move_to_end(place)
            return self._cache[place]
        each, photo = self.placed[place], self.photo(place)
        while self._cache and sum(kept.nbytes for kept in self._cache.values()) > self._cache_bytes:
            self._cache.popitem(last=False)
        raw = self._read(each.photo, longest_px(each, photo, self.full_width_px))
        self._cache[place] = self._light.corrected(place, each, photo, raw)
        return self._cache[place]


@dataclass(frozen=True, slots=True)
class Block:
    """A finished part: ``rgb`` (h, w, 3) uint8 and ``covered`` (h, w); uncovered pixels are black."""

    window: Window
    rgb: Pixels
    covered: Mask


def blended(
    source: Source,
    labels: Labels,
    area: Window,
    block_px: int = _BLOCK_PX,
    told: Callable[[float], None] = lambda _share: None,
) -> Iterator[Block]:
    """Yield the blocks of ``area``, column by column from the left, from the top down.

    ``labels`` (h, 2 h) name for the whole sphere the place of the photo that is seen. ``block_px`` is the side of a
    block without its margin. Each takes about 21 bytes a pixel, margins included, beside the photos. ``told`` is called
    with growing shares up to 1, and may raise to end it.
    """
    bands = bands_of(source.full_width_px)
    unit = 1 << bands
    grown = _grown(labels)
    block_px = max(unit, block_px // unit * unit)
    done_px = 0

    def of_block(share: float) -> None:
        told((done_px + share * window.width * window.height) / (area.width * area.height))

    # blocks begin at multiples of the coarsest pixel of the whole sphere, wherever the area does
    for left in range(area.left // unit * unit, area.left + area.width, block_px):
        for top in range(area.top // unit * unit, area.top + area.height, block_px):
            x0, x1 = max(left, area.left), min(left + block_px, area.left + area.width)
            y0, y1 = max(top, area.top), min(top + block_px, area.top + area.height)
            window = Window(x0, y0, x1 - x0, y1 - y0)
            yield _block(source, grown, window, bands, of_block)
            done_px += window.width * window.height


def bands_of(full_width_px: int) -> int:
    """Return how many times pictures are halved: the coarsest pixel is about 5° of the sphere, at most 64 pixels."""
    return max(_FEWEST_BANDS, min(_MOST_BANDS, round(math.log2(full_width_px / 64))))


def _block(source: Source, grown: Labels, window: Window, bands: int, told: Callable[[float], None]) -> Block:
    unit, height = 1 << bands, source.full_width_px // 2
    margin = 4 * unit
    left, right = (window.left - margin) // unit * unit, -(-(window.left + window.width + margin) // unit) * unit
    top, bottom = max(0, (window.top - margin) // unit * unit), min(height, window.top + window.height + margin)
    bottom = min(height, -(-bottom // unit) * unit)
    wide = Window(left, top, right - left, bottom - top)
    seen = _seen(source, grown, wide)
    sums = _Bands(wide.height, wide.width, bands)
    places = np.unique(seen[seen >= 0])
    for number, place in enumerate(places):
        told(number / len(places))
        mask = seen == place
        part = _part(mask, 2 * unit, unit)
        rows, columns = part
        at = mapped(
            source.placed[place],
            source.photo(place),
            source.full_width_px,
            Window(left + columns.start, top + rows.start, columns.stop - columns.start, rows.stop - rows.start),
        )
        colours = warped(source.pixels(int(place)), source.photo(place), at)
        sums.add(colours, mask[part].astype(np.float32), rows.start, columns.start)
    cut = (
        slice(window.top - top, window.top - top + window.height),
        slice(window.left - left, window.left - left + window.width),
    )
    covered = seen[cut] >= 0
    told(1.0)
    rgb = sums.picture(cut)
    rgb[~covered] = 0
    return Block(window, rgb, covered)


def _seen(source: Source, grown: Labels, window: Window) -> Labels:
    """Return which photo each pixel of a window shows: the labels enlarged, where photos really reach."""
    height, width = grown.shape
    scale = width / source.full_width_px
    x = (np.arange(window.left, window.left + window.width) + 0.5) * scale - 0.5
    y = (np.arange(window.top, window.top + window.height) + 0.5) * scale - 0.5
    edge = _REACH + 2
    first, last = math.floor(x[0]) - edge, math.ceil(x[-1]) + edge
    upper, lower = max(0, math.floor(y[0]) - edge), min(height, math.ceil(y[-1]) + edge + 1)
    local = grown[upper:lower].take(np.arange(first, last + 1), axis=1, mode="wrap")
    best = np.zeros((window.height, window.width), np.float32)
    seen = np.full((window.height, window.width), NOBODY, np.int16)
    for place in np.unique(local[local >= 0]):
        share = cv2.GaussianBlur((local == place).astype(np.float32), (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)
        rows, columns = np.flatnonzero(share.any(axis=1)), np.flatnonzero(share.any(axis=0))
        inner_y = np.flatnonzero((y >= rows[0] + upper - 1) & (y <= rows[-1] + upper + 1))
        inner_x = np.flatnonzero((x >= columns[0] + first - 1) & (x <= columns[-1] + first + 1))
        if not len(inner_y) or not len(inner_x):
            continue
        part = (slice(inner_y[0], inner_y[-1] + 1), slice(inner_x[0], inner_x[-1] + 1))
        across = np.broadcast_to((x[part[1]] - first).astype(np.float32), (len(inner_y), len(inner_x)))
        down = np.broadcast_to((y[part[0]] - upper).astype(np.float32)[:, None], across.shape)
        enlarged = cv2.remap(
            share,
            np.ascontiguousarray(across),
            np.ascontiguousarray(down),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        inside = mapped(
            source.placed[place],
            source.photo(int(place)),
            source.full_width_px,
            Window(window.left + int(inner_x[0]), window.top + int(inner_y[0]), len(inner_x), len(inner_y)),
        ).inside
        wins = inside & (enlarged > best[part])
        best[part][wins] = enlarged[wins]
        seen[part][wins] = place
    return seen


def _grown(labels: Labels) -> Labels:
    """Return labels continued a few pixels into the uncovered: photos reach to parts of pixels there."""
    grown = labels.copy()
    for _ in range(_REACH):
        for axis, step in ((1, 1), (1, -1), (0, 1), (0, -1)):
            moved = np.roll(grown, step, axis=axis)
            if axis == 0:
                moved[0 if step > 0 else -1] = NOBODY
            grown = np.where(grown < 0, moved, grown)
    return grown


def _part(mask: Mask, margin: int, unit: int) -> tuple[slice, slice]:
    """Return the rows and columns around a mask, beginning and ending with whole pixels of the coarsest band."""
    bounds = []
    for axis in (1, 0):
        hit = np.flatnonzero(mask.any(axis=axis))
        start = max(0, (int(hit[0]) - margin) // unit * unit)
        stop = min(mask.shape[1 - axis], -(-(int(hit[-1]) + 1 + margin) // unit) * unit)
        bounds.append(slice(start, stop))
    return bounds[0], bounds[1]


class _Bands:
    """Weighted sums of the photos' bands, finest first."""

    def __init__(self, height: int, width: int, bands: int) -> None:
        self._colours: list[Floats] = []
        self._weights: list[Floats] = []
        for _ in range(bands + 1):
            self._colours.append(np.zeros((height, width, 3), np.float32))
            self._weights.append(np.zeros((height, width), np.float32))
            height, width = (height + 1) // 2, (width + 1) // 2

    def add(self, colours: Pixels, weight: Floats, top: int, left: int) -> None:
        """Add a photo's bands where its ``weight`` (h, w) is, its corner at a whole pixel of the coarsest band."""
        picture = colours.astype(np.float32)
        last = len(self._colours) - 1
        for band, (into, weights) in enumerate(zip(self._colours, self._weights, strict=True)):
            h, w = weight.shape
            here = (slice(top >> band, (top >> band) + h), slice(left >> band, (left >> band) + w))
            if band < last:
                smaller = cv2.pyrDown(picture)
                cv2.subtract(picture, cv2.pyrUp(smaller, dstsize=(w, h)), picture)
            into[here] += picture * weight[..., None]
            weights[here] += weight
            if band < last:
                picture, weight = np.asarray(smaller, np.float32), np.asarray(cv2.pyrDown(weight), np.float32)

    def picture(self, cut: tuple[slice, slice]) -> Pixels:
        """Return the cut of the picture that the bands add up to, (h, w, 3); they are used up."""
        result: Floats | None = None
        while self._colours:
            colours, weights = self._colours.pop(), self._weights.pop()
            colours /= np.maximum(weights, _LEAST_WEIGHT)[..., None]
            if result is not None:
                cv2.add(colours, cv2.pyrUp(result, dstsize=(colours.shape[1], colours.shape[0])), colours)
            result = colours
        assert result is not None
        return np.asarray(cv2.convertScaleAbs(np.maximum(result[cut], 0)), np.uint8)
