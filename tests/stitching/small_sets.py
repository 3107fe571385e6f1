"""Small sets for fast tests, made once in a run: a dozen photos of 480 × 360 of a painted place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from stitching.photographs import photograph, photograph_places
from stitching.plans import PLANS, Plan
from stitching.scene import painted
from stitching.truth import Truth

_SIZE = {"long_px": 480, "short_px": 360, "off_centre_px": 1.0}
_ROWS = {"rows": ((20, 6), (-24, 6)), "zenith": 0, "long_fov_deg": (92.0, 92.0)}
_RING = {"rows": ((0, 8),), "zenith": 0, "long_fov_deg": (92.0, 92.0)}

SMALL_PLANS: dict[str, Plan] = {
    "ring": replace(PLANS["ring12"], **_SIZE, brown=False),
    "rows": Plan(**_ROWS, **_SIZE, exif=False, shuffled=True),
    "phone": replace(PLANS["people12"], **_SIZE, people=1),
    "hand": Plan(**_ROWS, **_SIZE, exif=False, moves_m=0.04),
    "half": Plan(rows=((0, 6),), arc_deg=180, **_SIZE),
    "part": Plan(rows=((0, 4),), arc_deg=120, **_SIZE),
    "mixed": Plan(**_RING, **_SIZE, exif=False, zoomed=2, duplicates=1, blurred=1, formats=("jpg", "png", "heic")),
    "walls": Plan(rows=((0, 10),), **_SIZE),
    "sky": Plan(rows=((30, 8),), **_SIZE),
}
"""``two``, of two places in one folder, is made of ``half`` and ``part``."""


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Truth]:
    """Return a function that photographs a set of ``SMALL_PLANS``, or ``two``, when first asked for its truth."""

    @cache
    def made(name: str) -> Truth:
        folder = tmp_path_factory.mktemp(f"photos-{name}")
        if name == "two":
            places = [(painted(1), SMALL_PLANS["half"]), (painted(2), SMALL_PLANS["part"])]
            return photograph_places(places, folder, seed=1)
        kind = {"walls": "walls", "sky": "sky"}.get(name, "room")
        return photograph(painted(1, kind=kind), SMALL_PLANS[name], folder, seed=1)  # type: ignore[arg-type]

    return made
