"""Tours over the API: listed, made, saved, their history, who belongs to them."""

from __future__ import annotations

from typing import Any

from ispace import documents, revisions
from ispace.accounts import people, rights
from ispace.database.tours import TourRow
from ispace.documents import Wanted
from ispace.errors import (
    PersonUnknownError,
    RightMissingError,
    RoleUnknownError,
    TourChangedError,
    TourDocumentError,
    TourIdTakenError,
    TourNotHereError,
    TourTitleError,
)
from ispace.pictures import panoramas
from ispace.web.studio.api import models
from ispace.web.studio.api.operation import Call, Operation
from ispace.web.studio.reach import need_grant

_PAGE = 50


def list_tours(call: Call) -> models.TourList:
    """List the tours that the caller may see."""
    wanted = Wanted(call.who, call.query.q, call.query.state or "")
    with call.studio.database.read() as session:
        found = documents.found(session, wanted, page=call.query.page)
        counts = documents.counts(session, wanted)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    tours = [models.TourSummary.model_validate(row, from_attributes=True) for row in found]
    return models.TourList(tours=tours, total=total, page=call.query.page)


def make_tour(call: Call) -> models.Tour:
    """Make a tour."""
    if not rights.may_create(call.who.role):
        raise RightMissingError
    with call.studio.database.write() as session:
        person = people.by_id(session, call.who.id)
        row = documents.create(session, call.actor, person, call.body.title, call.body.language, call.body.id or "")
    return _tour(row)


def get_tour(call: Call) -> models.Tour:
    """Return a tour with its document."""
    return _tour(call.tour("see", whole=True))


def save_tour(call: Call) -> models.Tour:
    """Save a tour's document."""
    call.tour("edit")
    with call.studio.database.write() as session:
        row = documents.get(session, call.parts["tour"])
        panoramas.ensure(session, call.studio.jobs, call.who.id, row.id, call.body.document)
        documents.save(session, call.actor, row, call.body.document, call.body.revision, call.body.note)
    return _tour(row)


def put_tour_away(call: Call) -> None:
    """Take a tour out of the lists; nothing is lost."""
    call.tour("edit")
    with call.studio.database.write() as session:
        documents.put_away(session, call.actor, documents.get(session, call.parts["tour"]))


def bring_tour_back(call: Call) -> models.Tour:
    """Bring back a tour that was put away."""
    call.need_admin()
    with call.studio.database.write() as session:
        return _tour(documents.bring_back(session, call.actor, call.parts["tour"]))


def list_revisions(call: Call) -> models.RevisionList:
    """List what was saved of a tour."""
    row = call.tour("see")
    with call.studio.database.read() as session:
        found = revisions.before(session, row.id, call.query.before, _PAGE)
    return models.RevisionList(revisions=[models.Revision(**_revision(saved)) for saved in found])


def get_revision(call: Call) -> models.RevisionDocument:
    """Return a tour as it was saved once."""
    row = call.tour("see")
    with call.studio.database.read() as session:
        document = revisions.document(session, row.id, call.revision)
        (saved,) = revisions.before(session, row.id, call.revision + 1, 1)
    return models.RevisionDocument(document=document, **_revision(saved))


def list_members(call: Call) -> models.MemberList:
    """List who belongs to a tour."""
    row = call.tour("see")
    with call.studio.database.read() as session:
        known = documents.members(session, row.id)
    return models.MemberList(
        members=[
            models.Member(person=person.id, name=person.name, role=member.role, added_at=member.created_at)  # type: ignore[arg-type]
            for person, member in known
        ]
    )


def set_member(call: Call) -> None:
    """Make somebody a member of a tour, or change what they may do there."""
    _change_member(call, call.body.role)


def remove_member(call: Call) -> None:
    """Take somebody's membership of a tour away."""
    _change_member(call, None)


def _change_member(call: Call, role: str | None) -> None:
    row = call.tour("edit")
    with call.studio.database.write() as session:
        need_grant(session, call.who, row.id, call.parts["person"], role)
        documents.set_member(session, call.actor, documents.get(session, row.id), call.parts["person"], role)


def _revision(saved: revisions.Saved) -> dict[str, Any]:
    return {"revision": saved.revision, "saved_at": saved.at, "saved_by": saved.person_id, "note": saved.note}


def _tour(row: TourRow) -> models.Tour:
    return models.Tour.model_validate(row, from_attributes=True)


OPERATIONS = (
    Operation("GET", "/tours", list_tours, "Lists tours", "tours-read", models.TourList, models.TourQuery),
    Operation(
        "POST", "/tours", make_tour, "Makes a tour", "tours-write", models.Tour, body=models.NewTour, status=201,
        errors=(RightMissingError, TourTitleError, TourIdTakenError),
    ),
    Operation(
        "GET", "/tours/{tour}", get_tour, "Returns a tour", "tours-read", models.Tour, errors=(TourNotHereError,)
    ),
    Operation(
        "PUT", "/tours/{tour}", save_tour, "Saves a tour's document", "tours-write", models.Tour, body=models.SaveTour,
        errors=(TourNotHereError, RightMissingError, TourChangedError, TourDocumentError),
    ),
    Operation(
        "DELETE", "/tours/{tour}", put_tour_away, "Puts a tour away", "tours-write", status=204,
        errors=(TourNotHereError, RightMissingError),
    ),
    Operation(
        "POST", "/tours/{tour}/bring-back", bring_tour_back, "Brings a tour back", "tours-write", models.Tour,
        errors=(TourNotHereError, RightMissingError),
    ),
    Operation(
        "GET", "/tours/{tour}/revisions", list_revisions, "Lists what was saved", "tours-read", models.RevisionList,
        models.RevisionQuery, errors=(TourNotHereError,),
    ),
    Operation(
        "GET", "/tours/{tour}/revisions/{revision}", get_revision, "Returns an earlier state", "tours-read",
        models.RevisionDocument, errors=(TourNotHereError,),
    ),
    Operation(
        "GET", "/tours/{tour}/members", list_members, "Lists who belongs to a tour", "tours-read", models.MemberList,
        errors=(TourNotHereError,),
    ),
    Operation(
        "PUT", "/tours/{tour}/members/{person}", set_member, "Makes somebody a member", "tours-write",
        body=models.SetMember, status=204,
        errors=(TourNotHereError, RightMissingError, PersonUnknownError, RoleUnknownError),
    ),
    Operation(
        "DELETE", "/tours/{tour}/members/{person}", remove_member, "Takes a membership away", "tours-write", status=204,
        errors=(TourNotHereError, RightMissingError, PersonUnknownError),
    ),
)  # fmt: skip
"""What can be asked of tours."""
