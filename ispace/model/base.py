"""What every document of iSpace has in common: strict fields, readable ids, safe addresses."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from ispace.model.text import clean


class Document(BaseModel):
    """A part of a document: unknown fields are mistakes, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _check_path(value: str) -> str:
    path = PurePosixPath(value)
    unsafe = "\\" in value or ":" in value or any(ord(c) < 0x20 for c in value)
    if unsafe or path.is_absolute() or ".." in path.parts or path.parts == ():
        raise PydanticCustomError("path_outside", "a path below the tour's folder", {"value": value})
    return value


def _check_web(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    # A browser takes a backslash for a slash, so it would go elsewhere than the checked host.
    if not usable or any(c.isspace() or ord(c) < 0x20 or c in '\\<>"`' for c in value):
        raise PydanticCustomError("url_scheme", "an http or https address", {"value": value[:80]})
    return value


def _day(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, str | dt.date):
        raise PydanticCustomError("day_form", "a day like 2025-03-15")  # a number would be taken for seconds since 1970
    if isinstance(value, str) and not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", value.strip()):
        raise PydanticCustomError("day_form", "a day like 2025-03-15")
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]
"""A day written ``2025-03-15``, of years in which there can be a place or a product."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
"""A readable, stable name: small letters without accents, digits, single hyphens."""

FilePath = Annotated[
    str, BeforeValidator(clean), StringConstraints(min_length=1, max_length=400), AfterValidator(_check_path)
]
"""A file below the tour's folder, with forward slashes."""

WebAddress = Annotated[str, BeforeValidator(clean), StringConstraints(max_length=2000), AfterValidator(_check_web)]
"""An address that a visitor may be sent to: http or https, nothing else."""

Phone = Annotated[str, BeforeValidator(clean), StringConstraints(pattern=r"^\+?\(?[0-9][0-9 .()\-]{2,30}$")]
"""A telephone number as people write it: digits, spaces, dots, brackets, hyphens, a leading +."""

Email = Annotated[
    str, BeforeValidator(clean), StringConstraints(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$", max_length=200)
]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
