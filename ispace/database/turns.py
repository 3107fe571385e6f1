"""Turns: changes that must see each other's outcome come one after the other on PostgreSQL, as all do on SQLite.

Whoever takes several takes them in this order, so that nobody waits for somebody who waits for them: the jobs' change
number, the accounts, a tour's row, a person's row, the names of tours, those of the libraries, the end of the journal.
"""

from __future__ import annotations

import enum

from sqlalchemy import text
from sqlalchemy.orm import Session


class Turn(enum.IntEnum):
    """What is changed by one transaction at a time; the numbers are PostgreSQL's advisory locks."""

    JOURNAL = 0x15FACE + 1
    """The end of the chain of the audit log."""
    ACCOUNTS = 0x15FACE + 2
    """Who there is, links, roles: whether a link is used and whether an administrator is left."""
    TOUR_NAMES = 0x15FACE + 3
    """Which names new tours find taken."""
    LIBRARY_NAMES = 0x15FACE + 4
    """Which names new entries of the libraries find taken."""


def take(session: Session, turn: Turn) -> None:
    """Wait for a turn, and keep it until the transaction ends; what was read before may be old by then."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": int(turn)})
