"""The order in which a tour passes the stages: what ``ispace build`` and ``ispace publish`` do."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import getpass
import json
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import ispace
from ispace import assets, cards, changes, digest, guess, keys, offline, photosets, pointer, presence, releases
from ispace.errors import (
    BadInputError,
    FileUnreadableError,
    FolderEmptyError,
    IspaceError,
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    ObjectMissingError,
    SourceMissingError,
    TourBlockedError,
)
from ispace.imaging.info import PictureInfo
from ispace.imaging.isolate import PictureWorker
from ispace.model import document
from ispace.model.problem import Problem
from ispace.model.release import ViewsUse
from ispace.model.site import MapTiles
from ispace.model.tour import Tour
from ispace.page.typefaces import Cutter, recipe
from ispace.pipeline import catalogue, check, compose, ingest, level, publish, render, tile
from ispace.ports import Blobs, Put, Services
from ispace.progress import Progress
from ispace.settings import Settings
from ispace.sources import FolderSources, Sources
from ispace.stitching import work as stitching
from ispace.templating import language_name
from ispace.work import MediumFacts, MediumWork, Note, Picture, SceneFacts, SceneWork

TOUR_FILE = "tour.json"


@dataclasses.dataclass(frozen=True)
class Built:
    """A tour whose pictures are ready in the private store."""

    tour: Tour
    scenes: dict[str, SceneWork]
    media: dict[str, MediumWork]
    problems: list[Problem]
    notes: list[Note]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A tour that is public."""

    built: Built
    published: publish.Published
    page: str


def author_of(settings: Settings) -> str:
    """Return who publishes: the setting, else whoever is logged in."""
    if settings.author:
        return settings.author
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"


def read_tour(folder: Path) -> Tour:
    """Return the tour of a folder; raises as ``document.load``, or ``SourceMissingError`` and ``FolderEmptyError``."""
    if not folder.is_dir():
        raise SourceMissingError(file=str(folder))
    if not (folder / TOUR_FILE).is_file():
        raise FolderEmptyError(file=str(folder))
    try:
        return document.load(folder / TOUR_FILE)
    except OSError as error:
        raise FileUnreadableError(file=str(folder / TOUR_FILE), reason=error.strerror or str(error)) from error


def first_tour(
    folder: Path, services: Services, settings: Settings, worker: PictureWorker, progress: Progress
) -> list[Note]:
    """Give a folder without a document one: its photo sets are stitched, its panoramas looked at; return what was done.

    A tour that has a document stays as it is, and the notes say which photo sets lie unused in its folder. Raises as
    ``guess.complete`` and ``photosets.gather``.
    """

    def probe(path: Path) -> PictureInfo:
        return ingest.probe(path, worker)

    if (folder / TOUR_FILE).is_file():
        with contextlib.suppress(BadInputError, OSError):  # a document that is wrong is told by who reads it next
            return photosets.unstitched(folder, probe)
        return []
    options = photosets.options(settings)
    with PictureWorker(photosets.limits(settings, options.time_limit_s)) as stitcher:
        return guess.complete(
            folder,
            lambda path: look(path, services, settings, worker),
            progress,
            lambda pictures: photosets.gather(
                folder,
                pictures,
                probe=probe,
                stitch=partial(stitching.run, worker=stitcher),
                options=options,
                progress=progress,
            ),
        )


def look(path: Path, services: Services, settings: Settings, worker: PictureWorker) -> guess.Seen:
    """Return a picture that can become a scene, its tiles ready in the private store; raises the picture errors."""
    original = ingest.run(path, services.private, worker)
    tiled = tile.run(
        original,
        level=level.run(None, original.info),
        coverage=None,
        options=_options(settings),
        private=services.private,
        worker=worker,
        progress=lambda _: None,
    )
    return guess.Seen(path, original.info, tiled.north_deg, tiled.tile_set.coverage)


def _options(settings: Settings) -> tile.TileOptions:
    return tile.TileOptions(settings.tile_format, settings.tile_quality, settings.threads)


def build(folder: Path, services: Services, settings: Settings, worker: PictureWorker, progress: Progress) -> Built:
    """Bring every picture of the tour in ``folder`` into the private store.

    Raises:
        as ``prepare``, and DocumentInvalidError: the tour document is wrong.
    """
    sources = FolderSources(folder, services.private, worker)
    return prepare(read_tour(folder), sources, services.private, settings, worker, progress)


