"""Hundreds of photos: what is compared stays bounded, and nothing that belongs together is lost."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.cluster.hierarchy import DisjointSet

from ispace.imaging.stitch import candidates, overlaps
from ispace.imaging.stitch.camera import Lens, from_angles
from ispace.imaging.stitch.features import DESCRIPTOR_LENGTH, Features

SHARED, OWN = 40, 60


def _unit(random, count):
    found = random.normal(size=(count, DESCRIPTOR_LENGTH))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _features(random, seen):
    noisy = seen + random.normal(0, 0.02, seen.shape)
    descriptors = np.concatenate([noisy, _unit(random, OWN)])[random.permutation(len(seen) + OWN)]
    descriptors = (descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True)).astype(np.float32)
    return Features(np.zeros((len(descriptors), 2)), descriptors, np.zeros((0, 4)), 1.0, 1.0)


@pytest.fixture(scope="module")
def places():
    """Eight rings of 15 photos, each of which shows a part of what the next one shows; shuffled."""
    random = np.random.default_rng(5)
    photos, where = [], []
    for place in range(8):
        between = [_unit(random, SHARED) for _ in range(15)]
        for number in range(15):
            photos.append(_features(random, np.concatenate([between[number], between[number - 1]])))
            where.append((place, number))
    order = random.permutation(len(photos))
    return [photos[n] for n in order], [where[n] for n in order]


def test_of_many_photos_few_pairs_vote_and_no_neighbours_are_lost(places, monkeypatch):
    photos, where = places
    asked = []
    alike = candidates.alike
    monkeypatch.setattr(candidates, "alike", lambda a, b, ratio: asked.append(None) or alike(a, b, ratio))
    shares = []
    found = set(candidates.pairs(photos, told=shares.append))
    number_of = {at: n for n, at in enumerate(where)}
    for place, number in where:
        a, b = number_of[place, number], number_of[place, (number + 1) % 15]
        assert (min(a, b), max(a, b)) in found
    assert len(asked) < len(photos) * (len(photos) - 1) / 2 * 0.6
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_of_few_photos_every_pair_votes(places, monkeypatch):
    asked = []
    monkeypatch.setattr(candidates, "alike", lambda *_: asked.append(None) or ((), ()))
    candidates.pairs(places[0][:30])
    assert len(asked) == 30 * 29 // 2


def test_photos_without_anything_to_see_have_no_words(places):
    nothing = Features(np.zeros((0, 2)), np.zeros((0, DESCRIPTOR_LENGTH), np.float32), np.zeros((0, 4)), 0.0, 0.0)
    found = candidates.pairs([*places[0][:70], nothing, nothing])
    assert all(a < b for a, b in found)
    assert candidates.pairs([nothing] * 70)


@pytest.mark.parametrize("count", [40, 300])
def test_placed_photos_are_compared_all_or_so_many_that_they_hang_together(count):
    rotations = {
        n: from_angles(360 * n * 0.618, np.degrees(np.arcsin(1 - (2 * n + 1) / count)), 0) for n in range(count)
    }
    lenses = dict.fromkeys(range(count), Lens(1.4))
    pairs = overlaps.pairs(rotations, lenses)
    reach = 2 * np.arctan(2**0.5 / 1.4)
    apart = {(a, b): np.arccos(np.clip(rotations[a][:, 2] @ rotations[b][:, 2], -1, 1)) for a, b in pairs}
    assert max(apart.values()) <= reach
    if count == 40:
        every = itertools.combinations(range(count), 2)
        assert pairs == [(a, b) for a, b in every if rotations[a][:, 2] @ rotations[b][:, 2] >= np.cos(reach)]
    else:
        assert len(pairs) < count * 14
        sets = DisjointSet(range(count))
        for pair in pairs:
            sets.merge(*pair)
        assert sets.n_subsets == 1
        # not only next to each other, or errors would add up
        assert max(apart.values()) > reach * 0.8


def test_all_matches_together_have_a_limit():
    assert overlaps.matches_a_pair(100, 90) == 90
    assert overlaps.matches_a_pair(4000, 90) * 4000 <= 60_000
