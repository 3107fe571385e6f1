"""In which tours an entry of a library is: noted when a tour is saved, so that nobody has to read documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from ispace.database.library import UseRow
from ispace.database.tours import TourRow

_KEYS = {"places": "id", "products": "id", "media": "file"}
"""By library what an entry is known by: files name their content for ever, ids of media are each tour's own."""
_LONGEST = 100


def note(session: Session, tour_id: str, document: Mapping[str, Any]) -> None:
    """Note down what a tour's document has; a draft may hold anything anywhere."""
    here = set(_of(document))
    asked = select(UseRow.library, UseRow.entry).where(UseRow.tour_id == tour_id)
    noted = {(str(library), str(entry)) for library, entry in session.execute(asked)}
    for library, entry in noted - here:
        gone = (UseRow.tour_id == tour_id) & (UseRow.library == library) & (UseRow.entry == entry)
        session.execute(delete(UseRow).where(gone))
    if here - noted:
        rows = [{"tour_id": tour_id, "library": library, "entry": entry} for library, entry in sorted(here - noted)]
        session.execute(insert(UseRow), rows)


def counts(session: Session, library: str, entries: Iterable[str]) -> dict[str, int]:
    """Return by entry in how many tours it is; one that is in none is left out."""
    asked = (
        select(UseRow.entry, func.count())
        .join(TourRow, TourRow.id == UseRow.tour_id)
        .where(UseRow.library == library, UseRow.entry.in_(list(entries)), TourRow.deleted_at.is_(None))
        .group_by(UseRow.entry)
    )
    return {str(entry): int(count) for entry, count in session.execute(asked)}


def tours(session: Session, library: str, entry: str) -> list[TourRow]:
    """Return the tours that have an entry, as Vietnamese sorts their titles."""
    asked = (
        select(TourRow)
        .join(UseRow, TourRow.id == UseRow.tour_id)
        .where(UseRow.library == library, UseRow.entry == entry, TourRow.deleted_at.is_(None))
        .order_by(TourRow.sort_key, TourRow.id)
    )
    return list(session.scalars(asked))


def key(library: str, document: Mapping[str, Any]) -> str:
    """Return what an entry is known by in tours."""
    return str(document.get(_KEYS[library], ""))


def _of(document: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for library, field in _KEYS.items():
        entries = document.get(library)
        for one in entries if isinstance(entries, list) else []:
            entry = one.get(field) if isinstance(one, dict) else None
            if isinstance(entry, str) and 0 < len(entry) <= _LONGEST:
                yield library, entry
