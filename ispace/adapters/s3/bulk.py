"""Many small objects through ``obstore``, an optional package: several times as fast as boto3, for a fifth of its CPU.

Whatever it does not manage at its first attempts is handed to boto3, which knows what went wrong and what to do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions

from ispace import parallel
from ispace.adapters.s3 import client
from ispace.adapters.s3.bucket import Bucket
from ispace.errors import SettingInvalidError
from ispace.ports import ObjectInfo, Put

if TYPE_CHECKING:
    from ispace.adapters.s3 import S3Blobs

_SMALL_BYTES = 4 << 20
_AT_ONCE = 64
"""More than boto3 gains from: the work is done outside the interpreter's lock."""
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""Keys that every client writes in the same way; all keys of published tours are of this kind."""


def is_there(bucket: Bucket) -> bool:
    """Say whether obstore can be used for a bucket; raises ``SettingInvalidError`` where it must be and cannot."""
    found = importlib.util.find_spec("obstore") is not None
    if bucket.bulk == "obstore" and not found:
        raise SettingInvalidError(name="ISPACE_S3_BULK", value="obstore", reason="pip install 'ispace[bulk]'")
    # For other host names obstore wants another kind of endpoint.
    return found and (bucket.addressing == "path" or bucket.endpoint is None)


def put_many(blobs: S3Blobs, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
    """Write many objects; see ``ports.Blobs``."""
    import obstore  # noqa: PLC0415 - an optional package

    _ = blobs.client  # says what is wrong with the profile or the authority's file
    try:
        with client.translated(blobs.bucket, ""):
            store = _store(blobs.bucket)
    except obstore.exceptions.BaseError:  # a certificate or an address that only boto3 can explain, or use
        yield from parallel.each(blobs.put, puts, blobs.at_once)
        return

    def write(put: Put) -> ObjectInfo:
        size = put.content.stat().st_size if isinstance(put.content, Path) else len(put.content)
        key = blobs.bucket.below + put.key
        if size > _SMALL_BYTES or not _PLAIN.fullmatch(key):
            return blobs.put(put)
        data = put.content if isinstance(put.content, bytes) else put.content.read_bytes()
        try:
            answer = obstore.put(store, key, data, attributes=_attributes(blobs, put), use_multipart=False)
        except Exception:  # its errors say little; boto3's next attempt says what is wrong
            return blobs.put(put)
        etag = (answer.get("e_tag") or "").strip('"').lower()
        if len(etag) == 32 and etag != hashlib.md5(data, usedforsecurity=False).hexdigest():
            return blobs.put(put)
        return blobs.written(put, len(data), etag)

    yield from parallel.each(write, puts, max(_AT_ONCE, blobs.at_once))


def _store(bucket: Bucket) -> Any:
    from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - an optional package
    from obstore.store import S3Store  # noqa: PLC0415

    session = boto3.session.Session(profile_name=bucket.profile)
    if session.get_credentials() is None:
        raise botocore.exceptions.NoCredentialsError
    options: dict[str, Any] = {
        "allow_http": (bucket.endpoint or "").startswith("http:"),
        "connect_timeout": dt.timedelta(seconds=bucket.connect_seconds),
        "timeout": dt.timedelta(seconds=bucket.read_seconds),
    }
    if bucket.ca:
        options["root_certificate"] = Path(bucket.ca).read_bytes()
    config: dict[str, Any] = {"region": bucket.region, "virtual_hosted_style_request": bucket.addressing == "virtual"}
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    made: Any = S3Store  # its types are not there where the package is not
    return made(
        bucket.name,
        config=config,
        client_options=options,
        retry_config={"max_retries": min(2, bucket.attempts - 1)},
        credential_provider=Boto3CredentialProvider(session),
    )


def _attributes(blobs: S3Blobs, put: Put) -> dict[str, str]:
    headers = blobs.headers_of(put)
    found = {"Content-Type": headers["ContentType"], "Cache-Control": headers["CacheControl"]}
    if put.content_encoding:
        found["Content-Encoding"] = put.content_encoding
    return found | dict(put.metadata)
