"""What a form of a page sends: read with limits, every value clean text."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ispace.errors import RequestSlowError, RequestTooLargeError
from ispace.model.text import clean
from ispace.web.studio.body import received

MAX_BYTES = 256 << 10
_MAX_FIELDS = 2000
"""A group may hold a thousand photos, each a field."""


class Form:
    """Names and values; a name may come several times."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take the pairs as they came."""
        self._pairs = [(name, str(clean(value))) for name, value in pairs]
        self._raw = dict(pairs)

    def __getitem__(self, name: str) -> str:
        """Return the last value of a name, empty where there is none."""
        return next((value for known, value in reversed(self._pairs) if known == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a name."""
        return [value for known, value in self._pairs if known == name]

    def secret(self, name: str) -> str:
        """Return a value exactly as it was typed: a password may begin with a space."""
        return self._raw.get(name, "")

    def kept(self, *names: str) -> dict[str, str]:
        """Return the values to show again where the form failed."""
        return {name: self[name] for name in names}


async def read(request: Request) -> Form:
    """Return the form in a request's body.

    Raises:
        HTTPException: it is too large (413), too slow (408) or no form (415, 400).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind not in {"", "application/x-www-form-urlencoded"}:
        raise HTTPException(415)
    try:
        body = await received(request, MAX_BYTES)
    except RequestTooLargeError as error:
        raise HTTPException(413) from error
    except RequestSlowError as error:
        raise HTTPException(408) from error
    except ClientDisconnect as error:  # nobody hears the answer, and it is no error of ours
        raise HTTPException(400) from error
    try:
        return Form(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError as error:
        raise HTTPException(400) from error
