"""A sphere painted by a formula, so that every pixel of every face and view has a value that can be computed."""

from __future__ import annotations

import numpy as np

from ispace.imaging import geometry
from ispace.imaging.planes import Planes, Sphere, half


def luma(directions):
    """Waves of about a fifteenth of a turn that repeat nowhere on the sphere; for unit vectors (…, 3)."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return 128 + 30 * np.cos(23 * x + 9 * y + 1) + 30 * np.sin(19 * y + 17 * z) + 10 * x


def blue(directions):
    x, y, z = np.moveaxis(directions, -1, 0)
    return 128 + 20 * np.sin(2 * x + y) + 8 * z


def red(directions):
    x, y, z = np.moveaxis(directions, -1, 0)
    return 128 + 20 * np.cos(2 * y - z) - 8 * x


def painted(sphere: Sphere, width: int, height: int, level=None) -> Planes:
    """Return the part of a sphere that a picture of ``width`` × ``height`` shows, from a camera at that attitude."""
    to_view = geometry.source_rotation(level or geometry.LevelAngles()).T

    def plane(colour, reduced):
        # chroma samples lie in the middle of squares of 2 × 2 pixels
        columns, rows = (
            np.arange(half(n) if reduced == 2 else n) * reduced + (reduced - 1) / 2 for n in (width, height)
        )
        yaw, pitch = geometry.equirect_angles(
            columns + sphere.left_px, rows[:, None] + sphere.top_px, sphere.full_width_px, sphere.full_height_px
        )
        seen = geometry.direction(yaw, pitch) @ to_view.T
        return np.rint(colour(seen)).astype(np.uint8)

    return Planes(plane(luma, 1), plane(blue, 2), plane(red, 2))


def whole(width: int, level=None) -> tuple[Planes, Sphere]:
    sphere = Sphere(width, width // 2)
    return painted(sphere, width, width // 2, level), sphere


def face(colour, name: str, size: int):
    """Return a face (N, N) as it ought to be."""
    at = (2 * np.arange(size) + 1) / size - 1
    directions = geometry.face_directions(name, at[None, :], at[:, None])
    return colour(directions / np.linalg.norm(directions, axis=-1, keepdims=True))


def rgb(directions):
    """The same colours as sRGB (…, 3), floats; all of them exist."""
    y, cb, cr = luma(directions), blue(directions) - 128, red(directions) - 128
    return np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=-1)
