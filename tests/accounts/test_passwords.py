"""Passwords: which are good enough, and that they are kept as argon2id."""

from __future__ import annotations

import unicodedata

import pytest

from ispace.accounts import passwords
from ispace.errors import PasswordLongError, PasswordShortError, PasswordWeakError

PERSON = {"email": "muoi.le@angiang.gov.vn", "name": "Lê Thị Mười"}


@pytest.mark.parametrize("good", ["ghe-xuong-lua-vang", "Bánh bò thốt nốt 3 cái", "k7Rw-zq9-pLm2x"])
def test_four_words_or_random_letters_are_good(good: str) -> None:
    passwords.check(good, **PERSON)


@pytest.mark.parametrize(
    "weak", ["1234567890", "matkhau123", "password2026", "aaaaaaaaaaaa", "qwertyuiop", "muoi.le2026", "AnGiang2026!"]
)
def test_what_can_be_guessed_is_refused(weak: str) -> None:
    with pytest.raises(PasswordWeakError):
        passwords.check(weak, **PERSON)


def test_too_short_and_too_long_are_refused() -> None:
    with pytest.raises(PasswordShortError):
        passwords.check("k7Rw-zq9", **PERSON)
    with pytest.raises(PasswordLongError):
        passwords.check("x9" * 101, **PERSON)


def test_a_password_fits_its_hash_from_any_keyboard_and_nothing_else_does() -> None:
    kept = passwords.hashed(unicodedata.normalize("NFD", "ghế xuồng lúa vàng"))
    assert kept.startswith("$argon2id$")
    assert passwords.fits(unicodedata.normalize("NFC", "ghế xuồng lúa vàng"), kept)
    assert not passwords.fits("ghế xuồng lúa", kept)
    assert not passwords.fits("ghế xuồng lúa vàng", None)
    assert not passwords.is_outdated(kept)
    assert not passwords.fits("x", "not a hash")
