"""Changes as operations: what differs, what is applied, what is taken back; the page does the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from ispace.operations import ABSENT, Clash, Lists, TooMuch, apply, diff, inverse, same

GOLDEN = json.loads((Path(__file__).parent / "golden/changes.json").read_text("utf-8"))


def is_same(a: Any, b: Any) -> bool:
    """Say whether values are equal, the order of items too, and true is not one."""
    return same(a, b) and json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


@pytest.mark.parametrize("case", GOLDEN["diffs"], ids=lambda case: case["name"])
def test_what_differs_is_told_as_the_page_tells_it(case: dict[str, Any]) -> None:
    assert diff(case["before"], case["after"]) == case["ops"]
    assert is_same(apply(case["before"], case["ops"]), case["after"])
    assert is_same(apply(case["after"], inverse(case["ops"])), case["before"])


@pytest.mark.parametrize("case", GOLDEN["merges"], ids=lambda case: case["name"])
def test_what_is_applied_is_what_the_page_applies(case: dict[str, Any]) -> None:
    held = copy.deepcopy(case["before"])
    if "after" in case:
        assert is_same(apply(case["before"], case["ops"]), case["after"])
    else:
        with pytest.raises(Clash) as clash:
            apply(case["before"], case["ops"])
        assert (clash.value.index, clash.value.now) == (case["clash"]["op"], case["clash"].get("now", ABSENT))
    assert case["before"] == held, "a document is never changed in place"


scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "Chùa"]))
names = st.sampled_from(["a", "b", "vi", "#a", "id"])
items = st.lists(st.sampled_from("abcdef"), unique=True).flatmap(
    lambda ids: st.tuples(*[st.fixed_dictionaries({"id": st.just(i), "x": scalars}) for i in ids]).map(list)
)
values = st.recursive(
    scalars | items,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=4)


@settings(max_examples=150)
@given(documents, documents)
def test_any_change_is_told_in_operations_that_make_it_and_take_it_back(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    ops = diff(before, after)
    assert is_same(apply(before, ops), after)
    assert is_same(apply(after, inverse(ops)), before)
    assert diff(after, copy.deepcopy(after)) == []


@settings(max_examples=150)
@given(documents, documents, documents)
def test_what_two_change_at_once_is_all_there_or_told_whoever_comes_first(
    before: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    for first, second in ((one, other), (other, one)):
        done, late = diff(before, first), diff(before, second)
        try:
            merged = apply(apply(before, done), late)
        except Clash:
            continue  # told
        for op in [*done, *late]:
            # Of two orders of a list the later one counts, and into something empty the later one may put more.
            assert op["op"] == "move" or op.get("to") in ([], {}) or apply(merged, [op]) == merged


def test_lists_are_gone_through_so_often_and_no_more() -> None:
    document = {"x": [{"id": str(n)} for n in range(100)]}
    last_first = {"op": "move", "at": ["x"], "id": "99", "next": "0", "was": None}
    first_last = {"op": "move", "at": ["x"], "id": "99", "next": None, "was": "0"}
    lists = Lists(1_000)
    for _ in range(2):
        assert apply(document, [last_first, first_last], lists) == document
    with pytest.raises(TooMuch):
        apply(document, [last_first, first_last] * 10, lists)
    assert apply(document, [last_first, first_last] * 10) == document


def test_what_is_known_of_lists_is_true_after_a_clash() -> None:
    document = {"x": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}
    lists = Lists()
    drop = {"op": "drop", "at": ["x", "#a"], "was": {"id": "a"}, "next": "b"}
    with pytest.raises(Clash):
        apply(document, [drop, {"op": "set", "at": ["x", "#b", "y"], "was": 1, "to": 2}], lists)
    renamed = [{"op": "set", "at": ["x", "#b", "id"], "was": "b", "to": "d"}, drop]
    moved = {"op": "move", "at": ["x"], "id": "d", "next": None, "was": None}
    assert apply(document, [*renamed, moved], lists) == {"x": [{"id": "c"}, {"id": "d"}]}
