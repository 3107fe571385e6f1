"""Previews over HTTP, on the public origin: what the public store would show, to who has the address, for a while."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ispace import keys, previews
from ispace.errors import IspaceError, ObjectMissingError
from ispace.ports import Blobs, ObjectInfo
from ispace.web import conditions

_LOG = logging.getLogger(__name__)

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # The address is the key: it is told to nobody, and no search engine keeps what is behind it.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_LONGEST_TOKEN = 100


def route(private: Blobs, policy: str, not_found: bytes) -> Route:
    """Return the route of all previews, pages under ``policy``; ``not_found`` is the page for what is not there."""
    site = _Previews(private, policy, not_found)

    async def answer(request: Request) -> Response:
        return await anyio.to_thread.run_sync(site.answer, request)

    return Route("/preview/{token}/{key:path}", answer, methods=["GET", "HEAD"])


@dataclasses.dataclass(frozen=True)
class _Previews:
    private: Blobs
    policy: str
    not_found: bytes

    def answer(self, request: Request) -> Response:
        token, key = request.path_params["token"], request.path_params["key"]
        try:
            preview = previews.find(self.private, token[:_LONGEST_TOKEN], dt.datetime.now(dt.UTC))
            if preview is None:
                return self._missing()
            if key in {"", keys.CATALOGUE}:  # of the whole catalogue there is no preview
                root = request.scope.get("root_path", "")
                return RedirectResponse(f"{root}/preview/{token}/{preview.tour}/", 302, _ALWAYS)
            if key.endswith("/"):
                key += "index.html"
            place = preview.place(key)
            info = self.private.head(place) if place is not None else None
            if place is None or info is None:
                return self._missing()
            return self._sent(request, place, dataclasses.replace(info, key=key))
        except ObjectMissingError:  # swept between two looks
            return self._missing()
        except IspaceError as error:
            _LOG.warning("%s: %s", request.url.path, error)
            return Response(None, 503, _ALWAYS | {"Retry-After": "30", "Cache-Control": "no-store"})

    def _sent(self, request: Request, place: str, info: ObjectInfo) -> Response:
        kind = keys.content_type(info.key)
        stays = keys.is_immutable(info.key)
        headers = _ALWAYS | {
            "Cache-Control": "private, max-age=86400, immutable" if stays else "private, no-cache",
            "ETag": info.etag,
            "Accept-Ranges": "bytes",
        }
        if kind.startswith("text/html"):
            headers["Content-Security-Policy"] = self.policy
        if conditions.verdict(info, request.headers) == "not-modified":
            return Response(None, 304, headers)
        part = conditions.part(info, request.headers)
        if part is not None and not part:
            return Response(None, 416, _ALWAYS | {"Content-Range": f"bytes */{info.size}"})
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{info.size}"
            return Response(self.private.get_part(place, part), 206, headers, kind)
        return Response(self.private.get(place), 200, headers, kind)

    def _missing(self) -> Response:
        headers = _ALWAYS | {"Cache-Control": "no-store", "Content-Security-Policy": self.policy}
        return Response(self.not_found, 404, headers, "text/html; charset=utf-8")
