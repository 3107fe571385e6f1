"""Reading an address as anybody on the web does: without credentials, from the outside."""

from __future__ import annotations

import dataclasses
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from ispace.errors import FileUnreadableError, StoreTlsError, StoreUnreachableError

ORIGIN = "https://example.org"
"""Some other site, on which a tour might be shown."""

_MAX_BYTES = 1 << 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def allows_other_sites(self) -> bool:
        """Whether a script of another site may read this answer."""
        return self.headers.get("access-control-allow-origin") in {"*", ORIGIN}


def look(url: str, *, store: str, ca: str = "", seconds: float = 10) -> Answer:
    """Return the answer to a GET, whatever its status; ``ca`` is a PEM file as in ``ISPACE_S3_CA``.

    Raises:
        StoreUnreachableError: nothing answers; ``store`` says in the message whose address it is.
        StoreTlsError: the certificate is not trusted.
        FileUnreadableError: ``ca`` cannot be read.
    """
    request = urllib.request.Request(url, headers={"Origin": ORIGIN, "User-Agent": "iSpace"})  # noqa: S310 - http(s)
    try:
        with _opener(url, ca).open(request, timeout=seconds) as answer:
            return _answer(answer.status, answer.headers.items(), answer.read(_MAX_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers.items(), b"")
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        kind = StoreTlsError if isinstance(reason, ssl.SSLError) else StoreUnreachableError
        raise kind(store=store, endpoint=url) from error


def _opener(url: str, ca: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = []
    parts = urlsplit(url)
    if parts.hostname in _LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    if parts.scheme == "https":
        try:
            context = ssl.create_default_context(cafile=ca or None)
        except OSError as error:
            raise FileUnreadableError(file=ca, reason=str(error.strerror or error)) from error
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return urllib.request.build_opener(*handlers)


def _answer(status: int, headers: object, body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers}, body)  # type: ignore[attr-defined]
