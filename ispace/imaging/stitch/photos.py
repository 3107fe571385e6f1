"""The photos of a set: what is known of them before anything is looked for in them, and their pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.info import PictureInfo
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.room import Room

Pixels = NDArray[np.uint8]
"""(h, w, 3) sRGB, upright."""

Reader = Callable[[int, int], Pixels]
"""Takes a photo's place in the set and a longest side, and returns the photo reduced to that, never enlarged."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a set. ``info.width_px`` and ``info.height_px`` are upright.

    ``lens_key``: photos with the same one were taken with one lens at one zoom, as far as files tell.
    """

    path: Path
    info: PictureInfo
    lens_key: str

    @property
    def file(self) -> str:
        """What people call it."""
        return self.info.file

    @property
    def width_px(self) -> int:
        """Upright."""
        return self.info.width_px

    @property
    def height_px(self) -> int:
        """Upright."""
        return self.info.height_px


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo that has its place: ``photo`` counts from 0 in the set, ``rotation`` (3, 3) takes its rays to the world.

    ``shifts`` (rows, columns, 2), if any, is a grid over the picture, its outermost points on its border: what is
    added to a point of the plane *after* projection, to take up what a lens that moved did. Between points bilinear.
    ``position`` (3,) is where in ``room`` the lens was; ``None`` where it stayed in the middle.
    """

    photo: int
    lens: Lens
    rotation: Array
    shifts: Array | None = None
    position: Array | None = None
    room: Room | None = None

    def rays(self, directions: Array) -> Array:
        """Return where what lies in directions (…, 3) of the world is for the lens: vectors (…, 3) in its axes."""
        if self.room is not None and self.position is not None:
            directions = self.room.seen_from(self.position, directions)
        return np.asarray(directions @ self.rotation)

    def looks(self, plane: Array) -> Array:
        """Return directions (…, 3) of the world in which points (…, 2) of the plane lie, shifts left aside."""
        rays = self.lens.rays(plane) @ self.rotation.T
        if self.room is not None and self.position is not None:
            rays = self.room.from_middle(self.position, rays)
        return np.asarray(rays)
