"""How a file that is too large to be hashed in a browser is recognised before it is sent: by its length and both ends.

A browser hashes a whole file only by holding it in memory; the first and the last mebibyte it reads in milliseconds, of
a film of 4 GB too. Two different recordings that agree in length and at both ends are not to be expected, and a copy
that broke off is told from the whole one by its end. The answer is advice that an editor may overrule; the SHA-256 of
everything is what counts later.
"""

from __future__ import annotations

import hashlib
import re

END_BYTES = 1 << 20


def is_fingerprint(text: str) -> bool:
    """Say whether ``text`` has the form ``<length>-<64 hex digits>``."""
    return re.fullmatch(r"[0-9]{1,16}-[0-9a-f]{64}", text) is not None


def is_sha256(text: str) -> bool:
    """Say whether ``text`` has the form of a SHA-256: 64 hex digits."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def of_bytes(content: bytes) -> str:
    """Return the fingerprint of a whole file."""
    digests = Digests(len(content))
    digests.update(content)
    return digests.fingerprint()


class Digests:
    """SHA-256 and fingerprint of a file whose bytes come in their order, without keeping any of them."""

    def __init__(self, length_bytes: int | None) -> None:
        """Begin a file of ``length_bytes``; of one whose length is not known there is no fingerprint."""
        self.length_bytes = length_bytes
        self.size_bytes = 0
        self._whole = hashlib.sha256()
        self._ends = hashlib.sha256()

    def copy(self) -> Digests:
        """Return the same state, to go back to."""
        other = Digests(self.length_bytes)
        other.size_bytes, other._whole, other._ends = self.size_bytes, self._whole.copy(), self._ends.copy()
        return other

    def update(self, piece: bytes) -> None:
        """Take the bytes that come next."""
        start, stop = self.size_bytes, self.size_bytes + len(piece)
        self._whole.update(piece)
        if self.length_bytes is not None:
            tail = max(END_BYTES, self.length_bytes - END_BYTES)
            if start < END_BYTES:
                self._ends.update(piece[: END_BYTES - start])
            if stop > tail:
                self._ends.update(piece[max(0, tail - start) :])
        self.size_bytes = stop

    def sha256(self) -> str:
        """Return the SHA-256 of what has come, as 64 hex digits."""
        return self._whole.hexdigest()

    def fingerprint(self) -> str:
        """Return the fingerprint; everything must have come, and its length must have been known."""
        assert self.size_bytes == self.length_bytes
        return f"{self.size_bytes}-{self._ends.hexdigest()}"
