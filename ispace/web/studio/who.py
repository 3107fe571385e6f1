"""Who asks, of programs as of pages: by an API token with its scopes, or by the session of a browser."""

from __future__ import annotations

import contextlib

from starlette.requests import Request

from ispace.accounts import sessions, tokens
from ispace.database.people import Person
from ispace.database.schema import now
from ispace.errors import DatabaseUnavailableError, RightMissingError, SignInNeededError
from ispace.uploads.upload import Owner
from ispace.web.studio.studio import Studio

_USED_EVERY_S = 60


def asks(studio: Studio, request: Request, scope: str | None) -> tuple[Person, frozenset[str] | None]:
    """Return who asks and with which scopes, ``None`` for all that the role allows.

    Raises:
        SignInNeededError: nobody who is known.
        RightMissingError: the token has not the ``scope``.
    """
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() == "bearer":
        with studio.database.read() as session:
            found = tokens.find(session, secret.strip())
        if found is None:
            raise SignInNeededError
        token, person = found
        if token.used_at is None or (now() - token.used_at).total_seconds() > _USED_EVERY_S:
            # Where nothing can be written, what is there may still be read.
            with contextlib.suppress(DatabaseUnavailableError), studio.database.write() as session:
                tokens.touch(session, token.id)
        if scope is not None and scope not in token.scopes:
            raise RightMissingError
        return person, frozenset(token.scopes)
    with studio.database.read() as session:
        signed = sessions.find(session, request.cookies.get(studio.cookie, ""), studio.lifetimes)
    if signed is None or not signed[0].is_whole:
        raise SignInNeededError
    return signed[1], None


def uploads(studio: Studio, request: Request) -> Owner:
    """Return the owner of what a request uploads; raises as ``asks``."""
    person, scopes = asks(studio, request, "uploads")
    address = request.client.host if request.client else ""
    return Owner(person.id, person.name, "studio" if scopes is None else "token", address)
