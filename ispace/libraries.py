"""The libraries that tours take from: places, products, media; entries checked, found without accents, sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.database import turns
from ispace.database.library import Entry, MediumRow, PlaceRow, ProductRow
from ispace.database.schema import now
from ispace.database.turns import Turn
from ispace.errors import EntryChangedError, EntryInvalidError, EntryUnknownError
from ispace.journal import Actor
from ispace.model.media import Media
from ispace.model.place import Place
from ispace.model.product import Product
from ispace.model.text import fold, pick, slug, sort_key

Library = Literal["places", "products", "media"]
PAGE = 50
WARNED_DAYS = 90
"""How long before a recognition ends its product is shown as ending."""

_ROWS: dict[Library, type[Entry]] = {"places": PlaceRow, "products": ProductRow, "media": MediumRow}
_MODELS: dict[Library, TypeAdapter[Any]] = {
    "places": TypeAdapter(Place),
    "products": TypeAdapter(Product),
    "media": TypeAdapter(Media),
}


def get(session: Session, library: Library, entry_id: str) -> Entry:
    """Return an entry; raises ``EntryUnknownError``."""
    row = session.get(_ROWS[library], entry_id)
    if row is None:
        raise EntryUnknownError(entry=entry_id[:80])
    return row


def found(session: Session, library: Library, words: str = "", *, page: int = 1) -> tuple[list[Entry], int]:
    """Return one page of a library as Vietnamese sorts it, and how many entries there are on all pages."""
    kind = _ROWS[library]
    asked = select(kind)
    for word in fold(words).split()[:10]:
        asked = asked.where(kind.folded.contains(word, autoescape=True))
    total = session.execute(select(func.count()).select_from(asked.subquery())).scalar_one()
    rows = session.scalars(asked.order_by(kind.sort_key, kind.id).limit(PAGE).offset((max(page, 1) - 1) * PAGE))
    return list(rows), total


def every(session: Session, library: Library, most: int) -> list[Entry]:
    """Return a library as Vietnamese sorts it, at most so many entries."""
    kind = _ROWS[library]
    return list(session.scalars(select(kind).order_by(kind.sort_key, kind.id).limit(most)))


def some(session: Session, library: Library, ids: Sequence[str]) -> list[Entry]:
    """Return those of some entries that there are, in their order."""
    rows = {row.id: row for row in session.scalars(select(_ROWS[library]).where(_ROWS[library].id.in_(ids[:500])))}
    return [rows[name] for name in ids if name in rows]


def save(
    session: Session, actor: Actor, library: Library, entry_id: str, document: dict[str, Any], revision: int
) -> Entry:
    """Save an entry over the revision that its author saw, 0 for a new one.

    Raises:
        EntryInvalidError: it is no place, product or medium as tours know them, or has another id.
        EntryChangedError: somebody saved in between.
    """
    try:
        wrong = faults(library, document)
    except RecursionError as error:
        raise EntryInvalidError(entry=entry_id[:80], reason=type(error).__name__) from error
    if wrong:
        loc, kind = wrong[0]["loc"], wrong[0]["msg"]
        raise EntryInvalidError(entry=entry_id[:80], reason=f"{'.'.join(str(step) for step in loc)}: {kind}"[:200])
    if document.get("id") != entry_id:
        raise EntryInvalidError(entry=entry_id[:80], reason="id")
    if revision == 0:
        turns.take(session, Turn.LIBRARY_NAMES)
    row = session.get(_ROWS[library], entry_id, with_for_update=True)
    if (row.revision if row is not None else 0) != revision:
        raise EntryChangedError(entry=entry_id[:80])
    before = row.document if row is not None else None
    if row is None:
        row = _ROWS[library](id=entry_id)
        session.add(row)
    row.document, row.revision = document, revision + 1
    row.folded, row.sort_key = fold(f"{entry_id} {_found_by(document)}")[:2000], sort_key(title(document))
    row.changed_at, row.changed_by = now(), actor.person_id
    session.flush()
    journal.record(session, actor, "library.save", library, entry_id, before, document)
    return row


def delete(session: Session, actor: Actor, library: Library, entry_id: str) -> None:
    """Delete an entry; tours that took it have a copy of their own. Raises ``EntryUnknownError``."""
    row = get(session, library, entry_id)
    session.delete(row)
    session.flush()
    journal.record(session, actor, "library.delete", library, entry_id, row.document, None)


def files_of_media(session: Session) -> set[str]:
    """Return the files that media of the library name."""
    return {str(document.get("file")) for document in session.scalars(select(MediumRow.document))}


def faults(library: Library, document: dict[str, Any]) -> list[ErrorDetails]:
    """Return what keeps a document from being a place, product or medium; nothing where it is one."""
    try:
        _MODELS[library].validate_python(document)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def free_id(session: Session, library: Library, title: str) -> str:
    """Return an id for a new entry that nobody has, made of its title."""
    turns.take(session, Turn.LIBRARY_NAMES)
    wanted = slug(title, "muc")
    taken = set(session.scalars(select(_ROWS[library].id).where(_ROWS[library].id.like(f"{wanted}%"))))
    return next(name for n in range(1, len(taken) + 2) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def title(document: dict[str, Any], lang: str = "vi") -> str:
    """Return what an entry is called: a product's name, a place's newest name, what a picture shows."""
    names = document.get("names")
    if names:
        return pick(Place.model_validate(document).current(now().date()).name, lang)
    return pick(document.get("name") or document.get("alt"), lang) or str(document.get("id", ""))


def expiring(session: Session, day: dt.date) -> list[ProductRow]:
    """Return the products whose recognition ends within ``WARNED_DAYS`` of a day, or has ended, the first first."""
    ends = [(row, ends_on(row.document)) for row in session.scalars(select(ProductRow))]
    return [row for row, end in sorted(ends, key=lambda pair: pair[1]) if (end - day).days <= WARNED_DAYS]


def ends_on(document: dict[str, Any]) -> dt.date:
    """Return the last day of a product's recognition."""
    return Product.model_validate(document).ends_on


def _found_by(document: dict[str, Any]) -> str:
    """Return the words an entry is found by, in every language: names of today and before, maker, issuer, credit."""
    maker = document.get("maker") or {}
    told = [document.get("name"), document.get("alt"), maker.get("name"), document.get("issuer")]
    told += [one.get("name") for one in document.get("names", [])]
    words = [text for texts in told if isinstance(texts, dict) for text in texts.values()]
    words += [str(document.get(field) or "") for field in ("decision", "credit", "file")]
    return " ".join([*words, *(str(one.get("code") or "") for one in document.get("names", []))])
