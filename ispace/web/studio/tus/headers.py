"""The headers of the upload protocol, read strictly: what cannot be meant is refused by name."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import email.utils
import re

from starlette.datastructures import Headers

from ispace.errors import UploadHeaderError, UploadVersionError
from ispace.uploads.reception import ALGORITHMS, Checksum

VERSION = "1.0.0"
METADATA_BYTES = 4096
_METADATA_KEYS = 32
_LARGEST = 1 << 53
"""Numbers beyond cannot be told exactly by a browser."""
_DIGEST_BYTES = {"sha1": 20, "sha256": 32}
_CHUNK = "application/offset+octet-stream"


def require_version(headers: Headers) -> None:
    """Raise ``UploadVersionError`` unless the client speaks our version of the protocol."""
    if headers.get("tus-resumable") != VERSION:
        raise UploadVersionError


def number(headers: Headers, name: str) -> int | None:
    """Return a header that is a whole number; ``None`` where it is not sent; raises ``UploadHeaderError``."""
    text = only(headers, name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text, re.ASCII) or int(text) > _LARGEST:
        raise UploadHeaderError(header=name)
    return int(text)


def only(headers: Headers, name: str) -> str | None:
    """Return a header that may be sent once; raises ``UploadHeaderError`` where it is sent more often."""
    found = headers.getlist(name)
    if len(found) > 1:
        raise UploadHeaderError(header=name)
    return found[0] if found else None


def metadata(text: str | None) -> dict[str, str]:
    """Return what ``Upload-Metadata`` says: names, and values in UTF-8; raises ``UploadHeaderError``."""
    found: dict[str, str] = {}
    if text is None or not text.strip():
        return found
    pairs = text.split(",")
    if len(text) > METADATA_BYTES or len(pairs) > _METADATA_KEYS:
        raise UploadHeaderError(header="Upload-Metadata")
    for pair in pairs:
        name, _, value = pair.strip().partition(" ")
        if not re.fullmatch(r"[!-+\--~]{1,64}", name) or name in found:
            raise UploadHeaderError(header="Upload-Metadata")
        try:
            found[name] = base64.b64decode(value.strip().encode("ascii"), validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise UploadHeaderError(header="Upload-Metadata") from error
    if "\0" in found.get("tour", ""):
        raise UploadHeaderError(header="Upload-Metadata")
    return found


def checksum(text: str | None) -> Checksum | None:
    """Return what ``Upload-Checksum`` says; raises ``UploadHeaderError``, also for algorithms that we do not know."""
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    try:
        digest = base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UploadHeaderError(header="Upload-Checksum") from error
    if algorithm not in ALGORITHMS or len(digest) != _DIGEST_BYTES[algorithm]:
        raise UploadHeaderError(header="Upload-Checksum")
    return Checksum(algorithm, digest)


def length(headers: Headers) -> int | None:
    """Return the length of a new upload, ``None`` where it will be said later; raises ``UploadHeaderError``."""
    said = number(headers, "Upload-Length")
    deferred = only(headers, "Upload-Defer-Length")
    if deferred not in {None, "1"} or (said is None) == (deferred is None):
        raise UploadHeaderError(header="Upload-Length")
    return said


def is_chunk(headers: Headers) -> bool:
    """Say whether a request brings bytes of the file; raises ``UploadHeaderError`` for packed ones."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UploadHeaderError(header="Content-Encoding")
    return headers.get("content-type", "").partition(";")[0].strip().lower() == _CHUNK


def date(moment: dt.datetime) -> str:
    """Return a moment as HTTP writes it."""
    return email.utils.format_datetime(moment.astimezone(dt.UTC).replace(microsecond=0), usegmt=True)
