"""Where up is by how the photos were held: people turn a camera about the vertical, and hold it upright or on its side.

Files may lie on their side too, some or all of them, where an editor or a messenger lost their orientation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array
from ispace.imaging.stitch.features import Features

_STEEP = math.sin(math.radians(60))
"""Photos that look farther up or down say nothing: there a camera is held in any way."""
_ROLL_RAD = math.radians(8)
_TURNED = np.array([0.0, 0.25, 0.5, 0.25])
"""What it costs to take a photo for one that lies on its side, or on its head."""
_STEEPNESS = 0.5
"""Most photos look to the horizon: without that a row on its side could as well be one held upright that looks over the
photographer's head."""
_DIRECTIONS = 2000
_FINER_DEG = (2.0, 0.5, 0.12)
_FINER_ROUNDS = 6
_MOSTLY = 0.25
"""How many more photos must be upright than on their head, so that nothing else is asked."""
_BRIGHTER = 0.02
_CERTAIN = 3
_TOGETHER = 0.5


@dataclass(frozen=True, slots=True)
class Posture:
    """``up`` (3,) by how the photos were held, and whether that means anything."""

    up: Array
    certain: bool


def posture(rotations: Mapping[int, Array], features: Sequence[Features]) -> Posture:
    """Return up in the world of photos' rotations: where they all have little roll, but for quarter turns."""
    photos = sorted(rotations)
    axes = np.stack([rotations[photo] for photo in photos])
    # On all of the sphere, evenly (a Fibonacci lattice); then finer and finer about the best.
    number = np.arange(_DIRECTIONS) + 0.5
    polar, around = np.arccos(1 - 2 * number / _DIRECTIONS), np.pi * (1 + 5**0.5) * number
    sphere = np.stack([np.cos(around) * np.sin(polar), np.sin(around) * np.sin(polar), np.cos(polar)], axis=1)
    up = np.asarray(sphere[int(_costs(sphere, axes).argmin())])
    steps = np.stack(np.meshgrid(np.arange(-3, 4), np.arange(-3, 4)), axis=-1).reshape(-1, 2)
    for step_deg in _FINER_DEG:
        for _ in range(_FINER_ROUNDS):
            near = up + math.radians(step_deg) * steps @ beside(up)
            near /= np.linalg.norm(near, axis=1, keepdims=True)
            best = np.asarray(near[int(_costs(near, axes).argmin())])
            if best @ up > 1 - 1e-12:
                break
            up = best
    turns, _, weights = _rolls(up[None], axes)
    share = np.bincount(turns[:, 0], weights=weights[:, 0], minlength=4) / weights.sum()
    if share[0] - share[2] < _MOSTLY:
        # Which end is up is open: light comes from above. Else, phones held upright write files turned to the left.
        slope = np.array([features[photo].brighter for photo in photos])
        light = float(np.mean(weights[:, 0] * np.sum(slope * (axes[:, :, :2].transpose(0, 2, 1) @ up), axis=1)))
        if light < -_BRIGHTER or (light < _BRIGHTER and share[1] > share[3]):
            up = -up
    level = int((np.abs(axes[:, :, 2] @ up) < _STEEP).sum())
    together = float(np.linalg.norm(axes[:, :, 1].mean(axis=0)))
    return Posture(up, level >= _CERTAIN or together >= _TOGETHER)


def beside(direction: Array) -> Array:
    """Return two unit vectors (2, 3) at right angles to a direction and to each other."""
    first = np.cross(direction, np.eye(3)[int(np.abs(direction).argmin())])
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(direction, first)])


def _costs(ups: Array, axes: Array) -> Array:
    """Return how ill each of ``ups`` (n, 3) goes with how the photos were held."""
    turns, rolls, weights = _rolls(ups, axes)
    costs = rolls**2 / (rolls**2 + _ROLL_RAD**2) + _TURNED[turns]
    steep = (axes[:, :, 2] @ ups.T) ** 2
    return np.asarray((weights * costs).sum(axis=0) / weights.sum(axis=0) + _STEEPNESS * steep.mean(axis=0))


def _rolls(ups: Array, axes: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Return by how many quarters each photo lies turned, what roll is left, in radians, and how much that counts.

    All are (photos, ups).
    """
    right, own_up, ahead = (axes[:, :, axis] @ ups.T for axis in range(3))
    roll = np.arctan2(right, own_up)
    turns = np.round(roll / (np.pi / 2)).astype(np.intp) % 4
    left = (roll + np.pi / 4) % (np.pi / 2) - np.pi / 4
    weights = np.where(np.abs(ahead) < _STEEP, 1 - ahead**2, 0) + 1e-6
    return turns, left, weights
