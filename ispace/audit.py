"""Looks whether every release is still whole, byte for byte, and makes again what is missing or damaged."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ispace import digest, keys, language, offline, parallel, pointer, releases
from ispace.errors import ConflictError, ObjectDamagedError, ObjectMissingError, TourUnknownError
from ispace.imaging.isolate import PictureWorker
from ispace.model.release import Book, Release, ReleaseFile, TileSetUse
from ispace.pipeline import tile
from ispace.ports import Blobs, Put, Services

_LARGE_BYTES = 16 << 20


@dataclasses.dataclass(frozen=True)
class Fault:
    """One object that is not as its release says; ``tour`` and ``release`` are empty for what all tours share."""

    tour: str
    release: str
    key: str
    kind: Literal["missing", "damaged"]
    repaired: bool = False


@dataclasses.dataclass
class Report:
    """What an audit found."""

    tours: int = 0
    releases: int = 0
    objects: int = 0
    bytes: int = 0
    faults: list[Fault] = dataclasses.field(default_factory=list)

    @property
    def left(self) -> list[Fault]:
        """What is still wrong."""
        return [f for f in self.faults if not f.repaired]


class Audit:
    """One walk through a store; what several releases share is looked at once."""

    def __init__(
        self,
        services: Services,
        worker: PictureWorker | None = None,
        *,
        quick: bool = False,
        told: Callable[[str, int, int], None] = lambda *_: None,
        mend: Callable[[], None] | None = None,
    ) -> None:
        """Look into ``services.public``; with a ``worker``, repair from ``services.private``.

        ``quick`` looks at names and sizes only; ``told`` hears which tour it is at, and how many objects it has seen.
        ``mend`` writes what belongs to no tour: the catalogue, the service worker, and what both show.
        """
        self.report = Report()
        self._services, self._worker, self._quick, self._told = services, worker, quick, told
        self._public = services.public
        self._mend = mend
        self._seen: set[str] = set()

    def run(self, tour: str | None = None) -> Report:
        """Look at one tour, or at all; raises ``TourUnknownError``, and the storage errors of either store."""
        found = False
        for slug in [tour] if tour else releases.slugs(self._public):
            if keys.is_slug(slug):
                found = self._tour(slug) or found
        if tour and not found:
            raise TourUnknownError(tour=tour, store=self._public.name)
        if not tour:
            self._shared()
        return self.report

    def _shared(self) -> None:
        """Look at what belongs to no tour; a store of an early iSpace may lack the worker, so that is no fault."""
        wrong = self._wrong_of_all()
        if wrong and self._mend:
            # What is named by its content and damaged looks as if it were there.
            self._public.delete([key for key, kind in wrong.items() if kind == "damaged"])
            self._mend()
        left = self._wrong_of_all() if wrong and self._mend else wrong
        for key, kind in wrong.items():
            self._fault("", "", key, kind, repaired=key not in left)

    def _wrong_of_all(self) -> dict[str, Literal["missing", "damaged"]]:
        wrong: dict[str, Literal["missing", "damaged"]] = {}
        pages = {key: self._content(key) for key in [*map(keys.catalogue, language.available()), keys.OFFLINE_PAGE]}
        worker, page = self._content(keys.WORKER), pages[keys.OFFLINE_PAGE]
        named = set[str]().union(*(keys.assets_in(content or b"") for content in pages.values()))
        if worker is not None and not offline.is_sound(worker):
            wrong[keys.WORKER] = "damaged"  # and so may be the names in it: of objects that nobody ever wrote
        else:
            named |= keys.assets_in(worker or b"")
        for key in [key for key in named if key.endswith(".webmanifest")]:
            manifest = self._content(key) or b""
            named |= keys.assets_in(manifest, siblings=True) if _is_named_for(manifest, key) else set()
        if (worker is None) != (page is None):
            wrong[keys.WORKER if worker is None else keys.OFFLINE_PAGE] = "missing"
        for key in sorted(named - self._seen):
            content = self._content(key)
            self.report.objects += 1
            self.report.bytes += len(content or b"")
            if content is None:
                wrong[key] = "missing"
            elif not _is_named_for(content, key):
                wrong[key] = "damaged"
        return wrong

    def _content(self, key: str) -> bytes | None:
        try:
            return self._public.get(key)
        except ObjectMissingError:
            return None
        except ObjectDamagedError:
            return b""

    def _tour(self, slug: str) -> bool:
        self._told(slug, self.report.objects, len(self.report.faults))
        names = [name for name in self._public.folders(keys.releases(slug)) if keys.is_release(name)]
        whole = [release for name in names if (release := self._release(slug, name))]
        for release in whole:
            self._files(slug, release)
            for use in release.tile_sets:
                self._tile_set(slug, release, use)
            self.report.releases += 1
        self.report.tours += 1 if names else 0
        self._pages(slug, {r.id: r for r in whole})
        return bool(names)

    def _release(self, slug: str, name: str) -> Release | None:
        """Return a release's manifest; one that is damaged is made again from the book."""
        key = keys.manifest(slug, name)
        try:
            return releases.manifest(self._public, slug, name)
        except ObjectMissingError:
            # Without manifest and book a publish was never finished, or is just at it: no fault.
            book = self._book(slug, name)
            shown = pointer.look(self._public, slug).release == name
            if book is None or not shown:
                if shown:
                    self._fault(slug, name, key, "missing", repaired=False)
                return None
            kind: Literal["missing", "damaged"] = "missing"
        except ObjectDamagedError:
            book, kind = self._book(slug, name), "damaged"
        repaired = book is not None and self._worker is not None
        if book is not None and repaired:
            self._public.put(Put(key, book.release.model_dump_json().encode()))
        self._fault(slug, name, key, kind, repaired=repaired)
        return book.release if book else None

    def _files(self, slug: str, release: Release) -> None:
        files = [f for f in {f.key: f for f in release.files}.values() if f.key not in self._seen]
        self._seen |= {f.key for f in files if f.key.startswith(keys.ASSETS)}
        wrong = self._wrong(files)
        if not wrong:
            return
        book = self._book(slug, release.id) if self._worker else None
        for file, kind in wrong:
            repaired = book is not None and self._restore(file, book)
            self._fault(slug, release.id, file.key, kind, repaired=repaired)

    def _wrong(self, files: list[ReleaseFile]) -> list[tuple[ReleaseFile, Literal["missing", "damaged"]]]:
        found = []
        for file, kind in parallel.each(lambda f: (f, self._look(f)), files, self._public.at_once):
            self.report.objects += 1
            self.report.bytes += file.size
            if kind:
                found.append((file, kind))
        return sorted(found, key=lambda f: f[0].key)

    def _look(self, file: ReleaseFile) -> Literal["missing", "damaged"] | None:
        """Say what is wrong with an object; ``None`` where nothing is."""
        if self._quick and not keys.is_text(file.key):
            info = self._public.head(file.key)
            return "missing" if info is None else None if info.size == file.size else "damaged"
        try:
            return None if _sha256(self._public, file) == file.sha256 else "damaged"
        except ObjectMissingError:
            return "missing"
        except ObjectDamagedError:
            return "damaged"

    def _tile_set(self, slug: str, release: Release, use: TileSetUse) -> None:
        if use.id in self._seen:
            return
        self._seen.add(use.id)
        listing, complete = keys.tile(use.id, tile.LISTING), keys.tile(use.id, tile.COMPLETE)
        files = releases.tile_files(self._public, use.id)
        bad: list[tuple[str, Literal["missing", "damaged"]]] = []
        if files is None:
            bad.append((listing, "missing" if self._public.head(listing) is None else "damaged"))
        elif self._quick:
            there = {i.key: i.size for i in self._public.scan(keys.tile(use.id))}
            bad += [(f.key, "missing") for f in files if f.key not in there]
            small = [f for f in files if f.key in there and not releases.is_listed(there, f.key, f.size)]
            bad += [(f.key, "damaged") for f in small]
            self.report.objects += len(files)
            self.report.bytes += sum(f.size for f in files)
        else:
            bad += [(file.key, kind) for file, kind in self._wrong(files)]
        if not bad:
            return
        repaired = self._worker is not None and self._remake(use, [key for key, _ in bad], complete)
        for key, kind in bad:
            self._fault(slug, release.id, key, kind, repaired=repaired)

    def _remake(self, use: TileSetUse, bad: list[str], complete: str) -> bool:
        """Bring objects of a tile set again: from the private store where they are sound there, else cut anew."""
        private = self._services.private
        listing = keys.tile(use.id, tile.LISTING)
        files = releases.tile_files(private, use.id)
        wanted = [f for f in files or [] if listing in bad or f.key in bad]
        if files is None or not all(_is_sound(private, f) for f in wanted):
            if not self._cut(use):
                return False
            files = releases.tile_files(private, use.id) or []
            wanted = files
        for _ in self._public.put_many(Put(f.key, private.get(f.key)) for f in wanted if f.key != complete):
            pass
        self._public.put(Put(listing, private.get(listing)))
        self._public.put(Put(complete, private.get(complete)))
        return True

    def _cut(self, use: TileSetUse) -> bool:
        """Cut a tile set anew from its original into the private store; return whether that can be done."""
        recipe = use.recipe
        if recipe is None or recipe.version != tile.VERSION or self._worker is None:
            return False
        with tempfile.TemporaryDirectory(prefix="ispace-repair-") as folder:
            original = Path(folder) / "original"
            try:
                self._services.private.fetch(keys.original(use.original), original)
            except (ObjectMissingError, ObjectDamagedError):
                return False
            if digest.of_file(original) != use.original:
                return False
            tile.make(use.id, original, recipe, private=self._services.private, worker=self._worker)
        return True

    def _restore(self, file: ReleaseFile, book: Book) -> bool:
        """Bring an object again from where the book says that it was copied from."""
        private = self._services.private
        source = book.sources.get(file.key)
        if source is None:
            return False
        if not _is_sound(private, ReleaseFile(key=source, size=file.size, sha256=file.sha256)):
            self._look_again(source, book)
        if not _is_sound(private, ReleaseFile(key=source, size=file.size, sha256=file.sha256)):
            return False
        self._public.put(Put(file.key, private.get(source)))
        return True

    def _look_again(self, source: str, book: Book) -> None:
        """Make the pictures of first views again, where one of them is what is asked for."""
        private, worker = self._services.private, self._worker
        uses = {use.id: use for use in book.release.tile_sets}
        for entry in book.views:
            use = uses.get(entry.tile_set)
            if worker is None or use is None or not source.startswith(tile.views_folder(entry.tile_set, entry.view)):
                continue
            private.delete([info.key for info in list(private.scan(tile.views_folder(entry.tile_set, entry.view)))])
            with contextlib.suppress(ObjectMissingError):
                files = releases.tile_files(private, use.id)
                if files is None or not all(_is_sound(private, f) for f in files):
                    self._cut(use)
                tile.views(tile.load(use.id, use.original, private), entry.view, private=private, worker=worker)

    def _pages(self, slug: str, known: dict[str, Release]) -> None:
        """Compare the pages that visitors open with those that the current release keeps."""
        try:
            seen = pointer.look(self._public, slug)
        except ObjectDamagedError:
            seen = pointer.Pages({}, {}, None, known=True)
        main = seen.content.get(keys.pointer(slug))
        if main is not None and pointer.is_gone(main):
            return
        current = seen.release
        if current is None:  # never public, or a page that names no release any more
            log = [f for f in releases.flips(self._public, slug) if f.release in known]
            if not log or log[-1].action == "unpublish":
                return
            current = log[-1].release
        release = known.get(current)
        if release is None:
            return
        bad = [f for f in release.pages if digest.of_bytes(seen.content.get(f.key, b"")) != f.sha256]
        if not bad:
            return
        pages: dict[str, bytes] = {}
        for file in release.pages:
            kept = keys.kept_page(slug, current, releases.language_of(slug, file.key, release))
            with contextlib.suppress(ObjectMissingError, ObjectDamagedError):
                page = self._public.get(kept)
                pages |= {file.key: page} if digest.of_bytes(page) == file.sha256 else {}
        for file in sorted(bad, key=lambda f: f.key == keys.pointer(slug)):
            repaired = self._worker is not None and file.key in pages
            if repaired:
                etag = seen.etags.get(file.key)
                try:
                    self._public.put(Put(file.key, pages[file.key], if_match=etag, if_absent=etag is None))
                except ConflictError:  # somebody published in between, so the page is whole by now
                    continue
            self._fault(
                slug, current, file.key, "damaged" if file.key in seen.content else "missing", repaired=repaired
            )

    def _book(self, slug: str, release: str) -> Book | None:
        try:
            return Book.model_validate_json(self._services.private.get(keys.book(slug, release)))
        except (ObjectMissingError, ObjectDamagedError, ValidationError):
            return None

    def _fault(self, tour: str, release: str, key: str, kind: Literal["missing", "damaged"], *, repaired: bool) -> None:
        self.report.faults.append(Fault(tour, release, key, kind, repaired))


def _is_sound(store: Blobs, file: ReleaseFile) -> bool:
    try:
        return _sha256(store, file) == file.sha256
    except (ObjectMissingError, ObjectDamagedError):
        return False


def _sha256(store: Blobs, file: ReleaseFile) -> str:
    """Return the digest of an object as a browser sees it; a large one passes through a file."""
    if file.size < _LARGE_BYTES or keys.is_text(file.key):
        return digest.of_bytes(store.get(file.key))
    with tempfile.TemporaryDirectory(prefix="ispace-verify-") as folder:
        store.fetch(file.key, Path(folder) / "object")
        return digest.of_file(Path(folder) / "object")


def _is_named_for(content: bytes, key: str) -> bool:
    """Say whether the key of a shared asset is that of its content."""
    return key.removeprefix(keys.ASSETS).startswith(digest.of_bytes(content)[:20])
