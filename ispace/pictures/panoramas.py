"""The panoramas of a tour: what its document needs is asked for, what came of it is written down.

Whoever saves a document calls ``ensure`` first, in the same transaction: jobs come before a tour's row in the order of
turns (``database.turns``).
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ispace import documents, keys
from ispace.database.pictures import FileRow, PanoramaRow
from ispace.database.tours import TourRow
from ispace.database.work import JobRow, StageRow
from ispace.errors import JobEndedError, JobUnknownError, TourDocumentError
from ispace.imaging.info import PictureInfo
from ispace.jobs.jobs import Jobs
from ispace.jobs.numbers import next_change
from ispace.jobs.plan import Priority
from ispace.journal import Actor
from ispace.model.tileset import TileSet
from ispace.pictures import files, scenes, uses
from ispace.pictures.files import Sent
from ispace.pictures.recipe import Recipe
from ispace.work import Note, Tiled

MOST_AT_ONCE = 1000
"""As many jobs as one saved document asks for."""
_A_FEW = 4
BARE = Recipe().key
"""The recipe of scenes that say nothing of their picture."""

_WORKER = Actor(None, "iSpace", "worker")
_FOR_SCENES = ("panorama", "image")
_FOR_CARDS = (*_FOR_SCENES, "drawing")


@dataclasses.dataclass(frozen=True)
class Needs:
    """What has to be asked for, or called off, so that a document has the pictures that it shows."""

    panoramas: list[tuple[FileRow, Recipe]]
    pictures: list[FileRow]
    outdated: list[PanoramaRow]
    """Under way for a level that no scene has any more."""

    def __bool__(self) -> bool:
        """Say whether anything is needed."""
        return bool(self.panoramas or self.pictures or self.outdated)


def ensure(session: Session, jobs: Jobs, owner: str, tour_id: str, document: Mapping[str, Any]) -> list[str]:
    """Ask for what a document needs of its pictures and nobody asked for yet; return the ids of the jobs.

    Where nothing is needed this takes no turn and writes nothing. Call it before the tour's row is locked.
    """
    if not needs(session, tour_id, document):
        return []
    next_change(session)
    found = needs(session, tour_id, document)  # somebody else may have asked until it was our turn
    asked = []
    # Somebody looks at what they have just changed: that does not wait behind a card full of panoramas.
    urgency: Priority = "first" if len(found.panoramas) + len(found.pictures) <= _A_FEW else "normal"
    for row, recipe in found.panoramas:
        session.add(made := _asked(session, jobs, owner, row, recipe, urgency))
        asked.append(made.job_id)
    for row in found.pictures:
        row.web_job = _enqueue(session, jobs, "prepare-picture", owner, row, {}, urgency)
        asked.append(row.web_job)
    for panorama in found.outdated:
        with contextlib.suppress(JobUnknownError, JobEndedError):
            jobs.cancel(panorama.job_id, session=session)
        session.delete(panorama)
    session.flush()
    return asked


def needs(session: Session, tour_id: str, document: Mapping[str, Any]) -> Needs:
    """Return what ``ensure`` does, of files that the tour has."""
    shown = {(file, recipe.key): recipe for _, file, recipe in uses.scenes(document) if recipe is not None}
    on_cards = {use.file for use in uses.uses(document) if use.by == "medium"}
    columns = select(PanoramaRow.file, PanoramaRow.recipe, PanoramaRow.tile_set.is_(None))
    known = {(file, key): under_way for file, key, under_way in session.execute(
        columns.where(PanoramaRow.tour_id == tour_id)
    )}  # fmt: skip
    new = [pair for pair in shown if pair not in known]
    there = files.some(session, tour_id, {file for file, _ in new} | on_cards)
    for_scenes = {name: row for name, row in there.items() if row.kind in _FOR_SCENES}
    for_cards = [row for name, row in there.items() if name in on_cards and row.kind in _FOR_CARDS]
    old = [pair for pair, under_way in known.items() if under_way and pair not in shown and pair[1] != BARE]
    return Needs(
        [(for_scenes[file], shown[file, key]) for file, key in new if file in for_scenes][:MOST_AT_ONCE],
        [row for row in for_cards if row.web_job is None][:MOST_AT_ONCE],
        [row for pair in old if (row := session.get(PanoramaRow, (tour_id, *pair), populate_existing=True))],
    )


def redo(session: Session, jobs: Jobs, owner: str, tour_id: str, file: str) -> list[str]:
    """Ask again for all of a file that failed or was called off; return the jobs.

    Raises:
        TourFileUnknownError: the tour has no such file.
    """
    row = files.get(session, tour_id, file)
    asked = select(PanoramaRow).where(PanoramaRow.tour_id == tour_id, PanoramaRow.file == file)
    rows = session.scalars(asked).all()
    if not rows and row.kind == "panorama":
        session.add(made := _asked(session, jobs, owner, row, Recipe()))
        return [made.job_id]
    ids = []
    for panorama in (one for one in rows if one.made is None):
        panorama.job_id = _asked(session, jobs, owner, row, Recipe.of_key(panorama.recipe)).job_id
        ids.append(panorama.job_id)
    if row.web_job is not None and row.web is None:
        ids.append(_enqueue(session, jobs, "prepare-picture", owner, row, {}))
    return ids


def arrived(session: Session, jobs: Jobs, job: JobRow, results: Mapping[str, Any]) -> None:
    """Write down what came of a job that made a panorama ready; a new one becomes a scene of the tour's document.

    Called in the transaction in which the job is done, which has the jobs' turn.
    """
    kept, tiled, views = results.get("ingest") or results["stitch"], results["tile"], results["views"]
    recipe = Recipe.of(job.inputs.get("level"), job.inputs.get("coverage"))
    tour = session.get(TourRow, job.tour, with_for_update=True, options=[undefer(TourRow.document)])
    if tour is None or recipe is None or "tiles" not in tiled:  # begun by an iSpace that kept less
        return
    sent = Sent(
        "panorama", kept["name"], kept["sha256"], kept["size_bytes"], kept["info"]["format"], kept["info"],
        _report(session, job),
    )  # fmt: skip
    row = files.keep(session, tour.id, sent, job.owner)
    ready = select(PanoramaRow.recipe).where(
        PanoramaRow.tour_id == tour.id, PanoramaRow.file == row.file, PanoramaRow.tile_set.is_not(None)
    )
    is_new = session.scalars(ready.limit(1)).first() is None
    panorama = session.get(PanoramaRow, (tour.id, row.file, recipe.key))
    if panorama is None:
        panorama = PanoramaRow(tour_id=tour.id, file=row.file, recipe=recipe.key)
        session.add(panorama)
    panorama.job_id, panorama.tile_set = job.id, tiled["tile_set"]
    panorama.made = {name: tiled[name] for name in ("tiles", "coverage", "north_deg", "notes")} | {
        "views": {name: key for name, key in views.items() if isinstance(key, str)},
        "sizes_px": views.get("sizes_px", {}),
    }
    session.flush()
    placed = scenes.with_picture(tour.document, str(job.inputs.get("scene", "")), row.file)
    if placed is None and is_new:
        placed = scenes.with_scene(tour.document, row.file, row.name)
    if placed is not None:
        _save(session, jobs, job.owner, tour, placed)


def sent_again(session: Session, jobs: Jobs, owner: str, tour_id: str, sha256: str) -> None:
    """Make a scene of a picture that is ready and was sent once more, unless one shows it: somebody took it out before.

    Called as ``arrived`` is.
    """
    ready = (
        select(FileRow)
        .join(PanoramaRow, (PanoramaRow.tour_id == FileRow.tour_id) & (PanoramaRow.file == FileRow.file))
        .where(FileRow.tour_id == tour_id, FileRow.sha256 == sha256)
        .where(PanoramaRow.recipe == BARE, PanoramaRow.tile_set.is_not(None))
    )
    row = session.scalars(ready).first()
    if row is None:
        return
    tour = session.get_one(TourRow, tour_id, with_for_update=True, options=[undefer(TourRow.document)])
    placed = scenes.with_scene(tour.document, row.file, row.name)
    if placed is not None:
        _save(session, jobs, owner, tour, placed)


def picture_arrived(session: Session, job: JobRow, web: Mapping[str, Any]) -> None:
    """Write down the picture as cards show it."""
    asked = select(FileRow).where(FileRow.tour_id == job.tour, FileRow.web_job == job.id)
    for row in session.scalars(asked):
        row.web = dict(web)


def of_tour(session: Session, tour_id: str) -> Sequence[tuple[PanoramaRow, FileRow]]:
    """Return the panoramas of a tour, those that came first at the front."""
    asked = (
        select(PanoramaRow, FileRow)
        .join(FileRow, (FileRow.tour_id == PanoramaRow.tour_id) & (FileRow.file == PanoramaRow.file))
        .where(PanoramaRow.tour_id == tour_id)
        .order_by(FileRow.created_at, FileRow.file, PanoramaRow.recipe)
    )
    return [(row[0], row[1]) for row in session.execute(asked)]


def jobs_of(session: Session, tour_id: str, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the job that makes each of some panoramas, by file and recipe."""
    asked = select(PanoramaRow.file, PanoramaRow.recipe, PanoramaRow.job_id).where(
        PanoramaRow.tour_id == tour_id, PanoramaRow.tile_set.is_(None)
    )
    return {(file, recipe): job for file, recipe, job in session.execute(asked) if (file, recipe) in wanted}


