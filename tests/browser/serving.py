"""A server of the browser tests while it answers, in a thread of its own."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import TypeVar

Served = TypeVar("Served", bound=http.server.ThreadingHTTPServer)


def serving(server: Served) -> Iterator[Served]:
    """Let ``server`` answer until the generator is closed."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
