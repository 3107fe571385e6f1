"""Texts that are compressed for a reader on their way."""

from __future__ import annotations

import collections
import threading
from typing import IO

from ispace.compression import Encoding, compressed
from ispace.ports import ObjectInfo


class Packed:
    """Keeps the texts that were compressed last: the page of a large tour is compressed once, not for each visit."""

    def __init__(self, most: int = 64) -> None:
        """Keep at most ``most`` texts."""
        self._most = most
        self._kept: collections.OrderedDict[tuple[str, str, Encoding], bytes] = collections.OrderedDict()
        self._lock = threading.Lock()

    def of(self, info: ObjectInfo, encoding: Encoding, file: IO[bytes]) -> bytes:
        """Return what lies in ``file``, compressed; it is read only where this state of the object is not kept."""
        name = (info.key, info.etag, encoding)
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        file.seek(0)
        packed = compressed(file.read(), encoding, quick=True)
        with self._lock:
            self._kept[name] = packed
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return packed
