"""Jobs: what is being done, what waits, what failed and why; called off, and tried again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from starlette.responses import Response

from ispace.database.people import Person
from ispace.database.tours import TourRow
from ispace.errors import JobEndedError, JobNotEndedError, JobUnknownError
from ispace.jobs.view import Job
from ispace.web.studio import jobs_shown, live, pagination, report_shown
from ispace.web.studio.visit import Visit

PAGE = 50
_LOOK = "look-upload"
_TABS = (("", ""), ("working", "waiting running"), ("wrong", "failed set-aside"), ("done", "done"))


def listed(visit: Visit) -> Response:
    """List the jobs that somebody may see, the newest first."""
    me, jobs = visit.signed_in, visit.studio.jobs
    everybody = me.role == "admin" and visit.query.get("whose") == "all"
    asked: dict[str, Any] = {} if everybody else {"visible": live.visible(visit.studio, me.id)}
    state = visit.query.get("state", "")
    states = next((names.split() for name, names in _TABS if name == state), [])
    number = pagination.number(visit.query.get("page", ""))
    # A memory card brings a thousand of these, each done in a second: they would bury all else.
    looks = visit.query.get("kind") == _LOOK
    chosen: dict[str, Any] = {"kinds": [_LOOK]} if looks else {"without": [_LOOK]}
    found = jobs.list(state=states or None, page=number, page_size=PAGE, **chosen, **asked)  # type: ignore[arg-type]
    folded = 0 if looks else jobs.list(state=states or None, kinds=[_LOOK], page_size=1, **asked).total  # type: ignore[arg-type]
    people, tours = names(visit, found.jobs)
    return visit.page(
        "jobs",
        tabs=_tabs(visit, state, everybody=everybody),
        jobs=[jobs_shown.line(visit, job, people, tours) for job in found.jobs],
        pages=pagination.links(visit, number, found.total, PAGE),
        whose=_whose(visit, everybody=everybody) if me.role == "admin" else [],
        looks={"count": folded, "href": _address(visit, kind=_LOOK)} if folded else None,
        all_href=_address(visit, kind="") if looks else "",
        live=followed(visit, whose="all" if everybody else "mine"),
        any=bool(found.total) or bool(jobs.list(page_size=1, **asked).total),
    )


def one(visit: Visit) -> Response:
    """Show one job with its stages."""
    job = live.seen(visit.studio, visit.signed_in, visit.parts["id"])
    people, tours = names(visit, [job])
    line = jobs_shown.line(visit, job, people, tours)
    attempts = max((stage.attempts for stage in job.stages), default=0)
    machine = next((s.worker for s in reversed(job.stages) if s.worker), "") or ""
    lines = [
        {"at": stage.started_at or job.created_at, "text": stage.text, "kind": "plain"}
        for stage in job.stages
        if stage.text
    ]
    if line["problem"] is not None and job.finished_at is not None:
        lines.append({"at": job.finished_at, "text": line["problem"]["what"], "kind": "bad"})
    return visit.page(
        "job",
        job=line | {"attempts": attempts, "priority": visit.say(f"priority-{job.priority}"), "machine": machine},
        stages=[
            {
                "name": stage.name,
                "state": stage.state,
                "seconds": (stage.finished_at - stage.started_at).total_seconds()
                if stage.finished_at is not None and stage.started_at is not None
                else None,
                "note": stage.text,
            }
            for stage in job.stages
        ],
        lines=lines,
        result=_result(visit, job),
        live=followed(visit, whose="mine"),
    )


def cancel(visit: Visit) -> Response:
    """Call a job off."""
    job = live.changeable(visit.studio, visit.signed_in, visit.parts["id"])
    title = visit.say("job-cancel-title", name=jobs_shown.name(visit, job))
    asked = visit.confirmed(title, visit.say("job-cancel-text"), visit.say("job-cancel"), f"/jobs/{job.id}")
    if asked is not None:
        return asked
    try:
        visit.studio.jobs.cancel(job.id)
    except JobEndedError:  # it ended while the question was read
        return visit.to(f"/jobs/{job.id}")
    return visit.to(f"/jobs/{job.id}", said="job-cancelled")


def retry(visit: Visit) -> Response:
    """Try a job again."""
    job = live.changeable(visit.studio, visit.signed_in, visit.parts["id"])
    try:
        visit.studio.jobs.retry(job.id)
    except JobNotEndedError:
        return visit.to(f"/jobs/{job.id}")
    return visit.to(f"/jobs/{job.id}", said="job-retried")


def names(visit: Visit, jobs: Iterable[Job]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the people and tours of jobs, by id."""
    owners, about = {job.owner for job in jobs}, {job.tour for job in jobs if job.tour}
    with visit.studio.database.read() as session:
        people = session.execute(select(Person.id, Person.name).where(Person.id.in_(owners))).all()
        known = select(TourRow.id, TourRow.title).where(TourRow.id.in_(about), TourRow.deleted_at.is_(None))
        tours = session.execute(known).all()
    return {row.id: row.name for row in people}, {row.id: row.title for row in tours}


