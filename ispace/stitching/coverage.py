"""Which photo covers what, as outlines on the sphere laid flat: yaw to the right, pitch up, one unit a degree.

An outline is the photo's border, projected. Where it crosses the edge at ±180° it is drawn once on each side; where it
goes around a pole it is closed along the upper or lower edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ispace.imaging.stitch.camera import Array, from_angles
from ispace.imaging.stitch.outcome import Gap, PhotoOutcome

_POINTS_A_SIDE = 24
_INSIDE_X, _INSIDE_Y = 174.0, 84.0
"""How far out a photo's number may stand, so that all of it is seen."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A photo in the drawing: ``path`` is SVG path data, (``x``, ``y``) where its number stands."""

    path: str
    x: float
    y: float


def outline(photo: PhotoOutcome) -> Outline | None:
    """Return where a photo lies; ``None`` for one without a place or a size."""
    angles = (photo.yaw_deg, photo.pitch_deg, photo.hfov_deg, photo.width_px, photo.height_px)
    if any(value is None for value in angles):
        return None
    yaw, pitch, hfov, width, height = (float(value or 0) for value in angles)
    border = _border(math.tan(math.radians(hfov) / 2), height / width)
    rotation = from_angles(yaw, pitch, photo.roll_deg or 0.0)
    rays = border @ rotation.T
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    x = np.degrees(np.unwrap(np.arctan2(rays[:, 0], rays[:, 2])))
    y = -np.degrees(np.arcsin(np.clip(rays[:, 1], -1, 1)))
    if abs(x[-1] - x[0]) > 180:
        path = _around_pole(x, y, -90.0 if pitch > 0 else 90.0)
    else:
        path = "".join(_path(x + turn, y) for turn in _turns(x))
    return Outline(path, *mark(yaw, pitch))


def gap_path(gap: Gap) -> str:
    """Return the outline of a gap."""
    x = np.array([-1, 1, 1, -1]) * gap.width_deg / 2 + gap.yaw_deg
    y = np.clip(np.array([-1, -1, 1, 1]) * gap.height_deg / 2 - gap.pitch_deg, -90, 90)
    return "".join(_path(x + turn, y) for turn in _turns(x))


def mark(yaw_deg: float, pitch_deg: float) -> tuple[float, float]:
    """Return where a mark for a direction stands: x and y in the drawing, such that all of it is seen."""
    x = (yaw_deg + 180) % 360 - 180
    return max(-_INSIDE_X, min(_INSIDE_X, x)), -max(-_INSIDE_Y, min(_INSIDE_Y, pitch_deg))


def _around_pole(x: Array, y: Array, edge: float) -> str:
    """Return the path of a border that goes around a pole, from −180 to 180 and back along the edge."""
    x = (x + 180) % 360 - 180
    order = np.argsort(x)
    x, y = x[order], y[order]
    at_edge = float(np.interp(180, [x[-1], x[0] + 360], [y[-1], y[0]]))
    x = np.concatenate([[-180], x, [180, 180, -180]])
    return _path(x, np.concatenate([[at_edge], y, [at_edge, edge, edge]]))


def _border(half_width: float, ratio: float) -> Array:
    """Return rays (n, 3) around a photo's border, closed."""
    along = np.linspace(-1, 1, _POINTS_A_SIDE)
    one = np.ones_like(along)
    sides = [(along, -one), (one, along), (-along, one), (-one, -along)]
    xy = np.concatenate([np.stack(side, axis=-1) for side in sides]) * (half_width, half_width * ratio)
    return np.column_stack([xy, np.ones(len(xy))])


def _turns(x: Array) -> list[int]:
    """Return by which whole turns a shape is to be shifted so that all of it is seen between −180 and 180."""
    return [turn for turn in (-720, -360, 0, 360, 720) if x.min() + turn < 180 and x.max() + turn > -180]


def _path(x: Array, y: Array) -> str:
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
