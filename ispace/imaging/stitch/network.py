"""Which verified pairs agree with each other: groups of photos, and a first orientation for each photo of a group.

Of many random spanning trees that one wins with which all edges agree best, so that a single false pair cannot bend
the result.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial.transform import Rotation

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
_SURE, _SURE_SHARE = 40, 0.5
_MISCLOSURE_RAD = np.radians(40)
"""By how much a ring of sure pairs may miss its own beginning while the focal length is known to a tenth only."""
_SPREAD_RAD = np.radians(5)
_SPREAD_ROUNDS = 12
_SPREAD_DONE_RAD = 1e-4


@dataclass(frozen=True, slots=True)
class Network:
    """Photos of one place: their rotations by number, and the edges that agree with them."""

    rotations: dict[int, Array]
    edges: tuple[Edge, ...]

    def __len__(self) -> int:
        return len(self.rotations)


def networks(
    edges: Sequence[Edge],
    tolerance: float,
    together: Collection[int] = (),
    *,
    asked: Callable[[], None] = lambda: None,
) -> list[Network]:
    """Return the groups that edges make, the largest first; ``asked`` is called again and again, and may raise.

    Edges that are off by more than ``tolerance`` radians drop out. Photos without any edge are in none of them. Between
    photos that are ``together`` for sure, one pair may hold two halves of a group, however weak.
    """
    found: list[Network] = []
    waiting = [list(edges)]
    while waiting:
        for part in components(waiting.pop()):
            rotations = spread(part, oriented(part, np.random.default_rng(len(part)), asked), tolerance)
            agreeing = [edge for edge in part if off(edge, rotations) <= tolerance]
            weak = _weak_bridge(agreeing, together, asked)
            if weak is not None:
                agreeing.remove(weak)
            if weak is not None or len(components(agreeing)) > 1:
                waiting.append(agreeing)
            elif agreeing:
                inside = {photo for edge in agreeing for photo in (edge.match.a, edge.match.b)}
                found.append(Network({p: rotations[p] for p in sorted(inside)}, tuple(agreeing)))
    return sorted(found, key=lambda group: (-len(group), min(group.rotations)))


def off(edge: Edge, rotations: Mapping[int, Array]) -> float:
    """Return by how many radians a pair says something else than the rotations of its photos."""
    return angle_between(rotations[edge.match.a] @ edge.rotation, rotations[edge.match.b])


def components(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Return the edges of photos that hang together, those of the most edges first."""
    kept = list(edges)
    sets = DisjointSet(photo for edge in kept for photo in (edge.match.a, edge.match.b))
    for edge in kept:
        sets.merge(edge.match.a, edge.match.b)
    parts: dict[int, list[Edge]] = {}
    for edge in kept:
        parts.setdefault(sets[edge.match.a], []).append(edge)
    return sorted(parts.values(), key=lambda part: -len(part))


