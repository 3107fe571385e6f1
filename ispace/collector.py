"""Deletes what nobody needs any more: releases that no reader can have open, and tiles and media that only they show.

The store is read as a stream, a group (a release, a tile set, a page of shared objects) in memory at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from ispace import keys, parallel, pending, pointer, releases
from ispace.errors import ObjectDamagedError, ObjectMissingError
from ispace.model.release import Flip
from ispace.ports import Blobs, ObjectInfo

YOUNGEST = dt.timedelta(hours=1)
"""Objects younger than this are never collected, whatever the grace period: a publish may just be writing them."""

_BATCH = 1000
_BEAT_SECONDS = 20.0
LEFTOVERS = dt.timedelta(days=1)
"""No write takes this long: what lies about half written for longer will never be finished."""
_HEADS = ("/release.json", "/tileset.json")
"""What makes a release or a tile set complete goes first, so that none is taken for whole."""


@dataclasses.dataclass
class Group:
    """What goes together: its folder, how many objects and how many bytes."""

    name: str
    objects: int
    bytes: int


@dataclasses.dataclass
class Garbage:
    """What goes, or would go."""

    groups: list[Group] = dataclasses.field(default_factory=list)

    @property
    def objects(self) -> int:
        """How many objects there are in all."""
        return sum(g.objects for g in self.groups)

    @property
    def bytes(self) -> int:
        """How many bytes they take."""
        return sum(g.bytes for g in self.groups)

    @property
    def releases(self) -> list[str]:
        """The releases among them, as ``slug/release``."""
        return [g.name.removeprefix(keys.RELEASES).rstrip("/") for g in self.groups if _is_release(g.name)]


@dataclasses.dataclass
class _Needed:
    """What must stay: releases as (slug, id), names of tile sets, keys of shared objects, notes."""

    releases: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    tile_sets: set[str] = dataclasses.field(default_factory=set)
    keys: set[str] = dataclasses.field(default_factory=set)
    notes: set[str] = dataclasses.field(default_factory=set)

    def add(self, note: pending.Note) -> None:
        self.releases.add((note.slug, note.release))
        self.tile_sets |= note.tile_sets
        self.keys |= note.keys

    def is_garbage(self, key: str) -> bool:
        parts = key.split("/")
        if not keys.is_collectable(key):
            return False
        if key.startswith(keys.INTENTS):
            return key != keys.SWEEP and key not in self.notes
        if key.startswith(keys.TILE_SETS):
            return parts[1] not in self.tile_sets
        if key.startswith(keys.RELEASES):
            return (parts[1], parts[2]) not in self.releases
        return key not in self.keys


def run(public: Blobs, *, grace: dt.timedelta, now: dt.datetime, dry_run: bool = False) -> Garbage:
    """Delete what no release that is public, or was within the grace period, uses; return what that was.

    Safe while others publish, go back and take down (see ``pending``); what is young stays in any case.

    Raises:
        ObjectDamagedError: a release that must stay cannot be read, so nobody knows what it uses.
    """
    found = Garbage()
    broom = _Broom(public, grace, now, dry_run=dry_run)
    try:
        broom.beat()
        needed = _needed(public, grace, now, broom.beat)
        broom.needed = needed
        for name, infos in _dead(public, needed, now - YOUNGEST, broom.beat):
            found.groups.append(Group(name, len(infos), sum(i.size for i in infos)))
            broom.sweep(info.key for info in infos)
        broom.flush()
    finally:
        broom.end()
    if not dry_run:
        public.tidy(now - LEFTOVERS)
    return found


class _Broom:
    """Deletes in batches, before each of which it reads what has been announced since; on a dry run it does nothing."""

    def __init__(self, public: Blobs, grace: dt.timedelta, now: dt.datetime, *, dry_run: bool) -> None:
        self.needed = _Needed()
        self._public, self._grace, self._now, self._dry_run = public, grace, now, dry_run
        self._waiting: list[str] = []
        self._beaten = -math.inf

    def beat(self) -> None:
        """Say now and then that a collector is at work."""
        if not self._dry_run and time.monotonic() - self._beaten > _BEAT_SECONDS:
            pending.mark(self._public, deleting=False)
            self._beaten = time.monotonic()

    def sweep(self, dead: Iterable[str]) -> None:
        if not self._dry_run:
            self._waiting += sorted(dead, key=lambda key: not key.endswith(_HEADS))
        while len(self._waiting) >= _BATCH:
            self._delete()

    def flush(self) -> None:
        while self._waiting:
            self._delete()

    def end(self) -> None:
        if not self._dry_run:
            pending.end(self._public)

    def _delete(self) -> None:
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        pending.mark(self._public, deleting=True)
        _heed(self._public, self.needed, self._grace, self._now)
        self._public.delete([key for key in batch if self.needed.is_garbage(key)])
        self._beaten = -math.inf
        self.beat()


def _dead(
    public: Blobs, needed: _Needed, before: dt.datetime, beat: Callable[[], None]
) -> Iterator[tuple[str, list[ObjectInfo]]]:
    """Yield what may go, group by group."""
    for prefix in (keys.RELEASES, keys.TILE_SETS):
        for name, objects in itertools.groupby(public.scan(prefix), key=lambda i: _group(i.key)):
            beat()
            infos = [i for i in objects if needed.is_garbage(i.key)]
            # One young object in it: somebody is just bringing it back.
            if infos and all(i.modified < before for i in infos):
                yield name, infos
    old = (i for i in public.scan(keys.ASSETS) if i.modified < before and needed.is_garbage(i.key))
    while page := list(itertools.islice(old, _BATCH)):
        yield keys.ASSETS, page


def _group(key: str) -> str:
    count = 3 if key.startswith(keys.RELEASES) and not key.startswith(keys.INTENTS) else 2
    return "/".join(key.split("/")[:count]) + "/"


def _is_release(name: str) -> bool:
    return name.startswith(keys.RELEASES) and keys.is_release(name.rstrip("/").rpartition("/")[2])


def _heed(public: Blobs, needed: _Needed, grace: dt.timedelta, now: dt.datetime) -> None:
    """Add what the notes name; one that was left behind counts for the grace period."""
    for key, note in pending.notes(public).items():
        if note is not None and now - note.at < max(grace, YOUNGEST):
            needed.add(note)
            needed.notes.add(key)


def _needed(public: Blobs, grace: dt.timedelta, now: dt.datetime, beat: Callable[[], None]) -> _Needed:
    needed = _Needed()
    looked: set[str] = set()
    for slug, kept, tile_sets, used in parallel.each(
        lambda slug: _tour(public, slug, grace, now), releases.slugs(public), public.at_once
    ):
        beat()
        looked.add(slug)
        needed.releases |= {(slug, release) for release in kept}
        needed.tile_sets |= tile_sets
        needed.keys |= used
    _heed(public, needed, grace, now)
    needed.keys |= _shown(public, looked)
    for sheet in [key for key in needed.keys if key.endswith((".css", ".webmanifest"))]:
        with contextlib.suppress(ObjectMissingError):
            needed.keys |= keys.assets_in(public.get(sheet), siblings=True)
    return needed


def _tour(public: Blobs, slug: str, grace: dt.timedelta, now: dt.datetime) -> tuple[str, set[str], set[str], set[str]]:
    """Return the releases of a tour that must stay, and the tile sets and objects that they and its pages use."""
    seen = pointer.look(public, slug)
    kept = _kept(public, slug, seen, grace, now)
    tile_sets: set[str] = set()
    used = {asset for key, page in seen.content.items() if keys.is_text(key) for asset in keys.assets_in(page)}
    for release in kept:
        with contextlib.suppress(ObjectMissingError):
            whole = releases.manifest(public, slug, release)
            tile_sets |= {t.id for t in whole.tile_sets}
            used |= {f.key for f in whole.files}
    return slug, kept, tile_sets, used


def _kept(public: Blobs, slug: str, seen: pointer.Pages, grace: dt.timedelta, now: dt.datetime) -> set[str]:
    """Return the releases that are public or were so within the grace period."""
    kept = {seen.release} if seen.release else set()
    last = ""
    for info in public.scan(keys.log(slug)):
        entry = releases.entry_name(info.key)
        if entry is None:
            continue
        last = entry[1]
        if now - entry[0] >= max(grace, YOUNGEST):
            continue
        kept |= {last}
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError, ValidationError):
            # What was public until this flip may be open in a browser as well.
            kept |= {Flip.model_validate_json(public.get(info.key)).before}
    page = seen.content.get(keys.pointer(slug))
    if not seen.release and not (page is not None and pointer.is_gone(page)):
        kept |= {last}  # a page that was lost or damaged is no page taken down: its release is needed to mend it
    return kept - {""}


def _shown(public: Blobs, looked: set[str]) -> set[str]:
    """Return what the pages show that belong to none of the tours ``looked`` at: those of the catalogue."""

    def named(key: str) -> set[str]:
        try:
            return keys.assets_in(public.get(key))
        except ObjectMissingError:
            return set()

    tops = (f"{name}/" for name in public.folders() if name not in looked)
    below = (
        info.key for top in tops if top not in {keys.RELEASES, keys.TILE_SETS, keys.ASSETS} for info in public.scan(top)
    )
    texts = (key for key in itertools.chain([keys.CATALOGUE, keys.WORKER], below) if keys.is_text(key))
    found: set[str] = set()
    for some in parallel.each(named, texts, public.at_once):
        found |= some
    return found
