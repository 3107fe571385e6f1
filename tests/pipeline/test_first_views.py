"""How a scene opens and how far one may turn: the document's word, within what has picture."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, strategies as st
from page_example import scene_work

from ispace.model.scene import Scene
from ispace.model.tileset import Coverage
from ispace.model.view import Limits, View
from ispace.pipeline import compose

WORK = scene_work("cong")
EVERYWHERE = Coverage()
STRIP = Coverage(yaw_min_deg=-100, yaw_max_deg=100, pitch_min_deg=-25, pitch_max_deg=25)


def opened(coverage: Coverage = EVERYWHERE, **fields: Any) -> tuple[Limits, View]:
    scene = Scene.model_validate({"id": "cong", "title": {"vi": "Cổng"}, "panorama": {"file": "a.jpg"}, **fields})
    tiled = dataclasses.replace(WORK.tiled, tile_set=WORK.tiled.tile_set.model_copy(update={"coverage": coverage}))
    limits = compose.scene_limits(scene, tiled)
    return limits, compose.first_view(scene, WORK.info, limits)


def test_without_a_word_a_full_sphere_opens_straight_ahead_and_turns_all_round() -> None:
    assert opened() == (Limits(), View())


@pytest.mark.parametrize(
    ("yaw", "opens"),
    [(180, -180), (-170, -170), (170, 170), (0, -165), (-20, -165), (20, 165), (149, 165), (-149, -165)],
)
def test_limits_that_cross_the_back_hold_the_first_view(yaw: float, opens: float) -> None:
    limits, view = opened(
        limits={"yaw_min_deg": 150, "yaw_max_deg": 210}, initial_view={"yaw_deg": yaw, "hfov_deg": 30}
    )
    assert (limits.yaw_min_deg, limits.yaw_max_deg) == (150, 210)
    assert view.yaw_deg == opens or (yaw == 0 and view.yaw_deg == 165)


def test_the_first_view_shows_nothing_that_limits_hide_whichever_way_up() -> None:
    """A tripod below a limit must not be on the poster."""
    limits, view = opened(limits={"pitch_min_deg": -60}, initial_view={"pitch_deg": -45, "hfov_deg": 90})
    assert view.pitch_deg - view.hfov_deg / 2 >= limits.pitch_min_deg
    limits, view = opened(limits={"yaw_min_deg": 0, "yaw_max_deg": 40, "pitch_min_deg": -10, "pitch_max_deg": 30})
    assert view.yaw_deg - view.hfov_deg / 2 >= 0
    assert view.yaw_deg + view.hfov_deg / 2 <= 40
    assert view.hfov_deg <= 40


def test_a_strip_opens_in_its_middle_and_ends_where_its_picture_ends() -> None:
    limits, view = opened(STRIP)
    assert (limits.yaw_min_deg, limits.yaw_max_deg, limits.pitch_min_deg, limits.pitch_max_deg) == (-100, 100, -25, 25)
    assert (view.yaw_deg, view.pitch_deg) == (0, 0)
    assert view.hfov_deg <= limits.hfov_max_deg <= 50


def test_the_document_may_narrow_what_has_picture_but_not_widen_it() -> None:
    limits, _ = opened(STRIP, limits={"yaw_min_deg": -30, "yaw_max_deg": 170, "pitch_min_deg": -90, "pitch_max_deg": 5})
    assert (limits.yaw_min_deg, limits.yaw_max_deg, limits.pitch_min_deg, limits.pitch_max_deg) == (-30, 100, -25, 5)


@pytest.mark.parametrize(
    ("low", "high", "kept"), [(-300, -200, (60, 100)), (270, 360, (-90, 0)), (-180, 180, (-100, 100))]
)
def test_limits_mean_directions_whichever_turn_they_are_written_in(
    low: float, high: float, kept: tuple[float, float]
) -> None:
    limits, _ = opened(STRIP, limits={"yaw_min_deg": low, "yaw_max_deg": high})
    assert (limits.yaw_min_deg, limits.yaw_max_deg) == kept


def test_limits_without_any_picture_are_passed_over() -> None:
    limits, _ = opened(STRIP, limits={"yaw_min_deg": 120, "yaw_max_deg": 170, "pitch_min_deg": 40, "pitch_max_deg": 60})
    assert (limits.yaw_min_deg, limits.yaw_max_deg, limits.pitch_min_deg, limits.pitch_max_deg) == (-100, 100, -25, 25)


@given(
    low=st.integers(-360, 359),
    turn=st.integers(1, 360),
    yaw=st.integers(-180, 180),
    pitch=st.integers(-90, 90),
    hfov=st.integers(5, 150),
    coverage=st.sampled_from([EVERYWHERE, STRIP]),
)
def test_a_scene_always_opens_within_its_limits(
    low: int, turn: int, yaw: int, pitch: int, hfov: int, coverage: Coverage
) -> None:
    said = {"yaw_min_deg": low, "yaw_max_deg": min(low + turn, 360)}
    limits, view = opened(coverage, limits=said, initial_view={"yaw_deg": yaw, "pitch_deg": pitch, "hfov_deg": hfov})
    inside = [view.yaw_deg + turn for turn in (-360, 0, 360)]
    assert any(limits.yaw_min_deg - 1e-9 <= y <= limits.yaw_max_deg + 1e-9 for y in inside)
    assert limits.pitch_min_deg <= view.pitch_deg <= limits.pitch_max_deg
    assert limits.hfov_min_deg <= view.hfov_deg <= limits.hfov_max_deg
