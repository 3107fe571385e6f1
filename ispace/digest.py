"""Names made from content: of files, and of a stage's work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits, reading a mebibyte at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def md5_of_file(path: Path) -> str:
    """Return the MD5 of a file as 32 hex digits, for comparing with what S3 servers say of what they were sent."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def of_work(stage: str, version: int, *inputs: object) -> str:
    """Return the name of a stage's work: 20 hex digits of its inputs, parameters and version."""
    text = json.dumps([stage, version, *inputs], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def of_listing(entries: Iterable[tuple[str, int, str]]) -> str:
    """Return one digest of many files: of their names, sizes and SHA-256, in the order of their names."""
    total = hashlib.sha256()
    for name, size, sha256 in sorted(entries):
        total.update(f"{name}\t{size}\t{sha256}\n".encode())
    return total.hexdigest()
