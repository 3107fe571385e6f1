"""A person's own account: profile, password, second step, sessions, API tokens."""

from __future__ import annotations

from typing import Any, cast, get_args

from starlette.responses import Response

from ispace import language as texts, templating
from ispace.accounts import passwords, people, second_step, sessions, tokens
from ispace.database.schema import now
from ispace.errors import (
    CodeWrongError,
    NameInvalidError,
    PasswordLongError,
    PasswordShortError,
    PasswordWeakError,
    PasswordWrongError,
    ScopeUnknownError,
    SignInPausedError,
)
from ispace.web.studio import agents, handover, qr
from ispace.web.studio.pages.door import inner
from ispace.web.studio.visit import Visit, asked_language

_PASSWORD_ERRORS = (PasswordShortError, PasswordLongError, PasswordWeakError, PasswordWrongError, SignInPausedError)


def show(visit: Visit, *, status: int = 200, **changes: Any) -> Response:
    """Show the account; ``changes`` replace what the page is filled with after a form."""
    person, studio = visit.signed_in, visit.studio
    with studio.database.read() as session:
        known = sessions.of_person(session, person.id, studio.lifetimes)
        own = tokens.of_person(session, person.id)
        left = second_step.recovery_codes_left(session, person.id)
        waiting = second_step.pending(session, visit.session, studio.vault) if person.totp_secret is None else None
    token = handover.waiting(visit, "token")
    filled: dict[str, Any] = {
        "values": {"name": person.name, "account": person.email, "lang": visit.lang, "token": {}},
        "language_options": [{"value": c, "name": templating.language_name(c)} for c in texts.available()],
        "errors": {},
        "two_step": {
            "on": person.totp_secret is not None,
            "since": person.totp_at,
            "codes_left": left,
            "demanded": False,
        },
        "setup": _setup(visit, waiting) if waiting and visit.query.get("two-step") == "begin" else None,
        "new_codes": _codes(visit),
        "codes_made_at": now(),
        "new_token": token["token"] if token is not None else "",
        "sessions": [
            {
                "id": sessions.short_name(row),
                "where": agents.name(row.agent) or visit.say("agent-unknown"),
                "address": row.address,
                "started_at": row.created_at,
                "seen_at": row.seen_at,
                "is_this": row.digest == visit.session,
            }
            for row in known
        ],
        "tokens": [
            {
                "id": token.id,
                "name": token.name,
                "scopes": token.scopes,
                "made_at": token.created_at,
                "used_at": token.used_at,
                "ends_at": token.expires_at,
            }
            for token in own
        ],
        "scopes": list(tokens.SCOPES),
        "least": passwords.MIN_LENGTH,
        "from_outside": person.password_hash is None,
    }
    return visit.page("account", status=status, **(filled | changes))


def _setup(visit: Visit, totp_secret: str) -> dict[str, Any]:
    """Return the QR code as the path of an SVG, its side, and the secret to type."""
    address = second_step.address(totp_secret, visit.signed_in.email, visit.studio.settings.site_name_en)
    return qr.drawn(address) | {"secret": " ".join(totp_secret[i : i + 4] for i in range(0, 32, 4))}


def profile(visit: Visit) -> Response:
    """Change one's own name and language."""
    person = visit.signed_in
    lang = asked_language(visit.form["lang"], visit.lang)
    try:
        with visit.studio.database.write() as session:
            row = people.by_id(session, person.id)
            people.change(session, visit.actor, row, full_name=visit.form["name"], lang=lang)
    except NameInvalidError as error:
        values = {"name": visit.form["name"], "account": person.email, "lang": lang, "token": {}}
        return show(visit, status=422, values=values, errors={"profile": {"name": visit.sentence(error)}})
    return visit.speaking(visit.to("/account", said="saved"), lang)


def password(visit: Visit) -> Response:
    """Change one's own password; other sessions end, and API tokens where that is asked for."""
    person = visit.signed_in
    errors: dict[str, str] = {}
    try:
        prove(visit, "old")
        if visit.form.secret("password") != visit.form.secret("again"):
            errors["again"] = visit.say("passwords-differ")
        else:
            kept = people.check_password(
                visit.form.secret("password"), email_address=person.email, full_name=person.name
            )
            with visit.studio.database.write() as session:
                row = people.by_id(session, person.id)
                people.set_password(session, visit.actor, row, kept, keep=visit.session)
                if visit.form["tokens"] == "yes":
                    tokens.revoke_all(session, visit.actor, person.id)
            return visit.to("/account", said="password-set")
    except _PASSWORD_ERRORS as error:
        field = "old" if isinstance(error, PasswordWrongError | SignInPausedError) else "password"
        errors[field] = visit.sentence(error)
    return show(visit, status=422, errors={"password": errors})


def two_step(visit: Visit) -> Response:
    """Turn the second step on or off, or make new recovery codes."""
    person, studio, wanted = visit.signed_in, visit.studio, visit.form["do"]
    try:
        if wanted == "confirm":
            return _confirm(visit)
        prove(visit, "password")
        with studio.database.write() as session:
            row = people.by_id(session, person.id)
            if wanted == "begin" and row.totp_secret is None:
                second_step.begin(session, visit.session, studio.vault)
                return visit.to("/account?two-step=begin#hai_lop")
            if wanted == "end":
                people.forget_second_step(session, visit.actor, row)
            codes = second_step.new_recovery_codes(session, row) if wanted == "codes" and row.totp_secret else []
        if wanted == "end":
            handover.end(visit, "codes")
            return visit.to("/account", said="two-step-ended")
        return _handed_over(visit, codes)
    except (PasswordWrongError, SignInPausedError) as error:
        return show(visit, status=422, errors={"two_step": {"password": visit.sentence(error)}})


