"""What editors do with the groups of a tour: confirm, move, remove; each with its row in the journal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace import journal, keys
from ispace.accounts import secret
from ispace.database.materials import GroupRow, MaterialRow
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.errors import BadInputError, GroupArrivingError, GroupBusyError, GroupUnknownError, GroupUnsuitableError
from ispace.imaging import coverage
from ispace.imaging.info import PictureInfo
from ispace.jobs.jobs import Jobs
from ispace.jobs.numbers import next_change
from ispace.journal import Actor
from ispace.materials import awaited, shelf

NEW_KINDS = {"new-photos": "photos", "panorama": "panorama", "media": "media"}
"""Where files may be moved beside another group."""

_MATERIAL_KINDS = {"photos": "photo", "panorama": "panorama", "media": "medium"}
LEAST_PHOTOS = 2

Enqueue = Callable[[Session, str, dict[str, Any], int], str]
"""Asks for a job of a kind with inputs of so many bytes, in the same transaction; returns its id."""

Busy = Callable[[str], bool]
"""Says whether a job is under way."""


def enqueuing(jobs: Jobs, owner: str, tour: str) -> Enqueue:
    """Return what asks for the jobs of a tour's groups in somebody's name."""
    return lambda session, kind, inputs, size: jobs.enqueue(
        kind, inputs, owner=owner, tour=tour, size_bytes=size, session=session
    )


def get(session: Session, tour_id: str, group_id: str) -> tuple[GroupRow, list[MaterialRow]]:
    """Return a group with its files; raises ``GroupUnknownError``."""
    row = session.get(GroupRow, group_id)
    if row is None or row.tour_id != tour_id:
        raise GroupUnknownError(group=group_id[:40])
    asked = select(MaterialRow).where(MaterialRow.group_id == row.id, MaterialRow.removed_at.is_(None))
    return row, list(session.scalars(asked.order_by(MaterialRow.folder, MaterialRow.name, MaterialRow.id)))


def held(session: Session, tour_id: str, *, jobs: bool = False) -> None:
    """Wait until nobody else changes the groups of a tour, and keep them from it until this transaction ends.

    Called before they are read; ``jobs``: a job may be asked for as well, so the jobs' turn is taken first.
    """
    if jobs:
        next_change(session)
    session.execute(select(TourRow.id).where(TourRow.id == tour_id).with_for_update())


def confirm(
    session: Session,
    actor: Actor,
    row: GroupRow,
    files: Sequence[MaterialRow],
    enqueue: Enqueue,
    is_under_way: awaited.UnderWay | None = None,
) -> None:
    """Take a group for what it is said to be, and ask for the work that makes something of it.

    Confirmed again after the work failed, the work is tried again. What only lies together is confirmed and no more.
    A set waits for those of its photos that are still being sent, as ``is_under_way`` says; without it, what is here is
    the set.

    Raises:
        GroupArrivingError: photos from where those of the set came from are still to come.
        GroupUnsuitableError: nothing can be made of such files, or of so few.
    """
    sources = [{"key": keys.original(file.sha256), "name": file.name} for file in files]
    size = sum(file.size_bytes for file in files)
    if row.kind in {"panorama", "part"}:
        inputs = {"original": sources[0]} | _meant_for(session, files[0])
        row.job_id = enqueue(session, "prepare-panorama", inputs, size)
    elif row.kind == "photos":
        if len(files) < LEAST_PHOTOS:
            raise GroupUnsuitableError(count=len(files))
        coming = awaited.of_files(awaited.counted(session, row.tour_id, is_under_way), files) if is_under_way else 0
        if coming:
            raise GroupArrivingError(group=row.title or files[0].name, count=coming)
        inputs = {"photos": sources, "name": row.title or files[0].name.rpartition(".")[0]}
        row.job_id = enqueue(session, "stitch-set", inputs, size)
    elif row.kind != "media":
        raise GroupUnsuitableError(count=len(files))
    if row.state != "confirmed":
        row.state, row.confirmed_at = "confirmed", now()
        journal.record(session, actor, "material.confirm", "tour", row.tour_id, None, _shown(row, files))


def _meant_for(session: Session, file: MaterialRow) -> dict[str, Any]:
    """Return what a job is told of the scene whose picture a file is to be; each sending of it is work of its own."""
    upload = session.get(UploadRow, file.id)
    return {"scene": upload.scene_id, "upload": upload.id} if upload is not None and upload.scene_id else {}


def move(session: Session, actor: Actor, row: GroupRow, files: Sequence[MaterialRow], to: str, is_busy: Busy) -> None:
    """Move files of a group into another one, or into a new one of the kind ``to`` names.

    Raises:
        GroupBusyError: work on one of the two is under way.
        GroupUnknownError, GroupUnsuitableError: there is no such group, or its kind takes no such files.
        PictureNotPanoramaError, PictureTooSmallError: a file cannot be a scene as it is.
    """
    _need_idle(row, is_busy)
    if not files:
        return
    if to in NEW_KINDS:
        kind = NEW_KINDS[to]
        if kind != "media" and any(file.info is None for file in files):
            raise GroupUnsuitableError(count=len(files))
        if kind == "panorama":
            for file in files:
                _need_panorama(file)
        # Each panorama is one of its own.
        for some in [[file] for file in files] if kind == "panorama" else [list(files)]:
            _into(some, _new(session, row.tour_id, kind, some))
    else:
        target, _ = get(session, row.tour_id, to)
        _need_idle(target, is_busy)
        if target.kind != "photos" or any(file.info is None for file in files):
            raise GroupUnsuitableError(count=len(files))
        target.is_manual = True
        _reopen(target)
        _into(files, target)
    row.is_manual = True
    _reopen(row)
    session.flush()
    shelf.drop_empty(session, row.tour_id)
    journal.record(session, actor, "material.move", "tour", row.tour_id, None, _shown(row, files) | {"to": to})


def remove(session: Session, actor: Actor, row: GroupRow, files: Sequence[MaterialRow], is_busy: Busy) -> None:
    """Take files out of the tour; what was sent stays in the private store. Raises ``GroupBusyError``."""
    _need_idle(row, is_busy)
    for file in files:
        file.removed_at, file.group_id = now(), None
    if files:
        row.is_manual = True
        _reopen(row)
        session.flush()
        shelf.drop_empty(session, row.tour_id)
        journal.record(session, actor, "material.remove", "tour", row.tour_id, _shown(row, files), None)


def _need_idle(row: GroupRow, is_busy: Busy) -> None:
    if row.job_id is not None and is_busy(row.job_id):
        raise GroupBusyError(group=row.title or row.kind)


def may_be_panorama(file: MaterialRow) -> bool:
    """Say whether a scene can be made of a file as it is."""
    try:
        _need_panorama(file)
    except BadInputError:
        return False
    return True


def _need_panorama(file: MaterialRow) -> None:
    """Raise what the work on it would end with, where nothing says which part of the sphere a picture shows."""
    if file.info is None:
        raise GroupUnsuitableError(count=1)
    coverage.sphere_of(dataclasses.replace(PictureInfo.from_json(file.info), file=file.name))


def _reopen(row: GroupRow) -> None:
    """A group that holds something else than what was confirmed has to be confirmed anew."""
    row.state, row.confirmed_at, row.job_id = "found", None, None


def _new(session: Session, tour_id: str, kind: str, files: Sequence[MaterialRow]) -> GroupRow:
    title = files[0].name.rpartition(".")[0] if kind != "media" else ""
    row = GroupRow(
        id=secret.new_id(),
        tour_id=tour_id,
        kind=kind,
        state="found",
        is_manual=True,
        title=title,
        why="",
        created_at=now(),
    )
    session.add(row)
    session.flush()
    return row


def _into(files: Sequence[MaterialRow], row: GroupRow) -> None:
    for file in files:
        file.group_id = row.id
        if file.info is not None and file.kind != "unusable":
            file.kind = _MATERIAL_KINDS[row.kind]


def _shown(row: GroupRow, files: Sequence[MaterialRow]) -> dict[str, Any]:
    return {"group": row.title or row.kind, "kind": row.kind, "files": [file.name for file in files][:50]}
