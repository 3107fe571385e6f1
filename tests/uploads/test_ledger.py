"""The table of uploads on both databases: room is never given twice, a file is received once, members only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import threading

import pytest
from sqlalchemy import select
from uploads.places import MUOI, OTHER, wanted

from ispace.database import Database
from ispace.database.journal import JournalRow
from ispace.database.people import Membership, Person
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.errors import UploadForbiddenError, UploadQuotaError, UploadsTooManyError, UploadTooLargeError
from ispace.uploads.fingerprint import of_bytes
from ispace.uploads.ledger import Ledger, Quotas
from ispace.uploads.rules import Question
from ispace.uploads.upload import Owner, Upload

QUOTAS = Quotas(largest_bytes=500, picture_bytes=450, tour_bytes=1000, person_bytes=1500, unfinished=20)


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with two tours, one of which Mười edits and the other one too, and a viewer."""
    with database.write() as session:
        for owner, role in ((MUOI, "editor"), (OTHER, "viewer")):
            person = Person(
                id=owner.id, email=owner.id, email_folded=owner.id, name=owner.name, role=role, language="vi"
            )
            person.created_at = now()
            session.add(person)
        for tour in ("chua", "cho", "nui"):
            session.add(
                TourRow(
                    id=tour, document={}, revision=1, state="draft", title=tour, folded=tour, sort_key=tour, scenes=0,
                    created_at=now(), changed_at=now(),
                )
            )  # fmt: skip
        session.flush()
        for tour, owner in (("chua", MUOI), ("cho", MUOI), ("chua", OTHER)):
            session.add(Membership(tour_id=tour, person_id=owner.id, role="editor", created_at=now()))
    return database


@pytest.fixture
def received() -> list[str]:
    return []


@pytest.fixture
def ledger(filled: Database, received: list[str]) -> Ledger:
    return Ledger(filled, QUOTAS, lambda _, row: received.append(row.id))


def whole(upload: Upload, content: bytes = b"x" * 400) -> Upload:
    return dataclasses.replace(
        upload, kind="image", format="JPEG", sha256="ab" * 32, fingerprint=of_bytes(content), is_sealed=True
    )


def test_room_is_never_given_twice(ledger: Ledger, filled: Database) -> None:
    refused: list[UploadQuotaError] = []

    def begin() -> None:
        try:
            ledger.admit(wanted(400))
        except UploadQuotaError as error:
            refused.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with filled.read() as session:
        assert [row.size_bytes for row in session.scalars(select(UploadRow))] == [400, 400]
    assert len(refused) == 4


def test_what_is_left_is_told_to_who_may_send(ledger: Ledger) -> None:
    assert ledger.room_bytes(MUOI, "chua") == 1000
    ledger.admit(wanted(400))
    assert ledger.room_bytes(MUOI, "chua") == 600
    assert ledger.room_bytes(MUOI, "cho") == 1000
    with pytest.raises(UploadForbiddenError):
        ledger.room_bytes(OTHER, "chua")


def test_a_person_has_an_end_too_over_all_tours(ledger: Ledger) -> None:
    for tour in ("chua", "chua", "cho"):
        ledger.admit(wanted(500, tour=tour))
    with pytest.raises(UploadQuotaError) as error:
        ledger.admit(wanted(1, tour="cho"))
    assert error.value.params["left_megabytes"] == 0


