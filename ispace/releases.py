"""What was published: listing, going back, taking down, collecting what nobody needs any more."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from ispace import keys, pointer
from ispace.errors import (
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    PublishRaceError,
    ReleaseIncompleteError,
    ReleaseOnlyOneError,
    ReleaseUnknownError,
    TourUnknownError,
)
from ispace.model.release import Card, Flip, Release
from ispace.ports import Blobs

_YOUNGEST = dt.timedelta(hours=1)
"""Objects younger than this are never collected, whatever the grace period: a publish may just be writing them."""

_BATCH = 2000
"""How many objects are deleted before it is looked again whether somebody needs the rest by now."""
_LEFTOVERS = dt.timedelta(days=1)
"""No write takes this long: what lies about half written for longer will never be finished."""


def slugs(public: Blobs) -> Iterator[str]:
    """Yield every tour that was ever published, in the order of their names."""
    yield from public.folders(keys.RELEASES)


def releases(public: Blobs, slug: str) -> list[Release]:
    """Return the complete releases of a tour, newest first; raises ``TourUnknownError`` where there is none."""
    if not keys.is_slug(slug):
        raise TourUnknownError(tour=slug, store=public.name)
    found = complete(public, slug)
    if not found:
        raise TourUnknownError(tour=slug, store=public.name)
    return found


def complete(public: Blobs, slug: str) -> list[Release]:
    """Return the complete releases of a tour, newest first; none where a first publish was never finished."""
    found = []
    for name in public.folders(keys.releases(slug)):
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError):  # begun and never finished, or the log
            found.append(manifest(public, slug, name))
    return sorted(found, key=lambda r: r.id, reverse=True)


def manifest(public: Blobs, slug: str, release: str) -> Release:
    """Return what a release consists of; ``ObjectMissingError`` where it is not complete, ``ObjectDamagedError``."""
    key = keys.manifest(slug, release)
    try:
        return Release.model_validate_json(public.get(key))
    except ValidationError as error:
        raise ObjectDamagedError(key=key) from error


def flips(public: Blobs, slug: str) -> list[Flip]:
    """Return who put what in its place, oldest first."""
    found = []
    for info in public.scan(keys.log(slug)):
        # An entry that cannot be read (power failed while it was written) must not stand in the way of the others.
        with contextlib.suppress(ObjectMissingError, ValidationError):
            found.append(Flip.model_validate_json(public.get(info.key)))
    return found


def cards(public: Blobs) -> list[tuple[str, Card]]:
    """Return what the catalogue shows: every tour that is public now, the newest release first."""
    found = []
    for slug in slugs(public):
        current = pointer.look(public, slug).release
        if current:
            try:
                found.append((current, slug, manifest(public, slug, current).card))
            except (ObjectMissingError, ObjectDamagedError):
                continue  # a page without its release is an accident; the other tours are shown all the same
    return [(slug, card) for _, slug, card in sorted(found, key=lambda f: f[:2], reverse=True)]


def rollback(public: Blobs, slug: str, release: str | None, *, author: str, now: dt.datetime) -> Release:
    """Show an earlier release again: the one named, else the one that was public before the current one.

    Raises:
        TourUnknownError, ReleaseUnknownError, ReleaseOnlyOneError: there is nothing to go back to.
        ReleaseIncompleteError: objects of that release are missing.
        PublishRaceError: somebody published in between.
    """
    known = {r.id: r for r in releases(public, slug)}
    seen = pointer.look(public, slug)
    wanted = release or _before(public, slug, seen.release, known)
    if wanted not in known:
        raise ReleaseUnknownError(tour=slug, release=wanted)
    target = known[wanted]
    missing = missing_objects(public, target)
    if missing:
        raise ReleaseIncompleteError(tour=slug, release=wanted, count=len(missing))
    pages = {f.key: public.get(keys.kept_page(slug, wanted, _language(slug, f.key, target))) for f in target.pages}
    _flip(public, slug, pages, seen, Flip(at=now, author=author, action="rollback", release=wanted))
    return target


def unpublish(public: Blobs, slug: str, gone: dict[str, bytes], *, author: str, now: dt.datetime) -> None:
    """Take a tour down: its page says so politely, its releases stay.

    ``gone`` are the pages by key that stand in the tour's place. Raises ``TourUnknownError`` and ``PublishRaceError``.
    """
    seen = pointer.look(public, slug)
    if not seen.known:
        raise TourUnknownError(tour=slug, store=public.name)
    _flip(public, slug, gone, seen, Flip(at=now, author=author, action="unpublish", release=seen.release or ""))


def missing_objects(public: Blobs, release: Release) -> list[str]:
    """Return the keys that a release needs and that are absent or of another size."""
    lost = [f.key for f in release.files if (info := public.head(f.key)) is None or info.size != f.size]
    for use in release.tile_sets:
        listing = keys.tile(use.id, "files.json")
        try:
            files = json.loads(public.get(listing))["files"]
        except (ObjectMissingError, ValueError, KeyError):
            lost.append(listing)
            continue
        there = {info.key: info.size for info in public.scan(keys.tile(use.id))}
        lost += [f["key"] for f in files if there.get(f["key"]) != f["size"]]
    return lost


def _before(public: Blobs, slug: str, current: str | None, known: dict[str, Release]) -> str:
    """Return the release that was public before the current one, by the log, else the newest older one."""
    log = flips(public, slug)
    for flip in reversed(log):  # what the current one replaced when it last came up
        if current is not None and flip.release == current and flip.before in known.keys() - {current}:
            return flip.before
    shown = [f.release for f in log if f.action != "unpublish" and f.release in known]
    if current is None and shown:
        return shown[-1]  # the tour was taken down: going back means showing it again
    for name in reversed(shown):
        if name != current:
            return name
    older = [r for r in sorted(known, reverse=True) if current is None or r < current]
    if not older:
        raise ReleaseOnlyOneError(tour=slug)
    return older[0]


def _language(slug: str, key: str, release: Release) -> str:
    """Return the language of a page: its folder's name, or the one language that no other page has."""
    if key != keys.pointer(slug):
        return key.removeprefix(f"{slug}/").split("/")[0]
    others = {p.key.removeprefix(f"{slug}/").split("/")[0] for p in release.pages if p.key != key}
    return next(lang for lang in release.card.languages if lang not in others)


