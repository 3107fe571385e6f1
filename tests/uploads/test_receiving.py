"""Both places keep the contract of ``ports.Receiving``: what was received is what disk and store hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from servers.server import Server
from servers.tiny_s3 import TinyS3
from uploads.conftest import bucket_place
from uploads.places import Place, jpeg, stored

from ispace.adapters.s3.receiving import PART_BYTES, S3Receiving
from ispace.errors import ObjectDamagedError

KEY = "uploads/" + "0" * 32
CONTENT = jpeg(3456)


def send(place: Place, aside: Path, content: bytes, at: int = 0, *, settle: bool = True, step: int = 700) -> None:
    for start in range(at, len(content), step):
        place.write(aside, start, content[start : start + step])
        if settle:
            place.settle(aside, KEY)


@pytest.mark.parametrize("size", [1, 999, 1000, 1001, 2000, 3456])
def test_what_is_received_is_stored_byte_for_byte(place: Place, aside: Path, size: int) -> None:
    send(place, aside, CONTENT[:size])
    assert place.size_bytes(aside, KEY) == size
    place.sync(aside)
    place.store(aside, KEY, size)
    assert stored(place, KEY) == CONTENT[:size]
    assert b"".join(place.read(KEY)) == CONTENT[:size]


def test_storing_again_after_a_kill_is_no_error(place: Place, aside: Path) -> None:
    send(place, aside, CONTENT)
    place.store(aside, KEY, len(CONTENT))
    place.store(aside, KEY, len(CONTENT))
    place.discard(aside, KEY)
    assert stored(place, KEY) == CONTENT


def test_what_is_not_of_the_length_is_not_taken_for_stored(place: Place, aside: Path) -> None:
    send(place, aside, CONTENT)
    with pytest.raises(ObjectDamagedError):
        place.store(aside, KEY, len(CONTENT) + 1)


@pytest.mark.parametrize("kept", [0, 1, 999, 1000, 1500, 3000, 3456])
def test_what_was_not_settled_can_be_cut(place: Place, aside: Path, kept: int) -> None:
    send(place, aside, b"x" * len(CONTENT), settle=False)
    place.cut(aside, KEY, kept)
    assert place.size_bytes(aside, KEY) == kept
    send(place, aside, b"x" * kept + CONTENT[kept:], kept)
    place.store(aside, KEY, len(CONTENT))
    assert stored(place, KEY) == b"x" * kept + CONTENT[kept:]


def test_the_first_bytes_are_there_until_something_is_settled(place: Place, aside: Path) -> None:
    send(place, aside, CONTENT, settle=False)
    assert place.head(aside, 512) == CONTENT[:512]


def test_nothing_is_left_of_what_was_discarded(place: Place, aside: Path) -> None:
    send(place, aside, CONTENT)
    place.discard(aside, KEY)
    assert place.size_bytes(aside, KEY) == 0
    assert list(aside.iterdir()) == []
    assert stored(place, KEY) is None


def test_a_part_in_both_places_counts_once(tiny_place: S3Receiving, aside: Path) -> None:
    """The kill came after the part was sent and before its file was deleted."""
    send(tiny_place, aside, CONTENT[:2500])
    (aside / "part-00002").write_bytes(CONTENT[1000:2000])
    assert tiny_place.size_bytes(aside, KEY) == 2500
    send(tiny_place, aside, CONTENT, 2500)
    tiny_place.store(aside, KEY, len(CONTENT))
    assert stored(tiny_place, KEY) == CONTENT


def test_no_part_is_kept_on_the_disk_once_the_server_has_it(tiny_place: S3Receiving, aside: Path) -> None:
    send(tiny_place, aside, CONTENT)
    assert [file.name for file in sorted(aside.glob("part-*"))] == ["part-00004"]


def test_a_file_of_one_part_is_put_whole(tiny_place: S3Receiving, tiny: TinyS3, aside: Path) -> None:
    send(tiny_place, aside, CONTENT[:900])
    tiny_place.store(aside, KEY, 900)
    assert tiny.requests["POST upload"] == 0
    assert tiny.requests["PUT object"] == 1


def test_a_multipart_upload_that_the_server_forgot_begins_anew(tiny_place: S3Receiving, aside: Path) -> None:
    send(tiny_place, aside, CONTENT)
    tiny_place._abort(KEY, (aside / "multipart").read_text())
    assert tiny_place.size_bytes(aside, KEY) == 0
    tiny_place.cut(aside, KEY, 0)
    send(tiny_place, aside, CONTENT)
    tiny_place.store(aside, KEY, len(CONTENT))
    assert stored(tiny_place, KEY) == CONTENT


def test_multipart_uploads_that_nobody_knows_are_ended_and_known_ones_are_not(
    tiny_place: S3Receiving, aside: Path
) -> None:
    send(tiny_place, aside, CONTENT)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert tiny_place.tidy(later - dt.timedelta(days=1), lambda _: False) == 0
    assert tiny_place.blobs.tidy(later) == 0
    assert tiny_place.tidy(later, lambda key: key == KEY) == 0
    assert tiny_place.tidy(later, lambda _: False) == 1
    assert tiny_place.size_bytes(aside, KEY) == 0


def test_a_real_server_gets_its_parts(swift: Server, monkeypatch: pytest.MonkeyPatch, aside: Path) -> None:
    place = bucket_place(swift, monkeypatch, 5 << 20)
    content = jpeg((5 << 20) + 70_000)
    send(place, aside, content, step=1 << 20)
    assert place.size_bytes(aside, KEY) == len(content)
    assert [file.name for file in aside.glob("part-*")] == ["part-00002"]
    place.store(aside, KEY, len(content))
    place.store(aside, KEY, len(content))
    assert stored(place, KEY) == content


def test_parts_are_as_large_as_every_server_wants() -> None:
    assert PART_BYTES >= 5 << 20
