"""Where up is: from how the photos were held, made exact by the upright lines of what they show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ispace.imaging.stitch.camera import Array, Lens, turned
from ispace.imaging.stitch.features import Features

_STEEP = math.sin(math.radians(60))
_SIDEWAYS_WORSE = math.sin(math.radians(10)) ** 2
_SIDEWAYS_BETTER = 0.25
_TOGETHER = 0.5
"""How long the mean of the photos' own up must be to mean anything: 1 where all agree."""
_AGREES = math.cos(math.radians(45))
_WITHIN_DEG, _GRID_DEG, _NEAR_DEG = 12.0, 0.5, 0.8
_SUPPORT = 2.2
_FEWEST_LINES = 12


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
    held, certain = _held(rotations)
    up, support = _lines(held, rotations, lenses, features)
    by: Literal["lines", "camera", "none"] = "lines"
    if support < _SUPPORT:
        up, by = held, "camera" if certain else "none"
    tilt_deg = math.degrees(math.acos(max(-1.0, min(1.0, float(up @ held)))))
    return Upright(_to_y(up), by, support, tilt_deg)


def _held(rotations: Mapping[int, Array]) -> tuple[Array, bool]:
    """Return up by how the photos were held, and whether that can be told: nobody holds a row of photos askew."""
    level = [r for r in rotations.values() if abs(_own_up(r, rotations) @ r[:, 2]) < _STEEP] or list(rotations.values())
    rights = np.stack([r[:, 0] for r in level])
    ups = np.stack([r[:, 1] for r in level])
    mean = ups.mean(axis=0)
    strength = float(np.linalg.norm(mean))
    up, cost = _across(rights)
    other, other_cost = _across(ups)
    if cost > _SIDEWAYS_WORSE and other_cost < _SIDEWAYS_BETTER * cost and strength < _TOGETHER:
        # Files that lie on their side: then the shorter way is up.
        up, mean = other, np.asarray(rights.mean(axis=0))
        strength = float(np.linalg.norm(mean))
    if up @ mean < 0:
        up = -up
    if strength < 1e-6:
        return up, False
    if strength >= _TOGETHER and up @ mean < _AGREES * strength:
        # The axes span no plane to stand on, as those of few photos beside each other: their own up is better.
        return mean / strength, True
    return up, len(level) >= 3 or strength >= _TOGETHER


def _own_up(rotation: Array, rotations: Mapping[int, Array]) -> Array:
    mean = np.mean([r[:, 1] for r in rotations.values()], axis=0)
    length = np.linalg.norm(mean)
    return np.asarray(mean / length if length > 1e-6 else rotation[:, 1])


def _across(axes: Array) -> tuple[Array, float]:
    """Return the direction to which axes (n, 3) are most nearly at right angles, and their mean squared miss.

    The smallest eigenvector of the sum of their squares, with a Cauchy loss.
    """
    weights = np.ones(len(axes))
    up = np.array([0.0, 1.0, 0.0])
    for _ in range(8):
        _, vectors = np.linalg.eigh((axes * weights[:, None]).T @ axes)
        up = vectors[:, 0]
        weights = 1 / (1 + (axes @ up / 0.05) ** 2)
    return up, float(np.mean((axes @ up) ** 2))


def _lines(
    held: Array, rotations: Mapping[int, Array], lenses: Mapping[int, Lens], features: Sequence[Features]
) -> tuple[Array, float]:
    """Return the up that most upright lines agree on, near ``held``, and how much more than others it has."""
    normals, weights = [np.zeros((0, 3))], [np.zeros(0)]
    for photo, rotation in rotations.items():
        lines = features[photo].lines
        if not len(lines):
            continue
        ends = [lenses[photo].rays(lines[:, k : k + 2]) @ rotation.T for k in (0, 2)]
        normal = np.cross(ends[0], ends[1])
        length = np.linalg.norm(normal, axis=1)
        normals.append(normal / (length[:, None] + 1e-12))
        weights.append(length)
    normal, weight = np.concatenate(normals), np.concatenate(weights)
    near = np.abs(normal @ held) < math.sin(math.radians(_WITHIN_DEG + _NEAR_DEG))
    normal, weight = normal[near], weight[near]
    if len(normal) < _FEWEST_LINES:
        return held, 0.0
    grid = _around(held, _WITHIN_DEG, _GRID_DEG)
    votes = _votes(grid, normal, weight, _NEAR_DEG)
    support = float(votes.max() / (np.median(votes) + 1e-12))
    up = grid[int(votes.argmax())]
    for width_deg in (_NEAR_DEG, _NEAR_DEG / 2, _NEAR_DEG / 2):
        off = np.degrees(np.arcsin(np.clip(normal @ up, -1, 1)))
        share = weight * np.exp(-((off / width_deg) ** 2))
        _, vectors = np.linalg.eigh((normal * share[:, None]).T @ normal)
        # Lines of one direction only leave the other open: then the best of the grid stays.
        found = vectors[:, 0] * np.sign(vectors[:, 0] @ up)
        if found @ up < math.cos(math.radians(2)):
            break
        up = found
    return up, support


def _around(middle: Array, within_deg: float, step_deg: float) -> Array:
    steps = np.arange(-within_deg, within_deg + step_deg / 2, step_deg)
    east = np.cross(middle, [0.3, 0.2, 0.9])
    east /= np.linalg.norm(east)
    north = np.cross(middle, east)
    a, b = np.meshgrid(np.tan(np.radians(steps)), np.tan(np.radians(steps)))
    inside = a**2 + b**2 <= math.tan(math.radians(within_deg)) ** 2
    grid = middle + a[inside][:, None] * east + b[inside][:, None] * north
    return np.asarray(grid / np.linalg.norm(grid, axis=1, keepdims=True))


def _votes(grid: Array, normal: Array, weight: Array, near_deg: float) -> Array:
    votes = np.zeros(len(grid))
    for start in range(0, len(normal), 512):
        off = np.degrees(np.arcsin(np.clip(grid @ normal[start : start + 512].T, -1, 1)))
        votes += np.exp(-((off / near_deg) ** 2)) @ weight[start : start + 512]
    return votes


def _to_y(up: Array) -> Array:
    """Return the shortest turn that brings ``up`` to the y axis."""
    axis = np.cross(up, [0, 1, 0])
    sine, cosine = float(np.linalg.norm(axis)), float(up[1])
    if sine < 1e-12:
        return np.eye(3) if cosine > 0 else np.diag([1.0, -1.0, -1.0])
    return turned(axis / sine * math.atan2(sine, cosine))
