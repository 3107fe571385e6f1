"""Is the studio's database there, of this version, its audit log whole, and does anybody do its jobs?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from ispace import journal
from ispace.database import Database
from ispace.database.upgrade import current, require
from ispace.database.work import StageRow, WorkerRow
from ispace.doctor.check import Check, tried
from ispace.errors import DatabaseBehindError, DatabaseUrlError, JournalBrokenError
from ispace.jobs import clock
from ispace.settings import Settings


def run(settings: Settings) -> list[Check]:
    """Return what was found; a database that was never used is fine: ``ispace serve`` makes it."""
    url = settings.database.get_secret_value()
    try:
        database = Database(url)
    except DatabaseUrlError:
        return [tried("database", lambda: {"database": Database(url).name})]
    if database.file is not None and not database.file.exists():
        return [Check("database", True, {"database": database.name}, "database-new")]
    try:
        found = [tried("database", lambda: _reached(database)), tried("journal", lambda: _whole(database))]
        if found[0].ok and current(database) is not None:
            found.append(_worked(database, settings.work_dead_after_s))
        return found
    finally:
        database.close()


def _reached(database: Database) -> dict[str, object]:
    try:
        require(database)
    except DatabaseBehindError:
        if current(database) is not None:
            raise
    return {"database": database.name}


def _worked(database: Database, dead_after_s: float) -> Check:
    """Say whether anybody does the jobs that wait; without jobs nobody is needed."""
    with database.read() as session:
        heard = clock.now(session) - dt.timedelta(seconds=dead_after_s)
        alive = select(func.count()).select_from(WorkerRow).where(WorkerRow.state == "alive", WorkerRow.seen_at > heard)
        waiting = select(func.count()).select_from(StageRow).where(StageRow.state == "waiting")
        workers, stages = session.scalar(alive) or 0, session.scalar(waiting) or 0
    return Check("workers", workers > 0 or stages == 0, {"count": workers, "waiting": stages})


def _whole(database: Database) -> dict[str, object]:
    if current(database) is None:
        return {"count": 0}
    with database.read() as session:
        broken, count = journal.first_broken(session), journal.count(session)
    if broken is not None:
        raise JournalBrokenError(database=database.name, row=broken)
    return {"count": count}
