"""People, for administrators: who there is, invitations, roles, links for a new password."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from ispace import documents
from ispace.accounts import people, rights, tickets
from ispace.database.people import ROLES, Membership, Person, SignedIn
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.errors import (
    EmailInvalidError,
    EmailTakenError,
    IspaceError,
    LastAdminError,
    RoleUnknownError,
)
from ispace.web.studio import handover, pagination as pages
from ispace.web.studio.reach import need_grant
from ispace.web.studio.visit import Visit

PAGE = 50
_FIELD_OF: dict[type[IspaceError], str] = {
    EmailInvalidError: "account",
    EmailTakenError: "account",
    RoleUnknownError: "role",
}


def listed(visit: Visit, *, status: int = 200, **form: Any) -> Response:
    """List people and open invitations."""
    me = visit.need_admin()
    words, page = visit.query.get("q", ""), pages.number(visit.query.get("page", ""))
    with visit.studio.database.read() as session:
        found = people.everybody(session, words)
        seen = _seen(session)
        waiting = [(t, people.find(session, t.created_by)) for t in tickets.open_invitations(session)]
    return visit.page(
        "people",
        status=status,
        people=[_shown(p, me, seen.get(p.id)) for p in found[(page - 1) * PAGE : page * PAGE]],
        invitations=[
            {
                "id": tickets.short_name(ticket),
                "name": ticket.email,
                "role": ticket.role,
                "by": by.name if by else "",
                "ends_at": ticket.expires_at,
            }
            for ticket, by in waiting
        ],
        link=_link(visit, "invitation"),
        roles=list(reversed(ROLES)),
        query=words,
        pages=pages.links(visit, page, len(found), PAGE),
        values=form.get("values", {"role": "editor"}),
        errors=form.get("errors", {}),
    )


def invite(visit: Visit) -> Response:
    """Make an invitation, and show its link once."""
    visit.need_admin()
    try:
        with visit.studio.database.write() as session:
            token = tickets.invite(session, visit.actor, email=visit.form["account"], role=visit.form["role"], tours={})
    except tuple(_FIELD_OF) as error:
        told = {_FIELD_OF[type(error)]: visit.sentence(error)}
        return listed(visit, status=422, values=visit.form.kept("account", "role"), errors=told)
    _hand_over(visit, "invitation", token, visit.form["account"])
    return visit.to("/people#lien_ket_moi")


def uninvite(visit: Visit) -> Response:
    """Take an invitation back."""
    visit.need_admin()
    with visit.studio.database.read() as session:
        found = tickets.open_invitations(session)
    name = next((t.email for t in found if tickets.short_name(t) == visit.parts["id"]), "")
    title = visit.say("invitation-end-title", name=name)
    asked = visit.confirmed(title, visit.say("invitation-end-text"), visit.say("invitation-end"), "/people")
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        tickets.withdraw(session, visit.actor, visit.parts["id"])
    if (told := handover.waiting(visit, "invitation")) is not None and told["name"] == name:
        handover.end(visit, "invitation")
    return visit.to("/people", said="uninvited")


def one(visit: Visit, *, status: int = 200, problem: Any = None) -> Response:
    """Show one person."""
    me = visit.need_admin()
    with visit.studio.database.read() as session:
        person = people.by_id(session, visit.parts["id"])
        seen = _seen(session, person.id).get(person.id)
        tours = session.execute(
            select(TourRow.id, TourRow.title, Membership.role)
            .join(Membership, Membership.tour_id == TourRow.id)
            .where(Membership.person_id == person.id, TourRow.deleted_at.is_(None))
            .order_by(TourRow.sort_key)
        ).all()
    shown = _shown(person, me, seen) | {
        "locked": visit.studio.guard.is_closed(person.email_folded),
        "joined_at": person.created_at,
    }
    return visit.page(
        "person",
        status=status,
        person=shown,
        roles=list(reversed(ROLES)),
        link=_link(visit, "reset", of=person.id),
        tours=[{"href": f"/tours/{t.id}", "title": t.title, "role": t.role} for t in tours],
        audit=f"/audit?object={person.id}",
        problem=problem,
    )


def set_role(visit: Visit) -> Response:
    """Give somebody another role."""
    return _changed(visit, "role-changed", as_role=visit.form["role"])


def disable(visit: Visit) -> Response:
    """Keep somebody out from now on."""
    return _asked(visit, "disable") or _changed(visit, "disabled", disabled=True)


def enable(visit: Visit) -> Response:
    """Let somebody in again."""
    return _changed(visit, "enabled", disabled=False)


def _changed(visit: Visit, said: str, **change: Any) -> Response:
    visit.need_admin()
    try:
        with visit.studio.database.write() as session:
            people.change(session, visit.actor, people.by_id(session, visit.parts["id"]), **change)
    except LastAdminError as error:
        return one(visit, status=409, problem=visit.problem(error.code, error.params))
    return visit.to(f"/people/{visit.parts['id']}", said=said)


def reset(visit: Visit) -> Response:
    """Make a link for a new password, and show it once."""
    visit.need_admin()
    asked = _asked(visit, "reset-link", warn="reset-link-warn")
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        person = people.by_id(session, visit.parts["id"])
        token = tickets.reset(session, visit.actor, person)
    _hand_over(visit, "reset", token, person.id)
    return visit.to(f"/people/{person.id}#lien_ket_moi")


def end_two_step(visit: Visit) -> Response:
    """Turn off the second step of somebody who lost the telephone."""
    visit.need_admin()
    asked = _asked(visit, "two-step-end", warn="two-step-end-warn")
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        people.forget_second_step(session, visit.actor, people.by_id(session, visit.parts["id"]))
    return visit.to(f"/people/{visit.parts['id']}", said="two-step-ended")


def unlock(visit: Visit) -> Response:
    """Open an account that was closed because it was tried from everywhere."""
    visit.need_admin()
    with visit.studio.database.read() as session:
        person = people.by_id(session, visit.parts["id"])
    visit.studio.guard.open(person.email_folded)
    return visit.to(f"/people/{person.id}", said="unlocked")


def of_tour(visit: Visit, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    """Show who works on a tour."""
    row = visit.tour("see")
    me, may_change = visit.signed_in, visit.may(row.id, "edit")
    with visit.studio.database.read() as session:
        known = documents.members(session, row.id)
        own = rights.on_tour(me.role, documents.role_on(session, me.id, row.id))
        there = {person.id for person, _ in known}
        others = [p for p in people.everybody(session) if p.id not in there and p.disabled_at is None]
    return visit.page(
        "tour_people",
        status=status,
        tour={"href": f"/tours/{row.id}", "title": row.title},
        may_change=may_change,
        members=[
            {
                "id": person.id,
                "name": person.name,
                "account": person.email,
                "role": member.role,
                "added_at": member.created_at,
                "is_this": person.id == me.id,
                "may_change": rights.may_grant(own, member.role),
            }
            for person, member in known
        ],
        options=[{"value": p.id, "name": p.name} for p in others if p.role != "admin"] if may_change else [],
        roles=[role for role in reversed(documents.MEMBER_ROLES) if rights.may_grant(own, role)],
        values=visit.form.kept("person", "role") if errors else {"role": "editor"},
        errors=errors or {},
    )


def set_member(visit: Visit) -> Response:
    """Make somebody a member of a tour, or change what they may do there."""
    row = visit.tour("edit")
    try:
        with visit.studio.database.write() as session:
            person = visit.parts.get("person") or visit.form["person"]
            need_grant(session, visit.signed_in, row.id, person, visit.form["role"])
            documents.set_member(session, visit.actor, documents.get(session, row.id), person, visit.form["role"])
    except RoleUnknownError as error:
        return of_tour(visit, status=422, errors={"role": visit.sentence(error)})
    return visit.to(f"/tours/{row.id}/people", said="member-set")


def remove_member(visit: Visit) -> Response:
    """Take a membership away."""
    row = visit.tour("edit")
    with visit.studio.database.read() as session:
        name = people.by_id(session, visit.parts["person"]).name
    asked = visit.confirmed(
        visit.say("member-remove-title", name=name),
        visit.say("member-remove-text", tour=row.title),
        visit.say("member-remove"),
        f"/tours/{row.id}/people",
    )
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        need_grant(session, visit.signed_in, row.id, visit.parts["person"], None)
        documents.set_member(session, visit.actor, documents.get(session, row.id), visit.parts["person"], None)
    return visit.to(f"/tours/{row.id}/people", said="member-removed")


def _asked(visit: Visit, code: str, warn: str = "") -> Response | None:
    visit.need_admin()
    with visit.studio.database.read() as session:
        name = people.by_id(session, visit.parts["id"]).name
    return visit.confirmed(
        visit.say(f"{code}-title", name=name),
        visit.say(warn or f"{code}-warn"),
        visit.say(code if code != "reset-link" else "reset-link-do"),
        f"/people/{visit.parts['id']}",
    )


def _hand_over(visit: Visit, kind: Literal["invitation", "reset"], token: str, whose: str) -> None:
    ends_at = now() + tickets.LASTS[kind]
    told = {"href": visit.link(f"/{kind}/{token}"), "name": whose, "ends_at": ends_at.isoformat()}
    handover.give(visit, kind, told)


def _link(visit: Visit, kind: Literal["invitation", "reset"], of: str = "") -> dict[str, Any] | None:
    """Return a link that was just made and is still to be handed over, ``of`` one person."""
    told = handover.waiting(visit, kind)
    if told is None or (of and told["name"] != of):
        return None
    return told | {"ends_at": dt.datetime.fromisoformat(told["ends_at"])}


def _seen(session: Session, person_id: str = "") -> dict[str, Any]:
    asked = select(SignedIn.person_id, func.max(SignedIn.seen_at)).where(SignedIn.is_whole).group_by(SignedIn.person_id)
    if person_id:
        asked = asked.where(SignedIn.person_id == person_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def _shown(person: Person, me: Person, seen_at: Any) -> dict[str, Any]:
    return {
        "href": f"/people/{person.id}",
        "name": person.name,
        "account": person.email,
        "role": person.role,
        "on": person.disabled_at is None,
        "two_step": person.totp_secret is not None,
        "seen_at": seen_at,
        "is_this": person.id == me.id,
    }
