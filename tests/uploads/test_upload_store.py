"""Uploads lose nothing and invent nothing: offsets that lie, checksums, kills between two steps, what is left alone."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest
from uploads.places import DAY_S, MUOI, OTHER, MemoryRules, Place, jpeg, stored, upload_store, wanted

from ispace.errors import (
    IspaceError,
    UploadArchiveError,
    UploadBusyError,
    UploadChecksumError,
    UploadDoneError,
    UploadEmptyError,
    UploadExpiredError,
    UploadForbiddenError,
    UploadKindError,
    UploadKnownError,
    UploadOffsetError,
    UploadTooLargeError,
    UploadTooLongError,
    UploadUnknownError,
)
from ispace.uploads.fingerprint import of_bytes
from ispace.uploads.reception import Checksum, Reception
from ispace.uploads.records import Records
from ispace.uploads.rules import Question
from ispace.uploads.store import UploadStore
from ispace.uploads.upload import Upload

CONTENT = jpeg(3456)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def rules() -> MemoryRules:
    return MemoryRules()


@pytest.fixture
def store(place: Place, folder: Path, rules: MemoryRules) -> UploadStore:
    return upload_store(place, folder, rules)


def receive(store: UploadStore, upload: Upload, content: bytes, at: int, **said: object) -> Upload:
    """Send bytes in one whole request."""
    reception = Reception(store, upload, at, expected_bytes=len(content), **said)  # type: ignore[arg-type]
    try:
        for start in range(0, len(content), 600):
            reception.write(content[start : start + 600])
    except IspaceError:
        reception.end(is_whole=False)
        raise
    return reception.end(is_whole=True)


def cut_off(store: UploadStore, upload: Upload, content: bytes, at: int, **said: object) -> None:
    """Send bytes in a request whose process is killed: nothing of ``end`` is done, and the kernel frees the lock."""
    reception = Reception(store, upload, at, expected_bytes=len(content) + 1, **said)  # type: ignore[arg-type]
    for start in range(0, len(content), 600):
        reception.write(content[start : start + 600])
    reception._lock.release()


def sha1(content: bytes) -> Checksum:
    return Checksum("sha1", hashlib.sha1(content).digest())


def test_a_file_in_pieces_is_received_byte_for_byte(store: UploadStore, place: Place, rules: MemoryRules) -> None:
    upload = store.create(wanted(len(CONTENT)))
    for start in range(0, len(CONTENT), 1111):
        upload = receive(store, upload, CONTENT[start : start + 1111], start)
    assert stored(place, upload.key) == CONTENT
    assert [(u.sha256, u.kind, u.format) for u in rules.received] == [
        (hashlib.sha256(CONTENT).hexdigest(), "image", "JPEG")
    ]
    assert rules.received[0].fingerprint == of_bytes(CONTENT)
    assert store.look(store.find(upload.id, MUOI.id)) == (upload, len(CONTENT))


def test_another_process_goes_on_after_a_kill(place: Place, folder: Path, rules: MemoryRules) -> None:
    upload = upload_store(place, folder, rules).create(wanted(len(CONTENT)))
    at = 0
    for size in (10, 590, 1300, 1, 555):
        cut_off(upload_store(place, folder, rules), upload, CONTENT[at : at + size], at)
        at += size
        assert upload_store(place, folder).look(upload_store(place, folder).find(upload.id, MUOI.id))[1] == at
    receive(upload_store(place, folder, rules), upload, CONTENT[at:], at)
    assert stored(place, upload.key) == CONTENT
    assert rules.received[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert rules.received[0].fingerprint == of_bytes(CONTENT)


@pytest.mark.parametrize("at", [0, 999, 1001, 5000])
def test_a_request_that_lies_about_the_offset_changes_nothing(store: UploadStore, place: Place, at: int) -> None:
    upload = store.create(wanted(len(CONTENT)))
    receive(store, upload, CONTENT[:1000], 0)
    with pytest.raises(UploadOffsetError) as error:
        receive(store, upload, b"y" * 10, at)
    assert error.value.params["offset"] == 1000
    receive(store, upload, CONTENT[1000:], 1000)
    assert stored(place, upload.key) == CONTENT


def test_two_writers_at_once_are_one(store: UploadStore, place: Place, folder: Path, rules: MemoryRules) -> None:
    upload = store.create(wanted(len(CONTENT)))
    first = Reception(store, upload, 0, expected_bytes=len(CONTENT))
    first.write(CONTENT[:700])
    for other in (store, upload_store(place, folder, rules)):
        with pytest.raises(UploadBusyError):
            Reception(other, upload, 0, expected_bytes=10)
        with pytest.raises(UploadBusyError):
            other.terminate(upload)
    first.write(CONTENT[700:])
    first.end(is_whole=True)
    assert stored(place, upload.key) == CONTENT


def test_a_connection_that_breaks_keeps_what_came(store: UploadStore) -> None:
    upload = store.create(wanted(len(CONTENT)))
    reception = Reception(store, upload, 0, expected_bytes=len(CONTENT))
    reception.write(CONTENT[:1234])
    reception.end(is_whole=False)
    assert store.look(upload)[1] == 1234


@pytest.mark.parametrize("settled", [0, 600, 2000])
def test_what_was_sent_wrongly_is_cut_away_and_sent_again(store: UploadStore, place: Place, settled: int) -> None:
    upload = store.create(wanted(len(CONTENT)))
    if settled:
        receive(store, upload, CONTENT[:settled], 0)
    with pytest.raises(UploadChecksumError):
        receive(store, upload, CONTENT[settled:], settled, checksum=sha1(b"else"))
    assert store.look(store.find(upload.id, MUOI.id))[1] == settled
    receive(store, upload, CONTENT[settled:], settled, checksum=sha1(CONTENT[settled:]))
    assert stored(place, upload.key) == CONTENT


def test_a_part_of_what_has_a_checksum_counts_for_nothing(place: Place, folder: Path, rules: MemoryRules) -> None:
    store = upload_store(place, folder, rules)
    upload = store.create(wanted(len(CONTENT)))
    receive(store, upload, CONTENT[:600], 0)
    cut_off(store, upload, b"z" * 2000, 600, checksum=sha1(CONTENT))
    after = upload_store(place, folder, rules)
    assert after.look(after.find(upload.id, MUOI.id))[1] == 600
    with pytest.raises(UploadOffsetError):
        receive(after, upload, CONTENT[2600:], 2600)
    receive(after, upload, CONTENT[600:], 600)
    assert stored(place, upload.key) == CONTENT


def test_more_than_was_declared_is_refused_before_and_while_it_comes(store: UploadStore, place: Place) -> None:
    upload = store.create(wanted(len(CONTENT)))
    with pytest.raises(UploadTooLongError):
        receive(store, upload, CONTENT + b"x", 0)
    reception = Reception(store, upload, 0)
    reception.write(CONTENT)
    with pytest.raises(UploadTooLongError):
        reception.write(b"x")
    reception.end(is_whole=False)
    assert store.look(upload)[1] == 0
    receive(store, upload, CONTENT, 0)
    assert stored(place, upload.key) == CONTENT


def test_the_length_may_be_said_later_but_not_twice(store: UploadStore, place: Place, rules: MemoryRules) -> None:
    upload = store.create(wanted(None))
    upload = receive(store, upload, CONTENT[:2000], 0)
    with pytest.raises(UploadTooLongError):
        receive(store, upload, b"", 2000, length_bytes=1999)
    upload = receive(store, upload, b"", 2000, length_bytes=len(CONTENT))
    with pytest.raises(UploadTooLongError):
        receive(store, upload, b"", 2000, length_bytes=len(CONTENT) + 1)
    receive(store, upload, CONTENT[2000:], 2000)
    assert stored(place, upload.key) == CONTENT
    assert rules.received[0].fingerprint == of_bytes(CONTENT)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\x03\x04" + b"x" * 3000, UploadArchiveError),
        (b"\x1f\x8b" + b"x" * 3000, UploadArchiveError),
        (b"MZ" + b"x" * 3000, UploadKindError),
        (b"<svg xmlns='http'>".ljust(3000), UploadKindError),
        (b"short", UploadKindError),
    ],
)
def test_what_no_tour_is_made_of_ends_at_once(
    store: UploadStore, place: Place, rules: MemoryRules, folder: Path, content: bytes, error: type[IspaceError]
) -> None:
    upload = store.create(wanted(len(content), "anh.jpg"))
    with pytest.raises(error) as raised:
        receive(store, upload, content, 0)
    assert raised.value.params["file"] == "anh.jpg"
    with pytest.raises(UploadUnknownError):
        store.find(upload.id, MUOI.id)
    assert rules.freed == [upload.id]
    assert list(folder.iterdir()) == []


def test_a_picture_that_nothing_could_read_ends_at_its_first_bytes(store: UploadStore, rules: MemoryRules) -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(5500)
    receive(store, store.create(wanted(len(film))), film, 0)
    upload = store.create(wanted(6000))
    with pytest.raises(UploadTooLargeError):
        receive(store, upload, jpeg(600), 0)
    assert rules.freed == [upload.id]
    endless = store.create(wanted(None))
    receive(store, endless, jpeg(5000), 0)
    with pytest.raises(UploadTooLongError):
        receive(store, endless, b"x", 5000)


@pytest.mark.parametrize("step", ["store", "digests", "finished", "done"])
@pytest.mark.parametrize("again", ["look", "sweep"])
def test_a_kill_between_two_steps_of_finishing_loses_nothing(
    place: Place, folder: Path, rules: MemoryRules, monkeypatch: pytest.MonkeyPatch, step: str, again: str
) -> None:
    store = upload_store(place, folder, rules)
    upload = store.create(wanted(len(CONTENT)))

    def killed(*_: object) -> None:
        raise RuntimeError

    def write(changed: Upload) -> None:
        Records.write(store.records, changed) if not changed.is_done else killed()

    with monkeypatch.context() as patched:
        if step == "store":
            patched.setattr(place, "store", killed)
        elif step == "digests":
            patched.setattr(store, "_of_stored", killed)
        elif step == "finished":
            rules.fails = 1
        else:
            patched.setattr(store.records, "write", write)
        with pytest.raises(RuntimeError):
            receive(store, upload, CONTENT, 0)
    after = upload_store(place, folder, rules)
    if again == "sweep":
        assert after.sweep() == 1
    done, offset = after.look(after.find(upload.id, MUOI.id))
    assert (done.is_done, offset) == (True, len(CONTENT))
    assert [u.sha256 for u in rules.received] == [hashlib.sha256(CONTENT).hexdigest()]
    assert stored(place, upload.key) == CONTENT
    assert after.sweep() == 0


def test_uploads_of_others_are_none(store: UploadStore) -> None:
    upload = store.create(wanted(10))
    for wrong in (upload.id[:-1] + ("0" if upload.id[-1] != "0" else "1"), "..", "../../etc/passwd", "", "A" * 32):
        with pytest.raises(UploadUnknownError):
            store.find(wrong, MUOI.id)
    with pytest.raises(UploadUnknownError):
        store.find(upload.id, OTHER.id)


def test_what_is_given_up_frees_its_room_and_its_bytes(
    store: UploadStore, place: Place, rules: MemoryRules, folder: Path
) -> None:
    upload = store.create(wanted(len(CONTENT)))
    receive(store, upload, CONTENT[:2500], 0)
    store.terminate(upload)
    assert rules.freed == [upload.id]
    assert list(folder.iterdir()) == []
    assert place.size_bytes(folder / upload.id, upload.key) == 0


def test_what_is_received_whole_cannot_be_given_up(store: UploadStore, place: Place) -> None:
    upload = receive(store, store.create(wanted(len(CONTENT))), CONTENT, 0)
    with pytest.raises(UploadDoneError):
        store.terminate(upload)
    assert stored(place, upload.key) == CONTENT


def test_what_is_left_alone_expires_and_what_is_used_does_not(
    store: UploadStore, rules: MemoryRules, folder: Path
) -> None:
    left, used = (store.create(wanted(len(CONTENT))) for _ in range(2))
    receive(store, left, CONTENT[:2500], 0)
    for upload in (left, used):
        old = time.time() - DAY_S - 1
        os.utime(folder / upload.id / "lock", (old, old))
    with pytest.raises(UploadExpiredError):
        store.find(left.id, MUOI.id)
    receive(store, used, CONTENT[:600], 0)
    assert store.sweep() == 1
    assert rules.freed == [left.id]
    assert [entry.name for entry in folder.iterdir()] == [used.id]


def test_the_record_of_a_finished_upload_goes_and_its_file_stays(
    store: UploadStore, place: Place, rules: MemoryRules, folder: Path
) -> None:
    upload = receive(store, store.create(wanted(len(CONTENT))), CONTENT, 0)
    old = time.time() - DAY_S - 1
    os.utime(folder / upload.id / "lock", (old, old))
    assert store.sweep() == 1
    assert list(folder.iterdir()) == []
    assert rules.freed == []
    assert stored(place, upload.key) == CONTENT


def test_the_sweep_leaves_alone_what_is_being_written_and_what_has_just_begun(store: UploadStore, folder: Path) -> None:
    upload = store.create(wanted(len(CONTENT)))
    reception = Reception(store, upload, 0, expected_bytes=10)
    (folder / ("f" * 32)).mkdir()
    assert store.sweep() == 0
    reception.end(is_whole=False)
    os.utime(folder / ("f" * 32), (0, 0))
    assert store.sweep() == 1
    assert [entry.name for entry in folder.iterdir()] == [upload.id]


def test_a_damaged_record_is_no_upload(store: UploadStore, folder: Path) -> None:
    upload = store.create(wanted(10))
    for text in (b"", b"{", b"[]", b"null", b'{"id": 1}'):
        (folder / upload.id / "upload.json").write_bytes(text)
        with pytest.raises(UploadUnknownError):
            store.find(upload.id, MUOI.id)


def test_an_empty_file_and_a_forbidden_tour_are_refused_before_anything_is_made(
    store: UploadStore, folder: Path
) -> None:
    with pytest.raises(UploadEmptyError):
        store.create(wanted(0))
    with pytest.raises(UploadForbiddenError):
        store.create(wanted(10, tour="cam"))
    assert not folder.exists()


def test_a_file_that_the_tour_has_is_refused_with_its_name_there_before_it_is_sent(store: UploadStore) -> None:
    receive(store, store.create(wanted(len(CONTENT), "Cổng chùa.jpg")), CONTENT, 0)
    with pytest.raises(UploadKnownError) as error:
        store.create(
            wanted(len(CONTENT), "DSC_1.jpg", owner=OTHER), Question(len(CONTENT), fingerprint=of_bytes(CONTENT))
        )
    assert error.value.params["name"] == "Cổng chùa.jpg"
    assert error.value.params["owner"] == MUOI.name
    store.create(wanted(len(CONTENT), owner=OTHER), Question(len(CONTENT), fingerprint=of_bytes(CONTENT + b"x")))


def test_a_folder_that_lies_on_another_disk_is_copied_to(
    folder_place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_place.blobs, "adopt", lambda key, file: False)
    store = upload_store(folder_place, folder)
    upload = receive(store, store.create(wanted(len(CONTENT))), CONTENT, 0)
    assert stored(folder_place, upload.key) == CONTENT
    assert {entry.name for entry in (folder / upload.id).iterdir()} == {"lock", "upload.json"}


def test_a_record_says_after_a_restart_what_it_said_before() -> None:
    upload = dataclasses.replace(wanted(5, "Chùa Bà “Chúa Xứ”.jpg"), metadata="a YQ==", kind="image")
    assert Upload.from_json(upload.to_json()) == upload


def test_a_folder_that_goes_away_is_an_upload_that_is_gone(store: UploadStore, folder: Path) -> None:
    upload = store.create(wanted(10))
    shutil.rmtree(folder / upload.id)
    with pytest.raises(UploadUnknownError):
        Reception(store, upload, 0)
