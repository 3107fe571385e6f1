"""What is changed in a document, as operations that can be sent, merged and taken back.

``static/studio/editor/changes.js`` does the same on the page; ``tests/golden/changes.json`` holds both to it. An
operation is a JSON object:

    {"op": "set", "at": [...], "was": value, "to": value, "new": 2}   was, to: absent where nothing stands
    {"op": "put", "at": [list], "item": {"id": ...}, "next": id}      before next; at the end where it is null or gone
    {"op": "drop", "at": [list, "#id"], "was": item, "next": id}      next: what stood behind it
    {"op": "move", "at": [list], "id": id, "next": id, "was": id}     was: what stood behind it before

A step of ``at`` is the key of an object, or ``#id`` for an item of a list whose items are objects with an id: such
lists are merged item by item. Every other list, and an object that holds numbers only (a view, a position), is one
value. ``new``: the steps from ``at[new]`` on were not there when the operation was made; it makes them, and its inverse
clears them away.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Any, TypeGuard

Op = dict[str, Any]
Path = list[str]


class _Absent:
    """What stands where nothing does: JSON has null, which is something."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Clash(Exception):  # noqa: N818 - no failure: it is what merging is about
    """An operation met something else than what it was made for: ``now``, ``ABSENT`` where nothing stands there."""

    def __init__(self, index: int, op: Op, now: Any) -> None:
        """Tell which operation of how many, and what it met."""
        super().__init__(f"{op['op']} {'/'.join(op['at'])}")
        self.index, self.op, self.now = index, op, now


class TooMuch(Exception):  # noqa: N818 - nothing failed: it is not begun
    """Operations go through more items of lists than they may."""


class Lists:
    """The ids of lists that operations go through: to gather them anew for each takes most of the time.

    Lists are never changed in place, so what is known of one stays true; of one that was made of another, what was
    known of the other is taken over.
    """

    def __init__(self, most_items: int | None = None) -> None:
        """``most_items``: how many items may be gone through in all."""
        self._known: dict[int, tuple[list[Any], list[str] | None]] = {}
        self._left = most_items

    def ids(self, items: list[Any]) -> list[str] | None:
        """Return the ids in their order; ``None`` where the list is one value."""
        known = self._known.get(id(items))
        if known is None:
            self._spend(len(items))
            known = items, [item["id"] for item in items] if _is_items(items) else None
            self._known[id(items)] = known
        return known[1]

    def find(self, items: list[Any], name: str | None) -> int | None:
        """Return where the item of an id stands."""
        ids = self.ids(items)
        self._spend(len(items))
        if ids is None:
            return next((n for n, one in enumerate(items) if isinstance(one, dict) and one.get("id") == name), None)
        try:
            return ids.index(name)  # type: ignore[arg-type]
        except ValueError:
            return None

    def inserted(self, items: list[Any], item: dict[str, Any], following: str | None) -> list[Any]:
        """Return the list with an item before another; at the end where that is ``None`` or gone."""
        found = self.find(items, following) if following is not None else None
        at = len(items) if found is None else found
        made, ids = items.copy(), self._taken_over(items)
        made.insert(at, item)
        if ids is not None:
            ids.insert(at, item["id"])
            self._known[id(made)] = made, ids
        return made

    def without(self, items: list[Any], at: int) -> list[Any]:
        """Return the list without one of its items."""
        made, ids = items.copy(), self._taken_over(items)
        del made[at]
        if ids is not None:
            del ids[at]
            self._known[id(made)] = made, ids
        return made

    def replaced(self, items: list[Any], at: int, item: Any) -> list[Any]:
        """Return the list with another item in place of one."""
        made, ids = items.copy(), self._taken_over(items)
        made[at] = item
        if ids is not None and isinstance(item, dict) and item.get("id") == ids[at]:
            self._known[id(made)] = made, ids
        return made

    def child(self, node: Any, step: str) -> Any:
        """Return what stands one step below, ``ABSENT`` where nothing does."""
        if isinstance(node, dict):
            return node.get(step, ABSENT)
        if not isinstance(node, list) or not step.startswith("#"):
            return ABSENT
        at = self.find(node, step[1:])
        return ABSENT if at is None else node[at]

    def _spend(self, count: int) -> None:
        if self._left is not None:
            self._left -= count
            if self._left < 0:
                raise TooMuch

    def _taken_over(self, items: list[Any]) -> list[str] | None:
        known = self._known.pop(id(items), None)
        return known[1] if known is not None else None


