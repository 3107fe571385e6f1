"""Who has uploaded how much to which tour, in the database: the rules of uploads as the studio keeps them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import rights
from ispace.database import Database
from ispace.database.people import Membership, Person
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.errors import UploadForbiddenError, UploadQuotaError, UploadsTooManyError
from ispace.journal import Actor
from ispace.settings import Settings
from ispace.uploads.rules import Known, Question, too_large
from ispace.uploads.upload import Owner, Upload

_LOG = logging.getLogger(__name__)

OnReceived = Callable[[Session, UploadRow], None]
"""Told of each received file, exactly once, within the transaction that makes it known to the tour."""


@dataclasses.dataclass(frozen=True)
class Quotas:
    """How much may be uploaded."""

    largest_bytes: int
    picture_bytes: int
    """A picture that no later stage would read is not received either."""
    tour_bytes: int
    person_bytes: int
    unfinished: int

    @classmethod
    def of(cls, settings: Settings) -> Quotas:
        """Return what the operator chose."""
        return cls(
            settings.upload_max_bytes,
            settings.max_bytes,
            settings.upload_quota_tour_bytes,
            settings.upload_quota_person_bytes,
            settings.upload_max_unfinished,
        )


class Ledger:
    """Implements ``rules.Rules`` on the table of uploads."""

    def __init__(self, database: Database, quotas: Quotas, on_received: OnReceived) -> None:
        """Keep the table in ``database``; what becomes of a received file is decided by ``on_received``."""
        self._database, self._quotas, self._on_received = database, quotas, on_received

    def check(self, owner: Owner, tour_id: str) -> None:
        """Raise ``UploadForbiddenError`` unless ``owner`` may send to the tour."""
        with self._database.read() as session:
            self._check(session, owner, tour_id)

    def admit(self, upload: Upload) -> int:
        """Set room aside; see ``rules.Rules``. Of two that come at once, the second sees what the first has taken."""
        owner, wanted = upload.owner, upload.length_bytes
        largest = self._quotas.largest_bytes
        if wanted is not None and wanted > largest:
            raise too_large(upload.name, wanted, largest)
        with self._database.write() as session:
            session.execute(select(TourRow.id).where(TourRow.id == upload.tour_id).with_for_update())
            session.execute(select(Person.id).where(Person.id == owner.id).with_for_update())
            self._check(session, owner, upload.tour_id)
            unfinished = session.scalar(
                select(func.count()).where(UploadRow.owner_id == owner.id, UploadRow.state == "receiving")
            )
            if (unfinished or 0) >= self._quotas.unfinished:
                raise UploadsTooManyError(count=unfinished)
            left = self._left(session, owner, upload.tour_id)
            if left < (wanted or 1):
                raise UploadQuotaError(file=upload.name, left_megabytes=max(0, left) // 1_000_000)
            room = min(left, largest) if wanted is None else wanted
            session.add(_row(upload, room))
        return room

    def largest_bytes(self, kind: str) -> int:
        """Return how large a file of a kind may be."""
        quotas = self._quotas
        return min(quotas.largest_bytes, quotas.picture_bytes) if kind in {"image", "drawing"} else quotas.largest_bytes

    def declared(self, upload: Upload) -> None:
        """Give back what was set aside beyond the length."""
        with self._database.write() as session:
            row = session.get(UploadRow, upload.id)
            if row is not None and row.state == "receiving" and upload.length_bytes is not None:
                row.size_bytes = upload.length_bytes

    def finished(self, upload: Upload) -> None:
        """Make a received file known; one that is known already is left as it is."""
        assert upload.length_bytes is not None
        with self._database.write() as session:
            row = session.get(UploadRow, upload.id, with_for_update=True)
            if row is None:  # forgotten in between, or gone with its tour
                if session.get(TourRow, upload.tour_id) is None:
                    _LOG.warning("upload %s: its tour %s is gone", upload.id, upload.tour_id)
                    return
                row = _row(upload, upload.length_bytes)
                session.add(row)
            if row.state == "received":
                return
            row.state, row.received_at, row.size_bytes = "received", now(), upload.length_bytes
            row.kind, row.format = upload.kind, upload.format
            row.sha256, row.fingerprint = upload.sha256, upload.fingerprint
            after = {"name": row.name, "tour": row.tour_id, "size_bytes": row.size_bytes, "sha256": row.sha256}
            owner = upload.owner
            actor = Actor(owner.id, owner.name, owner.via, owner.address)
            # In this order everywhere: who asks for a job waits for others that do, who writes the journal for its end.
            self._on_received(session, row)
            journal.record(session, actor, "upload.receive", "upload", row.id, None, after)

    def ended(self, upload_id: str) -> None:
        """Give back the room of an upload that was given up."""
        with self._database.write() as session:
            session.execute(delete(UploadRow).where(UploadRow.id == upload_id, UploadRow.state == "receiving"))

    def forget(self, before: dt.datetime) -> None:
        """Give back the room of uploads that began before then and that nobody has any more."""
        with self._database.write() as session:
            session.execute(delete(UploadRow).where(UploadRow.created_at < before, UploadRow.state == "receiving"))

    def known(self, owner: Owner, tour_id: str, questions: Sequence[Question]) -> list[Known | None]:
        """Return for each file what the tour has already; of several the one received first."""
        with self._database.read() as session:
            self._check(session, owner, tour_id)
            asked = select(UploadRow).where(
                UploadRow.tour_id == tour_id,
                UploadRow.state == "received",
                UploadRow.size_bytes.in_({question.size_bytes for question in questions}),
            )
            by_size: dict[int, list[UploadRow]] = {}
            for row in session.scalars(asked.order_by(UploadRow.received_at, UploadRow.id)):
                by_size.setdefault(row.size_bytes, []).append(row)
        return [_answer(question, by_size.get(question.size_bytes, [])) for question in questions]

    def room_bytes(self, owner: Owner, tour_id: str) -> int:
        """Return how much ``owner`` may still send to a tour; raises as ``check``."""
        with self._database.read() as session:
            self._check(session, owner, tour_id)
            return max(0, self._left(session, owner, tour_id))

    def _left(self, session: Session, owner: Owner, tour_id: str) -> int:
        return min(
            self._quotas.tour_bytes - _taken(session, UploadRow.tour_id == tour_id),
            self._quotas.person_bytes - _taken(session, UploadRow.owner_id == owner.id),
        )

    def _check(self, session: Session, owner: Owner, tour_id: str) -> None:
        """Raise unless the owner may edit the tour; a tour that does not exist is told from no other."""
        person, tour = session.get(Person, owner.id), session.get(TourRow, tour_id)
        membership = session.get(Membership, (tour_id, owner.id))
        if person is None or person.disabled_at is not None or tour is None or tour.deleted_at is not None:
            raise UploadForbiddenError
        if not rights.may("edit", person.role, membership.role if membership else None):
            raise UploadForbiddenError


def _taken(session: Session, whose: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(UploadRow.size_bytes), 0)).where(whose)) or 0)


def _answer(question: Question, rows: Sequence[UploadRow]) -> Known | None:
    """Return which of the rows of that length a file is."""
    if question.sha256:
        rows = [row for row in rows if row.sha256 == question.sha256]
    elif question.fingerprint:
        rows = [row for row in rows if row.fingerprint == question.fingerprint]
    if not rows or rows[0].received_at is None:
        return None
    is_sure = bool(question.sha256 or question.fingerprint)
    return Known(is_sure, rows[0].id, rows[0].name, rows[0].owner, rows[0].received_at)


def _row(upload: Upload, size_bytes: int) -> UploadRow:
    return UploadRow(
        id=upload.id,
        tour_id=upload.tour_id,
        owner_id=upload.owner.id,
        owner=upload.owner.name,
        state="receiving",
        name=upload.name,
        folder=upload.folder,
        size_bytes=size_bytes,
        kind=upload.kind,
        format=upload.format,
        sha256=upload.sha256,
        fingerprint=upload.fingerprint,
        created_at=upload.created_at,
        modified_at=upload.modified_at,
        scene_id=upload.scene_id or None,
    )
