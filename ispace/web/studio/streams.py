"""How many live streams are open: in all, and of one person; and what is told to who would be one too many."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator

from anyio import CapacityLimiter
from starlette.responses import Response, StreamingResponse

_MOST = 500
OF_ONE = 20
"""How many streams one person may hold: more windows than anybody looks at."""
_CROWDED_MS = 15_000
"""After so long a browser comes back that was given no stream; until then it knows what it was told."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_KIND = "text/event-stream"


class Streams:
    """The streams of server-sent events that are open in one process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._all = CapacityLimiter(_MOST)
        self._theirs: Counter[str] = Counter()

    def answer(self, person_id: str, events: AsyncGenerator[str, None], now: str) -> Response:
        """Return a stream of ``events`` for somebody; where there is no room, what there is to tell ``now``.

        A refusal would end an EventSource for good: told what there is, it comes back after a while.
        """
        if self._all.available_tokens < 1 or self._theirs[person_id] >= OF_ONE:
            return Response(f"retry: {_CROWDED_MS}\n{now}", 200, _HEADERS, _KIND)
        return StreamingResponse(self._counted(person_id, events), 200, _HEADERS, _KIND)

    async def _counted(self, person_id: str, events: AsyncGenerator[str, None]) -> AsyncIterator[str]:
        async with self._all:
            self._theirs[person_id] += 1
            try:
                async with contextlib.aclosing(events) as told:
                    async for text in told:
                        yield text
            finally:
                self._theirs[person_id] -= 1
                if not self._theirs[person_id]:
                    del self._theirs[person_id]
