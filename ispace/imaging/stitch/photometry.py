"""How bright each photo is and how its lens darkens the corners → photos that agree where they show the same.

All of it in linear light: in the gamma of sRGB a gain that fits the highlights leaves a seam in the shadows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ispace.imaging.stitch.camera import Array, Lens, to_pixels
from ispace.imaging.stitch.photos import Photo, Pixels, Placed

_POINTS = 24_000
_MOST_PAIRS = 400_000
_ROUNDS = 8
_DARKEST, _BRIGHTEST = 6, 245
"""Outside of these values a sensor or its tone curve has clipped, and no gain can be told."""

_GRADIENT = 12.0
_LEAST_SPREAD = 0.02
_GAIN_PRIOR, _FALLOFF_PRIOR = 1e-4, 1e-4
_MOST_FALLOFF = math.log(4)
_SHOULDER = 0.85
_LEVELS = 256
_ROWS = 256

_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True, slots=True)
class Light:
    """What makes photos agree: ``gains`` (n, 3) in linear light by place, and per lens the logarithm of what makes up
    for its falloff: coefficients (3,) of r², r⁴, r⁶ in units of the plane.
    """

    gains: Array
    falloff: Mapping[str, Array]

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
        bent = _bent(light, self._brightest())
        encoded = np.where(bent <= 0.0031308, bent * 12.92, 1.055 * np.maximum(bent, 1e-9) ** (1 / 2.4) - 0.055)
        return np.asarray(np.rint(np.clip(encoded, 0, 1) * 255), np.uint8).reshape(3, -1)

    def _brightest(self) -> float:
        """Return the brightest light that white becomes in a photo; the shoulder makes room for it."""
        return float(max(1.0, np.quantile(self.gains.max(axis=1), 0.9)))


def neutral(placed: Sequence[Placed], photos: Sequence[Photo]) -> Light:
    """Return what changes nothing."""
    return Light(np.ones((len(placed), 3)), {photos[each.photo].lens_key: np.zeros(3) for each in placed})


def measured(placed: Sequence[Placed], photos: Sequence[Photo], previews: Sequence[Pixels]) -> Light:
    """Return the light of photos by comparing what they show of the same directions.

    ``previews`` are the photos by place, about 320 px long. The median of the gains is 1 in each channel, so the
    picture as a whole is as bright as the photos were.
    """
    lens_keys = sorted({photos[each.photo].lens_key for each in placed})
    lens_of = np.array([lens_keys.index(photos[each.photo].lens_key) for each in placed])
    samples = [_sampled(each, preview) for each, preview in zip(placed, previews, strict=True)]
    first, second, point = _pairs(np.stack([sample.weight > 0 for sample in samples]))
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
    logs_gain, falloff = _solved(by_gain, by_falloff, apart, weight)
    logs_gain -= np.median(logs_gain, axis=0)
    by_lens = {key: falloff[3 * i : 3 * i + 3] for i, key in enumerate(lens_keys)}
    return Light(np.exp(np.clip(logs_gain, -2.5, 2.5)), by_lens)


def _solved(
    by_gain: sparse.csr_array, by_falloff: sparse.csr_array, apart: Array, weight: Array
) -> tuple[Array, Array]:
    """Return log gains (n, 3) and coefficients (3 lenses,) that take up ``apart`` (pairs, 3); Cauchy by reweighting."""
    count, others = by_gain.shape[1], by_falloff.shape[1]
    size = 3 * count + others
    robust = np.ones_like(apart)
    gains: Array = np.zeros((count, 3))
    falloff: Array = np.zeros(others)
    for _ in range(_ROUNDS):
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
    """What one photo shows in the common directions: log light (points, 3), r² in its plane, weight."""

    logs: NDArray[np.float32]
    r2: NDArray[np.float32]
    weight: NDArray[np.float32]


def _sampled(placed: Placed, preview: Pixels) -> _Sample:
    height_px, width_px = preview.shape[:2]
    plane, front = placed.lens.project(_directions() @ placed.rotation)
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
    return _Sample(logs.astype(np.float32), np.where(seen, r2, 0).astype(np.float32), weight.astype(np.float32))


def _directions() -> Array:
    """Return unit vectors (points, 3) spread evenly over the sphere (Fibonacci lattice)."""
    i = np.arange(_POINTS)
    y = 1 - (2 * i + 1) / _POINTS
    turn = i * math.pi * (3 - math.sqrt(5))
    radius = np.sqrt(1 - y * y)
    return np.stack([np.sin(turn) * radius, y, np.cos(turn) * radius], axis=-1)


def _pairs(seen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return two places and a point for each pair of photos that show one point, by ``seen`` (n, points)."""
    found: list[tuple[NDArray[np.intp], ...]] = []
    for first in range(len(seen)):
        for second in range(first + 1, len(seen)):
            both = np.flatnonzero(seen[first] & seen[second])
            found.append((np.full(len(both), first), np.full(len(both), second), both))
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
