"""The studio's application: every address it answers, on one screen."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from ispace.accounts import sessions
from ispace.database.engine import retried
from ispace.errors import (
    DatabaseUnavailableError,
    IspaceError,
    JobUnknownError,
    LinkInvalidError,
    PersonUnknownError,
    SignInNeededError,
    TourNotHereError,
)
from ispace.web.studio import failures, form, live, tour_live, who
from ispace.web.studio.api import service
from ispace.web.studio.pages import (
    account,
    audit,
    door,
    editor,
    jobs,
    libraries,
    media,
    people,
    pictures,
    publishing,
    settings,
    system,
    texts,
    tours,
)
from ispace.web.studio.shield import Shield
from ispace.web.studio.streams import Streams
from ispace.web.studio.studio import Studio
from ispace.web.studio.tus import Tus, TusOptions
from ispace.web.studio.visit import LANGUAGE_COOKIE, Handler, Visit, asked_language

_LOG = logging.getLogger(__name__)

_THREADS = 8
"""As many as the database has connections: more would wait for one another."""

_HASHING = 2
"""Pages that hash passwords wait for each other, and nobody else waits for them."""

_ASKING = 4
"""Pages that ask the sign-in provider, which may be slow to answer: nobody else waits for it."""

_TOLD = {403, 404, 429, 500, 503}
"""Statuses that have words of their own."""

_GONE: tuple[tuple[type[IspaceError], str], ...] = (
    (LinkInvalidError, "link"),
    (TourNotHereError, "tour"),
    (PersonUnknownError, "person"),
    (JobUnknownError, "job"),
)
"""What may be gone, each with a title and a way on of its own."""

_PAGES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", tours.start),
    ("GET", "/set-up/{token}", door.set_up),
    ("GET", "/sign-in", door.sign_in),
    ("GET", "/sign-in/second", door.second),
    ("POST", "/sign-in/second", door.second),
    ("POST", "/sign-out", door.sign_out),
    ("GET", "/forgot", door.forgot),
    ("GET", "/reset/{token}", door.reset),
    ("GET", "/invitation/{token}", door.invitation),
    ("POST", "/language", door.language),
    ("GET", "/account", account.show),
    ("POST", "/account/profile", account.profile),
    ("POST", "/account/sessions/end", account.end_sessions),
    ("POST", "/account/sessions/{id}/end", account.end_session),
    ("POST", "/account/tokens/{id}/end", account.end_token),
    ("GET", "/account/codes.txt", account.codes_file),
    ("POST", "/account/shown/{kind}", account.taken),
    ("GET", "/tours", tours.listed),
    ("POST", "/tours", tours.create),
    ("GET", "/tours/{tour}", tours.open_one),
    ("GET", "/tours/{tour}/thumbnail.jpg", tours.thumbnail),
    ("GET", "/tours/{tour}/edit", editor.show),
    ("GET", "/tours/{tour}/publish", publishing.show),
    ("POST", "/tours/{tour}/publish", publishing.publish),
    ("POST", "/tours/{tour}/preview", publishing.preview),
    ("POST", "/tours/{tour}/rollback", publishing.roll_back),
    ("POST", "/tours/{tour}/unpublish", publishing.take_down),
    ("GET", "/tours/{tour}/qr.{kind}", publishing.qr_file),
    ("GET", "/tours/{tour}/sheet", publishing.sheet),
    ("GET", "/tours/{tour}/texts", texts.show),
    ("GET", "/tours/{tour}/texts.csv", texts.as_csv),
    ("GET", "/tours/{tour}/texts.xlsx", texts.as_xlsx),
    ("GET", "/tours/{tour}/people", people.of_tour),
    ("POST", "/tours/{tour}/people", people.set_member),
    ("POST", "/tours/{tour}/people/{person}", people.set_member),
    ("POST", "/tours/{tour}/people/{person}/remove", people.remove_member),
    ("GET", "/tours/{tour}/pictures", pictures.show),
    ("POST", "/tours/{tour}/groups", pictures.confirm_all),
    ("POST", "/tours/{tour}/groups/{id}", pictures.change),
    ("GET", "/tours/{tour}/files/{file}.jpg", pictures.glance),
    ("GET", "/tours/{tour}/t/{set}/{name:path}", media.tile),
    ("GET", "/tours/{tour}/thumbnails/{set}.jpg", media.thumbnail),
    ("GET", "/tours/{tour}/reports/{file}", media.report),
    ("GET", "/tours/{tour}/media/small/{file}", media.small),
    ("GET", "/tours/{tour}/media/{file}", media.medium),
    ("GET", "/libraries", libraries.start),
    ("GET", "/libraries/{library}", libraries.listed),
    ("GET", "/libraries/{library}/new", libraries.new),
    ("GET", "/libraries/media/{entry}/small.jpg", libraries.small),
    ("GET", "/libraries/{library}/{entry}", libraries.show),
    ("POST", "/libraries/{library}/{entry}", libraries.save),
    ("POST", "/libraries/{library}/{entry}/delete", libraries.delete),
    ("GET", "/jobs", jobs.listed),
    ("GET", "/jobs/{id}", jobs.one),
    ("GET", "/jobs/{id}/report", jobs.report),
    ("GET", "/jobs/{id}/picture.jpg", jobs.picture),
    ("POST", "/jobs/{id}/cancel", jobs.cancel),
    ("POST", "/jobs/{id}/retry", jobs.retry),
    ("GET", "/people", people.listed),
    ("POST", "/people/invitations", people.invite),
    ("POST", "/people/invitations/{id}/end", people.uninvite),
    ("GET", "/people/{id}", people.one),
    ("POST", "/people/{id}/role", people.set_role),
    ("POST", "/people/{id}/disable", people.disable),
    ("POST", "/people/{id}/enable", people.enable),
    ("POST", "/people/{id}/reset", people.reset),
    ("POST", "/people/{id}/two-step/end", people.end_two_step),
    ("POST", "/people/{id}/unlock", people.unlock),
    ("GET", "/audit", audit.listed),
    ("GET", "/audit.csv", audit.as_csv),
    ("GET", "/audit.json", audit.as_json),
    ("GET", "/settings", settings.listed),
    ("GET", "/system", system.show),
    ("POST", "/system", system.again),
)

_SLOW: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/set-up/{token}", door.set_up),
    ("POST", "/sign-in", door.sign_in),
    ("POST", "/reset/{token}", door.reset),
    ("POST", "/invitation/{token}", door.invitation),
    ("POST", "/account/password", account.password),
    ("POST", "/account/two-step", account.two_step),
    ("POST", "/account/tokens", account.new_token),
)
"""What hashes a password."""

_AWAY: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/sign-in/provider", door.to_provider),
    ("GET", "/sign-in/provider/return", door.from_provider),
)
"""What asks another server."""


def application(studio: Studio) -> ASGIApp:
    """Return the ASGI application of the studio."""
    threads, hashing, asking = CapacityLimiter(_THREADS), CapacityLimiter(_HASHING), CapacityLimiter(_ASKING)
    routes: list[BaseRoute] = [Route("/a/{name}", functools.partial(_built, studio), methods=["GET"])]
    for pages, limiter in ((_PAGES, threads), (_SLOW, hashing), (_AWAY, asking)):
        for method, path, handler in pages:
            routes.append(Route(path, _endpoint(studio, handler, limiter), methods=[method]))
    routes += service.routes(studio, threads)
    streams = Streams()
    stream, poll = live.endpoints(studio, threads, streams)
    routes += [Route("/live/jobs", stream, methods=["GET"]), Route("/live/jobs.json", poll, methods=["GET"])]
    stream, poll = tour_live.endpoints(studio, threads, streams)
    routes += [
        Route("/live/tours/{tour}.json", poll, methods=["GET"]),
        Route("/live/tours/{tour}", stream, methods=["GET"]),
    ]
    tus = Tus(studio.uploads, functools.partial(who.uploads, studio), TusOptions.of(studio.settings))
    routes.append(Mount("/uploads", routes=tus.routes()))
    app = Starlette(
        routes=routes, lifespan=functools.partial(_lifespan, tus), exception_handlers={HTTPException: _refused(studio)}
    )
    return Shield(app, origin=studio.settings.studio_url, host=studio.settings.host)


@contextlib.asynccontextmanager
async def _lifespan(tus: Tus, _app: Starlette) -> AsyncIterator[None]:
    """Sweep up after uploads for as long as the studio answers."""
    async with anyio.create_task_group() as beside:
        beside.start_soon(tus.sweeping)
        yield
        beside.cancel_scope.cancel()


def _endpoint(studio: Studio, handler: Handler, limiter: CapacityLimiter) -> Callable[[Request], Awaitable[Response]]:
    def answered(request: Request, sent: form.Form) -> Response:
        return _answer(_read(studio, request, sent), handler)

    async def endpoint(request: Request) -> Response:
        sent = await form.read(request) if request.method == "POST" else form.Form()
        return await anyio.to_thread.run_sync(answered, request, sent, limiter=limiter)

    return endpoint


def _read(studio: Studio, request: Request, sent: form.Form) -> Visit:
    """Find out who asks. What changes with every request (last seen) is written now and then only."""
    client = request.client.host if request.client else ""
    visit = Visit(
        studio=studio,
        method=request.method,
        path=request.url.path,
        base=str(request.base_url),
        query=dict(request.query_params),
        parts=request.path_params,
        form=sent,
        address=client,
        agent=request.headers.get("user-agent", ""),
        lang=asked_language(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")),
        cookies=request.cookies,
        headers=request.headers,
    )
    token = request.cookies.get(studio.cookie)
    if not token:
        return visit
    try:
        with studio.database.read() as session:
            found = sessions.find(session, token, studio.lifetimes)
    except DatabaseUnavailableError as error:
        visit.silent = error
        return visit
    if found is not None:
        row, visit.person = found
        visit.session, visit.is_half = row.digest, not row.is_whole
        visit.lang = asked_language(request.cookies.get(LANGUAGE_COOKIE, visit.person.language), visit.lang)
        if sessions.is_stale(row):
            with contextlib.suppress(DatabaseUnavailableError), studio.database.write() as session:
                sessions.touch(session, row.digest, client)
    return visit


def _answer(visit: Visit, handler: Handler) -> Response:
    try:
        if visit.silent is not None:  # nobody is to take that for being signed out
            raise visit.silent
        return retried(lambda: handler(visit))
    except SignInNeededError:
        if visit.method == "GET":
            asked = visit.path if visit.path != "/" else ""
            return visit.to("/sign-in", **({"next": asked} if asked else {}))
        return visit.to("/sign-in")
    except IspaceError as error:
        if failures.status(error) >= 500:
            _LOG.warning("%s: %s", visit.path, error)
        told = failures.told_apart(error, visit.lang) or visit.problem(error.code, error.params)["what"]
        gone = next((name for kind, name in _GONE if isinstance(error, kind)), "")
        return failed(visit, failures.status(error), error.code, told, failures.wait_s(error), gone=gone)
    except Exception:
        _LOG.exception("%s %s", visit.method, visit.path)
        return failed(visit, 500, "LOI", "", None)


def failed(visit: Visit, status: int, code: str, text: str, wait_s: int | None, *, gone: str = "") -> Response:
    """Return the page that stands in for one that cannot be shown, for what is ``gone`` or another reason."""
    page = visit.page(
        "error",
        status=status if status in _TOLD else 400,
        code=code,
        text=text,
        wait_s=wait_s,
        gone=gone,
        contact=visit.studio.settings.contact if gone == "link" else "",
    )
    page.status_code = status
    if wait_s is not None:
        page.headers["Retry-After"] = str(wait_s)
    return page


def _refused(studio: Studio) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith("/api/"):
            return failures.bare(error.status_code, error.detail)
        visit = await anyio.to_thread.run_sync(_read, studio, request, form.Form())
        return await anyio.to_thread.run_sync(failed, visit, error.status_code, "", "", None)

    return refused


async def _built(studio: Studio, request: Request) -> Response:
    """Answer a file of the built front end; its name says what is in it, so it may be kept for ever."""
    key = f"a/{request.path_params['name']}"
    found = studio.files.get(key)
    if found is None:
        return (
            RedirectResponse("/", 303) if request.headers.get("sec-fetch-mode") == "navigate" else Response(None, 404)
        )
    content, kind = found
    return Response(content, 200, {"Cache-Control": "public, max-age=31536000, immutable"}, kind)
