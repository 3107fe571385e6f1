"""The libraries that tours take from: found, made, changed, where each entry is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from ispace import documents, keys, language, libraries, library_uses
from ispace.accounts import rights
from ispace.database.library import Entry
from ispace.database.schema import now
from ispace.documents import Wanted
from ispace.errors import (
    EntryChangedError,
    EntryUnknownError,
    ObjectMissingError,
    RightMissingError,
    TourFileUnknownError,
)
from ispace.libraries import Library
from ispace.model.place import Place
from ispace.model.text import pick
from ispace.pictures import files, shared
from ispace.web.studio import pagination
from ispace.web.studio.pages import library_forms as forms
from ispace.web.studio.reach import reachable
from ispace.web.studio.visit import Visit

_LIBRARIES: tuple[Library, ...] = ("places", "products", "media")
_TAKEN = ("image", "audio", "video")
_MOST_PICTURES = 200
LEVELS = ("site", "commune", "district", "province")
GROUPS = ("food", "beverage", "medicinal", "handicraft", "ornamental", "tourism")
LINKS = ("shop", "trace", "map", "website")


def start(visit: Visit) -> Response:
    """Lead to the first library."""
    visit.signed_in  # noqa: B018 - raises where nobody is
    return visit.to(f"/libraries/{_LIBRARIES[0]}")


def listed(visit: Visit) -> Response:
    """List a library, or what of the products has to be recognised anew."""
    person, library = visit.signed_in, _library(visit)
    words, page = visit.query.get("q", ""), pagination.number(visit.query.get("page", ""))
    is_ending = library == "products" and visit.query.get("show") == "ending"
    with visit.studio.database.read() as session:
        ending = libraries.expiring(session, now().date()) if library == "products" else []
        rows: Sequence[Entry]
        rows, total = (ending, len(ending)) if is_ending else libraries.found(session, library, words, page=page)
        by_key = {row.id: library_uses.key(library, row.document) for row in rows}
        used = library_uses.counts(session, library, by_key.values())
    return visit.page(
        "libraries",
        library=library,
        tabs=_tabs(visit, library),
        entries=[_line(visit, library, row, used.get(by_key[row.id], 0)) for row in rows],
        query=words,
        total=total,
        ending=len(ending),
        warned_days=libraries.WARNED_DAYS,
        is_ending=is_ending,
        may_edit=rights.may_create(person.role),
        pages=pagination.links(visit, page, 0 if is_ending else total, libraries.PAGE),
    )


def new(visit: Visit) -> Response:
    """Show an empty form; a medium is chosen among the files of a tour first."""
    library = _library(visit, change=True)
    if library == "media" and not (visit.query.get("tour") and visit.query.get("file")):
        return _choose(visit)
    return _form(visit, library, "new", _blank(visit, library), 0)


def show(visit: Visit) -> Response:
    """Show an entry in its form."""
    visit.signed_in  # noqa: B018 - raises where nobody is
    library = _library(visit)
    row = _entry(visit, library)
    return _form(visit, library, row.id, row.document, row.revision)


def save(visit: Visit) -> Response:
    """Save what was typed, over the state that its author saw."""
    library, name = _library(visit, change=True), visit.parts["entry"]
    is_new = name == "new"
    before = _blank(visit, library) if is_new else dict(_entry(visit, library).document)
    document = forms.filled(library, visit.form, before)
    revision = int(seen) if (seen := visit.form["revision"]).isdecimal() and len(seen) < 9 else 0
    if visit.form["more"]:
        return _form(visit, library, name, before, revision, typed=True, more=4)
    with visit.studio.database.write() as session:
        if is_new:
            document["id"] = libraries.free_id(session, library, _called(document))
        errors = forms.wrong(visit, library, document)
        if not errors:
            try:
                libraries.save(session, visit.actor, library, document["id"], document, revision)
            except EntryChangedError as error:
                told = visit.sentence(error)
                return _form(visit, library, name, before, revision, typed=True, text=told, status=409)
    if errors:
        return _form(visit, library, name, before, revision, typed=True, errors=errors, status=422)
    return visit.to(f"/libraries/{library}/{document['id']}", said="entry-saved")


def delete(visit: Visit) -> Response:
    """Take an entry out of a library."""
    library = _library(visit, change=True)
    row = _entry(visit, library)
    title = _say(visit, "delete-title", name=libraries.title(row.document, visit.lang))
    asked = visit.confirmed(title, _say(visit, "delete-text"), _say(visit, "delete"), f"/libraries/{library}/{row.id}")
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        libraries.delete(session, visit.actor, library, row.id)
    return visit.to(f"/libraries/{library}", said="entry-deleted")


def small(visit: Visit) -> Response:
    """Send a small picture of a picture of the library."""
    visit.signed_in  # noqa: B018 - raises where nobody is
    with visit.studio.database.read() as session:
        file = libraries.get(session, "media", visit.parts["entry"]).document["file"]
        row = shared.somewhere(session, file)
    try:
        if row is None:
            raise TourFileUnknownError(file=file)
        return visit.file(visit.studio.private, keys.glance(row.sha256), "image/jpeg")
    except ObjectMissingError as error:
        raise TourFileUnknownError(file=file) from error


def _library(visit: Visit, *, change: bool = False) -> Library:
    person, library = visit.signed_in, visit.parts["library"]
    if library not in _LIBRARIES:
        raise EntryUnknownError(entry=library[:80])
    if change and not rights.may_create(person.role):
        raise RightMissingError
    return library


def _entry(visit: Visit, library: Library) -> Entry:
    with visit.studio.database.read() as session:
        return libraries.get(session, library, visit.parts["entry"])


def _blank(visit: Visit, library: Library) -> dict[str, Any]:
    """Return what a new entry begins with; a medium with a file of a tour that its author may see."""
    if library != "media":
        return {"names": []} if library == "places" else {"media": [], "links": []}
    asked = visit.query if visit.method == "GET" else visit.form.kept("tour", "file")
    row = reachable(visit.studio, visit.signed_in, asked.get("tour", ""), "see")
    with visit.studio.database.read() as session:
        file = files.get(session, row.id, asked.get("file", ""))
    if file.kind not in _TAKEN:
        raise TourFileUnknownError(file=file.file)
    return {"kind": file.kind, "file": file.file}


def _called(document: dict[str, Any]) -> str:
    names = document.get("names") or [{}]
    told = document.get("name") or names[0].get("name") or document.get("alt")
    return pick(told, "vi") if isinstance(told, dict) else str(document.get("file", "")).rpartition(".")[0]


def _form(
    visit: Visit,
    library: Library,
    name: str,
    document: dict[str, Any],
    revision: int,
    *,
    typed: bool = False,
    more: int = 0,
    errors: dict[str, str] | None = None,
    text: str = "",
    status: int = 200,
) -> Response:
    held = forms.typed(library, visit.form) if typed else forms.values(library, document)
    is_new = name == "new"
    with visit.studio.database.read() as session:
        tours = [] if is_new else library_uses.tours(session, library, library_uses.key(library, document))
        mine = {row.id for row in tours if visit.may(row.id, "see")}
        chosen = visit.form.all("media") if typed else document.get("media", [])
        pictures = _pictures(session, chosen) if library == "products" else []
    ends = None if is_new or library != "products" else libraries.ends_on(document)
    return visit.page(
        "library_entry",
        status=status,
        library=library,
        entry=name,
        title="" if is_new else libraries.title(document, visit.lang),
        revision=revision,
        values=held,
        rows=forms.row_numbers(library, held, more),
        errors=errors or {},
        text=text,
        options=_options(visit),
        document=document,
        pictures=pictures,
        tour=(visit.query.get("tour") or visit.form["tour"]) if is_new and library == "media" else "",
        ends_on=ends,
        left_days=(ends - now().date()).days if ends else None,
        warned_days=libraries.WARNED_DAYS,
        tours=[{"href": f"/tours/{row.id}", "title": row.title} for row in tours if row.id in mine],
        other_tours=len(tours) - len(mine),
        may_edit=rights.may_create(visit.signed_in.role),
    )


def _pictures(session: Session, chosen: list[str]) -> list[dict[str, Any]]:
    """Return the pictures that a product can show, those it shows first."""
    rows = libraries.some(session, "media", chosen)
    rows += [row for row in libraries.every(session, "media", _MOST_PICTURES) if row.id not in chosen]
    return [
        {"id": row.id, "alt": libraries.title(row.document), "ticked": row.id in chosen}
        for row in rows
        if row.document["kind"] == "image"
    ]


def _choose(visit: Visit) -> Response:
    """Show my tours, or the pictures, sounds and films of one that are not in the library yet."""
    person, tour = visit.signed_in, visit.query.get("tour", "")
    row = reachable(visit.studio, person, tour, "see") if tour else None
    with visit.studio.database.read() as session:
        tours = documents.found(session, Wanted(person, visit.query.get("q", ""))) if row is None else []
        found = [file for kind in _TAKEN for file in files.of_tour(session, row.id, kind)] if row else []
        taken = libraries.files_of_media(session) if row else set()
    base = "/libraries/media/new"
    return visit.page(
        "library_file",
        tour={"id": row.id, "title": row.title} if row else None,
        tours=[{"href": f"{base}?tour={one.id}", "title": one.title} for one in tours],
        query=visit.query.get("q", ""),
        files=[
            {
                "href": f"{base}?tour={row.id}&file={file.file}",
                "name": file.name,
                "kind": file.kind,
                "small": f"/tours/{row.id}/media/small/{file.file}" if file.kind == "image" else None,
            }
            for file in found
            if row and file.file not in taken
        ],
    )


def _tabs(visit: Visit, library: Library) -> list[dict[str, Any]]:
    return [
        {"href": f"/libraries/{name}", "name": _say(visit, name), "current": name == library, "count": None}
        for name in _LIBRARIES
    ]


def _line(visit: Visit, library: Library, row: Entry, used: int) -> dict[str, Any]:
    line: dict[str, Any] = {
        "href": f"/libraries/{library}/{row.id}",
        "title": libraries.title(row.document, visit.lang),
        "used": used,
        "more": "",
        "picture": None,
        "stars": None,
        "ends_on": None,
        "left_days": None,
    }
    if library == "places":
        today = now().date()
        place = Place.model_validate(row.document)
        former = [pick(name.name, visit.lang) for name in place.former(today)]
        line["more"] = _say(visit, "former", names=", ".join(former)) if former else ""
        line["level"] = place.current(today).level
    elif library == "products":
        ends = libraries.ends_on(row.document)
        maker = row.document["maker"]["name"]
        line |= {"more": pick(maker, visit.lang), "stars": row.document["stars"]}
        line |= {"ends_on": ends, "left_days": (ends - now().date()).days}
    else:
        line["more"] = " · ".join(told for field in ("credit", "licence") if (told := row.document.get(field)))
        line["kind"] = row.document["kind"]
        line["picture"] = f"/libraries/media/{row.id}/small.jpg" if row.document["kind"] == "image" else None
    return line


def _options(visit: Visit) -> dict[str, list[dict[str, str]]]:
    def named(prefix: str, names: Sequence[str]) -> list[dict[str, str]]:
        return [{"value": name, "name": language.say("library", f"{prefix}-{name}", visit.lang)} for name in names]

    return {
        "level": named("level", LEVELS),
        "group": [{"value": name, "name": language.say("page", f"group-{name}", visit.lang)} for name in GROUPS],
        "kind": named("link", LINKS),
        "stars": [{"value": str(n), "name": _say(visit, "stars", count=n)} for n in (3, 4, 5)],
    }


def _say(visit: Visit, code: str, **params: object) -> str:
    return language.say("library", code, visit.lang, **params)