def oriented(
    edges: Sequence[Edge], random: np.random.Generator, asked: Callable[[], None] = lambda: None
) -> dict[int, Array]:
    """Return the rotations of the best of many spanning trees."""
    photos = sorted({photo for edge in edges for photo in (edge.match.a, edge.match.b)})
    place = {photo: number for number, photo in enumerate(photos)}
    a = np.array([place[edge.match.a] for edge in edges])
    b = np.array([place[edge.match.b] for edge in edges])
    weights = np.array([edge.weight for edge in edges], float)
    between = np.stack([edge.rotation for edge in edges])
    best, best_score = np.zeros((len(photos), 3, 3)), -1.0
    for number in range(max(20, min(_TREES, _MOST_EDGES // len(edges)))):
        asked()
        if number:
            power = random.uniform(0.3, 1.2)
            drawn = weights**power * random.uniform(0, 1, len(edges))
        else:
            drawn = weights
        rotations = _along(_tree(np.argsort(-drawn, kind="stable"), a, b, len(photos)), a, b, between, len(photos))
        through = rotations[a] @ between
        cosine = (np.einsum("nij,nij->n", through, rotations[b]) - 1) / 2
        apart = np.arccos(np.clip(cosine, -1, 1))
        score = float(np.sum(np.minimum(weights, _STRONG) * np.maximum(0, 1 - (apart / _DISAGREEMENT) ** 2)))
        if score > best_score:
            best, best_score = rotations, score
    return {photo: best[place[photo]] for photo in photos}


def spread(
    edges: Sequence[Edge], rotations: Mapping[int, Array], tolerance: float, rounds: int = _SPREAD_ROUNDS
) -> dict[int, Array]:
    """Return rotations among which what a tree left open is spread over all edges, as a surveyor closes a traverse.

    A tree puts all that is wrong with the focal length into those edges that it does not use, so that the very pair
    that closes a ring would look false. Rotation averaging by reweighted least squares on the Lie algebra
    (Govindu 2004), with a Cauchy loss; of one round only, by plain least squares.
    """
    photos = sorted(rotations)
    place = {photo: number for number, photo in enumerate(photos)}
    limits = [_MISCLOSURE_RAD if is_sure(edge) else tolerance for edge in edges]
    used = [edge for edge, limit in zip(edges, limits, strict=True) if off(edge, rotations) <= limit]
    if not used:
        return dict(rotations)
    a = np.array([place[edge.match.a] for edge in used])
    b = np.array([place[edge.match.b] for edge in used])
    between = np.stack([edge.rotation for edge in used])
    strength = np.array([min(edge.weight, _STRONG) for edge in used], float)
    now = np.stack([rotations[photo] for photo in photos])
    for number in range(rounds):
        open_rad = Rotation.from_matrix(now[b] @ np.swapaxes(now[a] @ between, -1, -2)).as_rotvec()
        # Evenly at first: the one pair that closes a ring is no outlier of those that were laid end to end.
        weights = strength / (1 + np.sum(open_rad * open_rad, axis=1) / _SPREAD_RAD**2) if number else strength
        normal, right = np.zeros((len(photos), len(photos))), np.zeros((len(photos), 3))
        np.add.at(normal, (a, a), weights)
        np.add.at(normal, (b, b), weights)
        np.add.at(normal, (a, b), -weights)
        np.add.at(normal, (b, a), -weights)
        np.add.at(right, a, weights[:, None] * open_rad)
        np.add.at(right, b, -weights[:, None] * open_rad)
        # The first photo holds the whole in place, and so does any that nothing ties.
        normal[0, :], right[0] = 0, 0
        normal[np.diag_indices_from(normal)] += np.where(normal.diagonal() > 0, 0, 1)
        turn = np.linalg.solve(normal, right)
        now = Rotation.from_rotvec(turn).as_matrix() @ now
        if float(np.abs(turn).max()) < _SPREAD_DONE_RAD:
            break
    return {photo: now[place[photo]] for photo in photos}


def is_sure(edge: Edge) -> bool:
    """Whether a pair has so many matches that agree that it is hardly ever false."""
    return edge.weight >= _SURE and edge.weight >= _SURE_SHARE * len(edge.match)


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


def _weak_bridge(edges: list[Edge], together: Collection[int], asked: Callable[[], None]) -> Edge | None:
    """Return a pair that alone joins two halves of a group, and is too weak for that; the weakest of them."""
    sets = DisjointSet(photo for edge in edges for photo in (edge.match.a, edge.match.b))
    joining = []

    def may_go(edge: Edge) -> bool:
        return _is_weak(edge) and not (edge.match.a in together and edge.match.b in together)

    # What joins nothing that stronger pairs have not joined already is no bridge.
    for edge in sorted(edges, key=lambda edge: (may_go(edge), -edge.weight)):
        if sets.merge(edge.match.a, edge.match.b) and may_go(edge):
            joining.append(edge)
    for edge in reversed(joining):
        asked()
        parts = components(other for other in edges if other is not edge)
        sizes = [len({photo for one in part for photo in (one.match.a, one.match.b)}) for part in parts]
        if len(sizes) > 1 and min(sizes) >= _HALF:
            return edge
    return None


def _is_weak(edge: Edge) -> bool:
    return edge.weight < _BRIDGE or edge.weight < _BRIDGE_SHARE * len(edge.match)
