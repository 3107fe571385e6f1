"""A store of many tours, written straight into the memory of a small S3 server: synthetic, tiny and consistent."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import md5
from typing import Any

from servers.buckets import Bucket, Stored
from servers.messages import Request
from servers.tiny_s3 import TinyS3

from ispace import digest, keys
from ispace.adapters.folder import FolderBlobs
from ispace.model.release import Card, Flip, Release, ReleaseFile, TileSetUse

BELOW = "tours/"
"""The prefix of the store in its bucket."""
_LONG_AGO = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
_TILES = 4


def fill(bucket: Bucket, tours: int) -> int:
    """Write so many tours, each with an old release that may go, a current one and its log; return how many objects."""
    shared = b"export const viewer = 1;\n"
    viewer = keys.asset(digest.of_bytes(shared), "js")
    _put(bucket, viewer, shared)
    for number in range(tours):
        _tour(bucket, f"chua-{number:05d}", viewer, shared)
    return len(bucket.objects)


@contextlib.contextmanager
def counted(server: TinyS3) -> Iterator[Counter[str]]:
    """Count the objects written to a server, and the tiles read from it and from folders, while the body runs."""
    found: Counter[str] = Counter()
    before = len(server.written)

    def note(request: Request) -> None:
        if request.method == "GET" and request.key.startswith(f"{BELOW}t/") and not keys.is_text(request.key):
            found["tiles read"] += 1

    def noting(read: Callable[..., Any]) -> Callable[..., Any]:
        def call(store: FolderBlobs, key: str, *rest: Any) -> Any:
            if key.startswith("t/") and not keys.is_text(key):
                found["tiles read"] += 1
            return read(store, key, *rest)

        return call

    kept = {name: getattr(FolderBlobs, name) for name in ("get", "fetch")}
    for name, read in kept.items():
        setattr(FolderBlobs, name, noting(read))
    server.fault = note
    try:
        yield found
    finally:
        server.fault = None
        for name, read in kept.items():
            setattr(FolderBlobs, name, read)
        found["written"] = len(server.written) - before


def _put(bucket: Bucket, key: str, body: bytes) -> ReleaseFile:
    headers = {"Content-Type": keys.content_type(key), "Cache-Control": keys.cache_control(key)}
    etag = md5(body, usedforsecurity=False).hexdigest()
    bucket.put(BELOW + key, Stored(body, etag, int(_LONG_AGO.timestamp()), headers))
    return ReleaseFile(key=key, size=len(body), sha256=digest.of_bytes(body))


def _tour(bucket: Bucket, slug: str, viewer: str, shared: bytes) -> None:
    releases = [f"2026010{n}-030405-{digest.of_bytes(slug.encode())[:8]}" for n in (1, 2)]
    page = b""
    for release in releases:
        tiles = digest.of_bytes(f"{slug} {release}".encode())[:32]
        listed = [_put(bucket, keys.tile(tiles, f"1/f/0_{n}.jpg"), tiles.encode()) for n in range(_TILES)]
        listing = json.dumps({"files": [f.model_dump() for f in listed]}).encode()
        _put(bucket, keys.tile(tiles, "files.json"), listing)
        _put(bucket, keys.tile(tiles, "tileset.json"), b"{}")
        page = (
            f'<!doctype html><html lang="vi" data-release="{release}"><head></head>'
            f'<body data-tour="../r/{slug}/{release}/tour.json"><script src="../{viewer}"></script></body></html>'
        ).encode()
        own = [
            _put(bucket, keys.release(slug, release, "tour.json"), b'{"scenes":[]}'),
            _put(bucket, keys.kept_page(slug, release, "vi"), page),
        ]
        manifest = Release(
            id=release,
            tour=slug,
            created_at=_LONG_AGO,
            author="an",
            generator="iSpace",
            digest=digest.of_bytes(release.encode()),
            changes=["first"],
            files=[*own, ReleaseFile(key=viewer, size=len(shared), sha256=digest.of_bytes(shared))],
            tile_sets=[TileSetUse(id=tiles, original="0" * 64, objects=_TILES + 1, bytes=sum(f.size for f in listed))],
            pages=[ReleaseFile(key=keys.pointer(slug), size=len(page), sha256=digest.of_bytes(page))],
            card=_card(slug),
        )
        _put(bucket, keys.manifest(slug, release), manifest.model_dump_json().encode())
        entry = Flip(at=_LONG_AGO, author="an", action="publish", release=release)
        logged = keys.log(slug, f"20260102T030405000000-publish-{release}.json")
        _put(bucket, logged, entry.model_dump_json().encode())
    _put(bucket, keys.pointer(slug), page)


def _card(slug: str) -> Card:
    return Card(
        title={"vi": slug},
        description={"vi": "Ngôi chùa."},
        place={},
        former_place={},
        categories=["heritage"],
        scene_count=1,
        product_count=0,
        cover="",
        languages=["vi"],
        search=slug,
    )
