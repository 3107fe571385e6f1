"""What a tour is still being sent: pictures that are under way, and those that nobody has looked at yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace.database.materials import MaterialRow
from ispace.database.uploads import UploadRow
from ispace.database.work import JobRow

UnderWay = Callable[[str], bool]
"""Says of an unfinished upload whether bytes of it still come."""

Awaited = Counter[tuple[str, str]]
"""How many pictures are to come, by the id of who sends them and the folder in which they were found."""

_NO_PICTURES = {".mp4", ".mov", ".webm", ".insv", ".360", ".mp3", ".m4a", ".ogg", ".vtt", ".pdf"}
"""What is called so becomes part of no set; what it is, is known when its first bytes were read."""


def counted(session: Session, tour_id: str, is_under_way: UnderWay) -> Awaited:
    """Count the pictures that a tour is to get; uploads that nobody goes on with are not waited for."""
    sending = select(UploadRow).where(UploadRow.tour_id == tour_id, UploadRow.state == "receiving")
    coming = [row for row in session.scalars(sending) if _may_be_picture(row) and is_under_way(row.id)]
    looks = select(JobRow.inputs).where(
        JobRow.tour == tour_id, JobRow.kind == "look-upload", JobRow.state.in_(("waiting", "running"))
    )
    looked_at = {str(inputs.get("upload")) for inputs in session.scalars(looks)}
    if looked_at:
        unseen = (
            select(UploadRow)
            .outerjoin(MaterialRow, MaterialRow.id == UploadRow.id)
            .where(UploadRow.tour_id == tour_id, UploadRow.state == "received", MaterialRow.id.is_(None))
        )
        coming += [row for row in session.scalars(unseen) if row.id in looked_at and _may_be_picture(row)]
    return Counter((row.owner_id, row.folder) for row in coming)


def of_files(awaited: Awaited, files: Iterable[MaterialRow]) -> int:
    """Return how many pictures are to come from where these files came from."""
    return sum(awaited[place] for place in {(file.sent_by, file.folder) for file in files})


def _may_be_picture(row: UploadRow) -> bool:
    return row.kind == "image" or (not row.kind and PurePosixPath(row.name).suffix.casefold() not in _NO_PICTURES)
