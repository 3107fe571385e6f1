"""Links that may be used once and expire: first set-up, invitations, forgotten passwords."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import people, secret, tokens
from ispace.database import turns
from ispace.database.people import Membership, Person, Ticket
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.turns import Turn
from ispace.errors import (
    EmailTakenError,
    LinkExpiredError,
    LinkInvalidError,
    LinkUsedError,
    NameInvalidError,
    RoleUnknownError,
)
from ispace.journal import Actor

LASTS = {
    "set-up": dt.timedelta(hours=24),
    "invitation": dt.timedelta(days=7),
    "reset": dt.timedelta(hours=24),
}


def set_up(session: Session) -> str:
    """Return the secret of a link that makes the first administrator; earlier ones are no longer good."""
    turns.take(session, Turn.ACCOUNTS)
    session.execute(delete(Ticket).where(Ticket.kind == "set-up"))
    return _new(session, "set-up", email="", role="admin", person_id=None, actor=None)


def invite(session: Session, actor: Actor, *, email: str, role: str, tours: Mapping[str, str]) -> str:
    """Return the secret of an invitation; ``tours`` are the memberships that come with it.

    Raises:
        EmailInvalidError, RoleUnknownError: what was given is none.
        EmailTakenError: somebody has that address already.
    """
    address = people.email(email)
    turns.take(session, Turn.ACCOUNTS)
    if people.by_email(session, address) is not None:
        raise EmailTakenError(email=address)
    for as_role in tours.values():
        if as_role not in {"viewer", "editor", "approver"}:
            raise RoleUnknownError(role=as_role[:40])
    session.execute(delete(Ticket).where(Ticket.kind == "invitation", func.lower(Ticket.email) == address.lower()))
    made = _new(session, "invitation", email=address, role=people.role(role), person_id=None, actor=actor, tours=tours)
    journal.record(
        session, actor, "person.invite", "person", address[:120], None, {"email": address, "role": role, **tours}
    )
    return made


def reset(session: Session, actor: Actor, person: Person) -> str:
    """Return the secret of a link with which a person chooses a new password."""
    turns.take(session, Turn.ACCOUNTS)
    session.execute(delete(Ticket).where(Ticket.kind == "reset", Ticket.person_id == person.id))
    made = _new(session, "reset", email=person.email, role=person.role, person_id=person.id, actor=actor)
    journal.record(session, actor, "person.reset", "person", person.id)
    return made


def find(session: Session, kind: str, token: str) -> Ticket:
    """Return a ticket that is still good; raises ``LinkInvalidError`` and its kinds, which only its owner can tell."""
    ticket = session.get(Ticket, secret.digest(token))
    if ticket is None or ticket.kind != kind:
        raise LinkInvalidError
    if ticket.used_at is not None:
        raise LinkUsedError
    if ticket.expires_at <= now():
        raise LinkExpiredError
    if kind == "set-up" and people.has_anybody(session):
        raise LinkUsedError
    return ticket


def accept(
    session: Session, kind: str, token: str, *, email: str, full_name: str, password: str, lang: str, address: str
) -> Person:
    """Make the person of a set-up or an invitation; an invitation is for its own address only.

    ``password`` is already hashed. Raises as ``find`` and ``people.create``.
    """
    turns.take(session, Turn.ACCOUNTS)  # of two who use a link at once, the second finds it used
    ticket = find(session, kind, token)
    return _accepted(
        session, ticket, email=email, full_name=full_name, password=password, lang=lang, actor_address=address
    )


def accept_by_email(session: Session, email: str, *, full_name: str, lang: str, address: str) -> Person | None:
    """Make the person of the open invitation for an address that somebody else has verified; no password.

    ``None`` where none is open. Whoever has no name that can be kept is called after the address.
    """
    folded = email.casefold()
    ticket = next((one for one in open_invitations(session) if one.email.casefold() == folded), None)
    if ticket is None:
        return None
    try:
        called = people.name(full_name)
    except NameInvalidError:
        called = ticket.email.partition("@")[0]
    return _accepted(
        session, ticket, email=ticket.email, full_name=called, password=None, lang=lang, actor_address=address
    )


def _accepted(
    session: Session,
    ticket: Ticket,
    *,
    email: str,
    full_name: str,
    password: str | None,
    lang: str,
    actor_address: str,
) -> Person:
    ticket.used_at = now()
    # Held before the journal's end is: a tour that is being saved waits for that one.
    asked = select(TourRow.id).where(TourRow.id.in_([tour for tour, _ in ticket.tours])).order_by(TourRow.id)
    there = set(session.scalars(asked.with_for_update(read=True, key_share=True)))
    actor = Actor(None, people.name(full_name), "link", actor_address)
    person = people.create(
        session,
        actor,
        email_address=ticket.email or email,
        full_name=full_name,
        password=password,
        as_role=ticket.role,
        lang=lang,
    )
    for tour, role in ticket.tours:
        if tour in there:
            session.add(Membership(tour_id=tour, person_id=person.id, role=role, created_at=now()))
    return person


def use_reset(session: Session, token: str, *, password: str, address: str) -> Person:
    """Change the password of a reset's person (already hashed), end sessions, tokens; raises ``LinkInvalidError``."""
    turns.take(session, Turn.ACCOUNTS)
    ticket = find(session, "reset", token)
    person = people.by_id(session, ticket.person_id or "")
    if person.disabled_at is not None:
        raise LinkInvalidError
    ticket.used_at = now()
    session.flush()
    actor = Actor(person.id, person.name, "link", address)
    people.set_password(session, actor, person, password)
    # Whoever knew the old password may have made tokens with it.
    tokens.revoke_all(session, actor, person.id)
    return person


def open_invitations(session: Session) -> list[Ticket]:
    """Return the invitations that wait, the newest first."""
    asked = select(Ticket).where(Ticket.kind == "invitation", Ticket.used_at.is_(None), Ticket.expires_at > now())
    return list(session.scalars(asked.order_by(Ticket.created_at.desc())))


def withdraw(session: Session, actor: Actor, name: str) -> None:
    """Take an invitation back by its short name; raises ``LinkInvalidError``."""
    turns.take(session, Turn.ACCOUNTS)
    for ticket in open_invitations(session):
        if short_name(ticket) == name:
            session.delete(ticket)
            journal.record(session, actor, "person.uninvite", "person", ticket.email[:120])
            return
    raise LinkInvalidError


def short_name(ticket: Ticket) -> str:
    """Return how a ticket is called in pages; useless for using it."""
    return ticket.digest[:16]


def _new(
    session: Session,
    kind: str,
    *,
    email: str,
    role: str,
    person_id: str | None,
    actor: Actor | None,
    tours: Mapping[str, str] | None = None,
) -> str:
    token, at = secret.new(), now()
    session.add(
        Ticket(
            digest=secret.digest(token),
            kind=kind,
            person_id=person_id,
            email=email,
            role=role,
            tours=[[tour, as_role] for tour, as_role in (tours or {}).items()],
            created_by=actor.person_id if actor else None,
            created_at=at,
            expires_at=at + LASTS[kind],
        )
    )
    return token
