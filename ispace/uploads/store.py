"""All uploads of this installation: begins them, finds them, finishes them, and sweeps up what nobody goes on with.

The order of finishing is what a kill cannot hurt: seal (nothing more is taken) → into the private store → digests →
``Rules.finished`` → done. Each step may be done again, and HEAD and the sweep do it again until all are done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import threading
import time
from collections import OrderedDict

from ispace import language
from ispace.errors import (
    BadInputError,
    IspaceError,
    UploadBusyError,
    UploadDoneError,
    UploadEmptyError,
    UploadExpiredError,
    UploadKnownError,
    UploadTooLongError,
    UploadUnknownError,
)
from ispace.ports import Receiving
from ispace.uploads import locks, media
from ispace.uploads.fingerprint import Digests
from ispace.uploads.locks import Lock
from ispace.uploads.records import Records
from ispace.uploads.rules import Question, Rules, too_large
from ispace.uploads.upload import Upload

_LOG = logging.getLogger(__name__)

_RUNNING_DIGESTS = 1000
"""How many unfinished digests are remembered between two requests; the others are computed anew at the end."""
_HALF_MADE_S = 3600.0
"""No upload takes so long to begin: a folder without a record is what a kill left behind."""
_IDLE_S = 600.0
"""An upload that got nothing for so long is kept, but nobody waits for it."""
_ORPHANS = dt.timedelta(days=30)


class UploadStore:
    """Uploads in a folder aside and a receiving place; all methods block, for threads."""

    def __init__(self, records: Records, place: Receiving, rules: Rules, expiry_s: float) -> None:
        """Keep unfinished uploads for ``expiry_s`` after they were last used, and the records of finished ones."""
        self.records, self.place, self.rules, self.expiry_s = records, place, rules, expiry_s
        self._digests: OrderedDict[str, Digests] = OrderedDict()
        self._mutex = threading.Lock()

    def create(self, wanted: Upload, known_by: Question | None = None) -> Upload:
        """Begin an upload and return it with the room that it got; ``known_by``: refuse what the tour has already.

        Raises:
            UploadEmptyError: the file has no bytes.
            UploadKnownError: the tour has the file.
            Others: as ``Rules.admit``.
        """
        if wanted.length_bytes == 0:
            raise UploadEmptyError(file=wanted.name)
        found = self.rules.known(wanted.owner, wanted.tour_id, [known_by])[0] if known_by else None
        if found and found.is_sure:
            since = {lang: language.date(found.received_at, lang) for lang in language.available()}
            raise UploadKnownError(file=wanted.name, name=found.name, owner=found.owner_name, since=since)
        upload = dataclasses.replace(wanted, max_bytes=self.rules.admit(wanted))
        try:
            Lock(self.records.make(upload)).release()
        except BaseException:
            self.rules.ended(upload.id)
            raise
        return upload

    def find(self, upload_id: str, owner_id: str) -> Upload:
        """Return an upload of that owner.

        Raises:
            UploadUnknownError: there is none; those of others are none either.
            UploadExpiredError: it was left alone for too long.
        """
        upload = self.records.read(upload_id)
        if upload.owner.id != owner_id:
            raise UploadUnknownError
        if not upload.is_done and self.expires_at(upload) < dt.datetime.now(dt.UTC):
            raise UploadExpiredError(file=upload.name)
        return upload

    def offset_bytes(self, upload: Upload) -> int:
        """Return how much of an upload is there for good."""
        if upload.is_sealed:
            return upload.length_bytes or 0
        size = self.place.size_bytes(self.records.aside(upload.id), upload.key)
        unchecked = self.records.unchecked(upload.id)
        if self.records.read(upload.id).is_sealed:  # and moved away while we looked
            return upload.length_bytes or 0
        return size if unchecked is None else min(size, unchecked)

    def is_under_way(self, upload_id: str) -> bool:
        """Say whether bytes of an upload come, or came a short while ago."""
        aside = self.records.aside(upload_id)
        try:
            if locks.touched_s(aside) + _IDLE_S > time.time():
                return True
            Lock(aside).release()
        except UploadBusyError:  # one long request
            return True
        except (FileNotFoundError, UploadUnknownError):
            return False
        return False

    def expires_at(self, upload: Upload) -> dt.datetime:
        """Return until when an upload is kept if nothing more is sent; raises ``UploadUnknownError``."""
        try:
            touched = locks.touched_s(self.records.aside(upload.id))
        except FileNotFoundError as error:
            raise UploadUnknownError from error
        return dt.datetime.fromtimestamp(touched + self.expiry_s, dt.UTC)

    def declare(self, upload: Upload, length_bytes: int) -> Upload:
        """Note the length that was not known at first; its lock is held.

        Raises:
            UploadEmptyError: the file has no bytes.
            UploadTooLongError: more than that is there already, or more than was set aside.
        """
        if length_bytes == 0:
            raise UploadEmptyError(file=upload.name)
        if not self.offset_bytes(upload) <= length_bytes <= upload.max_bytes:
            raise UploadTooLongError(file=upload.name, length=min(length_bytes, upload.max_bytes))
        known = dataclasses.replace(upload, length_bytes=length_bytes, max_bytes=length_bytes)
        self.rules.declared(known)
        self.records.write(known)
        return known

    def finish(self, upload: Upload) -> Upload:
        """Do what is left of finishing an upload whose bytes are all there; its lock is held, and time may pass.

        Raises as ``recognise``, and whatever the store and ``Rules.finished`` raise: then it is tried again later.
        """
        aside = self.records.aside(upload.id)
        if not upload.kind:
            upload = self.recognise(upload)
        if not upload.is_sealed:
            upload = self._noted(upload, is_sealed=True)
        if not upload.is_done:
            assert upload.length_bytes is not None
            self.place.store(aside, upload.key, upload.length_bytes)
            if not upload.sha256:
                digests = self._of_stored(upload)
                upload = self._noted(upload, sha256=digests.sha256(), fingerprint=digests.fingerprint())
            self.rules.finished(upload)
            upload = self._noted(upload, is_done=True)
            self.place.discard(aside, upload.key)
        return upload

    def recognise(self, upload: Upload) -> Upload:
        """Note what a file is by its first bytes; its lock is held.

        Raises:
            UploadKindError: it is of no kind that is taken; the upload is forgotten.
            UploadArchiveError: as above, it is an archive.
            UploadTooLargeError: as above, it is larger than a file of its kind may be.
        """
        head = self.place.head(self.records.aside(upload.id), media.HEAD_BYTES)
        try:
            found = media.of(head, upload.name)
            largest = self.rules.largest_bytes(found.kind)
            if (upload.length_bytes or 0) > largest:
                raise too_large(upload.name, upload.length_bytes or 0, largest)
        except BadInputError:
            self.drop(upload)
            raise
        room = min(upload.max_bytes, largest)
        return self._noted(upload, kind=found.kind, format=found.format, max_bytes=room)

    def look(self, upload: Upload) -> tuple[Upload, int]:
        """Return an upload and its offset; one that is complete is finished first, unless somebody else does it."""
        offset = self.offset_bytes(upload)
        if upload.is_done or offset != upload.length_bytes:
            return upload, offset
        with contextlib.suppress(UploadBusyError), Lock(self.records.aside(upload.id)):
            upload = self.records.read(upload.id)
            if self.offset_bytes(upload) == upload.length_bytes:
                upload = self.finish(upload)
        return upload, self.offset_bytes(upload)

    def terminate(self, upload: Upload) -> None:
        """Give up an upload and free what it took.

        Raises:
            UploadBusyError: somebody is writing to it.
            UploadDoneError: it is complete, and a picture of the tour by now.
        """
        with Lock(self.records.aside(upload.id)):
            upload = self.records.read(upload.id)
            if upload.is_sealed:
                raise UploadDoneError(file=upload.name)
            self.drop(upload)

    def drop(self, upload: Upload) -> None:
        """Forget an upload and its bytes; its lock is held."""
        self.digests_of(upload, 0)
        self.place.discard(self.records.aside(upload.id), upload.key)
        self.rules.ended(upload.id)
        self.records.remove(upload.id)

    def sweep(self) -> int:
        """Finish what a kill kept from being finished, forget what expired; return how many uploads were touched.

        One upload that cannot be helped now does not keep the others from being helped.
        """
        count = 0
        for upload_id in self.records.ids():
            try:
                count += self._swept(upload_id)
            except (UploadBusyError, UploadUnknownError):
                continue
            except (IspaceError, OSError):
                _LOG.exception("upload %s", upload_id)
        old = dt.datetime.now(dt.UTC) - _ORPHANS - dt.timedelta(seconds=self.expiry_s)
        self.rules.forget(old)
        return count + self.place.tidy(old, self._is_known)

    def digests_of(self, upload: Upload, size_bytes: int) -> Digests | None:
        """Take the running digests of the first ``size_bytes``; ``None`` where this process has not seen them all."""
        if size_bytes == 0:
            with self._mutex:
                self._digests.pop(upload.id, None)
            return Digests(upload.length_bytes)
        with self._mutex:
            found = self._digests.pop(upload.id, None)
        return found if found and found.size_bytes == size_bytes else None

    def keep_digests(self, upload: Upload, digests: Digests) -> None:
        """Remember running digests until the next request, the newest ones only."""
        with self._mutex:
            self._digests[upload.id] = digests
            while len(self._digests) > _RUNNING_DIGESTS:
                self._digests.popitem(last=False)

    def _of_stored(self, upload: Upload) -> Digests:
        """Return the digests of everything: those that were computed on the way, else of what the store has."""
        assert upload.length_bytes is not None
        digests = self.digests_of(upload, upload.length_bytes)
        if digests is None or digests.length_bytes is None:
            digests = Digests(upload.length_bytes)
            for piece in self.place.read(upload.key):
                digests.update(piece)
        return digests

    def _noted(self, upload: Upload, **changes: object) -> Upload:
        noted = dataclasses.replace(upload, **changes)  # type: ignore[arg-type]
        self.records.write(noted)
        return noted

    def _swept(self, upload_id: str) -> bool:
        aside = self.records.aside(upload_id)
        with Lock(aside):
            touched_s = locks.touched_s(aside)
            try:
                upload = self.records.read(upload_id)
            except UploadUnknownError:
                if aside.stat().st_mtime > time.time() - _HALF_MADE_S:
                    return False
                self.rules.ended(upload_id)
                self.records.remove(upload_id)
                return True
            is_old = touched_s + self.expiry_s < time.time()
            if not upload.is_done and self.offset_bytes(upload) == upload.length_bytes:
                self.finish(upload)
                return True
            if not is_old:
                return False
            if upload.is_done:
                self.records.remove(upload_id)
            else:
                self.drop(upload)
            return True

    def _is_known(self, key: str) -> bool:
        return any(key.endswith(upload_id) for upload_id in self.records.ids())
