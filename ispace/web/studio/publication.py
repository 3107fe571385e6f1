"""What of a tour is public, and what is on its way: for the page and for the API."""

from __future__ import annotations

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from ispace import changes, pointer, publications, releases, wiring
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.jobs.view import Job
from ispace.model.release import Release
from ispace.model.text import pick
from ispace.page import embed
from ispace.web.studio.studio import Studio

_PREVIEWS = 20


@dataclasses.dataclass(frozen=True)
class Preview:
    """A preview that is made or can be opened; ``address`` is ``None`` until it can."""

    job: Job
    revision: int
    address: str | None
    until: dt.datetime
    release: str | None


@dataclasses.dataclass(frozen=True)
class Publication:
    """A tour before the public."""

    current: str | None
    releases: list[Release]
    titles: changes.Titles
    address: str | None
    """Of the page, as far as anything says where the public store is read; while it is public."""
    embed: str | None
    share: str | None
    """The address of the picture that shows when somebody shares the page."""
    job: Job | None
    """The last wish to publish, done or not."""
    previews: list[Preview]

    @property
    def is_known(self) -> bool:
        """Whether it was ever public."""
        return bool(self.releases)


def look(studio: Studio, row: TourRow, base: str, lang: str) -> Publication:
    """Return how far a tour is; ``base`` is where the asker reached the studio. Raises the storage errors."""
    known = releases.complete(studio.public, row.id)
    current = pointer.look(studio.public, row.id).release
    titles = releases.titles(studio.public, row.id, known, changes.scenes_in(c for r in known for c in r.changes))
    root = wiring.address(studio.public, studio.settings) or f"{_beside(studio, base)}/"
    address = f"{root}{row.id}/" if current else None
    shown = next((release for release in known if release.id == current), None)
    last = studio.jobs.list(tour=row.id, kinds=[publications.PUBLISH], page_size=1).jobs
    return Publication(
        current=current,
        releases=known,
        titles=titles,
        address=address,
        embed=embed.snippet(address, pick(shown.card.title, lang)) if address and shown else None,
        share=f"{root}{shown.card.cover}" if shown and shown.card.cover else None,
        job=last[0] if last else None,
        previews=previews(studio, row, base),
    )


def previews(studio: Studio, row: TourRow, base: str) -> list[Preview]:
    """Return the previews that can be opened or are under way or failed, the newest first."""
    found = []
    for job in studio.jobs.list(tour=row.id, kinds=[publications.PREVIEW], page_size=_PREVIEWS).jobs:
        until = dt.datetime.fromisoformat(job.inputs["until"])
        if until <= now():
            continue
        done = job.result if isinstance(job.result, dict) else None
        origin = studio.settings.preview_url.rstrip("/") or _beside(studio, base)
        address = f"{origin}/preview/{job.inputs['token']}/{row.id}/" if done else None
        found.append(Preview(job, job.inputs["revision"], address, until, done["release"] if done else None))
    return found


def _beside(studio: Studio, base: str) -> str:
    """Return the origin of the public server on the studio's host."""
    parts = urlsplit(base)
    name = parts.hostname or "localhost"
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{host}:{studio.settings.port}"
