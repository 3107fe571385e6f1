"""How near things are in each direction, coarsely: what a lens that moved saw from elsewhere can then be turned back.

Directions are unit vectors from the middle of all lenses. Nearness is the inverse of distance, in a unit in which it is
about 1; positions of lenses are in that unit, too, so that only their product means anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array

ROWS, COLUMNS = 8, 16
"""From straight down to straight up, both included; and all around."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Room:
    """Nearness on a grid: ``logs`` (``ROWS``, ``COLUMNS``) natural logarithms, bilinear between.

    ``turn`` (3, 3) takes the grid's world to the one that directions are given in.
    """

    logs: Array
    turn: Array

    def nearness(self, directions: Array) -> Array:
        """Return the nearness (…) of what lies in directions (…, 3)."""
        flat = self.logs.ravel()
        return np.asarray(np.exp(sum(weight * flat[node] for node, weight in nodes(directions @ self.turn))))

    def turned(self, rotation: Array) -> Room:
        """Return the same room in a world that is turned by ``rotation`` (3, 3)."""
        return Room(self.logs, rotation @ self.turn)

    def seen_from(self, position: Array, directions: Array) -> Array:
        """Return vectors (…, 3) from ``position`` (3,) to what lies in directions from the middle; not of length 1."""
        return directions - self.nearness(directions)[..., None] * position

    def from_middle(self, position: Array, directions: Array) -> Array:
        """Return in which directions from the middle lies what a lens at ``position`` sees in ``directions`` (…, 3).

        Both are unit vectors; it undoes ``seen_from``.
        """
        found = directions
        for _ in range(_ROUNDS):
            aside = self.nearness(found)[..., None] * position
            along = np.sum(directions * aside, axis=-1, keepdims=True)
            # How far to go in the direction seen so as to end on the unit sphere about the middle.
            length = np.sqrt(np.maximum(0, 1 - np.sum(aside * aside, axis=-1, keepdims=True) + along**2)) - along
            found = aside + length * directions
        return np.asarray(found)


def nodes(directions: Array) -> list[tuple[NDArray[np.intp], Array]]:
    """Return the four nodes of the grid around each direction, as numbers row by row, and their bilinear weights."""
    x, y, z = np.moveaxis(np.asarray(directions), -1, 0)
    across = (np.arctan2(x, z) / (2 * np.pi) + 0.5) * COLUMNS
    up = (np.arctan2(y, np.hypot(x, z)) / np.pi + 0.5) * (ROWS - 1)
    column = np.floor(across).astype(np.intp)
    row = np.minimum(up.astype(np.intp), ROWS - 2)
    u, v = across - column, up - row
    return [
        ((row + i) * COLUMNS + (column + j) % COLUMNS, (v if i else 1 - v) * (u if j else 1 - u))
        for i in (0, 1)
        for j in (0, 1)
    ]
