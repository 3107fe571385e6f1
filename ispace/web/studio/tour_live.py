"""A tour that several people have open, as server-sent events: that something was saved, and who is there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import anyio
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ispace import documents
from ispace.editing import presence
from ispace.errors import IspaceError
from ispace.web.studio import failures
from ispace.web.studio.reach import reachable
from ispace.web.studio.streams import Streams
from ispace.web.studio.studio import Studio
from ispace.web.studio.visit import language_of
from ispace.web.studio.who import asks

_EVERY_S = 1.0
_SILENCE_S = 20.0
"""After so long in silence a comment is sent; as often it is asked anew whether who listens still may."""
_LONGEST_S = 1800.0
_TOURS = 200
"""So many tours are remembered as they were less than a second ago."""


@dataclasses.dataclass(frozen=True)
class _Seen:
    """A tour at a moment: its revision with who made it, and the pages that have it open."""

    revision: int
    by: str | None
    people: list[dict[str, Any]]


class _Watch:
    """Tours as they were less than a second ago, however many pages have each of them open."""

    def __init__(self, studio: Studio, threads: CapacityLimiter) -> None:
        self._studio, self._threads = studio, threads
        self._lock = anyio.Lock()
        self._seen: dict[str, tuple[float, _Seen]] = {}

    async def seen(self, tour_id: str) -> _Seen:
        async with self._lock:
            at, known = self._seen.get(tour_id, (-_EVERY_S, None))
            if known is not None and anyio.current_time() - at < _EVERY_S * 0.9:
                return known
            while len(self._seen) >= _TOURS:
                self._seen.pop(next(iter(self._seen)))
            found = await anyio.to_thread.run_sync(_look, self._studio, tour_id, limiter=self._threads)
            self._seen.pop(tour_id, None)
            self._seen[tour_id] = (anyio.current_time(), found)
            return found


def endpoints(
    studio: Studio, threads: CapacityLimiter, streams: Streams
) -> tuple[Callable[[Request], Awaitable[Response]], Callable[[Request], Awaitable[Response]]]:
    """Return the two endpoints: a stream of events, and the same as JSON for those that cannot hold a stream."""
    watch = _Watch(studio, threads)

    async def permitted(request: Request) -> tuple[str, str]:
        return await anyio.to_thread.run_sync(_permitted, studio, request, limiter=threads)

    async def stream(request: Request) -> Response:
        try:
            person_id, tour_id = await permitted(request)
            first = await watch.seen(tour_id)
        except IspaceError as error:
            return failures.problem(error, language_of(request))

        async def events() -> AsyncGenerator[str, None]:
            last, silent_s, asked_s, open_s = first, 0.0, 0.0, 0.0
            yield f"retry: 2000\n\n{_revision(first)}{_people(first)}"
            while open_s < _LONGEST_S:
                await anyio.sleep(_EVERY_S)
                silent_s, asked_s, open_s = silent_s + _EVERY_S, asked_s + _EVERY_S, open_s + _EVERY_S
                try:
                    # However much there is to tell: who listens may have been signed out or sent away.
                    if asked_s >= _SILENCE_S:
                        await permitted(request)
                        asked_s = 0.0
                    now = await watch.seen(tour_id)
                except IspaceError:  # or the database is away: the browser asks again
                    return
                told = _revision(now) if now.revision != last.revision else ""
                told += _people(now) if now.people != last.people else ""
                last = now
                if told or silent_s >= _SILENCE_S:
                    silent_s = 0.0
                    yield told or ": \n\n"

        return streams.answer(person_id, events(), f"\n{_revision(first)}{_people(first)}")

    async def poll(request: Request) -> Response:
        try:
            _, tour_id = await permitted(request)
            now = await watch.seen(tour_id)
        except IspaceError as error:
            return failures.problem(error, language_of(request))
        return JSONResponse(dataclasses.asdict(now))

    return stream, poll


def _permitted(studio: Studio, request: Request) -> tuple[str, str]:
    person, _ = asks(studio, request, "tours-read")
    return person.id, reachable(studio, person, request.path_params["tour"], "see").id


def _look(studio: Studio, tour_id: str) -> _Seen:
    with studio.database.read() as session:
        row = documents.get(session, tour_id)
        by = documents.authors(session, [row]).get(tour_id)
        here = presence.people(session, tour_id)
    return _Seen(row.revision, by, [dataclasses.asdict(one) for one in here])


def _revision(seen: _Seen) -> str:
    return f"event: revision\ndata: {json.dumps({'revision': seen.revision, 'by': seen.by})}\n\n"


def _people(seen: _Seen) -> str:
    return f"event: people\ndata: {json.dumps(seen.people)}\n\n"
