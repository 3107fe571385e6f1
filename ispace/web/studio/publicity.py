"""What somebody does about a tour's being public, for the page and the API alike; whether they may was asked before.

Each function takes a tour that was read whole.
"""

from __future__ import annotations

from ispace import documents, publications, withdrawal
from ispace.database.tours import TourRow
from ispace.errors import TourBlockedError, TourChangedError
from ispace.journal import Actor
from ispace.web.studio import gate, publication
from ispace.web.studio.studio import Studio


def preview(studio: Studio, actor: Actor, row: TourRow, base: str) -> str:
    """Ask for a preview of the draft as it is, unless there is one; return the job. Raises ``TourBlockedError``."""
    known = publication.previews(studio, row, base)
    for one in known:
        if one.revision == row.revision and (one.job.is_under_way or one.address):
            return one.job.id
    draft = _kept(studio, row)
    ids = [one.release for one in known if one.release]
    with studio.database.write() as session:
        return publications.ask_to_preview(session, studio.jobs, actor, row, draft, ids, studio.settings.preview_days)


def publish(studio: Studio, actor: Actor, row: TourRow, revision: int, base: str) -> str:
    """Ask for the draft to be made public, unless that is under way; return the job.

    Raises:
        TourChangedError: somebody saved it since ``revision`` was looked at.
        TourBlockedError: the gate found errors.
    """
    if row.revision != revision:
        raise TourChangedError(tour=row.id, revision=revision, now=row.revision)
    last = studio.jobs.list(tour=row.id, kinds=[publications.PUBLISH], page_size=1).jobs
    if last and last[0].is_under_way and last[0].inputs["revision"] == revision:
        return last[0].id
    draft = _kept(studio, row)
    ids = [one.release for one in publication.previews(studio, row, base) if one.release]
    with studio.database.write() as session:
        return publications.ask_to_publish(session, studio.jobs, actor, row, draft, ids)


def go_back(studio: Studio, actor: Actor, row: TourRow, release: str | None) -> None:
    """Show an earlier release again; raises as ``withdrawal.go_back``."""
    shown = withdrawal.go_back(studio.public, row.id, release, studio.settings, actor.name)
    with studio.database.write() as session:
        publications.went_back(session, actor, documents.get(session, row.id), shown.id)


def take_down(studio: Studio, actor: Actor, row: TourRow) -> None:
    """Take a tour down; raises as ``withdrawal.take_down``."""
    withdrawal.take_down(studio.public, row.id, studio.settings, actor.name)
    with studio.database.write() as session:
        publications.taken_down(session, actor, documents.get(session, row.id))


def _kept(studio: Studio, row: TourRow) -> str:
    problems = gate.problems(studio, row)
    if any(problem.severity == "error" for problem in problems):
        raise TourBlockedError(file=row.title, problems=list(problems))
    with studio.database.read() as session:
        return publications.keep(session, studio.private, row)
