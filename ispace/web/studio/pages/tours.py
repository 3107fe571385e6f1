"""My tours: found, made; the start page leads here."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from ispace import documents
from ispace.accounts import people, rights
from ispace.database.tours import TourRow
from ispace.documents import STATES, Wanted
from ispace.errors import RightMissingError, TourNotHereError, TourTitleError
from ispace.materials import shelf
from ispace.materials.standing import Standing
from ispace.model.text import pick
from ispace.web.studio import pagination
from ispace.web.studio.visit import Visit

_TOLD: tuple[Standing, ...] = ("failed", "working", "found")
"""What of its groups a tour's card tells."""


def start(visit: Visit) -> Response:
    """Lead to the tours."""
    visit.signed_in  # noqa: B018 - raises where nobody is
    return visit.to("/tours")


def listed(visit: Visit, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    """List the tours of who is signed in."""
    person = visit.signed_in
    words, state = visit.query.get("q", ""), visit.query.get("state", "")
    wanted = Wanted(person, words, state if state in STATES else "")
    page = pagination.number(visit.query.get("page", ""))
    with visit.studio.database.read() as session:
        found = documents.found(session, wanted, page=page)
        counts = documents.counts(session, wanted)
        total = sum(counts.values()) if not words else sum(documents.counts(session, Wanted(person)).values())
        authors = documents.authors(session, found)
        standings = shelf.standings(session, [row.id for row in found])
    count = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    return visit.page(
        "tours",
        status=status,
        tours=[_card(visit, row, authors.get(row.id, ""), standings.get(row.id, Counter())) for row in found],
        tabs=_tabs(visit, counts, wanted),
        query=words,
        state=wanted.state,
        pages=pagination.links(visit, page, count, documents.PAGE),
        total=total,
        may_create=rights.may_create(person.role),
        values=visit.form.kept("title"),
        errors=errors or {},
    )


def create(visit: Visit) -> Response:
    """Make a tour, and go to its pictures."""
    person = visit.signed_in
    if not rights.may_create(person.role):
        raise RightMissingError
    try:
        with visit.studio.database.write() as session:
            row = documents.create(session, visit.actor, people.by_id(session, person.id), visit.form["title"])
    except TourTitleError as error:
        return listed(visit, status=422, errors={"title": visit.sentence(error)})
    return visit.to(f"/tours/{row.id}/pictures", said="tour-created")


def thumbnail(visit: Visit) -> Response:
    """Show the picture by which a tour is known in lists."""
    row = visit.tour("see")
    if row.thumbnail is None:
        raise TourNotHereError(tour=row.id)
    return visit.file(visit.studio.private, row.thumbnail, "image/jpeg")


def open_one(visit: Visit) -> Response:
    """Lead to the pictures of a tour."""
    return visit.to(f"/tours/{visit.tour('see').id}/pictures")


def _tabs(visit: Visit, counts: dict[str, int], wanted: Wanted) -> list[dict[str, Any]]:
    query = {"q": wanted.words} if wanted.words else {}
    tabs = [("", "audit-any", sum(counts.values()))]
    tabs += [(state, f"tour-{state}", counts[state]) for state in STATES if counts.get(state)]
    return [
        {
            "href": "/tours" + (f"?{urlencode(asked)}" if (asked := query | ({"state": s} if s else {})) else ""),
            "name": visit.say(name),
            "current": s == wanted.state,
            "count": count,
        }
        for s, name, count in tabs
    ]


def _card(visit: Visit, row: TourRow, author: str, groups: Counter[Standing]) -> dict[str, Any]:
    return {
        "href": f"/tours/{row.id}",
        "title": row.title,
        "thumbnail": f"/tours/{row.id}/thumbnail.jpg" if row.thumbnail else None,
        "scene_count": row.scenes,
        "state": row.state,
        "changed_at": row.changed_at,
        "changed_by": author or visit.say("nobody"),
        "place": pick(row.place, visit.lang) if row.place else "",
        "groups": {state: groups[state] for state in _TOLD},
    }
