"""What stands between the network and the studio: whose host it is, where a request comes from, what answers carry.

A request that changes something must come from a page of the studio itself. Browsers say so (Sec-Fetch-Site, else
Origin), and no page can make them lie; so forms need no hidden tokens, and uploads and scripts are covered as well.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
_SAFE = {"GET", "HEAD", "OPTIONS"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Shield:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, *, origin: str, host: str) -> None:
        """Guard ``app``; ``origin`` is the studio's public address or empty, ``host`` where it listens."""
        self._app = app
        self._origin = urlsplit(origin)
        self._hosts = _LOOPBACK | {host.casefold()} | {(self._origin.hostname or "").casefold()}
        self._hosts.discard("")
        self._always = _HEADERS | (
            {"Strict-Transport-Security": "max-age=31536000"} if self._origin.scheme == "https" else {}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, self._dressed(send))
            return
        await self._app(_without_nul(scope), receive, self._dressed(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._is_ours(headers.get("host", "")):
            # Another name that leads here (DNS rebinding) would make another site's page one of ours.
            return PlainTextResponse(
                "Sai tên máy chủ: đặt ISPACE_STUDIO_URL. / Wrong host: set ISPACE_STUDIO_URL.\n", 421
            )
        if scope["method"] in _SAFE or self._is_from_here(headers):
            return None
        return PlainTextResponse(
            "Yêu cầu này không đến từ trang của iSpace. / This request does not come from a page of iSpace.\n", 403
        )

    def _is_ours(self, host: str) -> bool:
        if not _HOST.fullmatch(host):
            return False
        name = (urlsplit(f"//{host}").hostname or "").casefold()
        if name in self._hosts:
            return True
        if self._origin.hostname:
            return False
        try:
            # An address cannot be made to lead elsewhere, so it is as good as a name that the settings know.
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _is_from_here(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is not None:
            return urlsplit(origin).netloc.casefold() == headers.get("host", "").casefold()
        # No browser of today: a program. It has a token of its own, and no cookie that a page could make use of.
        return "cookie" not in headers

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                # What somebody who is signed in sees is nobody else's business, later on the same computer.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return dressed


def _without_nul(scope: Scope) -> Scope:
    """Return a request that asks for no NUL, which nothing has in its name and PostgreSQL takes no question with."""
    query = scope["query_string"].replace(b"%00", b"%EF%BF%BD").replace(b"\0", b"%EF%BF%BD")
    return {**scope, "path": scope["path"].replace("\0", "\ufffd"), "query_string": query}
