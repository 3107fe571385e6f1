"""The files that tours' documents name, and what was made of their panoramas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make the tables; uploads may be meant for a scene."""
    op.add_column("uploads", sa.Column("scene_id", sa.String(length=80), nullable=True))

    op.create_table(
        "tour_files",
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("info", DOCUMENT, nullable=True),
        sa.Column("web", DOCUMENT, nullable=True),
        sa.Column("web_job", sa.String(length=64), nullable=True),
        sa.Column("report", sa.String(length=255), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind in ('panorama', 'image', 'audio', 'video', 'captions', 'drawing')", name="ck_tour_files_kind"
        ),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name="fk_tour_files_tour_id_tours", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tour_id", "file", name="pk_tour_files"),
    )
    op.create_index("ix_tour_files_sha256", "tour_files", ["tour_id", "sha256"], unique=True)

    op.create_table(
        "tour_panoramas",
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=100), nullable=False),
        sa.Column("recipe", sa.String(length=400), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("tile_set", sa.String(length=20), nullable=True),
        sa.Column("made", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tour_id", "file"],
            ["tour_files.tour_id", "tour_files.file"],
            name="fk_tour_panoramas_tour_id_tour_files",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tour_id", "file", "recipe", name="pk_tour_panoramas"),
    )
    op.create_index("ix_tour_panoramas_tile_set", "tour_panoramas", ["tour_id", "tile_set"])
