"""The gate as pages and the API ask it: a draft as it is now, with what the database knows of its files."""

from __future__ import annotations

from ispace import checking
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.model.problem import Problem
from ispace.pictures import drafts, panoramas, uses
from ispace.web.studio.studio import Studio


def problems(studio: Studio, row: TourRow) -> list[Problem]:
    """Return what is left to do in a tour, which was read whole; errors first."""
    with studio.database.read() as session:
        files = drafts.work(session, row.id, row.document)
        wanted = {
            (file, recipe.key)
            for _, file, recipe in uses.scenes(row.document)
            if recipe is not None and file in files.files and recipe.key not in files.files[file].panoramas
        }
        jobs = panoramas.jobs_of(session, row.id, wanted) if wanted else {}
    failed = {}
    if jobs:
        seen = studio.jobs.some(jobs.values())
        for key, job_id in jobs.items():
            job = seen.get(job_id)
            if job is not None and job.error is not None and not job.is_under_way:
                failed[key] = Problem(job.error.code, params=dict(job.error.params), section="errors")
    return checking.draft(row.document, files, now().date(), failed)