def prepare(
    tour: Tour, sources: Sources, private: Blobs, settings: Settings, worker: PictureWorker, progress: Progress
) -> Built:
    """Make every picture of a tour ready in the private store, out of ``sources``.

    Every picture is tried, so that all that is wrong is said at once.

    Raises:
        TourBlockedError: pictures cannot be used, or the gate found errors; ``problems`` says which.
    """
    scenes: dict[str, SceneWork] = {}
    media: dict[str, MediumWork] = {}
    problems: list[Problem] = []
    notes: list[Note] = []
    options = _options(settings)
    for index, scene in enumerate(tour.scenes):
        try:
            original = sources.original(scene)
            tiled = tile.run(
                original,
                level=level.run(scene.level, original.info),
                coverage=scene.panorama.coverage,
                options=options,
                private=private,
                worker=worker,
                progress=_part(progress, "tile", scene.id, index, len(tour.scenes)),
            )
            bounds = compose.scene_limits(scene, tiled)
            view = compose.first_view(scene, original.info, bounds)
            views = tile.views(tiled, view, private=private, worker=worker)
            scenes[scene.id] = SceneWork(original.info, tiled, views, view, bounds)
            notes += [n for n in tiled.notes if n.code != "ANH-HUONG-0" or scene.north_deg is None]
        except (BadInputError, SourceMissingError) as error:
            problems.append(_told(error, f"scenes[{index}].panorama.file", scene.id, None))
        progress("tile", scene.id, index + 1, len(tour.scenes))
    for index, medium in enumerate(tour.media):
        try:
            media[medium.id] = sources.medium(medium)
        except (BadInputError, SourceMissingError) as error:
            problems.append(_told(error, f"media[{index}].file", None, medium.id))
        progress("media", medium.id, index + 1, len(tour.media))
    if not problems:
        problems = check.run(
            tour,
            {name: SceneFacts.of(scene.info, scene.tiled) for name, scene in scenes.items()},
            {name: _facts(medium.file) for name, medium in media.items()},
            dt.datetime.now(dt.UTC).date(),
        )
    if any(p.severity == "error" for p in problems):
        raise TourBlockedError(file=tour.id, problems=list(problems))
    return Built(tour, scenes, media, problems, notes)


def _facts(picture: Picture) -> MediumFacts:
    return MediumFacts(picture.size, picture.width_px, picture.height_px)


def _told(error: IspaceError, field: str, scene: str | None, part: str | None) -> Problem:
    return Problem(error.code, field, scene, part, params=dict(error.params), section="errors")


def _part(progress: Progress, stage: str, label: str, done: int, total: int) -> Callable[[float], None]:
    return lambda share: progress(stage, label, done + share, total)


def publish_tour(
    folder: Path, services: Services, settings: Settings, worker: PictureWorker, progress: Progress
) -> Outcome:
    """Build the tour in ``folder`` and publish it; raises as ``build`` and ``publish_built``."""
    seen = pointer.look(services.public, read_tour(folder).id)
    built = build(folder, services, settings, worker, progress)
    return publish_built(built, seen, services, settings, author_of(settings), progress)


def publish_built(
    built: Built,
    seen: pointer.Pages,
    services: Services,
    settings: Settings,
    author: str,
    progress: Progress,
    previewed: Collection[str] = (),
) -> Outcome:
    """Publish a tour whose pictures are ready, over what was ``seen`` before they were made so.

    Raises:
        PublishRaceError or a storage error; the tour that was public stays.
    """
    slug = built.tour.id
    bundle = assemble(built, seen, services.public, settings, author, previewed)
    published = publish.run(bundle, services, seen, lambda done, total: progress("publish", slug, done, total))
    write_catalogue(services.public, assets.load(), site_of(settings))
    progress("catalogue", slug, 1, 1)
    return Outcome(built, published, keys.pointer(slug))


