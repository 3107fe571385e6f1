"""The public store over HTTP, with the headers that object storage gives: for one machine, and for looking at tours."""

from __future__ import annotations

import contextlib
import email.utils
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Literal
from urllib.parse import quote

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ispace import keys, pointer
from ispace.adapters.folder import FolderBlobs
from ispace.compression import decoded
from ispace.errors import IspaceError, ObjectMissingError
from ispace.page.frame import CONTENT_SECURITY_POLICY as POLICY
from ispace.ports import ObjectInfo
from ispace.web import conditions
from ispace.web.packed import Packed

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

_PACKED = Packed()

_AT_ONCE_BYTES = 1 << 20
"""What is larger is sent in pieces of this size."""


def app(store: FolderBlobs, notice: Notice, policy: str = POLICY, before: Sequence[Route] = ()) -> Starlette:
    """Return an application that serves what lies in ``store``, pages under ``policy``.

    ``before`` are routes that are looked at first.
    """

    async def answer(request: Request) -> Response:
        made = await anyio.to_thread.run_sync(_safe_answer, store, notice, request)
        if "Content-Security-Policy" in made.headers:
            made.headers["Content-Security-Policy"] = policy
        return made

    return Starlette(routes=[*before, Route("/{key:path}", answer, methods=["GET", "HEAD"])])


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
        return _to_folder(request, key)
    if store.file(key) is None:
        return _notice(notice, "not-found", 404)
    file, info = store.open(key)
    with contextlib.ExitStack() as held:
        held.enter_context(file)
        answer = _of_object(file, info, request)
        if isinstance(answer, StreamingResponse):  # closes the file itself, when it has been sent
            held.pop_all()
        return answer


def _of_object(file: IO[bytes], info: ObjectInfo, request: Request) -> Response:
    headers = _headers(info)
    if _is_gone(file, info):
        # Conditions and ranges are about what is there (RFC 9110, 13.2.1).
        return Response(file.read(), 410, headers, info.content_type)
    part = conditions.part(info, request.headers) if request.method == "GET" else None
    encoding = None if part is not None else conditions.encoding(info, request.headers)
    if encoding:
        # Another form of the same thing: a weak tag, which no range may be built on.
        headers |= {"Content-Encoding": encoding, "ETag": f"W/{info.etag}"}
    verdict = conditions.verdict(info, request.headers)
    if verdict != "send":
        return Response(None, 304, headers) if verdict == "not-modified" else Response(None, 412, _ALWAYS)
    if encoding:
        packed = _PACKED.of(info, encoding, file)
        headers["Content-Length"] = str(len(packed))
        return Response(None if request.method == "HEAD" else packed, 200, headers, info.content_type)
    return _sent(file, info, part, headers, is_head=request.method == "HEAD")


def _sent(file: IO[bytes], info: ObjectInfo, part: range | None, headers: dict[str, str], *, is_head: bool) -> Response:
    wanted, status = (range(info.size), 200) if part is None else (part, 206)
    if part is not None:
        if not part:
            return Response(None, 416, _ALWAYS | {"Content-Range": f"bytes */{info.size}"})
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{info.size}"
    headers |= {"Content-Length": str(len(wanted)), "Accept-Ranges": "bytes"}
    if is_head:
        return Response(None, status, headers, info.content_type)
    if len(wanted) > _AT_ONCE_BYTES:
        return StreamingResponse(_pieces(file, wanted), status, headers, info.content_type)
    file.seek(wanted.start)
    return Response(file.read(len(wanted)), status, headers, info.content_type)


def _to_folder(request: Request, key: str) -> Response:
    # Only path and query: a host that the client made up must not end up in an address.
    query = request.scope.get("query_string", b"").decode("latin-1")
    address = f"{request.scope.get('root_path', '')}/{quote(key)}/" + (f"?{query}" if query else "")
    return RedirectResponse(address, headers=_ALWAYS)


def _pieces(file: IO[bytes], wanted: range) -> Iterator[bytes]:
    with file:
        file.seek(wanted.start)
        left = len(wanted)
        while left and (piece := file.read(min(left, _AT_ONCE_BYTES))):
            left -= len(piece)
            yield piece


def _is_gone(file: IO[bytes], info: ObjectInfo) -> bool:
    if keys.is_immutable(info.key) or not info.content_type.startswith("text/html"):
        return False
    page = decoded(info.key, file.read(), info.content_encoding)
    file.seek(0)
    return pointer.is_gone(page)


def _headers(info: ObjectInfo) -> dict[str, str]:
    headers = _ALWAYS | {
        "Cache-Control": info.cache_control,
        "ETag": info.etag,
        "Last-Modified": email.utils.format_datetime(info.modified, usegmt=True),
    }
    if info.content_encoding:
        headers["Content-Encoding"] = info.content_encoding
    if info.content_encoding or keys.is_text(info.key):
        headers["Vary"] = "Accept-Encoding"
    if info.content_type.startswith("text/html"):
        headers["Content-Security-Policy"] = POLICY
    return headers
