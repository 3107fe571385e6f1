"""Tours as they would be public, in the private store, each for a while under an address that nobody guesses.

A preview is one listing: under which key of the public store visitors find what, and where the private store has it.
Only its pages and its document are written for it; tiles, pictures and the front end are read from where they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from ispace import digest, keys, presence
from ispace.errors import ObjectDamagedError, ObjectMissingError
from ispace.pipeline import publish
from ispace.ports import Blobs, Put

_LISTING = "preview.json"


class Preview(BaseModel):
    """What a preview shows, until when."""

    tour: str
    release: str
    until: dt.datetime
    files: Mapping[str, str]
    """By keys of the public store, where the private one has it."""
    tile_sets: frozenset[str]

    def place(self, key: str) -> str | None:
        """Return where the private store has what the public one would show under ``key``; ``None``: nothing."""
        parts = key.split("/")
        if len(parts) > 2 and parts[0] == "t" and parts[1] in self.tile_sets and keys.is_key(key):
            return key
        return self.files.get(key)


def write(bundle: publish.Bundle, private: Blobs, token: str, until: dt.datetime) -> Preview:
    """Write the preview of a release; the listing comes last, so that nobody sees half of it."""
    name = _name(token)
    pages = {keys.page(bundle.slug, lang, bundle.default_language): page for lang, page in bundle.pages.items()}
    own = {**publish.own_files(bundle), **pages}
    shared = {keys.kept(digest.of_bytes(data)): data for data in bundle.assets.values()}
    missing = presence.different(private, shared)
    for _ in private.put_many(
        [Put(keys.preview(name, key), data) for key, data in own.items()] + [Put(key, shared[key]) for key in missing]
    ):
        pass
    preview = Preview(
        tour=bundle.slug,
        release=bundle.release,
        until=until,
        files={picture.key: picture.private_key for picture in bundle.pictures}
        | {key: keys.kept(digest.of_bytes(data)) for key, data in bundle.assets.items()}
        | {key: keys.preview(name, key) for key in own},
        tile_sets=frozenset(tiled.id for tiled in bundle.tiled),
    )
    private.put(Put(keys.preview(name, _LISTING), preview.model_dump_json().encode()))
    return preview


def find(private: Blobs, token: str, now: dt.datetime) -> Preview | None:
    """Return the preview of an address, ``None`` where there is none or it has expired."""
    preview = _read(private, _name(token))
    return preview if preview is not None and preview.until > now else None


def sweep(private: Blobs, now: dt.datetime) -> int:
    """Delete previews that have expired; return how many there were."""
    gone = [name for name in private.folders(keys.PREVIEWS) if _is_over(private, name, now)]
    for name in gone:
        found = [info.key for info in private.scan(keys.preview(name))]
        # The listing goes first: without it nothing is shown.
        private.delete([keys.preview(name, _LISTING)])
        private.delete(found)
    return len(gone)


def _is_over(private: Blobs, name: str, now: dt.datetime) -> bool:
    preview = _read(private, name)
    if preview is not None:
        return preview.until <= now
    # One that is being written has no listing yet; one that was killed meanwhile has none either.
    newest = max((info.modified for info in private.scan(keys.preview(name))), default=now)
    return now - newest > dt.timedelta(days=1)


def _read(private: Blobs, name: str) -> Preview | None:
    try:
        return Preview.model_validate(json.loads(private.get(keys.preview(name, _LISTING))))
    except (ObjectMissingError, ObjectDamagedError, ValidationError, ValueError):
        return None


def _name(token: str) -> str:
    """Return what the store knows of an address; who can read the store cannot open it."""
    return digest.of_bytes(token.encode())
