"""Lenses and rotations: where a pixel of a photo looks, and where a direction is seen in it.

A photo's plane has its origin in the middle of the picture, x to the right and y **up**, and half of the longer side as
its unit. A rotation is a 3 × 3 matrix whose columns are the camera's right, up and forward in the world, so that
``ray_world = rotation @ ray_camera``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TABLE = 512
_STEEPEST_DEG = 85.0
"""Beyond this angle from the axis no photo of a flat sensor shows anything."""
_DIAGONAL_35_MM = math.hypot(36, 24)


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens with square pixels.

    ``focal`` is the focal length in half longer sides. What a photo shows at distance r from (``cx``, ``cy``) a lens
    without distortion would show at ``r (1 + a r² + b r⁴)``, in the units of the plane.
    """

    focal: float
    a: float = 0.0
    b: float = 0.0
    cx: float = 0.0
    cy: float = 0.0

    @classmethod
    def of_35mm(cls, focal_35_mm: float, width_px: int, height_px: int) -> Self:
        """Return the lens of an EXIF 35 mm focal length, which is by the diagonal (43.27 mm)."""
        diagonal = math.hypot(width_px, height_px) / (max(width_px, height_px) / 2)
        return cls(focal_35_mm / _DIAGONAL_35_MM * diagonal)

    @property
    def hfov_deg(self) -> float:
        """The field of view over the longer side, without distortion."""
        return math.degrees(2 * math.atan(1 / self.focal))

    def with_focal(self, focal: float) -> Self:
        """Return it at another zoom."""
        return replace(self, focal=focal)

    @property
    def reach(self) -> float:
        """The distance from the middle up to which the distortion can be undone: where it stops rising, at most 2."""
        r = np.linspace(0, 2, _TABLE)
        rising = np.diff(r * (1 + self.a * r**2 + self.b * r**4)) > 0
        return float(r[-1] if rising.all() else r[int(np.argmin(rising))])

    def rays(self, plane: ArrayLike) -> Array:
        """Return unit vectors (…, 3) in which points (…, 2) of the plane look, in the camera's own axes."""
        xy = np.asarray(plane, np.float64) - (self.cx, self.cy)
        r2 = np.sum(xy * xy, axis=-1, keepdims=True)
        xy = xy * (1 + self.a * r2 + self.b * r2 * r2) / self.focal
        rays = np.concatenate([xy, np.ones_like(r2)], axis=-1)
        return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))

    def project(self, rays: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
        """Return where rays (…, 3) in the camera's axes meet the plane (…, 2), and which of them do so in front.

        A ray from behind, or from beyond what the distortion can be undone for, is not seen anywhere.
        """
        rays = np.asarray(rays, np.float64)
        z = rays[..., 2]
        length = np.linalg.norm(rays, axis=-1)
        front = z > length * math.cos(math.radians(_STEEPEST_DEG))
        xy = rays[..., :2] / np.where(front, z, 1)[..., None] * self.focal
        reach = self.reach
        table = np.linspace(0, reach, _TABLE)
        undistorted = table * (1 + self.a * table**2 + self.b * table**4)
        r_u = np.linalg.norm(xy, axis=-1)
        front = front & (r_u <= undistorted[-1])
        r_d = np.interp(r_u, undistorted, table)
        scale = np.divide(r_d, r_u, out=np.ones_like(r_u), where=r_u > 1e-12)
        return np.asarray(xy * scale[..., None] + (self.cx, self.cy)), front


def to_plane(pixels: ArrayLike, width_px: int, height_px: int) -> Array:
    """Return points (…, 2) of the plane for pixel coordinates, x to the right and y down; whole numbers are centres."""
    half = max(width_px, height_px) / 2
    xy = np.asarray(pixels, np.float64)
    middle = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
    return np.asarray((xy - middle) / half * (1, -1))


def to_pixels(plane: ArrayLike, width_px: int, height_px: int) -> Array:
    """Return pixel coordinates for points of the plane; the inverse of ``to_plane``."""
    half = max(width_px, height_px) / 2
    middle = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
    return np.asarray(np.asarray(plane, np.float64) * (1, -1) * half + middle)


def from_angles(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Array:
    """Return the rotation of a camera rolled clockwise seen from behind, then looking up, then turned to the right."""
    y, p, r = (math.radians(angle) for angle in (yaw_deg, pitch_deg, roll_deg))
    yaw = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    pitch = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    roll = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return np.asarray(yaw @ pitch @ roll)


def to_angles(rotation: Array) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees of a rotation; the inverse of ``from_angles``."""
    x, y, z = rotation[:, 2]
    yaw, pitch = math.atan2(x, z), math.asin(max(-1.0, min(1.0, float(y))))
    level = from_angles(math.degrees(yaw), math.degrees(pitch), 0)
    right = level.T @ rotation[:, 0]
    return math.degrees(yaw), math.degrees(pitch), math.degrees(math.atan2(-right[1], right[0]))


def turned(vector: Array) -> Array:
    """Return the rotation about a vector (3,) by its length in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + math.sin(angle) * k + (1 - math.cos(angle)) * (k @ k))


def nearest_rotation(matrix: Array) -> Array:
    """Return the rotation that is nearest to a matrix (orthogonal Procrustes)."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt)


def angle_between(a: Array, b: Array) -> float:
    """Return by how many radians two rotations differ."""
    return float(np.arccos(np.clip((np.trace(a.T @ b) - 1) / 2, -1, 1)))
