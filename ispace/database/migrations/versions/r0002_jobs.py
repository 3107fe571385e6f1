"""Jobs, their stages, the workers, and the numbers that keep them in order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    numbers = op.create_table(
        "job_numbers",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_numbers"),
    )
    op.bulk_insert(numbers, [{"name": "change", "value": 0}])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("inputs", DOCUMENT, nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("tour", sa.String(length=80), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("error_code", sa.String(length=48), nullable=True),
        sa.Column("error_params", DOCUMENT, nullable=True),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("finished_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'set-aside')", name="ck_jobs_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_change", "jobs", ["change"], unique=True)
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.create_index("ix_jobs_owner", "jobs", ["owner", "change"])
    op.create_index("ix_jobs_state", "jobs", ["state", "change"])
    op.create_index("ix_jobs_tour", "jobs", ["tour", "change"])
    op.create_table(
        "job_stages",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("function", sa.String(length=160), nullable=False),
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("retry", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("workflow", sa.String(length=96), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("worker", sa.String(length=96), nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", DOCUMENT, nullable=True),
        sa.Column("result", DOCUMENT, nullable=True),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("finished_at", WHEN, nullable=True),
        sa.Column("not_before", WHEN, nullable=True),
        sa.Column("took_s", sa.Double(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('ahead', 'waiting', 'running', 'done', 'failed', 'cancelled')", name="ck_job_stages_state"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_stages_job_id_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_stages"),
    )
    op.create_index("ix_job_stages_lease", "job_stages", ["lease"])
    op.create_index("ix_job_stages_measured", "job_stages", ["function", "state", "finished_at"])
    op.create_index("ix_job_stages_waiting", "job_stages", ["state", "queue", "level", "turn"])
    op.create_index("ix_job_stages_worker", "job_stages", ["worker"])
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("pid_started", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("queues", DOCUMENT, nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("seen_at", WHEN, nullable=False),
        sa.CheckConstraint("state in ('alive', 'dead')", name="ck_workers_state"),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
