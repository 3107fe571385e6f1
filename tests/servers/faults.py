"""What goes wrong between a client and its object storage, said once for the server and for the proxy."""

from __future__ import annotations

import random
import re
import socket
import struct
import threading
from asyncio import BaseTransport
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

UNFINISHED_BYTES = 64
"""How many more bytes than none a truncated reply without a body promises."""


class Kind(StrEnum):
    """What happens to a request."""

    ERROR_500 = "error_500"  # 500 InternalError, nothing done
    SLOW_DOWN = "slow_down"  # 503 SlowDown, nothing done
    RESET_BEFORE = "reset_before"  # the connection breaks, nothing done
    RESET_AFTER = "reset_after"  # done, but the connection breaks instead of a reply
    TIMEOUT = "timeout"  # done, but the reply comes only after Fault.seconds
    TRUNCATED = "truncated"  # done, but the connection ends in the middle of the reply
    ALTERED_REPLY = "altered_reply"  # done; a byte of an object, the ETag of a write or the XML of a listing is wrong
    ALTERED_UPLOAD = "altered_upload"  # a byte of the body is another before anybody looks at its checksums


ALL_KINDS = tuple(Kind)


class Asked(Protocol):
    """What faults know of a request, whether the server or the proxy got it."""

    method: str
    path: str


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; ``seconds`` is how late a ``TIMEOUT`` answers."""

    kind: Kind
    seconds: float = 30.0


class Faults:
    """Something goes wrong with a share of all requests; ``injected`` counts what did.

    The same seed makes the same choices for the same order of requests, which several threads do not keep.
    """

    def __init__(self, seed: int, share: float, kinds: Iterable[Kind | str] = ALL_KINDS, seconds: float = 30.0) -> None:
        self.injected: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._share = share
        self._kinds = [Kind(kind) for kind in kinds]
        self._seconds = seconds
        self._lock = threading.Lock()

    def __call__(self, request: Asked) -> Fault | None:
        """Choose for one request."""
        with self._lock:
            if self._random.random() >= self._share:
                return None
            kind = self._random.choice(self._kinds)
            self.injected[kind.value] += 1
        return Fault(kind, self._seconds)


class FaultOn:
    """One kind of fault on the first ``times`` requests that fit, after letting ``skip`` of them pass."""

    def __init__(
        self,
        kind: Kind | str,
        method: str = "",
        path: str = "",
        *,
        times: int = 1,
        skip: int = 0,
        seconds: float = 30.0,
    ) -> None:
        self.injected = 0
        self._fault = Fault(Kind(kind), seconds)
        self._method = method
        self._path = re.compile(path)
        self._left = times
        self._skip = skip
        self._lock = threading.Lock()

    def __call__(self, request: Asked) -> Fault | None:
        """Choose for one request; ``path`` is searched for as a regular expression."""
        if (self._method and request.method != self._method) or not self._path.search(request.path):
            return None
        with self._lock:
            if self._skip > 0:
                self._skip -= 1
                return None
            if self._left <= 0:
                return None
            self._left -= 1
            self.injected += 1
        return self._fault


def flipped(body: bytes) -> bytes:
    """Return the bytes with one bit of the middle one changed."""
    if not body:
        return body
    middle = len(body) // 2
    return b"".join((body[:middle], bytes((body[middle] ^ 1,)), body[middle + 1 :]))


def altered(method: str, status: int, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a reply with something wrong in it, its length unchanged."""
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if body and "xml" in content_type and method in ("GET", "POST") and body.lstrip().startswith(b"<"):
        return headers, body[:-1] + b"<"
    if body and method == "GET" and status in (200, 206):
        return headers, flipped(body)
    return {name: f'"{"0" * 32}"' if name.lower() == "etag" else value for name, value in headers.items()}, body


def failure(kind: Kind) -> tuple[int, str, str]:
    """Return status, code and message of the two kinds that are answers."""
    if kind is Kind.ERROR_500:
        return 500, "InternalError", "We encountered an internal error. Please try again."
    return 503, "SlowDown", "Please reduce your request rate."


def reset(transport: BaseTransport) -> None:
    """Break a connection so that the other side sees ``ECONNRESET`` and not an orderly end."""
    sock: Any = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()  # type: ignore[attr-defined]
