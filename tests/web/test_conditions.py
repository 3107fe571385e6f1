"""Ranges and conditions, whatever strangers write into them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from ispace.ports import ObjectInfo
from ispace.web import conditions

MODIFIED = dt.datetime(2026, 11, 27, 8, 15, 0, 123456, dt.UTC)
SAID = "Fri, 27 Nov 2026 08:15:00 GMT"


def _info(size: int = 1000) -> ObjectInfo:
    return ObjectInfo("a/x.mp4", size, '"abc"', MODIFIED)


_HEADERS = ("range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
_WORDS = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.builds(lambda a, b: f"bytes={a}-{b}", *[st.one_of(st.just(""), st.integers(-9, 10**30))] * 2),
    st.builds(
        lambda a, b, c, zone: f"Fri, {a} Nov {b} 08:{c}:00 {zone}",
        *[st.integers(0, 10**12)] * 3,
        st.sampled_from(["GMT", "+0700", "-9999", "+999999999", ""]),
    ),
)


@given(st.dictionaries(st.sampled_from(_HEADERS), _WORDS), st.integers(0, 5000))
def test_nothing_that_is_asked_breaks_or_leads_out_of_the_object(asked: dict[str, str], size: int) -> None:
    assert conditions.verdict(_info(size), asked) in {"send", "not-modified", "failed"}
    part = conditions.part(_info(size), asked)
    if part:
        assert 0 <= part.start < part.stop <= size


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_range_is_what_it_says(first: int, last: int) -> None:
    part = conditions.part(_info(), {"range": f"bytes={first}-{last}"})
    assert part is None if last < first else list(part or ()) == list(range(1000))[first : last + 1]


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ({}, "send"),
        ({"if-none-match": '"abc"'}, "not-modified"),
        ({"if-none-match": 'W/"abc"'}, "not-modified"),
        ({"if-none-match": '"x"', "if-modified-since": SAID}, "send"),
        ({"if-modified-since": SAID}, "not-modified"),
        ({"if-modified-since": "Fri, 27 Nov 2026 08:14:59 GMT"}, "send"),
        ({"if-match": '"abc"', "if-none-match": '"abc"'}, "not-modified"),
        ({"if-match": 'W/"abc"'}, "failed"),
        ({"if-match": '"abc"', "if-unmodified-since": "Fri, 27 Nov 2020 08:15:00 GMT"}, "send"),
        ({"if-unmodified-since": SAID}, "send"),
        ({"if-unmodified-since": "Fri, 27 Nov 2020 08:15:00 GMT"}, "failed"),
    ],
)
def test_conditions_have_the_order_of_the_rfc(asked: dict[str, str], verdict: str) -> None:
    assert conditions.verdict(_info(), asked) == verdict


@pytest.mark.parametrize(
    ("condition", "is_part"), [('"abc"', True), ('W/"abc"', False), ('"x"', False), (SAID, True), ("yesterday", False)]
)
def test_a_part_belongs_to_one_state(condition: str, is_part: bool) -> None:
    part = conditions.part(_info(), {"range": "bytes=0-9", "if-range": condition})
    assert (part == range(10)) == is_part
