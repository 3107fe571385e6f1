"""What was published: listing, going back, taking down."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from ispace import keys, parallel, pending, pointer, presence
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
from ispace.model.release import Card, Flip, Release, ReleaseFile
from ispace.ports import Blobs


def slugs(public: Blobs) -> Iterator[str]:
    """Yield every tour that was ever published, in the order of their names."""
    yield from (name for name in public.folders(keys.RELEASES) if keys.is_slug(name))


def releases(public: Blobs, slug: str) -> list[Release]:
    """Return the complete releases of a tour, newest first.

    Raises:
        TourUnknownError: there is none.
        ObjectDamagedError: there are some, and none of them can be read.
    """
    if not keys.is_slug(slug):
        raise TourUnknownError(tour=slug, store=public.name)
    found = complete(public, slug)
    if found:
        return found
    for name in public.folders(keys.releases(slug)):
        with contextlib.suppress(ObjectMissingError):
            manifest(public, slug, name)  # says which object is damaged
    raise TourUnknownError(tour=slug, store=public.name)


def complete(public: Blobs, slug: str) -> list[Release]:
    """Return the complete releases of a tour, newest first; none where a first publish was never finished."""
    found = []
    for name in public.folders(keys.releases(slug)):
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError):  # begun and never finished, or the log
            found.append(manifest(public, slug, name))
    # The time in an id is of seconds: of two made in the same one, the end of the id says nothing.
    return sorted(found, key=lambda r: (r.id[:15], r.created_at.isoformat()), reverse=True)


def manifest(public: Blobs, slug: str, release: str) -> Release:
    """Return what a release consists of; ``ObjectMissingError`` where it is not complete, ``ObjectDamagedError``."""
    key = keys.manifest(slug, release)
    try:
        return Release.model_validate_json(public.get(key))
    except ValidationError as error:
        raise ObjectDamagedError(key=key) from error


def total_bytes(known: Iterable[Release]) -> int:
    """Return how much releases take up together; what they share is counted once."""
    files, tile_sets = {}, {}
    for release in known:
        files.update({file.key: file.size for file in release.files})
        tile_sets.update({use.id: use.bytes for use in release.tile_sets})
    return sum(files.values()) + sum(tile_sets.values())


def titles(public: Blobs, slug: str, known: Iterable[Release], scenes: set[str]) -> dict[str, dict[str, str]]:
    """Return the titles of scenes by id, from the first of the releases that has them; only what can be read."""
    found: dict[str, dict[str, str]] = {}
    for release in known:
        if scenes <= found.keys():
            break
        # A title is a courtesy: without it the scene is called by its id.
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError, ValueError, KeyError, TypeError):
            for scene in json.loads(public.get(keys.release(slug, release.id, "tour.json")))["scenes"]:
                if isinstance(scene["title"], dict):
                    found.setdefault(scene["id"], scene["title"])
    return found


def flips(public: Blobs, slug: str) -> list[Flip]:
    """Return who put what in its place, oldest first."""
    found = []
    for info in public.scan(keys.log(slug)):
        # An entry that cannot be read (power failed while it was written) must not stand in the way of the others.
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError, ValidationError):
            found.append(Flip.model_validate_json(public.get(info.key)))
    return found


def entry_name(key: str) -> tuple[dt.datetime, str] | None:
    """Return when an entry of the log was written and which release it names, by its key; ``None`` for other keys."""
    name = key.rpartition("/")[2].removesuffix(".json")
    at, _, rest = name.partition("-")
    try:
        return dt.datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=dt.UTC), rest.partition("-")[2]
    except ValueError:
        return None


def cards(public: Blobs) -> list[tuple[str, Card]]:
    """Return what the catalogue shows: every tour that is public now, the newest release first."""

    def shown(slug: str) -> tuple[str, str, Card] | None:
        current = pointer.look(public, slug).release
        if current is None:
            return None
        try:
            return current, slug, manifest(public, slug, current).card
        except (ObjectMissingError, ObjectDamagedError):
            return None  # a page without its release is an accident; the other tours are shown all the same

    found = [card for card in parallel.each(shown, slugs(public), public.at_once) if card]
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
    shared = [f.key for f in target.files if f.key.startswith(keys.ASSETS)]
    with pending.noted(public, slug, wanted, tile_sets=[t.id for t in target.tile_sets], used=shared):
        missing = missing_objects(public, target)
        if missing:
            raise ReleaseIncompleteError(tour=slug, release=wanted, count=len(missing))
        pages = {
            f.key: public.get(keys.kept_page(slug, wanted, language_of(slug, f.key, target))) for f in target.pages
        }
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
    lost = presence.absent(public, {f.key: f.size for f in release.files})
    complete_by = keys.manifest(release.tour, release.id)
    lost += [] if public.head(complete_by) else [complete_by]  # the collector takes it first
    for use in release.tile_sets:
        files = tile_files(public, use.id)
        if files is None:
            lost.append(keys.tile(use.id, "files.json"))
            continue
        there = {info.key: info.size for info in public.scan(keys.tile(use.id))}
        lost += [f.key for f in files if not is_listed(there, f.key, f.size)]
    return lost


def tile_files(store: Blobs, tile_set: str) -> list[ReleaseFile] | None:
    """Return the files of a tile set by its listing; ``None`` where there is no listing that can be read."""
    try:
        return [ReleaseFile(**f) for f in json.loads(store.get(keys.tile(tile_set, "files.json")))["files"]]
    except (ObjectMissingError, ObjectDamagedError, ValueError, KeyError, TypeError):
        return None


def is_listed(there: Mapping[str, int], key: str, size: int) -> bool:
    """Say whether a listing has an object; a text may be stored compressed, so that its size says nothing."""
    return key in there and (keys.is_text(key) or there[key] == size)


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


def language_of(slug: str, key: str, release: Release) -> str:
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
