"""From an error to an HTTP status, and to the page or the JSON (RFC 9457) that tells it."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from ispace import language
from ispace.errors import (
    BadInputError,
    ConflictError,
    DatabaseFullError,
    DatabaseReadOnlyError,
    DatabaseUnavailableError,
    IspaceError,
    NotAllowedError,
    NotFoundError,
    RequestError,
    RequestInvalidError,
    RequestSlowError,
    RequestTooLargeError,
    RequestTypeError,
    SignInNeededError,
    SignInPausedError,
    StoreFullError,
    StoreReadOnlyError,
    TransactionLostError,
    UnavailableError,
    UploadBusyError,
    UploadNotKeptError,
    UploadsCrowdedError,
    UploadSlowError,
    UploadsTooManyError,
)

_STATUS: tuple[tuple[type[IspaceError], int], ...] = (
    (SignInNeededError, 401),
    (SignInPausedError, 429),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (RequestInvalidError, 422),
    (RequestTypeError, 415),
    (RequestTooLargeError, 413),
    (RequestSlowError, 408),
    (RequestError, 400),
    (BadInputError, 422),
    (UnavailableError, 503),
    (IspaceError, 500),
)
"""The first kind that an error belongs to decides."""

_WAIT_S: tuple[tuple[type[IspaceError], int], ...] = (
    (RequestSlowError, 5),
    (UploadSlowError, 5),
    (UploadBusyError, 5),
    (UploadsTooManyError, 5),
    (UploadsCrowdedError, 5),
    (UploadNotKeptError, 5),
    (UnavailableError, 30),
)
"""After how many seconds it is worth trying again; the first kind that an error belongs to decides."""

_APART: tuple[tuple[type[IspaceError], str], ...] = (
    (TransactionLostError, "lost"),
    (DatabaseFullError, "full"),
    (StoreFullError, "full"),
    (DatabaseReadOnlyError, "read-only"),
    (StoreReadOnlyError, "read-only"),
    (DatabaseUnavailableError, "silent"),
)
"""What is told in the studio's own words: where things lie is for the log, and no affair of who is not signed in."""


def told_apart(error: IspaceError, lang: str) -> str:
    """Return what is said of an error whose own sentence names places of the server; "" for all others."""
    word = next((word for kind, word in _APART if isinstance(error, kind)), "")
    return language.say("studio", f"error-{word}-text", lang) if word else ""


def status(error: IspaceError) -> int:
    """Return the HTTP status of an error."""
    return status_of(type(error))


def status_of(error: type[IspaceError]) -> int:
    """Return the HTTP status of a class of errors."""
    return next(code for kind, code in _STATUS if issubclass(error, kind))


def wait_s(error: IspaceError) -> int | None:
    """Return after how many seconds it is worth trying again, where that is known."""
    if isinstance(error, SignInPausedError):
        return 60 * int(str(error.params["minutes"]))
    return next((seconds for kind, seconds in _WAIT_S if isinstance(error, kind)), None)


def problem(error: IspaceError, lang: str, status_code: int | None = None) -> Response:
    """Return an error as ``application/problem+json``: a stable code with parameters, and a sentence for people.

    ``status_code`` is for protocols that have statuses of their own.
    """
    code = status_code or status(error)
    apart = told_apart(error, lang)
    body: dict[str, Any] = {
        "type": f"urn:ispace:error:{error.code}",
        "title": apart or language.say("errors", error.code, lang, **error.params),
        "status": code,
        "code": error.code,
        "params": {} if apart else {name: _plain(value) for name, value in error.params.items()},
    }
    wait = wait_s(error)
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    if code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, code, headers, media_type="application/problem+json")


def bare(status_code: int, title: str) -> Response:
    """Return a problem that no error of ours stands for: what HTTP itself refuses."""
    body = {"type": "about:blank", "title": title, "status": status_code, "code": f"HTTP-{status_code}", "params": {}}
    return JSONResponse(body, status_code, media_type="application/problem+json")


def _plain(value: object) -> Any:
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
