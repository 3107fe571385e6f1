"""Who has a tour open: every page says so every few seconds, and one that stays silent is gone."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ispace.database.people import Person
from ispace.database.schema import now
from ispace.database.tours import PresenceRow

GONE_AFTER = dt.timedelta(seconds=30)
_PAGES = 20
"""So many pages of one person are shown; whoever opens more loses the oldest."""


@dataclasses.dataclass(frozen=True)
class Present:
    """A page on which somebody has a tour open; ``id`` is the person's."""

    page: str
    id: str
    name: str
    scene: str | None
    tab: str


def tell(session: Session, tour_id: str, person_id: str, page: str, scene: str | None, tab: str) -> None:
    """Say that a page is open, and where on it somebody is."""
    at = now()
    row = session.get(PresenceRow, (tour_id, person_id, page))
    if row is not None:
        row.scene, row.tab, row.seen_at = scene, tab, at
        return
    # A page that opens sweeps up after those that never said that they close.
    session.execute(delete(PresenceRow).where(PresenceRow.seen_at < at - GONE_AFTER))
    own = select(PresenceRow).where(PresenceRow.tour_id == tour_id, PresenceRow.person_id == person_id)
    for old in session.scalars(own.order_by(PresenceRow.seen_at.desc()).offset(_PAGES - 1)):
        session.delete(old)
    session.add(PresenceRow(tour_id=tour_id, person_id=person_id, page=page, scene=scene, tab=tab, seen_at=at))


def leave(session: Session, tour_id: str, person_id: str, page: str) -> None:
    """Say that a page is closed."""
    row = session.get(PresenceRow, (tour_id, person_id, page))
    if row is not None:
        session.delete(row)


def people(session: Session, tour_id: str) -> list[Present]:
    """Return who has a tour open, by name."""
    asked = (
        select(PresenceRow, Person.name)
        .join(Person, Person.id == PresenceRow.person_id)
        .where(PresenceRow.tour_id == tour_id, PresenceRow.seen_at > now() - GONE_AFTER)
        .order_by(Person.name, PresenceRow.page)
    )
    return [Present(row.page, row.person_id, name, row.scene, row.tab) for row, name in session.execute(asked)]
