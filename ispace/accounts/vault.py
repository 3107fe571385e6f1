"""Encrypts what has to be known again: the secrets of the second step, with the key of ``ISPACE_SECRET_KEY``."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from ispace.errors import SecretKeyChangedError

_PLAIN = b"plain:"


class Vault:
    """Seals and opens small secrets; without a key they are only marked, and ``doctor`` says so."""

    def __init__(self, key: str) -> None:
        """Use the operator's ``key``, any text; empty: none."""
        # The setting is long and random or it is nothing: a slow derivation would not make a short one good.
        derived = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
        self._fernet = Fernet(derived) if key else None

    def seal(self, secret: str) -> bytes:
        """Return what is kept of a secret."""
        return self._fernet.encrypt(secret.encode()) if self._fernet else _PLAIN + secret.encode()

    def open(self, kept: bytes) -> str:
        """Return a secret again; raises ``SecretKeyChangedError`` where it was sealed with another key."""
        if kept.startswith(_PLAIN):
            return kept.removeprefix(_PLAIN).decode()
        if self._fernet is None:
            raise SecretKeyChangedError
        try:
            return self._fernet.decrypt(kept).decode()
        except InvalidToken as error:
            raise SecretKeyChangedError from error
