"""Texts that are stored compressed: object storage sends what it has, it compresses nothing itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import brotli

from ispace import keys
from ispace.errors import ObjectDamagedError
from ispace.ports import Blobs, ObjectInfo, Put

Encoding = Literal["gzip", "br"]

_LEAST_BYTES = 200
"""Below this a text gains nothing that a reader would notice."""


def decoded(key: str, content: bytes, encoding: str | None) -> bytes:
    """Return what a browser makes of an object's bytes; raises ``ObjectDamagedError`` where they are no such thing."""
    try:
        if encoding == "gzip":
            return gzip.decompress(content)
        if encoding == "br":
            return bytes(brotli.decompress(content))
    except (OSError, EOFError, ValueError, brotli.error) as error:
        raise ObjectDamagedError(key=key) from error
    return content


def compressed(content: bytes, encoding: Encoding, *, quick: bool = False) -> bytes:
    """Return ``content`` compressed; ``quick`` where a reader waits for it."""
    if encoding == "gzip":
        # mtime 0: the same text has the same bytes whenever it is compressed.
        return gzip.compress(content, 6 if quick else 9, mtime=0)
    return bytes(brotli.compress(content, quality=5 if quick else 9))


def encoded(put: Put, encoding: Encoding) -> Put:
    """Return ``put`` with its content compressed, where it is a text, large enough, and not compressed yet."""
    if put.content_encoding or not keys.is_text(put.key):
        return put
    content = put.content.read_bytes() if isinstance(put.content, Path) else put.content
    if len(content) < _LEAST_BYTES:
        return put
    return dataclasses.replace(put, content=compressed(content, encoding), content_encoding=encoding)


class CompressedTexts:
    """A ``ports.Blobs`` that compresses the texts that are put, and leaves all else to the store behind it."""

    def __init__(self, store: Blobs, encoding: Encoding) -> None:
        """Compress what goes to ``store``."""
        self.store = store
        self.encoding: Encoding = encoding
        self.name = store.name
        self.at_once = store.at_once

    def put(self, put: Put) -> ObjectInfo:
        """Write one object, a text compressed."""
        return self.store.put(encoded(put, self.encoding))

    def put_many(self, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
        """Write many objects, texts compressed."""
        return self.store.put_many(encoded(put, self.encoding) for put in puts)

    def get(self, key: str) -> bytes:
        """Return an object's content as a browser sees it."""
        return self.store.get(key)

    def get_part(self, key: str, part: range) -> bytes:
        """Return some of an object's bytes as it is stored."""
        return self.store.get_part(key, part)

    def fetch(self, key: str, to: Path) -> ObjectInfo:
        """Write an object to a file as it is stored."""
        return self.store.fetch(key, to)

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object."""
        return self.store.head(key)

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys."""
        return self.store.scan(prefix)

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield the names directly below ``prefix``."""
        return self.store.folders(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""
        self.store.delete(keys)

    def flush(self) -> None:
        """Make everything durable."""
        self.store.flush()

    def tidy(self, before: dt.datetime) -> int:
        """Remove what killed writes left behind."""
        return self.store.tidy(before)
