"""Older documents become newer ones without losing anything."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ispace.model import document, migrate
from ispace.model.tour import VERSION

GOLDEN = Path(__file__).parents[1] / "golden"


def golden(version: int) -> bytes:
    return (GOLDEN / f"tour-v{version}.json").read_bytes()


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_every_version_that_ever_was_becomes_the_golden_document_of_the_newest(version: int) -> None:
    assert document.dump(document.parse(golden(version))) == golden(VERSION)


def test_there_is_a_step_from_every_version_to_the_next() -> None:
    assert set(migrate.STEPS) == set(range(VERSION))


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_upgrading_does_not_touch_what_it_is_given(version: int) -> None:
    raw = json.loads(golden(version))
    before = copy.deepcopy(raw)
    migrate.upgrade(raw)
    assert raw == before


def test_upgrading_the_newest_version_changes_nothing() -> None:
    raw = json.loads(golden(VERSION))
    assert migrate.upgrade(raw) == raw


def test_a_document_that_says_version_0_is_one_that_says_nothing() -> None:
    raw = json.loads(golden(0))
    assert migrate.upgrade(raw | {"version": 0}) == migrate.upgrade(raw)


def test_neither_of_two_values_for_one_angle_is_lost() -> None:
    raw = {"scenes": [{"north": 1, "north_deg": 2, "initial_view": {"yaw": 3, "yaw_deg": 4}}]}
    scene = migrate.upgrade(raw)["scenes"][0]
    assert scene == {"north": 1, "north_deg": 2, "initial_view": {"yaw": 3, "yaw_deg": 4}}


@pytest.mark.parametrize(("claim", "version"), [({}, 0), ({"version": 1}, 1), ({"version": 7}, 7)])
def test_the_version_is_what_the_document_claims(claim: dict[str, Any], version: int) -> None:
    assert migrate.version_of(claim) == version


@pytest.mark.parametrize("claim", ["1", True, 1.0, None, [1]])
def test_a_claim_that_is_no_whole_number_is_no_version(claim: object) -> None:
    assert migrate.version_of({"version": claim}) is None


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["yaw", "yaw_deg", "title", "north", "panorama", "scenes", "x"]), inner)
    ),
)


@given(st.dictionaries(st.sampled_from(["scenes", "title", "places", "yaw"]), values))
def test_a_step_leaves_what_it_does_not_understand(raw: dict[str, Any]) -> None:
    assert migrate.upgrade(raw)["version"] == VERSION
