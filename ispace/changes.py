"""What is different from one release or one draft to the next: as tokens to store, as sentences to read.

A release stores tokens (``scene-changed san-chua title,hotspots``), which are never rewritten: they outlive words and
languages. ``told`` makes a sentence of one, of every kind that was ever stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ispace import language
from ispace.model.text import pick

_MOST = 4
"""How many changes a line of the terminal holds."""

_SEPARATORS = re.compile(r"[\s,]")

_FOLLOWS: Mapping[str, frozenset[str]] = {
    "preview": frozenset({"tiles"}),
    "poster": frozenset({"tiles", "initial_view"}),
    "thumbnail": frozenset({"tiles", "initial_view"}),
    "share": frozenset({"tiles", "initial_view"}),
}
"""Fields of a scene that change because of others: beside their cause they are no news."""

Titles = Mapping[str, Mapping[str, str]]
"""Titles of scenes, in their languages, by id."""


def changes(before: bytes | None, after: Mapping[str, Any], assets_changed: bool) -> list[str]:
    """Return what is different from the release before, as words with ids: ``scene-added san-chua``."""
    if before is None:
        return ["first"]
    try:
        old = json.loads(before)
        scenes = {s["id"]: s for s in old["scenes"]}
        now = {s["id"]: s for s in after["scenes"]}
    except (ValueError, KeyError, TypeError):
        return ["format"]
    found = [f"scene-added {i}" for i in now if i not in scenes]
    found += [f"scene-removed {i}" for i in scenes if i not in now]
    for scene_id in now.keys() & scenes.keys():
        parts = [p for p in now[scene_id] if now[scene_id].get(p) != scenes[scene_id].get(p)]
        found += [f"scene-changed {scene_id} {','.join(sorted(parts))}"] if parts else []
    if [i for i in scenes if i in now] != [i for i in now if i in scenes]:
        found.append("tour-changed scenes")
    found += [f"tour-changed {p}" for p in sorted(after) if p not in {"scenes", "release"} and after[p] != old.get(p)]
    return sorted(found) + (["viewer"] if assets_changed else [])


def edited(made: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what changes of a draft (``ispace.operations``) touched, as the same words: by scene, then of the tour."""
    fields: dict[str, set[str]] = {}
    found: set[str] = set()
    for op in (op for change in made for op in change["ops"]):
        match op["at"]:
            case ["scenes"] if op["op"] == "put":
                found.add(f"scene-added {_word(op['item']['id'])}")
            case ["scenes", scene] if op["op"] == "drop":
                found.add(f"scene-removed {_word(scene[1:])}")
            case ["scenes", scene, field, *_]:
                fields.setdefault(_word(scene[1:]), set()).add(_word(field))
            case [field, *_]:
                found.add(f"tour-changed {_word(field)}")
    for scene, names in fields.items():
        # That it came or went is the news, not what was done with it before or after.
        if found.isdisjoint((f"scene-added {scene}", f"scene-removed {scene}")):
            found.add(f"scene-changed {scene} {','.join(sorted(names))}")
    return sorted(found)


def scenes_in(tokens: Iterable[str]) -> set[str]:
    """Return the ids of the scenes that tokens speak of."""
    parted = [token.split(" ") for token in tokens]
    return {parts[1] for parts in parted if parts[0].startswith("scene-") and len(parts) > 1}


def told(change: str, lang: str, titles: Titles | None = None) -> str:
    """Return the sentence for one token; a token of a kind that is not known is returned as it is.

    A scene is named by its title where ``titles`` has one, else by its id.
    """
    match change.split(" "):
        case ["first" | "made" | "format" | "viewer" | "pages" as kind]:
            return language.say("changes", kind, lang)
        case ["scene-added" | "scene-removed" as kind, scene] if scene:
            return language.say("changes", kind, lang, scene=_scene(scene, lang, titles))
        case ["scene-changed" as kind, scene, fields] if scene and fields:
            names = _fields(fields.split(","), lang)
            return language.say("changes", kind, lang, scene=_scene(scene, lang, titles), fields=names)
        case ["tour-changed" as kind, field] if field:
            return language.say("changes", kind, lang, field=_field(field, lang))
    return change


def all_told(tokens: list[str], lang: str, titles: Titles | None = None) -> list[str]:
    """Return the sentences for all that a release changed.

    What is in the pages only (the agency, the names of places) leaves no token; something is said then all the same.
    """
    return [told(token, lang, titles) for token in tokens or ["pages"]]


def line(tokens: list[str], lang: str, titles: Titles | None = None) -> str:
    """Return the sentences in one line, which ends with how many more there are where they are many."""
    sentences = all_told(tokens, lang, titles)
    more = len(sentences) - _MOST
    if more > 1:  # "and 1 more change" would take as much room as that change
        sentences[_MOST:] = [language.say("changes", "more", lang, count=more)]
    return "; ".join(sentences)


def _word(name: str) -> str:
    """Return a name as a token may hold it; a draft's may be anything."""
    return _SEPARATORS.sub("_", name)[:80] or "_"


def _scene(scene_id: str, lang: str, titles: Titles | None) -> str:
    return pick((titles or {}).get(scene_id), lang) or scene_id


def _fields(fields: list[str], lang: str) -> str:
    news = [f for f in fields if not _FOLLOWS.get(f, frozenset()) & set(fields)]
    return ", ".join(dict.fromkeys(_field(f, lang) for f in news))


def _field(field: str, lang: str) -> str:
    code = f"field-{field}"
    return language.say("changes", code, lang) if code in language.texts(language.DEFAULT)["changes"] else field
