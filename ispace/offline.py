"""What lies at the top of a public store for visits without a network: the service worker and the page it shows.

There is one worker a store, for all tours, of whatever release and made by whatever version of iSpace. So it relies on
the keys of the store only, and an older iSpace that publishes later does not replace a newer one (see ``EDITION``).
"""

from __future__ import annotations

import hashlib
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
_EDITION = re.compile(rb"/\* ispace-worker (\d{1,9})\b")


def worker(front: Assets, page: bytes) -> bytes:
    """Return the service worker of a store whose offline page is ``page``; raises ``AssetsMissingError``."""
    settings = {"offline": keys.OFFLINE_PAGE, "shell": sorted(keys.assets_in(page)), "limits": LIMITS}
    body = f"self.ISPACE = {json.dumps(settings, separators=(',', ':'))};\n".encode() + front.read(_SOURCE)
    return f"/* ispace-worker {EDITION} {_digest(body)} */\n".encode() + body


def edition(content: bytes) -> int:
    """Return the edition of a worker, 0 of anything else."""
    found = _EDITION.match(content)
    return int(found[1]) if found else 0


def is_sound(content: bytes) -> bool:
    """Say whether a worker is as it was put there, by the digest in its first line; one of a newer iSpace is."""
    head, _, body = content.partition(b"\n")
    return edition(content) > EDITION or (edition(content) > 0 and _digest(body).encode() in head)


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


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


def _content(public: Blobs, key: str) -> bytes | None:
    try:
        return public.get(key)
    except ObjectMissingError:
        return None
