"""How far the orientations that an engine reports are from the true ones, whichever way it turned the world."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from stitching.truth import Truth

from ispace.imaging.stitch import camera

_FAR_DEG = 3.0


@dataclass(frozen=True)
class PoseScore:
    """Errors in degrees after the turn of the world that suits most photos; ``None`` where no photo was used.

    ``placed`` of ``needed`` photos of the place that was stitched; ``strangers`` are used photos of another place.
    """

    placed: int
    needed: int
    strangers: int
    median_deg: float | None
    max_deg: float | None
    errors_deg: Mapping[str, float]
    turn: np.ndarray
    """From the true world to the reported one."""
    place: int = 1


def reported(report: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the rotations by file name of the photos that a report says were used."""
    return {
        Path(photo["file"]).name: camera.from_angles(photo["yaw_deg"], photo["pitch_deg"], photo["roll_deg"])
        for photo in map(_in_degrees, report["photos"])
        if photo.get("used", True) and photo.get("yaw_deg") is not None
    }


def _in_degrees(photo: Mapping[str, Any]) -> dict[str, Any]:
    """Return a photo with names that tell the unit, as reports may be written without."""
    return {(f"{name}_deg" if name in {"yaw", "pitch", "roll", "hfov"} else name): photo[name] for name in photo}


def score(found: Mapping[str, np.ndarray], truth: Truth) -> PoseScore:
    """Compare rotations by file name with the truth of the place that most of them show."""
    by_place = [(len([s for s in truth.of_place(p) if s.file in found]), -p) for p in {s.place for s in truth.shots}]
    place = -max(by_place)[1]
    shots = truth.of_place(place)
    used = [shot for shot in shots if shot.file in found]
    counts = {
        "placed": sum(shot.needed for shot in used),
        "needed": sum(shot.needed for shot in shots),
        "strangers": len(found) - len(used),
        "place": place,
    }
    if not used:
        return PoseScore(**counts, median_deg=None, max_deg=None, errors_deg={}, turn=np.eye(3))
    turns = np.stack([found[shot.file] @ shot.rotation.T for shot in used])
    turn = common_turn(turns)
    errors = _differences_deg(turns, turn)
    return PoseScore(
        **counts,
        median_deg=float(np.median(errors)),
        max_deg=float(errors.max()),
        errors_deg={shot.file: float(error) for shot, error in zip(used, errors, strict=True)},
        turn=turn,
    )


def common_turn(turns: np.ndarray) -> np.ndarray:
    """Return the rotation (3, 3) that most of those (n, 3, 3) are near: the mean of all within 3° of it."""
    apart = np.stack([_differences_deg(turns, turn) for turn in turns])
    best = turns[int(np.minimum(apart, _FAR_DEG).sum(axis=1).argmin())]
    for _ in range(4):
        near = _differences_deg(turns, best) < _FAR_DEG
        best = camera.nearest_rotation(turns[near].sum(axis=0))
    return best


def _differences_deg(turns: np.ndarray, turn: np.ndarray) -> np.ndarray:
    # by the sine of the half: the cosine knows nothing below a hundredth of a degree in single precision
    apart = np.linalg.norm(turns - turn, axis=(1, 2))
    return np.degrees(2 * np.arcsin(np.clip(apart / (2 * math.sqrt(2)), 0, 1)))
