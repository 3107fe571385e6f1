"""The texts of a draft as rows; a draft may hold anything anywhere, and what is no text is no row."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ispace.model.text import clean, pick

Step = str | int
_TITLE, _TEXT = 300, 20_000
"""How many letters a line and a text may have, as ``ispace.model.text`` says."""
_LONG = {"description", "text", "summary", "transcript"}
_OF_AGENCY = ("managing_body", "governing_body", "responsible_person", "address", "permit", "source")
_OF_TOUR = ("title", "description", *(f"agency.{name}" for name in _OF_AGENCY), "licence.name")
_OF_SCENE = ("title", "description", "panorama.alt")
_OF_SPOT = ("title", "text")
_PARTS = {
    # By list of the document: what its items are called in the table, and which of their fields are texts.
    "floors": ("floor", ("title",)),
    "places": ("place", ()),
    "products": ("product", ("name", "summary", "issuer", "maker.name", "maker.address")),
    "media": ("medium", ("alt", "transcript")),
}
_INNER = {"places": {"names": "name"}, "products": {"links": "title"}}
"""Which of their fields are lists again, and what is a text in those."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A text: in which scene and part it stands, which field it is, and what it says by language."""

    scene: str
    part: str
    field: str
    way: tuple[Step, ...] = dataclasses.field(compare=False)
    """How to get to it in the document; a step is a key or a place in a list."""
    texts: Mapping[str, str] = dataclasses.field(compare=False)

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it from the others of a tour."""
        return self.scene, self.part, self.field

    @property
    def most(self) -> int:
        """How many letters it may have."""
        return _TEXT if self.is_long else _TITLE

    @property
    def is_long(self) -> bool:
        """Whether it may have several lines."""
        return self.field.rpartition(".")[2] in _LONG


def rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """Yield every text of a draft that is there, or that a title should be: scenes and links as visitors meet them."""
    yield from _fields(document, (), "", "", "tour", _OF_TOUR, {"title", "description"})
    for number, scene in _items(document, "scenes"):
        way: tuple[Step, ...] = ("scenes", number)
        yield from _fields(scene, way, scene["id"], "", "", _OF_SCENE, {"title"})
        for place, spot in _items(scene, "hotspots"):
            needed = {"title"} if spot.get("kind") in ("card", "url", "area", "phone") else set()
            yield from _fields(spot, (*way, "hotspots", place), scene["id"], spot["id"], "", _OF_SPOT, needed)
    for kind, (name, fields) in _PARTS.items():
        for number, part in _items(document, kind):
            yield from _fields(part, (kind, number), "", part["id"], name, fields, set())
            for inner, field in _INNER.get(kind, {}).items():
                for place, one in _entries(part, inner):
                    way = (kind, number, inner, place)
                    yield from _fields(one, way, "", part["id"], f"{name}.{inner}.{place}", (field,), set())


def languages(document: Mapping[str, Any]) -> list[str]:
    """Return the languages of a draft, its own first."""
    told = document.get("languages")
    return [one for one in told if isinstance(one, str) and one] if isinstance(told, list) and told else ["vi"]


def put(document: dict[str, Any], changes: Mapping[tuple[Step, ...], Mapping[str, str]]) -> dict[str, Any]:
    """Return a draft with other texts, by the way to each; what is not changed is shared with the one before."""
    changed = copy.deepcopy(document)
    for way, texts in changes.items():
        at: Any = changed
        for step in way[:-1]:
            if isinstance(step, str) and not isinstance(at.get(step), dict | list):
                at[step] = {}
            at = at[step]
        before = at.get(way[-1])
        at[way[-1]] = {**(before if isinstance(before, dict) else {}), **texts}
    return changed


def cleaned(row: Row, text: str) -> str:
    """Return a text as documents have it: clean, and a title in one line."""
    told = str(clean(text))
    return told if row.is_long else " ".join(told.split())


def title(document: Mapping[str, Any], row: Row) -> str:
    """Return where a row stands, as people know it: the title of the scene, the name of the part, the tour's own."""
    node: Mapping[str, Any] = document
    if row.scene or row.part:
        node = document[str(row.way[0])][row.way[1]]
    if row.way[0] == "places":
        node = next((dated for _, dated in _entries(node, "names")), node)
    told = (pick(_texts(node.get(field)), "vi") for field in ("title", "name", "alt"))
    return next((text for text in told if text), row.scene or row.part)


def _fields(
    node: Mapping[str, Any],
    way: tuple[Step, ...],
    scene: str,
    part: str,
    kind: str,
    fields: tuple[str, ...],
    needed: set[str],
) -> Iterator[Row]:
    for field in fields:
        at: Any = node
        steps = field.split(".")
        for step in steps:
            at = at.get(step) if isinstance(at, Mapping) else None
        texts = _texts(at)
        if texts or field in needed:
            yield Row(scene, part, f"{kind}.{field}" if kind else field, (*way, *steps), texts)


def _items(node: Mapping[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((n, one) for n, one in _entries(node, name) if isinstance(one.get("id"), str))


def _entries(node: Mapping[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    value = node.get(name)
    return ((n, one) for n, one in enumerate(value if isinstance(value, list) else []) if isinstance(one, dict))


def _texts(told: object) -> dict[str, str]:
    return {str(lang): v for lang, v in told.items() if isinstance(v, str)} if isinstance(told, dict) else {}
