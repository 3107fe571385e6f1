"""One thing that is wrong with a tour: where, what, and how bad."""

from __future__ import annotations

import dataclasses
import json
from typing import Literal

from ispace import language
from ispace.model.text import clean

_LONGEST_SHOWN = 60


@dataclasses.dataclass(frozen=True)
class Problem:
    """A problem at a place of a tour.

    ``field`` is the path in the document (``scenes[2].hotspots[0].target``); ``scene`` and ``part`` are the ids of
    the scene and of the hotspot, place, product or medium in it, where they have one.
    """

    code: str
    field: str = ""
    scene: str | None = None
    part: str | None = None
    severity: Literal["error", "warning"] = "error"
    params: dict[str, object] = dataclasses.field(default_factory=dict)
    section: Literal["problems", "errors"] = "problems"

    def sentence(self, lang: str) -> str:
        """Return place and problem as one line in ``lang``."""
        place = []
        if self.scene:
            place.append(language.say("places", "scene", lang, id=short(self.scene)))
        if self.part:
            place.append(language.say("places", "part", lang, id=short(self.part)))
        if self.field:
            place.append(language.say("places", "field", lang, field=self.field))
        text = language.say(self.section, self.code, lang, **self.params)
        return (" · ".join(place) + ": " if place else "") + f"{text} ({self.code})"

    def text(self, lang: str) -> str:
        """Return what is wrong in ``lang``, without its place, as a sentence."""
        if told := _untranslated(self, lang):
            return told
        told = language.say(self.section, self.code, lang, **self.params)
        names_first = language.say(self.section, self.code, lang).startswith("{")
        return told if names_first else told[:1].upper() + told[1:]

    def mend(self, lang: str) -> str:
        """Return what to do in ``lang``; errors' sentences say so themselves."""
        return language.say("mends", self.code, lang) if self.section == "problems" else ""

    def to_json(self, languages: tuple[str, ...] = ("vi", "en")) -> dict[str, object]:
        """Return everything, with the sentence in each language."""
        return {**dataclasses.asdict(self), "sentence": {lang: self.sentence(lang) for lang in languages}}


def _untranslated(problem: Problem, lang: str) -> str:
    """Say which text lacks which language, in words that editors know; "" for what has no such words."""
    words = language.texts(lang)
    what = words.get("sheet", {}).get(f"field-{problem.field.rpartition('.')[2]}")
    missing = problem.params.get("language")
    if problem.code != "THIEU-DICH" or not what or not isinstance(missing, str):
        return ""
    names = [
        words.get("library", {}).get(f"in-{one}") or language.texts(one).get("language", {}).get("name") or one
        for one in missing.split(", ")
    ]
    told = language.say("places", "untranslated", lang, what=what, language=", ".join(names))
    return told[:1].upper() + told[1:]


def short(value: object) -> str:
    """Return a value of a document as a sentence may show it: as JSON writes it, short, without control marks."""
    match value:
        case str():
            text = str(clean(value)).replace("\n", " ")
        case dict() | list():
            text = "{…}" if isinstance(value, dict) else "[…]"
        case None | bool():
            text = json.dumps(value)
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
