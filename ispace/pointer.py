"""The pages of a tour: which release they show, and how they are replaced.

The page of the first language is the pointer: the release it names is the current one. Every page names its release in
``<html data-release="…">`` and links only into that release, so whoever loaded any page sees one whole release.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping

from ispace import keys
from ispace.errors import ObjectChangedError, ObjectExistsError, ObjectMissingError
from ispace.model.release import Flip
from ispace.ports import Blobs, Put

_RELEASE = re.compile(rb'<html\b[^>]*\bdata-release="([^"]*)"')
GONE = "gone"
"""What a page names instead of a release after a tour was taken down."""


@dataclasses.dataclass(frozen=True)
class Pages:
    """The pages of a tour as they are, by key: content and ETag."""

    content: Mapping[str, bytes]
    etags: Mapping[str, str]
    release: str | None
    """The current release; ``None`` where the tour was never published or was taken down."""
    known: bool
    """Whether the tour was ever published."""


def release_of(page: bytes) -> str | None:
    """Return the release that a page names, ``None`` where it names none."""
    found = _RELEASE.search(page[:4000])
    name = found[1].decode("ascii", "replace") if found else ""
    return name if keys.is_release(name) else None


def is_gone(page: bytes) -> bool:
    """Say whether a page stands in the place of a tour that was taken down."""
    found = _RELEASE.search(page[:4000])
    return found is not None and found[1] == GONE.encode()


def look(public: Blobs, slug: str) -> Pages:
    """Return the pages of a tour as they are now; none where no tour can have that name."""
    if not keys.is_slug(slug):
        return Pages({}, {}, None, known=False)
    content, etags = {}, {}
    for info in public.scan(f"{slug}/"):
        # The ETag is taken before the content: should the page change in between, a later conditional write fails.
        with contextlib.suppress(ObjectMissingError):  # a page of a language that somebody is just removing
            content[info.key] = public.get(info.key)
            etags[info.key] = info.etag
    main = content.get(keys.pointer(slug))
    return Pages(content, etags, release_of(main) if main else None, known=main is not None)


def flip(public: Blobs, slug: str, pages: Mapping[str, bytes], seen: Pages, entry: Flip) -> int:
    """Make ``pages`` the pages of a tour, each only if it is still as in ``seen``; return how many were written.

    A log entry comes first, the pointer after all other pages, and then whatever ``pages`` lacks is removed. Pages that
    are as they should be stay untouched; where all are, nothing is written at all.

    Raises:
        ObjectChangedError, ObjectExistsError: somebody else replaced one in between; what was written is taken back.
    """
    main = keys.pointer(slug)
    wanted = sorted((k for k in pages if seen.content.get(k) != pages[k]), key=lambda k: (k == main, k))
    stale = [key for key in seen.content if key not in pages]
    if wanted:
        entry = entry.model_copy(update={"at": entry.at.astimezone(dt.UTC), "before": seen.release or ""})
        logged = keys.log(slug, f"{entry.at:%Y%m%dT%H%M%S%f}-{entry.action}-{entry.release}.json")
        public.put(Put(logged, entry.model_dump_json().encode()))
        written: dict[str, str] = {}
        try:
            for key in wanted:
                etag = seen.etags.get(key)
                # A web server in front of a bucket can tell by this header that the answer should be 410.
                state = {"ispace-state": GONE} if is_gone(pages[key]) else {}
                put = Put(key, pages[key], metadata=state, if_match=etag, if_absent=etag is None)
                written[key] = public.put(put).etag
        except (ObjectChangedError, ObjectExistsError):
            _take_back(public, written, seen)
            public.delete([logged])
            raise
    public.delete([key for key in stale if _etag(public, key) == seen.etags[key]])
    return len(wanted)


def _take_back(public: Blobs, written: Mapping[str, str], seen: Pages) -> None:
    """Undo the pages of a flip that somebody else won, unless they have been replaced since."""
    for key, etag in written.items():
        if key not in seen.content:
            public.delete([key] if _etag(public, key) == etag else [])
            continue
        with contextlib.suppress(ObjectChangedError):
            public.put(Put(key, seen.content[key], if_match=etag))


def _etag(public: Blobs, key: str) -> str | None:
    info = public.head(key)
    return info.etag if info else None
