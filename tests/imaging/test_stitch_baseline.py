"""What a lens that moved did, found again from matches that say it."""

from __future__ import annotations

import numpy as np

from ispace.imaging.stitch import baseline
from ispace.imaging.stitch.adjust import HALF_PX, Tie
from ispace.imaging.stitch.align import Aligned
from ispace.imaging.stitch.camera import Array, Lens, angle_between, from_angles, nearest_rotation, turned
from ispace.imaging.stitch.room import COLUMNS, ROWS, Room

_LENS = Lens(1.4)
_POSES = [(yaw, pitch) for pitch in (0.0, 42.0, -42.0) for yaw in range(0, 360, 40)]


def _distance(directions: Array) -> Array:
    """Return how far the walls of a box are: 3 m by 5 m, its floor 1.6 m below and its ceiling 2 m above."""
    x, y, z = (np.maximum(np.abs(axis), 1e-9) for axis in np.moveaxis(directions, -1, 0))
    upright = np.where(directions[..., 1] > 0, 2.0, 1.6)
    return np.minimum(np.minimum(1.5 / x, 2.5 / z), upright / y)


def _group(moved_m: float, seed: int = 3) -> tuple[Aligned, dict[int, Array]]:
    """Return a group as orientations alone explain it, and the true orientations."""
    random = np.random.default_rng(seed)
    true = {n: from_angles(yaw, pitch, 0) for n, (yaw, pitch) in enumerate(_POSES)}
    at = {n: random.normal(0, moved_m, 3) for n in true}
    points = random.normal(size=(6000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points *= _distance(points)[:, None]
    seen = {n: _LENS.project((points - at[n]) @ true[n]) for n in true}
    ties = []
    for a in true:
        for b in range(a + 1, len(true)):
            both = seen[a][1] & seen[b][1]
            for plane in (seen[a][0], seen[b][0]):
                both &= (np.abs(plane) < (0.75, 1.0)).all(axis=1)
            some = np.flatnonzero(both)[:60]
            if len(some) >= 8:
                noise = random.normal(0, 0.3 / HALF_PX, (2, len(some), 2))
                ties.append(Tie(a, b, seen[a][0][some] + noise[0], seen[b][0][some] + noise[1]))
    # As orientations alone would have it: each photo's own displacement, seen from the walls, is taken for a turn.
    guess = {n: turned(np.cross(true[n][:, 2], at[n]) / -2.0) @ true[n] for n in true}
    lenses = dict.fromkeys(true, _LENS)
    off = tuple(
        np.linalg.norm(_LENS.rays(t.points_a) @ guess[t.a].T - _LENS.rays(t.points_b) @ guess[t.b].T, axis=1)
        * _LENS.focal
        * HALF_PX
        for t in ties
    )
    return Aligned(guess, lenses, tuple(ties), off), true


def _errors_deg(found: dict[int, Array], true: dict[int, Array]) -> Array:
    whole = nearest_rotation(np.sum([found[n] @ true[n].T for n in true], axis=0))
    return np.degrees([angle_between(found[n], whole @ true[n]) for n in true])


def test_orientations_are_found_though_the_lens_moved() -> None:
    group, true = _group(0.04)

    moved = baseline.solve(group)

    assert moved is not None
    assert np.median(_errors_deg(group.rotations, true)) > 0.5
    assert np.median(_errors_deg(moved.group.rotations, true)) < 0.15
    assert moved.group.median_px < 0.4 * group.median_px


def test_a_lens_that_only_turned_is_left_alone() -> None:
    group, _ = _group(0.0)

    assert baseline.solve(group) is None


def test_a_room_shows_from_the_middle_what_is_seen_from_aside() -> None:
    random = np.random.default_rng(1)
    room = Room(random.normal(0, 0.1, (ROWS, COLUMNS)), from_angles(40, 10, 5))
    directions = random.normal(size=(500, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    position = np.array([0.03, -0.01, 0.02])

    aside = room.seen_from(position, directions)
    back = room.from_middle(position, aside / np.linalg.norm(aside, axis=1, keepdims=True))

    assert np.degrees(np.linalg.norm(back - directions, axis=1)).max() < 0.02


def test_a_room_turns_with_its_world() -> None:
    room = Room(np.random.default_rng(2).normal(0, 0.4, (ROWS, COLUMNS)), np.eye(3))
    turn = from_angles(75, -20, 30)
    directions = np.random.default_rng(3).normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)

    np.testing.assert_allclose(room.turned(turn).nearness(directions @ turn.T), room.nearness(directions), rtol=1e-9)
