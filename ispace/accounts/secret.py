"""Secrets that are handed out once and kept only as digests: session tokens, links, recovery codes, API tokens."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new() -> str:
    """Return a secret of 256 random bits, fit for a link."""
    return secrets.token_urlsafe(_BYTES)


def new_id() -> str:
    """Return a name that nobody can guess, of 32 hexadecimal digits."""
    return secrets.token_hex(16)


def digest(secret: str) -> str:
    """Return what is kept of a secret. It has too many bits to be guessed, so a fast digest does."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
