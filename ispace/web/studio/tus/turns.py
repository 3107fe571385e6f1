"""How many uploads are received at a time: so many in all, and of one person half of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from ispace.errors import UploadsCrowdedError


class Turns:
    """Places for uploads; who finds none waits for one."""

    def __init__(self, at_once: int, patience_s: float) -> None:
        """Give out ``at_once`` places."""
        self._at_once, self._patience_s = at_once, patience_s
        self._share = max(1, at_once // 2)
        self._taken: Counter[str] = Counter()
        self._freed = anyio.Condition()

    @asynccontextmanager
    async def of(self, owner_id: str) -> AsyncIterator[None]:
        """Hold a place of one person; raises ``UploadsCrowdedError`` when none comes free."""
        async with self._freed:
            with anyio.move_on_after(self._patience_s):
                while self._taken.total() >= self._at_once or self._taken[owner_id] >= self._share:
                    await self._freed.wait()
            if self._taken.total() >= self._at_once or self._taken[owner_id] >= self._share:
                raise UploadsCrowdedError
            self._taken[owner_id] += 1
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                async with self._freed:
                    self._taken[owner_id] -= 1
                    if not self._taken[owner_id]:
                        del self._taken[owner_id]
                    self._freed.notify_all()
