"""What tests of uploads share: rules in memory, places to receive at, uploads to send."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

from ispace.adapters.folder import FolderBlobs
from ispace.adapters.folder.receiving import FolderReceiving
from ispace.adapters.s3 import S3Blobs
from ispace.adapters.s3.receiving import S3Receiving
from ispace.errors import UploadForbiddenError
from ispace.uploads import upload as uploads
from ispace.uploads.records import Records
from ispace.uploads.rules import Known, Question
from ispace.uploads.store import UploadStore
from ispace.uploads.upload import Owner, Upload

Place = FolderReceiving | S3Receiving

MUOI = Owner("muoi", "Nguyễn Thị Mười")
OTHER = Owner("khac", "Người khác")
DAY_S = 86400.0


class MemoryRules:
    """Rules that remember what they were told, and fail when a test wants it."""

    def __init__(self) -> None:
        self.received: list[Upload] = []
        self.freed: list[str] = []
        self.fails = 0

    def check(self, owner: Owner, tour_id: str) -> None:
        if tour_id == "cam":
            raise UploadForbiddenError

    def admit(self, upload: Upload) -> int:
        self.check(upload.owner, upload.tour_id)
        return 10_000_000 if upload.length_bytes is None else upload.length_bytes

    def largest_bytes(self, kind: str) -> int:
        return 5000 if kind == "image" else 10_000_000

    def declared(self, upload: Upload) -> None: ...

    def finished(self, upload: Upload) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("killed here")
        if upload.id not in [known.id for known in self.received]:
            self.received.append(upload)

    def ended(self, upload_id: str) -> None:
        self.freed.append(upload_id)

    def forget(self, before: dt.datetime) -> None: ...

    def known(self, owner: Owner, tour_id: str, questions: Sequence[Question]) -> list[Known | None]:
        self.check(owner, tour_id)
        by_print = {
            one.fingerprint: Known(True, one.id, one.name, one.owner.name, one.created_at) for one in self.received
        }
        return [by_print.get(question.fingerprint) for question in questions]


def upload_store(place: Place, folder: Path, rules: MemoryRules | None = None) -> UploadStore:
    """Return a store as a process has that has just started."""
    return UploadStore(Records(folder), place, rules or MemoryRules(), DAY_S)


def wanted(length_bytes: int | None, name: str = "anh.jpg", tour: str = "chua", owner: Owner = MUOI) -> Upload:
    """Return an upload that somebody wants to begin."""
    return Upload(
        id=uploads.new_id(),
        owner=owner,
        tour_id=tour,
        name=name,
        folder="",
        length_bytes=length_bytes,
        max_bytes=0,
        created_at=dt.datetime.now(dt.UTC),
    )


def jpeg(size_bytes: int, seed: int = 1) -> bytes:
    """Return bytes that begin as a JPEG does."""
    return b"\xff\xd8\xff\xe0" + random.Random(seed).randbytes(size_bytes - 4)


def stored(place: Place, key: str) -> bytes | None:
    """Return what stands in the private store under a key."""
    blobs: FolderBlobs | S3Blobs = place.blobs
    return blobs.get(key) if blobs.head(key) else None
