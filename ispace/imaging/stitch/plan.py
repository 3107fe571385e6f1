"""How to photograph a whole sphere with a lens: rows, photos a row, shots straight up and down.

Rows are as far apart as the overlap allows; a row nearer to a pole needs fewer photos, because circles of latitude get
shorter. Whether every direction is then seen is not argued but tried, with frames that are made a little smaller:
nobody turns a camera by exactly 45°.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.camera import Array, from_angles

OVERLAP = 0.3
HFOVS_DEG = (20.0, 120.0)
"""A narrower lens would need hundreds of photos, a wider one is a fisheye."""
_POLE_OVERLAP = 0.25
"""How far the row below reaches into the frame that looks straight up, from each side."""
_CARELESS = 0.05
"""Share of a frame's width and height, at each border, that is not counted on."""
_DIRECTIONS = 4000
_ROUND_DEG = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Photos all around at one height: ``pitch_deg`` up, ``count`` of them, ``step_deg`` from one to the next."""

    pitch_deg: float
    count: int

    @property
    def step_deg(self) -> float:
        """By how much one turns from a photo to the next."""
        return 360 / self.count


@dataclass(frozen=True, slots=True)
class Plan:
    """What to photograph: rows, eye level first; ``zenith`` and ``nadir`` shots. Angles are those of one frame.

    ``top_deg`` is the highest pitch that the camera can be tilted to, where it is limited; then the sky stays empty.
    """

    across_deg: float
    down_deg: float
    rows: tuple[Row, ...]
    zenith: int
    nadir: int
    top_deg: float | None = None

    @property
    def count(self) -> int:
        """How many photos."""
        return sum(row.count for row in self.rows) + self.zenith + self.nadir

    def rotations(self) -> list[Array]:
        """Return the rotation (3, 3) of every photo, camera to world."""
        turned = [from_angles(i * row.step_deg, row.pitch_deg, 0) for row in self.rows for i in range(row.count)]
        up = [from_angles(i * 90, 90, 0) for i in range(self.zenith)]
        return turned + up + [from_angles(i * 90, -90, 0) for i in range(self.nadir)]


def plan(
    hfov_deg: float,
    aspect: float = 4 / 3,
    *,
    portrait: bool = True,
    top_deg: float | None = None,
    overlap: float = OVERLAP,
) -> Plan:
    """Return a plan for a lens that sees ``hfov_deg`` over a photo's longer side, ``aspect`` times the shorter one.

    Neighbours in a row share at least ``overlap`` of their area, and rows of their height. ``top_deg`` is how high the
    camera can look at most.
    """
    long = math.tan(math.radians(hfov_deg) / 2)
    x, y = (long / aspect, long) if portrait else (long, long / aspect)
    across, down = (math.degrees(2 * math.atan(side)) for side in (x, y))
    inner = min(across, down)
    spacing = down * (1 - overlap)
    needed = 90 - inner / 2 + _POLE_OVERLAP * inner - down / 2
    up = _pitches(needed if top_deg is None else top_deg, spacing, exact=top_deg is not None)
    pitches = sorted({0.0, *up, *(-p for p in _pitches(needed, spacing, exact=False))}, key=lambda p: (abs(p), -p))
    counts = [_photos_around(pitch, x, y, overlap) for pitch in pitches]
    zenith = int(top_deg is None)
    while True:
        made = Plan(
            across,
            down,
            tuple(Row(*row) for row in zip(pitches, counts, strict=True)),
            zenith,
            nadir=1,
            top_deg=top_deg,
        )
        missed = unseen(made, x * (1 - 2 * _CARELESS), y * (1 - 2 * _CARELESS))
        if top_deg is not None:  # what lies above the middle of the highest row's upper edges cannot be had
            missed = missed[missed[:, 1] < math.sin(math.radians(min(90.0, top_deg + down / 4)))]
        if not len(missed):
            return made
        heights = np.degrees(np.arcsin(missed[:, 1]))
        for row in np.unique(np.argmin(np.abs(heights[:, None] - pitches), axis=1)):
            counts[row] += 1


def unseen(made: Plan, x: float, y: float) -> Array:
    """Return which of some thousand directions (n, 3) on the sphere no frame of half extents ``x``, ``y`` sees."""
    left = _sphere()
    for rotation in made.rotations():
        left = left[~_sees(left @ rotation, x, y)]
    return left


@functools.cache
def _sphere() -> Array:
    """Return directions that are spread evenly (a Fibonacci lattice)."""
    i = np.arange(_DIRECTIONS) + 0.5
    height = 1 - 2 * i / _DIRECTIONS
    angle = np.pi * (1 + math.sqrt(5)) * i
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.sin(angle), height, flat * np.cos(angle)], axis=-1)


def _sees(rays: Array, x: float, y: float) -> NDArray[np.bool_]:
    """Return which rays (…, 3) of a camera's axes lie in its frame, whose half extents are tangents."""
    z = rays[..., 2]
    return np.asarray((z > 0) & (np.abs(rays[..., 0]) <= x * z) & (np.abs(rays[..., 1]) <= y * z))


def _pitches(top: float, spacing: float, *, exact: bool) -> Sequence[float]:
    """Return the pitches of the rows above eye level, so that the highest looks up by ``top`` or a little more."""
    if top <= 0:
        return ()
    rows = math.ceil(top / spacing - 1e-9)
    if exact:
        return [top * (i + 1) / rows for i in range(rows)]
    # Round angles are easier to keep; they may be larger, as long as the rows still overlap, and rows that are nearly
    # the same would be of no use.
    largest = math.floor(spacing / _ROUND_DEG) * _ROUND_DEG
    least = max(top / rows, spacing / 2)
    step = min(
        (s for s in range(_ROUND_DEG, largest + 1, _ROUND_DEG) if s >= least),
        default=min(math.ceil(top / rows), spacing),
    )
    return [step * (i + 1) for i in range(rows)]


def _photos_around(pitch: float, x: float, y: float, overlap: float) -> int:
    """Return how many photos a row needs so that neighbours share the overlap."""
    grid = np.linspace(-0.98, 0.98, 25)
    frame = np.stack(np.broadcast_arrays(grid[None] * x, grid[:, None] * y, 1.0), axis=-1)
    for count in range(3, 400):
        other = from_angles(360 / count, pitch, 0).T @ from_angles(0, pitch, 0)
        if float(np.mean(_sees(frame @ other.T, x, y))) >= overlap:
            return count
    raise AssertionError(f"no row at {pitch}° for a frame of {x} × {y}")
