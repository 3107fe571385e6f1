"""A row of the audit log in words: what it is about, which fields changed, from what to what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from ispace import changes, language, templating
from ispace.accounts import people
from ispace.database.journal import JournalRow
from ispace.database.library import Entry, MediumRow, PlaceRow, ProductRow
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.model.text import fold
from ispace.templating import OFFICE_HOURS
from ispace.web.studio.visit import Visit

_VIA = {"studio": "page", "link": "page", "token": "api", "worker": "job", "cli": "system"}
_LIBRARIES: dict[str, type[Entry]] = {"places": PlaceRow, "products": ProductRow, "media": MediumRow}
_MOST_WORDS = 10


def about(session: Session, words: str) -> tuple[ColumnElement[bool], ...]:
    """Return conditions of which a row fulfils one where its subject's name or number holds all ``words``."""
    plain = words.split()[:_MOST_WORDS]
    if not plain:
        return ()
    folded = fold(words).split()[:_MOST_WORDS]

    def named(kind: type[TourRow] | type[Entry]) -> Select[Any]:
        return select(kind.id).where(*(kind.folded.contains(word, autoescape=True) for word in folded))

    files = select(UploadRow.id).where(*(UploadRow.name.icontains(word, autoescape=True) for word in plain))
    someone = [person.id for person in people.everybody(session, words)]
    return (
        and_(*(JournalRow.subject.icontains(word, autoescape=True) for word in plain)),
        and_(JournalRow.kind == "person", JournalRow.subject.in_(someone)),
        and_(JournalRow.kind == "tour", JournalRow.subject.in_(named(TourRow))),
        and_(JournalRow.kind == "upload", JournalRow.subject.in_(files)),
        *(and_(JournalRow.kind == kind, JournalRow.subject.in_(named(row))) for kind, row in _LIBRARIES.items()),
    )


def tours_in(rows: Iterable[JournalRow]) -> set[str]:
    """Return the ids of the tours that rows are about or speak of."""
    found: set[str] = set()
    for row in rows:
        told = [state for state in (row.before, row.after) if isinstance(state, dict)]
        found |= {row.subject} if row.kind == "tour" else set()
        found |= {str(state["tour"]) for state in told if "tour" in state}
        found |= {field for state in told for field in state} if row.action == "person.invite" else set()
    return found


def action(visit: Visit, code: str) -> str:
    """Return what was done, in words."""
    return language.say("actions", code, visit.lang)


def text(value: Any) -> str:
    """Return a value as programs read it."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def shown(visit: Visit, row: JournalRow, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as the page shows it; ``names`` are those of people and tours by their ids."""
    before, after = row.before or {}, row.after or {}
    fields = list(dict.fromkeys([*before, *after])) if isinstance(before, dict) and isinstance(after, dict) else []
    href, subject = "", row.subject
    if row.kind == "tour":
        href, subject = f"/tours/{row.subject}", names.get(row.subject, row.subject)
    elif row.kind in {"upload", "token"}:
        subject = str(after.get("name") or before.get("name") or row.subject)
    elif row.kind == "person" and row.subject in names:
        href, subject = f"/people/{row.subject}", names[row.subject]
    return {
        "id": row.id,
        "at": row.at,
        "who": row.actor,
        "via": _VIA.get(row.via, "system"),
        "address": row.address,
        "action": action(visit, row.action),
        "object": subject,
        "href": href,
        "rows": [
            {
                "field": _field(visit, field, names),
                "before": _value(visit, field, before[field], names) if field in before else None,
                "after": _value(visit, field, after[field], names) if field in after else None,
            }
            for field in fields
        ],
    }


def _field(visit: Visit, field: str, names: Mapping[str, str]) -> str:
    """Return the name of a field in words; an invitation names the tours that come with it."""
    said = visit.say(f"log-{field}")
    if said != f"log-{field}":
        return said
    return visit.say("log-role-on", tour=names[field]) if field in names else field


def _value(visit: Visit, field: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return visit.say("yes" if value else "no")
    if isinstance(value, int):
        return templating.size(value, visit.lang) if field == "size_bytes" else language.number(value, visit.lang)
    if field == "changed" and isinstance(value, list):
        return changes.line(value, visit.lang)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(_word(visit, "scope", one) if field == "scopes" else one for one in value)
    return _said(visit, field, value, names) if isinstance(value, str) else text(value)


def _said(visit: Visit, field: str, value: str, names: Mapping[str, str]) -> str:
    if field == "language" and value in language.available():
        return templating.language_name(value)
    if field == "expires":
        return dt.datetime.fromisoformat(value).astimezone(OFFICE_HOURS).strftime("%d/%m/%Y %H:%M")
    if field == "kind":
        return _word(visit, "log-kind", value)
    if field == "tour":
        return names.get(value, value)
    # An invitation has the role on each of its tours under the tour's id.
    return _word(visit, "role", value) if field == "role" or field in names else value


def _word(visit: Visit, family: str, value: str) -> str:
    said = visit.say(f"{family}-{value}")
    return said if said != f"{family}-{value}" else value
