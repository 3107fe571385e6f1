"""What a small S3 server keeps: objects by key, uploads in parts, and listings that stay fast with many keys."""

from __future__ import annotations

import base64
import bisect
import itertools
from dataclasses import dataclass, field

FEW = 32
"""Up to so many changed keys are put in place one by one; more are sorted in at once."""


@dataclass(slots=True)
class Stored:
    """One object; ``headers`` are those that its reader gets back."""

    body: bytes
    etag: str
    modified: int
    headers: dict[str, str]


@dataclass(slots=True)
class Upload:
    """One upload in parts: number → content and ETag."""

    id: str
    key: str
    headers: dict[str, str]
    initiated: int
    parts: dict[int, tuple[bytes, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """One page of a listing; ``token`` continues it, empty at its end."""

    keys: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    token: str = ""


class Bucket:
    """Objects, uploads and settings of one bucket."""

    def __init__(self, created: int) -> None:
        self.created = created
        self.objects: dict[str, Stored] = {}
        self.uploads: dict[str, Upload] = {}
        self.settings: dict[str, bytes] = {}
        self._keys: list[str] = []
        self._changed: set[str] = set()
        self._ids = itertools.count(1)

    def put(self, key: str, stored: Stored) -> int:
        """Keep an object and return how many bytes more there are now."""
        before = self.objects.get(key)
        if before is None:
            self._changed.add(key)
        self.objects[key] = stored
        return len(stored.body) - (len(before.body) if before else 0)

    def remove(self, key: str) -> int:
        """Drop an object if it is there and return how many bytes that frees."""
        before = self.objects.pop(key, None)
        if before is None:
            return 0
        self._changed.add(key)
        return len(before.body)

    def begin_upload(self, key: str, headers: dict[str, str], now: int) -> Upload:
        """Begin an upload in parts."""
        upload = Upload(f"upload-{next(self._ids):08d}", key, headers, now)
        self.uploads[upload.id] = upload
        return upload

    def keys(self) -> list[str]:
        """Return all keys in the order of their UTF-8 bytes, which is that of their code points."""
        keys, objects = self._keys, self.objects
        if 0 < len(self._changed) <= FEW:
            for key in self._changed:
                at = bisect.bisect_left(keys, key)
                there = at < len(keys) and keys[at] == key
                if key in objects and not there:
                    keys.insert(at, key)
                elif key not in objects and there:
                    del keys[at]
        elif self._changed:
            changed = self._changed
            keys[:] = [key for key in keys if key in objects and key not in changed]
            keys += sorted(key for key in changed if key in objects)
            keys.sort()  # two sorted runs: this only merges them
        self._changed.clear()
        return keys

    def page(self, prefix: str, delimiter: str, token: str, start_after: str, most: int) -> Page:
        """Return at most ``most`` keys and folders below ``prefix``."""
        keys, found = self.keys(), Page()
        at = bisect.bisect_left(keys, prefix)
        if token:
            after = base64.urlsafe_b64decode(token).decode()
            folder = bool(delimiter) and after.endswith(delimiter) and delimiter in after[len(prefix) :]
            at = max(at, bisect.bisect_left(keys, following(after)) if folder else bisect.bisect_right(keys, after))
        elif start_after:
            at = max(at, bisect.bisect_right(keys, start_after))
        last, count = "", 0
        while at < len(keys):
            key = keys[at]
            if not key.startswith(prefix):
                break
            if count >= most:
                found.token = base64.urlsafe_b64encode(last.encode()).decode() if count else ""
                break
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            if cut >= 0:
                last = key[: cut + len(delimiter)]
                found.folders.append(last)
                at = bisect.bisect_left(keys, following(last), at)
            else:
                last = key
                found.keys.append(key)
                at += 1
            count += 1
        return found


def following(prefix: str) -> str:
    """Return the smallest string after all those that begin with ``prefix``."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