def assemble(
    built: Built, seen: pointer.Pages, public: Blobs, settings: Settings, author: str, previewed: Collection[str] = ()
) -> publish.Bundle:
    """Return everything that a release of a tour is made of; nothing is written.

    ``previewed`` are the ids that previews of the tour were given.
    """
    slug, front = built.tour.id, assets.load()
    site = site_of(settings)
    content = _content_digest(built, front, site, settings.directions_url)
    now = dt.datetime.now(dt.UTC)
    release = publish.release_id(public, slug, content, now, previewed)
    composed = compose.run(built.tour, built.scenes, built.media, release, settings.directions_url, site.map_tiles)
    # The page carries the day of its release, not of this run: a second run must write the very same bytes.
    day = dt.date.fromisoformat(f"{release[:4]}-{release[4:6]}-{release[6:8]}")
    cutter = Cutter(front)
    pages = render.render(built.tour, composed, release=release, assets=front, site=site, today=day, typefaces=cutter)
    before, assets_changed = None, False
    # A tour that was taken down is compared with what it showed until then.
    last = seen.release or next((f.before for f in reversed(releases.flips(public, slug)) if f.before), None)
    if last:
        # What changed is a courtesy; a damaged old release must not stop a new one.
        with contextlib.suppress(ObjectMissingError, ObjectDamagedError):
            before = public.get(keys.release(slug, last, "tour.json"))
            shown = {file.key for file in releases.manifest(public, slug, last).files}
            assets_changed = not front.published.keys() <= shown
    return publish.Bundle(
        slug=slug,
        release=release,
        digest=content,
        author=author,
        generator=f"iSpace {ispace.__version__}",
        now=now,
        default_language=built.tour.default_language,
        tiled=list({w.tiled.id: w.tiled for w in built.scenes.values()}.values()),
        pictures=[p for w in built.scenes.values() for p in w.views]
        + [p for m in built.media.values() for p in (m.file, *m.captions.values())],
        views=[ViewsUse(tile_set=w.tiled.id, view=w.view) for w in built.scenes.values()],
        assets={
            **front.published,
            **render.skin_sheet(built.tour.skin),
            **render.app_files(built.tour, composed),
            **cutter.objects,
        },
        document=json.dumps(composed, ensure_ascii=False, separators=(",", ":")).encode(),
        pages={_language_of(key, slug, built.tour): page for key, page in pages.items()},
        notes=render.oembed(built.tour, composed, release=release, site=site),
        card=cards.of_tour(built.tour, built.scenes, now.date()),
        changes=changes.changes(before, composed, assets_changed),
    )


def write_catalogue(public: Blobs, front: assets.Assets, site: render.Site) -> None:
    """Write the catalogue of what is public now; when somebody else writes it at the same time, look again.

    With it come the service worker and its page. What is as it should be stays untouched.
    """
    bring_assets(public, shared_assets(front, site))
    offline.bring(public, front, render.notice("offline", root="../", assets=front, site=site))
    cutter = Cutter(front)
    for attempt in range(10):
        seen = public.head(keys.CATALOGUE)
        pages = catalogue.render(releases.cards(public), assets=front, site=site, typefaces=cutter)
        bring_assets(public, cutter.objects)
        changed = {key: page for key, page in pages.items() if _content(public, key) != page}
        for _ in public.put_many(Put(key, page) for key, page in changed.items() if key != keys.CATALOGUE):
            pass
        if keys.CATALOGUE not in changed:
            return
        try:
            etag = seen.etag if seen else None
            public.put(Put(keys.CATALOGUE, pages[keys.CATALOGUE], if_match=etag, if_absent=etag is None))
        except (ObjectChangedError, ObjectExistsError):
            if attempt == 9:
                raise
            continue
        return


def bring_assets(public: Blobs, files: Mapping[str, bytes]) -> None:
    """Write what of ``files`` is not there yet: pages outside releases show the front end, and iSpace may be newer."""
    for _ in public.put_many(Put(key, files[key]) for key in presence.different(public, files)):
        pass


def shared_assets(front: assets.Assets, site: render.Site) -> dict[str, bytes]:
    """Return what pages outside releases show, by key: the front end, and what the catalogue is installed with."""
    return {**front.published, **catalogue.app_files(site)}


def _content(public: Blobs, key: str) -> bytes | None:
    try:
        return public.get(key)
    except ObjectMissingError:
        return None


def _language_of(key: str, slug: str, tour: Tour) -> str:
    return next(lang for lang in tour.languages if keys.page(slug, lang, tour.default_language) == key)


def site_of(settings: Settings) -> render.Site:
    """Return the name and address of the whole site, and its street map."""
    return render.Site(
        name={"vi": settings.site_name_vi, "en": settings.site_name_en},
        public_url=settings.public_url or None,
        map_tiles=MapTiles(settings.map_tiles, settings.map_attribution, settings.map_min_zoom, settings.map_max_zoom)
        if settings.map_tiles
        else None,
    )


def _content_digest(built: Built, front: assets.Assets, site: render.Site, directions_url: str) -> str:
    """Return a name for everything that a reader of the release would see, its own name and day left out."""
    composed: Any = compose.run(built.tour, built.scenes, built.media, "", directions_url, site.map_tiles)
    document = built.tour.model_dump(mode="json")
    names = [language_name(code) for code in built.tour.languages]
    fonts = recipe(json.dumps([document, names], ensure_ascii=False))
    return digest.of_bytes(
        json.dumps(
            [
                *(composed, document, front.digest, render.digest(), dataclasses.asdict(site), ispace.__version__),
                *([fonts] if fonts else []),
            ],
            sort_keys=True,
            ensure_ascii=False,
        ).encode()
    )
