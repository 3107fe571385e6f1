"""What stands before the studio: signing in and out, first set-up, invitations, forgotten passwords, the language."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from ispace.accounts import passwords, people, provider as providers, second_step, sessions, tickets
from ispace.database.people import Person
from ispace.errors import (
    CodeWrongError,
    EmailInvalidError,
    EmailTakenError,
    IspaceError,
    LinkInvalidError,
    NameInvalidError,
    PasswordLongError,
    PasswordShortError,
    PasswordWeakError,
    ProviderError,
    SignInPausedError,
    SignInRefusedError,
)
from ispace.journal import Actor
from ispace.web.studio import failures
from ispace.web.studio.visit import Visit, asked_language

_MAX_TARGET = 500
_LOG = logging.getLogger(__name__)
_CHANGED_THEIR_MIND = {"access_denied", "login_required", "interaction_required", "consent_required"}
_RETURN = "/sign-in/provider/return"
_HASHED = (PasswordShortError, PasswordLongError, PasswordWeakError)

FIELD_OF: dict[type[IspaceError], str] = {
    NameInvalidError: "name",
    EmailInvalidError: "account",
    EmailTakenError: "account",
    PasswordShortError: "password",
    PasswordLongError: "password",
    PasswordWeakError: "password",
}
"""Beside which field of a form an error is told."""


def sign_in(visit: Visit) -> Response:
    """Sign in with address and password."""
    target = inner(visit.query.get("next", "") or visit.form["next"])
    if visit.method == "GET":
        if visit.person is not None and not visit.is_half:
            return visit.to(target)
        return _sign_in_page(visit, target, "")
    account = visit.form["account"].casefold()
    studio = visit.studio
    with studio.database.read() as session:
        person = people.by_email(session, account)
        known = person is not None and sessions.is_known_address(session, person.id, visit.address)
    try:
        studio.guard.check(account, visit.address, is_known=known)
        # Whoever is not there, or may not come in, takes as long as whoever mistyped.
        usable = person if person is not None and person.disabled_at is None else None
        if (
            not passwords.fits(visit.form.secret("password"), usable.password_hash if usable else None)
            or usable is None
        ):
            studio.guard.failed(account, visit.address)
            raise SignInRefusedError
    except (SignInRefusedError, SignInPausedError) as error:
        return _sign_in_page(visit, target, visit.sentence(error), failures.status(error))
    studio.guard.succeeded(account, visit.address)
    if usable.password_hash and passwords.is_outdated(usable.password_hash):
        renewed = passwords.hashed(visit.form.secret("password"))
        with studio.database.write() as session:
            people.by_id(session, usable.id).password_hash = renewed
    return let_in(visit, usable, target, is_whole=usable.totp_secret is None)


def _sign_in_page(visit: Visit, target: str, text: str, status: int = 200) -> Response:
    provider = visit.studio.provider
    href = "/sign-in/provider" + (f"?{urlencode({'next': target})}" if target != "/" else "")
    return visit.page(
        "sign_in",
        status=status,
        values={"account": visit.form["account"], "next": target},
        errors={},
        text=text,
        provider={"name": provider.name, "href": href} if provider is not None else None,
    )


def let_in(visit: Visit, person: Person, target: str, *, is_whole: bool) -> Response:
    """Begin a session, and send the browser on: to the second step, or to where it wanted to go."""
    studio = visit.studio
    with studio.database.write() as session:
        token = sessions.begin(
            session,
            person,
            address=visit.address,
            agent=visit.agent,
            is_whole=is_whole,
            lasts=studio.lifetimes,
            actor=Actor(person.id, person.name, "studio", visit.address),
        )
        if visit.session:
            sessions.forget(session, visit.session)
    answer = visit.to(target) if is_whole else visit.to("/sign-in/second", next=target)
    return visit.set_cookie(answer, studio.cookie, token, max_age_s=int(studio.lifetimes.at_most.total_seconds()))


def second(visit: Visit) -> Response:
    """Give the code of the second step."""
    target = inner(visit.query.get("next", ""))
    person = visit.person
    if person is None:
        return visit.to("/sign-in", next=target)
    if not visit.is_half:
        return visit.to(target)
    recovery = visit.query.get("recovery") == "yes"
    if visit.method == "GET":
        return visit.page("second_factor", recovery=recovery, errors={})
    studio, account = visit.studio, f"second:{person.id}"
    actor = Actor(person.id, person.name, "studio", visit.address)
    try:
        # Counted for the account alone would let others lock it; whoever is here has given the password already.
        studio.guard.check(account, visit.address, is_known=False)
        with studio.database.write() as session:
            second_step.use(session, actor, people.by_id(session, person.id), visit.form["code"], studio.vault)
    except (CodeWrongError, SignInPausedError) as error:
        studio.guard.failed(account, visit.address)
        errors = {"code": visit.sentence(error)}
        return visit.page("second_factor", status=failures.status(error), recovery=recovery, errors=errors)
    studio.guard.succeeded(account, visit.address)
    return let_in(visit, person, target, is_whole=True)


def sign_out(visit: Visit) -> Response:
    """End the session of this browser."""
    if visit.session and visit.person is not None:
        with visit.studio.database.write() as session:
            sessions.forget(session, visit.session)
    answer = visit.to("/sign-in", said="signed-out")
    answer.delete_cookie(visit.studio.cookie, path="/", secure=visit.studio.is_secure, httponly=True, samesite="lax")
    # Whatever this browser still keeps of pages of the one who leaves.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def set_up(visit: Visit) -> Response:
    """Make the first administrator, by the link that ``ispace serve`` printed."""
    return _by_link(visit, "set-up", "set_up")


def invitation(visit: Visit) -> Response:
    """Accept an invitation."""
    return _by_link(visit, "invitation", "invitation")


def _by_link(visit: Visit, kind: str, template: str) -> Response:
    studio, token = visit.studio, visit.parts["token"]
    with studio.database.read() as session:
        ticket = tickets.find(session, kind, token)
        by = people.find(session, ticket.created_by)
    values = {"name": visit.form["name"], "account": ticket.email or visit.form["account"]}
    shared: dict[str, Any] = {"least": passwords.MIN_LENGTH, "role": ticket.role, "ends_at": ticket.expires_at}
    shared["invited_by"] = by.name if by is not None else studio.settings.site_name_vi
    if visit.method == "GET":
        return visit.page(template, values=values, errors={}, **shared)
    errors: dict[str, str] = {}
    password = visit.form.secret("password")
    try:
        people.name(values["name"])
        people.email(values["account"])
        errors |= _mismatch(visit)
        if not errors:
            kept = people.check_password(password, email_address=values["account"], full_name=values["name"])
            with studio.database.write() as session:
                person = tickets.accept(
                    session,
                    kind,
                    token,
                    email=values["account"],
                    full_name=values["name"],
                    password=kept,
                    lang=visit.lang,
                    address=visit.address,
                )
            return let_in(visit, person, "/", is_whole=True)
    except EmailTakenError:  # its own sentence leads to a page of administrators
        errors["account"] = visit.say("account-taken")
    except tuple(FIELD_OF) as error:
        errors[FIELD_OF[type(error)]] = visit.sentence(error)
    return visit.page(template, status=422, values=values, errors=errors, **shared)


def reset(visit: Visit) -> Response:
    """Choose a new password, by the link of an administrator."""
    studio, token = visit.studio, visit.parts["token"]
    with studio.database.read() as session:
        person = people.by_id(session, tickets.find(session, "reset", token).person_id or "")
    errors: dict[str, str] = {}
    if visit.method == "POST":
        try:
            errors |= _mismatch(visit)
            if not errors:
                kept = people.check_password(
                    visit.form.secret("password"), email_address=person.email, full_name=person.name
                )
                with studio.database.write() as session:
                    tickets.use_reset(session, token, password=kept, address=visit.address)
                # Who comes with an administrator's link has waited long enough.
                studio.guard.open(person.email_folded)
                return visit.to("/sign-in", said="password-set")
        except _HASHED as error:
            errors["password"] = visit.sentence(error)
    status = 422 if errors else 200
    return visit.page("reset", status=status, whose=person.email, errors=errors, least=passwords.MIN_LENGTH)


def _mismatch(visit: Visit) -> dict[str, str]:
    if visit.form.secret("password") == visit.form.secret("again"):
        return {}
    return {"again": visit.say("passwords-differ")}


def forgot(visit: Visit) -> Response:
    """Say whom to ask for a new password."""
    return visit.page("reset_ask", contact=visit.studio.settings.contact)


def to_provider(visit: Visit) -> Response:
    """Send the browser to the OpenID Connect provider."""
    studio, target = visit.studio, inner(visit.query.get("next", ""))
    if studio.provider is None:
        raise LinkInvalidError
    if visit.person is not None and not visit.is_half:
        return visit.to(target)
    try:
        studio.guard.send_away(visit.address)
        metadata = studio.provider.discover()
    except (ProviderError, SignInPausedError) as error:
        return _not_by_provider(visit, target, error)
    callback = visit.link(_RETURN)
    with studio.database.write() as session:
        address, token = studio.provider.begin(session, target=target, callback=callback, metadata=metadata)
    lasts_s = int(providers.LASTS.total_seconds())
    return visit.set_cookie(visit.to(address), studio.trip_cookie, token, max_age_s=lasts_s)


def from_provider(visit: Visit) -> Response:
    """Sign in whom the provider sends back."""
    studio, provider = visit.studio, visit.studio.provider
    if provider is None:
        raise LinkInvalidError
    try:
        with studio.database.write() as session:
            trip = providers.returned(session, visit.cookies.get(studio.trip_cookie, ""), visit.query.get("state", ""))
    except LinkInvalidError as error:  # the trip that this browser may still be on goes on
        return _not_by_provider(visit, "/", error)
    target = inner(trip.target)
    try:
        if visit.query.get("error", "") in _CHANGED_THEIR_MIND:
            return _without_trip(visit, visit.to("/sign-in", next=target))
        if "code" not in visit.query:
            raise ProviderError(provider=provider.name, reason=visit.query.get("error", "code")[:80])
        claims = provider.claims(trip, visit.query["code"], visit.link(_RETURN))
        with studio.database.write() as session:
            person = providers.person_of(session, claims, provider, lang=visit.lang, address=visit.address)
    except IspaceError as error:
        return _without_trip(visit, _not_by_provider(visit, target, error))
    # Whoever asked for a second step here is asked for it, however the first was done.
    return _without_trip(visit, let_in(visit, person, target, is_whole=person.totp_secret is None))


def _not_by_provider(visit: Visit, target: str, error: IspaceError) -> Response:
    """Return to the page where one can sign in with a password, and say what is wrong."""
    _LOG.warning("%s: %s", visit.path, error)
    # What is on the page leads on from there: choosing another language must not ask the provider once more.
    visit = dataclasses.replace(visit, path="/sign-in")
    return _sign_in_page(visit, target, visit.sentence(error), failures.status(error))


def _without_trip(visit: Visit, answer: Response) -> Response:
    answer.delete_cookie(
        visit.studio.trip_cookie, path="/", secure=visit.studio.is_secure, httponly=True, samesite="lax"
    )
    return answer


def language(visit: Visit) -> Response:
    """Speak another language, to this browser and to this person."""
    lang = asked_language(visit.form["lang"], "")
    if visit.person is not None and not visit.is_half and visit.person.language != lang:
        with visit.studio.database.write() as session:
            people.change(session, visit.actor, people.by_id(session, visit.person.id), lang=lang)
    answer = visit.to(inner(visit.form["next"]))
    return visit.speaking(answer, lang)


def inner(target: str) -> str:
    """Return an address within the studio: what a link asks to go to next must not lead anywhere else."""
    if not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target or not target.isprintable():
        return "/"
    if len(target) > _MAX_TARGET:
        return "/"
    return target
