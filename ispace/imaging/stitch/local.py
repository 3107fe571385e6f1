"""Small shifts that take up what a lens that moved did: a coarse, smooth grid of displacements for every photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from ispace.imaging.stitch.adjust import HALF_PX, Tie
from ispace.imaging.stitch.camera import Array
from ispace.imaging.stitch.photos import Placed

ROWS, COLUMNS = 6, 7
_WIDTH_PX = 3.0
_SMOOTH, _SMALL = 1.0, 0.015
_ROUNDS = 4
_STEP = 1e-4


def shifts(
    ties: Sequence[Tie], placed: Mapping[int, Placed], extents: Mapping[int, tuple[float, float]]
) -> dict[int, Array]:
    """Return grids (``ROWS``, ``COLUMNS``, 2) by photo: what is added to points of the plane after projection.

    ``extents`` are half the width and half the height of each photo in its plane. A tie between photos a and b asks for
    S_a − J S_b = p_a − q, where q is where a sees b's point and J how it moves with that point. First differences and
    magnitude are penalised, and matches weighed by a Cauchy loss of 3 working pixels.
    """
    photos = sorted(placed)
    place = {photo: n for n, photo in enumerate(photos)}
    size = ROWS * COLUMNS
    rows: list[Any] = []
    columns: list[Any] = []
    entries: list[Any] = []
    right: list[Any] = []
    count = 0
    for tie in ties:
        photo_a, photo_b = placed[tie.a], placed[tie.b]

        def seen(points: Array, photo_a: Placed = photo_a, photo_b: Placed = photo_b) -> Array:
            return photo_a.lens.project(photo_a.rays(photo_b.looks(points)))[0]

        q = seen(tie.points_b)
        moved = np.stack([(seen(tie.points_b + step) - q) / _STEP for step in np.eye(2) * _STEP], axis=-1)
        at = count + 2 * np.arange(len(q))
        for node, weight in _weights(q, extents[tie.a]):
            for axis in (0, 1):
                rows.append(at + axis)
                columns.append((place[tie.a] * size + node) * 2 + axis)
                entries.append(weight)
        for node, weight in _weights(tie.points_b, extents[tie.b]):
            for axis in (0, 1):
                for other in (0, 1):
                    rows.append(at + axis)
                    columns.append((place[tie.b] * size + node) * 2 + other)
                    entries.append(-weight * moved[:, axis, other])
        right.append((tie.points_a - q).ravel())
        count += 2 * len(q)
    if not count:
        return {}
    unknowns = len(photos) * size * 2
    system: Any = sparse.csr_matrix(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(count, unknowns)
    )
    wanted = np.concatenate(right)
    rule = _smoothness(len(photos))
    found = np.zeros(unknowns)
    for _ in range(_ROUNDS):
        off = (system @ found - wanted).reshape(-1, 2) * HALF_PX
        weight = np.repeat(1 / (1 + np.sum(off * off, axis=1) / _WIDTH_PX**2), 2)
        weighted = system.multiply(weight[:, None]).tocsr()
        found = np.asarray(spsolve((system.T @ weighted + rule).tocsc(), weighted.T @ wanted))
    grids = found.reshape(len(photos), ROWS, COLUMNS, 2)
    return {photo: grids[n] for n, photo in enumerate(photos)}


def _weights(points: Array, extent: tuple[float, float]) -> list[tuple[Array, Array]]:
    """Return the four grid points around each point, as numbers, and their bilinear weights; row 0 is at the top."""
    x = np.clip((points[:, 0] / extent[0] + 1) / 2, 0, 1) * (COLUMNS - 1)
    y = np.clip((1 - points[:, 1] / extent[1]) / 2, 0, 1) * (ROWS - 1)
    column = np.minimum(x.astype(int), COLUMNS - 2)
    row = np.minimum(y.astype(int), ROWS - 2)
    u, v = x - column, y - row
    return [
        ((row + i) * COLUMNS + column + j, np.where(i, v, 1 - v) * np.where(j, u, 1 - u))
        for i in (0, 1)
        for j in (0, 1)
    ]


def _smoothness(count: int) -> Any:
    """Return what is added to the normal equations: squares of first differences and, less, of the shifts."""
    beside = sparse.diags([-1.0, 1.0], [0, 1], shape=(COLUMNS - 1, COLUMNS))
    below = sparse.diags([-1.0, 1.0], [0, 1], shape=(ROWS - 1, ROWS))
    across = sparse.kron(sparse.eye(ROWS), beside)
    down = sparse.kron(below, sparse.eye(COLUMNS))
    one = _SMOOTH * (across.T @ across + down.T @ down) + _SMALL * sparse.eye(ROWS * COLUMNS)
    return sparse.csr_matrix(sparse.kron(sparse.eye(count), sparse.kron(one, sparse.eye(2))))
