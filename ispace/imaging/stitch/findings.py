"""Everything that can be found about a photo of a set or about the set: code, weight, and what its sentence is given.

The sentences stand in the texts' section ``stitch``. What makes a set fail is said by the error of the same code
(``errors.stitching``), and so is a photo that cannot be read (``ANH-…``): those are not listed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ispace.imaging.stitch.outcome import Finding


@dataclass(frozen=True, slots=True)
class Kind:
    """What a finding is about and how much it weighs.

    ``unused``: why a photo has no part in the panorama. ``warning``: somebody should look, or photograph again.
    ``note``: good to know. ``params`` are the names that its sentence takes besides the photo's own ``file``.
    """

    about: Literal["photo", "set"]
    weight: Literal["unused", "warning", "note"]
    params: tuple[str, ...] = ()


_PLACE = ("yaw_deg", "pitch_deg")
"""Said as a direction: to the right, at eye level."""

CATALOGUE: Mapping[str, Kind] = {
    # Why a photo is not used
    "GHEP-IT-CHONG": Kind("photo", "unused", ("other",)),  # overlaps the photo `other`, but too little
    "GHEP-KHONG-CHONG": Kind("photo", "unused"),  # shows nothing that another photo shows
    "GHEP-NHOE": Kind("photo", "unused"),  # blurred
    "GHEP-NOI-KHAC": Kind("photo", "unused", ("group",)),  # belongs to another place
    "GHEP-DI-MAY": Kind("photo", "unused"),  # the lens was somewhere else
    "GHEP-TRUNG": Kind("photo", "unused", ("other",)),  # the same picture as `other`
    "GHEP-LA-PANORAMA": Kind("photo", "unused"),
    "GHEP-MAN-HINH": Kind("photo", "unused"),  # a screenshot
    "GHEP-PHIM": Kind("photo", "unused"),  # a video
    "GHEP-TRON": Kind("photo", "unused"),  # a plain wall, pure sky
    "GHEP-ANH-NHO": Kind("photo", "unused", ("size",)),  # "320 × 240"
    "GHEP-BO-RA": Kind("photo", "unused"),  # left out on request
    # About a photo that is used
    "GHEP-CHO-NGO": Kind("photo", "warning", ("residual_px",)),  # its place is not sure
    "GHEP-HOI-NHOE": Kind("photo", "warning"),  # somewhat blurred, used for want of a better one
    "GHEP-HOI-LECH": Kind("photo", "warning"),  # the lens moved a little
    "GHEP-KHAC-MAY": Kind("photo", "note"),  # another camera or zoom
    # About the set
    "GHEP-THI-SAI": Kind("set", "warning", ("residual_px",)),  # parallax
    "GHEP-BONG": Kind("set", "warning", _PLACE),  # a ghost
    "GHEP-TRONG": Kind("set", "warning", (*_PLACE, "width_deg", "height_deg")),  # a gap
    "GHEP-THIEU-DINH": Kind("set", "warning"),  # nothing shows the zenith
    "GHEP-THIEU-CHAN": Kind("set", "warning"),  # nothing shows the nadir
    "GHEP-HAI-NOI": Kind("set", "warning", ("count", "group")),  # photos of `count` places; `group` was stitched
    "GHEP-GHIM-ROI": Kind("set", "warning", ("files",)),  # pinned, and yet nothing joins them to the rest
    "GHEP-SANG-TOI": Kind("set", "warning", ("ev",)),  # exposures differ by `ev` stops
    "GHEP-CHUA-THANG": Kind("set", "warning"),  # nothing tells where up is
    "GHEP-DA-THANG": Kind("set", "note", ("tilt_deg",)),  # the horizon was levelled
    "GHEP-IT-NET": Kind("set", "warning", ("width_px",)),  # low resolution
    "GHEP-HEP-LAI": Kind("set", "note", ("asked_px", "width_px")),  # not made wider than the photos have pixels for
    "GHEP-MOT-PHAN": Kind("set", "note", ("width_deg", "height_deg")),  # a part of the sphere, as it was taken
    "GHEP-NGUNG": Kind("set", "warning"),  # cancelled
}


def finding(code: str, **params: object) -> Finding:
    """Return a finding of the catalogue; raises ``KeyError`` or ``TypeError`` for one that could not be said."""
    if set(params) != set(CATALOGUE[code].params):
        raise TypeError(f"{code}: takes {CATALOGUE[code].params}, got {tuple(params)}")
    return Finding(code, dict(params))


def weight(found: Finding) -> Literal["unused", "warning", "note"]:
    """Return how much a finding weighs; one that is an error's code is why a photo is not used."""
    kind = CATALOGUE.get(found.code)
    return "unused" if kind is None else kind.weight
