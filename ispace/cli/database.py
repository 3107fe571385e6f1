"""Commands about the studio's database: ``database upgrade``, ``database status``."""

from __future__ import annotations

from typing import Annotated

import typer

from ispace import settings
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.database import Database, upgrade as schema

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]


def upgrade(as_json: Json = False) -> None:
    """Bring the database to the schema of this version."""
    database = Database(settings.load().database.get_secret_value())
    before = schema.current(database)
    copy = schema.upgrade(database)
    after = schema.current(database)
    lines = [say("database-at", database=database.name, revision=after)]
    if copy is not None:
        lines.append(say("database-copied", file=str(copy)))
    value = {"database": database.name, "before": before, "after": after, "copy": str(copy) if copy else None}
    show.result(value, lines, as_json=as_json)


def status(as_json: Json = False) -> None:
    """Say at which revision the database is, and whether it has to be upgraded."""
    database = Database(settings.load().database.get_secret_value())
    at, newest = schema.current(database), schema.revisions()[-1]
    code = "database-current" if at == newest else "database-behind"
    value = {"database": database.name, "revision": at, "newest": newest}
    show.result(value, [say(code, database=database.name, revision=at or "0", newest=newest)], as_json=as_json)
