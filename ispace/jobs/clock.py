"""The one clock that counts: the database's, so that workers whose own clocks differ agree on who is silent."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session


def now(session: Session) -> dt.datetime:
    """Return the present in UTC by the database's clock; of SQLite that is the clock of this machine."""
    if session.get_bind().dialect.name == "sqlite":
        return dt.datetime.now(dt.UTC)
    said: dt.datetime = session.execute(text("select clock_timestamp()")).scalar_one()
    return said.astimezone(dt.UTC)