def _flip(public: Blobs, slug: str, pages: dict[str, bytes], seen: pointer.Pages, entry: Flip) -> None:
    try:
        pointer.flip(public, slug, pages, seen, entry)
    except (ObjectChangedError, ObjectExistsError) as error:
        raise PublishRaceError(tour=slug, release=pointer.look(public, slug).release or "?") from error


# Collecting


@dataclasses.dataclass
class Garbage:
    """What may go: the keys, how many bytes they take, and the releases among them."""

    keys: list[str]
    bytes: int
    releases: list[str]


@dataclasses.dataclass
class _Needed:
    """What must stay: names of tile sets, keys of shared objects; and the releases that may go."""

    tile_sets: set[str]
    keys: set[str]
    dead: list[tuple[str, str]]

    def is_garbage(self, key: str) -> bool:
        parts = key.split("/")
        if key.startswith(keys.TILE_SETS):
            return parts[1] not in self.tile_sets
        if key.startswith(keys.RELEASES):
            return (parts[1], parts[2]) in self.dead
        return key.startswith(keys.ASSETS) and key not in self.keys


def garbage(public: Blobs, *, grace: dt.timedelta, now: dt.datetime) -> Garbage:
    """Return what no release that is public, or was within the grace period, uses.

    Safe while a publish runs: what a begun release has announced stays, and so does everything young.

    Raises:
        ObjectDamagedError: a release that must stay cannot be read, so nobody knows what it uses.
    """
    needed = _needed(public, grace, now)
    found = Garbage([], 0, [])
    before = now - _YOUNGEST
    for slug, name in needed.dead:
        if _add(found, public, keys.release(slug, name), before, lambda _: True):
            found.releases.append(f"{slug}/{name}")
    _add(found, public, keys.ASSETS, before, needed.is_garbage)
    _add(found, public, keys.TILE_SETS, before, needed.is_garbage)
    return found


