"""All orientations and lenses at once, until what belongs together meets: bundle adjustment about one common centre.

Levenberg–Marquardt on reweighted least squares. Matches are weighed by a Cauchy loss whose width narrows in steps;
priors on the lenses stay quadratic, or a few bad matches could walk away from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.descent import by_turns, descend, turned_by
from ispace.imaging.stitch.features import WORK_PX

HALF_PX = WORK_PX / 2
_WIDTHS_PX = (30.0, 8.0, 4.0)
_FINAL_TIMES, _FINAL_PX = 2.5, (2.0, 8.0)
_FREED = (1, 1, 3, 5)
"""How many of focal length, a, b, cx and cy each step frees."""
_ROUNDS = 12
_DAMPING = 1e-4
_DONE = 1e-4
_PRIORS = {"a": 0.12, "b": 0.08, "cx": 0.01, "cy": 0.01}
_FOCAL_KNOWN = 0.05
_FOCAL_UNKNOWN = 0.25
_FOCAL_FARTHEST = 0.4
"""Natural logarithm: with parallax a focal length without bound would flee, since far away everything fits a bit."""
_PRIOR_PER_MATCH = 0.08
_SHARPEST_PX, _BLUNTEST_PX = 0.1, 1.0
"""How much a prior weighs for each match, in squares of the median misfit: next to nothing where matches agree.

On a tripod they do so to a fifth of a pixel. Taken for a whole one there, priors hold lenses a hundredth off."""
_PARAMETERS = 5
_STEP = 1e-6


@dataclass(frozen=True, slots=True)
class Tie:
    """Points of photo ``a`` (n, 2) and of photo ``b`` (n, 2), in their planes, that show the same."""

    a: int
    b: int
    points_a: Array
    points_b: Array


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Rotations by photo, lenses by name, and ``residuals_px``: of each tie its matches' misfits, in working pixels."""

    rotations: dict[int, Array]
    lenses: dict[str, Lens]
    residuals_px: tuple[Array, ...]

    @property
    def median_px(self) -> float:
        """Of all matches."""
        return float(np.median(np.concatenate(self.residuals_px))) if self.residuals_px else 0.0


def adjust(
    ties: Sequence[Tie],
    rotations: Mapping[int, Array],
    lenses: Mapping[str, Lens],
    lens_of: Mapping[int, str],
    expected: Mapping[str, float],
    known: Collection[str],
    *,
    quick: bool = False,
    asked: Callable[[], None] = lambda: None,
) -> Adjusted:
    """Return rotations and lenses with which the ties meet best.

    ``lens_of`` names each photo's lens; ``expected`` are the focal lengths of lenses by name before any of this, and
    ``known`` the names of those that EXIF told, which are believed more. With
    ``quick`` lenses keep their distortion and only narrow widths are gone through: for a start that is nearly right.
    ``asked`` is called again and again, and may raise to end it.
    """
    problem = _Problem(ties, rotations, lenses, lens_of, expected, known)
    steps = list(zip(_WIDTHS_PX, _FREED[:3], strict=True))
    if quick:
        steps = [(_WIDTHS_PX[2], 5)]
    for width_px, freed in steps:
        problem.settle(width_px, freed, asked)
    last_px = float(np.clip(_FINAL_TIMES * problem.median_px(), *_FINAL_PX))
    problem.settle(last_px, _FREED[3], asked)
    return problem.result()


