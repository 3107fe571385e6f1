"""Drafts of titles for scenes that nobody has named yet: what the places that are known say of where they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ispace import language
from ispace.model.place import DatedName, Place
from ispace.model.text import fold
from ispace.model.view import Position

_AT_M = 150.0
"""So far from the point of a site one is still there."""
_REACH_M = {"site": 2_000.0, "commune": 5_000.0}
"""How far a place of each level gives a name; a district or a province says nothing of one picture."""


@dataclass(frozen=True)
class TitleDraft:
    """What a scene could be called; ``was`` is the title that the draft is meant for: none, or a mere number."""

    scene: str
    was: dict[str, str]
    title: dict[str, str]
    place: str
    distance_m: float


def drafts(
    document: Mapping[str, Any], photos: Mapping[str, Position], places: Iterable[Place], day: dt.date
) -> Iterator[TitleDraft]:
    """Yield a draft for each scene without a title of its own that is near a place.

    ``photos`` are positions by file, for scenes of which the document says none. No two drafts are the same, and none
    is the title of another scene.
    """
    known = [(place, place.current(day), place.position) for place in places if place.position is not None]
    scenes = [one for one in _list(document.get("scenes")) if isinstance(one.get("id"), str)]
    taken = {text for one in scenes for text in _texts(one.get("title")).values()}
    languages = [one for one in _spoken(document) if one in language.available()]
    for scene in scenes:
        was = _texts(scene.get("title"))
        here = _position(scene.get("position")) or photos.get(_file(scene))
        if here is None or not _is_nobodys(was):
            continue
        near = [(here.metres_to(at), name, place.id) for place, name, at in known]
        near = [one for one in near if one[0] <= _REACH_M.get(one[1].level, 0.0)]
        # A site says more of a picture than the commune around it, however near the middle of that is.
        distance_m, name, place_id = min(near, key=lambda one: (one[1].level != "site", one[0]), default=(0, None, ""))
        if name is None:
            continue
        title = _free(_said(name, distance_m, languages), taken)
        taken |= set(title.values())
        if title:
            yield TitleDraft(scene["id"], was, title, place_id, distance_m)


def _said(name: DatedName, distance_m: float, languages: Iterable[str]) -> dict[str, str]:
    """Return the title by language; a language in which the place has no name is left to a translator."""
    wanted = [lang for lang in languages if name.name.get(lang)]
    if name.level == "site" and distance_m <= _AT_M:
        return {lang: name.name[lang] for lang in wanted}
    return {lang: language.say("studio", "title-near", lang, place=name.name[lang]) for lang in wanted}


def _free(title: dict[str, str], taken: set[str]) -> dict[str, str]:
    """Return a title that no scene has: with a number where it is not the first."""
    number = 1
    found = title
    while taken & set(found.values()):
        number += 1
        found = {lang: f"{text} {number}" for lang, text in title.items()}
    return found


def _is_nobodys(title: Mapping[str, str]) -> bool:
    """Say whether a title is none: empty, or the number under which a picture became a scene."""
    numbered = {lang: language.say("studio", "scene-number", lang, number="") for lang in language.available()}
    return all(
        any(fold(text).removeprefix(fold(start)).strip().isdecimal() for start in numbered.values())
        for text in title.values()
    )


def _position(value: object) -> Position | None:
    try:
        return Position.model_validate(value) if value else None
    except ValidationError:  # a draft may hold anything anywhere
        return None


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    texts = value if isinstance(value, dict) else {}
    return {str(lang): text for lang, text in texts.items() if isinstance(text, str) and text.strip()}


def _spoken(document: Mapping[str, Any]) -> list[str]:
    listed = document.get("languages")
    return [str(one) for one in listed] if isinstance(listed, list) and listed else [language.DEFAULT]


def _file(scene: Mapping[str, Any]) -> str:
    panorama = scene.get("panorama")
    return str(panorama.get("file")) if isinstance(panorama, dict) else ""
