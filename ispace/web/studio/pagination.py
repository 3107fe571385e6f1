"""Lists that are shown a page at a time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ispace.web.studio.visit import Visit

_MOST = 10_000


def number(text: str) -> int:
    """Return the page that is asked for, from 1."""
    return min(max(int(text), 1), _MOST) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def links(visit: Visit, page: int, count: int, size: int) -> dict[str, Any]:
    """Return how to get to the neighbours of a page, of ``count`` entries by ``size``."""
    last = max(1, -(-count // size))

    def href(to: int) -> str | None:
        if not 1 <= to <= last:
            return None
        return "?" + urlencode({**visit.query, "page": str(to)})

    return {"number": page, "count": last, "previous": href(page - 1), "next": href(page + 1)}
