"""Files and tiles → an immutable public release; the pointer flips last.

Reads: the private store. Writes to the public one, in this order: a note that a release is being written; tiles, media
and viewer that are missing; the release's own files and, last of them, ``release.json``; a log entry; the pages, each
only if it is still the one that was there at the start, and the pointer after all others. Everything is looked at once
more before the pages change. Killed at any moment, the old tour is whole, and a second run goes on from what is there.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

from ispace import digest, keys, parallel, pending, pointer, presence, releases
from ispace.errors import (
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    PublishRaceError,
)
from ispace.model.release import Book, Card, Flip, Release, ReleaseFile, TileSetUse, ViewsUse
from ispace.ports import Blobs, Put, Services
from ispace.work import Picture, Tiled


@dataclasses.dataclass(frozen=True)
class Bundle:
    """Everything that a release is made of."""

    slug: str
    release: str
    digest: str
    author: str
    generator: str
    now: dt.datetime
    default_language: str
    tiled: list[Tiled]
    pictures: list[Picture]
    views: list[ViewsUse]
    assets: Mapping[str, bytes]
    document: bytes
    pages: Mapping[str, bytes]
    """By language."""
    notes: Mapping[str, bytes]
    """By key: further files that only this release has."""
    card: Card
    changes: list[str]


@dataclasses.dataclass(frozen=True)
class Published:
    """What a publish did."""

    release: str
    written: int
    bytes: int
    unchanged: bool


def release_id(public: Blobs, slug: str, content: str, now: dt.datetime, previewed: Collection[str] = ()) -> str:
    """Return the id for a release with this content: that of an earlier, complete or begun, one if there is one.

    ``previewed`` are ids that previews were given: what was looked at is published under the very same one.
    """
    tail = content[:8]
    known = [*public.folders(keys.releases(slug)), *filter(keys.is_release, previewed)]
    same = sorted(name for name in known if name.endswith(f"-{tail}"))
    return same[-1] if same else f"{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}-{tail}"


def run(bundle: Bundle, services: Services, seen: pointer.Pages, progress: Callable[[float, float], None]) -> Published:
    """Publish a release.

    ``seen`` are the pages as they were before the work began.

    Raises:
        PublishRaceError: somebody else published the tour since then.
        UnavailableError: one of its subclasses, from either store.
    """
    public = services.public
    total = sum(len(t.files) + 1 for t in bundle.tiled) + len(bundle.pictures) + len(bundle.assets) + 3
    tally = _Tally(public, total, progress)
    manifest_key = keys.manifest(bundle.slug, bundle.release)
    if seen.release == bundle.release and public.head(manifest_key) is not None:
        return _bring(bundle, services, seen, tally)
    shared = {p.key for p in bundle.pictures} | set(bundle.assets)
    tile_sets = [t.id for t in bundle.tiled]
    with pending.noted(public, bundle.slug, bundle.release, tile_sets=tile_sets, used=shared):
        return _bring(bundle, services, seen, tally)


def _bring(bundle: Bundle, services: Services, seen: pointer.Pages, tally: _Tally) -> Published:
    public = services.public
    manifest_key = keys.manifest(bundle.slug, bundle.release)
    own = own_files(bundle)
    for attempt in range(_PASSES):
        before = tally.written
        for tiled in bundle.tiled:
            _tiles(tiled, services.private, public, tally)
        _pictures(bundle.pictures, services.private, public, tally)
        _contents({**bundle.assets, **own}, public, tally)
        # A pass that finds nothing to write has seen everything in its place with the right size.
        if tally.written == before:
            break
        public.flush()
        if attempt == _PASSES - 1:
            raise ObjectDamagedError(key=tally.last)
    if not _is_sound(public, manifest_key):
        manifest = _manifest(bundle, own)
        _keep(bundle, own, manifest, services.private)
        tally.put(Put(manifest_key, manifest.model_dump_json().encode()))
    public.flush()
    unchanged = _flip(bundle, public, seen, tally)
    return Published(bundle.release, tally.written, tally.bytes, unchanged)


_PASSES = 4
"""How often what is missing is brought before the store is taken for broken; the second pass finds nothing missing."""


class _Tally:
    """Counts what is written, and tells how far it is."""

    def __init__(self, public: Blobs, total: int, progress: Callable[[float, float], None]) -> None:
        self._public, self._total, self._progress = public, total, progress
        self.written = self.bytes = self._done = 0
        self.last = ""

    def step(self, count: int = 1) -> None:
        self._done += count
        self._progress(min(self._done, self._total), self._total)

    def put(self, put: Put) -> None:
        self.many([put])

    def many(self, puts: Iterable[Put]) -> None:
        for info in self._public.put_many(puts):
            self.written += 1
            self.bytes += info.size
            self.last = info.key
            self.step()


def _tiles(tiled: Tiled, private: Blobs, public: Blobs, tally: _Tally) -> None:
    complete, listing = keys.tile(tiled.id, "tileset.json"), keys.tile(tiled.id, "files.json")
    there = {info.key: info.size for info in public.scan(keys.tile(tiled.id))}
    # Without what makes it complete a set is being brought by somebody else, or being collected.
    whole = complete in there and listing in there
    missing = [f for f in tiled.files if not releases.is_listed(there, f.key, f.size) and f.key != complete]
    tally.step(len(tiled.files) - len(missing))
    if not missing and whole:
        return
    tally.many(parallel.each(lambda f: Put(f.key, _kept(private, f.key, f.sha256)), missing, private.at_once))
    tally.put(Put(listing, private.get(listing)))
    public.flush()
    tally.put(Put(complete, private.get(complete)))


def _pictures(pictures: Iterable[Picture], private: Blobs, public: Blobs, tally: _Tally) -> None:
    found = {p.key: p for p in pictures}
    missing = presence.absent(public, {p.key: p.size for p in found.values()})
    tally.step(len(found) - len(missing))
    lacking = [found[key] for key in missing]
    tally.many(parallel.each(lambda p: Put(p.key, _kept(private, p.private_key, p.sha256)), lacking, private.at_once))


def _kept(private: Blobs, key: str, sha256: str) -> bytes:
    """Return what the private store keeps, where it still is what was put there.

    What a disk damaged is deleted, so that the next run makes it again, and told by ``ObjectDamagedError``.
    """
    content = private.get(key)
    if digest.of_bytes(content) != sha256:
        private.delete([key])
        raise ObjectDamagedError(key=key)
    return content


def _contents(contents: Mapping[str, bytes], public: Blobs, tally: _Tally) -> None:
    missing = presence.different(public, contents)
    tally.step(len(contents) - len(missing))
    tally.many(Put(key, contents[key]) for key in missing)


def _keep(bundle: Bundle, own: Mapping[str, bytes], manifest: Release, private: Blobs) -> None:
    """Keep in the private store what the release can be made of again: its texts, and where the rest came from."""
    texts = {keys.kept(digest.of_bytes(data)): data for data in (*own.values(), *bundle.assets.values())}
    for _ in private.put_many(Put(key, texts[key]) for key in presence.different(private, texts)):
        pass
    sources = {p.key: p.private_key for p in bundle.pictures}
    sources |= {k: keys.kept(digest.of_bytes(data)) for k, data in {**own, **bundle.assets}.items()}
    book = Book(release=manifest, sources=sources, views=list(bundle.views))
    private.put(Put(keys.book(bundle.slug, bundle.release), book.model_dump_json().encode()))


def _is_sound(public: Blobs, manifest_key: str) -> bool:
    """Say whether a release's manifest is there and can be read; a damaged one is written anew."""
    try:
        Release.model_validate_json(public.get(manifest_key))
    except (ObjectMissingError, ValueError):
        return False
    return True


