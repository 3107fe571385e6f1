"""People, tokens, the audit log and the caller's own account over the API."""

from __future__ import annotations

import datetime as dt

import ispace
from ispace import journal
from ispace.accounts import people, tickets, tokens
from ispace.database.people import Person, Token
from ispace.database.schema import now
from ispace.errors import (
    EmailInvalidError,
    EmailTakenError,
    LastAdminError,
    NameInvalidError,
    PersonUnknownError,
    RightMissingError,
    TokenUnknownError,
)
from ispace.journal import Filter
from ispace.web.studio.api import models
from ispace.web.studio.api.operation import Call, Operation
from ispace.web.studio.studio import link


def health(call: Call) -> models.Health:
    """Say that the studio answers, for load balancers."""
    with call.studio.database.read() as session:
        people.has_anybody(session)
    return models.Health(status="ok", version=ispace.__version__)


def get_me(call: Call) -> models.Me:
    """Return who asks."""
    scopes = sorted(call.scopes) if call.scopes is not None else None
    who = call.who
    return models.Me(id=who.id, name=who.name, email=who.email, role=who.role, scopes=scopes)  # type: ignore[arg-type]


def list_people(call: Call) -> models.PersonList:
    """List people."""
    call.need_admin()
    with call.studio.database.read() as session:
        return models.PersonList(people=[_person(p) for p in people.everybody(session, call.query.q)])


def get_person(call: Call) -> models.Person:
    """Return a person."""
    call.need_admin()
    with call.studio.database.read() as session:
        return _person(people.by_id(session, call.parts["person"]))


def change_person(call: Call) -> models.Person:
    """Change a person's name or role, or whether they may sign in."""
    call.need_admin()
    with call.studio.database.write() as session:
        row = people.by_id(session, call.parts["person"])
        people.change(
            session,
            call.actor,
            row,
            full_name=call.body.name,
            as_role=call.body.role,
            disabled=call.body.disabled,
        )
    return _person(row)


def invite_person(call: Call) -> models.Link:
    """Make an invitation."""
    call.need_admin()
    with call.studio.database.write() as session:
        token = tickets.invite(session, call.actor, email=call.body.email, role=call.body.role, tours=call.body.tours)
    return models.Link(
        url=link(call.studio, call.base, f"/invitation/{token}"), expires_at=now() + tickets.LASTS["invitation"]
    )


def reset_password(call: Call) -> models.Link:
    """Make a link for a new password."""
    call.need_admin()
    with call.studio.database.write() as session:
        token = tickets.reset(session, call.actor, people.by_id(session, call.parts["person"]))
    return models.Link(url=link(call.studio, call.base, f"/reset/{token}"), expires_at=now() + tickets.LASTS["reset"])


def list_tokens(call: Call) -> models.TokenList:
    """List one's own tokens."""
    with call.studio.database.read() as session:
        return models.TokenList(tokens=[_token(t) for t in tokens.of_person(session, call.who.id)])


def make_token(call: Call) -> models.MadeToken:
    """Make a token; only who is signed in with a browser can: a token must not outlive itself by making others."""
    wanted = set(call.body.scopes)
    if call.scopes is not None:
        raise RightMissingError
    with call.studio.database.write() as session:
        person = people.by_id(session, call.who.id)
        token, secret = tokens.create(
            session, call.actor, person, name=call.body.name, scopes=sorted(wanted), days=call.body.days
        )
    return models.MadeToken(**_token(token).model_dump(), secret=secret)


def revoke_token(call: Call) -> None:
    """Take one of one's own tokens back."""
    with call.studio.database.write() as session:
        tokens.revoke(session, call.actor, call.who.id, call.parts["token"])


def list_audit(call: Call) -> models.EntryList:
    """List what was changed, by whom, when, from where."""
    call.need_admin()
    query = call.query
    wanted = Filter(query.actor, query.action, query.kind, query.subject, _aware(query.since), _aware(query.until))
    with call.studio.database.read() as session:
        found = journal.rows(session, wanted, before_id=query.before, limit=query.limit + 1)
    entries = [models.Entry.model_validate(row, from_attributes=True) for row in found[: query.limit]]
    return models.EntryList(entries=entries, next=entries[-1].id if len(found) > query.limit else None)


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC) if moment is not None else None
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:  # before the first or after the last moment that there is
        return moment.replace(tzinfo=dt.UTC)


def _person(row: Person) -> models.Person:
    return models.Person(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,  # type: ignore[arg-type]
        language=row.language,
        disabled=row.disabled_at is not None,
        two_step=row.totp_secret is not None,
        created_at=row.created_at,
    )


def _token(row: Token) -> models.Token:
    return models.Token.model_validate(row, from_attributes=True)


_PERSON = (PersonUnknownError, RightMissingError)

OPERATIONS = (
    Operation("GET", "/health", health, "Says that the studio answers", None, models.Health, is_open=True),
    Operation("GET", "/me", get_me, "Returns who asks", None, models.Me),
    Operation(
        "GET", "/people", list_people, "Lists people", "people", models.PersonList, models.PersonQuery,
        errors=(RightMissingError,),
    ),
    Operation("GET", "/people/{person}", get_person, "Returns a person", "people", models.Person, errors=_PERSON),
    Operation(
        "PATCH", "/people/{person}", change_person, "Changes a person", "people", models.Person,
        body=models.ChangePerson, errors=(*_PERSON, LastAdminError, NameInvalidError),
    ),
    Operation(
        "POST", "/invitations", invite_person, "Makes an invitation", "people", models.Link, body=models.Invite,
        status=201, errors=(RightMissingError, EmailInvalidError, EmailTakenError),
    ),
    Operation(
        "POST", "/people/{person}/reset", reset_password, "Makes a link for a new password", "people", models.Link,
        status=201, errors=_PERSON,
    ),
    Operation("GET", "/tokens", list_tokens, "Lists one's own tokens", None, models.TokenList),
    Operation(
        "POST", "/tokens", make_token, "Makes a token", None, models.MadeToken, body=models.NewToken, status=201,
        errors=(RightMissingError, NameInvalidError),
    ),
    Operation(
        "DELETE", "/tokens/{token}", revoke_token, "Takes a token back", None, status=204, errors=(TokenUnknownError,)
    ),
    Operation(
        "GET", "/audit", list_audit, "Lists what was changed", "audit", models.EntryList, models.EntryQuery,
        errors=(RightMissingError,),
    ),
)  # fmt: skip
"""What can be asked of people, tokens and the audit log."""
