"""What the studio remembers, on SQLite or PostgreSQL: the engine, the tables by family, their migrations."""

from ispace.database.engine import Database

__all__ = ["Database"]
