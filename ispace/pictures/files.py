"""The files of a tour: what was sent, under names that a document can hold and that never get another content."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace.database.pictures import FileRow
from ispace.database.schema import now
from ispace.errors import TourFileUnknownError
from ispace.model.text import slug

Kind = Literal["panorama", "image", "audio", "video", "captions", "drawing"]
KINDS: tuple[Kind, ...] = ("panorama", "image", "audio", "video", "captions", "drawing")

_EXTENSIONS = {"JPEG": "jpg", "TIFF": "tif", "HEIF": "heic"}
"""How files of a format are called where that is not the format itself in small letters."""
_LONGEST_STEM = 60
_DIGITS = (12, 32)
"""How many digits of its SHA-256 are in a file's name: few, and more where another file happens to have those."""


@dataclasses.dataclass(frozen=True)
class Sent:
    """A file that came; ``format`` is what its content is (``JPEG``, ``MP4``)."""

    kind: Kind
    name: str
    sha256: str
    size_bytes: int
    format: str
    info: dict[str, Any] | None = None
    report: str | None = None


def name_of(name: str, sha256: str, file_format: str, digits: int = _DIGITS[0]) -> str:
    """Return what documents call a file: readable, and another name for every other content."""
    stem = name.rpartition(".")[0] or name
    extension = _EXTENSIONS.get(file_format, file_format.lower())
    return f"{slug(stem, 'tep')[:_LONGEST_STEM].strip('-')}-{sha256[:digits]}.{extension}"


def keep(session: Session, tour_id: str, sent: Sent, by: str | None) -> FileRow:
    """Write a file down, once however often it was sent and whatever it was called; return it.

    A photo that somebody made a panorama is one from then on.
    """
    known = select(FileRow).where(FileRow.tour_id == tour_id, FileRow.sha256 == sent.sha256)
    row = session.scalars(known).first()
    if row is None:
        names = [name_of(sent.name, sent.sha256, sent.format, digits) for digits in _DIGITS]
        row = FileRow(
            tour_id=tour_id,
            file=next((name for name in names if session.get(FileRow, (tour_id, name)) is None), names[-1]),
            kind=sent.kind,
            name=sent.name,
            sha256=sent.sha256,
            size_bytes=sent.size_bytes,
            info=sent.info,
            report=sent.report,
            created_at=now(),
            created_by=by,
        )
        session.add(row)
    elif sent.kind == "panorama":
        row.kind = sent.kind
        row.report = sent.report or row.report
    session.flush()
    return row


def get(session: Session, tour_id: str, file: str) -> FileRow:
    """Return a file of a tour; raises ``TourFileUnknownError``."""
    row = session.get(FileRow, (tour_id, file))
    if row is None:
        raise TourFileUnknownError(file=file[:100])
    return row


def some(session: Session, tour_id: str, names: Iterable[str]) -> dict[str, FileRow]:
    """Return by name those of some files that the tour has."""
    wanted = set(names)
    if not wanted:
        return {}
    asked = select(FileRow).where(FileRow.tour_id == tour_id).execution_options(populate_existing=True)
    return {row.file: row for row in session.scalars(asked) if row.file in wanted}


def of_tour(session: Session, tour_id: str, kind: str | None = None) -> Sequence[FileRow]:
    """Return the files of a tour, of one kind or all, in the order in which they came."""
    asked = select(FileRow).where(FileRow.tour_id == tour_id)
    if kind is not None:
        asked = asked.where(FileRow.kind == kind)
    return session.scalars(asked.order_by(FileRow.created_at, FileRow.file)).all()