def has_tile_set(session: Session, tour_id: str, tile_set: str) -> bool:
    """Say whether tiles are those of a panorama of the tour."""
    asked = select(PanoramaRow.file).where(PanoramaRow.tour_id == tour_id, PanoramaRow.tile_set == tile_set)
    return session.scalars(asked.limit(1)).first() is not None


def views_of(session: Session, tour_id: str, *, tile_set: str | None = None, file: str | None = None) -> dict[str, str]:
    """Return the private keys of the pictures of how a panorama opens, by name; empty where there is none."""
    asked = select(PanoramaRow.made).where(PanoramaRow.tour_id == tour_id, PanoramaRow.tile_set.is_not(None))
    asked = asked.where(PanoramaRow.tile_set == tile_set) if tile_set is not None else asked
    asked = asked.where(PanoramaRow.file == file) if file is not None else asked
    made = session.scalars(asked.order_by(PanoramaRow.recipe).limit(1)).first()
    return dict(made["views"]) if made else {}


def tiled(panorama: PanoramaRow, row: FileRow) -> Tiled | None:
    """Return a panorama's tile set without the list of its files; ``None`` as long as it is not ready."""
    if panorama.made is None or panorama.tile_set is None:
        return None
    made = panorama.made
    notes = [Note(**note) for note in made["notes"]]
    return Tiled(panorama.tile_set, row.sha256, TileSet.model_validate(made["tiles"]), [], notes, made["north_deg"])


