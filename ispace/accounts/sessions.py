"""Sessions: who is signed in with which browser, listed and ended; the browser has the token, we its digest."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import secret
from ispace.database.people import Person, SignedIn
from ispace.database.schema import now
from ispace.errors import SessionUnknownError
from ispace.journal import Actor

_SEEN_EVERY = dt.timedelta(minutes=1)
"""How exact "last seen" is: every request would be a write otherwise."""

_HALF_WAY = dt.timedelta(minutes=10)
"""How long somebody may take between the password and the second step."""

KNOWN_FOR = dt.timedelta(days=90)
"""How long an ended session tells that its address is known."""


@dataclasses.dataclass(frozen=True)
class Lifetimes:
    """How long a session lasts: without use, and at most."""

    idle: dt.timedelta
    at_most: dt.timedelta


def begin(
    session: Session, person: Person, *, address: str, agent: str, is_whole: bool, lasts: Lifetimes, actor: Actor
) -> str:
    """Sign a person in; return the token for the browser."""
    token, at = secret.new(), now()
    row = SignedIn(
        digest=secret.digest(token),
        person_id=person.id,
        created_at=at,
        seen_at=at,
        expires_at=at + (lasts.at_most if is_whole else _HALF_WAY),
        address=address[:64],
        agent=agent[:255],
        is_whole=is_whole,
    )
    session.add(row)
    if is_whole:
        journal.record(session, actor, "session.begin", "person", person.id, None, {"agent": row.agent})
    return token


def find(session: Session, token: str, lasts: Lifetimes) -> tuple[SignedIn, Person] | None:
    """Return the session of a token and its person, where both are still good."""
    asked = select(SignedIn, Person).join(Person, Person.id == SignedIn.person_id)
    found = session.execute(asked.where(SignedIn.digest == secret.digest(token))).one_or_none()
    if found is None:
        return None
    row, person = found
    at = now()
    if row.ended_at is not None or at >= row.expires_at or at - row.seen_at >= lasts.idle:
        return None
    return (row, person) if person.disabled_at is None else None


def is_stale(row: SignedIn) -> bool:
    """Say whether it is time to write down that a session was used."""
    return now() - row.seen_at >= _SEEN_EVERY


def touch(session: Session, digest: str, address: str) -> None:
    """Write down that a session is used, and from where."""
    row = session.get(SignedIn, digest)
    if row is not None and row.ended_at is None:
        row.seen_at, row.address = now(), address[:64]


def of_person(session: Session, person_id: str, lasts: Lifetimes) -> list[SignedIn]:
    """Return the sessions of a person that are alive, the last used first."""
    at = now()
    alive = select(SignedIn).where(
        SignedIn.person_id == person_id,
        SignedIn.ended_at.is_(None),
        SignedIn.is_whole,
        SignedIn.expires_at > at,
        SignedIn.seen_at > at - lasts.idle,
    )
    return list(session.scalars(alive.order_by(SignedIn.seen_at.desc())))


def end(session: Session, actor: Actor, person_id: str, name: str) -> None:
    """End one session of a person by its short name; raises ``SessionUnknownError``."""
    for row in session.scalars(
        select(SignedIn).where(SignedIn.person_id == person_id, SignedIn.ended_at.is_(None))
    ).all():
        if short_name(row) == name:
            row.ended_at = now()
            journal.record(session, actor, "session.end", "person", person_id, {"agent": row.agent}, None)
            return
    raise SessionUnknownError


def short_name(row: SignedIn) -> str:
    """Return how a session is called in pages: enough of the digest to tell it apart, useless for signing in."""
    return row.digest[:16]


def is_known_address(session: Session, person_id: str, address: str) -> bool:
    """Say whether this person has signed in from this address before."""
    asked = select(SignedIn.digest).where(
        SignedIn.person_id == person_id, SignedIn.address == address[:64], SignedIn.is_whole
    )
    return session.scalars(asked.limit(1)).first() is not None


def sweep(session: Session) -> None:
    """Delete sessions that ended so long ago that nobody asks for them."""
    session.execute(delete(SignedIn).where(SignedIn.expires_at < now() - KNOWN_FOR))


def forget(session: Session, digest: str) -> None:
    """End a session by its digest, without a word: its own browser signs out, or goes on with another."""
    row = session.get(SignedIn, digest)
    if row is not None and row.ended_at is None:
        row.ended_at = now()
