"""A tour of two small scenes, a front end of a few bytes and two stores, for tests of publishing."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pictures import panorama
from pipeline.page_reader import Page

from ispace import assets, flow, keys, pointer
from ispace.adapters.folder import FolderBlobs
from ispace.imaging.isolate import PictureWorker
from ispace.ports import Blobs, Services
from ispace.progress import silent
from ispace.settings import Settings

SLUG = "chua-nho"
SCENES = ("cong", "san")
EN = {"title": "A small pagoda", "description": "A pagoda with two scenes."}

RAW: dict[str, Any] = {
    "version": 1,
    "id": SLUG,
    "title": {"vi": "Chùa nhỏ", "en": EN["title"]},
    "description": {"vi": "Ngôi chùa có hai cảnh.", "en": EN["description"]},
    "languages": ["vi", "en"],
    "categories": ["heritage"],
    "agency": {"managing_body": {"vi": "Sở Văn hóa (mẫu)", "en": "Department of Culture (sample)"}},
    "media": [
        {"id": "bia", "kind": "image", "file": "media/bia.jpg", "alt": {"vi": "Bia đá", "en": "A stele"}},
    ],
    "scenes": [
        {
            "id": "cong",
            "title": {"vi": "Cổng", "en": "Gate"},
            "panorama": {"file": "cong.jpg"},
            "hotspots": [
                {"id": "vao", "kind": "link", "yaw_deg": 0, "pitch_deg": -10, "target": "san"},
                {
                    "id": "bia-da",
                    "kind": "card",
                    "yaw_deg": 40,
                    "pitch_deg": 0,
                    "title": {"vi": "Bia", "en": "Stele"},
                    "text": {"vi": "Bia đá.", "en": "A stele."},
                    "media": ["bia"],
                },
            ],
        },
        {
            "id": "san",
            "title": {"vi": "Sân", "en": "Courtyard"},
            "panorama": {"file": "san.jpg"},
            "hotspots": [{"id": "ra", "kind": "link", "yaw_deg": 180, "pitch_deg": -10, "target": "cong"}],
        },
    ],
}

_FRONT = {
    "viewer.vi.js": "export const viewer = 1;\n",
    "catalogue.js": "export const catalogue = 1;\n",
    "tour.css": ".stage{display:block}\n",
    "fonts.css": "@font-face{font-family:x;src:url(fonts/lora.woff2)}\n",
    "sw.js": "const worker = 1;\n",
    "viewer.css": ".stage{display:block}\n",
    "site.css": "@font-face{font-family:x;src:url(fonts/lora.woff2)}\n",
    "fonts/lora.woff2": "not really a font",
    "favicon.svg": '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "icons.svg": '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="i-info"><path d="M0 0"/></symbol></svg>',
}


def front_end(folder: Path, **changed: str) -> assets.Assets:
    """Write a front end that has every file a page names; return it loaded."""
    for name, text in {**_FRONT, **changed}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return assets.load(folder)


class SmallTour:
    """A folder with the tour, a private store that has its tiles already, and an empty public store."""

    def __init__(self, folder: Path, private: Path, public: Path, front: assets.Assets) -> None:
        self.folder = folder
        self.public = FolderBlobs(public)
        self.services = Services(public=self.public, private=FolderBlobs(private))
        self.settings = Settings(public=f"file:{public}", private=f"file:{private}", author="an")
        self.front = front
        self.raw = copy.deepcopy(RAW)
        self.save()

    def save(self) -> None:
        (self.folder / "tour.json").write_text(json.dumps(self.raw), "utf-8")

    def title(self, text: str) -> None:
        """Change the tour's title and nothing else."""
        self.raw["title"]["vi"] = text
        self.save()

    def publish(self) -> flow.Outcome:
        with PictureWorker() as worker:  # starts a process only where something is not in the private store
            return flow.publish_tour(self.folder, self.services, self.settings, worker, silent)

    @property
    def pages(self) -> dict[str, bytes]:
        return dict(pointer.look(self.public, SLUG).content)

    @property
    def current(self) -> str | None:
        return pointer.look(self.public, SLUG).release


def make(folder: Path) -> Path:
    """Write the pictures of the tour and bring them into the private store ``folder/private``."""
    source = folder / "source"
    for number, scene in enumerate(SCENES):
        panorama(source / f"{scene}.jpg", seed=number)
    panorama(source / "media" / "bia.jpg", width_px=400, seed=7)
    (source / "tour.json").write_text(json.dumps(RAW), "utf-8")
    settings = Settings(private=f"file:{folder / 'private'}")
    services = Services(public=FolderBlobs(folder / "unused"), private=FolderBlobs(folder / "private"))
    with PictureWorker() as worker:
        flow.build(source, services, settings, worker, silent)
    return folder


