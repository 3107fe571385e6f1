"""What the API tells of what keeps a tour from being public, and of what was published, as pydantic models."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from ispace.web.studio.api.models import JobState, State, Strict


class FoundProblem(BaseModel):
    """One thing that is wrong with a draft: ``field`` is the path in the document, ``scene`` and ``part`` are the ids
    on the way to it; ``text`` says what, ``mend`` what to do.
    """

    code: str
    field: str
    scene: str | None
    part: str | None
    severity: Literal["error", "warning"]
    text: str
    mend: str


class ProblemCounts(BaseModel):
    """How many of each kind there are, those that are not told among them."""

    error: int
    warning: int


class ProblemList(BaseModel):
    """What is left to do before a tour is public, errors first; at most the first thousand are told."""

    revision: int
    problems: list[FoundProblem]
    counts: ProblemCounts


class PublishedRelease(BaseModel):
    """A release: ``changes`` says in words what is different from the one before."""

    id: str
    at: dt.datetime
    by: str
    current: bool
    size_bytes: int
    changes: list[str]


class TourPreview(BaseModel):
    """A preview; ``address`` is null until ``job`` is done."""

    job: str
    state: JobState
    revision: int
    address: str | None
    until: dt.datetime
    release: str | None


class Publication(BaseModel):
    """What of a tour is public. ``embed`` is what other sites paste, ``job`` the last wish to publish."""

    state: State
    revision: int
    current: str | None
    address: str | None
    embed: str | None
    share_picture: str | None
    releases: list[PublishedRelease]
    previews: list[TourPreview]
    job: str | None


class PublishWish(Strict):
    """The revision that was looked at: another one is not published unseen."""

    revision: int = Field(ge=1, lt=2**31)


class WishedJob(BaseModel):
    """The job that does it."""

    job: str


class GoBack(Strict):
    """The release to show again; without one, the one that was public before."""

    release: str | None = Field(default=None, max_length=40)
