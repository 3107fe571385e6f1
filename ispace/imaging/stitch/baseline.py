"""What a lens that moved did: orientations, positions, and the nearness of what was seen, from the matches of a group.

A lens that turned about itself needs none of this. One that was carried along by a person sees near things from
elsewhere; orientations alone then take up the movement and are off by about as much as it was, seen from the walls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ispace.imaging.stitch.adjust import HALF_PX
from ispace.imaging.stitch.align import Aligned
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.descent import by_turns, descend, turned_by
from ispace.imaging.stitch.room import COLUMNS, ROWS, Room, nodes

_WIDTHS_PX = (8.0, 4.0, 3.0)
_MOVED, _DEPTH, _UNEVEN, _ZOOM, _BENT = 0.02, 1.3, 0.9, 0.03, 0.03
"""Expected: positions, logarithms of nearness, their differences between nodes, and what orientations alone made wrong
in the logarithm of a focal length and in the distortion a."""
_PRIOR_PER_TIE = 0.02
"""How much a prior weighs, in squared pixels for each match of a photo."""
_ROUNDS = 25
_DAMPING = 1e-3
_DONE = 1e-3
_GAIN = 0.7
"""The median misfit must fall to this share, or orientations alone say as much."""
_FARTHEST = 0.3
_ASIDE, _ASIDE_TIMES = 0.01, 1.5
_NODES = ROWS * COLUMNS
_STEP = 1e-6


@dataclass(frozen=True, slots=True)
class Moved:
    """A group whose lens moved: ``group`` with better rotations and lenses, the lens's ``positions`` (3,), the room."""

    group: Aligned
    positions: dict[int, Array]
    room: Room

    def is_far(self, photo: int) -> bool:
        """Whether the lens was clearly farther aside than for most photos."""
        far = {n: float(np.linalg.norm(position)) for n, position in self.positions.items()}
        return far[photo] > max(_ASIDE, _ASIDE_TIMES * float(np.median(list(far.values()))))

    def turned(self, rotations: Mapping[int, Array]) -> Moved:
        """Return it in the world of ``rotations``, which are those of the group turned as one."""
        if not rotations:
            return self
        photo = next(iter(rotations))
        turn = rotations[photo] @ self.group.rotations[photo].T
        return Moved(
            replace(self.group, rotations=dict(rotations)),
            {n: turn @ position for n, position in self.positions.items()},
            self.room.turned(turn),
        )


def solve(group: Aligned, asked: Callable[[], None] = lambda: None) -> Moved | None:
    """Return how the lens moved while a group was photographed, or ``None`` where that explains next to nothing.

    With ρ the nearness of what lies in direction m, a lens at t sees it in m − ρ (t − (t·m) m), to first order; two
    photos that both show it tell t and ρ but for one factor, which priors on both hold. Levenberg–Marquardt with a
    Cauchy loss on the matches; priors are quadratic. ``asked`` is called again and again, and may raise to end it.
    """
    problem = _Problem(group)
    for width_px in _WIDTHS_PX:
        problem.settle(width_px, asked)
    found = problem.result()
    farthest = max(float(np.linalg.norm(position)) for position in found.positions.values())
    if found.group.median_px > _GAIN * group.median_px or farthest > _FARTHEST:
        return None
    return found