def followed(visit: Visit, **query: str) -> dict[str, str]:
    """Return where a page follows jobs from now on."""
    last = visit.studio.jobs.events(live.NEWEST, limit=1).last
    asked = urlencode(query | {"after": str(last)})
    return {"events": f"/live/jobs?{asked}", "poll": f"/live/jobs.json?{asked}"}


def _address(visit: Visit, **changed: str) -> str:
    """Return the address of this list with other filters; an empty one is left out."""
    query = {name: visit.query.get(name, "") for name in ("whose", "state", "kind")} | changed
    asked = urlencode({name: value for name, value in query.items() if value})
    return "/jobs" + (f"?{asked}" if asked else "")


def _whose(visit: Visit, *, everybody: bool) -> list[dict[str, Any]]:
    return [
        {"href": _address(visit, whose=whose), "name": visit.say(name), "current": (whose == "all") == everybody}
        for whose, name in (("", "jobs-mine"), ("all", "jobs-everybody"))
    ]


def _tabs(visit: Visit, state: str, *, everybody: bool) -> list[dict[str, Any]]:
    whose = {"whose": "all"} if everybody else {}
    return [
        {
            "href": "/jobs" + (f"?{urlencode(query)}" if (query := whose | ({"state": name} if name else {})) else ""),
            "name": visit.say(f"jobs-{name or 'all'}"),
            "current": name == state,
            "count": None,
        }
        for name, _ in _TABS
    ]


def _result(visit: Visit, job: Job) -> dict[str, str] | None:
    if job.kind not in {"prepare-panorama", "stitch-set"} or job.state not in {"done", "failed"} or not job.tour:
        return None
    written = next((stage.details.get("page", "") for stage in job.stages if stage.details.get("page")), "")
    if job.state == "failed" and not written:
        return None
    return {
        "text": visit.say("job-result" if job.state == "done" else "job-result-failed"),
        "report": f"/jobs/{job.id}/report" if written else "",
        "picture": f"/jobs/{job.id}/picture.jpg" if job.state == "done" else "",
        "tour": f"/tours/{job.tour}/pictures",
    }


def report(visit: Visit) -> Response:
    """Show how a set was stitched."""
    job = live.seen(visit.studio, visit.signed_in, visit.parts["id"])
    key = next((str(stage.details["page"]) for stage in job.stages if stage.details.get("page")), "")
    if not key:
        raise JobUnknownError(job=job.id)
    return report_shown.report(visit, key, f"/tours/{job.tour}/pictures" if job.tour else f"/jobs/{job.id}")


def picture(visit: Visit) -> Response:
    """Show what came of a job: the first view of its panorama."""
    job = live.seen(visit.studio, visit.signed_in, visit.parts["id"])
    key = (job.result or {}).get("landscape") if isinstance(job.result, dict) else None
    if not key:
        raise JobUnknownError(job=job.id)
    return visit.file(visit.studio.private, str(key), "image/jpeg")
