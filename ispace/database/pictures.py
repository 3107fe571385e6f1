"""The tables of what a tour's document may name: its files, and what was made of its panoramas."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ispace.database.schema import Base, Document, UtcDateTime


class FileRow(Base):
    """A file below a tour's folder, as ``panorama.file`` and ``media[].file`` name it; the name never gets another
    content.
    """

    __tablename__ = "tour_files"
    __table_args__ = (
        CheckConstraint("kind in ('panorama', 'image', 'audio', 'video', 'captions', 'drawing')", "kind"),
        Index("ix_tour_files_sha256", "tour_id", "sha256", unique=True),
    )

    tour_id: Mapped[str] = mapped_column(ForeignKey("tours.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    """What it was called when it was sent."""
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    info: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What a picture's header says (``PictureInfo.to_json``)."""
    web: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """The picture as cards show it, once somebody has put it on one (the fields of ``work.Picture``)."""
    web_job: Mapped[str | None] = mapped_column(String(64))
    """The job that makes it."""
    report: Mapped[str | None] = mapped_column(String(255))
    """The private key of the page that tells how it was stitched."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(32))


class PanoramaRow(Base):
    """A panorama made ready for scenes: a file, and how it is levelled and placed (the recipe)."""

    __tablename__ = "tour_panoramas"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tour_id", "file"],
            ["tour_files.tour_id", "tour_files.file"],
            name="fk_tour_panoramas_tour_id_tour_files",
            ondelete="CASCADE",
        ),
        Index("ix_tour_panoramas_tile_set", "tour_id", "tile_set"),
    )

    tour_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    file: Mapped[str] = mapped_column(String(100), primary_key=True)
    recipe: Mapped[str] = mapped_column(String(400), primary_key=True)
    """``pictures.recipe.Recipe.key``."""
    job_id: Mapped[str] = mapped_column(String(64))
    tile_set: Mapped[str | None] = mapped_column(String(20))
    made: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """What came of the job: ``tiles``, ``coverage``, ``north_deg``, ``notes``, ``views`` (keys), ``sizes_px``."""
