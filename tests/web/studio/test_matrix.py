"""Every route as everybody: each role, with each membership of the tour and with none, by ids that they guessed.

What a route needs stands in ``NEEDS``; a route that is not there fails, so that none is forgotten.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest
from starlette.routing import BaseRoute, Mount, Route
from web.studio.desk import Browser, make, person

from ispace import documents
from ispace.accounts import people, rights
from ispace.database.people import ROLES
from ispace.jobs import queueing
from ispace.journal import Actor
from ispace.web.studio.app import application
from ispace.web.studio.studio import Studio

CLI = Actor(None, "thử", "cli")
TOUR = "mieu-la"
MEMBERSHIPS = (None, *documents.MEMBER_ROLES)

OPEN = "whoever comes"
SIGNED_IN = "whoever is signed in, for what is their own"
MAKE = "editors and above"
ADMIN = "administrators"
SEE, EDIT, PUBLISH = "see the tour", "edit the tour", "publish the tour"
JOB, OWN_JOB = "see the job", "the job's owner"
UPLOAD = "as tests/uploads says"

NEEDS = {
    OPEN: """
        GET /a/{name} /set-up/{token} /sign-in /sign-in/second /forgot /reset/{token} /invitation/{token}
            /sign-in/provider /sign-in/provider/return /api/v1/openapi.json /api/v1/health
        POST /set-up/{token} /sign-in /sign-in/second /sign-out /reset/{token} /invitation/{token} /language
    """,
    SIGNED_IN: """
        GET / /account /account/codes.txt /tours /jobs /live/jobs /live/jobs.json /api/v1/me /api/v1/tokens
            /api/v1/tours /api/v1/jobs /api/v1/places /api/v1/places/{entry} /api/v1/products
            /api/v1/products/{entry} /api/v1/media /api/v1/media/{entry} /libraries /libraries/{library}
            /libraries/{library}/{entry} /libraries/media/{entry}/small.jpg
        POST /account/profile /account/password /account/two-step /account/tokens /account/sessions/end
            /account/sessions/{id}/end /account/tokens/{id}/end /account/shown/{kind} /api/v1/tokens
        DELETE /api/v1/tokens/{token}
    """,
    MAKE: """
        GET /libraries/{library}/new
        POST /tours /api/v1/tours /libraries/{library}/{entry} /libraries/{library}/{entry}/delete
        PUT /api/v1/places/{entry} /api/v1/products/{entry} /api/v1/media/{entry}
        DELETE /api/v1/places/{entry} /api/v1/products/{entry} /api/v1/media/{entry}
    """,
    ADMIN: """
        GET /people /people/{id} /audit /audit.csv /audit.json /settings /system /api/v1/people
            /api/v1/people/{person} /api/v1/audit
        POST /people/invitations /people/invitations/{id}/end /people/{id}/role /people/{id}/disable
            /people/{id}/enable /people/{id}/reset /people/{id}/two-step/end /people/{id}/unlock /system
            /api/v1/invitations /api/v1/people/{person}/reset /api/v1/tours/{tour}/bring-back
        PATCH /api/v1/people/{person}
    """,
    SEE: """
        GET /tours/{tour} /tours/{tour}/thumbnail.jpg /tours/{tour}/people /tours/{tour}/pictures
            /tours/{tour}/files/{file}.jpg /api/v1/tours/{tour} /api/v1/tours/{tour}/revisions
            /api/v1/tours/{tour}/revisions/{revision} /api/v1/tours/{tour}/members /api/v1/tours/{tour}/groups
            /tours/{tour}/edit /tours/{tour}/media/{file} /tours/{tour}/media/small/{file}
            /tours/{tour}/reports/{file} /tours/{tour}/t/{set}/{name:path} /tours/{tour}/thumbnails/{set}.jpg
            /tours/{tour}/publish /tours/{tour}/qr.{kind} /tours/{tour}/sheet /api/v1/tours/{tour}/publication
            /api/v1/tours/{tour}/changes /api/v1/tours/{tour}/check /api/v1/tours/{tour}/files
            /api/v1/tours/{tour}/history /api/v1/tours/{tour}/library /api/v1/tours/{tour}/panoramas
            /api/v1/tours/{tour}/title-drafts
            /live/tours/{tour} /live/tours/{tour}.json /tours/{tour}/texts /tours/{tour}/texts.csv
            /tours/{tour}/texts.xlsx
        POST /api/v1/tours/{tour}/presence
    """,
    EDIT: """
        POST /tours/{tour}/people /tours/{tour}/people/{person} /tours/{tour}/people/{person}/remove
            /tours/{tour}/groups /tours/{tour}/groups/{id} /api/v1/tours/{tour}/groups/{group}/confirm
            /api/v1/tours/{tour}/groups/{group}/move /api/v1/tours/{tour}/groups/{group}/remove
            /api/v1/tours/{tour}/changes /api/v1/tours/{tour}/library /api/v1/tours/{tour}/panoramas/redo
            /api/v1/tours/{tour}/revisions/{revision}/restore /api/v1/tours/{tour}/texts
            /api/v1/tours/{tour}/texts/preview
        POST /tours/{tour}/preview /api/v1/tours/{tour}/previews
        PUT /api/v1/tours/{tour} /api/v1/tours/{tour}/members/{person}
        DELETE /api/v1/tours/{tour} /api/v1/tours/{tour}/members/{person}
    """,
    PUBLISH: """
        POST /tours/{tour}/publish /tours/{tour}/rollback /tours/{tour}/unpublish /api/v1/tours/{tour}/publish
            /api/v1/tours/{tour}/rollback /api/v1/tours/{tour}/unpublish
    """,
    JOB: """
        GET /jobs/{id} /jobs/{id}/report /jobs/{id}/picture.jpg /api/v1/jobs/{job}
    """,
    OWN_JOB: """
        POST /jobs/{id}/cancel /jobs/{id}/retry /api/v1/jobs/{job}/cancel /api/v1/jobs/{job}/retry
    """,
    UPLOAD: """
        POST /uploads/known /uploads/{id} /uploads/
        HEAD /uploads/{id}
        PATCH /uploads/{id}
        DELETE /uploads/{id}
        OPTIONS /uploads/{id} /uploads/
    """,
}
"""By what is needed: methods, each followed by its paths."""


def _routes() -> Iterator[tuple[str, str]]:
    for need, told in NEEDS.items():
        method = ""
        for word in told.split():
            if word.startswith("/"):
                yield f"{method} {word}", need
            else:
                method = word


NEED_OF = dict(_routes())

BODIES = {
    "PATCH /api/v1/people/{person}": {"role": "admin"},
    "POST /api/v1/invitations": {"email": "moi@angiang.gov.vn", "role": "admin"},
    "POST /api/v1/tours": {"title": "Chùa"},
    "POST /api/v1/tours/{tour}/changes": {"revision": 1, "changes": []},
    "POST /api/v1/tours/{tour}/library": {"library": "places", "entry": "x"},
    "POST /api/v1/tours/{tour}/panoramas/redo": {"file": "x"},
    "POST /api/v1/tours/{tour}/publish": {"revision": 1},
    "POST /api/v1/tours/{tour}/rollback": {},
    "POST /api/v1/tours/{tour}/presence": {"page": "trang-01"},
    "POST /api/v1/tours/{tour}/texts": {"content": "eA==", "revision": 1},
    "POST /api/v1/tours/{tour}/texts/preview": {"content": "eA=="},
    "PUT /api/v1/tours/{tour}": {"document": {}, "revision": 1},
    "PUT /api/v1/tours/{tour}/members/{person}": {"role": "approver"},
    "POST /api/v1/tours/{tour}/groups/{group}/move": {"files": ["x"], "to": "x"},
    "POST /api/v1/tours/{tour}/groups/{group}/remove": {"files": ["x"]},
} | {f"PUT /api/v1/{library}/{{entry}}": {"document": {}, "revision": 0} for library in ("places", "products", "media")}

QUERIES = {"GET /api/v1/tours/{tour}/changes": {"since": "1"}}


def table(routes: Iterable[BaseRoute], before: str = "") -> Iterator[str]:
    """Yield every method and path that an application answers."""
    for route in routes:
        if isinstance(route, Mount):
            yield from table(route.routes, before + route.path)
        else:
            assert isinstance(route, Route)
            for method in sorted((route.methods or set()) - ({"HEAD"} if "GET" in (route.methods or ()) else set())):
                yield f"{method} {before}{route.path}"


def refusal(need: str, role: str, membership: str | None) -> set[int]:
    """Return with what somebody is refused who is neither the owner of the job nor the subject; nothing: they may."""
    sees = rights.may("see", role, membership)
    if role == "admin":
        return set()
    if need == ADMIN:
        return {403}
    if need == MAKE:
        return set() if rights.may_create(role) else {403}
    if need in {SEE, JOB}:
        return set() if sees else {404}
    if need in {EDIT, PUBLISH}:
        return set() if rights.may("edit" if need == EDIT else "publish", role, membership) else {403 if sees else 404}
    return {403 if sees else 404} if need == OWN_JOB else set()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, dict[str, str]]]:
    """A studio with somebody's tour and job, and how both are called."""
    studio = make(tmp_path_factory.mktemp("office"))
    with closing(studio.database), closing(studio.jobs):
        queueing.prepare(studio.database)
        owner = person(studio, "chu@angiang.gov.vn")
        with studio.database.write() as session:
            documents.create(session, CLI, people.by_id(session, owner), "Miếu lạ")
        inputs = {"upload": "u", "name": "a.jpg", "kind": "image"}
        job = studio.jobs.enqueue("look-upload", inputs, owner=owner, tour=TOUR, size_bytes=1)
        yield studio, {"tour": TOUR, "person": owner, "job": job, "revision": "1", "library": "places"}


