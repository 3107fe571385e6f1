"""Which layer is seen where: labels that cost least, by expansion moves, each of which is a minimum cut.

Boykov, Veksler, Zabih: Fast approximate energy minimization via graph cuts (2001); the graph of one move as in
Kolmogorov, Zabih: What energy functions can be minimized via graph cuts? (2004).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from ispace.imaging.stitch.layers import Layers

Labels = NDArray[np.int16]
"""(h, w): the place of the photo that is seen, −1 where there is none."""

NOBODY = -1
_UNIT = 16
"""Capacities are whole numbers: this many for a difference of one level over the length of a pixel."""

_LENGTH = 1.5
_NOISE = 2.0
_CAP = 60.0
_UNKNOWN = 40.0
"""What a seam costs in levels: for its length alone; above which difference; at most; where one side is not known."""

Ints = NDArray[np.intp]


class Expansion:
    """A labelling that gets better move by move.

    ``costs`` (n, h, w) is what it costs to show a layer in a pixel, in levels, infinite where it must not be. Rows are
    closed to rings; an edge between two pixels counts by its length on the sphere.
    """

    def __init__(self, layers: Layers, costs: NDArray[np.float32], labels: Labels) -> None:
        self._height, self._width = layers.size
        self._colours = layers.colours.reshape(len(costs), -1, 3)
        self._shown = (layers.depth > 0).reshape(len(costs), -1)
        self._costs = costs.reshape(len(costs), -1)
        self.labels = labels.reshape(-1).copy()
        latitude = (0.5 - (np.arange(self._height) + 0.5) / self._height) * np.pi
        self._area = np.repeat(np.cos(latitude), self._width)
        index = np.arange(self._height * self._width).reshape(self._height, self._width)
        right = np.roll(index, -1, axis=1).ravel()
        below = np.concatenate([index[1:], index[-1:]]).ravel()  # the last row has none: itself, which costs nothing
        # a seam between neighbours of a row runs upright: its length does not depend on the latitude
        self._changes = 0
        self._tried = [-1] * len(costs)
        self._neighbours = ((right, np.ones_like(self._area)), (below, self._area))

    def sweep(
        self, within: NDArray[np.bool_] | None = None, told: Callable[[float], None] = lambda _share: None
    ) -> bool:
        """Try each layer once; return whether anything changed. ``within`` (h, w) is where changes are allowed.

        A layer that was tried when the labels were as they are now is not tried again. ``told`` is called with growing
        shares up to 1, and may raise to end it.
        """
        allowed = np.ones(len(self.labels), bool) if within is None else within.reshape(-1)
        changed = False
        for layer in range(len(self._costs)):
            told((layer + 1) / len(self._costs))
            if self._tried[layer] == self._changes:
                continue
            if self._expand(layer, allowed):
                self._changes += 1
                changed = True
            self._tried[layer] = self._changes
        return changed

    def _difference(self, at: Ints, first: NDArray[np.int16], second: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return by how many levels, 0 to 60, layers differ in pixels; 40 where one of them shows nothing."""
        colours = self._colours[first, at].astype(np.float32) - self._colours[second, at]
        levels = np.clip(np.abs(colours).mean(axis=-1) - _NOISE, 0, _CAP)
        known = self._shown[first, at] & self._shown[second, at]
        return np.where(known, levels, _UNKNOWN).astype(np.float32)

    def _seam(
        self, p: Ints, q: Ints, first: NDArray[np.int16], second: NDArray[np.int16], length: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what it costs that p shows the first layer and q, its neighbour, the second."""
        cost = self._difference(p, first, second) + self._difference(q, first, second) + _LENGTH
        return np.where((first == second) | (first < 0) | (second < 0), 0, cost * length)

    def _expand(self, layer: int, allowed: NDArray[np.bool_]) -> bool:
        new = np.int16(layer)
        is_node = allowed & np.isfinite(self._costs[layer]) & (self.labels != new) & (self.labels >= 0)
        nodes = np.flatnonzero(is_node)
        if not len(nodes):
            return False
        number = np.full(len(self.labels), -1, np.int32)
        number[nodes] = np.arange(len(nodes))
        old = self.labels[nodes]
        take = (self._costs[layer, nodes] - self._costs[old, nodes]).astype(np.float64) * self._area[nodes]
        tails, heads, capacities = [], [], []
        for neighbour, length in self._neighbours:
            p = np.flatnonzero(is_node | is_node[neighbour])
            q = neighbour[p]
            p, q = p[p != q], q[p != q]
            lp, lq, long = self.labels[p], self.labels[q], length[p]
            fresh = np.full(len(p), new)
            keep_both = self._seam(p, q, lp, lq, long)
            q_takes = self._seam(p, q, lp, fresh, long)
            p_takes = self._seam(p, q, fresh, lq, long)
            in_p, in_q = is_node[p], is_node[q]
            both = in_p & in_q
            keep_both = np.where(both, np.minimum(keep_both, q_takes + p_takes), keep_both)
            # p alone may change, or q alone: then the other's label stays what it is
            np.add.at(take, number[p[in_p]], (p_takes - keep_both)[in_p])
            only_q = in_q & ~in_p
            np.add.at(take, number[q[only_q]], (q_takes - keep_both)[only_q])
            np.add.at(take, number[q[both]], -p_takes[both])
            tails.append(number[p[both]])
            heads.append(number[q[both]])
            capacities.append((q_takes + p_takes - keep_both)[both])
        taken = _cut(take, np.concatenate(tails), np.concatenate(heads), np.concatenate(capacities))
        self.labels[nodes[taken]] = new
        return bool(taken.any())


def _cut(
    take: NDArray[np.float64], tails: NDArray[np.int32], heads: NDArray[np.int32], capacities: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which nodes change, for the least sum of their ``take`` and of ``capacities`` where only the head does."""
    count = len(take)
    source, sink = count, count + 1
    costs = np.rint(take * _UNIT).astype(np.int64)
    costs, between = np.clip(costs, -(10**6), 10**6), np.rint(capacities * _UNIT).astype(np.int64)
    if (costs >= 0).all():
        return np.zeros(count, bool)
    dear, cheap = np.flatnonzero(costs > 0), np.flatnonzero(costs < 0)
    rows = np.concatenate([tails, np.full(len(dear), source), cheap])
    columns = np.concatenate([heads, dear, np.full(len(cheap), sink)])
    values = np.concatenate([between, costs[dear], -costs[cheap]]).astype(np.int32)
    graph = sparse.csr_array((values, (rows, columns)), (count + 2, count + 2))
    flow = csgraph.maximum_flow(graph, source, sink).flow
    left = sparse.csr_array(graph - flow)
    left.eliminate_zeros()
    # of several cuts that cost the same, the one that changes least: what can still reach the sink
    reached = csgraph.breadth_first_order(sparse.csr_array(left.T), sink, return_predecessors=False)
    changed = np.zeros(count + 2, bool)
    changed[reached] = True
    return changed[:count]
