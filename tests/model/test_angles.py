"""Directions, views and limits: degrees with one meaning, and ranges that may cross the back."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ispace.model.scene import Coverage
from ispace.model.view import Direction, LevelAngles, Limits, Position, View


def refused(model: type[BaseModel], **fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(fields)
    return caught.value.errors()[0]["type"]


def test_straight_behind_has_one_name() -> None:
    assert Direction(yaw_deg=180, pitch_deg=0) == Direction(yaw_deg=-180, pitch_deg=0)


@pytest.mark.parametrize(("low", "high"), [(150, 210), (-210, -150), (-180, 180), (0, 360), (-360, 0), (179, 181)])
def test_limits_may_cross_the_back(low: float, high: float) -> None:
    limits = Limits(yaw_min_deg=low, yaw_max_deg=high)
    assert (limits.yaw_min_deg, limits.yaw_max_deg) == (low, high)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"yaw_min_deg": -200, "yaw_max_deg": 161}, "limits_turn"),
        ({"yaw_min_deg": 210, "yaw_max_deg": 150}, "limits_order"),
        ({"yaw_min_deg": 10, "yaw_max_deg": 10}, "limits_order"),
        ({"pitch_min_deg": 20, "pitch_max_deg": -20}, "limits_order"),
        ({"hfov_min_deg": 90, "hfov_max_deg": 60}, "limits_order"),
        ({"yaw_max_deg": 361}, "less_than_equal"),
        ({"hfov_min_deg": 4}, "greater_than_equal"),
    ],
)
def test_limits_are_in_order_and_at_most_one_turn(fields: dict[str, float], kind: str) -> None:
    assert refused(Limits, **fields) == kind


@pytest.mark.parametrize("field", ["yaw_deg", "pitch_deg", "hfov_deg"])
@pytest.mark.parametrize("value", ["1", True, None, float("nan"), float("inf"), 1000])
def test_an_angle_is_a_finite_number_in_its_range(field: str, value: object) -> None:
    assert refused(View, **{field: value})


def test_a_view_looks_straight_ahead_unless_said_otherwise() -> None:
    assert View() == View(yaw_deg=0, pitch_deg=0, hfov_deg=90)


@pytest.mark.parametrize(
    "fields", [{"haov_deg": 0, "vaov_deg": 60}, {"haov_deg": 361, "vaov_deg": 60}, {"haov_deg": 90}]
)
def test_a_coverage_is_some_part_of_the_sphere(fields: dict[str, float]) -> None:
    assert refused(Coverage, **fields)


def test_the_camera_may_stand_upside_down_but_not_look_beyond_straight_up() -> None:
    assert LevelAngles(roll_deg=180).roll_deg == 180
    assert refused(LevelAngles, pitch_deg=91)


def test_a_position_is_on_the_earth() -> None:
    assert Position(lat=10.68, lon=105.08, altitude_m=230).altitude_m == 230
    assert refused(Position, lat=91, lon=0)
    assert refused(Position, lat=10, lon="105")
    assert refused(Position, lat=10, lon=105, altitude_m=20_000)
