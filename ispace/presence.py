"""Which objects a store lacks, asked for several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ispace import keys, parallel
from ispace.errors import ObjectDamagedError, ObjectMissingError
from ispace.ports import Blobs


def absent(store: Blobs, sizes: Mapping[str, int]) -> list[str]:
    """Return the keys under which nothing of the stated size stands.

    A text may be stored compressed, so its size says nothing: it is read.
    """

    def size(key: str) -> int | None:
        if not keys.is_text(key):
            info = store.head(key)
            return info.size if info else None
        content = _content(store, key)
        return None if content is None else len(content)

    return _wrong(store, sizes, lambda key: size(key) == sizes[key])


def different(store: Blobs, contents: Mapping[str, bytes]) -> list[str]:
    """Return the keys under which something else stands than stated: of a text its content counts, else its size."""

    def is_same(key: str) -> bool:
        if keys.is_text(key):
            return _content(store, key) == contents[key]
        info = store.head(key)
        return info is not None and info.size == len(contents[key])

    return _wrong(store, contents, is_same)


def _content(store: Blobs, key: str) -> bytes | None:
    try:
        return store.get(key)
    except (ObjectMissingError, ObjectDamagedError):
        return None


def _wrong(store: Blobs, wanted: Iterable[str], is_right: Callable[[str], bool]) -> list[str]:
    found = dict(parallel.each(lambda key: (key, is_right(key)), wanted, store.at_once))
    return [key for key in wanted if not found[key]]
