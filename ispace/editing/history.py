"""The saves of a tour as people read them: what somebody did in one go is one entry, told in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from ispace import changes, revisions
from ispace.model.text import pick
from ispace.revisions import Document, Saved

_ONE_GO = dt.timedelta(minutes=5)
"""A longer pause ends an entry, and so does what was not done in the editor."""

_SCANNED = 400
_ENTRIES = 30


@dataclasses.dataclass
class Entry:
    """What somebody did in one go: from which save to which."""

    first: int
    last: int
    since: dt.datetime
    until: dt.datetime
    person_id: str | None
    name: str | None
    note: str
    changes: list[revisions.Change]
    """The newest first."""

    @property
    def labels(self) -> list[str]:
        """What was done, by the words that the editor has for it, in the order in which it was begun."""
        return list(dict.fromkeys(str(change["label"]) for change in reversed(self.changes)))

    def told(self, lang: str, document: Document) -> str:
        """Return it in words; scenes are called as in ``document``, those that are gone as when they came or went."""
        if not self.changes:
            return changes.told("made", lang)
        titles = _titles(document.get("scenes"))
        for op in (op for change in self.changes for op in change["ops"]):
            if op["at"][0] == "scenes" and (scene := _scene(op)) is not None:
                titles = _titles([scene]) | titles
        return changes.line(changes.edited(self.changes), lang, titles)


def entries(session: Session, tour_id: str, before: int | None = None) -> tuple[list[Entry], int | None]:
    """Return the newest entries before a save, and before which save to ask for more; ``None`` where that is all."""
    found: list[Entry] = []
    saves = revisions.before(session, tour_id, before, _SCANNED)
    for saved in saves:
        if found and _goes_on(found[-1], saved):
            _extend(found[-1], saved)
        elif len(found) == _ENTRIES:
            break
        else:
            found.append(
                Entry(
                    first=saved.revision,
                    last=saved.revision,
                    since=saved.at,
                    until=saved.at,
                    person_id=saved.person_id,
                    name=saved.name,
                    note=saved.note,
                    changes=list(reversed(saved.changes)),
                )
            )
    return found, found[-1].first if found and found[-1].first > 1 else None


def _goes_on(entry: Entry, saved: Saved) -> bool:
    return (
        entry.person_id == saved.person_id
        and entry.since - saved.at <= _ONE_GO
        and entry.person_id is not None
        and not (entry.note or saved.note)
        and saved.revision > 1
    )


def _extend(entry: Entry, saved: Saved) -> None:
    entry.first, entry.since = saved.revision, saved.at
    entry.changes += reversed(saved.changes)


def _scene(op: dict[str, Any]) -> object:
    if op["op"] == "put" and len(op["at"]) == 1:
        return op["item"]
    return op["was"] if op["op"] == "drop" and len(op["at"]) == 2 else None


def _titles(scenes: object) -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    for scene in scenes if isinstance(scenes, list) else []:
        title = scene.get("title") if isinstance(scene, dict) else None
        if isinstance(title, dict):
            texts = {lang: text for lang, text in title.items() if isinstance(text, str)}
            known[str(scene.get("id"))] = texts if pick(texts, "vi") else {}
    return known
