"""Passwords: which ones are good enough, and how they are kept (argon2id)."""

from __future__ import annotations

import functools
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from ispace.errors import PasswordLongError, PasswordShortError, PasswordWeakError
from ispace.model.text import fold

MIN_LENGTH = 10
MAX_LENGTH = 200
_MIN_SCORE = 3
"""Of zxcvbn's 0 to 4: safe against guessing at the speed at which stolen hashes are tried."""

_LOOKED_AT = 64
"""zxcvbn takes long for long passwords; one that is good is good in its first letters."""

_LOCAL_WORDS = ["ispace", "angiang", "an giang", "chaudoc", "longxuyen", "matkhau", "mat khau", "vietnam", "nuisam"]

_HASHER = PasswordHasher()
_AT_ONCE = threading.Semaphore(2)
"""A hash takes 64 MiB: twenty people who sign in at eight o'clock must not take 1.3 GiB."""


def check(password: str, *, email: str, name: str) -> None:
    """Return where a password is good enough for this person.

    Raises:
        PasswordShortError: fewer than ``MIN_LENGTH`` characters.
        PasswordLongError: more than ``MAX_LENGTH``.
        PasswordWeakError: it can be guessed: common, a pattern, or made of the person's own name.
    """
    text = _normal(password)
    if len(text) < MIN_LENGTH:
        raise PasswordShortError(min=MIN_LENGTH)
    if len(text) > MAX_LENGTH:
        raise PasswordLongError(max=MAX_LENGTH)
    own = [email, email.partition("@")[0], *email.replace("@", ".").split("."), *_LOCAL_WORDS]
    own += [name, *name.split(), fold(name), fold(name).replace(" ", ""), *fold(name).split()]
    if zxcvbn(text[:_LOOKED_AT], user_inputs=[word.casefold() for word in own if word])["score"] < _MIN_SCORE:
        raise PasswordWeakError


def hashed(password: str) -> str:
    """Return what is kept of a password; takes 64 MiB and a good part of a second."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def fits(password: str, kept: str | None) -> bool:
    """Say whether a password is the one kept; takes as long where there is none."""
    with _AT_ONCE:
        try:
            _HASHER.verify(_nobody() if kept is None else kept, _normal(password[: MAX_LENGTH * 2]))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with weaker parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


@functools.cache
def _nobody() -> str:
    return _HASHER.hash("somebody who is not there")


def _normal(password: str) -> str:
    # Two keyboards write ế as one character or as three; it is the same password.
    return unicodedata.normalize("NFC", password)
