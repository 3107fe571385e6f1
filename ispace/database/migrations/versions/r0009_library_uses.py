"""In which tours an entry of a library is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
KEYS = {"places": "id", "products": "id", "media": "file"}


def upgrade() -> None:
    """Make the table, and fill it from the documents that are there."""
    uses = op.create_table(
        "library_uses",
        sa.Column("tour_id", sa.String(length=80), nullable=False),
        sa.Column("library", sa.String(length=8), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["tour_id"], ["tours.id"], name="fk_library_uses_tour_id_tours", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tour_id", "library", "entry", name="pk_library_uses"),
    )
    op.create_index("ix_library_uses_entry", "library_uses", ["library", "entry"])
    tours = sa.table("tours", sa.column("id", sa.String), sa.column("document", DOCUMENT))
    connection = op.get_bind()
    for tour_id in connection.execute(sa.select(tours.c.id)).scalars().all():
        document = connection.execute(sa.select(tours.c.document).where(tours.c.id == tour_id)).scalar_one()
        found = set()
        for library, field in KEYS.items():
            entries = document.get(library)
            for one in entries if isinstance(entries, list) else []:
                entry = one.get(field) if isinstance(one, dict) else None
                if isinstance(entry, str) and 0 < len(entry) <= 100:
                    found.add((library, entry))
        if found:
            rows = [{"tour_id": tour_id, "library": library, "entry": entry} for library, entry in sorted(found)]
            connection.execute(sa.insert(uses), rows)


def downgrade() -> None:
    """Take the table away."""
    op.drop_index("ix_library_uses_entry", "library_uses")
    op.drop_table("library_uses")
