"""Where north is: from the compass bearings that photos carry and from where each of them lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ispace.imaging.stitch.camera import Array, to_angles
from ispace.imaging.stitch.photos import Photo, Placed

_STEEPEST_DEG = 50.0
"""Of a photo that looks further up or down a compass says little."""
_FEWEST = 3
_AGREE_DEG = 10.0
"""Telephones are off by some degrees, and by any number beside iron; what is farther from the others does not count."""
_SHARE = 0.6
"""How many of the photos with a bearing must agree."""


def of_middle(placed: Sequence[Placed], photos: Sequence[Photo], turned_deg: float = 0.0) -> float | None:
    """Return the compass bearing of the middle of the sphere, degrees in [0, 360); ``None`` where photos disagree.

    A photo placed at yaw y is seen at y + ``turned_deg``.
    """
    found = []
    for each in placed:
        heading_deg = photos[each.photo].info.heading_deg
        yaw_deg, pitch_deg, _ = to_angles(each.rotation)
        if heading_deg is not None and abs(pitch_deg) <= _STEEPEST_DEG:
            found.append(heading_deg - yaw_deg - turned_deg)
    if len(found) < _FEWEST:
        return None
    bearings = np.array(found)
    # the one that is nearest to all: a few that are far off do not move it
    middle = bearings[int(np.argmin(np.abs(_apart(bearings[:, None], bearings)).sum(axis=1)))]
    off = _apart(bearings, middle)
    near = off[np.abs(off) <= _AGREE_DEG]
    if len(near) < max(_FEWEST, _SHARE * len(found)):
        return None
    return float((middle + np.median(near)) % 360)


def _apart(bearings: Array, other: Array | float) -> Array:
    """Return the differences in (-180, 180]."""
    return np.asarray((bearings - other + 180) % 360 - 180)