def collect(public: Blobs, found: Garbage, *, grace: dt.timedelta, now: dt.datetime) -> int:
    """Delete garbage and what killed writes left behind; return how many objects were deleted.

    What makes a release or a tile set complete goes first, so that none is taken for whole. Before every batch it is
    looked again what is needed, because a publish may have begun since.
    """
    heads = ("/release.json", "/tileset.json")
    count = 0
    ordered = sorted(found.keys, key=lambda key: (not key.endswith(heads), key))
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        needed = _needed(public, grace, now)
        dead = [key for key in batch if needed.is_garbage(key)]
        public.delete(dead)
        count += len(dead)
    public.tidy(now - _LEFTOVERS)
    return count


def _add(found: Garbage, public: Blobs, prefix: str, before: dt.datetime, is_garbage: Callable[[str], bool]) -> bool:
    count = len(found.keys)
    for info in public.scan(prefix):
        if info.modified < before and is_garbage(info.key):
            found.keys.append(info.key)
            found.bytes += info.size
    return len(found.keys) > count


def _needed(public: Blobs, grace: dt.timedelta, now: dt.datetime) -> _Needed:
    needed = _Needed(set(), set(), [])
    for slug in slugs(public):
        kept = _kept(public, slug, grace, now)
        for name in public.folders(keys.releases(slug)):
            if name == "log":
                continue
            intent = _intent(public, slug, name)
            begun = dt.datetime.fromisoformat(intent["at"]) if intent else None
            if name in kept or (begun and now - begun < max(grace, _YOUNGEST)):
                tile_sets, used = _uses(public, slug, name, intent)
                needed.tile_sets |= tile_sets
                needed.keys |= used
            else:
                needed.dead.append((slug, name))
    needed.keys |= _shown(public)
    for sheet in [key for key in needed.keys if key.endswith(".css")]:
        with contextlib.suppress(ObjectMissingError):
            needed.keys |= keys.assets_in(public.get(sheet), siblings=True)
    return needed


def _shown(public: Blobs) -> set[str]:
    """Return what the pages outside releases show: the catalogue, and those that stand in for tours taken down."""
    found: set[str] = set()
    tops = [f"{name}/" for name in public.folders() if f"{name}/" not in {keys.RELEASES, keys.TILE_SETS, keys.ASSETS}]
    for key in [keys.CATALOGUE, *(info.key for top in tops for info in public.scan(top))]:
        if keys.is_text(key):
            with contextlib.suppress(ObjectMissingError):
                found |= keys.assets_in(public.get(key))
    return found


def _kept(public: Blobs, slug: str, grace: dt.timedelta, now: dt.datetime) -> set[str]:
    """Return the releases that are public or were so within the grace period."""
    current = pointer.look(public, slug).release
    kept = {current} if current else set()
    log = flips(public, slug)
    for flip, following in zip(log, [*log[1:], None], strict=True):
        ended = following.at if following else now
        if now - ended < max(grace, _YOUNGEST):
            kept |= {flip.release} if flip.action != "unpublish" else set()
    return kept


def _intent(public: Blobs, slug: str, release: str) -> dict[str, Any] | None:
    """Return what a begun release has announced; ``None`` where it said nothing, or power failed while it did."""
    try:
        intent: dict[str, Any] = json.loads(public.get(keys.intent(slug, release)))
        dt.datetime.fromisoformat(intent["at"])
    except (ObjectMissingError, ValueError, KeyError, TypeError):
        return None
    return intent


def _uses(public: Blobs, slug: str, release: str, intent: dict[str, Any] | None) -> tuple[set[str], set[str]]:
    tiles = set(intent["tile_sets"]) if intent else set()
    used = set(intent["keys"]) if intent else set()
    try:
        whole = manifest(public, slug, release)
    except ObjectMissingError:
        return tiles, used
    return tiles | {t.id for t in whole.tile_sets}, used | {f.key for f in whole.files}
