"""OCOP products: what was recognised, by whom, for whom and until when."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ispace.model.base import Day, Document, Id, Phone, WebAddress
from ispace.model.text import Line, Text, Title

VALID_MONTHS = 36
"""A recognition holds for 36 months from its signature (landscape of 2026; kept in one place because it may change)."""

ProductGroup = Literal["food", "beverage", "medicinal", "handicraft", "ornamental", "tourism"]


def expiry(issued_on: dt.date) -> dt.date:
    """Return the day on which a recognition signed on ``issued_on`` ends."""
    years, month0 = divmod(issued_on.month - 1 + VALID_MONTHS, 12)
    for day in (issued_on.day, 28):
        try:
            return dt.date(issued_on.year + years, month0 + 1, day)
        except ValueError:  # 29 February
            continue
    raise AssertionError(issued_on)


class Maker(Document):
    """Who makes a product."""

    name: Title
    address: Title | None = None
    phone: Phone | None = None


class ProductLink(Document):
    """Where to buy, trace or find a product."""

    kind: Literal["shop", "trace", "map", "website"]
    url: WebAddress
    title: Title | None = None


class Consent(Document):
    """Who of the maker's agreed, and when, to be shown; never published."""

    given_on: Day
    by: Line = Field(max_length=200)


class Product(Document):
    """An OCOP product; ``expires_on`` defaults to 36 months after ``issued_on``."""

    id: Id
    name: Title
    summary: Text
    group: ProductGroup
    stars: int = Field(ge=3, le=5, strict=True)
    decision: Line = Field(max_length=100)
    issuer: Title
    issued_on: Day
    expires_on: Day | None = None
    maker: Maker
    links: list[ProductLink] = Field(default_factory=list, max_length=20)
    media: list[Id] = Field(default_factory=list, max_length=40)
    sample: bool = Field(default=False, strict=True)
    consent: Consent | None = None
    library_revision: int | None = Field(default=None, ge=1, strict=True)
    """Which state of the studio's library this is a copy of; never published."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.expires_on and self.expires_on <= self.issued_on:
            raise PydanticCustomError("dates_order", "expires after issue", {"low": "issued_on", "high": "expires_on"})
        return self

    @property
    def ends_on(self) -> dt.date:
        """The last day of the recognition."""
        return self.expires_on or expiry(self.issued_on)
