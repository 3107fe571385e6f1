"""Jobs as pages show them: which state a person calls them by, what they are about, what to do."""

from __future__ import annotations

from typing import Any

from ispace import language
from ispace.database.schema import now
from ispace.errors import StoreFullError
from ispace.jobs.view import Job
from ispace.web.studio.visit import Visit


def line(visit: Visit, job: Job, people: dict[str, str], tours: dict[str, str]) -> dict[str, Any]:
    """Return a job as a line of a list; ``people`` and ``tours`` are names by id."""
    me = visit.signed_in
    may_change = me.role == "admin" or job.owner == me.id
    return {
        "id": job.id,
        "href": f"/jobs/{job.id}",
        "name": name(visit, job),
        "tour": {"href": f"/tours/{job.tour}", "title": tours[job.tour]} if job.tour in tours else None,
        "by": people.get(job.owner, visit.say("nobody")),
        "state": state(job),
        "stage": stage(job),
        "done": job.progress if job.is_under_way else None,
        "left_s": job.remaining_s,
        "position": job.position,
        "queued_at": job.created_at,
        "ended_at": job.finished_at,
        "problem": problem(visit, job),
        "may_cancel": may_change and job.is_under_way,
        "may_retry": may_change and job.state in {"failed", "cancelled", "set-aside"},
    }


def problem(visit: Visit, job: Job) -> dict[str, str] | None:
    """Return why a job failed, or what it waits for before it is tried again."""
    if job.error is None:
        return None
    told = visit.problem(job.error.code, job.error.params)
    if job.is_under_way and job.error.code == StoreFullError.code:
        told["what"] = visit.say("job-waits-for-room")  # by itself, which its own sentence does not know
    return told


def state(job: Job) -> str:
    """Return the state that people are told: one that waits to be tried again is ``retrying``."""
    if job.state == "waiting" and any(one.retry_at is not None and one.retry_at > now() for one in job.stages):
        return "retrying"
    return job.state


def stage(job: Job) -> str:
    """Return the name of the stage that is being done, or comes next."""
    return next((one.name for one in job.stages if one.state in {"running", "waiting", "failed"}), "")


def name(visit: Visit, job: Job) -> str:
    """Return what is done to which thing."""
    inputs = job.inputs
    title = str(inputs.get("name") or (inputs.get("original") or {}).get("name") or "")
    photos = inputs.get("photos")
    return language.say("job-kinds", job.kind, visit.lang, name=title, count=len(photos) if photos else 1)


def event(job: Job) -> dict[str, Any]:
    """Return what a page that is open needs to know of a job's change."""
    return {
        "id": job.id,
        "state": state(job),
        "stage": stage(job),
        "done": job.progress if job.is_under_way else None,
        "left_s": job.remaining_s,
    }