def test_every_route_says_what_it_needs(studio: Studio) -> None:
    routes = list(table(application(studio)._app.routes))  # type: ignore[attr-defined]
    assert len(routes) == len(set(routes))
    assert set(routes) ^ set(NEED_OF) == set()


def _address(path: str, ids: dict[str, str]) -> str:
    own = {"/jobs": ids["job"], "/peop": ids["person"]}.get(path[:5], "x")
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: (ids | {"id": own}).get(found[1], "x"), path)


@pytest.mark.parametrize(("role", "membership"), [*itertools.product(ROLES[:-1], MEMBERSHIPS), ("admin", None)])
def test_nobody_does_more_than_role_and_membership_allow(
    office: tuple[Studio, dict[str, str]], role: str, membership: str | None
) -> None:
    studio, ids = office
    email = f"{role}-{membership}@angiang.gov.vn"
    me = person(studio, email, role)
    with studio.database.write() as session:
        documents.set_member(session, CLI, documents.get(session, TOUR), me, membership)
    browser = Browser(studio)
    assert browser.sign_in(email).status_code == 303
    wrong: list[tuple[str, int, set[int]]] = []
    for route, need in NEED_OF.items():
        refused = refusal(need, role, membership)
        method, path = route.split(" ")
        if not refused and (method != "GET" or need in {OPEN, UPLOAD} or path in {"/live/jobs", "/live/tours/{tour}"}):
            continue  # done, it would change what the others are asked about
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = browser.client.request(
            method, _address(path, ids), json=BODIES.get(route), params=QUERIES.get(route), headers=headers
        )
        if answer.status_code not in refused if refused else answer.status_code in {401, 403}:
            wrong.append((route, answer.status_code, refused))
    assert wrong == []
