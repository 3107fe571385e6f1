"""Work on many things at a time, with few of them in memory."""

from __future__ import annotations

import concurrent.futures
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Iterable[T], at_once: int) -> Iterator[R]:
    """Yield ``work(item)`` for every item as it is done, in any order; at most ``2 * at_once`` items wait.

    The first exception ends it: what has not begun is given up, what runs is waited for.
    """
    ahead = iter(items)
    with concurrent.futures.ThreadPoolExecutor(at_once, "each") as pool:
        waiting: set[concurrent.futures.Future[R]] = set()
        try:
            while True:
                waiting |= {pool.submit(work, item) for item in itertools.islice(ahead, 2 * at_once - len(waiting))}
                if not waiting:
                    return
                done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in waiting:
                future.cancel()
