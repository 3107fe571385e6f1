"""Photos that no pair could place: matched against all that is placed together, at their own zoom or another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import alike, rotation_between

_RATIO = 0.88
_SAMPLES = 3000
_WITHIN_RAD = 0.010
_ENOUGH, _ENOUGH_SHARE = 9, 0.04
_NOISE_TIMES, _FAR_ZOOM = 2, 0.4
"""Where few agree they must be more than by chance: at a zoom that is another one by its natural logarithm."""
_ZOOMS = np.geomspace(0.4, 2.5, 17)
_ENOUGH_ZOOMED = 20
"""A free focal length fits more by chance."""


def place(
    features: Sequence[Features],
    rotations: Mapping[int, Array],
    lenses: Mapping[int, Lens],
    spare: Mapping[int, Lens],
    asked: Callable[[], None] = lambda: None,
) -> dict[int, tuple[Array, Lens | None]]:
    """Return rotations of photos that are not placed yet, and their lens where it is another than ``spare`` says.

    ``lenses`` are those of placed photos, ``spare`` those that the others should have. ``asked`` is called again and
    again, and may raise to end it.
    """
    placed = sorted(rotations)
    world = {photo: lenses[photo].rays(features[photo].points) @ rotations[photo].T for photo in placed}
    found: dict[int, tuple[Array, Lens | None]] = {}
    for photo, lens in sorted(spare.items()):
        own, rays = [], []
        for other in placed:
            asked()
            in_own, in_other = alike(features[photo].descriptors, features[other].descriptors, _RATIO)
            own.append(in_own)
            rays.append(world[other][in_other])
        points = np.concatenate(own) if own else np.zeros(0, np.intp)
        if len(points) < _ENOUGH:
            continue
        result = _oriented(features[photo].points[points], points, np.concatenate(rays), lens, photo)
        if result is not None:
            found[photo] = result
    return found


def _oriented(
    plane: Array, points: NDArray[np.intp], rays: Array, lens: Lens, seed: int
) -> tuple[Array, Lens | None] | None:
    best: tuple[int, Array, Lens | None] | None = None
    few: tuple[int, Array] | None = None
    noise = 0
    for zoom in (1.0, *_ZOOMS):
        own = lens if zoom == 1.0 else lens.with_focal(lens.focal * float(zoom))
        random = np.random.default_rng((seed, len(points)))
        samples = _SAMPLES if zoom == 1.0 else _SAMPLES // 4
        result = rotation_between(rays, own.rays(plane), _WITHIN_RAD, random, samples)
        if result is None:
            continue
        rotation, inliers = result
        # One feature may have been found in several photos.
        count = len(np.unique(points[inliers]))
        if zoom == 1.0:
            few = (count, rotation)
        elif abs(np.log(zoom)) > _FAR_ZOOM:
            noise = max(noise, count)
        least = _ENOUGH if zoom == 1.0 else _ENOUGH_ZOOMED
        if count < least or inliers.sum() <= _ENOUGH_SHARE * len(points):
            continue
        if zoom == 1.0:
            return rotation, None
        if best is None or count > best[0]:
            best = (count, rotation, own)
    if best is None and few is not None and few[0] > max(_ENOUGH, _NOISE_TIMES * noise):
        return few[1], None
    return best[1:] if best else None
