"""Answers the API: reads a request with limits, checks it against the operation's models, runs it in a thread."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ispace.database.engine import retried
from ispace.errors import (
    IspaceError,
    RequestInvalidError,
    RequestTypeError,
    RequestUnreadableError,
    UnexpectedError,
)
from ispace.model.document import MAX_BYTES
from ispace.web.studio import failures
from ispace.web.studio.api import (
    accounts,
    editing,
    libraries,
    openapi,
    pictures,
    publishing,
    sheets,
    tour_library,
    tours,
    work,
)
from ispace.web.studio.api.operation import Call, Operation
from ispace.web.studio.body import received
from ispace.web.studio.studio import Studio
from ispace.web.studio.visit import LANGUAGE_COOKIE, asked_language, language_of
from ispace.web.studio.who import asks

_LOG = logging.getLogger(__name__)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""The character that no database keeps in a text, as JSON writes it."""
_MOST_DIGITS = 300
_MAX_BODY_BYTES = MAX_BYTES + (1 << 16)

OPERATIONS: tuple[Operation, ...] = (
    *accounts.OPERATIONS,
    *tours.OPERATIONS,
    *editing.OPERATIONS,
    *pictures.OPERATIONS,
    *publishing.OPERATIONS,
    *work.OPERATIONS,
    *libraries.OPERATIONS,
    *tour_library.OPERATIONS,
    *sheets.OPERATIONS,
)
"""Everything that can be asked."""


def routes(studio: Studio, threads: CapacityLimiter) -> list[Route]:
    """Return the routes of the API and of its document."""
    text = json.dumps(openapi.document(OPERATIONS), ensure_ascii=False).encode()

    async def described(_request: Request) -> Response:
        return Response(text, 200, {"Cache-Control": "no-cache"}, "application/json")

    found = [Route(f"{openapi.PREFIX}/openapi.json", described, methods=["GET"])]
    for operation in OPERATIONS:
        path = openapi.PREFIX + operation.path
        found.append(Route(path, _endpoint(studio, operation, threads), methods=[operation.method]))
    return found


def _endpoint(
    studio: Studio, operation: Operation, threads: CapacityLimiter
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        lang = language_of(request)
        try:
            body = await _body(request) if operation.body is not None else b""
        except IspaceError as error:
            return failures.problem(error, lang)
        except ClientDisconnect:
            return Response(None, 400)
        return await anyio.to_thread.run_sync(_answer, studio, operation, request, body, lang, limiter=threads)

    return endpoint


def _answer(studio: Studio, operation: Operation, request: Request, body: bytes, lang: str) -> Response:
    try:
        person, scopes = (None, None) if operation.is_open else asks(studio, request, operation.scope)
        if person is not None and scopes is None:  # a page of the studio asks, in the language that it has
            lang = asked_language(request.cookies.get(LANGUAGE_COOKIE, person.language), lang)
        call = Call(
            studio=studio,
            person=person,
            scopes=scopes,
            address=request.client.host if request.client else "",
            base=str(request.base_url),
            parts=request.path_params,
            query=_query(operation, request),
            body=_read(operation.body, body) if operation.body is not None else None,
            lang=lang,
        )
        result = retried(lambda: operation.work(call))
    except IspaceError as error:
        if failures.status(error) >= 500:
            _LOG.warning("%s %s: %s", request.method, request.url.path, error)
        return failures.problem(error, lang)
    except Exception as error:
        _LOG.exception("%s %s", request.method, request.url.path)
        return failures.problem(UnexpectedError(reason=type(error).__name__, file="log"), lang)
    if result is None:
        return Response(None, operation.status)
    return Response(result.model_dump_json(), operation.status, media_type="application/json")


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise RequestTypeError(kind=kind[:80])
    return await received(request, _MAX_BODY_BYTES)


def _read(model: type[BaseModel], body: bytes) -> BaseModel:
    try:
        value = json.loads(body, parse_constant=_no_constant, parse_int=_whole)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()  # half a surrogate pair is no text
        if _NUL.search(text):
            raise ValueError("\\u0000")
    except (ValueError, RecursionError) as error:
        raise RequestUnreadableError(reason=str(error)[:200]) from error
    return _checked(model, value)


def _query(operation: Operation, request: Request) -> BaseModel | None:
    if operation.query is None:
        return None
    return _checked(operation.query, dict(request.query_params))


def _checked(model: type[BaseModel], value: Any) -> BaseModel:
    try:
        return model.model_validate(value)
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise RequestUnreadableError(reason="depth") from error
        faults = [
            {"field": ".".join(str(part) for part in one["loc"]), "kind": one["type"], "text": one["msg"]}
            for one in error.errors(include_url=False, include_context=False, include_input=False)[:50]
        ]
        fields = ", ".join(fault["field"] for fault in faults[:5]) or "?"
        raise RequestInvalidError(fields=fields[:200], faults=faults) from error


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:  # in a browser it would be infinite, and no JSON any more
        raise ValueError(digits[:40])
    return int(digits)


def _no_constant(name: str) -> float:
    raise ValueError(name)
