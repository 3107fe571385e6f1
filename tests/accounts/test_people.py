"""People, links, sessions, tokens: what is kept, what ends, what the journal says of it. On both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import people, rights, sessions, tickets, tokens
from ispace.accounts.sessions import Lifetimes
from ispace.database import Database, schema
from ispace.database.people import Membership, Person, SignedIn, Ticket, Token
from ispace.database.tours import TourRow
from ispace.errors import (
    EmailInvalidError,
    EmailTakenError,
    LastAdminError,
    LinkInvalidError,
    NameInvalidError,
    RoleUnknownError,
    ScopeUnknownError,
    TokenUnknownError,
)
from ispace.journal import Actor, Filter

ACTOR = Actor(None, "thử", "cli", "::1")
LASTS = Lifetimes(idle=dt.timedelta(hours=8), at_most=dt.timedelta(days=30))
HASH = "$argon2id$not-a-hash"


def make(
    database: Database, email: str = "muoi@angiang.gov.vn", role: str = "editor", name: str = "Lê Thị Mười"
) -> str:
    with database.write() as session:
        return people.create(
            session, ACTOR, email_address=email, full_name=name, password=HASH, as_role=role, lang="vi"
        ).id


def tour(session: Session) -> None:
    """Make the tour "chua", which nobody belongs to."""
    at = schema.now()
    row = TourRow(id="chua", document={}, revision=1, state="draft", title="", created_at=at, changed_at=at)
    row.folded, row.sort_key, row.scenes = "", "", 0
    session.add(row)
    session.flush()


def sign_in(database: Database, person_id: str, address: str = "10.0.0.1") -> str:
    with database.write() as session:
        person = people.by_id(session, person_id)
        return sessions.begin(
            session, person, address=address, agent="Firefox", is_whole=True, lasts=LASTS, actor=ACTOR
        )


def is_in(database: Database, token: str) -> bool:
    with database.read() as session:
        return sessions.find(session, token, LASTS) is not None


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    at = schema.now() + dt.timedelta(**by)
    for module in ("sessions", "tickets", "tokens", "second_step", "provider"):
        monkeypatch.setattr(f"ispace.accounts.{module}.now", lambda: at, raising=False)


def test_an_address_is_one_person_however_it_is_written(database: Database) -> None:
    make(database, "Muoi@AnGiang.gov.vn")
    with pytest.raises(EmailTakenError):
        make(database, "muoi@angiang.GOV.VN")
    with database.read() as session:
        assert people.by_email(session, " MUOI@angiang.gov.vn ") is not None


@pytest.mark.parametrize(
    "email", ["", "muoi", "a@b", "a b@c.vn", "a@b.vn\r\nBcc: x@y.z", "<a@b.vn>", "a" * 250 + "@b.vn"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(EmailInvalidError):
        people.email(email)


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "\u200f\u202e"])
def test_a_name_is_one_line_of_something(name: str) -> None:
    with pytest.raises(NameInvalidError):
        people.name(name)


def test_the_last_administrator_stays_one(database: Database) -> None:
    first = make(database, role="admin")
    for change in ({"as_role": "editor"}, {"disabled": True}):
        with pytest.raises(LastAdminError), database.write() as session:
            people.change(session, ACTOR, people.by_id(session, first), **change)  # type: ignore[arg-type]
    make(database, "hai@angiang.gov.vn", role="admin")
    with database.write() as session:
        people.change(session, ACTOR, people.by_id(session, first), as_role="editor")


def test_who_is_disabled_or_gets_another_role_is_signed_out_and_loses_tokens(database: Database) -> None:
    make(database, role="admin")
    for change in ({"disabled": True}, {"as_role": "viewer"}):
        person = make(database, f"{len(change)}{next(iter(change))}@angiang.gov.vn")
        session_token = sign_in(database, person)
        with database.write() as session:
            tokens.create(session, ACTOR, people.by_id(session, person), name="máy", scopes=["tours-read"], days=30)
            people.change(session, ACTOR, people.by_id(session, person), **change)  # type: ignore[arg-type]
        assert not is_in(database, session_token)
        with database.read() as session:
            assert session.scalars(select(Token).where(Token.person_id == person)).all() == []


def test_a_new_password_ends_every_other_session_and_every_link(database: Database) -> None:
    person = make(database)
    here, there = sign_in(database, person), sign_in(database, person)
    with database.write() as session:
        kept = sessions.find(session, here, LASTS)
        assert kept is not None
        link = tickets.reset(session, ACTOR, kept[1])
        people.set_password(session, ACTOR, kept[1], HASH, keep=kept[0].digest)
    assert is_in(database, here)
    assert not is_in(database, there)
    with pytest.raises(LinkInvalidError), database.read() as session:
        tickets.find(session, "reset", link)


@pytest.mark.parametrize(("after", "alive"), [({"hours": 7}, True), ({"hours": 9}, False), ({"days": 31}, False)])
def test_a_session_ends_by_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch, after: dict[str, float], *, alive: bool
) -> None:
    token = sign_in(database, make(database))
    later(monkeypatch, **after)
    assert is_in(database, token) is alive


def test_neither_the_token_of_a_session_nor_that_of_a_link_is_in_the_database(database: Database) -> None:
    person = make(database)
    token = sign_in(database, person)
    with database.write() as session:
        link = tickets.reset(session, ACTOR, people.by_id(session, person))
    with database.read() as session:
        kept = [row.digest for row in session.scalars(select(SignedIn))]
        kept += [row.digest for row in session.scalars(select(Ticket))]
        assert not any(secret in digest for digest in kept for secret in (token, link))


def test_a_session_is_ended_by_its_short_name_and_only_by_its_person(database: Database) -> None:
    person, other = make(database), make(database, "hai@angiang.gov.vn")
    token = sign_in(database, person)
    with database.read() as session:
        (row,) = sessions.of_person(session, person, LASTS)
    with pytest.raises(Exception, match="PHIEN-LA"), database.write() as session:
        sessions.end(session, ACTOR, other, sessions.short_name(row))
    assert is_in(database, token)
    with database.write() as session:
        sessions.end(session, ACTOR, person, sessions.short_name(row))
    assert not is_in(database, token)
    with database.read() as session:
        assert sessions.is_known_address(session, person, "10.0.0.1")
        assert not sessions.is_known_address(session, person, "10.0.0.2")


def test_a_link_is_good_once_and_not_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as session:
        first = tickets.set_up(session)
        assert tickets.find(session, "set-up", first)
        link = tickets.set_up(session)
    with pytest.raises(LinkInvalidError), database.read() as session:
        tickets.find(session, "set-up", first)
    given = {"email": "a@b.vn", "full_name": "Lê Ba", "password": HASH, "lang": "vi", "address": "::1"}
    with database.write() as session:
        assert tickets.accept(session, "set-up", link, **given).role == "admin"  # type: ignore[arg-type]
    with pytest.raises(LinkInvalidError), database.write() as session:
        tickets.accept(session, "set-up", link, **{**given, "email": "c@d.vn"})  # type: ignore[arg-type]
    with database.write() as session:
        late = tickets.invite(session, ACTOR, email="e@f.vn", role="editor", tours={})
    later(monkeypatch, days=8)
    with pytest.raises(LinkInvalidError), database.read() as session:
        tickets.find(session, "invitation", late)


def test_a_set_up_link_is_worth_nothing_once_there_is_somebody(database: Database) -> None:
    with database.write() as session:
        link = tickets.set_up(session)
    make(database)
    with pytest.raises(LinkInvalidError), database.read() as session:
        tickets.find(session, "set-up", link)


def test_an_invitation_is_for_its_own_address_and_brings_its_memberships(database: Database) -> None:
    with database.write() as session:
        tour(session)
        link = tickets.invite(
            session, ACTOR, email="ba@b.vn", role="editor", tours={"chua": "editor", "gone": "viewer"}
        )
        made = tickets.accept(
            session, "invitation", link, email="other@b.vn", full_name="Lê Ba", password=HASH, lang="vi", address=""
        )
        assert (made.email, made.role) == ("ba@b.vn", "editor")
        session.flush()
        assert people.memberships(session, made.id) == {"chua": "editor"}
    with pytest.raises(RoleUnknownError), database.write() as session:
        tickets.invite(session, ACTOR, email="x@b.vn", role="editor", tours={"chua": "admin"})


def test_an_invitation_can_be_taken_back(database: Database) -> None:
    with database.write() as session:
        link = tickets.invite(session, ACTOR, email="ba@b.vn", role="editor", tours={})
        (waiting,) = tickets.open_invitations(session)
        tickets.withdraw(session, ACTOR, tickets.short_name(waiting))
    with pytest.raises(LinkInvalidError), database.read() as session:
        tickets.find(session, "invitation", link)


def test_a_token_acts_for_its_person_until_it_expires_or_is_revoked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, other = make(database), make(database, "hai@angiang.gov.vn")
    with database.write() as session:
        owner = people.by_id(session, person)
        with pytest.raises(ScopeUnknownError):
            tokens.create(session, ACTOR, owner, name="máy", scopes=["root"], days=1)
        with pytest.raises(ScopeUnknownError):
            tokens.create(session, ACTOR, owner, name="máy", scopes=[], days=1)
        token, shown = tokens.create(session, ACTOR, owner, name="máy", scopes=["jobs", "jobs"], days=9999)
    with database.write() as session:
        found = tokens.find(session, shown)
        assert found is not None
        assert (found[1].id, found[0].scopes) == (person, ["jobs"])
        assert tokens.find(session, shown[:-1]) is None
        with pytest.raises(TokenUnknownError):
            tokens.revoke(session, ACTOR, other, token.id)
    with monkeypatch.context() as patch:
        later(patch, days=367)
        with database.read() as session:
            assert tokens.find(session, shown) is None
    with database.write() as session:
        tokens.revoke(session, ACTOR, person, token.id)
        session.flush()
        assert tokens.find(session, shown) is None


def test_people_are_found_without_accents_and_sorted_by_given_name(database: Database) -> None:
    make(database, "a@b.vn", name="Trần Văn Đức")
    make(database, "c@d.vn", name="Nguyễn Thị Ánh")
    with database.read() as session:
        assert [p.name for p in people.everybody(session)] == ["Nguyễn Thị Ánh", "Trần Văn Đức"]
        assert [p.name for p in people.everybody(session, "duc tran")] == ["Trần Văn Đức"]


def test_every_change_is_in_the_journal_with_what_differs_and_without_secrets(database: Database) -> None:
    person = make(database)
    with database.write() as session:
        row = session.get(Person, person)
        assert row is not None
        people.change(session, ACTOR, row, full_name="Lê Thị Mười Một")
        people.change(session, ACTOR, row, full_name="Lê Thị Mười Một")
        people.set_password(session, ACTOR, row, HASH)
    with database.read() as session:
        written = journal.rows(session, Filter(kind="person", subject=person))
        assert [r.action for r in written] == ["person.password", "person.change", "person.create"]
        assert (written[1].before, written[1].after) == ({"name": "Lê Thị Mười"}, {"name": "Lê Thị Mười Một"})
        assert HASH not in str([(r.before, r.after) for r in written])
        assert journal.first_broken(session) is None


@pytest.mark.parametrize(
    ("role", "membership", "may"),
    [
        ("admin", None, "see edit publish"),
        ("approver", "approver", "see edit publish"),
        ("approver", "editor", "see edit"),
        ("editor", "approver", "see edit"),
        ("editor", None, ""),
        ("viewer", "approver", "see"),
    ],
)
def test_on_a_tour_the_lesser_of_role_and_membership_counts(role: str, membership: str | None, may: str) -> None:
    assert [a for a in ("see", "edit", "publish") if rights.may(a, role, membership)] == may.split()  # type: ignore[arg-type]


def test_a_membership_goes_with_its_person(database: Database) -> None:
    person = make(database)
    with database.write() as session:
        tour(session)
        session.add(Membership(tour_id="chua", person_id=person, role="editor", created_at=schema.now()))
        session.flush()
        session.delete(people.by_id(session, person))
    with database.read() as session:
        assert session.scalars(select(Membership)).all() == []
