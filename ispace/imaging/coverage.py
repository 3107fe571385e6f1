"""Which part of the sphere a picture shows: what the document says, else the file, else its proportions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ispace.errors import PictureCoverageError, PictureNotPanoramaError, PictureTooSmallError
from ispace.imaging.info import LEAST_PANORAMA_RATIO
from ispace.imaging.planes import Sphere
from ispace.imaging.probe import PictureInfo

TAKEN_AS_RING = "PHU-360"
GUESSED = "PHU-DOAN"
CYLINDRICAL = "PHU-TRU"

MIN_WIDTH_PX = 256
"""Least width of the full sphere; below it is a thumbnail."""

_FULL_TOLERANCE = 0.005
_USUAL_VAOV_DEG = 60.0
"""What telephones and stitched rows usually cover vertically."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the document says: horizontal and vertical angle of view, and how far the middle lies above the horizon."""

    haov_deg: float
    vaov_deg: float
    pitch_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell about a picture: a code of the texts' section ``notes`` and its parameters."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


def sphere_of(
    info: PictureInfo, declared: Declared | None = None, ends_meet: Callable[[], bool] | None = None
) -> tuple[Sphere, list[Note]]:
    """Return where a picture lies in the full sphere, in pixels, and what had to be assumed.

    ``ends_meet`` is asked only where it matters, for a strip of which nothing says how far it reaches; without it such
    a strip is taken as one whose ends do not meet.

    Raises:
        PictureCoverageError: the declared angles are impossible.
        PictureNotPanoramaError: the picture is too high for a panorama and nothing says what it covers.
        PictureTooSmallError: the full sphere would be narrower than ``MIN_WIDTH_PX``.
    """
    notes: list[Note] = []
    if info.gpano is not None and info.gpano.projection == "cylindrical":
        notes.append(Note(CYLINDRICAL, {"file": info.file}))
    if declared is not None:
        sphere = _declared(info, declared)
    elif info.gpano is not None and info.gpano.area is not None:
        area = info.gpano.area
        sphere = Sphere(area.full_width_px, area.full_height_px, area.left_px, area.top_px)
    else:
        sphere, more = _by_proportions(info, ends_meet)
        notes += more
    if sphere.full_width_px < MIN_WIDTH_PX:
        raise PictureTooSmallError(file=info.file, size=_size(info), min_width_px=MIN_WIDTH_PX)
    return sphere, notes


def north_deg(info: PictureInfo, sphere: Sphere) -> float | None:
    """Return the compass bearing of yaw 0, the middle of the full sphere, or ``None``.

    The heading in a file is that of the picture's middle, which in a partial panorama may lie elsewhere.
    """
    if info.heading_deg is None:
        return None
    middle_deg = ((sphere.left_px + info.width_px / 2) / sphere.full_width_px - 0.5) * 360
    return (info.heading_deg - middle_deg) % 360.0 % 360.0


def _declared(info: PictureInfo, declared: Declared) -> Sphere:
    for name, value, low, high in (
        ("haov_deg", declared.haov_deg, 1, 360),
        ("vaov_deg", declared.vaov_deg, 1, 180),
        ("pitch_deg", declared.pitch_deg, -90, 90),
    ):
        if not (math.isfinite(value) and low <= value <= high):
            raise PictureCoverageError(file=info.file, field=name, value=value)
    beyond_deg = abs(declared.pitch_deg) + declared.vaov_deg / 2 - 90
    if beyond_deg > 0.5:  # angles are often stated in whole degrees
        raise PictureCoverageError(file=info.file, field="pitch_deg", value=declared.pitch_deg)
    full_width = max(round(info.width_px * 360 / declared.haov_deg), info.width_px)
    full_height = max(round(info.height_px * 180 / declared.vaov_deg), info.height_px)
    above = (90 - declared.pitch_deg) / 180 * full_height - info.height_px / 2
    return _placed(info, full_width, full_height, round(above))


def _by_proportions(info: PictureInfo, ends_meet: Callable[[], bool] | None) -> tuple[Sphere, list[Note]]:
    width, height = info.width_px, info.height_px
    ratio = width / height
    if abs(ratio - 2) <= 2 * _FULL_TOLERANCE:
        # Some rows too many or too few come from rounding somewhere. They are spread over the half turn, at most 0.45°
        # from where they were: a hole in the zenith would be seen, this is not.
        return _placed(info, width, height, 0), []
    if ratio < LEAST_PANORAMA_RATIO:
        raise PictureNotPanoramaError(file=info.file, size=_size(info))
    round_trip = ends_meet is not None and ends_meet()
    if round_trip:
        full_height = max(width // 2, height)
        vaov_deg = 180 * height / full_height
        sphere = _placed(info, width, full_height, (full_height - height) // 2)
        return sphere, [Note(TAKEN_AS_RING, {"file": info.file, "vaov_deg": round(vaov_deg)})]
    vaov_deg = 180.0 if ratio < 2 else min(_USUAL_VAOV_DEG, 360 / ratio)
    haov_deg = vaov_deg * ratio
    full_width = round(width * 360 / haov_deg)
    full_height = max(round(height * 180 / vaov_deg), height)
    sphere = _placed(info, full_width, full_height, (full_height - height) // 2)
    return sphere, [Note(GUESSED, {"file": info.file, "haov_deg": round(haov_deg), "vaov_deg": round(vaov_deg)})]


def _placed(info: PictureInfo, full_width: int, full_height: int, top: int) -> Sphere:
    """Return a sphere with the picture centred from left to right."""
    return Sphere(
        full_width, full_height, (full_width - info.width_px) // 2, min(max(top, 0), full_height - info.height_px)
    )


def _size(info: PictureInfo) -> str:
    return f"{info.width_px} × {info.height_px}"
