"""Lenses that are not ours: a photo's pixels by Brown's model, so that no set is made just as our own model has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ispace.imaging.stitch.camera import Lens


@dataclass(frozen=True)
class BrownLens:
    """What an ideal lens shows r focal lengths from the axis, this one shows at ``r (1 + k1 r² + k2 r⁴)``.

    ``focal``, ``cx`` and ``cy`` as in ``Lens``: half longer sides, y up.
    """

    focal: float
    k1: float = 0.0
    k2: float = 0.0
    cx: float = 0.0
    cy: float = 0.0

    def rays(self, plane: np.ndarray) -> np.ndarray:
        """Return unit vectors (…, 3) of points (…, 2)."""
        xy = (np.asarray(plane, np.float64) - (self.cx, self.cy)) / self.focal
        distorted = np.hypot(xy[..., 0], xy[..., 1])
        r = distorted.copy()
        for _ in range(10):  # Newton
            r -= (self._bent(r) - distorted) / (1 + 3 * self.k1 * r**2 + 5 * self.k2 * r**4)
        xy *= np.divide(r, distorted, out=np.ones_like(r), where=distorted > 1e-12)[..., None]
        rays = np.concatenate([xy, np.ones_like(r)[..., None]], axis=-1)
        return rays / np.linalg.norm(rays, axis=-1, keepdims=True)

    def project(self, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return points (…, 2) of rays (…, 3), and which of these are seen at all."""
        front = rays[..., 2] > 0.05 * np.linalg.norm(rays, axis=-1)
        xy = rays[..., :2] / np.where(front, rays[..., 2], 1)[..., None]
        r = np.hypot(xy[..., 0], xy[..., 1])
        front &= 1 + 3 * self.k1 * r**2 + 5 * self.k2 * r**4 > 0.1
        bent = 1 + self.k1 * r**2 + self.k2 * r**4
        return xy * bent[..., None] * self.focal + (self.cx, self.cy), front

    def _bent(self, r: np.ndarray) -> np.ndarray:
        return r * (1 + self.k1 * r**2 + self.k2 * r**4)


Optics = Lens | BrownLens


def with_barrel(focal: float, barrel: float, corner: float, centre: tuple[float, float], *, brown: bool) -> Optics:
    """Return a lens that draws what belongs to ``corner`` (distance in the plane) inwards by that share of it."""
    if brown:
        r = corner / focal
        return BrownLens(focal, -barrel / r**2, 0.15 * barrel / r**4, *centre)
    return Lens(focal, 0.8 * barrel / corner**2, 0.2 * barrel / corner**4, *centre)


def of_pixels(focal_px: float, width_px: int, height_px: int) -> Lens:
    """Return the lens of a focal length in pixels."""
    return Lens(focal_px / (max(width_px, height_px) / 2))


def corner_of(width_px: int, height_px: int) -> float:
    """Return how far a picture's corner is from its middle, in half longer sides."""
    return math.hypot(width_px, height_px) / max(width_px, height_px)
