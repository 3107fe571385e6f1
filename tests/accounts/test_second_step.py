"""The second step: codes by RFC 6238, none good twice; recovery codes; the secret sealed."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from accounts.test_people import ACTOR, make

from ispace.accounts import people, second_step
from ispace.accounts.vault import Vault
from ispace.database import Database
from ispace.errors import CodeWrongError, SecretKeyChangedError

VAULT = Vault("một khóa dài của người vận hành")
AT = dt.datetime(2026, 11, 28, 8, 0, 15, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(seconds: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(AT + dt.timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ispace.accounts.second_step.now", lambda: AT)


@pytest.fixture
def person(database: Database) -> str:
    return make(database)


def turned_on(database: Database, person: str) -> list[str]:
    with database.write() as session:
        return second_step.turn_on(session, ACTOR, people.by_id(session, person), SECRET, code(-30), VAULT)


def use(database: Database, person: str, given: str, vault: Vault = VAULT) -> None:
    with database.write() as session:
        second_step.use(session, ACTOR, people.by_id(session, person), given, vault)


def test_it_is_turned_on_only_with_a_code_of_the_authenticator(database: Database, person: str) -> None:
    with pytest.raises(CodeWrongError), database.write() as session:
        second_step.turn_on(session, ACTOR, people.by_id(session, person), SECRET, "000000", VAULT)
    turned_on(database, person)
    with database.read() as session:
        kept = people.by_id(session, person).totp_secret
        assert kept is not None
        assert SECRET.encode() not in kept


def test_a_code_is_good_once_and_so_is_every_earlier_one(database: Database, person: str) -> None:
    turned_on(database, person)
    use(database, person, f"{code()[:3]} {code()[3:]}")
    for again in (code(), code(-30)):
        with pytest.raises(CodeWrongError):
            use(database, person, again)
    use(database, person, code(30))


@pytest.mark.parametrize("wrong", ["", "12345", "abcdef", "１２３４５６", "1234567", "nothing-like-it-"])
def test_what_is_no_code_is_refused(database: Database, person: str, wrong: str) -> None:
    turned_on(database, person)
    with pytest.raises(CodeWrongError):
        use(database, person, wrong)


def test_a_recovery_code_is_good_once_however_it_is_typed(database: Database, person: str) -> None:
    codes = turned_on(database, person)
    assert len(set(codes)) == second_step.RECOVERY_CODES
    use(database, person, codes[3].upper().replace("-", " "))
    with pytest.raises(CodeWrongError):
        use(database, person, codes[3])
    with database.read() as session:
        assert second_step.recovery_codes_left(session, person) == second_step.RECOVERY_CODES - 1


def test_a_secret_sealed_with_another_key_is_told(database: Database, person: str) -> None:
    turned_on(database, person)
    for other in (Vault("khác"), Vault("")):
        with pytest.raises(SecretKeyChangedError):
            use(database, person, code(), other)


def test_without_a_key_it_works_and_is_only_marked() -> None:
    assert Vault("").open(Vault("").seal(SECRET)) == SECRET
    assert Vault("later").open(Vault("").seal(SECRET)) == SECRET
