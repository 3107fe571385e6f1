"""One request's bytes on their way into an upload, which is locked as long."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from typing import Protocol

from ispace.errors import (
    BadInputError,
    UploadChecksumError,
    UploadOffsetError,
    UploadTooLongError,
)
from ispace.uploads import media
from ispace.uploads.locks import Lock
from ispace.uploads.store import UploadStore
from ispace.uploads.upload import Upload

ALGORITHMS = ("sha1", "sha256")


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


@dataclasses.dataclass(frozen=True)
class Checksum:
    """What the client says that a request's bytes hash to."""

    algorithm: str
    digest: bytes


class Reception:
    """Takes bytes at one position of an upload; ``end`` must be called once, whatever happened.

    Until a checksum was compared nothing is settled, so that it can be cut away; a note on the disk says so, and holds
    after a kill, too. The same is done where nobody said beforehand how many bytes will come.
    """

    def __init__(
        self,
        store: UploadStore,
        upload: Upload,
        offset_bytes: int,
        *,
        expected_bytes: int | None = None,
        length_bytes: int | None = None,
        checksum: Checksum | None = None,
    ) -> None:
        """Begin at ``offset_bytes``; ``length_bytes`` is the length of the whole, where it is only said now.

        Raises:
            UploadBusyError: another request writes.
            UploadUnknownError: the upload was given up in this moment.
            UploadOffsetError: the upload stands elsewhere.
            UploadTooLongError: the ``expected_bytes`` are more than are left.
        """
        self._store, self._place = store, store.place
        self._aside = store.records.aside(upload.id)
        self._lock = Lock(self._aside)
        try:
            self._begin(store.records.read(upload.id), offset_bytes, expected_bytes, length_bytes, checksum)
        except BaseException:
            self._lock.release()
            raise

    def _begin(
        self,
        upload: Upload,
        offset_bytes: int,
        expected_bytes: int | None,
        length_bytes: int | None,
        checksum: Checksum | None,
    ) -> None:
        now = self._store.offset_bytes(upload)
        if offset_bytes != now:
            raise UploadOffsetError(file=upload.name, said=offset_bytes, offset=now)
        if length_bytes is not None and upload.length_bytes is None:
            upload = self._store.declare(upload, length_bytes)
        elif length_bytes not in {None, upload.length_bytes}:
            raise UploadTooLongError(file=upload.name, length=upload.length_bytes)
        self.upload, self.offset_bytes, self._start = upload, now, now
        self._is_dropped = False
        if now + (expected_bytes or 0) > self._limit:
            raise UploadTooLongError(file=upload.name, length=self._limit)
        if not upload.is_sealed:
            self._place.cut(self._aside, upload.key, now)  # what a killed request left behind the offset
        if self._store.records.unchecked(upload.id) is not None:
            self._store.records.end_unchecked(upload.id)
        self._lock.touch()
        self._digests = self._store.digests_of(upload, now) if not upload.is_sealed else None
        self._at_start = self._digests.copy() if self._digests else None
        self._checksum = checksum
        self._hash: _Hash | None = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._is_held = checksum is not None or expected_bytes is None
        if checksum:
            self._store.records.begin_unchecked(upload.id, now)

    @property
    def _limit(self) -> int:
        return self.upload.max_bytes if self.upload.length_bytes is None else self.upload.length_bytes

    def write(self, piece: bytes) -> None:
        """Take the bytes that come next.

        Raises:
            UploadTooLongError: more than declared; this request's bytes are cut away.
            UploadKindError: its first bytes are of no kind that is taken; the upload is forgotten.
            UploadArchiveError: as above, it is an archive.
        """
        if self.offset_bytes + len(piece) > self._limit:
            self._cut_back()
            raise UploadTooLongError(file=self.upload.name, length=self._limit)
        self._place.write(self._aside, self.offset_bytes, piece)
        self.offset_bytes += len(piece)
        if self._digests:
            self._digests.update(piece)
        if self._hash:
            self._hash.update(piece)
        self._recognise()
        if not self._is_held and self.upload.kind:
            self._place.settle(self._aside, self.upload.key)

    def end(self, *, is_whole: bool) -> Upload:
        """Bring everything to the disk and give the lock back; ``is_whole``: the request came to its end.

        An upload that is complete now is finished, and raises as ``UploadStore.finish``.

        Raises:
            UploadChecksumError: what came is not what was sent; it was cut away.
        """
        try:
            if self._is_dropped or self.upload.is_sealed:
                return self.upload
            fits = self._compare(is_whole=is_whole)
            self._place.sync(self._aside)
            if self._checksum:
                self._store.records.end_unchecked(self.upload.id)
            self._lock.touch()
            if not fits:
                raise UploadChecksumError(file=self.upload.name)
            if self._digests:
                self._store.keep_digests(self.upload, self._digests)
            if self.offset_bytes == self.upload.length_bytes:
                self.upload = self._store.finish(self.upload)
            elif self.upload.kind:
                self._place.settle(self._aside, self.upload.key)
            return self.upload
        finally:
            self._lock.release()

    def _compare(self, *, is_whole: bool) -> bool:
        """Cut away what was not, or not rightly, checked; return whether nothing was wrong."""
        if not self._checksum or not self._hash:
            return True
        fits = hmac.compare_digest(self._hash.digest(), self._checksum.digest)
        if not (fits and is_whole):
            self._cut_back()
        return fits or not is_whole

    def _cut_back(self) -> None:
        if self._is_held:
            self._place.cut(self._aside, self.upload.key, self._start)
            self.offset_bytes, self._digests = self._start, self._at_start

    def _recognise(self) -> None:
        """Look at the first bytes as soon as there are enough of them."""
        if self.upload.kind or self.offset_bytes < media.HEAD_BYTES:
            return
        try:
            self.upload = self._store.recognise(self.upload)
        except BadInputError:
            self._is_dropped = True
            raise
