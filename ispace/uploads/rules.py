"""What the rest of iSpace decides about uploads: who may send what to which tour, and what becomes of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from ispace.errors import UploadTooLargeError
from ispace.uploads.upload import Owner, Upload


@dataclasses.dataclass(frozen=True)
class Question:
    """What is known of a file before it is sent: its length and, where that is not enough, one of the digests."""

    size_bytes: int
    sha256: str = ""
    fingerprint: str = ""


@dataclasses.dataclass(frozen=True)
class Known:
    """A file that a tour has already: the upload, what it is called there, who sent it and when."""

    is_sure: bool
    """``False`` where only the length is the same, and a digest has to decide."""
    upload_id: str
    name: str
    owner_name: str
    received_at: dt.datetime


def too_large(name: str, size_bytes: int, largest_bytes: int) -> UploadTooLargeError:
    """Return the refusal of a file; its size is rounded up, so that it never reads as the limit that it exceeds."""
    megabytes = -(-size_bytes // 1_000_000)
    return UploadTooLargeError(file=name, megabytes=megabytes, max_megabytes=largest_bytes // 1_000_000)


class Rules(Protocol):
    """Asked before bytes are taken and told after; every method may be called again for the same upload."""

    def check(self, owner: Owner, tour_id: str) -> None:
        """Say nothing if ``owner`` may send to the tour, else raise ``UploadForbiddenError``."""

    def admit(self, upload: Upload) -> int:
        """Set room aside for a new upload and return how many bytes; all that is left where its length is not known.

        Raises:
            UploadForbiddenError: the owner may not send to that tour.
            UploadTooLargeError: no file may be that large.
            UploadQuotaError: the tour or the owner has no room for it.
            UploadsTooManyError: the owner has too many unfinished ones.
        """

    def largest_bytes(self, kind: str) -> int:
        """Return how large a file of a kind (image, video, audio, captions) may be, once it is known what it is."""

    def declared(self, upload: Upload) -> None:
        """Learn the length of an upload that was admitted without; it is within what was set aside."""

    def finished(self, upload: Upload) -> None:
        """Take over an upload that stands in the private store; only when this returns is the upload done."""

    def ended(self, upload_id: str) -> None:
        """Give back the room of an upload that will never be finished."""

    def forget(self, before: dt.datetime) -> None:
        """Give back the room of uploads that began before then and were never finished: nobody has them any more."""

    def known(self, owner: Owner, tour_id: str, questions: Sequence[Question]) -> list[Known | None]:
        """Return for each file what the tour has already, ``None`` where it is new; raises as ``check``."""
