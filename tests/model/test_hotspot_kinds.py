"""What a hotspot may be, beyond what its types say."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from ispace.model.hotspots import LayerHotspot, SoundHotspot
from ispace.model.skin import Skin

WALL = [(-20, 15), (20, 15), (20, -15), (-20, -15)]


def layer(corners: list[tuple[float, float]]) -> LayerHotspot:
    points = [{"yaw_deg": yaw, "pitch_deg": pitch} for yaw, pitch in corners]
    return LayerHotspot.model_validate({"id": "l", "kind": "layer", "medium": "m", "corners": points})


@given(turn=st.floats(-140, 140), lift=st.floats(-60, 60))
def test_a_layer_may_hang_in_any_direction(turn: float, lift: float) -> None:
    assert layer([(yaw + turn, pitch + lift) for yaw, pitch in WALL])


def test_a_layer_may_cross_the_seam_and_lie_on_the_ground() -> None:
    assert layer([(170, 10), (-170, 10), (-170, -10), (170, -10)])
    assert layer([(-135, -60), (135, -60), (45, -60), (-45, -60)][::-1])


@pytest.mark.parametrize(
    "corners",
    [
        WALL[::-1],
        [WALL[0], WALL[2], WALL[1], WALL[3]],
        [WALL[0], WALL[1], (0, 10), WALL[3]],
        [WALL[0], WALL[0], WALL[2], WALL[3]],
        [(-20, 0), (0, 0), (20, 0), (0, -10)],
        [(-100, 10), (100, 10), (100, -10), (-100, -10)],
    ],
    ids=["anticlockwise", "crossed", "dented", "two in one", "three in a line", "wider than can be seen at once"],
)
def test_corners_of_which_no_flat_picture_can_be_made_are_refused(corners: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        layer(corners)
    assert caught.value.errors()[0]["type"] == "corners_order"


@pytest.mark.parametrize(("model", "field"), [(Skin, "auto_turn"), (SoundHotspot, "repeat")])
def test_yes_and_no_are_true_and_false_and_no_words(model: type[Any], field: str) -> None:
    given = {"id": "a", "kind": "sound", "yaw_deg": 0, "pitch_deg": 0, "medium": "m"} if model is SoundHotspot else {}
    assert model.model_validate(given | {field: False})
    for word in ("yes", "false", 1):
        with pytest.raises(ValidationError):
            model.model_validate(given | {field: word})
