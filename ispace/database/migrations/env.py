"""What Alembic runs for each upgrade: on the connection that ``ispace.database.upgrade`` hands over."""

from __future__ import annotations

from alembic import context

from ispace.database.upgrade import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter columns: a table is made anew and its rows moved.
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
