"""The libraries over the API: places, products, media; the same operations for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pydantic import BaseModel

from ispace import libraries
from ispace.accounts import rights
from ispace.errors import EntryChangedError, EntryInvalidError, EntryUnknownError, RightMissingError
from ispace.libraries import Library
from ispace.web.studio.api import models
from ispace.web.studio.api.operation import Call, Operation
from ispace.web.studio.reach import need_file

_Work = Callable[[Library, Call], BaseModel | None]


def list_entries(library: Library, call: Call) -> models.LibraryList:
    """List a library."""
    with call.studio.database.read() as session:
        found, total = libraries.found(session, library, call.query.q, page=call.query.page)
    entries = [models.LibraryEntry.model_validate(row, from_attributes=True) for row in found]
    return models.LibraryList(entries=entries, total=total, page=call.query.page)


def get_entry(library: Library, call: Call) -> models.LibraryEntry:
    """Return an entry."""
    with call.studio.database.read() as session:
        row = libraries.get(session, library, call.parts["entry"])
    return models.LibraryEntry.model_validate(row, from_attributes=True)


def save_entry(library: Library, call: Call) -> models.LibraryEntry:
    """Save an entry."""
    _need_editor(call)
    with call.studio.database.write() as session:
        body, entry = call.body, call.parts["entry"]
        if library == "media":
            before = {one.document.get("file") for one in libraries.some(session, library, [entry])}
            if (file := body.document.get("file")) not in before:
                need_file(session, call.who, str(file))
        row = libraries.save(session, call.actor, library, entry, body.document, body.revision)
    return models.LibraryEntry.model_validate(row, from_attributes=True)


def delete_entry(library: Library, call: Call) -> None:
    """Delete an entry."""
    _need_editor(call)
    with call.studio.database.write() as session:
        libraries.delete(session, call.actor, library, call.parts["entry"])


def _need_editor(call: Call) -> None:
    if not rights.may_create(call.who.role):
        raise RightMissingError


def _named(work: _Work, library: Library, name: str) -> Callable[[Call], BaseModel | None]:
    """Return an operation's work for one library, under a name of its own in the document."""
    made = partial(work, library)
    made.__name__ = name  # type: ignore[attr-defined]
    return made


def _of(library: Library, one: str) -> tuple[Operation, ...]:
    path = f"/{library}/{{entry}}"
    return (
        Operation(
            "GET", f"/{library}", _named(list_entries, library, f"list_{library}"), f"Lists {library}", "tours-read",
            models.LibraryList, models.LibraryQuery,
        ),
        Operation(
            "GET", path, _named(get_entry, library, f"get_{one}"), f"Returns a {one}", "tours-read",
            models.LibraryEntry, errors=(EntryUnknownError,),
        ),
        Operation(
            "PUT", path, _named(save_entry, library, f"save_{one}"), f"Saves a {one}", "tours-write",
            models.LibraryEntry, body=models.SaveEntry,
            errors=(EntryInvalidError, EntryChangedError, RightMissingError),
        ),
        Operation(
            "DELETE", path, _named(delete_entry, library, f"delete_{one}"), f"Deletes a {one}", "tours-write",
            status=204, errors=(EntryUnknownError, RightMissingError),
        ),
    )  # fmt: skip


OPERATIONS = (*_of("places", "place"), *_of("products", "product"), *_of("media", "medium"))
"""What can be asked of the libraries."""
