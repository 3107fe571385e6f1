"""The table of uploads: room set aside for those under way, and what every tour was sent."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, UtcDateTime


class UploadRow(Base):
    """One file that a tour was sent, or is being sent: then ``size_bytes`` is the room set aside."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("state in ('receiving', 'received')", "state"),
        Index("ix_uploads_tour_id", "tour_id", "size_bytes"),
        Index("ix_uploads_owner_id", "owner_id"),
        Index("ix_uploads_sha256", "sha256"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"))
    owner_id: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    """What the client calls the file; text to show, never a path."""
    folder: Mapped[str] = mapped_column(String(400))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    format: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(96))
    scene_id: Mapped[str | None] = mapped_column(String(80))
    """The scene whose picture it is to be, by the id that it had when the upload began."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    modified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When the client's disk says that the file was last written."""
    received_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
