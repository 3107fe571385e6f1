"""A proxy in front of a real S3 server, in a thread of the tests: it passes bytes on, late or broken where asked to.

Heads go through as they came, with the Host that the client signed, so that signatures stay right: they are made for
the proxy's address, and a server in path style does not mind.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from servers.background import Background
from servers.faults import Fault, Kind, altered, failure, flipped, reset
from servers.messages import BODILESS, Reply, dechunked, truncated

PIECE_BYTES = 1 << 16
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BROKEN = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError)


class Seen(NamedTuple):
    """What a fault may depend on."""

    method: str
    path: str
    query: str = ""


class Head:
    """The first lines of a message, as they came and as they are understood."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        first, *lines = raw[:-4].decode("latin-1").split("\r\n")
        self.words = first.split(" ", 2)
        self.headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    @property
    def chunked(self) -> bool:
        """Whether the body says itself where it ends."""
        return "chunked" in self.headers.get("transfer-encoding", "").lower()


class Late:
    """One direction of a connection: everything comes out in its order, each a delay after it went in."""

    def __init__(self, writer: asyncio.StreamWriter, delay_s: float) -> None:
        self._transport = writer.transport
        self._delay_s = delay_s
        self._waiting: deque[Callable[[], None]] = deque()

    def write(self, data: bytes) -> None:
        """Send."""
        self._soon(partial(self._write, data))

    def close(self) -> None:
        """End the connection in order."""
        self._soon(self._transport.close)

    def reset(self) -> None:
        """Break the connection."""
        self._soon(partial(reset, self._transport))

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def _soon(self, do: Callable[[], None]) -> None:
        if self._delay_s:
            self._waiting.append(do)
            asyncio.get_running_loop().call_later(self._delay_s, self._next)
        else:
            do()

    def _next(self) -> None:
        self._waiting.popleft()()


class FaultProxy(Background):
    """The proxy; ``fault`` decides on every request, by its method and path, what goes wrong.

    It is the same hook as that of ``TinyS3``, ``Faults`` and ``FaultOn`` fit both. ``seen`` lists all requests,
    ``injected`` counts the faults by kind. The delay is that of one way and holds for connections made afterwards.
    """

    def __init__(self, upstream_endpoint: str, *, delay_s: float = 0.0, host: str = "127.0.0.1", port: int = 0) -> None:
        place = urlsplit(upstream_endpoint)
        self._secure = place.scheme == "https"
        self._upstream = (place.hostname or "", place.port or (443 if self._secure else 80))
        self.host, self.port, self.delay_s = host, port, delay_s
        self.fault: Callable[[Seen], Fault | None] | None = None
        self.seen: list[Seen] = []
        self.injected: Counter[str] = Counter()

    async def listen(self) -> asyncio.Server:
        """Open the socket."""
        return await asyncio.start_server(self._serve, self.host, self.port)

    async def hang_up(self) -> None:
        """Nothing: connections end with their tasks."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes over one connection, over one of its own to the server."""
        down = Late(writer, self.delay_s)
        upstream: Upstream | None = None
        try:
            while True:
                head = Head(await reader.readuntil(b"\r\n\r\n"))
                path, _, query = head.words[1].partition("?")
                seen = Seen(head.words[0], path, query)
                self.seen.append(seen)
                fault = self.fault(seen) if self.fault else None
                if fault:
                    self.injected[fault.kind.value] += 1
                    if fault.kind is Kind.RESET_BEFORE:
                        down.reset()
                        break
                    if fault.kind in (Kind.ERROR_500, Kind.SLOW_DOWN):
                        await _refuse(reader, down, head, fault.kind)
                        continue
                if upstream is None or upstream.reader.at_eof():
                    if upstream:
                        upstream.writer.transport.abort()
                    found = await asyncio.open_connection(*self._upstream, ssl=self._secure or None)
                    upstream = Upstream(*found, Late(found[1], self.delay_s))
                if not await _exchange(reader, down, upstream, head, fault):
                    down.close()
                    break
            await asyncio.sleep(self.delay_s * 2)
        except BROKEN:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(self.delay_s * 2)  # what is under way still arrives
        except asyncio.CancelledError:
            pass  # the proxy ends; asyncio's streams would complain of a task that says so
        finally:
            if upstream:
                upstream.writer.transport.abort()
            # What was given to the socket goes out first, unless the connection was reset.
            writer.close()


