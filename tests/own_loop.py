"""An event loop of a test's own: the browser that other tests share keeps one running in the main thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio

Result = TypeVar("Result")


def run(work: Callable[[], Awaitable[Result]]) -> Result:
    """Return what ``work`` does, in a thread that ends with it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, work).result()
