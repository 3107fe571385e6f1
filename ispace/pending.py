"""Notes of work under way, so that the collector and those who publish do not get into each other's way.

A collector says that it is at work before it looks what is needed. It marks a batch, reads the notes, deletes what none
of them names, and takes the mark back. Whoever is about to show objects first notes which, and waits while a batch is
marked that may have begun before; the note stays for as long as any collector is at work. So either the note is read
before a batch, or what the batch deleted is missed in time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ispace import keys
from ispace.errors import ConflictError, ObjectDamagedError, ObjectMissingError
from ispace.ports import Blobs, Put

_LIFE = dt.timedelta(minutes=2)
"""A collector that has been silent for so long was killed."""
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.3


@dataclasses.dataclass(frozen=True)
class Note:
    """What a release that is being published, or shown again, uses."""

    slug: str
    release: str
    tile_sets: frozenset[str]
    keys: frozenset[str]
    at: dt.datetime


@contextlib.contextmanager
def noted(public: Blobs, slug: str, release: str, *, tile_sets: Iterable[str], used: Iterable[str]) -> Iterator[None]:
    """Keep the collector away from tile sets and shared objects while the body runs.

    Where it fails or is killed, the note stays for the grace period: what was written waits for the next attempt.
    """
    key = keys.intent(slug, release)
    at = dt.datetime.now(dt.UTC).isoformat()
    told = {"slug": slug, "release": release, "tile_sets": sorted(tile_sets), "keys": sorted(used), "at": at}
    public.put(Put(key, json.dumps(told, separators=(",", ":")).encode(), cache_control="no-store"))
    _wait(public)
    try:
        yield
    except ConflictError:  # somebody else was first, so nothing of ours is going to be shown
        public.delete([key])
        raise
    if _mark(public) is None:  # else the collector has looked before the pages changed, and needs the note
        public.delete([key])


def notes(public: Blobs) -> dict[str, Note | None]:
    """Return all notes by their keys, ``None`` for one that cannot be read (power failed while it was written)."""
    found: dict[str, Note | None] = {}
    for info in public.scan(keys.INTENTS):
        if info.key == keys.SWEEP:
            continue
        try:
            told: dict[str, Any] = json.loads(public.get(info.key))
            found[info.key] = Note(
                str(told.get("slug", "")),
                str(told.get("release", "")),
                frozenset(told["tile_sets"]),
                frozenset(told["keys"]),
                dt.datetime.fromisoformat(told["at"]),
            )
        except ObjectMissingError:  # its work has just ended
            continue
        except (ObjectDamagedError, ValueError, KeyError, TypeError, AttributeError):
            found[info.key] = None
    return found


def mark(public: Blobs, *, deleting: bool) -> None:
    """Say that a collector is at work, and whether it is deleting a batch; the notes are to be read after that."""
    told = {"deleting": deleting, "at": dt.datetime.now(dt.UTC).isoformat()}
    public.put(Put(keys.SWEEP, json.dumps(told).encode(), cache_control="no-store"))


def end(public: Blobs) -> None:
    """Say that the collector has ended."""
    public.delete([keys.SWEEP])


def _wait(public: Blobs) -> None:
    """Wait while a batch is being deleted that was begun before now."""
    first = _mark(public)
    ended = time.monotonic() + _PATIENCE_SECONDS
    while first is not None and first["deleting"] and time.monotonic() < ended:
        time.sleep(_PAUSE_SECONDS)
        if _mark(public) != first:
            return


def _mark(public: Blobs) -> dict[str, Any] | None:
    """Return the mark of the collector at work, ``None`` where none is."""
    try:
        mark: dict[str, Any] = json.loads(public.get(keys.SWEEP))
        at = dt.datetime.fromisoformat(mark["at"])
        return mark if dt.datetime.now(dt.UTC) - at < _LIFE and "deleting" in mark else None
    except (ObjectMissingError, ObjectDamagedError, ValueError, KeyError, TypeError):
        return None
