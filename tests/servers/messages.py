"""HTTP/1.1 as an S3 server needs it: requests out of bytes, replies into bytes, late or broken where asked to."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, unquote

from servers.faults import UNFINISHED_BYTES, Fault, Kind, altered, flipped, reset

REASONS = {status.value: status.phrase for status in HTTPStatus}
BODILESS = (204, 304)
MAX_HEAD_BYTES = 1 << 16


class Request:
    """One request with its body; the names of headers are in small letters."""

    __slots__ = ("body", "bucket", "headers", "key", "kind", "method", "path", "query", "trailers")

    def __init__(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        self.method, target, _ = first.split(" ")
        self.path, mark, query = target.partition("?")
        self.query: dict[str, str] = dict(parse_qsl(query, keep_blank_values=True)) if mark else {}
        self.headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.bucket, _, self.key = unquote(self.path[1:]).partition("/")
        self.trailers: dict[str, str] = {}
        self.body = b""
        self.kind = ""


class Reply:
    """One reply; ``length`` differs from that of the body only for HEAD."""

    __slots__ = ("body", "headers", "length", "status")

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers if headers is not None else {}
        self.body = body
        self.length: int | None = None

    def head(self, extra_length: int = 0) -> bytes:
        """Return the status line and the headers; ``extra_length`` is a lie about the body."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status not in BODILESS or extra_length:
            lines.append(f"Content-Length: {(len(self.body) if self.length is None else self.length) + extra_length}")
        lines.append("\r\n")
        return "\r\n".join(lines).encode("latin-1")


class Server(Protocol):
    """What a connection needs to know of its server."""

    delay_s: float
    handshakes: bool
    fault: Callable[[Request], Fault | None] | None
    open: set[Connection]

    def classify(self, request: Request) -> str:
        """Return what kind of thing the request is about."""

    def answer(self, request: Request) -> Reply:
        """Do what is asked."""

    def refuse(self, request: Request, kind: Kind) -> Reply:
        """Return the reply for a fault that is one."""


