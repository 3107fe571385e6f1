"""What is known of one upload: the record beside its bytes, written whole or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import secrets
from typing import Self

from ispace import keys
from ispace.journal import Via


@dataclasses.dataclass(frozen=True)
class Owner:
    """Who sends: an id that is the same at the next visit, a name to show, and by which way and from where."""

    id: str
    name: str
    via: Via = "studio"
    address: str = ""


@dataclasses.dataclass(frozen=True)
class Upload:
    """One file under way or received.

    How much of it was received is not in here: that is what lies on the disk or in the bucket.
    """

    id: str
    owner: Owner
    tour_id: str
    name: str
    """What the client calls the file; text to show, never a path."""
    folder: str
    """The folders in which the client found it, with slashes; text to show and to group by, never a path."""
    length_bytes: int | None
    """``None`` until the client says it."""
    max_bytes: int
    """What was set aside for it; no upload grows beyond."""
    created_at: dt.datetime
    modified_at: dt.datetime | None = None
    """When the client's disk says that the file was last written."""
    metadata: str = ""
    """What the client said of it in the words of the protocol, to be told to it again."""
    scene_id: str = ""
    """The scene whose picture it is to be; empty for what is to find its place."""
    kind: str = ""
    """image, video, audio, captions or drawing; empty until the first bytes have come."""
    format: str = ""
    is_sealed: bool = False
    """All bytes are there and nothing is taken any more."""
    sha256: str = ""
    fingerprint: str = ""
    is_done: bool = False
    """It stands in the private store, and whoever had to know has been told."""

    @property
    def key(self) -> str:
        """Its key in the private store."""
        return keys.upload(self.id)

    def to_json(self) -> bytes:
        """Return the record as it is kept."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, default=dt.datetime.isoformat).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Return what ``to_json`` wrote; raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
        said = json.loads(text)
        for name in ("created_at", "modified_at"):
            said[name] = dt.datetime.fromisoformat(said[name]) if said[name] else None
        return cls(**said | {"owner": Owner(**said["owner"])})


def new_id() -> str:
    """Return an id that nobody can guess: 32 hex digits."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Say whether ``text`` has the form of an upload's id; only such ever become part of a path."""
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None
