"""The tables of tours: the document as it is now, what made it so, and who has it open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime


class TourRow(Base):
    """A tour: its document whole, and beside it what lists are made from."""

    __tablename__ = "tours"
    __table_args__ = (Index("ix_tours_changed_at", "changed_at"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document, deferred=True)
    """Read only where it is asked for: it may have megabytes, and lists and rights need none of it."""
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    """Title and place without accents, for searching."""
    sort_key: Mapped[str] = mapped_column(Text)
    """Sorts as Vietnamese does, on every database."""
    scenes: Mapped[int]
    place: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What the place is called, by language, where the document says where the tour is."""
    thumbnail: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(32))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class TourRevision(Base):
    """A save of a tour: what it changed, and now and then the whole document."""

    __tablename__ = "tour_revisions"

    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The document as compressed JSON, where it is kept whole."""
    changes: Mapped[list[dict[str, Any]] | None] = mapped_column(Document, deferred=True)
    """Changes as operations, in their order; ``None`` in the first save, and in those of before there were any."""
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)


class PresenceRow(Base):
    """A page on which somebody has a tour open; it is told again every few seconds."""

    __tablename__ = "tour_presence"

    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[str] = mapped_column(String(64), primary_key=True)
    scene: Mapped[str | None] = mapped_column(String(80))
    tab: Mapped[str] = mapped_column(String(24))
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
