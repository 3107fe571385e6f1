"""What tours were sent, and the jobs that make something of it, over the API."""

from __future__ import annotations

from functools import partial

from ispace.errors import (
    GroupArrivingError,
    GroupBusyError,
    GroupUnknownError,
    GroupUnsuitableError,
    JobEndedError,
    JobNotEndedError,
    JobUnknownError,
    PictureNotPanoramaError,
    PictureTooSmallError,
    RightMissingError,
    TourNotHereError,
)
from ispace.jobs.view import Job
from ispace.materials import awaited, groups, shelf
from ispace.web.studio import live
from ispace.web.studio.api import models
from ispace.web.studio.api.operation import Call, Operation


def list_groups(call: Call) -> models.GroupList:
    """List what a tour was sent, in its groups."""
    row = call.tour("see")
    with call.studio.database.read() as session:
        found = shelf.of_tour(session, row.id)
        coming = awaited.counted(session, row.id, call.studio.uploads.is_under_way)
    return models.GroupList(
        groups=[
            models.Group(
                id=group.id,
                kind=group.kind,  # type: ignore[arg-type]
                state=group.state,  # type: ignore[arg-type]
                title=group.title,
                job=group.job_id,
                awaited=awaited.of_files(coming, files) if group.kind == "photos" else 0,
                files=[models.File.model_validate(file, from_attributes=True) for file in files],
            )
            for group, files in found
        ]
    )


def confirm_group(call: Call) -> None:
    """Confirm a group, so that something is made of it."""
    row = call.tour("edit")
    enqueue = groups.enqueuing(call.studio.jobs, call.who.id, row.id)
    with call.studio.database.write() as session:
        groups.held(session, row.id, jobs=True)
        group, files = groups.get(session, row.id, call.parts["group"])
        is_under_way = None if call.query.anyway else call.studio.uploads.is_under_way
        groups.confirm(session, call.actor, group, files, enqueue, is_under_way)


def move_files(call: Call) -> None:
    """Move files of a group into another one, or into a new one."""
    row = call.tour("edit")
    with call.studio.database.write() as session:
        groups.held(session, row.id)
        group, files = groups.get(session, row.id, call.parts["group"])
        some = [file for file in files if file.id in set(call.body.files)]
        groups.move(session, call.actor, group, some, call.body.to, partial(live.is_busy, call.studio))


def remove_files(call: Call) -> None:
    """Take files out of a tour; what was sent stays in the private store."""
    row = call.tour("edit")
    with call.studio.database.write() as session:
        groups.held(session, row.id)
        group, files = groups.get(session, row.id, call.parts["group"])
        some = [file for file in files if file.id in set(call.body.files)]
        groups.remove(session, call.actor, group, some, partial(live.is_busy, call.studio))


def list_jobs(call: Call) -> models.JobList:
    """List the jobs that the caller may see, the newest first."""
    visible = None if call.who.role == "admin" else live.visible(call.studio, call.who.id)
    found = call.studio.jobs.list(tour=call.query.tour, state=call.query.state, visible=visible, page=call.query.page)
    return models.JobList(jobs=[_job(job) for job in found.jobs], total=found.total, page=found.page)


def get_job(call: Call) -> models.Job:
    """Return a job with its stages."""
    return _job(live.seen(call.studio, call.who, call.parts["job"]))


def cancel_job(call: Call) -> models.Job:
    """Call a job off."""
    job = live.changeable(call.studio, call.who, call.parts["job"])
    call.studio.jobs.cancel(job.id)
    return _job(call.studio.jobs.get(job.id))


def retry_job(call: Call) -> models.Job:
    """Try a job again."""
    job = live.changeable(call.studio, call.who, call.parts["job"])
    call.studio.jobs.retry(job.id)
    return _job(call.studio.jobs.get(job.id))


def _job(job: Job) -> models.Job:
    return models.Job(
        id=job.id,
        kind=job.kind,
        tour=job.tour,
        state=job.state,
        progress=job.progress,
        remaining_s=job.remaining_s,
        stages=[
            models.JobStage(name=stage.name, state=stage.state, progress=stage.progress, attempts=stage.attempts)
            for stage in job.stages
        ],
        error_code=job.error.code if job.error is not None else None,
        error_params=job.error.params if job.error is not None else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


_GROUP = (TourNotHereError, RightMissingError, GroupUnknownError)

OPERATIONS = (
    Operation(
        "GET", "/tours/{tour}/groups", list_groups, "Lists what a tour was sent", "tours-read", models.GroupList,
        errors=(TourNotHereError,),
    ),
    Operation(
        "POST", "/tours/{tour}/groups/{group}/confirm", confirm_group, "Confirms a group", "uploads", status=204,
        query=models.ConfirmQuery, errors=(*_GROUP, GroupArrivingError, GroupUnsuitableError),
    ),
    Operation(
        "POST", "/tours/{tour}/groups/{group}/move", move_files, "Moves files to another group", "uploads",
        body=models.MoveFiles, status=204,
        errors=(*_GROUP, GroupBusyError, GroupUnsuitableError, PictureNotPanoramaError, PictureTooSmallError),
    ),
    Operation(
        "POST", "/tours/{tour}/groups/{group}/remove", remove_files, "Takes files out of a tour", "uploads",
        body=models.SomeFiles, status=204, errors=(*_GROUP, GroupBusyError),
    ),
    Operation("GET", "/jobs", list_jobs, "Lists jobs", "jobs", models.JobList, models.JobQuery),
    Operation("GET", "/jobs/{job}", get_job, "Returns a job", "jobs", models.Job, errors=(JobUnknownError,)),
    Operation(
        "POST", "/jobs/{job}/cancel", cancel_job, "Calls a job off", "jobs", models.Job,
        errors=(JobUnknownError, JobEndedError, RightMissingError),
    ),
    Operation(
        "POST", "/jobs/{job}/retry", retry_job, "Tries a job again", "jobs", models.Job,
        errors=(JobUnknownError, JobNotEndedError, RightMissingError),
    ),
)  # fmt: skip
"""What can be asked of groups and jobs."""
