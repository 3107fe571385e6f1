"""How good are six cube faces? Their luma against the mean of the picture over the area of every face pixel.

The picture is continued round its seam and over its poles, and interpolated by a quintic B-spline; a face pixel is the
mean of points spread evenly over its area, 4 × 4, in the middle of u and d (N/4 × N/4, the "pole") 16 × 16.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ispace.imaging import geometry

Float = NDArray[np.float32]

_ROWS = 64
_PAD = 12


def area_faces(luma: NDArray[np.uint8], face_px: int, points: int = 4, pole_points: int = 16) -> dict[str, Float]:
    """Return the six ideal faces (N, N) of a whole sphere (H, 2 H)."""
    width = luma.shape[1]
    turned = np.roll(luma, width // 2, axis=1)
    tall = np.concatenate([turned[:_PAD][::-1], luma, turned[-_PAD:][::-1]])
    wide = np.concatenate([tall[:, -_PAD:], tall, tall[:, :_PAD]], axis=1).astype(np.float32)
    spline = ndimage.spline_filter(wide, order=5, output=np.float32, mode="mirror")
    faces = {face: _means(spline, luma.shape, face, face_px, (0, face_px), points) for face in geometry.FACES}
    middle = (face_px // 2 - face_px // 8, face_px // 2 + face_px // 8)
    for face in "ud":
        faces[face][slice(*middle), slice(*middle)] = _means(spline, luma.shape, face, face_px, middle, pole_points)
    return faces


def _means(spline: Float, shape: tuple[int, ...], face: str, face_px: int, span: tuple[int, int], points: int) -> Float:
    out = np.empty((span[1] - span[0], span[1] - span[0]), np.float32)
    within = (np.arange(points) + 0.5) / points
    u = (np.arange(*span)[:, None] + within).ravel() * (2 / face_px) - 1
    for first in range(span[0], span[1], _ROWS):
        last = min(first + _ROWS, span[1])
        v = (np.arange(first, last)[:, None] + within).ravel() * (2 / face_px) - 1
        yaw, pitch = geometry.angles(geometry.face_directions(face, u[None, :], v[:, None]))
        x, y = geometry.equirect_xy(yaw, pitch, shape[1], shape[0])
        values = ndimage.map_coordinates(spline, (y + _PAD, x + _PAD), order=5, prefilter=False, output=np.float32)
        out[first - span[0] : last - span[0]] = values.reshape(last - first, points, -1, points).mean(axis=(1, 3))
    return out


def psnr(pairs: list[tuple[NDArray[np.generic], NDArray[np.generic]]]) -> float:
    """Return the ratio of peak signal to noise, in dB, over all pixels of pairs of arrays."""
    errors = sum(float(np.sum((a.astype(np.float64) - b.astype(np.float64)) ** 2)) for a, b in pairs)
    count = sum(a.size for a, _ in pairs)
    return 10 * math.log10(255**2 * count / errors) if errors else math.inf


def score(faces: Mapping[str, NDArray[np.generic]], ideal: Mapping[str, Float]) -> dict[str, float]:
    """Return dB over all faces, the sides, u and d, and round the poles."""
    face_px = ideal["f"].shape[0]
    middle = slice(face_px // 2 - face_px // 8, face_px // 2 + face_px // 8)
    return {
        "all": psnr([(faces[f], ideal[f]) for f in geometry.FACES]),
        "sides": psnr([(faces[f], ideal[f]) for f in "frbl"]),
        "u+d": psnr([(faces[f], ideal[f]) for f in "ud"]),
        "pole": psnr([(faces[f][middle, middle], ideal[f][middle, middle]) for f in "ud"]),
    }
