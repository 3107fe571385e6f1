"""Where up is: from how the photos were held, made exact by the upright lines of what they show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array, Lens, turned
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.posture import beside, posture

_WITHIN_DEG, _GRID_DEG, _NEAR_DEG = 25.0, 0.5, 0.8
_SUPPORT = 3.2
_FEWEST_LINES = 12
_HIGHEST = math.sin(math.radians(55))
"""Closer to the zenith or nadir every line seems to go through it."""
_SECTORS, _FEWEST_SECTORS = 12, 4
_CLOSE_DEG = 3.0
_FAR_TIMES = 1.6
"""How much more than all that is close to how the photos were held an up must have that is not."""


@dataclass(frozen=True, slots=True)
class Upright:
    """``rotation`` (3, 3), applied from the left, brings the photos' world upright; ``by`` is what told so.

    ``tilt_deg`` is how far the upright lines are from how the photos were held; 0 without lines.
    """

    rotation: Array
    by: Literal["lines", "camera", "none"]
    support: float
    tilt_deg: float


def upright(rotations: Mapping[int, Array], lenses: Mapping[int, Lens], features: Sequence[Features]) -> Upright:
    """Return how a group of photos is to be turned so that its horizon is straight; ``lenses`` by photo."""
    held = posture(rotations, features)
    up, support = _lines(held.up, rotations, lenses, features)
    by: Literal["lines", "camera", "none"] = "lines"
    if support < _SUPPORT:
        up, by = held.up, "camera" if held.certain else "none"
    tilt_deg = math.degrees(math.acos(max(-1.0, min(1.0, float(up @ held.up)))))
    return Upright(_to_y(up), by, support, tilt_deg)


def _lines(
    held: Array, rotations: Mapping[int, Array], lenses: Mapping[int, Lens], features: Sequence[Features]
) -> tuple[Array, float]:
    """Return the up that most upright lines agree on, near ``held``, and how much more than others it has.

    All around counts more than much in one place: lines of one direction go with any up in their plane, and a mast or
    an antenna may lean.
    """
    east_north = beside(held)
    normal, weight, sector = _segments(held, east_north, rotations, lenses, features)
    if len(normal) < _FEWEST_LINES:
        return held, 0.0
    steps = np.tan(np.radians(np.arange(-_WITHIN_DEG, _WITHIN_DEG + _GRID_DEG / 2, _GRID_DEG)))
    plane = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    plane = plane[np.linalg.norm(plane, axis=1) <= math.tan(math.radians(_WITHIN_DEG))]
    grid = held + plane @ east_north
    grid /= np.linalg.norm(grid, axis=1, keepdims=True)
    votes = _votes(grid, normal, weight, sector)
    scores = np.sqrt(votes).sum(axis=1)
    best = int(scores.argmax())
    close = grid @ held >= math.cos(math.radians(_CLOSE_DEG))
    if not close[best] and scores[best] < _FAR_TIMES * scores[close].max():
        best = int(np.where(close, scores, 0).argmax())
    if (votes[best] > votes[best].max() / 10).sum() < _FEWEST_SECTORS:
        return held, 0.0
    up = np.asarray(grid[best])
    for width_deg in (_NEAR_DEG, _NEAR_DEG / 2, _NEAR_DEG / 2):
        off = np.degrees(np.arcsin(np.clip(normal @ up, -1, 1)))
        share = weight * np.exp(-((off / width_deg) ** 2))
        _, vectors = np.linalg.eigh((normal * share[:, None]).T @ normal)
        # Lines of one direction only leave the other open: then the best of the grid stays.
        found = vectors[:, 0] * np.sign(vectors[:, 0] @ up)
        if found @ up < math.cos(math.radians(2)):
            break
        up = found
    return up, float(scores[best] / (np.median(scores) + 1e-12))


def _segments(
    held: Array,
    east_north: Array,
    rotations: Mapping[int, Array],
    lenses: Mapping[int, Lens],
    features: Sequence[Features],
) -> tuple[Array, Array, NDArray[np.intp]]:
    """Return the planes (n, 3) of segments that may be upright, by their normals, what each counts, and its sector."""
    normals, weights = [np.zeros((0, 3))], [np.zeros(0)]
    for photo, rotation in rotations.items():
        lines = features[photo].lines
        if not len(lines):
            continue
        ends = [lenses[photo].rays(lines[:, k : k + 2]) @ rotation.T for k in (0, 2)]
        normal = np.cross(ends[0], ends[1])
        length = np.linalg.norm(normal, axis=1)
        middle = ends[0] + ends[1]
        high = middle @ held / np.linalg.norm(middle, axis=1)
        normals.append(normal / (length[:, None] + 1e-12))
        weights.append(np.where(np.abs(high) < _HIGHEST, length * (1 - high**2), 0))
    normal, weight = np.concatenate(normals), np.concatenate(weights)
    near = (np.abs(normal @ held) < math.sin(math.radians(_WITHIN_DEG + _NEAR_DEG))) & (weight > 0)
    normal, weight = normal[near], weight[near]
    # A plane and its opposite are the same one.
    azimuth = np.arctan2(normal @ east_north[1], normal @ east_north[0]) % np.pi
    return normal, weight, (azimuth / np.pi * _SECTORS).astype(np.intp) % _SECTORS


def _votes(grid: Array, normal: Array, weight: Array, sector: NDArray[np.intp]) -> Array:
    """Return how many segments of each sector go with each up of a grid: (ups, sectors)."""
    votes = np.zeros((len(grid), _SECTORS))
    for number in range(_SECTORS):
        own = np.flatnonzero(sector == number)
        for part in np.split(own, range(512, len(own), 512)):
            off = np.degrees(np.arcsin(np.clip(grid @ normal[part].T, -1, 1)))
            votes[:, number] += np.exp(-((off / _NEAR_DEG) ** 2)) @ weight[part]
    return votes


def _to_y(up: Array) -> Array:
    """Return the shortest turn that brings ``up`` to the y axis."""
    axis = np.cross(up, [0, 1, 0])
    sine, cosine = float(np.linalg.norm(axis)), float(up[1])
    if sine < 1e-12:
        return np.eye(3) if cosine > 0 else np.diag([1.0, -1.0, -1.0])
    return turned(axis / sine * math.atan2(sine, cosine))