def same(a: Any, b: Any) -> bool:
    """Say whether two JSON values are equal: as Python has it, but true is not 1."""
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(key in b and same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a is b or (isinstance(a, bool) == isinstance(b, bool) and bool(a == b))


def diff(before: dict[str, Any], after: dict[str, Any]) -> list[Op]:
    """Return the operations that make ``after`` of ``before``."""
    ops: list[Op] = []
    _compare_objects(before, after, [], ops)
    return ops


def apply(document: dict[str, Any], ops: Sequence[Op], lists: Lists | None = None) -> dict[str, Any]:
    """Return the document with the operations applied; what they do not touch is shared with the one before.

    An operation that is done already is no fault. ``lists`` goes on from what was seen while others were applied.

    Raises:
        Clash: one does not fit; then nothing is applied.
        TooMuch: ``lists`` has a limit, and they go beyond it.
    """
    now: Any = document
    seen = lists or Lists()
    for index, op in enumerate(ops):
        now = _applied(now, op, index, seen)
    return dict(now)


def inverse(ops: Sequence[Op]) -> list[Op]:
    """Return the operations that take others back."""
    return [_inverse(op) for op in reversed(ops)]


def _is_items(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Say whether a list is merged item by item; an empty one may be."""
    if not isinstance(value, list):
        return False
    ids = {one["id"] for one in value if isinstance(one, dict) and isinstance(one.get("id"), str)}
    return len(ids) == len(value)


def _is_whole(value: dict[str, Any]) -> bool:
    return bool(value) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value.values())


def _compare_objects(before: dict[str, Any], after: dict[str, Any], at: Path, ops: list[Op]) -> None:
    if before is after:
        return
    for key, value in before.items():
        if key not in after:
            ops.append({"op": "set", "at": [*at, key], "was": value})
        else:
            _compare(value, after[key], [*at, key], ops)
    for key, value in after.items():
        if key not in before:
            _fill(value, [*at, key], len(at), ops)


def _compare(before: Any, after: Any, at: Path, ops: list[Op]) -> None:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and not (_is_whole(before) and _is_whole(after)):
        _compare_objects(before, after, at, ops)
    elif _is_items(before) and _is_items(after):
        _compare_items(before, after, at, ops)
    elif not same(before, after):
        ops.append({"op": "set", "at": at, "was": before, "to": after})


def _fill(value: Any, at: Path, new: int, ops: list[Op]) -> None:
    """Tell what is new from step ``new`` on in its smallest parts, so that others may fill in the other ones."""
    if isinstance(value, dict) and value and not _is_whole(value):
        for key, one in value.items():
            _fill(one, [*at, key], new, ops)
    elif _is_items(value) and value:
        ops += [{"op": "put", "at": at, "item": item, "next": None, "new": new} for item in value]
    else:
        made = {"new": new} if len(at) - 1 > new else {}
        ops.append({"op": "set", "at": at, "to": value} | made)


def _compare_items(before: list[dict[str, Any]], after: list[dict[str, Any]], at: Path, ops: list[Op]) -> None:
    wanted = {item["id"]: item for item in after}
    order: list[str] = []
    for item, behind in zip(before, [*before[1:], None], strict=False):
        if item["id"] not in wanted:
            follower = behind["id"] if behind is not None else None
            ops.append({"op": "drop", "at": [*at, f"#{item['id']}"], "was": item, "next": follower})
        else:
            order.append(item["id"])
            _compare_objects(item, wanted[item["id"]], [*at, f"#{item['id']}"], ops)
    places = {name: place for place, name in enumerate(order)}
    stay = _rising([item["id"] for item in after if item["id"] in places], places)
    # From the end, so that what is to stand behind an item stands there already.
    following: str | None = None
    for item in reversed(after):
        name = item["id"]
        if name in places and name not in stay:
            place = order.index(name)
            was = order[place + 1] if place + 1 < len(order) else None
            ops.append({"op": "move", "at": at, "id": name, "next": following, "was": was})
            order.remove(name)
        elif name not in places:
            ops.append({"op": "put", "at": at, "item": item, "next": following})
        if name not in stay:
            order.insert(len(order) if following is None else order.index(following), name)
        following = name


def _rising(names: list[str], places: dict[str, int]) -> set[str]:
    """Return the most items that can stay where they are while the others move: a longest rising row of places."""
    ends: list[int] = []
    ending: list[str] = []
    before: dict[str, str | None] = {}
    for name in names:
        length = bisect.bisect_left(ends, places[name])
        before[name] = ending[length - 1] if length else None
        ends[length:] = [places[name], *ends[length + 1 :]]
        ending[length:] = [name, *ending[length + 1 :]]
    stay: set[str] = set()
    last = ending[-1] if ending else None
    while last is not None:
        stay.add(last)
        last = before[last]
    return stay


def _applied(document: Any, op: Op, index: int, lists: Lists) -> Any:
    path = op["at"][:-1] if op["op"] in {"set", "drop"} else op["at"]
    nodes = [document]
    for step in path:
        nodes.append(lists.child(nodes[-1], step))
    place = nodes[-1]
    if place is not ABSENT:
        made = _changed(place, op, index, lists)
    elif op["op"] == "put" or (op["op"] == "set" and "to" in op):
        missing = nodes.index(ABSENT)
        above = nodes[missing - 1]
        # A list that is not there is an empty one.
        new = op.get("new", len(path) - 1 if op["op"] == "put" else len(path))
        if missing - 1 < new or not isinstance(above, dict):
            raise Clash(index, op, ABSENT if isinstance(above, dict | list) else above)
        made = _changed([] if op["op"] == "put" else {}, op, index, lists)
    else:
        return document
    if made is place:
        return document
    removes = op["op"] == "drop" or (op["op"] == "set" and "to" not in op)
    for depth in reversed(range(len(path))):
        # What was made for this value alone goes with it.
        goes = removes and "new" in op and depth >= op["new"] and isinstance(made, dict | list) and not made
        above = nodes[depth] if nodes[depth] is not ABSENT else {}
        made = _with(above, path[depth], ABSENT if goes else made, lists)
    return made


def _changed(place: Any, op: Op, index: int, lists: Lists) -> Any:
    """Return the object or the list that an operation speaks of, after it."""
    if op["op"] == "set":
        key, was, to = op["at"][-1], op.get("was", ABSENT), op.get("to", ABSENT)
        if not isinstance(place, dict):
            raise Clash(index, op, place)
        now = place.get(key, ABSENT)
        if same(now, to):
            return place
        if not same(now, was):
            raise Clash(index, op, now)
        return _with(place, key, to, lists)
    if not isinstance(place, list) or lists.ids(place) is None:
        raise Clash(index, op, place)
    if op["op"] == "put":
        at = lists.find(place, op["item"]["id"])
        if at is not None and not same(place[at], op["item"]):
            raise Clash(index, op, place[at])
        return lists.inserted(place, op["item"], op["next"]) if at is None else place
    step = f"#{op['id']}" if op["op"] == "move" else op["at"][-1]
    at = lists.find(place, step[1:]) if step.startswith("#") else None
    if at is None:  # what is to go or to move and is gone: nothing is left to do
        return place
    now = place[at]
    if op["op"] == "move":
        return place if op["next"] == op["id"] else lists.inserted(lists.without(place, at), now, op["next"])
    if not same(now, op["was"]):
        raise Clash(index, op, now)
    return lists.without(place, at)


def _with(node: Any, step: str, value: Any, lists: Lists) -> Any:
    """Return an object or a list with another value one step below; ``ABSENT`` takes it away."""
    if isinstance(node, list):
        at = lists.find(node, step[1:])
        assert at is not None
        return lists.without(node, at) if value is ABSENT else lists.replaced(node, at, value)
    if value is not ABSENT:
        return {**node, step: value}
    return {key: one for key, one in node.items() if key != step}


def _inverse(op: Op) -> Op:
    made = {"new": op["new"]} if "new" in op else {}
    if op["op"] == "set":
        swapped = {name: op[other] for name, other in (("was", "to"), ("to", "was")) if other in op}
        return {"op": "set", "at": op["at"], **swapped, **made}
    if op["op"] == "put":
        at = [*op["at"], f"#{op['item']['id']}"]
        return {"op": "drop", "at": at, "was": op["item"], "next": op["next"], **made}
    if op["op"] == "drop":
        return {"op": "put", "at": op["at"][:-1], "item": op["was"], "next": op["next"], **made}
    return {"op": "move", "at": op["at"], "id": op["id"], "next": op["was"], "was": op["next"]}
