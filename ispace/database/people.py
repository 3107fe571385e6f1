"""The tables of who may sign in: people, their memberships, sessions, tickets, recovery codes, identities, tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime

ROLES = ("viewer", "editor", "approver", "admin")
"""What somebody may do at most, from the least to the most."""


class Person(Base):
    """Somebody who may sign in, or could once."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("role in ('viewer', 'editor', 'approver', 'admin')", "role"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_folded: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(255))
    totp_step: Mapped[int | None]
    """The last time step whose code was used: none is good twice."""
    totp_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """What a person may do on one tour."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role in ('viewer', 'editor', 'approver')", "role"),
        Index("ix_memberships_person_id", "person_id"),
    )

    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class SignedIn(Base):
    """A session: somebody who is signed in with one browser. The browser has the token, the table only its digest."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person_id", "person_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(255))
    is_whole: Mapped[bool]
    """Whether the second step is behind it, or none is asked of this person."""
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary(255))
    """The sealed secret that an authenticator is being given, until a code of it comes back."""
    handover: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What this browser is still to be shown once, sealed with its own token."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """Rows stay a while after their end: they tell from where this person has signed in before."""


class Ticket(Base):
    """A link that may be used once: first set-up, an invitation, a forgotten password."""

    __tablename__ = "tickets"
    __table_args__ = (CheckConstraint("kind in ('set-up', 'invitation', 'reset')", "kind"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(16))
    tours: Mapped[list[Any]] = mapped_column(Document)
    """The memberships that an invitation brings: ``[[tour, role], …]``."""
    created_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that stands in for the second step, once."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Identity(Base):
    """An account at an OpenID Connect provider that signs a person in."""

    __tablename__ = "identities"
    __table_args__ = (Index("ix_identities_person_id", "person_id"),)

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Token(Base):
    """A key with which a program acts for a person; the table has only its digest."""

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_person_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[Any]] = mapped_column(Document)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SignInRoundTrip(Base):
    """Somebody who was sent to the OpenID Connect provider and is expected back; the browser has the token."""

    __tablename__ = "sign_in_round_trips"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    target: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
