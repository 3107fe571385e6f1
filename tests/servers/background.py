"""A server of asyncio in a thread of the tests: it listens when the block begins and is gone when it ends."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self


class Background:
    """Runs ``listen`` in a loop of its own thread; a subclass says what is listening."""

    host = "127.0.0.1"
    port = 0

    async def listen(self) -> asyncio.Server:
        """Open the socket."""
        raise NotImplementedError

    async def hang_up(self) -> None:
        """End what is still connected."""
        raise NotImplementedError

    @property
    def endpoint(self) -> str:
        """The address to give to a client."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self.listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        await self.hang_up()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(3):  # closed transports give their sockets back in the next rounds of the loop
            await asyncio.sleep(0)
