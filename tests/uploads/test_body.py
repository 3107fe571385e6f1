"""How a request's body is read: in pieces that are worth a write, from clients that are slow, silent or gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import own_loop
import pytest
from starlette.requests import ClientDisconnect

from ispace.errors import UploadBusyError, UploadSlowError
from ispace.web.studio.tus import body as module
from ispace.web.studio.tus.body import PIECE_BYTES, Body


class Sent:
    """A request whose body comes as a test says; ``None`` is the client going away."""

    def __init__(self, chunks: list[bytes | None], pause_s: float = 0.0) -> None:
        self.chunks, self.pause_s = chunks, pause_s

    async def stream(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await anyio.sleep(self.pause_s)
            if chunk is None:
                raise ClientDisconnect
            yield chunk


def read(sent: Sent, idle_s: float = 5, rate: float = 0) -> tuple[list[bytes], bool, type[Exception] | None]:
    """Return the pieces that come, whether they are all, and how it ended."""

    async def run() -> tuple[list[bytes], bool, type[Exception] | None]:
        body, pieces = Body(sent, idle_s, rate), []  # type: ignore[arg-type]
        try:
            async for piece in body.pieces():
                pieces.append(piece)
        except (UploadSlowError, UploadBusyError) as error:
            return pieces, body.is_whole, type(error)
        return pieces, body.is_whole, None

    return own_loop.run(run)


def test_small_chunks_become_pieces_that_are_worth_a_write() -> None:
    chunk = b"x" * 60_000
    pieces, is_whole, _ = read(Sent([chunk] * 40))
    assert b"".join(pieces) == chunk * 40
    assert all(PIECE_BYTES <= len(piece) < PIECE_BYTES + len(chunk) for piece in pieces[:-1])
    assert is_whole


def test_what_came_before_a_client_went_away_is_not_lost() -> None:
    assert read(Sent([b"a", b"b", None])) == ([b"ab"], False, None)


def test_a_silent_client_is_ended_with_what_it_sent() -> None:
    assert read(Sent([b"a"] * 3 + [b"b"] * 2, 0.01), idle_s=0.001)[1:] == (False, UploadSlowError)


def test_a_client_that_trickles_is_ended_with_what_it_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WINDOW_S", 0.02)
    pieces, is_whole, error = read(Sent([b"a"] * 1000, 0.005), rate=100_000)
    assert b"".join(pieces) == b"a" * len(b"".join(pieces)) != b""
    assert (is_whole, error) == (False, UploadSlowError)
    assert read(Sent([b"a"] * 20, 0.005), rate=1)[1:] == (True, None)


def test_what_comes_slowly_is_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HELD_S", 0.0)
    assert read(Sent([b"a", b"b", b"c"], 0.001))[0] == [b"a", b"b", b"c"]


def test_a_reader_that_is_ousted_hands_over_what_came() -> None:
    async def run() -> bytes:
        body, pieces = Body(Sent([b"a"] * 1000, 0.001), 5, 0), []  # type: ignore[arg-type]

        async def reading() -> None:
            try:
                async for piece in body.pieces():
                    pieces.append(piece)
            except UploadBusyError:
                pieces.append(b"!")

        async with anyio.create_task_group() as group:
            group.start_soon(reading)
            await anyio.sleep(0.02)
            body.oust()
        return b"".join(pieces)

    came = own_loop.run(run)
    assert came == b"a" * (len(came) - 1) + b"!"
    assert len(came) < 1000
