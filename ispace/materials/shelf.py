"""The files of a tour in the database, and the groups they were found in; what a person decided is never found anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ispace import digest
from ispace.database.materials import GroupRow, MaterialRow
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.work import JobRow
from ispace.imaging.info import PictureInfo
from ispace.materials import sorting, standing
from ispace.materials.look import Look
from ispace.materials.sorting import Group, Seen
from ispace.materials.standing import Standing

ASKED = frozenset({"panorama", "part", "photos"})
"""The kinds of groups that become scenes once somebody confirms them."""


def put(
    session: Session,
    *,
    upload_id: str,
    tour_id: str,
    name: str,
    folder: str,
    size_bytes: int,
    sha256: str,
    sent_by: str,
    look: Look,
) -> list[GroupRow]:
    """Put a file that was looked at with the others of its tour; return the groups that are new.

    Doing it twice changes nothing; a tour that is gone gets nothing.
    """
    # The tour's row is the lock of its groups: two looks that end at once sort one after the other.
    if session.get(TourRow, tour_id, with_for_update=True) is None:
        return []
    if session.get(MaterialRow, upload_id) is None:
        session.add(
            MaterialRow(
                id=upload_id,
                tour_id=tour_id,
                name=name,
                folder=folder,
                kind=look.kind,
                size_bytes=size_bytes,
                sha256=sha256,
                info=look.info.to_json() if look.info is not None else None,
                has_glance=look.has_glance,
                error_code=look.error_code,
                error_params=look.error_params,
                sent_by=sent_by,
                seen_at=now(),
            )
        )
        session.flush()
    return resort(session, tour_id)


def resort(session: Session, tour_id: str) -> list[GroupRow]:
    """Find the groups of a tour anew, as far as nobody decided about them; return those that were not there."""
    settled = select(GroupRow.id).where(
        GroupRow.tour_id == tour_id, (GroupRow.state == "confirmed") | GroupRow.is_manual
    )
    free = select(MaterialRow).where(
        MaterialRow.tour_id == tour_id,
        MaterialRow.removed_at.is_(None),
        MaterialRow.group_id.is_(None) | MaterialRow.group_id.not_in(settled),
    )
    files = {row.id: row for row in session.scalars(free)}
    known = {row.id: row for row in session.scalars(select(GroupRow).where(GroupRow.tour_id == tour_id))}
    made: list[GroupRow] = []
    kept: set[str] = set()
    for group in sorting.sort(_seen(files.values())):
        name = _name(tour_id, group)
        kept.add(name)
        row = known.get(name)
        if row is None:
            row = GroupRow(
                id=name,
                tour_id=tour_id,
                kind=group.kind,
                state="found",
                is_manual=False,
                title=group.title,
                why=group.why,
                created_at=now(),
            )
            session.add(row)
            session.flush()
            made.append(row)
        for file in group.files:
            files[file].group_id = name
    session.flush()
    gone = [row.id for row in known.values() if row.state == "found" and not row.is_manual and row.id not in kept]
    if gone:
        session.execute(delete(GroupRow).where(GroupRow.id.in_(gone)))
    drop_empty(session, tour_id)
    return made


def asked(session: Session, tour_id: str) -> int:
    """Return how many groups of a tour wait for a person to say that they are what they were taken for."""
    return sum(group.state == "found" and group.kind in ASKED for group, _ in of_tour(session, tour_id))


def drop_empty(session: Session, tour_id: str) -> None:
    """Delete the groups that nothing is in any more."""
    used = select(MaterialRow.group_id).where(MaterialRow.group_id.is_not(None), MaterialRow.removed_at.is_(None))
    session.execute(delete(GroupRow).where(GroupRow.tour_id == tour_id, GroupRow.id.not_in(used)))


def of_tour(session: Session, tour_id: str) -> list[tuple[GroupRow, list[MaterialRow]]]:
    """Return the groups of a tour with their files, in the order in which they came."""
    groups = session.scalars(
        select(GroupRow).where(GroupRow.tour_id == tour_id).order_by(GroupRow.created_at, GroupRow.id)
    ).all()
    files: dict[str, list[MaterialRow]] = {row.id: [] for row in groups}
    here = select(MaterialRow).where(MaterialRow.tour_id == tour_id, MaterialRow.removed_at.is_(None))
    for file in session.scalars(here.order_by(MaterialRow.folder, MaterialRow.name, MaterialRow.id)):
        if file.group_id in files:
            files[file.group_id].append(file)
    return [(row, files[row.id]) for row in groups if files[row.id]]


def taken_out(session: Session, tour_id: str) -> set[str]:
    """Return the SHA-256 of the files that were taken out of a tour and are not in it a second time."""
    asked = select(MaterialRow.sha256, MaterialRow.removed_at.is_(None)).where(MaterialRow.tour_id == tour_id)
    rows = session.execute(asked).all()
    return {sha256 for sha256, _ in rows} - {sha256 for sha256, is_here in rows if is_here}


def in_sets(session: Session, tour_id: str) -> set[str]:
    """Return the SHA-256 of the photos that panoramas are stitched of."""
    asked = select(MaterialRow.sha256).join(GroupRow, GroupRow.id == MaterialRow.group_id)
    return set(session.scalars(asked.where(MaterialRow.tour_id == tour_id, GroupRow.kind == "photos")))


def standings(session: Session, tours: Sequence[str]) -> dict[str, Counter[Standing]]:
    """Return by tour how many of its groups are how far; tours without groups are left out."""
    asked = (
        select(GroupRow.tour_id, GroupRow.kind, GroupRow.state, JobRow.state, func.count())
        .outerjoin(JobRow, JobRow.id == GroupRow.job_id)
        .where(GroupRow.tour_id.in_(tours))
        .group_by(GroupRow.tour_id, GroupRow.kind, GroupRow.state, JobRow.state)
    )
    counted: dict[str, Counter[Standing]] = {}
    for tour, kind, state, job_state, count in session.execute(asked):
        counted.setdefault(tour, Counter())[standing.of_group(kind, state, job_state)] += count
    return counted


def _seen(rows: Iterable[MaterialRow]) -> list[Seen]:
    return [
        Seen(row.id, row.name, row.folder, row.kind, PictureInfo.from_json(row.info) if row.info else None)
        for row in rows
    ]


def _name(tour_id: str, group: Group) -> str:
    """Name a group by what is in it, so that finding it again is no news."""
    return digest.of_work("group", 1, tour_id, group.kind, sorted(group.files))[:32]
