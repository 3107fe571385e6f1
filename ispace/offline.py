"""What lies at the top of a public store for visits without a network: the service worker and the page it shows.

There is one worker a store, for all tours, of whatever release and made by whatever version of iSpace. So it relies on
the keys of the store only, and an older iSpace that publishes later does not replace a newer one (see ``EDITION``).
"""

from __future__ import annotations

import json
import re

from ispace import keys
from ispace.assets import Assets
from ispace.errors import ObjectChangedError, ObjectExistsError, ObjectMissingError
from ispace.ports import Blobs, Put

EDITION = 1
"""Raised with every change of ``static/worker`` that an older iSpace must not undo."""

LIMITS = {"pages": 60, "things": 500, "tiles": 900}
"""How many of each a visitor's device keeps: about 2, 25 and 50 MB."""

_SOURCE = "sw.js"
_ATTEMPTS = 5


def worker(front: Assets, page: bytes) -> bytes:
    """Return the service worker of a store whose offline page is ``page``; raises ``AssetsMissingError``."""
    settings = {"offline": keys.OFFLINE_PAGE, "shell": sorted(keys.assets_in(page)), "limits": LIMITS}
    head = f"/* ispace-worker {EDITION} */\nself.ISPACE = {json.dumps(settings, separators=(',', ':'))};\n"
    return head.encode() + front.read(_SOURCE)


def edition(content: bytes) -> int:
    """Return the edition of a worker, 0 of anything else."""
    found = re.match(rb"/\* ispace-worker (\d{1,9}) \*/", content)
    return int(found[1]) if found else 0


def bring(public: Blobs, front: Assets, page: bytes) -> bool:
    """Put the worker and its page in place unless they are there, or a newer iSpace put them; return whether it did.

    The page comes first, so that no worker is without it. Two who publish at once both see to it that the newer
    worker stays. Raises ``AssetsMissingError``, the storage errors, ``ObjectChangedError`` after too many attempts.
    """
    content = worker(front, page)
    for attempt in range(_ATTEMPTS):
        seen = public.head(keys.WORKER)
        there = _content(public, keys.WORKER) if seen else None
        if there is not None and edition(there) > EDITION:
            return False
        changed = _content(public, keys.OFFLINE_PAGE) != page
        if changed:
            public.put(Put(keys.OFFLINE_PAGE, page))
        if there == content:
            return changed
        try:
            public.put(Put(keys.WORKER, content, if_match=seen.etag if seen else None, if_absent=seen is None))
        except (ObjectChangedError, ObjectExistsError):
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return True
    return False


def _content(public: Blobs, key: str) -> bytes | None:
    try:
        return public.get(key)
    except ObjectMissingError:
        return None