def info_of(row: FileRow) -> PictureInfo | None:
    """Return what a picture's header says."""
    return PictureInfo.from_json(row.info) if row.info else None


def _asked(
    session: Session, jobs: Jobs, owner: str, row: FileRow, recipe: Recipe, urgency: Priority = "normal"
) -> PanoramaRow:
    job_id = _enqueue(session, jobs, "prepare-panorama", owner, row, recipe.inputs(), urgency)
    return PanoramaRow(tour_id=row.tour_id, file=row.file, recipe=recipe.key, job_id=job_id)


def _enqueue(
    session: Session,
    jobs: Jobs,
    kind: str,
    owner: str,
    row: FileRow,
    said: dict[str, Any],
    urgency: Priority = "normal",
) -> str:
    inputs = {"original": {"key": keys.original(row.sha256), "name": row.name}, **said}
    return jobs.enqueue(
        kind, inputs, owner=owner, tour=row.tour_id, priority=urgency, size_bytes=row.size_bytes, session=session
    )


def _save(session: Session, jobs: Jobs, owner: str, tour: TourRow, placed: scenes.Placed) -> None:
    ensure(session, jobs, owner, tour.id, placed.document)
    try:
        documents.save(session, _WORKER, tour, placed.document, tour.revision, placed.note)
    except TourDocumentError:  # the document is full: the picture waits among the files
        return


def _report(session: Session, job: JobRow) -> str | None:
    """Return the private key of the page that tells how a set was stitched."""
    told = session.scalars(select(StageRow.details).where(StageRow.job_id == job.id).order_by(StageRow.number))
    return next((str(details["page"]) for details in told if details and details.get("page")), None)
