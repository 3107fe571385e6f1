"""Signs and axes, stated once: directions, level angles, the faces of the cube, equirectangular pixels, views.

x points right, y up, z forward. Yaw 0 and pitch 0 look along +z; yaw grows to the right, pitch upwards; angles are in
degrees. ``static/viewer/projection.js`` says the same in JavaScript, and both are held against
``tests/golden/geometry.json``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FACES = "frblud"
"""Front, right, back, left, up, down."""


class Axes(NamedTuple):
    """What points right, up and forward on a face, as unit vectors."""

    right: tuple[int, int, int]
    up: tuple[int, int, int]
    forward: tuple[int, int, int]


FACE_AXES = {
    "f": Axes((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "r": Axes((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    "b": Axes((-1, 0, 0), (0, 1, 0), (0, 0, -1)),
    "l": Axes((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    "u": Axes((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "d": Axes((1, 0, 0), (0, 0, 1), (0, -1, 0)),
}
"""Faces as seen from the middle of the cube: the bottom row of u and the top row of d touch f."""


@dataclass(frozen=True, slots=True)
class LevelAngles:
    """How the camera stood, as in GPano: it looked up by ``pitch_deg`` and was rolled clockwise, seen from behind."""

    pitch_deg: float = 0.0
    roll_deg: float = 0.0

    @property
    def is_level(self) -> bool:
        """Whether there is nothing to level."""
        return self.pitch_deg == 0 and self.roll_deg == 0


def direction(yaw_deg: ArrayLike, pitch_deg: ArrayLike) -> Array:
    """Return unit vectors (…, 3)."""
    yaw, pitch = np.broadcast_arrays(np.radians(yaw_deg), np.radians(pitch_deg))
    return np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=-1)


def angles(vectors: ArrayLike) -> tuple[Array, Array]:
    """Return yaw in [−180, 180) and pitch, in degrees, of vectors (…, 3) of any length but 0."""
    x, y, z = np.moveaxis(np.asarray(vectors, np.float64), -1, 0)
    yaw = np.degrees(np.arctan2(x, z))
    return np.where(yaw >= 180, -180.0, yaw), np.degrees(np.arctan2(y, np.hypot(x, z)))


def face_directions(face: str, u: ArrayLike, v: ArrayLike) -> Array:
    """Return vectors (…, 3), not of length 1, through points of a face: u to the right, v down, both in [−1, 1].

    The pixel in row i and column j of a face of N × N has u = (2 j + 1) / N − 1 and v = (2 i + 1) / N − 1.
    """
    axes = FACE_AXES[face]
    u, v = np.broadcast_arrays(np.asarray(u, np.float64), np.asarray(v, np.float64))
    right, up, forward = (np.array(axis, np.float64) for axis in (axes.right, axes.up, axes.forward))
    return np.asarray(forward + u[..., None] * right - v[..., None] * up)


def face_of(vectors: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.floating], NDArray[np.floating]]:
    """Return for vectors (…, 3) the index in ``FACES`` and the place (u, v) where they meet the cube."""
    x, y, z = np.moveaxis(np.asarray(vectors), -1, 0)
    ahead, aside, above = abs(z), abs(x), abs(y)
    depth = np.maximum(np.maximum(ahead, aside), above)
    major = np.where(depth == ahead, 0, np.where(depth == aside, 1, 2))
    face = np.choose(major, [np.where(z > 0, 0, 2), np.where(x > 0, 1, 3), np.where(y > 0, 4, 5)])
    u = np.choose(major, [np.copysign(x, x * z), np.copysign(z, -x * z), x]) / depth
    v = np.choose(major, [-y, -y, np.copysign(z, y * z)]) / depth
    return face, u, v


def source_rotation(level: LevelAngles) -> Array:
    """Return the 3 × 3 matrix that takes a direction of the levelled view to its direction in the picture.

    The camera was rolled about its own axis and then looked up, so its axes in the world are the columns of
    pitch · roll; the picture's direction of a world direction is the transpose times it.
    """
    p, r = math.radians(level.pitch_deg), math.radians(level.roll_deg)
    pitch = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    roll = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return np.asarray((pitch @ roll).T, np.float64)


def equirect_xy(yaw_deg: ArrayLike, pitch_deg: ArrayLike, width_px: int, height_px: int) -> tuple[Array, Array]:
    """Return pixel coordinates in a whole sphere of ``width_px`` × ``height_px``; integers are pixel centres."""
    x = (np.asarray(yaw_deg, np.float64) / 360 + 0.5) * width_px - 0.5
    y = (0.5 - np.asarray(pitch_deg, np.float64) / 180) * height_px - 0.5
    return x, y


def equirect_angles(x: ArrayLike, y: ArrayLike, width_px: int, height_px: int) -> tuple[Array, Array]:
    """Return yaw and pitch in degrees of pixel coordinates in a whole sphere; the inverse of ``equirect_xy``."""
    yaw = ((np.asarray(x, np.float64) + 0.5) / width_px - 0.5) * 360
    pitch = (0.5 - (np.asarray(y, np.float64) + 0.5) / height_px) * 180
    return yaw, pitch


def focal_px(hfov_deg: float, width_px: int, height_px: int) -> float:
    """Return the focal length with which ``hfov_deg`` spans the longer side of a picture."""
    return max(width_px, height_px) / 2 / math.tan(math.radians(hfov_deg) / 2)


def view_axes(yaw_deg: float, pitch_deg: float) -> Array:
    """Return the rows right, up, forward (3 × 3) of a view."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    sy, cy, sp, cp = math.sin(yaw), math.cos(yaw), math.sin(pitch), math.cos(pitch)
    return np.array([[cy, 0, -sy], [-sy * sp, cp, -cy * sp], [sy * cp, sp, cy * cp]])


def view_directions(x: ArrayLike, y: ArrayLike, *, axes: Array, focal_px: float, size_px: tuple[int, int]) -> Array:
    """Return vectors (…, 3) through pixel coordinates of a pinhole picture; integers are pixel centres.

    ``axes`` from ``view_axes``, ``size_px`` = (width, height).
    """
    right = (np.asarray(x, np.float64) + 0.5 - size_px[0] / 2) / focal_px
    up = (size_px[1] / 2 - 0.5 - np.asarray(y, np.float64)) / focal_px
    right, up = np.broadcast_arrays(right, up)
    return np.stack([right, up, np.ones_like(right)], axis=-1) @ axes
