"""Tours as documents: made, saved with their whole history, found, put away; who belongs to them.

A draft is kept whatever is still wrong with it; the gate before publishing reads it strictly.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, undefer

from ispace import changes, journal, keys, library_uses, operations, revisions
from ispace.accounts import people
from ispace.database import turns
from ispace.database.people import Membership, Person
from ispace.database.schema import now
from ispace.database.tours import TourRevision, TourRow
from ispace.database.turns import Turn
from ispace.errors import (
    RoleUnknownError,
    TourChangedError,
    TourDocumentError,
    TourIdTakenError,
    TourNotHereError,
    TourTitleError,
)
from ispace.journal import Actor
from ispace.model.document import MAX_BYTES
from ispace.model.place import Place
from ispace.model.text import clean, fold, pick, slug, sort_key

State = Literal["draft", "review", "published", "changed", "down"]
STATES: tuple[State, ...] = ("draft", "review", "published", "changed", "down")
MEMBER_ROLES = ("viewer", "editor", "approver")
MAX_TITLE = 200
PAGE = 24


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which tours are asked for: by whom, with which words, in which state."""

    person: Person
    words: str = ""
    state: str = ""


def create(session: Session, actor: Actor, person: Person, title: str, lang: str = "vi", name: str = "") -> TourRow:
    """Make an empty tour; its maker becomes a member with all that their role allows.

    Raises:
        TourTitleError: the title is empty or too long.
        TourIdTakenError: ``name`` is asked for and another tour has it, or no tour may.
    """
    shown = " ".join(str(clean(title)).split())
    if not shown or len(shown) > MAX_TITLE:
        raise TourTitleError(max=MAX_TITLE)
    turns.take(session, Turn.TOUR_NAMES)
    if name and (not keys.is_slug(name) or session.get(TourRow, name) is not None):
        raise TourIdTakenError(tour=name[:80])
    tour_id = name or _free(session, slug(shown, "tour"))
    document = {
        "version": 1,
        "id": tour_id,
        "title": {lang: shown},
        "description": {},
        "languages": [lang],
        "scenes": [],
    }
    at = now()
    row = TourRow(id=tour_id, revision=1, state="draft", created_at=at, created_by=person.id, changed_at=at)
    _describe(row, document)
    session.add(row)
    session.flush()
    revisions.keep(session, row, actor.person_id, "", None)
    if person.role != "admin":
        session.add(Membership(tour_id=tour_id, person_id=person.id, role=person.role, created_at=at))
    session.flush()
    journal.record(session, actor, "tour.create", "tour", tour_id, None, {"title": shown})
    return row


def get(session: Session, tour_id: str, *, whole: bool = False) -> TourRow:
    """Return a tour that was not put away, ``whole`` with its document; raises ``TourNotHereError``.

    Without it the document is read when somebody asks for it, which can be done in the session only.
    """
    row = session.get(TourRow, tour_id, options=[undefer(TourRow.document)] if whole else None)
    if row is None or row.deleted_at is not None:
        raise TourNotHereError(tour=tour_id[:80])
    return row


def save(session: Session, actor: Actor, row: TourRow, document: dict[str, Any], revision: int, note: str = "") -> None:
    """Save a document over the one that its author saw; the same document again is no change.

    Raises:
        TourChangedError: somebody saved in between.
        TourDocumentError: as ``write``.
    """
    lock(session, row)
    if row.revision != revision:
        raise TourChangedError(tour=row.id, revision=revision, now=row.revision)
    try:
        ops = operations.diff(row.document, document)
    except RecursionError as error:
        raise TourDocumentError(tour=row.id, reason="depth") from error
    if ops:
        write(session, actor, row, document, [revisions.change("save", ops)], note=note)


def lock(session: Session, row: TourRow) -> None:
    """Read a tour anew, and on PostgreSQL lock it: of two who save at once the second sees what the first did."""
    session.refresh(row, with_for_update=True)


def write(
    session: Session,
    actor: Actor,
    row: TourRow,
    document: dict[str, Any],
    made: list[revisions.Change],
    *,
    note: str = "",
    action: str | None = "tour.save",
) -> None:
    """Put a document in place of a locked tour's, by the changes that made it; ``action`` names it in the journal.

    Raises:
        TourDocumentError: it is another tour's, no document of a tour at all, or too large.
    """
    if document.get("id") != row.id or not isinstance(document.get("title"), dict):
        raise TourDocumentError(tour=row.id, reason="id, title")
    size = len(to_json(document))
    if size > MAX_BYTES:
        raise TourDocumentError(tour=row.id, reason=f"{size} > {MAX_BYTES}")
    before = _shown(row)
    _describe(row, document)
    row.revision += 1
    row.changed_at = now()
    if row.state == "published":
        row.state = "changed"
    revisions.keep(session, row, actor.person_id, note, made)
    session.flush()
    library_uses.note(session, row.id, document)
    if action is not None:
        after = _shown(row) | {"changed": changes.edited(made)}
        journal.record(session, actor, action, "tour", row.id, before, after)


def put_away(session: Session, actor: Actor, row: TourRow) -> None:
    """Take a tour out of the lists; its history stays, and ``bring_back`` undoes it."""
    row.deleted_at = now()
    journal.record(session, actor, "tour.put-away", "tour", row.id)


def bring_back(session: Session, actor: Actor, tour_id: str) -> TourRow:
    """Bring back a tour that was put away; raises ``TourNotHereError``."""
    row = session.get(TourRow, tour_id)
    if row is None:
        raise TourNotHereError(tour=tour_id[:80])
    if row.deleted_at is not None:
        row.deleted_at = None
        journal.record(session, actor, "tour.bring-back", "tour", row.id)
    return row


