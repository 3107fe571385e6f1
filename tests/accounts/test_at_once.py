"""Two who do the same at once, on both databases: the second acts on what the first has done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy.orm import Session

from ispace import documents
from ispace.accounts import people, second_step, tickets
from ispace.accounts.vault import Vault
from ispace.database import Database
from ispace.database.people import Person
from ispace.errors import CodeWrongError, EmailTakenError, IspaceError, LastAdminError, LinkInvalidError
from ispace.journal import Actor

SOMEBODY = Actor(None, "thử", "cli")
VAULT = Vault("")
Work = Callable[[Session], Any]


def both(database: Database, first: Work, second: Work) -> IspaceError | None:
    """Do two things in transactions that overlap: the second begins when all of the first but its end is done."""
    told: list[BaseException] = []
    begun = threading.Event()

    def later() -> None:
        try:
            begun.set()
            with database.write() as session:
                second(session)
        except BaseException as error:
            told.append(error)

    other = threading.Thread(target=later)
    with database.write() as session:
        first(session)
        session.flush()
        other.start()
        begun.wait(10)
        other.join(0.3)  # without a turn to wait for, it is done by now
    other.join(20)
    assert not other.is_alive()
    if told and not isinstance(told[0], IspaceError):
        raise told[0]
    return told[0] if told else None


def _made(database: Database, email: str, role: str = "editor") -> str:
    with database.write() as session:
        return _person(session, email, role).id


def _person(session: Session, email: str, role: str = "editor") -> Person:
    return people.create(
        session, SOMEBODY, email_address=email, full_name="Lê Mười", password="x", as_role=role, lang="vi"
    )


def _accepts(kind: str, token: str, email: str) -> Work:
    return lambda session: tickets.accept(
        session, kind, token, email=email, full_name="Lê Mười", password="x", lang="vi", address=""
    )


@pytest.mark.parametrize("kind", ["set-up", "invitation"])
def test_a_link_makes_one_person_however_many_use_it_at_once(database: Database, kind: str) -> None:
    with database.write() as session:
        token = (
            tickets.set_up(session)
            if kind == "set-up"
            else tickets.invite(session, SOMEBODY, email="moi@ag.vn", role="editor", tours={})
        )
    error = both(database, _accepts(kind, token, "mot@ag.vn"), _accepts(kind, token, "hai@ag.vn"))
    assert isinstance(error, LinkInvalidError)
    with database.read() as session:
        assert len(people.everybody(session)) == 1


def test_a_link_sets_one_password(database: Database) -> None:
    person_id = _made(database, "mot@ag.vn")
    with database.write() as session:
        token = tickets.reset(session, SOMEBODY, people.by_id(session, person_id))
    error = both(
        database,
        lambda session: tickets.use_reset(session, token, password="first", address=""),
        lambda session: tickets.use_reset(session, token, password="second", address=""),
    )
    assert isinstance(error, LinkInvalidError)
    with database.read() as session:
        assert people.by_id(session, person_id).password_hash == "first"


def test_two_administrators_cannot_demote_each_other(database: Database) -> None:
    one, other = _made(database, "mot@ag.vn", "admin"), _made(database, "hai@ag.vn", "admin")

    def demotes(person_id: str) -> Work:
        return lambda session: people.change(session, SOMEBODY, people.by_id(session, person_id), as_role="viewer")

    assert isinstance(both(database, demotes(one), demotes(other)), LastAdminError)


def test_one_address_is_one_person(database: Database) -> None:
    error = both(database, lambda session: _person(session, "a@ag.vn"), lambda session: _person(session, "A@ag.vn"))
    assert isinstance(error, EmailTakenError)


@pytest.mark.parametrize("is_recovery", [False, True])
def test_a_code_is_good_once_also_for_two_at_once(database: Database, is_recovery: bool) -> None:
    person_id, secret = _made(database, "mot@ag.vn"), second_step.new_secret()
    totp = pyotp.TOTP(secret)
    with database.write() as session:
        person = people.by_id(session, person_id)
        codes = second_step.turn_on(session, SOMEBODY, person, secret, totp.now(), VAULT)
        person.totp_step = 0
    code = codes[0] if is_recovery else totp.now()

    def uses(session: Session) -> None:
        second_step.use(session, SOMEBODY, people.by_id(session, person_id), code, VAULT)

    assert isinstance(both(database, uses, uses), CodeWrongError)


def test_the_second_step_turned_on_twice_at_once_leaves_one_list_of_recovery_codes(database: Database) -> None:
    person_id, secret = _made(database, "mot@ag.vn"), second_step.new_secret()

    def turns_on(session: Session) -> None:
        code = pyotp.TOTP(secret).now()
        second_step.turn_on(session, SOMEBODY, people.by_id(session, person_id), secret, code, VAULT)

    both(database, turns_on, turns_on)
    with database.read() as session:
        assert second_step.recovery_codes_left(session, person_id) == second_step.RECOVERY_CODES


def test_tours_of_one_title_made_at_once_get_names_of_their_own(database: Database) -> None:
    person_id = _made(database, "mot@ag.vn")

    def makes(session: Session) -> None:
        documents.create(session, SOMEBODY, people.by_id(session, person_id), "Chùa Bà")

    assert both(database, makes, makes) is None
    with database.read() as session:
        assert {documents.get(session, name).title for name in ("chua-ba", "chua-ba-2")} == {"Chùa Bà"}


def test_somebody_made_a_member_twice_at_once_is_a_member_once(database: Database) -> None:
    person_id, maker = _made(database, "mot@ag.vn"), _made(database, "hai@ag.vn")
    with database.write() as session:
        documents.create(session, SOMEBODY, people.by_id(session, maker), "Chùa Bà")

    def joins(session: Session) -> None:
        documents.set_member(session, SOMEBODY, documents.get(session, "chua-ba"), person_id, "viewer")

    assert both(database, joins, joins) is None


def test_who_accepts_an_invitation_to_a_tour_does_not_lock_up_with_who_saves_it(database: Database) -> None:
    maker = _made(database, "hai@ag.vn")
    with database.write() as session:
        documents.create(session, SOMEBODY, people.by_id(session, maker), "Chùa Bà")
        token = tickets.invite(session, SOMEBODY, email="a@ag.vn", role="editor", tours={"chua-ba": "editor"})
    held, waits = threading.Event(), threading.Event()

    def saves() -> None:
        with database.write() as session:
            row = documents.get(session, "chua-ba")
            session.refresh(row, with_for_update=True)
            held.set()
            waits.wait(0.3)
            documents.save(session, SOMEBODY, row, row.document | {"note": "x"}, 1)

    saving = threading.Thread(target=saves)
    saving.start()
    held.wait(10)
    with database.write() as session:
        _accepts("invitation", token, "")(session)
        waits.set()
    saving.join(20)
    with database.read() as session:
        assert documents.get(session, "chua-ba").revision == 2
        assert len(documents.members(session, "chua-ba")) == 2
