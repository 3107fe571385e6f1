"""A store in a bucket of any S3 server, below a prefix, through boto3.

An object that was put is taken for written when the server's ETag, where it is a digest, fits what was sent; the
request's signature covers the content's SHA-256 as well. Conditions are tried out once: a server that does not know
them, or ignores them, gets claims instead (``claims``). Keys below ``.ispace/`` are the adapter's own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import itertools
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import botocore.exceptions
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig

from ispace import keys, parallel
from ispace.adapters.s3 import claims, client, etags
from ispace.adapters.s3.bucket import Bucket
from ispace.adapters.s3.client import AgainError
from ispace.compression import decoded
from ispace.errors import (
    KeyInvalidError,
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    StoreFailedError,
)
from ispace.ports import ObjectInfo, Put

R = TypeVar("R")

_LARGE_BYTES = 32 << 20
"""From this size on an object is sent in parts, each with its own attempts."""
_BATCH = 1000
_PRIVATE = ".ispace/"


class S3Blobs:
    """Implements ``ports.Blobs`` on one bucket, below a prefix."""

    def __init__(self, bucket: Bucket) -> None:
        """Use ``bucket``; credentials come from the environment or the usual AWS files, when first needed."""
        self.bucket = bucket
        self.name = bucket.url
        self.at_once = bucket.concurrency
        self._lock = threading.Lock()
        self._made: Any = None
        self._conditional: bool | None = None

    @property
    def client(self) -> Any:
        """The boto3 client; made once, for all threads."""
        with self._lock:
            if self._made is None:
                self._made = client.make(self.bucket)
            return self._made

    def put(self, put: Put) -> ObjectInfo:
        """Write one object; see ``ports.Blobs``."""
        key = self._key(put.key)
        if not (put.if_absent or put.if_match):
            return self._ask(put.key, lambda: self._write(put, key))
        large = isinstance(put.content, Path) and put.content.stat().st_size >= _LARGE_BYTES
        if self.is_conditional() and not large:
            tries = itertools.count()
            return self._ask(put.key, lambda: self._write_if(put, key, again=next(tries) > 0))
        with client.translated(self.bucket, put.key), claims.held(self.client, self.bucket, put.key):
            now = self.head(put.key)
            if put.if_absent and now is not None:
                raise ObjectExistsError(key=put.key)
            if put.if_match and (now is None or now.etag.strip('"') != put.if_match.strip('"')):
                raise ObjectChangedError(key=put.key)
            plain = dataclasses.replace(put, if_absent=False, if_match=None)
            return client.insisting(self.bucket, lambda: self._write(plain, key))

    def put_many(self, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
        """Write objects, as many at a time as the settings allow; see ``ports.Blobs``."""
        if self.bucket.bulk != "boto3":
            from ispace.adapters.s3 import bulk  # noqa: PLC0415 - an optional package

            if bulk.is_there(self.bucket):
                yield from bulk.put_many(self, _unconditional(puts))
                return
        yield from parallel.each(self.put, _unconditional(puts), self.at_once)

    def get(self, key: str) -> bytes:
        """Return an object's content as a browser sees it, checked against its length and digest."""
        where = self._key(key)

        def work() -> tuple[bytes, str | None]:
            answer = self.client.get_object(Bucket=self.bucket.name, Key=where)
            data: bytes = answer["Body"].read()
            if len(data) != answer["ContentLength"] or not etags.fits(etags.of(answer), data):
                raise AgainError(ObjectDamagedError(key=key))
            return data, answer.get("ContentEncoding")

        data, encoding = self._ask(key, work)
        return decoded(key, data, encoding)

    def get_part(self, key: str, part: range) -> bytes:
        """Return some of an object's bytes as it is stored; no digest covers a part, so its length alone is checked."""
        where = self._key(key)

        def work() -> bytes:
            said = f"bytes={part.start}-{part.stop - 1}"
            answer = self.client.get_object(Bucket=self.bucket.name, Key=where, Range=said)
            data: bytes = answer["Body"].read()
            if len(data) != answer["ContentLength"] or len(data) > len(part):
                raise AgainError(ObjectDamagedError(key=key))
            return data

        return self._ask(key, work)

    def fetch(self, key: str, to: Path) -> ObjectInfo:
        """Write an object to a file as it is stored, a mebibyte at a time."""
        where = self._key(key)

        def work() -> ObjectInfo:
            answer = self.client.get_object(Bucket=self.bucket.name, Key=where)
            total = hashlib.md5(usedforsecurity=False)
            with to.open("wb") as out:
                for piece in answer["Body"].iter_chunks(1 << 20):
                    out.write(piece)
                    total.update(piece)
            said = etags.of(answer).strip('"').lower()
            cut = to.stat().st_size != answer["ContentLength"]
            if cut or (etags.is_md5(said) and said != total.hexdigest()):
                raise AgainError(ObjectDamagedError(key=key))
            return _info(key, answer)

        return self._ask(key, work)

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object."""
        where = self._key(key)
        try:
            answer = self._ask(key, lambda: self._head(where), expected=client.MISSING)
        except _ExpectedError:
            return None
        return _info(key, answer)

    def _head(self, where: str) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self.client.head_object(Bucket=self.bucket.name, Key=where)
        except botocore.exceptions.ClientError as error:
            if client.code_of(error) in {"400", "403"}:
                # An answer to HEAD has no body to say what is wrong: the key, the clock or a permission.
                self.client.get_object(Bucket=self.bucket.name, Key=where, Range="bytes=0-0")["Body"].close()
            raise
        return answer

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys, a page of a thousand in memory at a time."""
        folder, slash, _ = prefix.rpartition("/")
        if slash:
            keys.checked(folder)
        below = self.bucket.below
        for page in self._pages("list_objects_v2", Prefix=below + prefix):
            for item in page.get("Contents", []):
                key = item["Key"].removeprefix(below)
                # What others put there under names that no store of ours can hold is none of ours.
                if keys.is_key(key):
                    yield ObjectInfo(key, item["Size"], etags.quoted(item["ETag"]), item["LastModified"])

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield the names directly below ``prefix`` that have objects below them."""
        if prefix:
            keys.checked(prefix.removesuffix("/"))
        whole = self.bucket.below + prefix
        for page in self._pages("list_objects_v2", Prefix=whole, Delimiter="/"):
            for item in page.get("CommonPrefixes", []):
                name = item["Prefix"].removeprefix(whole).removesuffix("/")
                if keys.is_key(prefix + name):
                    yield name

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects in batches of a thousand."""
        ahead = iter(keys)
        while batch := list(itertools.islice(ahead, _BATCH)):
            left = [{"Key": self._key(key)} for key in batch]
            self._ask(batch[0], lambda left=left: self._delete(left))  # type: ignore[misc]

    def flush(self) -> None:
        """Do nothing: a bucket has an object for good once it has answered."""

    def tidy(self, before: dt.datetime) -> int:
        """Abort uploads in parts that were begun before then and never ended, which servers keep and charge for ever.

        Removes claims and trials that killed processes left, too. What people are uploading may take days, and is
        left to ``receiving``.
        """
        count = 0
        theirs = self.bucket.below + keys.UPLOADS
        for page in self._pages("list_multipart_uploads", Prefix=self.bucket.below):
            for upload in page.get("Uploads", []):
                if upload["Initiated"] < before and not upload["Key"].startswith(theirs):
                    where = {"Bucket": self.bucket.name, "Key": upload["Key"], "UploadId": upload["UploadId"]}
                    with contextlib.suppress(_ExpectedError):  # somebody else has just ended it
                        self._ask(
                            "",
                            lambda where=where: self.client.abort_multipart_upload(**where),  # type: ignore[misc]
                            expected=frozenset({"NoSuchUpload", "404"}),
                        )
                    count += 1
        for page in self._pages("list_objects_v2", Prefix=self.bucket.below + _PRIVATE):
            old = [{"Key": i["Key"]} for i in page.get("Contents", []) if i["LastModified"] < before]
            if old:
                self._ask("", lambda old=old: self._delete(old))  # type: ignore[misc]
            count += len(old)
        return count

    def is_conditional(self) -> bool:
        """Say whether the server keeps the conditions of writes; tried out once, with an object of our own."""
        if self._conditional is None:
            key = f"{self.bucket.below}{_PRIVATE}trials/{uuid.uuid4().hex}"
            self._conditional = self._ask("", lambda: self._try(key))
        return self._conditional

    def _try(self, key: str) -> bool:
        first, right = b"1", b"3"

        def refused(body: bytes, **condition: str) -> bool:
            try:
                self.client.put_object(Bucket=self.bucket.name, Key=key, Body=body, **condition)
            except botocore.exceptions.ClientError as error:
                if client.code_of(error) not in client.UNKNOWN | client.PRECONDITION:
                    raise
                if body == right and client.was_repeated(error):  # by our own first attempt, whose answer was lost
                    raise AgainError(StoreFailedError(store=self.name, reason=client.code_of(error))) from error
                return True
            return False

        try:
            answer = self.client.put_object(Bucket=self.bucket.name, Key=key, Body=first)
            etag = answer["ETag"].strip('"')
            if not etags.fits(etags.of(answer), first):
                raise AgainError(ObjectDamagedError(key=key))
            return (
                refused(b"2", IfNoneMatch="*")
                and refused(b"2", IfMatch="0" * 32)
                # Without quotes: some servers refuse the right ETag in quotes, none refuses it without.
                and not refused(right, IfMatch=etag)
            )
        finally:
            self.client.delete_object(Bucket=self.bucket.name, Key=key)

    def _key(self, key: str) -> str:
        where = self.bucket.below + keys.checked(key)
        if len(where.encode()) > 1024:
            raise KeyInvalidError(key=key)
        return where

    def _ask(self, key: str, work: Callable[[], R], *, expected: frozenset[str] = frozenset()) -> R:
        with client.translated(self.bucket, key):
            try:
                return client.insisting(self.bucket, work)
            except botocore.exceptions.ClientError as error:
                if client.code_of(error) in expected:
                    raise _ExpectedError from error
                raise

    def _pages(self, operation: str, **asked: str) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._ask("", lambda: self._page(operation, asked | token))  # noqa: B023 - called at once
            yield page
            if not page.get("IsTruncated"):
                return
            if operation == "list_objects_v2":
                token = {"ContinuationToken": page["NextContinuationToken"]}
            else:
                token = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    def _page(self, operation: str, asked: dict[str, str]) -> dict[str, Any]:
        page: dict[str, Any] = getattr(self.client, operation)(Bucket=self.bucket.name, **asked)
        return page

    def _delete(self, objects: list[dict[str, str]]) -> None:
        answer = self.client.delete_objects(Bucket=self.bucket.name, Delete={"Objects": objects, "Quiet": True})
        failed = [f for f in answer.get("Errors", []) if f.get("Code") not in client.MISSING]
        if failed:
            raise client.not_deleted(self.bucket, str(failed[0].get("Code")))

    def _write_if(self, put: Put, key: str, *, again: bool) -> ObjectInfo:
        """Write on a condition that the server checks; ``again`` says that it may have been written already."""
        condition = {"IfNoneMatch": "*"} if put.if_absent else {"IfMatch": str(put.if_match).strip('"')}
        try:
            return self._write(put, key, **condition)
        except botocore.exceptions.ClientError as error:
            code = client.code_of(error)
            if put.if_match and code in client.MISSING:
                raise ObjectChangedError(key=put.key) from error
            if code not in client.PRECONDITION:
                raise
            # An attempt whose answer was lost may have been the one that changed what the next one found.
            now = self.head(put.key) if again or client.was_repeated(error) else None
            if now is not None and self._holds(key, now, _bytes(put)):
                return now
            raise (ObjectExistsError if put.if_absent else ObjectChangedError)(key=put.key) from error

    def _holds(self, key: str, now: ObjectInfo, data: bytes) -> bool:
        """Say whether an object is what was sent; where its ETag is no digest (encrypted buckets) it is read."""
        if etags.is_md5(now.etag) and etags.fits(now.etag, data):
            return True
        return bool(self.client.get_object(Bucket=self.bucket.name, Key=key)["Body"].read() == data)

    def _write(self, put: Put, key: str, **condition: str) -> ObjectInfo:
        headers = self.headers_of(put)
        if isinstance(put.content, Path) and put.content.stat().st_size >= _LARGE_BYTES:
            return self._send_parts(put, put.content, key, headers)
        data = _bytes(put)
        answer = self.client.put_object(Bucket=self.bucket.name, Key=key, Body=data, **headers, **condition)
        if not etags.fits(etags.of(answer), data):
            raise AgainError(ObjectDamagedError(key=put.key))
        return self.written(put, len(data), answer.get("ETag", ""))

    def written(self, put: Put, size: int, etag: str) -> ObjectInfo:
        """Return what is known of an object just written."""
        headers = self.headers_of(put)
        return ObjectInfo(
            put.key,
            size,
            etags.quoted(etag),
            dt.datetime.now(dt.UTC),
            headers["ContentType"],
            headers["CacheControl"],
            put.content_encoding,
            put.metadata,
        )

    @staticmethod
    def headers_of(put: Put) -> dict[str, Any]:
        """Return the headers of an object by the names that boto3 gives them."""
        headers: dict[str, Any] = {
            "ContentType": put.content_type or keys.content_type(put.key),
            "CacheControl": put.cache_control or keys.cache_control(put.key),
            "Metadata": dict(put.metadata),
        }
        return headers | ({"ContentEncoding": put.content_encoding} if put.content_encoding else {})

    def _send_parts(self, put: Put, path: Path, key: str, headers: dict[str, Any]) -> ObjectInfo:
        config = TransferConfig(
            multipart_threshold=_LARGE_BYTES, multipart_chunksize=etags.PART_BYTES, max_concurrency=4
        )
        try:
            self.client.upload_file(str(path), self.bucket.name, key, ExtraArgs=headers, Config=config)
        except S3UploadFailedError as error:  # wraps the error of a part
            raise error.__cause__ or error.__context__ or error from error
        answer = self.client.head_object(Bucket=self.bucket.name, Key=key)
        if answer["ContentLength"] != path.stat().st_size or not etags.fits_parts(etags.of(answer), path):
            raise AgainError(ObjectDamagedError(key=put.key))
        return _info(put.key, answer)


class _ExpectedError(Exception):
    """An answer that the caller takes for one, not for an error."""


def _unconditional(puts: Iterable[Put]) -> Iterator[Put]:
    for put in puts:
        if put.if_absent or put.if_match:
            raise ValueError("put_many takes no conditions")
        keys.checked(put.key)
        yield put


def _bytes(put: Put) -> bytes:
    return put.content if isinstance(put.content, bytes) else put.content.read_bytes()


def _info(key: str, answer: dict[str, Any]) -> ObjectInfo:
    return ObjectInfo(
        key,
        answer["ContentLength"],
        etags.quoted(answer["ETag"]),
        answer["LastModified"],
        answer.get("ContentType", ""),
        answer.get("CacheControl", ""),
        answer.get("ContentEncoding"),
        answer.get("Metadata", {}),
    )
