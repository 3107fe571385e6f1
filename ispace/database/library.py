"""The tables of the libraries that tours take from: places, products, media."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime


class Entry(Base):
    """What the three have in common: a document, and what it is found by."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    folded: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str | None] = mapped_column(String(32))


class PlaceRow(Entry):
    """A place with its names of today and before."""

    __tablename__ = "places"


class ProductRow(Entry):
    """A product with its maker and its recognition."""

    __tablename__ = "products"


class MediumRow(Entry):
    """A picture, sound or film that several tours may show."""

    __tablename__ = "media"


class UseRow(Base):
    """What a tour's document has of a library: places and products by their ids, media by their files."""

    __tablename__ = "library_uses"
    __table_args__ = (Index("ix_library_uses_entry", "library", "entry"),)

    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"), primary_key=True)
    library: Mapped[str] = mapped_column(String(8), primary_key=True)
    entry: Mapped[str] = mapped_column(String(100), primary_key=True)