def found(session: Session, wanted: Wanted, *, page: int = 1) -> list[TourRow]:
    """Return one page of the tours that a person may see, the last changed first."""
    asked = _asked(wanted).order_by(TourRow.changed_at.desc(), TourRow.id)
    return list(session.scalars(asked.limit(PAGE).offset((max(page, 1) - 1) * PAGE)))


def authors(session: Session, rows: Sequence[TourRow]) -> dict[str, str]:
    """Return by tour the name of who saved it last, where that is known."""
    asked = (
        select(TourRevision.tour_id, Person.name)
        .join(TourRow, (TourRow.id == TourRevision.tour_id) & (TourRow.revision == TourRevision.revision))
        .join(Person, Person.id == TourRevision.saved_by)
        .where(TourRow.id.in_([row.id for row in rows]))
    )
    return {str(tour_id): str(name) for tour_id, name in session.execute(asked)}


def counts(session: Session, wanted: Wanted) -> dict[str, int]:
    """Return how many of the tours that fit the words are in each state."""
    asked = _asked(dataclasses.replace(wanted, state="")).with_only_columns(TourRow.state, func.count())
    return {str(state): int(count) for state, count in session.execute(asked.group_by(TourRow.state))}


def role_on(session: Session, person_id: str, tour_id: str) -> str | None:
    """Return a person's membership of a tour."""
    row = session.get(Membership, (tour_id, person_id))
    return row.role if row is not None else None


def members(session: Session, tour_id: str) -> list[tuple[Person, Membership]]:
    """Return who belongs to a tour, sorted by name."""
    asked = select(Person, Membership).join(Membership, Membership.person_id == Person.id)
    rows = session.execute(asked.where(Membership.tour_id == tour_id)).all()
    return sorted(((row[0], row[1]) for row in rows), key=lambda pair: (sort_key(pair[0].name), pair[0].id))


def set_member(session: Session, actor: Actor, row: TourRow, person_id: str, role: str | None) -> None:
    """Make somebody a member with a role, change it, or with ``None`` take the membership away.

    Raises:
        PersonUnknownError, RoleUnknownError: there is none of that name.
    """
    if role is not None and role not in MEMBER_ROLES:
        raise RoleUnknownError(role=role[:40])
    person = people.by_id(session, person_id)
    session.refresh(row, with_for_update=True)
    known = session.get(Membership, (row.id, person.id), populate_existing=True)
    before = {"person": person.name, "role": known.role} if known is not None else None
    if role is None:
        if known is None:
            return
        session.delete(known)
    elif known is None:
        session.add(Membership(tour_id=row.id, person_id=person.id, role=role, created_at=now()))
    elif known.role == role:
        return
    else:
        known.role = role
    session.flush()
    after = {"person": person.name, "role": role} if role is not None else None
    journal.record(session, actor, "tour.member", "tour", row.id, before, after)


def _asked(wanted: Wanted) -> Select[TourRow]:
    asked = select(TourRow).where(TourRow.deleted_at.is_(None))
    if wanted.person.role != "admin":
        own = select(Membership.tour_id).where(Membership.person_id == wanted.person.id)
        asked = asked.where(TourRow.id.in_(own))
    for word in fold(wanted.words).split()[:10]:
        asked = asked.where(_holds(word))
    return asked.where(TourRow.state == wanted.state) if wanted.state else asked


def _holds(word: str) -> ColumnElement[bool]:
    return TourRow.folded.contains(word, autoescape=True)


def _describe(row: TourRow, document: dict[str, Any]) -> None:
    """Take out of a document what lists and searches need; a draft may hold anything anywhere."""
    title = _texts(document["title"])
    scenes = document.get("scenes")
    row.document = document
    row.title = pick(title, "vi")[:MAX_TITLE] or row.id
    row.folded = fold(" ".join([row.id, *title.values(), *_names(document)]))[:4000]
    row.sort_key = sort_key(row.title)
    row.scenes = len(scenes) if isinstance(scenes, list) else 0
    row.place = _place(document)


def _place(document: dict[str, Any]) -> dict[str, str] | None:
    """Return what the tour's own place is called today, by language; ``None`` where the draft does not say."""
    for one in _entries(document, "places"):
        if one.get("id") == document.get("place"):
            try:
                return dict(Place.model_validate(one).current(now().date()).name)
            except ValidationError:
                return None
    return None


def _names(document: dict[str, Any]) -> list[str]:
    """Return what else a tour is searched by: titles of scenes, names of places, today's and former ones."""
    told: list[object] = [one.get("title") for one in _entries(document, "scenes")]
    for one in _entries(document, "places"):
        told += [name.get("name") for name in _entries(one, "names")]
    return [text for texts in told for text in _texts(texts).values()]


def _entries(document: dict[str, Any], field: str) -> list[dict[str, Any]]:
    value = document.get(field)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(told: object) -> dict[str, str]:
    return {str(lang): v for lang, v in told.items() if isinstance(v, str)} if isinstance(told, dict) else {}


def _shown(row: TourRow) -> dict[str, Any]:
    return {"title": row.title, "scenes": row.scenes, "revision": row.revision}


def _free(session: Session, wanted: str) -> str:
    taken = set(session.scalars(select(TourRow.id).where(TourRow.id.like(f"{wanted}%"))))
    for number in range(1, len(taken) + 3):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if name not in taken and keys.is_slug(name):
            return name
    raise TourIdTakenError(tour=wanted)