class _Problem:
    """The unknowns: a turn and a position of each photo, the logarithm of nearness at each node, and the lenses."""

    def __init__(self, group: Aligned) -> None:
        self._group = group
        self._photos = sorted(group.rotations)
        place = {photo: n for n, photo in enumerate(self._photos)}
        lengths = [len(tie.points_a) for tie in group.ties]
        self._ends = np.cumsum(lengths)[:-1]
        self._of = [np.repeat([place[getattr(tie, side)] for tie in group.ties], lengths) for side in ("a", "b")]
        self._points = [
            np.concatenate([tie.points_a for tie in group.ties]),
            np.concatenate([tie.points_b for tie in group.ties]),
        ]
        self._lenses = sorted({group.lenses[photo] for photo in self._photos}, key=lambda lens: lens.focal)
        of_photo = np.array([self._lenses.index(group.lenses[photo]) for photo in self._photos])
        self._lens_of = [of_photo[of] for of in self._of]
        self._optics = np.zeros((len(self._lenses), 2))
        focal = np.array([group.lenses[photo].focal for photo in self._photos])
        self._scale = (focal[self._of[0]] + focal[self._of[1]]) / 2 * HALF_PX
        self._rotations = np.stack([group.rotations[photo] for photo in self._photos])
        self._positions = np.zeros((len(self._photos), 3))
        self._logs = np.zeros(_NODES)
        self._width_px = _WIDTHS_PX[0]
        self._prior = _prior(
            len(self._photos), len(self._lenses), _PRIOR_PER_TIE * len(self._scale) / len(self._photos)
        )

    def settle(self, width_px: float, asked: Callable[[], None]) -> None:
        """Move all unknowns until nothing is gained."""
        self._width_px = width_px
        descend(self, damping=_DAMPING, rounds=_ROUNDS, done=_DONE, asked=asked)

    @property
    def unknowns(self) -> tuple[Array, ...]:
        return self._rotations, self._positions, self._logs, self._optics

    @unknowns.setter
    def unknowns(self, unknowns: tuple[Array, ...]) -> None:
        self._rotations, self._positions, self._logs, self._optics = unknowns

    def result(self) -> Moved:
        misfits = np.linalg.norm(self._seen()[-1], axis=1)
        middle = self._positions.mean(axis=0)
        group = replace(
            self._group,
            rotations={photo: self._rotations[n] for n, photo in enumerate(self._photos)},
            lenses={
                photo: _changed(lens, self._optics[self._lenses.index(lens)])
                for photo, lens in self._group.lenses.items()
            },
            residuals_px=tuple(np.split(misfits, self._ends)),
        )
        positions = {photo: self._positions[n] - middle for n, photo in enumerate(self._photos)}
        return Moved(group, positions, Room(self._logs.reshape(ROWS, COLUMNS), np.eye(3)))

    def _seen(self) -> tuple[list[Array], Array, Array, Array, Array]:
        """Return both sides' rays in the world, their middles, ρ, how the lens moved across them, and misfits in px."""
        world = [self._world(side, self._optics) for side in (0, 1)]
        middle = world[0] + world[1]
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        near = np.exp(sum(weight * self._logs[node] for node, weight in nodes(middle)))
        apart = self._positions[self._of[0]] - self._positions[self._of[1]]
        across = apart - middle * np.sum(middle * apart, axis=1, keepdims=True)
        off = (world[0] - world[1] + near[:, None] * across) * self._scale[:, None]
        return world, middle, near, across, off

    def _world(self, side: int, optics: Array) -> Array:
        rays = np.zeros((len(self._scale), 3))
        for n, lens in enumerate(self._lenses):
            own = self._lens_of[side] == n
            rays[own] = _changed(lens, optics[n]).rays(self._points[side][own])
        return np.asarray(np.einsum("nij,nj->ni", self._rotations[self._of[side]], rays))

    def _priors(self) -> Array:
        return np.concatenate(
            [np.zeros(3 * len(self._photos)), self._positions.ravel(), self._logs, self._optics.ravel()]
        )

    def cost(self) -> float:
        self._last = self._seen()
        off, unknown = self._last[-1], self._priors()
        data = self._width_px**2 * np.log1p(np.sum(off * off, axis=1) / self._width_px**2).sum()
        return float(data + unknown @ (self._prior @ unknown))

    def normal(self) -> tuple[sparse.csc_matrix, Array]:
        """Return the normal equations; the first photo's turn holds the whole in place."""
        world, middle, near, across, off = self._last
        count, turns = len(off), 3 * len(self._photos)
        rows: list[NDArray[np.intp]] = []
        columns: list[NDArray[np.intp]] = []
        entries: list[Array] = []

        def put(row: int, column: NDArray[np.intp], entry: Array) -> None:
            rows.append(np.arange(count) * 3 + row)
            columns.append(column)
            entries.append(entry * self._scale)

        for of, rays, sign in ((self._of[0], world[0], 1.0), (self._of[1], world[1], -1.0)):
            for row, axis, entry in by_turns(rays * sign):
                put(row, of * 3 + axis, entry)
            for row in range(3):
                for axis in range(3):
                    put(
                        row,
                        turns + of * 3 + axis,
                        (float(row == axis) - middle[:, row] * middle[:, axis]) * near * sign,
                    )
        for node, weight in nodes(middle):
            for row in range(3):
                put(row, 2 * turns + node, near * across[:, row] * weight)
        lenses = 2 * turns + _NODES
        for parameter in (0, 1):
            nudged = self._optics.copy()
            nudged[:, parameter] += _STEP
            for side, sign in ((0, 1.0), (1, -1.0)):
                change = (self._world(side, nudged) - world[side]) / _STEP * sign
                for row in range(3):
                    put(row, lenses + 2 * self._lens_of[side] + parameter, change[:, row])
        shape = (3 * count, lenses + self._optics.size)
        jacobian: Any = sparse.csr_matrix(
            (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        )
        weights = np.repeat(1 / (1 + np.sum(off * off, axis=1) / self._width_px**2), 3)
        weighted = sparse.diags(weights) @ jacobian
        gradient = weighted.T @ off.ravel() + self._prior @ self._priors()
        hessian = (jacobian.T @ weighted + self._prior).tolil()
        hessian[:3, :] = 0
        hessian[:, :3] = 0
        hessian[[0, 1, 2], [0, 1, 2]] = 1
        gradient[:3] = 0
        return hessian.tocsc(), np.asarray(gradient)

    def move(self, step: Array) -> None:
        turns = 3 * len(self._photos)
        self._rotations = turned_by(self._rotations, step)
        self._positions = self._positions + step[turns : 2 * turns].reshape(-1, 3)
        self._logs = self._logs + step[2 * turns : 2 * turns + _NODES]
        self._optics = self._optics + step[2 * turns + _NODES :].reshape(-1, 2)


def _changed(lens: Lens, optics: Array) -> Lens:
    return replace(lens, focal=lens.focal * float(np.exp(optics[0])), a=lens.a + float(optics[1]))


def _prior(photos: int, lenses: int, weight: float) -> sparse.csr_matrix:
    """Return what priors add to the normal equations: all but turns small, nearness smooth."""
    around = sparse.diags([-1.0, 1.0, 1.0], [0, 1, 1 - COLUMNS], shape=(COLUMNS, COLUMNS))
    along = sparse.diags([-1.0, 1.0], [0, 1], shape=(ROWS - 1, ROWS))
    beside = sparse.kron(sparse.eye(ROWS), around)
    above = sparse.kron(along, sparse.eye(COLUMNS))
    smooth = (beside.T @ beside + above.T @ above) / _UNEVEN**2 + sparse.eye(_NODES) / _DEPTH**2
    still = sparse.csr_matrix((3 * photos, 3 * photos))
    positions = sparse.eye(3 * photos) / _MOVED**2
    optics = sparse.diags(np.tile([1 / _ZOOM**2, 1 / _BENT**2], lenses))
    return sparse.csr_matrix(weight * sparse.block_diag([still, positions, smooth, optics]))
