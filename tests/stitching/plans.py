"""How a set is photographed: by which lens, in which directions, and what goes wrong meanwhile.

``PLANS`` holds sets by name; ``replace(PLANS[name], …)`` makes others of them. An x at the end means no EXIF.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

FileFormat = Literal["jpg", "png", "heic"]


@dataclass(frozen=True)
class Room:
    """Where a ray ends, for a lens that moves: a box about the place, metres from the middle."""

    floor: float = 1.6
    ceiling: float = 3.0
    walls: tuple[float, float, float, float] = (3.0, 5.0, 4.0, 6.0)
    """To the right, left, front and back."""


@dataclass(frozen=True)
class Plan:
    """A set to be photographed. Angles in degrees, lengths in metres, exposure in stops."""

    rows: tuple[tuple[float, int], ...]
    """Pitch and number of photos of each row."""
    zenith: int = 0
    nadir: int = 0
    arc_deg: float = 360.0
    """What the rows span."""
    long_px: int = 2000
    short_px: int = 1500
    long_fov_deg: tuple[float, float] = (68.0, 72.0)
    """Of the picture's longer side, drawn between these."""
    portrait: bool = False
    sideways_files: bool = False
    """Portrait photos are stored lying down, with the orientation in EXIF, as phones do."""
    exif: bool = True
    """Maker, model, time, and the 35 mm focal length."""
    shuffled: bool = False
    """Names do not tell the order."""
    jitter_deg: tuple[float, float, float] = (2.0, 1.5, 2.0)
    """Yaw, pitch and roll, at most."""
    moves_m: float = 0.0
    """Standard deviation of the lens' place."""
    room: Room = Room()
    exposure_ev: float = 0.7
    white_balance: float = 0.025
    vignetting: float = 0.3
    """Light that is lost in the corner, 0 to 1."""
    barrel: float = 0.02
    """Share of the radius that the corner is drawn inwards."""
    off_centre_px: float = 6.0
    noise: float = 1.0
    people: int = 0
    """People in each photo, who stand elsewhere in the next one."""
    zoomed: int = 0
    """Photos more, taken at a fov 0.6 times as large."""
    duplicates: int = 0
    """Photos more, that are others once again, encoded anew."""
    blurred: int = 0
    """Photos of the rows that were shaken."""
    formats: tuple[FileFormat, ...] = ("jpg",)
    """Taken in turn."""
    brown: bool = True
    """Distortion by Brown's model, which is not ours, and so no set is made as we would like it; else by ``Lens``."""

    @property
    def steady(self) -> bool:
        """Whether the lens stayed where it was, so that rotations can be exact."""
        return self.moves_m == 0


_FULL = Plan(rows=((0, 8), (37, 8), (-37, 7)), zenith=1)
_RING = Plan(rows=((0, 12),), long_fov_deg=(65, 70), portrait=True)
_HAND = {"jitter_deg": (3.0, 3.0, 4.0), "exif": False}
_FAR = Room(floor=60, ceiling=1e6, walls=(200, 200, 200, 200))
_SMALL = {"long_px": 1000, "short_px": 750, "barrel": 0.0, "off_centre_px": 0.0}

PLANS = {
    "ring12": _RING,
    "ring10x": Plan(rows=((0, 10),), long_fov_deg=(70, 74), portrait=True, exif=False),
    "wide12x": Plan(
        rows=((26, 6), (-30, 6)), long_fov_deg=(98, 104), portrait=True, exif=False, shuffled=True, barrel=0.04
    ),
    "full24": _FULL,
    "full24x": Plan(rows=_FULL.rows, zenith=1, exif=False, shuffled=True),
    "full36": Plan(rows=((0, 12), (43, 12), (-43, 11)), zenith=1, long_fov_deg=(64, 67), portrait=True),
    "hand24": Plan(rows=((0, 8), (36, 8), (-36, 7)), zenith=1, moves_m=0.04, **_HAND),
    "hand12r": Plan(rows=((0, 12),), long_fov_deg=(65, 70), portrait=True, moves_m=0.04, **_HAND),
    "drone26": Plan(
        rows=((5, 9), (-28, 9), (-58, 7)),
        nadir=1,
        long_fov_deg=(72, 75),
        exposure_ev=0.35,
        jitter_deg=(1, 1, 1),
        room=_FAR,
    ),
    "part8x": Plan(rows=((12, 4), (-24, 4)), arc_deg=180, exif=False, exposure_ev=0.5),
    "people12": Plan(rows=_RING.rows, long_fov_deg=(65, 70), portrait=True, sideways_files=True, people=2),
    "mixed24": Plan(
        rows=_FULL.rows, zenith=1, exif=False, zoomed=3, duplicates=2, blurred=1, formats=("jpg", "png", "heic")
    ),
    "world26": Plan(
        rows=((0, 9), (35, 8), (-35, 8)), zenith=1, long_fov_deg=(65, 65), exposure_ev=0.5, exif=False, **_SMALL
    ),
    "world10": Plan(rows=((0, 10),), long_fov_deg=(65, 65), exposure_ev=0.5, exif=False, **_SMALL),
    "memory40": Plan(
        rows=((0, 14), (40, 12), (-40, 12)), zenith=1, nadir=1, long_fov_deg=(62, 66), long_px=4000, short_px=3000
    ),
}


def directions(plan: Plan, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Return yaw, pitch and roll in degrees of the photos of the rows, zenith and nadir."""
    yaw_0, (jitter_yaw, jitter_pitch, jitter_roll) = rng.uniform(-180, 180), plan.jitter_deg
    found = []
    for pitch, count in plan.rows:
        start = rng.uniform(0, 360 / count)
        for number in range(count):
            around = plan.arc_deg == 360
            yaw = start + number * 360 / count if around else plan.arc_deg * (number / max(1, count - 1) - 0.5)
            found.append(
                (
                    yaw_0 + yaw + rng.uniform(-jitter_yaw, jitter_yaw),
                    pitch + rng.uniform(-jitter_pitch, jitter_pitch),
                    rng.uniform(-jitter_roll, jitter_roll),
                )
            )
    for sign, count in ((1, plan.zenith), (-1, plan.nadir)):
        found += [
            (yaw_0 + rng.uniform(-30, 30), sign * (90 - rng.uniform(2, 6)), rng.uniform(-5, 5)) for _ in range(count)
        ]
    return found


def long_focal(plan: Plan, rng: np.random.Generator) -> float:
    """Return a focal length in half longer sides."""
    return 1 / math.tan(math.radians(rng.uniform(*plan.long_fov_deg)) / 2)
