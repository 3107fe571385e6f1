"""Which part of the levelled view a partial panorama fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ispace.imaging.geometry import Array, LevelAngles, angles, direction, source_rotation
from ispace.imaging.planes import Planes, Sphere

_POINTS = 721
_STEEP_DEG = 45.0


@dataclass(frozen=True, slots=True)
class Covered:
    """Ranges of yaw and pitch inside which a view looks at picture; ``yaw_max_deg`` may lie beyond 180."""

    yaw_min_deg: float = -180.0
    yaw_max_deg: float = 180.0
    pitch_min_deg: float = -90.0
    pitch_max_deg: float = 90.0


def covered(planes: Planes, sphere: Sphere, level: LevelAngles) -> Covered:
    """Return the ranges of a levelled view that are filled.

    A tilted picture has slanted edges in the levelled view; the ranges lie inside them, so that no limit made from them
    lets background be seen in the middle of a screen. To the sides this holds up to 45° above and below the horizon.
    """
    if sphere.is_full(planes):
        return Covered()
    per_x, per_y = 360 / sphere.full_width_px, 180 / sphere.full_height_px
    left, right = (x * per_x - 180 for x in (sphere.left_px, sphere.left_px + planes.width_px))
    top, bottom = (90 - y * per_y for y in (sphere.top_px, sphere.top_px + planes.height_px))
    is_round = sphere.is_round(planes)

    to_view = source_rotation(level).T
    across, down = np.linspace(left, right, _POINTS), np.linspace(top, bottom, _POINTS)

    def seen(yaw_deg: Array | float, pitch_deg: Array | float) -> tuple[Array, Array]:
        return angles(direction(yaw_deg, pitch_deg) @ to_view.T)

    def shows(pitch_deg: float) -> bool:
        yaw, pitch = angles(direction(0, pitch_deg) @ to_view)  # the view's pole, in the picture
        return bool(bottom <= pitch <= top and (is_round or (yaw - left) % 360 <= right - left))

    up, low = seen(across, top)[1], seen(across, bottom)[1]
    pitch_max = 90.0 if shows(90) else float(up.min())
    pitch_min = -90.0 if shows(-90) else float(low.max())
    if pitch_min >= pitch_max:
        pitch_min, pitch_max = float(min(low.min(), up.min())), float(max(low.max(), up.max()))
    if is_round:
        return Covered(pitch_min_deg=_rounded(pitch_min), pitch_max_deg=_rounded(pitch_max))

    slants = []
    for edge in (left, right):
        yaw, pitch = seen(edge, down)
        gentle = np.abs(pitch) <= _STEEP_DEG
        slant = (yaw - edge + 180) % 360 - 180
        slants.append(slant[gentle] if gentle.any() else slant)
    yaw_min, yaw_max = left + float(slants[0].max()), right + float(slants[1].min())
    if yaw_min >= yaw_max:
        yaw_min, yaw_max = left, right
    return Covered(_rounded(yaw_min), _rounded(yaw_max), _rounded(pitch_min), _rounded(pitch_max))


def _rounded(angle_deg: float) -> float:
    return round(angle_deg, 3) + 0.0  # no −0.0 in documents
