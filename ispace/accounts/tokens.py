"""API tokens: keys with which a program acts for a person, with chosen scopes, for a limited time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import people, secret
from ispace.database.people import Person, Token
from ispace.database.schema import now
from ispace.errors import ScopeUnknownError, TokenUnknownError
from ispace.journal import Actor

SCOPES = ("tours-read", "tours-write", "tours-publish", "uploads", "jobs", "people", "audit")
PREFIX = "ispace_"
"""Lets a scanner of leaked secrets find ours."""

MAX_DAYS = 366


def create(
    session: Session, actor: Actor, person: Person, *, name: str, scopes: Sequence[str], days: int
) -> tuple[Token, str]:
    """Return a new token and its secret, which is shown once.

    Raises:
        NameInvalidError: the name is empty or too long.
        ScopeUnknownError: a scope is unknown, or there is none.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise ScopeUnknownError(scope=(unknown or [""])[0][:40])
    shown, at = PREFIX + secret.new(), now()
    token = Token(
        id=secret.new_id(),
        digest=secret.digest(shown),
        person_id=person.id,
        name=people.name(name),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=at + dt.timedelta(days=min(max(days, 1), MAX_DAYS)),
    )
    session.add(token)
    session.flush()
    told = {"name": token.name, "scopes": token.scopes, "expires": token.expires_at.isoformat(timespec="seconds")}
    journal.record(session, actor, "token.create", "token", token.id, None, told)
    return token, shown


def find(session: Session, shown: str) -> tuple[Token, Person] | None:
    """Return a token and its person, where both are still good."""
    if not shown.startswith(PREFIX):
        return None
    token = session.scalars(select(Token).where(Token.digest == secret.digest(shown))).one_or_none()
    if token is None or token.expires_at <= now():
        return None
    person = session.get(Person, token.person_id)
    return (token, person) if person is not None and person.disabled_at is None else None


def of_person(session: Session, person_id: str) -> list[Token]:
    """Return a person's tokens, the newest first."""
    return list(
        session.scalars(select(Token).where(Token.person_id == person_id).order_by(Token.created_at.desc(), Token.id))
    )


def revoke(session: Session, actor: Actor, person_id: str, token_id: str) -> None:
    """Take a token back; raises ``TokenUnknownError``, also for one of somebody else."""
    token = session.get(Token, token_id)
    if token is None or token.person_id != person_id:
        raise TokenUnknownError(token=token_id[:40])
    session.delete(token)
    journal.record(session, actor, "token.revoke", "token", token.id, {"name": token.name}, None)


def revoke_all(session: Session, actor: Actor, person_id: str) -> None:
    """Take every token of a person back."""
    for token in of_person(session, person_id):
        revoke(session, actor, person_id, token.id)


def touch(session: Session, token_id: str) -> None:
    """Write down that a token is used."""
    token = session.get(Token, token_id)
    if token is not None:
        token.used_at = now()
