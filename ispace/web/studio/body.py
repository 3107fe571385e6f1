"""The body of a request that is read as a whole: a form, or JSON. One limit of time for all, one of size for each."""

from __future__ import annotations

import anyio
from starlette.requests import Request

from ispace.errors import RequestSlowError, RequestTooLargeError

MAX_S = 60.0
"""What is read as a whole is small; who takes longer only keeps a connection."""


async def received(request: Request, max_bytes: int) -> bytes:
    """Return the body.

    Raises:
        RequestTooLargeError: it has more than ``max_bytes``.
        RequestSlowError: it was not whole after ``MAX_S``.
        ClientDisconnect: nobody hears the answer.
    """
    body = bytearray()
    try:
        with anyio.fail_after(MAX_S):
            async for piece in request.stream():
                body += piece
                if len(body) > max_bytes:
                    raise RequestTooLargeError(max_bytes=max_bytes)
    except TimeoutError as error:
        raise RequestSlowError(seconds=int(MAX_S)) from error
    return bytes(body)
