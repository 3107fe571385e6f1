"""Copies everything from one store to another, between folders and buckets of any kind.

What is there already is recognised by size and MD5, so that work cut short goes on where it was. What visitors open
(the pages outside releases) comes last, so that the new store never shows what it does not have yet.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ispace import keys, parallel
from ispace.errors import ObjectDamagedError, ObjectMissingError
from ispace.ports import Blobs, ObjectInfo, Put

_FIRST = (keys.ASSETS, keys.TILE_SETS, keys.RELEASES, keys.ORIGINALS, "k/", "m/", "v/", "releases/")
_PASSES = 4
"""How often it is looked again for what was written into the source meanwhile."""


@dataclasses.dataclass
class Copied:
    """What a copy did."""

    objects: int = 0
    copied: int = 0
    bytes: int = 0


def run(source: Blobs, target: Blobs, told: Callable[[int, int], None] = lambda *_: None) -> Copied:
    """Bring everything in ``source`` to ``target``; ``told`` hears how many objects were seen and how many copied.

    Nothing is deleted anywhere. Raises the storage errors of both stores, ``ObjectDamagedError`` for what differs after
    it was copied.
    """
    total = Copied()
    for _ in range(_PASSES):
        count = Copied()
        for wanted in (True, False):  # first what nobody opens directly, then the pages
            for size in parallel.each(
                lambda pair: _copy(source, target, *pair),
                _pairs(source, target, first=wanted),
                max(source.at_once, target.at_once),
            ):
                count.objects += 1
                if size is not None:
                    count.copied += 1
                    count.bytes += size
                told(count.objects, total.copied + count.copied)
            target.flush()
        total = Copied(count.objects, total.copied + count.copied, total.bytes + count.bytes)
        if not count.copied:
            break
    return total


def _pairs(source: Blobs, target: Blobs, *, first: bool) -> Iterator[tuple[ObjectInfo, ObjectInfo | None]]:
    """Yield every object of the source with what the target has under its key; both are read as streams."""
    there = (i for i in target.scan() if i.key.startswith(_FIRST) == first)
    other = next(there, None)
    for info in source.scan():
        if info.key.startswith(_FIRST) != first or info.key.startswith(keys.INTENTS):
            continue
        while other is not None and other.key.encode() < info.key.encode():
            other = next(there, None)
        yield info, other if other is not None and other.key == info.key else None


def _copy(source: Blobs, target: Blobs, info: ObjectInfo, there: ObjectInfo | None) -> int | None:
    """Copy an object unless it is there; return how many bytes were copied."""
    with tempfile.TemporaryDirectory(prefix="ispace-copy-") as folder:
        one, other = Path(folder) / "one", Path(folder) / "other"
        try:
            if there is not None and there.size == info.size and _is_same(source, target, info, there, one, other):
                return None
            full = source.fetch(info.key, one)
        except ObjectMissingError:  # deleted since it was listed
            return None
        size = one.stat().st_size
        written = target.put(
            Put(
                info.key,
                one,
                content_type=full.content_type,
                cache_control=full.cache_control,
                content_encoding=full.content_encoding,
                metadata=full.metadata,
            )
        )
        if _md5_of(written) != _md5(one):  # the ETag of a folder or an encrypted bucket is none: it is read back
            target.fetch(info.key, other)
            if _md5(other) != _md5(one):
                raise ObjectDamagedError(key=info.key)
        return size


def _is_same(source: Blobs, target: Blobs, info: ObjectInfo, there: ObjectInfo, one: Path, other: Path) -> bool:
    """Compare two objects of one size by MD5; where a store's ETag is none, the object is read."""
    mine, its = _md5_of(info), _md5_of(there)
    if mine is not None and mine == its:
        return True
    if mine is None:
        source.fetch(info.key, one)
        mine = _md5(one)
        if mine == its:
            return True
    # An ETag that looks like an MD5 and is another may belong to an encrypted object.
    target.fetch(info.key, other)
    return mine == _md5(other)


def _md5_of(info: ObjectInfo) -> str | None:
    bare = info.etag.strip('"').lower()
    return bare if len(bare) == 32 and all(letter in "0123456789abcdef" for letter in bare) else None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