class Connection(asyncio.Protocol):
    """One connection: its requests are done one after the other, each late by the server's delay in both directions."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = bytearray()
        self._request: Request | None = None
        self._need = 0
        self._late: deque[Callable[[], None]] = deque()
        self._held: deque[Request] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection, so that the server can end it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._server.open.add(self)
        if self._server.handshakes and self._server.delay_s:
            # The system shook hands without delay; what its client sends now would have come a round trip later.
            transport.pause_reading()
            self._loop.call_later(2 * self._server.delay_s, self._shaken)

    def _shaken(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection; requests that are under way still happen, as they would."""
        self._server.open.discard(self)

    def hang_up(self) -> None:
        """End the connection now."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came and begin every request that is complete."""
        self._buffer += data
        try:
            while self._buffer and self._begin():
                pass
        except (ValueError, UnicodeError):
            self._send(Reply(400).head() + b"", close=True)
            self._buffer.clear()

    def _begin(self) -> bool:
        """Read one request; False where more bytes are needed."""
        buffer = self._buffer
        request = self._request
        if request is None:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(buffer) > MAX_HEAD_BYTES:
                    raise ValueError("endless head")
                return False
            request = self._request = Request(buffer[:end].decode("latin-1"))
            del buffer[: end + 4]
            headers = request.headers
            self._need = -1 if "transfer-encoding" in headers else int(headers.get("content-length", 0))
            if self._need and "expect" in headers and not buffer:
                # The request's head and the 100 each travel once.
                self._after(2, partial(self._write, b"HTTP/1.1 100 Continue\r\n\r\n"))
        if self._need >= 0:
            if len(buffer) < self._need:
                return False
            if self._need == len(buffer):
                request.body = bytes(buffer)
                buffer.clear()
            elif self._need:
                request.body = bytes(buffer[: self._need])
                del buffer[: self._need]
        else:
            found = dechunked(buffer)
            if found is None:
                return False
            request.body, request.trailers, used = found
            del buffer[:used]
        self._request = None
        request.kind = self._server.classify(request)
        self._after(1, partial(self._process, request))
        return True

    def _after(self, times: int, do: Callable[[], None]) -> None:
        """Call after so many delays; those that wait equally long keep their order."""
        if not self._server.delay_s:
            do()
        elif times == 1:
            # Timers of the same instant have no order of their own, the queue has.
            self._late.append(do)
            self._loop.call_later(self._server.delay_s, self._next_late)
        else:
            self._loop.call_later(times * self._server.delay_s, do)

    def _next_late(self) -> None:
        self._late.popleft()()

    def _process(self, request: Request) -> None:
        if self._held is not None:
            self._held.append(request)
            return
        server = self._server
        own = request.bucket == "_tiny"
        fault = server.fault(request) if server.fault is not None and not own else None
        if fault is None:
            reply = server.answer(request)
            self._send(reply.head() + reply.body, close=request.headers.get("connection", "").lower() == "close")
        else:
            self._go_wrong(request, fault)

    def _go_wrong(self, request: Request, fault: Fault) -> None:
        kind = fault.kind
        if kind is Kind.RESET_BEFORE:
            self._after(1, partial(reset, self._transport))
            return
        if kind is Kind.ALTERED_UPLOAD:
            request.body = flipped(request.body)
        refused = kind in (Kind.ERROR_500, Kind.SLOW_DOWN)
        reply = self._server.refuse(request, kind) if refused else self._server.answer(request)
        if kind is Kind.RESET_AFTER:
            self._after(1, partial(reset, self._transport))
        elif kind is Kind.TIMEOUT:
            self._held = deque()
            self._loop.call_later(fault.seconds, self._release, reply)
        elif kind is Kind.TRUNCATED:
            self._send(truncated(reply), close=True)
        else:
            if kind is Kind.ALTERED_REPLY:
                reply.headers, reply.body = altered(request.method, reply.status, reply.headers, reply.body)
            self._send(reply.head() + reply.body)

    def _release(self, reply: Reply) -> None:
        """Send the reply that was held back, then do what has come since."""
        held, self._held = self._held or deque(), None
        self._send(reply.head() + reply.body)
        while held:
            self._process(held.popleft())

    def _send(self, data: bytes, *, close: bool = False) -> None:
        self._after(1, partial(self._write, data, close=close))

    def _write(self, data: bytes, *, close: bool = False) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if close:
            self._transport.close()


def truncated(reply: Reply) -> bytes:
    """Return the beginning of a reply that promises more than comes."""
    if reply.body:
        return reply.head() + reply.body[: len(reply.body) // 2]
    if reply.length is None and reply.status not in BODILESS:
        return reply.head(UNFINISHED_BYTES)
    # Where no body may follow only the head can stop short; python's clients take one with half its headers for whole.
    return reply.head()[:6]


def dechunked(data: bytes | bytearray) -> tuple[bytes, dict[str, str], int] | None:
    """Return body, trailers and the number of bytes they took, or None where the end has not come yet.

    HTTP's chunks and those of ``aws-chunked`` look the same; what follows the size after a ``;`` is passed over.
    """
    spans, position = [], 0
    while True:
        end = data.find(b"\r\n", position)
        if end < 0:
            return None
        size = int(bytes(data[position:end]).partition(b";")[0], 16)
        position = end + 2
        if size == 0:
            break
        spans.append((position, position + size))
        position += size + 2
        if position > len(data):
            return None
    trailers: dict[str, str] = {}
    while True:
        end = data.find(b"\r\n", position)
        if end < 0:
            return None
        line = bytes(data[position:end]).decode("latin-1")
        position = end + 2
        if not line:
            return b"".join(bytes(data[start:stop]) for start, stop in spans), trailers, position
        name, _, value = line.partition(":")
        trailers[name.lower()] = value.strip()


@lru_cache(maxsize=4096)
def http_date(seconds: int) -> str:
    """Return a time as in ``Last-Modified``."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))


@lru_cache(maxsize=4096)
def iso_date(seconds: int) -> str:
    """Return a time as in listings."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
