"""Opening the studio: the database brought up to date, and the link for the first administrator."""

from __future__ import annotations

from ispace.accounts import people, sessions, tickets
from ispace.database import Database
from ispace.database.upgrade import upgrade
from ispace.jobs import queueing
from ispace.settings import Settings
from ispace.web.studio import studio as parts
from ispace.web.studio.studio import Studio


def opened(settings: Settings) -> Studio:
    """Return the studio, ready to answer.

    Raises:
        AssetsMissingError, DatabaseUrlError, DatabaseUnavailableError, DatabaseNewerError: it cannot be opened.
    """
    database = Database(settings.database.get_secret_value())
    studio = parts.make(settings, database)
    upgrade(database)
    queueing.prepare(database)
    queueing.prepare(database)
    with database.write() as session:
        sessions.sweep(session)
    return studio


def first_link(studio: Studio, base: str) -> str | None:
    """Return a new link that makes the first administrator, where there is nobody yet; earlier links end."""
    with studio.database.write() as session:
        if people.has_anybody(session):
            return None
        token = tickets.set_up(session)
    return parts.link(studio, base, f"/set-up/{token}")
