"""A request's body in pieces that are worth a write, from clients that may be slow, silent or gone."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import anyio
from starlette.requests import ClientDisconnect, Request

from ispace.errors import UploadBusyError, UploadSlowError

PIECE_BYTES = 512 * 1024
_WINDOW_S = 30.0
"""Over how much waiting the least rate is measured."""
_HELD_S = 2.0
"""What comes slowly is written so often."""
_DRAIN_BYTES = 16 << 20
_DRAIN_S = 10.0


class Body:
    """The body of one request; iterate it once."""

    def __init__(self, request: Request, idle_s: float, min_bytes_per_s: float) -> None:
        """Read ``request``, waiting ``idle_s`` for bytes and, over half a minute of waiting, for so many a second."""
        self._chunks = aiter(request.stream())
        self._idle_s, self._min_bytes_per_s = idle_s, min_bytes_per_s
        self._scope: anyio.CancelScope | None = None
        self._is_ousted = False
        self._heard_at = time.monotonic()
        self.is_whole = False
        """The body came to its end."""
        self.is_over = False
        """Nothing more is read, and what came is being written and brought to the disk."""

    @property
    def silent_s(self) -> float:
        """For how long the client has sent nothing."""
        return time.monotonic() - self._heard_at if self._scope else 0.0

    def oust(self) -> None:
        """End the reading for the sake of another request; the iteration raises ``UploadBusyError``."""
        self._is_ousted = True
        if self._scope:
            self._scope.cancel()

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body; ends early, with ``is_whole`` still false, where the client is gone.

        Raises:
            UploadSlowError: the client sends nothing, or too little; what was received has been yielded.
            UploadBusyError: another request goes on in its place.
        """
        gathered = bytearray()
        error: Exception | None = None
        window_bytes, waited_s, written_at = 0, 0.0, time.monotonic()
        while True:
            since = time.monotonic()
            try:
                chunk = await self._next()
            except (StopAsyncIteration, ClientDisconnect) as end:
                self.is_whole = isinstance(end, StopAsyncIteration)
                break
            except (UploadSlowError, UploadBusyError) as end:
                error = end
                break
            gathered += chunk
            window_bytes, waited_s = window_bytes + len(chunk), waited_s + time.monotonic() - since
            if waited_s > _WINDOW_S:
                if window_bytes < self._min_bytes_per_s * waited_s:
                    error = UploadSlowError(seconds=round(waited_s))
                    break
                window_bytes, waited_s = 0, 0.0
            if len(gathered) >= PIECE_BYTES or time.monotonic() - written_at > _HELD_S:
                yield bytes(gathered)
                gathered.clear()
                written_at = time.monotonic()
        self.is_over = True
        if gathered:
            yield bytes(gathered)
        if error:
            raise error

    async def drain(self) -> None:
        """Throw away what is still coming, within bounds: who is answered in the middle of sending may not hear it."""
        left = _DRAIN_BYTES
        with anyio.move_on_after(_DRAIN_S):
            try:
                async for chunk in self._chunks:
                    left -= len(chunk)
                    if left < 0:
                        return
            except (ClientDisconnect, RuntimeError):  # gone, or read to its end before
                return

    async def _next(self) -> bytes:
        if self._is_ousted:
            raise UploadBusyError
        self._heard_at = time.monotonic()
        with anyio.move_on_after(self._idle_s) as scope:
            self._scope = scope
            try:
                return await anext(self._chunks)
            finally:
                self._scope = None
        if self._is_ousted:
            raise UploadBusyError
        raise UploadSlowError(seconds=round(self._idle_s))