def own_files(bundle: Bundle) -> dict[str, bytes]:
    """Return the files that only this release has, by key."""
    return {keys.release(bundle.slug, bundle.release, "tour.json"): bundle.document, **bundle.notes} | {
        keys.kept_page(bundle.slug, bundle.release, lang): page for lang, page in bundle.pages.items()
    }


def _manifest(bundle: Bundle, own: Mapping[str, bytes]) -> Release:
    pictures = [
        ReleaseFile(key=p.key, size=p.size, sha256=p.sha256) for p in {p.key: p for p in bundle.pictures}.values()
    ]
    return Release(
        id=bundle.release,
        tour=bundle.slug,
        created_at=bundle.now,
        author=bundle.author,
        generator=bundle.generator,
        digest=bundle.digest,
        changes=bundle.changes,
        files=[*(_file(k, d) for k, d in own.items()), *pictures, *(_file(k, d) for k, d in bundle.assets.items())],
        tile_sets=[_use(t) for t in bundle.tiled],
        pages=[_file(keys.page(bundle.slug, lang, bundle.default_language), p) for lang, p in bundle.pages.items()],
        card=bundle.card,
    )


def _use(tiled: Tiled) -> TileSetUse:
    return TileSetUse(
        id=tiled.id,
        original=tiled.original,
        objects=len(tiled.files) + 1,
        bytes=sum(f.size for f in tiled.files),
        recipe=tiled.recipe,
    )


def _file(key: str, data: bytes) -> ReleaseFile:
    return ReleaseFile(key=key, size=len(data), sha256=digest.of_bytes(data))


def _flip(bundle: Bundle, public: Blobs, seen: pointer.Pages, tally: _Tally) -> bool:
    """Put the pages in place; return whether they were there already."""
    pages = {keys.page(bundle.slug, lang, bundle.default_language): page for lang, page in bundle.pages.items()}
    entry = Flip(at=dt.datetime.now(dt.UTC), author=bundle.author, action="publish", release=bundle.release)
    try:
        count = pointer.flip(public, bundle.slug, pages, seen, entry)
    except (ObjectChangedError, ObjectExistsError) as error:
        other = pointer.look(public, bundle.slug).release or "?"
        raise PublishRaceError(tour=bundle.slug, release=other) from error
    tally.written += count
    return count == 0 and not seen.content.keys() - pages.keys()
