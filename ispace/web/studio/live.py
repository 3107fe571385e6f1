"""Live progress of jobs as server-sent events: what a page missed while it was away comes when it is back."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import anyio
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ispace.accounts import people
from ispace.database.people import Person
from ispace.errors import IspaceError, JobUnknownError, RightMissingError
from ispace.jobs.view import ENDED, Job, JobChanges
from ispace.web.studio import failures, jobs_shown
from ispace.web.studio.reach import reachable
from ispace.web.studio.streams import Streams
from ispace.web.studio.studio import Studio
from ispace.web.studio.visit import language_of
from ispace.web.studio.who import asks

_EVERY_S = 1.0
_SILENCE_S = 20.0
"""After so long a comment is sent, so that proxies keep the connection and we notice that the browser is gone."""
_LONGEST_S = 1800.0
"""Then the browser has to come again, and whether it still may is asked anew."""
NEWEST = 1 << 62
"""Beyond every change: asked with it, nothing but the newest number comes back."""


def endpoints(
    studio: Studio, threads: CapacityLimiter, streams: Streams
) -> tuple[Callable[[Request], Awaitable[Response]], Callable[[Request], Awaitable[Response]]]:
    """Return the two endpoints: a stream of events, and the same as JSON for those that cannot hold a stream."""
    newest = _Newest(studio, threads)

    async def changes(request: Request, after: int) -> tuple[str, JobChanges]:
        return await anyio.to_thread.run_sync(_changes, studio, request, after, limiter=threads)

    async def stream(request: Request) -> Response:
        try:
            person, first = await changes(request, _after(request))
        except IspaceError as error:
            return failures.problem(error, language_of(request))

        async def events() -> AsyncGenerator[str, None]:
            last, silent_s, open_s = first.last, 0.0, 0.0
            yield f"retry: 3000\n{_written(first)}"
            while open_s < _LONGEST_S:
                await anyio.sleep(_EVERY_S)
                open_s, silent_s = open_s + _EVERY_S, silent_s + _EVERY_S
                try:
                    # In silence too it is asked now and then: who asks may have been signed out.
                    if await newest.number() <= last and silent_s < _SILENCE_S:
                        continue
                    _, new = await changes(request, last)
                except IspaceError:  # signed out, or the database is away: the browser asks again
                    return
                last = max(last, new.last)
                if new.jobs or silent_s >= _SILENCE_S:
                    silent_s = 0.0
                    yield _written(new) if new.jobs else ": \n\n"

        return streams.answer(person, events(), _written(first))

    async def poll(request: Request) -> Response:
        try:
            _, told = await changes(request, _after(request))
        except IspaceError as error:
            return failures.problem(error, language_of(request))
        return JSONResponse({"jobs": [jobs_shown.event(job) for job in told.jobs], "last": told.last})

    return stream, poll


class _Newest:
    """The number of the last change of any job, asked once a second however many pages are open."""

    def __init__(self, studio: Studio, threads: CapacityLimiter) -> None:
        self._studio, self._threads = studio, threads
        self._lock = anyio.Lock()
        self._number, self._asked_at = 0, -_EVERY_S

    async def number(self) -> int:
        """Return it, as it was less than a second ago."""
        async with self._lock:
            if anyio.current_time() - self._asked_at >= _EVERY_S * 0.9:
                self._number = await anyio.to_thread.run_sync(self._ask, limiter=self._threads)
                self._asked_at = anyio.current_time()
            return self._number

    def _ask(self) -> int:
        return self._studio.jobs.events(NEWEST, limit=1).last


def _changes(studio: Studio, request: Request, after: int) -> tuple[str, JobChanges]:
    """Return who asks, and what changed for them: one tour's jobs, or all that they may see."""
    person, _ = asks(studio, request, "jobs")
    return person.id, _changed(studio, request, person, after)


def _changed(studio: Studio, request: Request, person: Person, after: int) -> JobChanges:
    tour = request.query_params.get("tour")
    if tour:
        reachable(studio, person, tour, "see")
        return studio.jobs.events(after, tour=tour)
    if person.role == "admin" and request.query_params.get("whose") == "all":
        return studio.jobs.events(after)
    return studio.jobs.events(after, visible=visible(studio, person.id))


def visible(studio: Studio, person_id: str) -> tuple[str, tuple[str, ...]]:
    """Return whose jobs somebody may see: their own, and those of their tours."""
    with studio.database.read() as session:
        return person_id, tuple(people.memberships(session, person_id))


def seen(studio: Studio, person: Person, job_id: str) -> Job:
    """Return a job that somebody may see; raises ``JobUnknownError``, also for one that is not for these eyes."""
    job = studio.jobs.get(job_id)
    if person.role != "admin" and job.owner != person.id and job.tour not in visible(studio, person.id)[1]:
        raise JobUnknownError(job=job.id)
    return job


def changeable(studio: Studio, person: Person, job_id: str) -> Job:
    """Return a job that somebody may call off or try again; raises as ``seen``, and ``RightMissingError``."""
    job = seen(studio, person, job_id)
    if person.role != "admin" and job.owner != person.id:
        raise RightMissingError
    return job


def is_busy(studio: Studio, job_id: str) -> bool:
    """Say whether a job is under way; one that was tidied away long after it ended is not."""
    return any(job.is_under_way for job in studio.jobs.some([job_id]).values())


def _after(request: Request) -> int:
    """Return the number of the last change that the browser has seen."""
    for text in (request.headers.get("last-event-id", ""), request.query_params.get("after", "")):
        if text.isascii() and text.isdecimal() and len(text) < 18:
            return int(text)
    return 0


def _written(told: JobChanges) -> str:
    lines: list[str] = []
    for job in told.jobs:
        body: dict[str, Any] = jobs_shown.event(job)
        lines.append(f"id: {job.change}\nevent: job\ndata: {json.dumps(body)}\n\n")
        if job.state in ENDED:
            # What came of it needs words and pictures, which the page itself has.
            lines.append(f"id: {job.change}\nevent: changed\ndata: {job.id}\n\n")
    lines.append(f"id: {told.last}\nevent: seen\ndata: {told.last}\n\n")
    return "".join(lines)
