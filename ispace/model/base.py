"""What every document of iSpace has in common: strict fields, readable ids, safe addresses."""

from __future__ import annotations

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
    if "\\" in value or ":" in value or path.is_absolute() or ".." in path.parts or path.parts == () or "\0" in value:
        raise PydanticCustomError("path_outside", "a path below the tour's folder", {"value": value})
    return value


def _check_web(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    if not usable or any(c.isspace() or ord(c) < 0x20 for c in value):
        raise PydanticCustomError("url_scheme", "an http or https address", {"value": value[:80]})
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
"""A readable, stable name: small letters without accents, digits, single hyphens."""

FilePath = Annotated[
    str, BeforeValidator(clean), StringConstraints(min_length=1, max_length=400), AfterValidator(_check_path)
]
"""A file below the tour's folder, with forward slashes."""

WebAddress = Annotated[str, BeforeValidator(clean), StringConstraints(max_length=2000), AfterValidator(_check_web)]
"""An address that a visitor may be sent to: http or https, nothing else."""

Phone = Annotated[str, BeforeValidator(clean), StringConstraints(pattern=r"^\+?[0-9][0-9 .()\-]{2,30}$")]
Email = Annotated[
    str, BeforeValidator(clean), StringConstraints(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$", max_length=200)
]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
