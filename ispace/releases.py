"""What was published: listing, going back, taking down, collecting what nobody needs any more."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

from ispace import keys, pointer
from ispace.errors import (
    ObjectChangedError,
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


def slugs(public: Blobs) -> Iterator[str]:
    """Yield every tour that was ever published, in the order of their names."""
    yield from public.folders(keys.RELEASES)


def releases(public: Blobs, slug: str) -> list[Release]:
    """Return the complete releases of a tour, newest first; raises ``TourUnknownError`` where there is none."""
    found = []
    for name in public.folders(keys.releases(slug)):
        try:
            found.append(manifest(public, slug, name))
        except ObjectMissingError:
            continue  # begun and never finished, or the log
    if not found:
        raise TourUnknownError(tour=slug, store=public.name)
    return sorted(found, key=lambda r: r.id, reverse=True)


def manifest(public: Blobs, slug: str, release: str) -> Release:
    """Return what a release consists of; raises ``ObjectMissingError`` where it is not complete."""
    return Release.model_validate_json(public.get(keys.manifest(slug, release)))


def flips(public: Blobs, slug: str) -> list[Flip]:
    """Return who put what in its place, oldest first."""
    return [Flip.model_validate_json(public.get(info.key)) for info in public.scan(keys.log(slug))]


def cards(public: Blobs) -> list[tuple[str, Card]]:
    """Return what the catalogue shows: every tour that is public now, the newest release first."""
    found = []
    for slug in slugs(public):
        current = pointer.look(public, slug).release
        if current:
            try:
                found.append((current, slug, manifest(public, slug, current).card))
            except ObjectMissingError:
                continue  # a page without its release is an accident that `doctor` tells of
    return [(slug, card) for _, slug, card in sorted(found, key=lambda f: f[:2], reverse=True)]


def rollback(public: Blobs, slug: str, release: str | None, *, author: str, now: dt.datetime) -> Release:
    """Show an earlier release again: the one named, else the one that was public before the current one.

    Raises:
        TourUnknownError, ReleaseUnknownError, ReleaseOnlyOneError: there is nothing to go back to.
        ReleaseIncompleteError: objects of that release are missing.
        PublishRaceError: somebody published in between.
    """
    seen = pointer.look(public, slug)
    known = {r.id: r for r in releases(public, slug)}
    wanted = release or _before(public, slug, seen.release, known)
    if wanted not in known:
        raise ReleaseUnknownError(tour=slug, release=wanted)
    target = known[wanted]
    missing = missing_objects(public, target)
    if missing:
        raise ReleaseIncompleteError(tour=slug, release=wanted, count=len(missing))
    pages = {f.key: public.get(keys.kept_page(slug, wanted, _language(slug, f.key, target))) for f in target.pages}
    _flip(public, slug, pages, seen, Flip(at=now, author=author, action="rollback", release=wanted))
    public.delete([key for key in seen.content if key not in pages])
    return target


def unpublish(public: Blobs, slug: str, gone: dict[str, bytes], *, author: str, now: dt.datetime) -> None:
    """Take a tour down: its page says so politely, its releases stay.

    ``gone`` are the pages by key that stand in the tour's place. Raises ``TourUnknownError`` and ``PublishRaceError``.
    """
    seen = pointer.look(public, slug)
    if not seen.known:
        raise TourUnknownError(tour=slug, store=public.name)
    _flip(public, slug, gone, seen, Flip(at=now, author=author, action="unpublish", release=seen.release or ""))
    public.delete([key for key in seen.content if key not in gone])


def missing_objects(public: Blobs, release: Release) -> list[str]:
    """Return the keys that a release needs and that are absent or of another size."""
    lost = [f.key for f in release.files if (info := public.head(f.key)) is None or info.size != f.size]
    for use in release.tile_sets:
        listing = keys.tile(use.id, "files.json")
        try:
            files = json.loads(public.get(listing))["files"]
        except ObjectMissingError:
            lost.append(listing)
            continue
        there = {info.key: info.size for info in public.scan(keys.tile(use.id))}
        lost += [f["key"] for f in files if there.get(f["key"]) != f["size"]]
    return lost


def _before(public: Blobs, slug: str, current: str | None, known: dict[str, Release]) -> str:
    """Return the release that was public before the current one, by the log, else the newest older one."""
    shown = [f.release for f in flips(public, slug) if f.action != "unpublish" and f.release in known]
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


def garbage(public: Blobs, *, grace: dt.timedelta, now: dt.datetime) -> Garbage:
    """Return what no release that is public, or was within the grace period, uses.

    Safe while a publish runs: what a begun release has announced stays, and so does everything young.
    """
    live_tiles: set[str] = set()
    live_keys: set[str] = set()
    dead: list[tuple[str, str]] = []
    for slug in slugs(public):
        kept = _kept(public, slug, grace, now)
        for name in public.folders(keys.releases(slug)):
            if name == "log":
                continue
            intent = _intent(public, slug, name)
            if name in kept or (intent and now - dt.datetime.fromisoformat(intent["at"]) < max(grace, _YOUNGEST)):
                tiles, used = _uses(public, slug, name, intent)
                live_tiles |= tiles
                live_keys |= used
            else:
                dead.append((slug, name))
    found = Garbage([], 0, [f"{slug}/{name}" for slug, name in dead])
    before = now - _YOUNGEST
    for slug, name in dead:
        _add(found, public, keys.release(slug, name), before, lambda _: True)
    _add(found, public, keys.ASSETS, before, lambda key: key not in live_keys)
    _add(found, public, keys.TILE_SETS, before, lambda key: key.split("/")[1] not in live_tiles)
    return found


def collect(public: Blobs, found: Garbage) -> int:
    """Delete garbage; what makes a release or a tile set complete goes first, so that none is taken for whole."""
    heads = ("/release.json", "/tileset.json")
    first = [key for key in found.keys if key.endswith(heads)]
    rest = [key for key in found.keys if not key.endswith(heads)]
    return public.delete(first) + public.delete(rest)


def _add(found: Garbage, public: Blobs, prefix: str, before: dt.datetime, is_garbage: Callable[[str], bool]) -> None:
    for info in public.scan(prefix):
        if info.modified < before and is_garbage(info.key):
            found.keys.append(info.key)
            found.bytes += info.size


def _kept(public: Blobs, slug: str, grace: dt.timedelta, now: dt.datetime) -> set[str]:
    """Return the releases that are public or were so within the grace period."""
    current = pointer.look(public, slug).release
    kept = {current} if current else set()
    log = flips(public, slug)
    for flip, following in zip(log, [*log[1:], None], strict=True):
        ended = following.at if following else now
        if now - ended < grace:
            kept.add(flip.release)
    return kept


def _intent(public: Blobs, slug: str, release: str) -> dict[str, Any] | None:
    try:
        intent: dict[str, Any] = json.loads(public.get(keys.intent(slug, release)))
    except ObjectMissingError:
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