def test_what_ended_or_is_forgotten_gives_its_room_back_and_what_was_received_does_not(ledger: Ledger) -> None:
    ended, kept = wanted(500), wanted(400)
    ledger.admit(ended)
    ledger.admit(kept)
    ledger.finished(whole(kept))
    ledger.ended(kept.id)
    ledger.ended(ended.id)
    ledger.admit(wanted(500))
    with pytest.raises(UploadQuotaError):
        ledger.admit(wanted(200))
    ledger.forget(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    ledger.admit(wanted(500))
    with pytest.raises(UploadQuotaError):
        ledger.admit(wanted(200))


def test_an_upload_without_a_length_takes_the_most_until_it_says_less(ledger: Ledger) -> None:
    first = wanted(None)
    assert ledger.admit(first) == 500
    assert ledger.admit(wanted(None)) == 500
    with pytest.raises(UploadQuotaError):
        ledger.admit(wanted(None))
    ledger.declared(dataclasses.replace(first, length_bytes=100))
    assert ledger.admit(wanted(None)) == 400


def test_a_file_is_received_once_however_often_it_is_said(
    ledger: Ledger, filled: Database, received: list[str]
) -> None:
    upload = wanted(400, "Cổng chùa.jpg")
    ledger.admit(upload)
    for _ in range(3):
        ledger.finished(whole(upload))
    assert received == [upload.id]
    with filled.read() as session:
        (entry,) = session.scalars(select(JournalRow))
        assert (entry.action, entry.actor_id, entry.subject) == ("upload.receive", MUOI.id, upload.id)
        assert session.get_one(UploadRow, upload.id).state == "received"


def test_a_file_whose_receiver_fails_is_not_received(filled: Database) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    upload = wanted(400)
    ledger = Ledger(filled, QUOTAS, fail)
    ledger.admit(upload)
    with pytest.raises(RuntimeError):
        ledger.finished(whole(upload))
    with filled.read() as session:
        assert session.get_one(UploadRow, upload.id).state == "receiving"
        assert list(session.scalars(select(JournalRow))) == []


def test_a_file_whose_room_was_forgotten_or_whose_tour_is_gone_ends_well(
    ledger: Ledger, filled: Database, received: list[str]
) -> None:
    forgotten, homeless = wanted(400), wanted(400, tour="cho")
    for upload in (forgotten, homeless):
        ledger.admit(upload)
    ledger.forget(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    with filled.write() as session:
        session.delete(session.get_one(TourRow, "cho"))
    ledger.finished(whole(forgotten))
    ledger.finished(whole(homeless))
    assert received == [forgotten.id]


def test_known_files_are_those_of_the_same_tour_that_were_received(ledger: Ledger) -> None:
    here, twin, there, open_ = wanted(400, "đây.jpg"), wanted(400), wanted(401, "kia.jpg", tour="cho"), wanted(100)
    for upload in (here, twin, there, open_):
        ledger.admit(upload)
    for upload, content in ((here, b"1" * 400), (twin, b"1" * 400), (there, b"2" * 401)):
        ledger.finished(dataclasses.replace(whole(upload, content), sha256=hashlib.sha256(content).hexdigest()))
    questions = [
        Question(400),
        Question(400, sha256=hashlib.sha256(b"1" * 400).hexdigest()),
        Question(400, fingerprint=of_bytes(b"1" * 400)),
        Question(400, sha256="ab" * 32),
        Question(400, fingerprint=of_bytes(b"3" * 400)),
        Question(401),
        Question(100),
    ]
    found = ledger.known(MUOI, "chua", questions)
    assert [one and one.is_sure for one in found] == [False, True, True, None, None, None, None]
    assert [(one.name, one.owner_name) for one in found if one] == [("đây.jpg", MUOI.name)] * 3


@pytest.mark.parametrize(
    ("owner", "tour"),
    [(MUOI, "nui"), (OTHER, "chua"), (Owner("khong-ai", "Không ai"), "chua"), (MUOI, "khong-co"), (MUOI, "' or 1=1")],
)
def test_only_who_may_edit_a_tour_may_send_to_it_or_ask_what_it_has(ledger: Ledger, owner: Owner, tour: str) -> None:
    for ask in (
        lambda: ledger.check(owner, tour),
        lambda: ledger.admit(wanted(1, tour=tour, owner=owner)),
        lambda: ledger.known(owner, tour, []),
    ):
        with pytest.raises(UploadForbiddenError):
            ask()


def test_nobody_sends_to_a_tour_that_was_put_away_nor_after_leaving(ledger: Ledger, filled: Database) -> None:
    with filled.write() as session:
        session.get_one(TourRow, "cho").deleted_at = now()
    with pytest.raises(UploadForbiddenError):
        ledger.check(MUOI, "cho")
    ledger.check(MUOI, "chua")
    with filled.write() as session:
        session.get_one(Person, MUOI.id).disabled_at = now()
    with pytest.raises(UploadForbiddenError):
        ledger.check(MUOI, "chua")


def test_a_picture_may_not_be_larger_than_what_is_ever_read(ledger: Ledger) -> None:
    assert [ledger.largest_bytes(kind) for kind in ("image", "video", "audio")] == [450, 500, 500]


def test_too_large_and_too_many_are_refused(ledger: Ledger, filled: Database) -> None:
    with pytest.raises(UploadTooLargeError):
        ledger.admit(wanted(501))
    few = Ledger(filled, dataclasses.replace(QUOTAS, unfinished=2), lambda *_: None)
    few.admit(wanted(1))
    few.admit(wanted(1))
    with pytest.raises(UploadsTooManyError):
        few.admit(wanted(1))
