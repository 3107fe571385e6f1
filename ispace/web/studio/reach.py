"""Which tours somebody may reach, the same for pages, the API and uploads."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ispace import documents
from ispace.accounts import rights
from ispace.database.people import Person
from ispace.database.tours import TourRow
from ispace.errors import EntryInvalidError, RightMissingError, TourNotHereError
from ispace.pictures import shared
from ispace.web.studio.studio import Studio


def reachable(studio: Studio, person: Person, tour_id: str, action: rights.Action, *, whole: bool = False) -> TourRow:
    """Return a tour for somebody who may do that with it, ``whole`` with its document.

    Raises:
        TourNotHereError: there is none, or this person may not even see it: nobody learns which names there are.
        RightMissingError: they see it and may not do that.
    """
    with studio.database.read() as session:
        row = documents.get(session, tour_id, whole=whole)
        membership = documents.role_on(session, person.id, tour_id)
    if not rights.may("see", person.role, membership):
        raise TourNotHereError(tour=tour_id[:80])
    if not rights.may(action, person.role, membership):
        raise RightMissingError
    return row


def need_file(session: Session, person: Person, file: str) -> None:
    """Return where somebody may share a file with every tour: they see one that has it, or nobody has it yet.

    Raises:
        EntryInvalidError: it is of tours that they may not see.
    """
    tours = shared.tours_of(session, file)
    if tours and not any(rights.may("see", person.role, documents.role_on(session, person.id, one)) for one in tours):
        raise EntryInvalidError(entry=file[:80], reason="file")


def need_grant(session: Session, person: Person, tour_id: str, member_id: str, role: str | None) -> None:
    """Return where ``person`` may make a member's role ``role``, ``None`` for none; raises ``RightMissingError``."""
    own = rights.on_tour(person.role, documents.role_on(session, person.id, tour_id))
    if not rights.may_grant(own, documents.role_on(session, member_id, tour_id), role):
        raise RightMissingError
