"""Places whose names have dates: since 1 July 2025 An Giang has other communes and no districts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ispace.model.base import Day, Document, Id
from ispace.model.text import Line, Title
from ispace.model.view import Position


class DatedName(Document):
    """A name and the days on which it was official."""

    name: Title
    level: Literal["site", "commune", "district", "province"] = "commune"
    code: Annotated[Line, Field(max_length=20)] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError(
                "dates_order", "valid_to after valid_from", {"low": "valid_from", "high": "valid_to"}
            )
        return self

    def valid_on(self, day: dt.date) -> bool:
        """Say whether the name was official on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Place(Document):
    """A place with all the names under which people look for it."""

    id: Id
    names: list[DatedName] = Field(min_length=1)
    position: Position | None = None
    library_revision: int | None = Field(default=None, ge=1, strict=True)
    """Which state of the studio's library this is a copy of; never published."""

    def current(self, day: dt.date) -> DatedName:
        """Return the name official on ``day``, else the latest one."""
        return next((n for n in self.names if n.valid_on(day)), self.names[-1])

    def former(self, day: dt.date) -> list[DatedName]:
        """Return the names that had ended before ``day``, latest first."""
        ended = [n for n in self.names if n.valid_to is not None and n.valid_to < day]
        return sorted(ended, key=lambda n: n.valid_to or dt.date.min, reverse=True)
