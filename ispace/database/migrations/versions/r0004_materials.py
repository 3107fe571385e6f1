"""What tours were sent, and which of it belongs together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "material_groups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_manual", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("confirmed_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "kind in ('panorama', 'part', 'photos', 'fisheye', 'media', 'unusable')", name="ck_material_groups_kind"
        ),
        sa.CheckConstraint("state in ('found', 'confirmed')", name="ck_material_groups_state"),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name="fk_material_groups_tour_id_tours", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_material_groups"),
    )
    op.create_index("ix_material_groups_tour_id", "material_groups", ["tour_id", "created_at"])

    op.create_table(
        "materials",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("info", DOCUMENT, nullable=True),
        sa.Column("has_glance", sa.Boolean(), nullable=False),
        sa.Column("error_code", sa.String(length=48), nullable=True),
        sa.Column("error_params", DOCUMENT, nullable=True),
        sa.Column("sent_by", sa.String(length=32), nullable=False),
        sa.Column("seen_at", WHEN, nullable=False),
        sa.Column("removed_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "kind in ('panorama', 'part', 'photo', 'fisheye', 'medium', 'unusable')", name="ck_materials_kind"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["material_groups.id"], name="fk_materials_group_id_material_groups", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name="fk_materials_tour_id_tours", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_materials"),
    )
    op.create_index("ix_materials_group_id", "materials", ["group_id"])
    op.create_index("ix_materials_tour_id", "materials", ["tour_id", "removed_at"])
