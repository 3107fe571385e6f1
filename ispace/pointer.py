"""The pages of a tour: which release they show, and how they are replaced.

The page of the first language is the pointer: the release it names is the current one. Every page names its release in
``<html data-release="…">`` and links only into that release, so whoever loaded any page sees one whole release.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from ispace import keys
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
    return name if name and name != GONE else None


def is_gone(page: bytes) -> bool:
    """Say whether a page stands in the place of a tour that was taken down."""
    found = _RELEASE.search(page[:4000])
    return found is not None and found[1] == GONE.encode()


def look(public: Blobs, slug: str) -> Pages:
    """Return the pages of a tour as they are now."""
    content, etags = {}, {}
    for info in public.scan(f"{slug}/"):
        # The ETag is taken before the content: should the page change in between, a later conditional write fails.
        content[info.key] = public.get(info.key)
        etags[info.key] = info.etag
    main = content.get(keys.pointer(slug))
    return Pages(content, etags, release_of(main) if main else None, known=main is not None)


def flip(public: Blobs, slug: str, pages: Mapping[str, bytes], seen: Pages, entry: Flip) -> None:
    """Replace pages, each only if it is still as in ``seen``; the pointer after all others, after a log entry.

    Raises:
        ObjectChangedError, ObjectExistsError: somebody else replaced one in between; the pointer was not touched.
    """
    main = keys.pointer(slug)
    name = f"{entry.at:%Y%m%dT%H%M%S%f}-{entry.action}-{entry.release}.json"
    public.put(Put(keys.log(slug, name), entry.model_dump_json().encode()))
    for key in sorted(pages, key=lambda k: (k == main, k)):
        etag = seen.etags.get(key)
        public.put(Put(key, pages[key], if_match=etag, if_absent=etag is None))
