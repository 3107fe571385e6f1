"""People: making, changing, disabling, listing; each change with its row in the journal."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import passwords, secret
from ispace.database import turns
from ispace.database.people import ROLES, Membership, Person, RecoveryCode, SignedIn, Ticket, Token
from ispace.database.schema import now
from ispace.database.turns import Turn
from ispace.errors import (
    EmailInvalidError,
    EmailTakenError,
    LastAdminError,
    NameInvalidError,
    PersonUnknownError,
    RoleUnknownError,
)
from ispace.journal import Actor
from ispace.model.text import clean, fold

MAX_NAME = 120
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,63}(\.[^\s@<>()\[\],;:\\\"]{1,63})+")


def shown(person: Person) -> dict[str, Any]:
    """Return what the journal and programs may know of a person."""
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "language": person.language,
        "disabled": person.disabled_at is not None,
        "two_step": person.totp_secret is not None,
    }


def email(text: str) -> str:
    """Return an address as it is kept; raises ``EmailInvalidError``."""
    value = str(clean(text))
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise EmailInvalidError(email=value[:254])
    return value


def name(text: str) -> str:
    """Return a name as it is kept, on one line; raises ``NameInvalidError``."""
    value = re.sub(r"\s+", " ", str(clean(text)))
    if not value or len(value) > MAX_NAME:
        raise NameInvalidError(max=MAX_NAME)
    return value


def role(text: str) -> str:
    """Return a role that there is; raises ``RoleUnknownError``."""
    if text not in ROLES:
        raise RoleUnknownError(role=text[:40])
    return text


def create(
    session: Session, actor: Actor, *, email_address: str, full_name: str, password: str | None, as_role: str, lang: str
) -> Person:
    """Make a person; the password is already checked and hashed by the caller, since that takes long.

    Raises:
        EmailInvalidError, NameInvalidError, RoleUnknownError: what was given is none.
        EmailTakenError: somebody has that address.
    """
    address = email(email_address)
    turns.take(session, Turn.ACCOUNTS)
    if by_email(session, address) is not None:
        raise EmailTakenError(email=address)
    person = Person(
        id=secret.new_id(),
        email=address,
        email_folded=address.casefold(),
        name=name(full_name),
        role=role(as_role),
        language=lang,
        password_hash=password,
        created_at=now(),
    )
    session.add(person)
    session.flush()
    journal.record(session, actor, "person.create", "person", person.id, None, shown(person))
    return person


def by_id(session: Session, person_id: str) -> Person:
    """Return a person; raises ``PersonUnknownError``."""
    person = session.get(Person, person_id)
    if person is None:
        raise PersonUnknownError(person=person_id[:40])
    return person


def held(session: Session, person: Person) -> Person:
    """Return a person as they are now, whom nobody else changes until this transaction ends."""
    session.flush()  # what was changed already would be read over
    session.refresh(person, with_for_update={"key_share": True})
    return person


def find(session: Session, person_id: str | None) -> Person | None:
    """Return a person, where there is one."""
    return session.get(Person, person_id) if person_id else None


def by_email(session: Session, address: str) -> Person | None:
    """Return who has an address, however it is written."""
    folded = str(clean(address)).casefold()
    return session.scalars(select(Person).where(Person.email_folded == folded)).one_or_none()


def everybody(session: Session, words: str = "") -> list[Person]:
    """Return all people, or those whose name or address holds all ``words``, accents or not; sorted by name."""
    wanted = fold(words).split()
    people = session.scalars(select(Person)).all()
    found = [p for p in people if all(word in fold(f"{p.name} {p.email}") for word in wanted)]
    # A Vietnamese name is sorted by its last word, the given name.
    return sorted(found, key=lambda p: (fold(p.name.split()[-1]), fold(p.name), p.id))


def change(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    full_name: str | None = None,
    as_role: str | None = None,
    lang: str | None = None,
    disabled: bool | None = None,
) -> None:
    """Change what is given; whoever is disabled is signed out everywhere.

    Raises:
        LastAdminError: nobody would be administrator any more.
        NameInvalidError, RoleUnknownError: what was given is none.
    """
    turns.take(session, Turn.ACCOUNTS)
    before = shown(held(session, person))
    if full_name is not None:
        person.name = name(full_name)
    if as_role is not None:
        person.role = role(as_role)
    if lang is not None:
        person.language = lang
    if disabled is not None and disabled != (person.disabled_at is not None):
        person.disabled_at = now() if disabled else None
    if before["role"] == "admin" and not before["disabled"] and (person.role != "admin" or person.disabled_at):
        _keep_an_admin(session, person)
    if person.disabled_at is not None or person.role != before["role"]:
        # Rights are asked of the person each time; but a token or a link made with more should not outlive them.
        sign_out(session, person.id)
        session.execute(delete(Token).where(Token.person_id == person.id))
    session.flush()
    if shown(person) != before:
        journal.record(session, actor, "person.change", "person", person.id, before, shown(person))


def set_password(session: Session, actor: Actor, person: Person, password: str, *, keep: str | None = None) -> None:
    """Change a password (already hashed), and end every session but ``keep`` and every link that could change it."""
    turns.take(session, Turn.ACCOUNTS)
    person.password_hash = password
    sign_out(session, person.id, keep=keep)
    session.execute(delete(Ticket).where(Ticket.person_id == person.id, Ticket.used_at.is_(None)))
    journal.record(session, actor, "person.password", "person", person.id)


def forget_second_step(session: Session, actor: Actor, person: Person) -> None:
    """Take away the second step of somebody who lost the telephone."""
    before = shown(held(session, person))
    person.totp_secret, person.totp_step, person.totp_at = None, None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    session.flush()
    journal.record(session, actor, "person.two-step-off", "person", person.id, before, shown(person))


def sign_out(session: Session, person_id: str, *, keep: str | None = None) -> None:
    """End every session of a person, except the one with the digest ``keep``."""
    ended = update(SignedIn).where(SignedIn.person_id == person_id, SignedIn.ended_at.is_(None))
    if keep is not None:
        ended = ended.where(SignedIn.digest != keep)
    session.execute(ended.values(ended_at=now()))


def has_anybody(session: Session) -> bool:
    """Say whether the first administrator has been made."""
    return session.scalars(select(Person.id).limit(1)).first() is not None


def memberships(session: Session, person_id: str) -> dict[str, str]:
    """Return the role of a person on each tour that they belong to."""
    rows = session.execute(select(Membership.tour_id, Membership.role).where(Membership.person_id == person_id))
    return {row.tour_id: row.role for row in rows}


def _keep_an_admin(session: Session, person: Person) -> None:
    others = select(func.count()).where(Person.role == "admin", Person.disabled_at.is_(None), Person.id != person.id)
    if not session.execute(others).scalar_one():
        raise LastAdminError


def check_password(password: str, *, email_address: str, full_name: str) -> str:
    """Return the hash of a password that is good enough; call it outside of transactions; raises as ``passwords``."""
    passwords.check(password, email=email_address, name=full_name)
    return passwords.hashed(password)
