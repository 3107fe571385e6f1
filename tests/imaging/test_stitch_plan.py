"""A capture plan: followed even carelessly, it shows the whole sphere, and neighbours share enough to be joined."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ispace.imaging.stitch.camera import Lens
from ispace.imaging.stitch.plan import Plan, Row, plan

LENSES = [(67.3, 4 / 3), (67.4, 3 / 2), (96.0, 3 / 2), (30.0, 4 / 3), (120.0, 4 / 3), (50.0, 16 / 9)]


def directions(count: int) -> np.ndarray:
    rays = np.random.default_rng(7).normal(size=(count, 3))
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


def seen(made: Plan, rays: np.ndarray, turn: float = 0.0) -> np.ndarray:
    """Return by how many photos each ray is seen, by the lens of the stitcher rather than the plan's own arithmetic."""
    half = max(math.tan(math.radians(a) / 2) for a in (made.across_deg, made.down_deg))
    edge = [math.tan(math.radians(a) / 2) / half for a in (made.across_deg, made.down_deg)]
    count = np.zeros(len(rays), int)
    for rotation in made.rotations():
        plane, front = Lens(1 / half).project(rays @ rotation)
        count += front & (np.abs(plane) <= np.array(edge) + 1e-9).all(axis=-1)
    return count


@pytest.mark.parametrize("portrait", [True, False])
@pytest.mark.parametrize(("hfov_deg", "aspect"), LENSES)
def test_every_direction_of_the_sphere_is_seen(hfov_deg: float, aspect: float, portrait: bool) -> None:
    made = plan(hfov_deg, aspect, portrait=portrait)
    count = seen(made, directions(5000))
    assert count.min() >= 1
    assert (count >= 2).mean() > 0.6


def test_a_plan_without_one_of_its_rows_has_a_gap() -> None:
    made = plan(67.3)
    for row in made.rows:
        less = Plan(made.across_deg, made.down_deg, tuple(r for r in made.rows if r != row), made.zenith, made.nadir)
        assert seen(less, directions(2000)).min() == 0


@pytest.mark.parametrize(("hfov_deg", "aspect"), LENSES)
def test_neighbours_in_a_row_share_thirty_percent(hfov_deg: float, aspect: float) -> None:
    made = plan(hfov_deg, aspect)
    x, y = (math.tan(math.radians(a) / 2) for a in (made.across_deg, made.down_deg))
    grid = np.random.default_rng(1).uniform(-1, 1, size=(4000, 2)) * (x, y)
    frame = np.column_stack([grid, np.ones(len(grid))])
    for row in made.rows:
        pair = Plan(made.across_deg, made.down_deg, (row,), 0, 0).rotations()[:2]
        other = frame @ pair[0].T @ pair[1]
        shared = (other[:, 2] > 0) & (np.abs(other[:, :2]) <= np.array([x, y]) * other[:, 2:]).all(axis=1)
        assert shared.mean() > 0.28


def test_rows_near_the_poles_need_fewer_photos_and_lie_symmetrically() -> None:
    made = plan(50, 3 / 2)
    assert made.rows[0].pitch_deg == 0
    by_height = {row.pitch_deg: row.count for row in made.rows}
    assert {-pitch for pitch in by_height} == set(by_height)
    heights = sorted(p for p in by_height if p >= 0)
    assert [by_height[p] for p in heights] == sorted((by_height[p] for p in heights), reverse=True)
    assert by_height[heights[-1]] < by_height[0]


def test_a_phone_takes_the_rows_that_books_recommend() -> None:
    made = plan(67.3)
    assert [row.pitch_deg for row in made.rows] == [0, 45, -45]
    assert 22 <= made.count <= 30
    assert Row(0, 10).step_deg == 36


def test_a_camera_that_cannot_look_up_covers_everything_below() -> None:
    made = plan(71.6, portrait=False, top_deg=30)
    assert max(row.pitch_deg for row in made.rows) == 30
    assert made.zenith == 0
    rays = directions(5000)
    below = rays[:, 1] < math.sin(math.radians(40))
    assert seen(made, rays[below]).min() >= 1
