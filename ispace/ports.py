"""What iSpace needs from the outside, as protocols; ``adapters/`` holds one file per technology."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol


@dataclasses.dataclass(frozen=True)
class Put:
    """One object to write: its key and its content, in memory or in a file.

    ``if_absent`` refuses to replace; ``if_match`` replaces only the object with that ETag. ``metadata`` are short ASCII
    values of the writer's own.
    """

    key: str
    content: bytes | Path
    content_type: str | None = None
    cache_control: str | None = None
    content_encoding: str | None = None
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    if_absent: bool = False
    if_match: str | None = None


@dataclasses.dataclass(frozen=True)
class ObjectInfo:
    """What a store says of an object; one that ``scan`` yields has no headers and no metadata."""

    key: str
    size: int
    etag: str
    modified: dt.datetime
    content_type: str = ""
    cache_control: str = ""
    content_encoding: str | None = None
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Blobs(Protocol):
    """A store of named objects: a folder, or a bucket of any S3 server.

    Every method raises ``KeyInvalidError`` for a key that ``keys.checked`` refuses, and the storage errors of
    ``ispace.errors`` for everything that goes wrong outside.
    """

    name: str
    """How to call the store in a message; holds no secret."""

    at_once: int
    """How many requests it is worth to have under way at a time."""

    def put(self, put: Put) -> ObjectInfo:
        """Write one object whole or not at all; a reader sees the old or the new one, never a part.

        Raises:
            ObjectExistsError: ``if_absent`` and there is one.
            ObjectChangedError: ``if_match`` and it is another one.
        """

    def put_many(self, puts: Iterable[Put]) -> Iterator[ObjectInfo]:
        """Write many objects, several at a time; yields each as it is done, in any order; no conditions."""

    def get(self, key: str) -> bytes:
        """Return an object's content as a browser sees it, ``content_encoding`` undone.

        Raises:
            ObjectMissingError: there is none.
            ObjectDamagedError: it is not what was put.
        """

    def get_part(self, key: str, part: range) -> bytes:
        """Return some of an object's bytes as it is stored, from one that it has on; raises as ``get``."""

    def fetch(self, key: str, to: Path) -> ObjectInfo:
        """Write an object to a file as it is stored, return what is known of it; raises as ``get``."""

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, ``None`` where there is none."""

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield every object whose key begins with ``prefix``, in the order of their keys."""

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield the names directly below ``prefix`` (which ends in ``/`` or is empty) that have objects below them."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; a key that has none is no error."""

    def flush(self) -> None:
        """Return when everything written so far will survive a power failure."""

    def tidy(self, before: dt.datetime) -> int:
        """Remove what writes killed before then left behind, which no reader sees; return how many there were."""


class Receiving(Protocol):
    """Where the bytes of an object arrive over many requests and processes before it stands whole in a store.

    ``aside`` is a folder of this machine that belongs to the object alone, and whoever calls holds its lock, except for
    ``size_bytes``. How much was received is never written down: it is what the disk and the store hold. Every method
    raises the storage errors of ``ispace.errors``.
    """

    def size_bytes(self, aside: Path, key: str) -> int:
        """Return how much was received without a gap."""

    def write(self, aside: Path, at_bytes: int, piece: bytes) -> None:
        """Write ``piece`` at a position that is the size so far."""

    def cut(self, aside: Path, key: str, size_bytes: int) -> None:
        """Throw away what lies behind ``size_bytes``, which is not less than what was settled, or nothing at all."""

    def sync(self, aside: Path) -> None:
        """Return when everything written so far will survive a power failure."""

    def settle(self, aside: Path, key: str) -> None:
        """Hand on to the store what is enough for it; from then on that can be cut no more."""

    def head(self, aside: Path, count: int) -> bytes:
        """Return the first bytes, at most ``count``, as long as nothing was settled."""

    def store(self, aside: Path, key: str, length_bytes: int) -> None:
        """Make the whole object stand under ``key``; doing it again is no error.

        Raises:
            ObjectDamagedError: what stands there is not of that length.
        """

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the content of an object that was stored, in pieces."""

    def discard(self, aside: Path, key: str) -> None:
        """Forget what was received; what was stored stays."""

    def tidy(self, before: dt.datetime, is_known: Callable[[str], bool]) -> int:
        """End in the store what was begun before then for keys that are not known here; return how many there were."""


@dataclasses.dataclass(frozen=True)
class Services:
    """One of each: what the pipeline and the web side are handed."""

    public: Blobs
    private: Blobs


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing that preparing a store looked at, and what became of it; ``code`` names the sentence that says so.

    ``hand_over`` is what an administrator needs where ``outcome`` is ``cannot``, and may want where it is ``advice``.
    """

    name: str
    outcome: Literal["done", "already", "advice", "cannot"]
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    hand_over: str = ""