class Upstream(NamedTuple):
    """The connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    late: Late


async def _exchange(
    reader: asyncio.StreamReader, down: Late, upstream: Upstream, head: Head, fault: Fault | None
) -> bool:
    """Pass on one request and its reply; False where the connection must end after it."""
    upstream.late.write(head.raw)
    alter = fault is not None and fault.kind is Kind.ALTERED_UPLOAD
    sending = asyncio.create_task(_pump(reader, upstream.late, head, alter))
    answering = asyncio.create_task(_answer(upstream.reader, down, head, fault))
    try:
        await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            sending.result()  # a client that went away leaves nothing to wait for
        keep = await answering
        return keep and sending.done()
    except BROKEN:
        down.close()
        raise
    finally:
        for task in (sending, answering):
            task.cancel()
        await asyncio.gather(sending, answering, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, up: Late, head: Head, alter: bool) -> None:
    """Pass on a request's body, with ``alter`` one of its bits changed."""
    async for piece in _body(reader, head, "0"):
        up.write(flipped(piece) if alter and not head.chunked else piece)
        alter = False


async def _answer(reader: asyncio.StreamReader, down: Late, asked: Head, fault: Fault | None) -> bool:
    """Pass on the reply, or what the fault makes of it; False where the connection must end after it."""
    while True:
        head = Head(await reader.readuntil(b"\r\n\r\n"))
        if not head.words[1].startswith("1"):
            break
        down.write(head.raw)
    method, status = asked.words[0], int(head.words[1])
    empty = method == "HEAD" or status in BODILESS
    ends = "close" in (head.headers.get("connection", "") + asked.headers.get("connection", "")).lower()
    unmeasured = not empty and not head.chunked and "content-length" not in head.headers
    pieces = _nothing() if empty else _body(reader, head, "-1")
    if fault is None or fault.kind is Kind.ALTERED_UPLOAD:
        down.write(head.raw)
        async for piece in pieces:
            down.write(piece)
        return not (ends or unmeasured)
    body = b"".join([piece async for piece in pieces])
    if fault.kind is Kind.RESET_AFTER:
        down.reset()
        return False
    reply = _reply(head, body, empty)
    if fault.kind is Kind.TIMEOUT:
        await asyncio.sleep(fault.seconds)
    if fault.kind is Kind.TRUNCATED:
        down.write(truncated(reply))
        return False
    if fault.kind is Kind.ALTERED_REPLY:
        reply.headers, reply.body = altered(method, status, reply.headers, reply.body)
    down.write(reply.head() + reply.body)
    return not ends


def _reply(head: Head, body: bytes, empty: bool) -> Reply:
    """Return a reply that came as one that can be changed."""
    if head.chunked:
        found = dechunked(body)
        body = found[0] if found else b""
    dropped = ("content-length", "transfer-encoding")
    reply = Reply(int(head.words[1]), {n: v for n, v in head.headers.items() if n not in dropped}, body)
    if empty and "content-length" in head.headers:
        reply.length = int(head.headers["content-length"])
    return reply


async def _refuse(reader: asyncio.StreamReader, down: Late, head: Head, kind: Kind) -> None:
    """Take a request and answer it without the server."""
    if "expect" in head.headers:
        down.write(CONTINUE)
    async for _ in _body(reader, head, "0"):
        pass
    status, code, message = failure(kind)
    text = "" if head.words[0] == "HEAD" else f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    reply = Reply(status, {"Content-Type": "application/xml"}, text.encode())
    down.write(reply.head() + reply.body)


async def _nothing() -> AsyncIterator[bytes]:
    """Yield no body."""
    for piece in ():
        yield piece


async def _body(reader: asyncio.StreamReader, head: Head, length_unsaid: str) -> AsyncIterator[bytes]:
    """Yield a body as it travels; one of unsaid length -1 goes on until the connection ends."""
    if head.chunked:
        size = -1
        while size:
            line = await reader.readuntil(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            yield line + (await reader.readexactly(size + 2) if size else b"")
        line = b""
        while line != b"\r\n":  # trailers, and the empty line after them
            line = await reader.readuntil(b"\r\n")
            yield line
        return
    left = int(head.headers.get("content-length", length_unsaid))
    while left:
        piece = await reader.read(PIECE_BYTES if left < 0 else min(left, PIECE_BYTES))
        if not piece:
            if left > 0:
                raise asyncio.IncompleteReadError(b"", left)
            return
        left -= len(piece) if left > 0 else 0
        yield piece