def set_up(template: Path, folder: Path, front: assets.Assets) -> SmallTour:
    """Return a tour of one's own, its finished pictures linked from ``template``."""
    shutil.copytree(template / "source", folder / "tour")
    shutil.copytree(template / "private", folder / "private", copy_function=os.link)
    return SmallTour(folder / "tour", folder / "private", folder / "public", front)


def keys_needed(public: Blobs, slug: str = SLUG) -> dict[str, int | None]:
    """Return every key that a reader of the tour's pages comes to, as a browser would; sizes where they are stated."""
    needed: dict[str, int | None] = {}
    for page_key, page in pointer.look(public, slug).content.items():
        for key in linked(page_key, page):
            needed.setdefault(key, None)
        release = pointer.release_of(page)
        if release is None:
            continue
        document_key = keys.release(slug, release, "tour.json")
        document = json.loads(public.get(document_key))
        needed[document_key] = None
        for url in _urls(document):
            needed.setdefault(_resolved(document_key, url), None)
        for scene in document["scenes"]:
            for name in tile_names(scene["tiles"]):
                needed.setdefault(_resolved(document_key, scene["tiles"]["base"] + name), None)
        manifest = json.loads(public.get(keys.manifest(slug, release)))
        needed |= {f["key"]: f["size"] for f in manifest["files"]}
        for use in manifest["tile_sets"]:
            listing = json.loads(public.get(keys.tile(use["id"], "files.json")))
            needed |= {f["key"]: f["size"] for f in listing["files"]}
    for sheet in [key for key in needed if key.endswith(".css")]:
        for name in re.findall(rb"url\(([^)]+)\)", public.get(sheet)):
            needed.setdefault(_resolved(sheet, name.decode()), None)
    return needed


def linked(page_key: str, page: bytes) -> set[str]:
    """Return the keys that a page names: everything relative that a browser would load or follow."""
    found = set()
    read = Page(page)
    stages = [a["data-tour"] for a in (attributes for _, attributes in read.elements) if "data-tour" in a]
    for address in [*read.addresses, *stages]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        found.add(_resolved(page_key, parts.path))
    return found


def broken(public: Blobs, needed: dict[str, int | None]) -> list[str]:
    """Return the keys that are missing or of another size."""
    lost = []
    for key, size in needed.items():
        info = public.head(key)
        if info is None or (size is not None and info.size != size):
            lost.append(key)
    return lost


def tile_names(tiles: dict[str, Any]) -> Iterator[str]:
    """Yield every tile's name, counted from the sizes as a viewer would."""
    for level, size_px in enumerate(tiles["level_sizes_px"], start=1):
        count = size_px // tiles["tile_size_px"]
        for face in "frblud":
            yield from (f"{level}/{face}/{row}_{col}.{tiles['format']}" for row in range(count) for col in range(count))


def _urls(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "page":
                yield from inner.values()
            elif name in {"url", "logo"} and isinstance(inner, str) and not urlsplit(inner).scheme:
                yield inner
            else:
                yield from _urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _urls(inner)


def _resolved(base: str, address: str) -> str:
    key = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(address)))
    return f"{key}/index.html" if address.endswith("/") else key


def age(public: FolderBlobs, by: dt.timedelta) -> None:
    """Set the time of every object back."""
    for info in list(public.scan()):
        past = (info.modified - by).timestamp()
        os.utime(public.root / info.key, (past, past))


def all_of(public: Blobs) -> dict[str, bytes]:
    """Return every object with its content."""
    return {info.key: public.get(info.key) for info in public.scan()}


def command(*words: str) -> list[str]:
    """Return the command line of iSpace as a subprocess."""
    return [sys.executable, "-m", "ispace", *words]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small tour with its tiles cut, once a session."""
    return make(tmp_path_factory.mktemp("small-tour"))


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> assets.Assets:
    """A front end that no build changes under our hands."""
    return front_end(tmp_path_factory.mktemp("front"))


@pytest.fixture
def small(template: Path, front: assets.Assets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallTour:
    """A tour of one's own and an empty public store."""
    load = assets.load
    monkeypatch.setattr(assets, "load", lambda folder=None: load(folder) if folder else front)
    return set_up(template, tmp_path, front)