class _Problem:
    """The unknowns and how far the matches are off."""

    def __init__(
        self,
        ties: Sequence[Tie],
        rotations: Mapping[int, Array],
        lenses: Mapping[str, Lens],
        lens_of: Mapping[int, str],
        expected: Mapping[str, float],
        known: Collection[str],
    ) -> None:
        self._photos = sorted(rotations)
        self._names = sorted({lens_of[photo] for photo in self._photos})
        place = {photo: n for n, photo in enumerate(self._photos)}
        lens_place = {name: n for n, name in enumerate(self._names)}
        self._rotations = np.stack([rotations[photo] for photo in self._photos])
        self._lens_of = np.array([lens_place[lens_of[photo]] for photo in self._photos])
        self._values = np.array([_values(lenses[name]) for name in self._names])
        self._start = self._values.copy()
        self._sigma = np.array(
            [
                [_FOCAL_KNOWN if name in known else _FOCAL_UNKNOWN, *(_PRIORS[k] for k in ("a", "b", "cx", "cy"))]
                for name in self._names
            ]
        )
        for n, name in enumerate(self._names):
            self._start[n] = [np.log(expected[name]), 0, 0, 0, 0]
        self._prior_weight, self._width_px, self._freed = 1.0, _WIDTHS_PX[0], 0
        self._lengths = [len(tie.points_a) for tie in ties]
        self._a = np.repeat([place[tie.a] for tie in ties], self._lengths)
        self._b = np.repeat([place[tie.b] for tie in ties], self._lengths)
        self._points = (
            np.concatenate([tie.points_a for tie in ties]),
            np.concatenate([tie.points_b for tie in ties]),
        )

    def settle(self, width_px: float, freed: int, asked: Callable[[], None]) -> None:
        """Move all unknowns until nothing is gained; of each lens the first ``freed`` parameters."""
        spread_px = float(np.clip(self.median_px(), _SHARPEST_PX, _BLUNTEST_PX))
        self._prior_weight = max(1.0, _PRIOR_PER_MATCH * spread_px**2 * len(self._a))
        self._width_px, self._freed = width_px, freed
        descend(self, damping=_DAMPING, rounds=_ROUNDS, done=_DONE, asked=asked)

    def median_px(self) -> float:
        return float(np.median(np.linalg.norm(self._misfits(), axis=1)))

    def result(self) -> Adjusted:
        off = np.linalg.norm(self._misfits(), axis=1)
        ends = np.cumsum(self._lengths)[:-1]
        return Adjusted(
            {photo: self._rotations[n] for n, photo in enumerate(self._photos)},
            {name: _lens(self._values[n]) for n, name in enumerate(self._names)},
            tuple(np.split(off, ends)),
        )

    def _rays(self, side: int, values: Array) -> Array:
        """Return the rays of one side's points in their cameras, with lens parameters (lenses, 5)."""
        photos = (self._a, self._b)[side]
        focal, a, b, cx, cy = values[self._lens_of[photos]].T
        x, y = (self._points[side] - np.stack([cx, cy], axis=1)).T
        r2 = x * x + y * y
        scale = (1 + a * r2 + b * r2 * r2) / np.exp(focal)
        rays = np.stack([x * scale, y * scale, np.ones_like(x)], axis=1)
        return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))

    def _world(self, side: int, rays: Array) -> Array:
        return np.asarray(np.einsum("nij,nj->ni", self._rotations[(self._a, self._b)[side]], rays))

    def _scale(self) -> Array:
        """Return working pixels per radian of each match."""
        focal = np.exp(self._values[:, 0])[self._lens_of]
        return np.asarray((focal[self._a] + focal[self._b]) / 2 * HALF_PX)[:, None]

    def _misfits(self) -> Array:
        rays = [self._world(side, self._rays(side, self._values)) for side in (0, 1)]
        return np.asarray((rays[0] - rays[1]) * self._scale())

    @property
    def unknowns(self) -> tuple[Array, ...]:
        return self._rotations, self._values

    @unknowns.setter
    def unknowns(self, unknowns: tuple[Array, ...]) -> None:
        self._rotations, self._values = unknowns

    def cost(self) -> float:
        self._off = self._misfits()
        squares = np.sum(self._off * self._off, axis=1)
        data = self._width_px**2 * np.log1p(squares / self._width_px**2).sum()
        apart = ((self._values - self._start) / self._sigma)[:, : self._freed]
        return float(data + self._prior_weight * np.sum(apart**2))

    def normal(self) -> tuple[sparse.csc_matrix, Array]:
        """Return the normal equations: rotations of all photos but the first, then the lenses' freed parameters."""
        off, freed = self._off, self._freed
        count, turns = len(off), 3 * len(self._photos)
        weights = 1 / (1 + np.sum(off * off, axis=1) / self._width_px**2)
        scale = self._scale()
        rows, columns, entries = [], [], []
        at = np.arange(count) * 3
        for side, sign in ((0, 1.0), (1, -1.0)):
            photos = (self._a, self._b)[side]
            own = self._rays(side, self._values)
            for row, column, entry in by_turns(self._world(side, own) * scale * sign):
                rows.append(at + row)
                columns.append(photos * 3 + column)
                entries.append(entry)
            lens = self._lens_of[photos]
            for parameter in range(freed):
                nudged = self._values.copy()
                nudged[:, parameter] += _STEP
                change = self._world(side, (self._rays(side, nudged) - own) / _STEP) * scale * sign
                for row in range(3):
                    rows.append(at + row)
                    columns.append(turns + lens * _PARAMETERS + parameter)
                    entries.append(change[:, row])
        shape = (3 * count, turns + len(self._names) * _PARAMETERS)
        jacobian = sparse.csc_matrix(
            (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        )
        weighted = jacobian.multiply(np.repeat(weights, 3)[:, None]).tocsc()
        hessian = (jacobian.T @ weighted).tocsc()
        gradient = weighted.T @ off.ravel()
        precision = np.zeros(shape[1])
        prior = np.zeros((len(self._names), _PARAMETERS))
        prior[:, :freed] = self._prior_weight / self._sigma[:, :freed] ** 2
        precision[turns:] = prior.ravel()
        gradient[turns:] += (prior * (self._values - self._start)).ravel()
        # What is not free, and the first photo, which holds the whole in place, do not move.
        fixed = np.zeros(shape[1], bool)
        fixed[:3] = True
        held = np.ones((len(self._names), _PARAMETERS), bool)
        held[:, :freed] = False
        fixed[turns:] = held.ravel()
        keep = sparse.diags((~fixed).astype(float))
        hessian = keep @ (hessian + sparse.diags(precision)) @ keep + sparse.diags(fixed.astype(float))
        gradient[fixed] = 0
        return hessian.tocsc(), np.asarray(gradient)

    def move(self, step: Array) -> None:
        turns = 3 * len(self._photos)
        self._rotations = turned_by(self._rotations, step)
        values = self._values.copy()
        values[:, : self._freed] += step[turns:].reshape(-1, _PARAMETERS)[:, : self._freed]
        middle = self._start[:, 0]
        values[:, 0] = np.clip(values[:, 0], middle - _FOCAL_FARTHEST, middle + _FOCAL_FARTHEST)
        self._values = values


def _values(lens: Lens) -> list[float]:
    return [float(np.log(lens.focal)), lens.a, lens.b, lens.cx, lens.cy]


def _lens(values: Array) -> Lens:
    focal, a, b, cx, cy = (float(value) for value in values)
    return replace(Lens(float(np.exp(focal))), a=a, b=b, cx=cx, cy=cy)
