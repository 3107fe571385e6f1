"""The libraries for a tour over the API: an entry taken into it, and which of its copies the library has newer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ispace import libraries, titling
from ispace.database.schema import now
from ispace.errors import EntryUnknownError, RightMissingError, TourNotHereError
from ispace.libraries import Library
from ispace.model.place import Place
from ispace.model.view import Position
from ispace.pictures import files, panoramas, shared
from ispace.web.studio.api import library_models as models
from ispace.web.studio.api.operation import Call, Operation

_COPIED: tuple[Library, ...] = ("places", "products")
_OWN = {"media", "library_revision"}
"""What a tour's copy has of its own."""
_MOST_PLACES = 5_000


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


def list_title_drafts(call: Call) -> models.TitleDraftList:
    """List what untitled scenes could be called, by the places near them; the tour's own copies come first."""
    row = call.tour("see", whole=True)
    with call.studio.database.read() as session:
        known = {entry.id: entry.document for entry in libraries.every(session, "places", _MOST_PLACES)}
        taken = ((one.file, panoramas.info_of(one)) for one in files.of_tour(session, row.id, "panorama"))
        photos = {
            file: Position(lat=info.position.lat, lon=info.position.lon)
            for file, info in taken
            if info is not None and info.position is not None
        }
    known |= {one["id"]: one for one in _entries(row.document, "places")}
    found = titling.drafts(row.document, photos, _places(known.values()), now().date())
    return models.TitleDraftList(drafts=[models.TitleDraft.model_validate(one, from_attributes=True) for one in found])


def _places(documents: Iterable[Mapping[str, Any]]) -> Iterator[Place]:
    for document in documents:
        if document.get("position"):
            with contextlib.suppress(ValidationError):  # a tour's copy in a draft may be anything
                yield Place.model_validate(document)


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
    Operation(
        "GET", "/tours/{tour}/title-drafts", list_title_drafts, "Lists drafts of titles by the places near scenes",
        "tours-read", models.TitleDraftList, errors=(TourNotHereError,),
    ),
)  # fmt: skip
"""What can be asked of the libraries for a tour."""
