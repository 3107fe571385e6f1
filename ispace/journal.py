"""The audit log: every change with who made it, when, from where, and what was before and after.

A row's digest covers the row before it, so that a row changed or taken out by somebody with the rights of the database
is found by ``first_broken``; everybody else is stopped by triggers.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from ispace.database import turns
from ispace.database.journal import JournalRow
from ispace.database.schema import now
from ispace.database.turns import Turn

Via = Literal["studio", "token", "link", "cli", "worker"]


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who changes something, and from where; ``person_id`` is ``None`` for the command line and for workers."""

    person_id: str | None
    name: str
    via: Via
    address: str = ""


@dataclasses.dataclass(frozen=True)
class Filter:
    """Which rows are asked for; what is empty asks for all."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    about: tuple[ColumnElement[bool], ...] = ()
    """Conditions of which a row has to fulfil one."""


def record(
    session: Session,
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add a row in the transaction of the change itself: both are there, or neither.

    Of two states only what differs is kept. ``before`` and ``after`` are JSON values without secrets.
    """
    if before is not None and after is not None:
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        before = {name: value for name, value in before.items() if name in changed}
        after = {name: value for name, value in after.items() if name in changed}
    turns.take(session, Turn.JOURNAL)
    last = session.scalars(select(JournalRow.digest).order_by(JournalRow.id.desc()).limit(1)).first()
    row = JournalRow(
        at=now(),
        actor_id=actor.person_id,
        actor=actor.name[:120],
        via=actor.via,
        address=actor.address[:64],
        action=action,
        kind=kind,
        subject=subject[:120],
        before=before,
        after=after,
    )
    row.digest = _digest(last or "", row)
    session.add(row)
    session.flush()


def rows(session: Session, wanted: Filter, *, before_id: int | None = None, limit: int = 50) -> list[JournalRow]:
    """Return rows, newest first; ``before_id`` goes on where a page ended."""
    asked = _asked(wanted).order_by(JournalRow.id.desc()).limit(limit)
    if before_id is not None:
        asked = asked.where(JournalRow.id < before_id)
    return list(session.scalars(asked))


def export(session: Session, wanted: Filter) -> Iterator[JournalRow]:
    """Yield all rows, oldest first, few of them in memory."""
    with contextlib.closing(session.scalars(_streamed(_asked(wanted)))) as found:
        yield from found


def count(session: Session) -> int:
    """Return how many rows there are."""
    return session.execute(select(func.count()).select_from(JournalRow)).scalar_one()


def first_broken(session: Session) -> int | None:
    """Return the number of the first row that is not what was written, or follows one that is missing."""
    last = ""
    with contextlib.closing(session.scalars(_streamed(select(JournalRow)))) as found:
        for row in found:
            if row.digest != _digest(last, row):
                return row.id
            last = row.digest
    return None


def _streamed(asked: Select[JournalRow]) -> Select[JournalRow]:
    return asked.order_by(JournalRow.id).execution_options(yield_per=500)


def _asked(wanted: Filter) -> Select[JournalRow]:
    asked = select(JournalRow)
    for column, value in (
        (JournalRow.actor_id, wanted.actor),
        (JournalRow.action, wanted.action),
        (JournalRow.kind, wanted.kind),
        (JournalRow.subject, wanted.subject),
    ):
        if value:
            asked = asked.where(column == value)
    if wanted.about:
        asked = asked.where(or_(*wanted.about))
    if wanted.since is not None:
        asked = asked.where(JournalRow.at >= wanted.since)
    if wanted.until is not None:
        asked = asked.where(JournalRow.at < wanted.until)
    return asked


def _digest(last: str, row: JournalRow) -> str:
    told = [last, row.at.astimezone(dt.UTC).isoformat(timespec="microseconds"), row.actor_id, row.actor, row.via]
    told += [row.address, row.action, row.kind, row.subject]
    content = json.dumps([*told, row.before, row.after], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
