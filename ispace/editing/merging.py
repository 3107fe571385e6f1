"""Changes that somebody made to a state of a tour, merged into the state that it has now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace import changes, documents, operations, revisions
from ispace.database.journal import JournalRow
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.errors import ChangeForbiddenError, TourChangedError, TourDocumentError
from ispace.journal import Actor
from ispace.operations import Clash, Lists, Op, TooMuch
from ispace.revisions import Change, Document, Saved

_TOLD_FOR = dt.timedelta(minutes=5)
"""So long a line of the journal speaks for what the same person does to the same parts of a tour."""

_MOST_ITEMS = 80_000_000
"""So many items of lists are gone through at a time, less than a second's work: the database is locked meanwhile. To
shuffle 5,000 hotspots in one scene takes 50 million."""

_SHARED = ("id", "version")
"""Fields of a tour that nobody may change: everything else refers to them."""


@dataclasses.dataclass(frozen=True)
class Refused:
    """A change that met another's: which of its operations, and what stands there now."""

    change: str
    op: int
    now: Any


@dataclasses.dataclass(frozen=True)
class Merged:
    """What became of changes: those that are in the tour, those that are not, and what others saved meanwhile."""

    revision: int
    done: list[str]
    clashes: list[Refused]
    others: list[Saved]


def merge(
    session: Session,
    actor: Actor,
    row: TourRow,
    revision: int,
    made: Sequence[Change],
    before_saving: Callable[[Document], None] = lambda _: None,
) -> Merged:
    """Put changes that were made to a revision into the newest document; one that was merged before is only told.

    ``before_saving`` is called with the new document, in the same transaction.

    Raises:
        TourChangedError: the revision is none of this tour's.
        ChangeForbiddenError: a change is to what names the tour or a part of it.
        TourDocumentError: what would come of it is no document.
    """
    documents.lock(session, row)
    if revision > row.revision:
        raise TourChangedError(tour=row.id, revision=revision, now=row.revision)
    others = revisions.since(session, row.id, revision) if revision < row.revision else []
    known = {one["id"] for saved in others for one in saved.changes}
    document, done, fresh, clashes = row.document, [], [], []
    lists = Lists(_MOST_ITEMS)
    for change in made:
        if change["id"] not in known:
            _permit(row, change)
            try:
                document = operations.apply(document, change["ops"], lists)
            except Clash as clash:
                clashes.append(Refused(change["id"], clash.index, clash.now))
                continue
            except RecursionError as error:
                raise TourDocumentError(tour=row.id, reason="depth") from error
            except TooMuch as error:
                raise TourDocumentError(tour=row.id, reason=f"> {_MOST_ITEMS}") from error
            known.add(change["id"])
            fresh.append(change)
        done.append(change["id"])
    if fresh:
        before_saving(document)
        action = "tour.save" if _is_news(session, actor, row, fresh) else None
        documents.write(session, actor, row, document, fresh, action=action)
    return Merged(row.revision, done, clashes, others)


def restore(session: Session, actor: Actor, row: TourRow, number: int) -> Document:
    """Make an earlier state of a tour the newest one; return it. What it changes is undone by restoring again.

    Raises:
        TourNotHereError: there is no such revision.
    """
    documents.lock(session, row)
    document = revisions.document(session, row.id, number)
    if ops := operations.diff(row.document, document):
        made = [revisions.change("restore", ops)]
        documents.write(session, actor, row, document, made, note=f"← {number}", action="tour.restore")
    return document


def touches_pictures(made: Iterable[Change]) -> bool:
    """Say whether changes may name pictures, or ask for panoramas, that the document before did not."""
    return any(_touches(op) for change in made for op in change["ops"])


def _touches(op: Op) -> bool:
    match op["at"]:
        case ["scenes" | "media"]:
            return bool(op["op"] != "move")
        case ["scenes", _, "panorama" | "level", *_] | ["media", _, "file", *_]:
            return True
    return False


def _permit(row: TourRow, change: Change) -> None:
    for op in change["ops"]:
        at = op["at"]
        names_item = len(at) > 1 and at[-1] == "id" and at[-2].startswith("#")
        if at[0] in _SHARED or (op["op"] == "set" and names_item):
            raise ChangeForbiddenError(tour=row.id, field=".".join(at)[:120])


def _is_news(session: Session, actor: Actor, row: TourRow, made: list[Change]) -> bool:
    """Say whether the journal does not say yet that this person is changing these parts of the tour."""
    asked = (
        select(JournalRow.after)
        .where(JournalRow.kind == "tour", JournalRow.subject == row.id, JournalRow.action == "tour.save")
        .where(JournalRow.actor_id == actor.person_id, JournalRow.via == actor.via)
        .where(JournalRow.address == actor.address[:64], JournalRow.at > now() - _TOLD_FOR)
    )
    told = {token for after in session.scalars(asked) if after for token in _parted(after.get("changed", []))}
    return not _parted(changes.edited(made)) <= told


def _parted(tokens: Iterable[str]) -> set[str]:
    """Return tokens with one field each, so that fewer of them are no news."""
    found = set()
    for token in tokens:
        head, _, fields = token.rpartition(" ")
        found |= {f"{head} {field}" for field in fields.split(",")}
    return found
