"""Which verified pairs agree with each other: groups of photos, and a first orientation for each photo of a group.

Of many random spanning trees that one wins with which all edges agree best, so that a single false pair cannot bend
the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import DisjointSet

from ispace.imaging.stitch.camera import Array, angle_between
from ispace.imaging.stitch.matching import Edge

_TREES = 300
_MOST_EDGES = 400_000
"""Looked at over all trees: large sets get fewer."""
_STRONG = 150
_DISAGREEMENT = 0.12
_BRIDGE, _BRIDGE_SHARE = 15, 0.35
"""What holds two halves of a group together by itself must have so many matches that agree, and such a share of all."""
_HALF = 3


@dataclass(frozen=True, slots=True)
class Network:
    """Photos of one place: their rotations by number, and the edges that agree with them."""

    rotations: dict[int, Array]
    edges: tuple[Edge, ...]

    def __len__(self) -> int:
        return len(self.rotations)


def networks(edges: Sequence[Edge], tolerance: float, seed: int = 0) -> list[Network]:
    """Return the groups that edges make, the largest first.

    Edges that are off by more than ``tolerance`` radians drop out. Photos without any edge are in none of them.
    """
    found: list[Network] = []
    waiting = [list(edges)]
    while waiting:
        for part in _components(waiting.pop()):
            rotations = _oriented(part, np.random.default_rng((seed, len(part))))
            agreeing = [edge for edge in part if _off(edge, rotations) <= tolerance]
            weak = _weak_bridge(agreeing)
            if weak is not None:
                agreeing.remove(weak)
            if weak is not None or len(_components(agreeing)) > 1:
                waiting.append(agreeing)
            elif agreeing:
                inside = {photo for edge in agreeing for photo in (edge.match.a, edge.match.b)}
                found.append(Network({p: rotations[p] for p in sorted(inside)}, tuple(agreeing)))
    return sorted(found, key=lambda group: (-len(group), min(group.rotations)))


def _off(edge: Edge, rotations: dict[int, Array]) -> float:
    return angle_between(rotations[edge.match.a] @ edge.rotation, rotations[edge.match.b])


def _components(edges: Iterable[Edge]) -> list[list[Edge]]:
    kept = list(edges)
    sets = DisjointSet(photo for edge in kept for photo in (edge.match.a, edge.match.b))
    for edge in kept:
        sets.merge(edge.match.a, edge.match.b)
    parts: dict[int, list[Edge]] = {}
    for edge in kept:
        parts.setdefault(sets[edge.match.a], []).append(edge)
    return list(parts.values())


def _oriented(edges: list[Edge], random: np.random.Generator) -> dict[int, Array]:
    """Return the rotations of the best of many spanning trees."""
    photos = sorted({photo for edge in edges for photo in (edge.match.a, edge.match.b)})
    place = {photo: number for number, photo in enumerate(photos)}
    a = np.array([place[edge.match.a] for edge in edges])
    b = np.array([place[edge.match.b] for edge in edges])
    weights = np.array([edge.weight for edge in edges], float)
    between = np.stack([edge.rotation for edge in edges])
    best, best_score = np.zeros((len(photos), 3, 3)), -1.0
    for number in range(max(20, min(_TREES, _MOST_EDGES // len(edges)))):
        if number:
            power = random.uniform(0.3, 1.2)
            drawn = weights**power * random.uniform(0, 1, len(edges))
        else:
            drawn = weights
        rotations = _along(_tree(np.argsort(-drawn, kind="stable"), a, b, len(photos)), a, b, between, len(photos))
        through = rotations[a] @ between
        cosine = (np.einsum("nij,nij->n", through, rotations[b]) - 1) / 2
        off = np.arccos(np.clip(cosine, -1, 1))
        score = float(np.sum(np.minimum(weights, _STRONG) * np.maximum(0, 1 - (off / _DISAGREEMENT) ** 2)))
        if score > best_score:
            best, best_score = rotations, score
    return {photo: best[place[photo]] for photo in photos}


def _tree(order: Iterable[int], a: Array, b: Array, count: int) -> list[int]:
    """Return the edges of the spanning tree that takes edges in this order (Kruskal 1956)."""
    sets = DisjointSet(range(count))
    tree: list[int] = []
    for edge in order:
        if sets.merge(int(a[edge]), int(b[edge])):
            tree.append(edge)
            if len(tree) == count - 1:
                break
    return tree


def _along(tree: list[int], a: Array, b: Array, between: Array, count: int) -> Array:
    """Return rotations (count, 3, 3) that a tree's edges give, from the first photo on."""
    beside: list[list[tuple[int, Array]]] = [[] for _ in range(count)]
    for edge in tree:
        beside[int(a[edge])].append((int(b[edge]), between[edge]))
        beside[int(b[edge])].append((int(a[edge]), between[edge].T))
    rotations = np.zeros((count, 3, 3))
    rotations[0] = np.eye(3)
    seen, waiting = {0}, [0]
    while waiting:
        photo = waiting.pop()
        for other, rotation in beside[photo]:
            if other not in seen:
                seen.add(other)
                rotations[other] = rotations[photo] @ rotation
                waiting.append(other)
    return rotations


def _weak_bridge(edges: list[Edge]) -> Edge | None:
    """Return a pair that alone joins two halves of a group, and is too weak for that; the weakest of them."""
    for edge in sorted(edges, key=lambda edge: edge.weight):
        if edge.weight >= _BRIDGE and edge.weight >= _BRIDGE_SHARE * len(edge.match):
            continue
        parts = _components(other for other in edges if other is not edge)
        sizes = [len({photo for one in part for photo in (one.match.a, one.match.b)}) for part in parts]
        if len(sizes) > 1 and min(sizes) >= _HALF:
            return edge
    return None
