"""The way down to the least misfit: Levenberg–Marquardt, for problems that say what they cost and where it slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ispace.imaging.stitch.camera import Array, turned

_MOST_DAMPING = 1e6
"""Damped more than that, a step is none."""
_LEAST_DAMPING = 1e-9
_EASED, _RAISED = 5, 6


class Problem(Protocol):
    """Unknowns that move. ``unknowns`` are arrays that are replaced and never changed in place."""

    unknowns: tuple[Array, ...]

    def cost(self) -> float:
        """Return how far off everything is; the last one that was asked for is that of ``normal``, too."""

    def normal(self) -> tuple[sparse.csc_matrix, Array]:
        """Return the normal equations: the matrix and the gradient."""

    def move(self, step: Array) -> None:
        """Move the unknowns by a solution of the normal equations."""


def descend(problem: Problem, *, damping: float, rounds: int, done: float, asked: Callable[[], None]) -> None:
    """Move a problem's unknowns until a round gains less than a share ``done`` of the cost, or no step gains anything.

    ``damping`` is that of the first step. ``asked`` is called before every step, and may raise to end it.
    """
    cost = problem.cost()
    for _ in range(rounds):
        hessian, gradient = problem.normal()
        before = problem.unknowns
        better = False
        while not better and damping < _MOST_DAMPING:
            asked()
            damped = hessian + damping * sparse.diags(hessian.diagonal() + 1e-9)
            problem.move(np.asarray(splu(damped.tocsc()).solve(-gradient)))
            now = problem.cost()
            better = now < cost
            if not better:
                problem.unknowns = before
                damping *= _RAISED
        if not better:
            return
        damping = max(damping / _EASED, _LEAST_DAMPING)
        gained, cost = cost - now, now
        if gained < done * cost:
            return


def by_turns(rays: Array) -> Iterator[tuple[int, int, Any]]:
    """Yield row, axis and entries (n,) of the derivative of rays (n, 3) by a turn ω from the left, which is ω × ray."""
    x, y, z = rays.T
    yield from ((0, 1, z), (0, 2, -y), (1, 0, -z), (1, 2, x), (2, 0, y), (2, 1, -x))


def turned_by(rotations: Array, step: Array) -> Array:
    """Return rotations (n, 3, 3), each turned from the left by its three numbers of ``step`` (3 n or more,)."""
    return np.stack([turned(step[3 * n : 3 * n + 3]) @ rotation for n, rotation in enumerate(rotations)])
