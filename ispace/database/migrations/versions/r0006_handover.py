"""What one browser is still to be shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it beside the session."""
    op.add_column("sessions", sa.Column("handover", sa.LargeBinary(), nullable=True))
