"""What an S3 server's ETag says of an object's content: its MD5, that of its parts, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PART_BYTES = 16 << 20
"""How large the parts are in which a large object is sent."""


def of(answer: Mapping[str, Any]) -> str:
    """Return the ETag in an answer; an empty one where the object is encrypted with a key that makes it no digest."""
    if str(answer.get("ServerSideEncryption", "")).startswith("aws:kms") or answer.get("SSECustomerAlgorithm"):
        return ""
    return str(answer.get("ETag", ""))


def quoted(etag: str) -> str:
    """Return an ETag as HTTP writes it; some servers leave the quotes out."""
    bare = etag.strip('"')
    return f'"{bare}"'


def is_md5(etag: str) -> bool:
    """Say whether an ETag has the form of an MD5."""
    bare = etag.strip('"')
    return len(bare) == 32 and all(letter in "0123456789abcdef" for letter in bare.lower())


def fits(etag: str, data: bytes) -> bool:
    """Say whether an ETag that is an MD5 fits the content; one that is none says nothing."""
    return not is_md5(etag) or etag.strip('"').lower() == hashlib.md5(data, usedforsecurity=False).hexdigest()


def fits_parts(etag: str, path: Path) -> bool:
    """Say whether the ETag of an object sent in parts (MD5 of the parts' MD5s, and their number) fits the file."""
    digest, dash, _ = etag.strip('"').lower().partition("-")
    if not dash or not is_md5(digest):
        return True
    total = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            total.update(hashlib.md5(part, usedforsecurity=False).digest())
    return digest == total.hexdigest()
