"""The public store over HTTP, with the headers that object storage gives: for one machine, and for looking at tours."""

from __future__ import annotations

import email.utils
import logging
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote

import anyio.to_thread
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from ispace import keys, pointer
from ispace.adapters.folder import FolderBlobs
from ispace.errors import IspaceError, ObjectMissingError
from ispace.page.frame import CONTENT_SECURITY_POLICY as POLICY
from ispace.ports import ObjectInfo

_LOG = logging.getLogger(__name__)

Notice = Callable[[Literal["not-found", "error"]], bytes]
"""Makes the page for what is not there, or cannot be read."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}
"""Tours are public and meant to be embedded, so any page may read them; nothing may be guessed from content."""


def app(store: FolderBlobs, notice: Notice) -> Starlette:
    """Return an application that serves what lies in ``store``."""

    async def answer(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_safe_answer, store, notice, request)

    return Starlette(routes=[Route("/{key:path}", answer, methods=["GET", "HEAD"])])


def _safe_answer(store: FolderBlobs, notice: Notice, request: Request) -> Response:
    try:
        return _answer(store, notice, request)
    except ObjectMissingError:  # deleted between two looks
        return _notice(notice, "not-found", 404)
    except IspaceError as error:
        _LOG.warning("%s: %s", request.url.path, error)
        return _notice(notice, "error", 503)


def _notice(notice: Notice, kind: Literal["not-found", "error"], status: int) -> Response:
    headers = _ALWAYS | {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(notice(kind), status, headers, "text/html; charset=utf-8")


def _answer(store: FolderBlobs, notice: Notice, request: Request) -> Response:
    key = request.path_params["key"]
    if key == "" or key.endswith("/"):
        key += "index.html"
    elif store.file(key) is None and store.file(f"{key}/index.html") is not None:
        # Only the path: a host that the client made up must not end up in an address.
        return RedirectResponse(f"{request.scope.get('root_path', '')}/{quote(key)}/", headers=_ALWAYS)
    path = store.file(key)
    info = store.head(key) if path else None
    if path is None or info is None:
        return _notice(notice, "not-found", 404)
    headers = _headers(info)
    if _not_modified(info, request.headers):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if k != "Content-Type"})
    if keys.is_immutable(key):
        return FileResponse(path, headers=headers, media_type=info.content_type)
    # A page can be replaced at any moment: it is read in one go, so that length and content belong together.
    page = store.get(key)
    status = 410 if pointer.is_gone(page) else 200
    return Response(page, status, headers, info.content_type)


def _headers(info: ObjectInfo) -> dict[str, str]:
    headers = _ALWAYS | {
        "Cache-Control": info.cache_control,
        "ETag": info.etag,
        "Last-Modified": email.utils.format_datetime(info.modified, usegmt=True),
    }
    if info.content_encoding:
        headers["Content-Encoding"] = info.content_encoding
    if info.content_type.startswith("text/html"):
        headers["Content-Security-Policy"] = POLICY
    return headers


def _not_modified(info: ObjectInfo, asked: Headers) -> bool:
    """Say whether the reader has the object already (RFC 9110, section 13.1.2: the ETag decides where one is sent)."""
    if (match := asked.get("if-none-match")) is not None:
        return match.strip() == "*" or info.etag in [tag.strip().removeprefix("W/") for tag in match.split(",")]
    since = email.utils.parsedate_to_datetime(asked["if-modified-since"]) if _is_date(asked) else None
    return since is not None and info.modified.replace(microsecond=0) <= since


def _is_date(asked: Headers) -> bool:
    try:
        return email.utils.parsedate_to_datetime(asked.get("if-modified-since", "")).tzinfo is not None
    except (ValueError, TypeError, OverflowError):
        return False
