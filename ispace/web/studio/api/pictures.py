"""The files and panoramas of tours over the API: what there is, how far it is, where to fetch it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

from ispace.database.pictures import FileRow, PanoramaRow
from ispace.errors import RightMissingError, TourFileUnknownError, TourNotHereError
from ispace.materials import shelf
from ispace.pictures import files, panoramas, uses
from ispace.web.studio import pictures_shown
from ispace.web.studio.api import picture_models as models
from ispace.web.studio.api.operation import Call, Operation


def list_panoramas(call: Call) -> models.PanoramaList:
    """List the panoramas of a tour, ready or under way."""
    row = call.tour("see", whole=True)
    with call.studio.database.read() as session:
        out = shelf.taken_out(session, row.id)
        known = _of_interest(panoramas.of_tour(session, row.id), row.document, out)
        groups = [(group, inside) for group, inside in shelf.of_tour(session, row.id) if group.job_id]
    here = {panorama.job_id for panorama, _ in known}
    wanted = {panorama.job_id for panorama, _ in known if panorama.made is None}
    wanted |= {group.job_id for group, _ in groups if group.job_id} - here
    jobs = call.studio.jobs.some(wanted)
    told = [pictures_shown.panorama(one, file, jobs.get(one.job_id), call.lang) for one, file in known]
    for group, inside in groups:
        job = jobs.get(group.job_id or "")
        if job is not None and job.id not in here and job.state != "done":
            told.append(pictures_shown.under_way(row.id, group, inside, job, call.lang))
    return models.PanoramaList(panoramas=told)


def list_files(call: Call) -> models.TourFileList:
    """List the files that a tour's document may name."""
    row = call.tour("see", whole=True)
    with call.studio.database.read() as session:
        found, out = files.of_tour(session, row.id, call.query.kind), shelf.taken_out(session, row.id)
        in_sets = shelf.in_sets(session, row.id)
    used: dict[str, list[models.Used]] = {}
    for use in uses.uses(row.document):
        used.setdefault(use.file, []).append(models.Used(by=use.by, id=use.id))
    # What was taken out is still there for earlier states of the document, but nobody is offered it.
    offered = [one for one in found if one.file in used or one.sha256 not in out]
    return models.TourFileList(
        files=[pictures_shown.file(one, used.get(one.file, []), is_in_set=one.sha256 in in_sets) for one in offered]
    )


def redo_panorama(call: Call) -> models.RedoneJobs:
    """Make a file ready once more that could not be made so."""
    row = call.tour("edit")
    with call.studio.database.write() as session:
        asked = panoramas.redo(session, call.studio.jobs, call.who.id, row.id, call.body.file)
    return models.RedoneJobs(jobs=asked)


def _of_interest(
    known: Iterable[tuple[PanoramaRow, FileRow]], document: Mapping[str, Any], out: Set[str]
) -> list[tuple[PanoramaRow, FileRow]]:
    """Return what scenes show, what every scene could show, and what is not ready; earlier levels are nobody's.

    ``out`` are the files, by SHA-256, that are offered no more.
    """
    shown = {(file, recipe.key) for _, file, recipe in uses.scenes(document) if recipe is not None}
    return [
        (row, file)
        for row, file in known
        if (row.file, row.recipe) in shown
        or (file.sha256 not in out and (row.recipe == panoramas.BARE or row.made is None))
    ]


OPERATIONS = (
    Operation(
        "GET", "/tours/{tour}/panoramas", list_panoramas, "Lists panoramas", "tours-read", models.PanoramaList,
        errors=(TourNotHereError,),
    ),
    Operation(
        "POST", "/tours/{tour}/panoramas/redo", redo_panorama, "Makes a panorama ready again", "tours-write",
        models.RedoneJobs, body=models.Redo, errors=(TourNotHereError, RightMissingError, TourFileUnknownError),
    ),
    Operation(
        "GET", "/tours/{tour}/files", list_files, "Lists files", "tours-read", models.TourFileList, models.FileQuery,
        errors=(TourNotHereError,),
    ),
)  # fmt: skip
"""What can be asked of a tour's files and panoramas."""
