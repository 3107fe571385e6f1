"""What the API takes and gives, as pydantic models; their names are those of the OpenAPI document."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Id = Annotated[str, StringConstraints(max_length=80)]
Role = Literal["viewer", "editor", "approver", "admin"]
MemberRole = Literal["viewer", "editor", "approver"]
State = Literal["draft", "review", "published", "changed", "down"]
Scope = Literal["tours-read", "tours-write", "tours-publish", "uploads", "jobs", "people", "audit"]
Document = dict[str, Any]


class Strict(BaseModel):
    """What is taken: a name that is not known is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Problem(BaseModel):
    """Why something was not done (RFC 9457); ``code`` never changes, ``title`` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    params: dict[str, Any]


class Health(BaseModel):
    """The studio answers, and so does its database."""

    status: Literal["ok"]
    version: str


class Me(BaseModel):
    """Who asks, and what they may do."""

    id: str
    name: str
    email: str
    role: Role
    scopes: list[Scope] | None
    """Those of the token; null with a browser's session, which may do all that the role allows."""


class TourSummary(BaseModel):
    """A tour in a list."""

    id: str
    title: str
    state: State
    revision: int
    scenes: int
    changed_at: dt.datetime


class TourList(BaseModel):
    """One page of tours, the last changed first."""

    tours: list[TourSummary]
    total: int
    page: int


class Tour(TourSummary):
    """A tour with its document."""

    document: Document


class NewTour(Strict):
    """A tour to make; without ``id`` it is called after its title."""

    title: str = Field(min_length=1, max_length=200)
    language: str = Field(default="vi", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)
    id: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)


class SaveTour(Strict):
    """A document to save over the revision that its author saw."""

    document: Document
    revision: int = Field(ge=1, le=2**31 - 1)
    note: str = Field(default="", max_length=500)


class Revision(BaseModel):
    """A tour as it was saved once."""

    revision: int
    saved_at: dt.datetime
    saved_by: str | None
    note: str


class RevisionList(BaseModel):
    """What was saved, the newest first."""

    revisions: list[Revision]


class RevisionDocument(Revision):
    """An earlier state with its document."""

    document: Document


class Member(BaseModel):
    """Who belongs to a tour."""

    person: str
    name: str
    role: MemberRole
    added_at: dt.datetime


class MemberList(BaseModel):
    """Everybody who belongs to a tour."""

    members: list[Member]


class SetMember(Strict):
    """What somebody may do on a tour."""

    role: MemberRole


class Person(BaseModel):
    """Somebody who may sign in, or could once."""

    id: str
    name: str
    email: str
    role: Role
    language: str
    disabled: bool
    two_step: bool
    created_at: dt.datetime


class PersonList(BaseModel):
    """People, sorted by given name."""

    people: list[Person]


class ChangePerson(Strict):
    """What to change of a person; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    role: Role | None = None
    disabled: bool | None = None


class Invite(Strict):
    """Somebody to invite, and the tours that they shall belong to."""

    email: str = Field(max_length=254)
    role: Role
    tours: dict[_Id, MemberRole] = Field(default_factory=dict, max_length=200)


class Link(BaseModel):
    """A link to hand over; it is good once, and shown once."""

    url: str
    expires_at: dt.datetime


class NewToken(Strict):
    """An API token to make."""

    name: str = Field(min_length=1, max_length=120)
    scopes: list[Scope] = Field(min_length=1, max_length=6)
    days: int = Field(default=90, ge=1, le=366)


class Token(BaseModel):
    """An API token, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: dt.datetime
    used_at: dt.datetime | None
    expires_at: dt.datetime


class TokenList(BaseModel):
    """One's own tokens."""

    tokens: list[Token]


class MadeToken(Token):
    """A new token with its secret, which is shown once."""

    secret: str


class Entry(BaseModel):
    """A row of the audit log."""

    id: int
    at: dt.datetime
    actor_id: str | None
    actor: str
    via: str
    address: str
    action: str
    kind: str
    subject: str
    before: Any
    after: Any


class EntryList(BaseModel):
    """Rows, the newest first; ``next`` goes on with those before."""

    entries: list[Entry]
    next: int | None


class LibraryEntry(BaseModel):
    """A place, product or medium that tours take from."""

    id: str
    document: Document
    revision: int
    changed_at: dt.datetime


class LibraryList(BaseModel):
    """One page of a library, sorted as Vietnamese is."""

    entries: list[LibraryEntry]
    total: int
    page: int


class SaveEntry(Strict):
    """An entry to save; ``revision`` is that which its author saw, 0 for a new one."""

    document: Document
    revision: int = Field(ge=0, le=2**31 - 1)


class Page(Strict):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=10_000)


class TourQuery(Page):
    """Which tours."""

    q: str = Field(default="", max_length=200)
    state: State | None = None


class LibraryQuery(Page):
    """Which entries of a library."""

    q: str = Field(default="", max_length=200)


class RevisionQuery(Strict):
    """Revisions before one."""

    before: int | None = Field(default=None, ge=1, le=2**31 - 1)


class PersonQuery(Strict):
    """Which people."""

    q: str = Field(default="", max_length=200)


class EntryQuery(Strict):
    """Which rows of the audit log."""

    actor: str = Field(default="", max_length=32)
    action: str = Field(default="", max_length=48)
    kind: str = Field(default="", max_length=24)
    subject: str = Field(default="", max_length=120)
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = Field(default=None, ge=1, le=2**53)
    limit: int = Field(default=50, ge=1, le=500)


class File(BaseModel):
    """A file that a tour was sent; ``error_code`` says why one cannot be used."""

    id: str
    name: str
    folder: str
    kind: str
    size_bytes: int
    sha256: str
    error_code: str | None
    error_params: dict[str, Any] | None


class Group(BaseModel):
    """Files that are one thing."""

    id: str
    kind: Literal["panorama", "part", "photos", "fisheye", "media", "unusable"]
    state: Literal["found", "confirmed"]
    title: str
    job: str | None
    awaited: int
    """Photos from where those of a set came from that are still being sent."""
    files: list[File]


class GroupList(BaseModel):
    """Everything that a tour was sent."""

    groups: list[Group]


class ConfirmQuery(Strict):
    """Whether a set is stitched of what is here, though more photos of its folder are being sent."""

    anyway: bool = False


class SomeFiles(Strict):
    """Files of a group."""

    files: list[_Id] = Field(min_length=1, max_length=2000)


class MoveFiles(SomeFiles):
    """Files of a group, and where to: another group's id, or ``new-photos``, ``panorama``, ``media``."""

    to: str = Field(min_length=1, max_length=40)


JobState = Literal["waiting", "running", "done", "failed", "cancelled", "set-aside"]


class JobStage(BaseModel):
    """A stage of a job."""

    name: str
    state: str
    progress: float
    attempts: int


class Job(BaseModel):
    """A piece of work; ``remaining_s`` is an estimate from earlier ones, null where there is none."""

    id: str
    kind: str
    tour: str | None
    state: JobState
    progress: float
    remaining_s: float | None
    stages: list[JobStage]
    error_code: str | None
    error_params: dict[str, Any] | None
    created_at: dt.datetime
    finished_at: dt.datetime | None


class JobList(BaseModel):
    """One page of jobs, the newest first."""

    jobs: list[Job]
    total: int
    page: int


class JobQuery(Page):
    """Which jobs."""

    tour: str | None = Field(default=None, max_length=80)
    state: JobState | None = None
