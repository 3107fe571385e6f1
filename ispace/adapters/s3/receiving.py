"""Objects of a bucket that arrive over many requests: parts of a multipart upload, and on disk what is no part yet.

Part ``n`` is always the bytes from ``(n - 1) * part_bytes`` on, in a file of that number until the server has it. So a
part that is in both places, because a kill came between sending and deleting, is counted once, and what was received is
what the server lists and the files hold. A file of one part is put as one object, without any multipart upload.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.exceptions

from ispace import digest, keys, wholefile
from ispace.adapters.folder import system
from ispace.adapters.s3 import S3Blobs, client, etags
from ispace.adapters.s3.client import AgainError
from ispace.errors import ObjectDamagedError
from ispace.ports import Put

PART_BYTES = 8 << 20
"""At least 5 MiB, which S3 demands; unfinished uploads are counted in it, so it never changes under them."""
MAX_PARTS = 10_000
_READ_BYTES = 1 << 20
_NO_UPLOAD = client.MISSING | {"NoSuchUpload"}


class S3Receiving:
    """Implements ``ports.Receiving`` for a store in a bucket; no file is held in memory."""

    def __init__(self, blobs: S3Blobs, part_bytes: int = PART_BYTES) -> None:
        """Receive for ``blobs``."""
        self.blobs = blobs
        self.part_bytes = part_bytes

    def size_bytes(self, aside: Path, key: str) -> int:
        """Return where the parts that the server or this disk has come to an end."""
        sent, files = self._sent(aside, key), _files(aside)
        size, number = 0, 1
        while (here := self._part_size(sent, files, number)) > 0:
            size += here
            if here < self.part_bytes:
                break
            number += 1
        return size

    def write(self, aside: Path, at_bytes: int, piece: bytes) -> None:
        """Write into the files of the parts to which the bytes belong."""
        with system.translated(str(aside.parent)):
            while piece:
                number, inside = divmod(at_bytes, self.part_bytes)
                now, piece = piece[: self.part_bytes - inside], piece[self.part_bytes - inside :]
                handle = os.open(_file(aside, number + 1), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    system.write_at(handle, inside, now)
                finally:
                    os.close(handle)
                at_bytes += len(now)

    def cut(self, aside: Path, key: str, size_bytes: int) -> None:
        """Shorten or delete the files behind ``size_bytes``; a part at the server is replaced when it comes again."""
        if size_bytes == 0:  # perhaps because the server has forgotten the multipart upload
            self.discard(aside, key)
            return
        with system.translated(str(aside.parent)):
            for number, held in _files(aside).items():
                kept = min(held, max(0, size_bytes - (number - 1) * self.part_bytes))
                if kept == 0:
                    _file(aside, number).unlink(missing_ok=True)
                elif kept < held:
                    os.truncate(_file(aside, number), kept)

    def sync(self, aside: Path) -> None:
        """Bring the files to the disk; the server has what it has acknowledged."""
        with system.translated(str(aside.parent)):
            system.sync_files([_file(aside, number) for number in _files(aside)], aside)

    def settle(self, aside: Path, key: str) -> None:
        """Send the parts that are full, and delete their files."""
        for number, held in sorted(_files(aside).items()):
            if held == self.part_bytes:
                self._send(aside, key, self._begun(aside, key), number)
                _file(aside, number).unlink()

    def head(self, aside: Path, count: int) -> bytes:
        """Return the first bytes of the first part."""
        with system.translated(str(aside.parent)), _file(aside, 1).open("rb") as file:
            return file.read(count)

    def store(self, aside: Path, key: str, length_bytes: int) -> None:
        """Complete the multipart upload, or put the only part."""
        kept = self.blobs.head(key)
        if kept is None:
            self._store(aside, key, length_bytes)
            kept = self.blobs.head(key)
        if kept is None or kept.size != length_bytes:
            raise ObjectDamagedError(key=key)

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the content of an object as it comes from the server."""
        where = self._where(key)
        with client.translated(self.blobs.bucket, key):
            answer = self.blobs.client.get_object(**where)
            received = 0
            for piece in answer["Body"].iter_chunks(_READ_BYTES):
                received += len(piece)
                yield piece
            if received != answer["ContentLength"]:
                raise ObjectDamagedError(key=key)

    def discard(self, aside: Path, key: str) -> None:
        """Abort the multipart upload and delete the files."""
        if multipart_id := _multipart(aside):
            self._abort(key, multipart_id)
        with system.translated(str(aside.parent)):
            for number in _files(aside):
                _file(aside, number).unlink(missing_ok=True)
            (aside / "multipart").unlink(missing_ok=True)

    def tidy(self, before: dt.datetime, is_known: Callable[[str], bool]) -> int:
        """Abort multipart uploads that were begun in the moment of a kill, so that nothing here names them."""
        count = 0
        marker: dict[str, str] = {}
        below = self.blobs.bucket.below
        while True:
            with client.translated(self.blobs.bucket, ""):
                page = self.blobs.client.list_multipart_uploads(
                    Bucket=self.blobs.bucket.name, Prefix=below + keys.UPLOADS, **marker
                )
            for begun in page.get("Uploads", []):
                key = begun["Key"].removeprefix(below)
                if begun["Initiated"] < before and not is_known(key):
                    self._abort(key, begun["UploadId"])
                    count += 1
            if not page.get("IsTruncated"):
                return count
            marker = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    def _store(self, aside: Path, key: str, length_bytes: int) -> None:
        if length_bytes <= self.part_bytes and not _multipart(aside):
            self.blobs.put(Put(key, _file(aside, 1)))
            return
        multipart_id = self._begun(aside, key)
        sent = self._sent(aside, key)
        for number, held in sorted(_files(aside).items()):
            if sent.get(number, ("", -1))[1] != held or held < self.part_bytes:
                sent[number] = self._send(aside, key, multipart_id, number), held
        count = -(-length_bytes // self.part_bytes)
        if sum(sent.get(number, ("", 0))[1] for number in range(1, count + 1)) != length_bytes:
            raise ObjectDamagedError(key=key)
        parts = [{"PartNumber": number, "ETag": sent[number][0]} for number in range(1, count + 1)]
        with client.translated(self.blobs.bucket, key):
            self.blobs.client.complete_multipart_upload(
                **self._where(key), UploadId=multipart_id, MultipartUpload={"Parts": parts}
            )

    def _part_size(self, sent: dict[int, tuple[str, int]], files: dict[int, int], number: int) -> int:
        """Return how much of a part there is: all of it where the server has it, else what the file holds."""
        if sent.get(number, ("", 0))[1] == self.part_bytes:
            return self.part_bytes
        return files.get(number, 0)

    def _begun(self, aside: Path, key: str) -> str:
        """Return the multipart upload's id, kept in a file before anything is sent under it."""
        if found := _multipart(aside):
            return found
        with client.translated(self.blobs.bucket, key):
            answer = self.blobs.client.create_multipart_upload(
                **self._where(key), ContentType=keys.content_type(key), CacheControl=keys.cache_control(key)
            )
        multipart_id = str(answer["UploadId"])
        wholefile.write(aside / "multipart", multipart_id.encode(), durable=True)
        return multipart_id

    def _send(self, aside: Path, key: str, multipart_id: str, number: int) -> str:
        """Send one part from its file, return its ETag; a part that was altered on the way is sent again."""
        file = _file(aside, number)

        def work() -> str:
            with file.open("rb") as body:
                answer = self.blobs.client.upload_part(
                    **self._where(key), UploadId=multipart_id, PartNumber=number, Body=body
                )
            etag = etags.of(answer)
            if etags.is_md5(etag) and etag.strip('"').lower() != digest.md5_of_file(file):
                raise AgainError(ObjectDamagedError(key=key))
            return str(answer["ETag"])

        with client.translated(self.blobs.bucket, key):
            return client.insisting(self.blobs.bucket, work)

    def _sent(self, aside: Path, key: str) -> dict[int, tuple[str, int]]:
        """Return ETag and size of the parts that the server has, by number."""
        multipart_id = _multipart(aside)
        found: dict[int, tuple[str, int]] = {}
        if not multipart_id:
            return found
        marker: dict[str, Any] = {}
        while True:
            try:
                with client.translated(self.blobs.bucket, key):
                    page = self._parts(key, multipart_id, marker)
            except _GoneError:
                return found
            found |= {part["PartNumber"]: (part["ETag"], part["Size"]) for part in page.get("Parts", [])}
            if not page.get("IsTruncated"):
                return found
            marker = {"PartNumberMarker": page["NextPartNumberMarker"]}

    def _parts(self, key: str, multipart_id: str, marker: dict[str, Any]) -> dict[str, Any]:
        try:
            page: dict[str, Any] = self.blobs.client.list_parts(**self._where(key), UploadId=multipart_id, **marker)
        except botocore.exceptions.ClientError as error:
            if client.code_of(error) in _NO_UPLOAD:
                raise _GoneError from error
            raise
        return page

    def _abort(self, key: str, multipart_id: str) -> None:
        with client.translated(self.blobs.bucket, key):
            try:
                self.blobs.client.abort_multipart_upload(**self._where(key), UploadId=multipart_id)
            except botocore.exceptions.ClientError as error:
                if client.code_of(error) not in _NO_UPLOAD:
                    raise

    def _where(self, key: str) -> dict[str, str]:
        return {"Bucket": self.blobs.bucket.name, "Key": self.blobs.bucket.below + keys.checked(key)}


class _GoneError(Exception):
    """The server knows the multipart upload no more: completed, or aborted by somebody else."""


def _file(aside: Path, number: int) -> Path:
    return aside / f"part-{number:05}"


def _files(aside: Path) -> dict[int, int]:
    """Return the sizes of the parts on this disk by number."""
    found = {}
    for file in aside.glob("part-*"):
        with contextlib.suppress(FileNotFoundError):  # sent and deleted in between
            found[int(file.name.removeprefix("part-"))] = file.stat().st_size
    return found


def _multipart(aside: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (aside / "multipart").read_text()
    return ""
