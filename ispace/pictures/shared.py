"""Media of the library in a tour: the same original under a row of the tour's own, nothing is copied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace.database.library import MediumRow
from ispace.database.pictures import FileRow
from ispace.pictures import files
from ispace.pictures.files import Sent


def somewhere(session: Session, file: str) -> FileRow | None:
    """Return a file that a medium of the library names, of whichever tour has it; a name is one content for ever."""
    return session.scalars(select(FileRow).where(FileRow.file == file).order_by(FileRow.created_at).limit(1)).first()


def tours_of(session: Session, file: str) -> list[str]:
    """Return the tours that have a file."""
    return list(session.scalars(select(FileRow.tour_id).where(FileRow.file == file)))


def lend(session: Session, tour_id: str, entries: Iterable[str], by: str | None) -> list[dict[str, Any]]:
    """Return media of the library, with their posters, as a tour's document takes them; their files are its own now.

    What the library has no more, and whose file nobody has any more, is left out.
    """
    lent: dict[str, dict[str, Any]] = {}
    wanted = list(dict.fromkeys(entries))
    while wanted:
        row = session.get(MediumRow, wanted.pop(0))
        if row is None or row.id in lent:
            continue
        medium = dict(row.document)
        file = _lend(session, tour_id, medium["file"], by)
        if file is None:
            continue
        captions = {lang: _lend(session, tour_id, name, by) for lang, name in (medium.get("captions") or {}).items()}
        lent[row.id] = medium | {"file": file}
        if captions:
            lent[row.id]["captions"] = {lang: name for lang, name in captions.items() if name}
        if medium.get("poster"):
            wanted.append(medium["poster"])
    return [
        {name: value for name, value in medium.items() if name != "poster" or value in lent} for medium in lent.values()
    ]


def _lend(session: Session, tour_id: str, file: str, by: str | None) -> str | None:
    """Return what the tour calls the content that ``file`` names, ``None`` where there is none."""
    if session.get(FileRow, (tour_id, file)) is not None:
        return file
    there = somewhere(session, file)
    if there is None:
        return None
    own_format = there.file.rpartition(".")[2].upper()
    kind = "image" if there.kind == "panorama" else there.kind
    sent = Sent(kind, there.name, there.sha256, there.size_bytes, own_format, there.info)  # type: ignore[arg-type]
    row = files.keep(session, tour_id, sent, by)
    row.web = row.web or there.web
    session.flush()
    return row.file
