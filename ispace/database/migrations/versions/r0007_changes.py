"""What each save of a tour changed, with whole documents now and then only, and who has a tour open."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Pack the documents that are there, and make the table."""
    op.add_column("tour_revisions", sa.Column("packed", sa.LargeBinary(), nullable=True))
    op.add_column("tour_revisions", sa.Column("changes", DOCUMENT, nullable=True))
    revisions = sa.table(
        "tour_revisions",
        sa.column("tour_id", sa.String),
        sa.column("revision", sa.Integer),
        sa.column("document", DOCUMENT),
        sa.column("packed", sa.LargeBinary),
    )
    connection = op.get_bind()
    for tour_id, number in connection.execute(sa.select(revisions.c.tour_id, revisions.c.revision)).all():
        is_it = (revisions.c.tour_id == tour_id) & (revisions.c.revision == number)
        document = connection.execute(sa.select(revisions.c.document).where(is_it)).scalar_one()
        packed = zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
        connection.execute(sa.update(revisions).where(is_it).values(packed=packed))
    with op.batch_alter_table("tour_revisions") as table:
        table.drop_column("document")

    op.create_table(
        "tour_presence",
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column("scene", sa.String(length=80), nullable=True),
        sa.Column("tab", sa.String(length=24), nullable=False),
        sa.Column("seen_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name="fk_tour_presence_tour_id_tours", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_tour_presence_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tour_id", "person_id", "page", name="pk_tour_presence"),
    )
