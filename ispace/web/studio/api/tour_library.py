"""The libraries for a tour over the API: an entry taken into it, and which of its copies the library has newer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ispace import libraries
from ispace.errors import EntryUnknownError, RightMissingError, TourNotHereError
from ispace.libraries import Library
from ispace.pictures import shared
from ispace.web.studio.api import library_models as models
from ispace.web.studio.api.operation import Call, Operation

_COPIED: tuple[Library, ...] = ("places", "products")
_OWN = {"media", "library_revision"}
"""What a tour's copy has of its own."""


def take_entry(call: Call) -> models.TakenEntry:
    """Return an entry for a tour's document; the files of its media are the tour's from now on."""
    row = call.tour("edit")
    library: Library = call.body.library
    with call.studio.database.write() as session:
        entry = libraries.get(session, library, call.body.entry)
        wanted = [entry.id] if library == "media" else entry.document.get("media", [])
        media = shared.lend(session, row.id, wanted, call.who.id)
    document = dict(entry.document)
    if library == "media":
        lent = next((one for one in media if one["id"] == entry.id), None)
        if lent is None:
            raise EntryUnknownError(entry=entry.id)
        return models.TakenEntry(document=lent, media=media)
    document["library_revision"] = entry.revision
    if library == "products":
        there = {medium["id"] for medium in media}
        document["media"] = [one for one in document.get("media", []) if one in there]
    return models.TakenEntry(document=document, media=media)


def list_known_entries(call: Call) -> models.KnownEntryList:
    """List which places and products of a tour the libraries have."""
    document = call.tour("see", whole=True).document
    known = []
    with call.studio.database.read() as session:
        for library in _COPIED:
            copies = {one["id"]: one for one in _entries(document, library)}
            for entry in libraries.some(session, library, list(copies)):
                differs = _content(entry.document) != _content(copies[entry.id])
                known.append(
                    models.KnownEntry.model_validate(
                        {"library": library, "entry": entry.id, "revision": entry.revision, "differs": differs}
                    )
                )
    return models.KnownEntryList(entries=known)


def _entries(document: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    value = document.get(field)
    entries = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return [one for one in entries if isinstance(one.get("id"), str) and len(one["id"]) <= 80]


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _OWN and value not in (None, [], {})}


OPERATIONS = (
    Operation(
        "POST", "/tours/{tour}/library", take_entry, "Takes an entry of a library", "tours-write", models.TakenEntry,
        body=models.TakeEntry, errors=(TourNotHereError, RightMissingError, EntryUnknownError),
    ),
    Operation(
        "GET", "/tours/{tour}/library", list_known_entries, "Lists what the libraries have of a tour", "tours-read",
        models.KnownEntryList, errors=(TourNotHereError,),
    ),
)  # fmt: skip
"""What can be asked of the libraries for a tour."""
