"""Layers → which photo is seen where, so that seams run where photos agree, and where they do not.

Each pixel begins with the photo in which it is farthest from the border; graph cuts then move the seams out of what
differs: people who walk, and what stands so near that a moved lens shows it elsewhere. Where three or more photos show
one place, those that stand against the others are shown last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.geometry import equirect_angles
from ispace.imaging.stitch.expansion import NOBODY, Expansion, Labels
from ispace.imaging.stitch.layers import Layers

_SWEEPS = 3
_BAND_PX = 3
_LEAST_DEPTH = 0.12
"""A photo is not shown where another shows the same more than eight times as far from its border."""

_OFF_CENTRE, _NEAR_BORDER, _CLIPPED, _OUTLIER = 0.3, 4.0, 3.0, 8.0
"""Costs, in levels a pixel, of showing a photo at its border, lost highlights, and what other photos do not show."""

_BORDER = 0.06
_TOLERATED, _STRANGE = 10.0, 22.0
_GHOST_LEVELS = 25.0
_LEAST_GHOST_SQDEG = 4.0
_MOST_GHOSTS = 20


@dataclass(frozen=True, slots=True)
class Ghost:
    """A place where photos strongly disagree: its middle in degrees, its size, and whether a seam runs through it."""

    yaw_deg: float
    pitch_deg: float
    size_sqdeg: float
    on_seam: bool


@dataclass(frozen=True, slots=True)
class Seams:
    """``labels`` (h, w): which place is seen; ``disagreeing``: the share of overlaps in which photos differ strongly;
    ``torn``: the share of the seams' length that runs through such differences; ``ghosts``, largest first.
    """

    labels: Labels
    disagreeing: float
    torn: float
    ghosts: tuple[Ghost, ...]


def decided(layers: Layers, told: Callable[[float], None] = lambda _share: None) -> Seams:
    """Return the seams of layers; ``told`` is called with growing shares up to 1, and may raise to end it."""
    half = layers.halved()
    costs = _costs(half)
    coarse = Expansion(half, costs, _farthest_from_borders(half))
    for number in range(_SWEEPS):
        if not coarse.sweep(told=lambda share, done=number: told(0.1 + 0.15 * (done + share))):  # type: ignore[misc]
            break
    start = np.repeat(np.repeat(coarse.labels.reshape(half.size), 2, axis=0), 2, axis=1)
    labels = _completed(start, layers)
    fine = Expansion(layers, _enlarged(costs, layers), labels)
    fine.sweep(_near_seams(labels), lambda share: told(0.55 + 0.4 * share))
    labels = fine.labels.reshape(layers.size)
    return _told(layers, labels)


def _farthest_from_borders(layers: Layers) -> Labels:
    labels: Labels = np.argmax(layers.depth, axis=0).astype(np.int16)
    labels[layers.depth.max(axis=0) <= 0] = NOBODY
    return labels


def _completed(labels: Labels, layers: Layers) -> Labels:
    """Return labels in which each photo shows what it is chosen for, and nothing that any photo shows is empty."""
    shown = np.take_along_axis(layers.depth, np.maximum(labels, 0)[None].astype(np.intp), axis=0)[0] > 0
    return np.where((labels >= 0) & shown, labels, _farthest_from_borders(layers)).astype(np.int16)


def _costs(layers: Layers) -> NDArray[np.float32]:
    """Return what it costs to show each layer in each pixel (n, h, w), in levels; infinite where it must not be."""
    typical, number = layers.typical()
    deepest = layers.depth.max(axis=0).astype(np.float32)
    costs = np.empty(layers.depth.shape, np.float32)
    kernel = np.ones((3, 3), np.uint8)
    for place, own in enumerate(layers.depth):
        depth = own.astype(np.float32)
        shown = depth > 0
        off_centre = 1 - depth / np.maximum(deepest, 1e-6)
        cost = _OFF_CENTRE * off_centre**2 + _NEAR_BORDER * np.clip(1 - depth / _BORDER, 0, 1)
        apart = np.abs(layers.colours[place] - typical).mean(axis=-1)
        apart[~shown] = 0
        # an edge that lies a pixel beside where others have it is no stranger; what is left counts as a whole
        strange = np.clip((cv2.erode(apart, kernel) - _TOLERATED) / (_STRANGE - _TOLERATED), 0, 1)
        strange = cv2.GaussianBlur(cv2.dilate(strange, kernel, iterations=2), (0, 0), 1.0)
        cost += np.where(number >= 3, _OUTLIER * strange, 0) + _CLIPPED * layers.clipped[place]
        shown &= depth >= _LEAST_DEPTH * deepest
        costs[place] = np.where(shown, cost, np.inf)
    return costs


def _enlarged(costs: NDArray[np.float32], layers: Layers) -> NDArray[np.float32]:
    """Return costs (n, h, w), known at half the size, for ``layers``; one by one, since hundreds take much memory."""
    full = np.empty(layers.depth.shape, np.float32)
    for place, depth in enumerate(layers.depth):
        cv2.resize(costs[place], layers.size[::-1], full[place], interpolation=cv2.INTER_NEAREST)
        # what the half size did not see as shown, because only a part of the pixel was, is allowed but not sought
        np.minimum(full[place], _NEAR_BORDER + _OUTLIER, out=full[place])
        full[place][depth <= 0] = np.inf
    return full


def _edges(labels: Labels) -> NDArray[np.bool_]:
    edges = np.asarray(labels != np.roll(labels, 1, axis=1))
    edges[1:] |= labels[1:] != labels[:-1]
    return edges


def _near_seams(labels: Labels) -> NDArray[np.bool_]:
    size = 2 * _BAND_PX + 1
    around = cv2.copyMakeBorder(_edges(labels).astype(np.uint8), 0, 0, size, size, cv2.BORDER_WRAP)
    return cv2.dilate(around, np.ones((size, size), np.uint8))[:, size:-size] > 0


def _told(layers: Layers, labels: Labels) -> Seams:
    """Return the labels with what is to be said about them."""
    height = layers.size[0]
    rows = np.cos((0.5 - (np.arange(height) + 0.5) / height) * np.pi)
    area = np.broadcast_to(rows[:, None], labels.shape)
    at = np.maximum(labels, 0)[None].astype(np.intp)
    seen = np.take_along_axis(layers.colours, at[..., None], axis=0)[0]
    kernel = np.ones((3, 3), np.uint8)
    overlap, differs = np.zeros(labels.shape, bool), np.zeros(labels.shape, bool)
    for place, own in enumerate(layers.depth):
        both = (own > 0) & (labels >= 0) & (labels != place)
        apart = cv2.absdiff(layers.colours[place], seen).mean(axis=-1)
        apart[~both] = 0
        overlap |= both
        differs |= cv2.erode(apart.astype(np.float32), kernel) > _GHOST_LEVELS
    torn, where = _torn(layers, labels)
    ghosts = _ghosts(cv2.dilate(differs.astype(np.uint8), kernel) > 0, where)
    return Seams(labels, float((area * differs).sum() / max((area * overlap).sum(), 1e-9)), torn, ghosts)


def _torn(layers: Layers, labels: Labels) -> tuple[float, NDArray[np.bool_]]:
    """Return the share of the seams' length along which both sides differ strongly, and where (h, w) that is."""
    where = np.zeros(labels.shape, bool)
    total = bad = 0.0
    rows = np.cos((0.5 - (np.arange(labels.shape[0]) + 0.5) / labels.shape[0]) * np.pi)
    for axis in (0, 1):
        other = np.roll(labels, -1, axis=axis)
        cut = (labels != other) & (labels >= 0) & (other >= 0)
        if axis == 0:
            cut[-1] = False
        length = np.broadcast_to(rows[:, None] if axis == 0 else np.ones_like(rows)[:, None], labels.shape)[cut]
        y, x = np.nonzero(cut)
        own, beyond = labels[cut], other[cut]
        known = (layers.depth[own, y, x] > 0) & (layers.depth[beyond, y, x] > 0)
        step = np.abs(layers.colours[own, y, x].astype(np.int16) - layers.colours[beyond, y, x]).mean(axis=-1)
        total += float(length.sum())
        strong = known & (step > _GHOST_LEVELS)
        bad += float(length[strong].sum())
        where[y[strong], x[strong]] = True
    return (bad / total if total else 0.0), where