def _confirm(visit: Visit) -> Response:
    person, studio = visit.signed_in, visit.studio
    with studio.database.read() as session:
        waiting = second_step.pending(session, visit.session, studio.vault)
    if waiting is None or person.totp_secret is not None:
        return visit.to("/account")
    try:
        studio.guard.check(f"second:{person.id}", visit.address, is_known=True)
        with studio.database.write() as session:
            row = people.by_id(session, person.id)
            codes = second_step.turn_on(session, visit.actor, row, waiting, visit.form["code"], studio.vault)
            second_step.drop_pending(session, visit.session)
            visit.person = row
    except (CodeWrongError, SignInPausedError) as error:
        studio.guard.failed(f"second:{person.id}", visit.address)
        told = {"two_step": {"code": visit.sentence(error)}}
        return show(visit, status=422, setup=_setup(visit, waiting), errors=told)
    return _handed_over(visit, codes)


def _handed_over(visit: Visit, codes: list[str]) -> Response:
    if codes:
        handover.give(visit, "codes", {"codes": codes})
    return visit.to("/account#ma_khoi_phuc")


def _codes(visit: Visit) -> list[str]:
    told = handover.waiting(visit, "codes")
    return list(told["codes"]) if told is not None else []


def codes_file(visit: Visit) -> Response:
    """Return recovery codes that were just made as a text to keep."""
    person, codes = visit.signed_in, _codes(visit)
    if not codes:
        return visit.to("/account#hai_lop")
    lines = [
        f"{visit.say('codes-made')} · {visit.studio.settings.site_name_vi}",
        person.email,
        "",
        *codes,
        "",
        visit.say("codes-made-text"),
    ]
    headers = {"Content-Disposition": 'attachment; filename="ispace-ma-khoi-phuc.txt"'}
    # Windows' own editor takes UTF-8 for something else without the mark, and lines for one without the returns.
    return Response("\ufeff" + "\r\n".join(lines) + "\r\n", 200, headers, "text/plain; charset=utf-8")


def taken(visit: Visit) -> Response:
    """Forget what was shown once: it is kept elsewhere. Recovery codes only where the form says that they are."""
    _ = visit.signed_in
    kind = visit.parts["kind"]
    if kind == "codes" and visit.form["kept"] != "yes":
        return show(visit, status=422, errors={"codes": {"kept": visit.say("codes-keep-first")}})
    if kind not in get_args(handover.Kind):
        return visit.to("/account")
    handover.end(visit, cast(handover.Kind, kind))
    if kind == "codes":
        return visit.to("/account", said="codes-kept")
    return visit.to(inner(visit.form["back"]))


def end_session(visit: Visit) -> Response:
    """End one session of one's own."""
    person = visit.signed_in
    with visit.studio.database.write() as session:
        sessions.end(session, visit.actor, person.id, visit.parts["id"])
    return visit.to("/account", said="session-ended")


def end_sessions(visit: Visit) -> Response:
    """End every session of one's own but this one."""
    person = visit.signed_in
    asked = visit.confirmed(
        visit.say("sessions-end-title"), visit.say("sessions-end-text"), visit.say("sessions-end"), "/account"
    )
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        people.sign_out(session, person.id, keep=visit.session)
    return visit.to("/account", said="sessions-ended")


def new_token(visit: Visit) -> Response:
    """Make an API token, whose secret is shown once."""
    person = visit.signed_in
    days = visit.form["days"]
    try:
        with visit.studio.database.write() as session:
            _, shown = tokens.create(
                session,
                visit.actor,
                people.by_id(session, person.id),
                name=visit.form["name"],
                scopes=visit.form.all("scope"),
                days=int(days) if days.isascii() and days.isdecimal() else 30,
            )
    except (NameInvalidError, ScopeUnknownError) as error:
        field = "name" if isinstance(error, NameInvalidError) else "scope"
        values = {"name": person.name, "account": person.email, "lang": visit.lang}
        values |= {"token": visit.form.kept("name", "days")}  # type: ignore[dict-item]
        return show(visit, status=422, values=values, errors={"token": {field: visit.sentence(error)}})
    handover.give(visit, "token", {"token": shown})
    return visit.to("/account#ma_moi_tao")


def end_token(visit: Visit) -> Response:
    """Take an API token back."""
    person = visit.signed_in
    with visit.studio.database.read() as session:
        name = next((t.name for t in tokens.of_person(session, person.id) if t.id == visit.parts["id"]), "")
    asked = visit.confirmed(
        visit.say("token-end-title", name=name), visit.say("token-end-text"), visit.say("token-end"), "/account"
    )
    if asked is not None:
        return asked
    with visit.studio.database.write() as session:
        tokens.revoke(session, visit.actor, person.id, visit.parts["id"])
    return visit.to("/account", said="token-ended")


def prove(visit: Visit, field: str) -> None:
    """Return where the form holds the password of who is signed in; guessing it is slowed down as at the door.

    Raises:
        PasswordWrongError, SignInPausedError: it does not, or was tried too often.
    """
    person, guard = visit.signed_in, visit.studio.guard
    guard.check(f"proof:{person.id}", visit.address, is_known=True)
    if not passwords.fits(visit.form.secret(field), person.password_hash):
        guard.failed(f"proof:{person.id}", visit.address)
        raise PasswordWrongError
    guard.succeeded(f"proof:{person.id}", visit.address)
