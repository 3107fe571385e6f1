"""How bright each photo is and how its lens darkens the corners → photos that agree where they show the same.

All of it in linear light: in the gamma of sRGB a gain that fits the highlights leaves a seam in the shadows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ispace.imaging.stitch.camera import Array, Lens, to_pixels
from ispace.imaging.stitch.photos import Photo, Pixels, Placed

_POINTS = 24_000
_MOST_PAIRS, _ALL_PAIRS = 400_000, 1_600_000
_ROUNDS = 8
_DARKEST, _BRIGHTEST = 6, 245
"""Outside of these values a sensor or its tone curve has clipped, and no gain can be told."""

_GRADIENT = 12.0
_LEAST_SPREAD = 0.02
_GAIN_PRIOR, _FALLOFF_PRIOR = 1e-4, 1e-4
_MOST_FALLOFF = math.log(4)
_SHOULDER = 0.85
_BRIGHT_SHARE = 0.998
_LEVELS = 256
_ROWS = 256

_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True, slots=True)
class Light:
    """What makes photos agree: ``gains`` (n, 3) in linear light by place, and per lens the logarithm of what makes up
    for its falloff: coefficients (3,) of r², r⁴, r⁶ in units of the plane. ``brightest`` is the light, 1 being a
    photo's white, that becomes white in the picture; at least 1.
    """

    gains: Array
    falloff: Mapping[str, Array]
    brightest: float = 1.0

    def corrected(self, place: int, placed: Placed, photo: Photo, pixels: Pixels) -> Pixels:
        """Return a photo (h, w, 3), read at any size, as it would be with the exposure of the others."""
        height_px, width_px = pixels.shape[:2]
        x2, y2, step = _squares(placed.lens, width_px, height_px)
        tables = self._tables(place, photo.lens_key, step)
        result = np.empty_like(pixels)
        for top in range(0, height_px, _ROWS):
            rows = slice(top, top + _ROWS)
            level = ((y2[rows, None] + x2[None, :]) * np.float32(1 / step)).astype(np.uint16) << 8
            for channel in range(3):
                np.take(tables[channel], level | pixels[rows, :, channel], out=result[rows, :, channel], mode="clip")
        return result

    def _tables(self, place: int, lens_key: str, step: float) -> NDArray[np.uint8]:
        """Return sRGB (3, levels · 256) by level of r² and by value."""
        r2 = (np.arange(_LEVELS) + 0.5) * step
        falloff = np.exp(_falloff(self.falloff[lens_key], r2))
        light = _LINEAR * falloff[:, None] * self.gains[place][:, None, None]
        bent = _bent(light, self.brightest)
        encoded = np.where(bent <= 0.0031308, bent * 12.92, 1.055 * np.maximum(bent, 1e-9) ** (1 / 2.4) - 0.055)
        return np.asarray(np.rint(np.clip(encoded, 0, 1) * 255), np.uint8).reshape(3, -1)


def neutral(placed: Sequence[Placed], photos: Sequence[Photo]) -> Light:
    """Return what changes nothing."""
    return Light(np.ones((len(placed), 3)), {photos[each.photo].lens_key: np.zeros(3) for each in placed})


def measured(
    placed: Sequence[Placed],
    photos: Sequence[Photo],
    previews: Sequence[Pixels],
    asked: Callable[[], None] = lambda: None,
) -> Light:
    """Return the light of photos by comparing what they show of the same directions.

    ``previews`` are the photos by place, about 320 px long. The median of the gains is 1 in each channel, so the
    picture as a whole is as bright as the photos were. ``asked`` is called again and again, and may raise to end it.
    """
    lens_keys = sorted({photos[each.photo].lens_key for each in placed})
    lens_of = np.array([lens_keys.index(photos[each.photo].lens_key) for each in placed])
    samples = []
    for each, preview in zip(placed, previews, strict=True):
        asked()
        samples.append(_sampled(each, preview))
    first, second, point = _pairs(np.stack([sample.weight > 0 for sample in samples]), asked)
    if not len(first):
        return neutral(placed, photos)
    logs = np.stack([sample.logs for sample in samples])
    r2 = np.stack([sample.r2 for sample in samples])
    base = np.stack([sample.weight for sample in samples])
    weight = np.sqrt(base[first, point] * base[second, point]).astype(np.float64)
    apart = (logs[first, point] - logs[second, point]).astype(np.float64)

    count, rows = len(placed), np.arange(len(first))
    ones = np.ones(len(first))
    both, sides = np.concatenate([rows, rows]), np.concatenate([first, second])
    by_gain = sparse.csr_array((np.concatenate([ones, -ones]), (both, sides)), (len(first), count))
    entries, columns = [], []
    for at, sign in ((first, 1.0), (second, -1.0)):
        powers = sign * r2[at, point].astype(np.float64)[:, None] ** np.arange(1, 4)
        entries.append(powers)
        columns.append(3 * lens_of[at][:, None] + np.arange(3))
    places = (np.repeat(both, 3), np.concatenate(columns).ravel())
    shape = (len(first), 3 * len(lens_keys))
    by_falloff = sparse.csr_array((np.concatenate(entries).ravel(), places), shape)
    logs_gain, falloff = _solved(by_gain, by_falloff, apart, weight, asked)
    logs_gain -= np.median(logs_gain, axis=0)
    by_lens = {key: falloff[3 * i : 3 * i + 3] for i, key in enumerate(lens_keys)}
    gains = np.exp(np.clip(logs_gain, -2.5, 2.5))
    return Light(gains, by_lens, _brightest(samples, gains, [by_lens[lens_keys[n]] for n in lens_of]))


def _brightest(samples: Sequence[_Sample], gains: Array, falloffs: Sequence[Array]) -> float:
    """Return the light that hardly anything of what photos show is brighter than, once they agree; at least 1.

    A shoulder for the gains' own sake would grey what is bright in every photo and clipped in none.
    """
    light = [
        (np.exp(sample.logs[sample.seen]) * gain).max(axis=1) * np.exp(_falloff(falloff, sample.r2[sample.seen]))
        for sample, gain, falloff in zip(samples, gains, falloffs, strict=True)
        if sample.seen.any()
    ]
    return float(max(1.0, np.quantile(np.concatenate(light), _BRIGHT_SHARE))) if light else 1.0


def _solved(
    by_gain: sparse.csr_array,
    by_falloff: sparse.csr_array,
    apart: Array,
    weight: Array,
    asked: Callable[[], None],
) -> tuple[Array, Array]:
    """Return log gains (n, 3) and coefficients (3 lenses,) that take up ``apart`` (pairs, 3); Cauchy by reweighting."""
    count, others = by_gain.shape[1], by_falloff.shape[1]
    size = 3 * count + others
    robust = np.ones_like(apart)
    gains: Array = np.zeros((count, 3))
    falloff: Array = np.zeros(others)
    for _ in range(_ROUNDS):
        asked()
        normal, right = np.zeros((size, size)), np.zeros(size)
        tail = slice(3 * count, size)
        for channel in range(3):
            block = slice(channel * count, (channel + 1) * count)
            w = sparse.diags_array(weight * robust[:, channel])
            gain_w, falloff_w = by_gain.T @ w, by_falloff.T @ w
            normal[block, block] = (gain_w @ by_gain).toarray()
            normal[block, tail] = (gain_w @ by_falloff).toarray()
            normal[tail, block] = normal[block, tail].T
            normal[tail, tail] += (falloff_w @ by_falloff).toarray()
            right[block] = -(gain_w @ apart[:, channel])
            right[tail] -= falloff_w @ apart[:, channel]
        total = float((weight[:, None] * robust).sum())
        # for what no pair tells: photos that overlap nothing, lenses whose corners are seen by nobody else
        normal[np.arange(3 * count), np.arange(3 * count)] += _GAIN_PRIOR * total / (3 * count)
        normal[np.arange(3 * count, size), np.arange(3 * count, size)] += _FALLOFF_PRIOR * total
        solution = np.asarray(np.linalg.solve(normal, right), np.float64)
        gains = np.array(solution[: 3 * count].reshape(3, count).T, np.float64)
        falloff = np.asarray(solution[tail], np.float64)
        off = apart + by_gain @ gains + (by_falloff @ falloff)[:, None]
        spread = np.maximum(2 * np.median(np.abs(off), axis=0), _LEAST_SPREAD)
        robust = np.asarray(1 / (1 + (off / spread) ** 2), np.float64)
    return gains, falloff


@dataclass(frozen=True, slots=True)
class _Sample:
    """What one photo shows in the common directions: log light (points, 3), r² in its plane, weight, whether at all."""

    logs: NDArray[np.float32]
    r2: NDArray[np.float32]
    weight: NDArray[np.float32]
    seen: NDArray[np.bool_]


def _sampled(placed: Placed, preview: Pixels) -> _Sample:
    height_px, width_px = preview.shape[:2]
    plane, front = placed.lens.project(placed.rays(_directions()))
    pixels = np.rint(to_pixels(plane, width_px, height_px))
    seen = front & np.all((pixels >= 2) & (pixels < (width_px - 2, height_px - 2)), axis=-1)
    x, y = np.where(seen[:, None], pixels, 0).astype(np.intp).T
    light = cv2.GaussianBlur(_LINEAR.astype(np.float32)[preview], (0, 0), 1.0)
    grey = cv2.GaussianBlur(cv2.cvtColor(preview, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 0.8)
    steepness = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8))
    # clipped anywhere near: the blur has mixed it in
    low, high = (filtered(preview, np.ones((5, 5), np.uint8)) for filtered in (cv2.erode, cv2.dilate))
    usable = seen & (low[y, x].min(axis=-1) >= _DARKEST) & (high[y, x].max(axis=-1) <= _BRIGHTEST)
    weight = np.where(usable, 1 / (1 + (steepness[y, x] / _GRADIENT) ** 2), 0)
    r2 = np.sum((plane - (placed.lens.cx, placed.lens.cy)) ** 2, axis=-1)
    logs = np.log(np.maximum(light[y, x], 1e-5))
    return _Sample(logs.astype(np.float32), np.where(seen, r2, 0).astype(np.float32), weight.astype(np.float32), seen)


def _directions() -> Array:
    """Return unit vectors (points, 3) spread evenly over the sphere (Fibonacci lattice)."""
    i = np.arange(_POINTS)
    y = 1 - (2 * i + 1) / _POINTS
    turn = i * math.pi * (3 - math.sqrt(5))
    radius = np.sqrt(1 - y * y)
    return np.stack([np.sin(turn) * radius, y, np.cos(turn) * radius], axis=-1)


def _pairs(
    seen: NDArray[np.bool_], asked: Callable[[], None]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return two places and a point for each pair of photos that show one point, by ``seen`` (n, points)."""
    often = seen.sum(axis=0, dtype=np.int64)
    # So many that only some can be used are never made: hundreds of photos of one place would take gigabytes.
    step = 1 + int((often * (often - 1)).sum()) // 2 // _ALL_PAIRS
    points = np.arange(0, seen.shape[1], step)
    seen = seen[:, points]
    found: list[tuple[NDArray[np.intp], ...]] = []
    for first in range(len(seen)):
        asked()
        for second in range(first + 1, len(seen)):
            both = np.flatnonzero(seen[first] & seen[second])
            found.append((np.full(len(both), first), np.full(len(both), second), points[both]))
    if not found:
        nobody = np.zeros(0, np.intp)
        return nobody, nobody, nobody
    first_of, second_of, point_of = (np.concatenate(column) for column in zip(*found, strict=True))
    every = -(-len(first_of) // _MOST_PAIRS) or 1
    return first_of[::every], second_of[::every], point_of[::every]


def _falloff(coefficients: Array, r2: NDArray[np.floating]) -> Array:
    polynomial = r2 * (coefficients[0] + r2 * (coefficients[1] + r2 * coefficients[2]))
    return np.asarray(np.clip(polynomial, -0.2, _MOST_FALLOFF))


def _squares(lens: Lens, width_px: int, height_px: int) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return squared distances from the lens' middle by column and by row, and a 256th of their largest sum."""
    half = max(width_px, height_px) / 2
    x2 = (((np.arange(width_px) - (width_px - 1) / 2) / half - lens.cx) ** 2).astype(np.float32)
    y2 = ((((height_px - 1) / 2 - np.arange(height_px)) / half - lens.cy) ** 2).astype(np.float32)
    return x2, y2, float(x2.max() + y2.max()) * 1.001 / _LEVELS


def _bent(light: Array, brightest: float) -> Array:
    """Return light with a soft shoulder: the same up to 0.85, then slower, and ``brightest`` becomes 1.

    The shoulder is Reinhard's curve with a white point (Reinhard et al. 2002, eq. 4), whose slope begins with 1.
    """
    room = 1 - _SHOULDER
    above = np.maximum(light - _SHOULDER, 0) / room
    white = max((brightest - _SHOULDER) / room, 1.0)
    return np.where(light <= _SHOULDER, light, _SHOULDER + room * above * (1 + above / white**2) / (1 + above))