def _ghosts(differs: NDArray[np.bool_], on_seam: NDArray[np.bool_]) -> tuple[Ghost, ...]:
    height, width = differs.shape
    number, parts = cv2.connectedComponents(differs.astype(np.uint8))
    joined = np.arange(number)
    for left, right in zip(parts[:, -1], parts[:, 0], strict=True):  # what goes on across ±180° is one
        if left and right:
            joined[joined == joined[left]] = joined[right]
    parts = joined[parts]
    sqdeg = (360 / width) ** 2 * np.cos((0.5 - (np.arange(height) + 0.5) / height) * np.pi)
    sizes = np.bincount(parts.ravel(), np.repeat(sqdeg, width), minlength=number)
    found = []
    for part in np.argsort(-sizes, kind="stable"):
        if part == 0 or sizes[part] < _LEAST_GHOST_SQDEG:
            continue
        y, x = np.nonzero(parts == part)
        turn = np.exp(2j * np.pi * x / width).mean()
        middle = float(np.angle(turn) / (2 * np.pi) * width) % width
        yaw, pitch = equirect_angles(middle, y.mean(), width, height)
        torn = bool(on_seam[y, x].any())
        found.append(Ghost(round(float(yaw), 1), round(float(pitch), 1), round(float(sizes[part]), 1), torn))
        if len(found) == _MOST_GHOSTS:
            break
    return tuple(found)
