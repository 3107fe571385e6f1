"""The saves of a tour: each with what it changed, the whole document now and then, any state made again from both.

Whoever edits saves every second. A whole document each time would fill the database with megabytes a minute; the
changes of a second are a few hundred bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ispace import operations
from ispace.database.people import Person
from ispace.database.tours import TourRevision, TourRow
from ispace.errors import TourNotHereError
from ispace.operations import Op

_WHOLE_EVERY = 50
"""A state is made again from the whole document before it, by this many saves at most."""

Document = dict[str, Any]
Change = dict[str, Any]
"""``id``, ``label``, ``ops``: operations that are applied together or not at all."""


@dataclasses.dataclass(frozen=True)
class Saved:
    """One save; ``person_id`` and ``name`` are ``None`` where a machine saved."""

    revision: int
    at: dt.datetime
    person_id: str | None
    name: str | None
    note: str
    changes: list[Change]


def change(label: str, ops: Sequence[Op]) -> Change:
    """Return a change of our own."""
    return {"id": str(uuid.uuid4()), "label": label, "ops": list(ops)}


def keep(session: Session, row: TourRow, person_id: str | None, note: str, changes: list[Change] | None) -> None:
    """Write down the save that made a tour what it is now; ``changes`` is ``None`` for the first one."""
    is_whole = changes is None or row.revision - _last_whole(session, row.id, row.revision) >= _WHOLE_EVERY
    session.add(
        TourRevision(
            tour_id=row.id,
            revision=row.revision,
            packed=_packed(row.document) if is_whole else None,
            changes=changes,
            saved_at=row.changed_at,
            saved_by=person_id,
            note=note[:500],
        )
    )


def document(session: Session, tour_id: str, number: int) -> Document:
    """Return a tour's document as it was saved once; raises ``TourNotHereError``."""
    whole = _last_whole(session, tour_id, number)
    asked = (
        select(TourRevision)
        .where(TourRevision.tour_id == tour_id, TourRevision.revision.between(whole, number))
        .order_by(TourRevision.revision)
        .options(undefer(TourRevision.packed), undefer(TourRevision.changes))
    )
    rows = session.scalars(asked).all()
    if not rows or rows[-1].revision != number or rows[0].packed is None:
        raise TourNotHereError(tour=f"{tour_id[:80]}/{number}")
    found: Document = json.loads(zlib.decompress(rows[0].packed))
    for row in rows[1:]:
        for one in row.changes or []:
            found = operations.apply(found, one["ops"])
    return found


def since(session: Session, tour_id: str, number: int) -> list[Saved]:
    """Return what was saved after a revision, in its order."""
    asked = _asked(tour_id).where(TourRevision.revision > number).order_by(TourRevision.revision)
    return [_saved(session, row, name) for row, name in session.execute(asked)]


def before(session: Session, tour_id: str, number: int | None, limit: int) -> list[Saved]:
    """Return what was saved before a revision, or last, the newest first."""
    asked = _asked(tour_id)
    if number is not None:
        asked = asked.where(TourRevision.revision < number)
    asked = asked.order_by(TourRevision.revision.desc()).limit(limit)
    return [_saved(session, row, name) for row, name in session.execute(asked)]


def _asked(tour_id: str) -> Any:
    return (
        select(TourRevision, Person.name)
        .outerjoin(Person, Person.id == TourRevision.saved_by)
        .where(TourRevision.tour_id == tour_id)
        .options(undefer(TourRevision.changes))
    )


def _saved(session: Session, row: TourRevision, name: str | None) -> Saved:
    changes = row.changes
    if changes is None and row.revision > 1:
        # Saved before there were changes: the documents beside it are whole.
        former, latter = (document(session, row.tour_id, number) for number in (row.revision - 1, row.revision))
        changes = [change("save", operations.diff(former, latter))]
    return Saved(row.revision, row.saved_at, row.saved_by, name, row.note, changes or [])


def _last_whole(session: Session, tour_id: str, number: int) -> int:
    """Return the last save up to a number that has the document whole; 0 where there is none."""
    asked = (
        select(TourRevision.revision)
        .where(TourRevision.tour_id == tour_id, TourRevision.revision <= number, TourRevision.packed.is_not(None))
        .order_by(TourRevision.revision.desc())
        .limit(1)
    )
    return session.scalar(asked) or 0


def _packed(document: Document) -> bytes:
    return zlib.compress(to_json(document), 1)
