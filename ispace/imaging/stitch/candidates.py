"""Which pairs of photos are worth a closer look: a vote of each photo's strongest features.

Of many photos not all pairs vote. Visual words (Sivic and Zisserman: Video Google, 2003) first tell which photos may
show the same, and whoever shares a partner votes as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.matching import alike

_VOTERS = 500
_RATIO = 0.85
_PARTNERS, _MOST_PARTNERS, _STRONG_VOTE = 7, 12, 12
_ALL = 40
_EVERY_PAIR = 64
"""Up to so many photos every pair votes."""
_WORDS = 8192
_SHORTLISTED, _BESIDE = 25, 3

Pair = tuple[int, int]


def pairs(
    features: Sequence[Features],
    together: Collection[int] = (),
    told: Callable[[float], None] = lambda _share: None,
) -> list[Pair]:
    """Return each photo's best partners, in order; photos are best given in the order in which they were taken.

    Pairs of photos that are ``together`` for sure are among them in any case.
    ``told`` is called with growing shares up to 1, and may raise to end it.
    """
    votes = _Votes(features)
    if len(features) <= _EVERY_PAIR:
        votes.count(itertools.combinations(range(len(features)), 2), told)
    else:
        first = _shortlist(features, lambda share: told(share * 0.2))
        votes.count(first, lambda share: told(0.2 + share * 0.5))
        votes.count(votes.through_partners(), lambda share: told(0.7 + share * 0.3))
    return sorted(votes.best() | set(itertools.combinations(sorted(together), 2)))


class _Votes:
    """How many of the strongest features of two photos look alike, for those pairs that were asked."""

    def __init__(self, features: Sequence[Features]) -> None:
        self._strongest = [photo.descriptors[:_VOTERS] for photo in features]
        self._of: dict[Pair, int] = {}
        self._own: list[list[Pair]] = [[] for _ in features]

    def count(self, asked: Iterable[Pair], told: Callable[[float], None]) -> None:
        """Let pairs vote that did not yet."""
        fresh = sorted(set(asked) - self._of.keys())
        for number, (a, b) in enumerate(fresh):
            self._of[a, b] = len(alike(self._strongest[a], self._strongest[b], _RATIO)[0])
            self._own[a].append((a, b))
            self._own[b].append((a, b))
            told((number + 1) / len(fresh))

    def through_partners(self) -> set[Pair]:
        """Return the pairs of photos that have a partner with a strong vote in common."""
        found: set[Pair] = set()
        for photo in range(len(self._own)):
            beside = [a + b - photo for a, b in self._ranked(photo)[:_PARTNERS] if self._of[a, b] >= _STRONG_VOTE]
            found.update(itertools.combinations(sorted(beside), 2))
        return found

    def best(self) -> set[Pair]:
        kept: set[Pair] = set()
        for photo in range(len(self._own)):
            own = self._ranked(photo)
            # Who has no partner that stands out, as skies have none, is held against all.
            stands_out = bool(own) and self._of[own[0]] >= _STRONG_VOTE
            kept.update(own[:_PARTNERS] if stands_out else own[:_ALL])
            kept.update(pair for pair in own[_PARTNERS:_MOST_PARTNERS] if self._of[pair] >= _STRONG_VOTE)
        return kept

    def _ranked(self, photo: int) -> list[Pair]:
        return sorted(self._own[photo], key=lambda pair: (-self._of[pair], pair))


def _shortlist(features: Sequence[Features], told: Callable[[float], None]) -> set[Pair]:
    """Return the pairs that vote: those whose words are most alike, and photos that were taken one after the other."""
    found = {(a, a + step) for step in range(1, _BESIDE + 1) for a in range(len(features) - step)}
    # Any features will do as words: there are many of them, and what is common counts little.
    step = max(1, sum(min(len(photo), _VOTERS) for photo in features) // _WORDS)
    words = np.concatenate([photo.descriptors[:_VOTERS:step] for photo in features])
    if not len(words):
        return found
    counts = np.zeros((len(features), len(words)), np.float32)
    for number, photo in enumerate(features):
        counts[number] = _counted(photo.descriptors[:_VOTERS], words)
        told((number + 1) / len(features))
    rarity = np.log(len(features) / np.maximum(1, (counts > 0).sum(axis=0)))
    weighed = np.sqrt(counts) * rarity
    weighed /= np.maximum(np.linalg.norm(weighed, axis=1, keepdims=True), 1e-9)
    similar = weighed @ weighed.T
    np.fill_diagonal(similar, -1)
    for a, row in enumerate(np.argsort(-similar, axis=1, kind="stable")[:, :_SHORTLISTED].tolist()):
        found.update((min(a, b), max(a, b)) for b in row)
    return found


def _counted(descriptors: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return how many of a photo's descriptors are nearest to each word."""
    nearest = (descriptors @ words.T).argmax(axis=1) if len(descriptors) else np.zeros(0, np.intp)
    return np.bincount(nearest, minlength=len(words))
