"""The tables of what tours were sent, understood: each file, and the groups that belong together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime


class GroupRow(Base):
    """Files that are one thing: a panorama, a set of photos to be one, or what only lies together."""

    __tablename__ = "material_groups"
    __table_args__ = (
        CheckConstraint("kind in ('panorama', 'part', 'photos', 'fisheye', 'media', 'unusable')", "kind"),
        CheckConstraint("state in ('found', 'confirmed')", "state"),
        Index("ix_material_groups_tour_id", "tour_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    is_manual: Mapped[bool] = mapped_column(Boolean)
    """Whether a person made it what it is: then what comes later changes nothing about it."""
    title: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(24))
    job_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class MaterialRow(Base):
    """One file that a tour was sent, after it was looked at."""

    __tablename__ = "materials"
    __table_args__ = (
        CheckConstraint("kind in ('panorama', 'part', 'photo', 'fisheye', 'medium', 'unusable')", "kind"),
        Index("ix_materials_tour_id", "tour_id", "removed_at"),
        Index("ix_materials_group_id", "group_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """The id of the upload."""
    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("material_groups.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(12))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    info: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What the picture's header says (``PictureInfo.to_json``)."""
    has_glance: Mapped[bool] = mapped_column(Boolean)
    """Whether there is a small picture of it."""
    error_code: Mapped[str | None] = mapped_column(String(48))
    error_params: Mapped[dict[str, Any] | None] = mapped_column(Document)
    sent_by: Mapped[str] = mapped_column(String(32))
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
