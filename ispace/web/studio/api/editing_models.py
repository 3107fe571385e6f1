"""What the API takes and gives where a tour is edited together; the names are those of the OpenAPI document."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from ispace.web.studio.api.models import Strict

_Step = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Path = Annotated[list[_Step], Field(min_length=1, max_length=20)]
_Next = Annotated[str, StringConstraints(max_length=200)] | None
MAX_OPS = 5000
"""At a time: the tour is locked while they are done."""
_DEEPEST = 40
"""Values within values; a document has a handful."""


def _shallow(value: Any) -> Any:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            one
            for each in level
            if isinstance(each, dict | list)
            for one in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return value
    raise ValueError("deeper than 40 values within each other")


class _Exact(BaseModel):
    """What is taken as it is: a space in a name is a space."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)


class Item(BaseModel):
    """An item of a list that is merged item by item."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, StringConstraints(min_length=1, max_length=199)]

    @model_validator(mode="after")
    def _is_shallow(self) -> Self:
        _shallow(self.model_extra)
        return self


class SetOp(_Exact):
    """Puts a value in place of another; what is absent does not stand there."""

    op: Literal["set"]
    at: _Path
    was: Any = None
    to: Any = None
    new: int = Field(default=0, ge=0, le=20)

    _is_shallow = field_validator("was", "to")(_shallow)


class PutOp(_Exact):
    """Puts an item into a list, before ``next``."""

    op: Literal["put"]
    at: _Path
    item: Item
    next: _Next
    new: int = Field(default=0, ge=0, le=20)


class DropOp(_Exact):
    """Takes an item out of a list; ``next`` stood behind it."""

    op: Literal["drop"]
    at: Annotated[list[_Step], Field(min_length=2, max_length=20)]
    was: Item
    next: _Next
    new: int = Field(default=0, ge=0, le=20)


class MoveOp(_Exact):
    """Moves an item of a list before ``next``."""

    op: Literal["move"]
    at: _Path
    id: _Step
    next: _Next
    was: _Next


class Change(_Exact):
    """Operations that are done together or not at all."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    label: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{0,60}$")]
    ops: list[Annotated[SetOp | PutOp | DropOp | MoveOp, Field(discriminator="op")]] = Field(
        min_length=1, max_length=MAX_OPS
    )

    def to_json(self) -> dict[str, Any]:
        """Return it as it came: what was absent is absent."""
        return self.model_dump(exclude_unset=True)


class Changes(_Exact):
    """Changes that were made to a revision of a tour, in their order; ``person``: taken from nobody else."""

    revision: int = Field(ge=1, le=2**31 - 1)
    person: Annotated[str, StringConstraints(max_length=64)] | None = None
    changes: list[Change] = Field(max_length=500)

    @field_validator("changes")
    @classmethod
    def _at_most(cls, changes: list[Change]) -> list[Change]:
        if sum(len(change.ops) for change in changes) > MAX_OPS:
            raise ValueError(f"more than {MAX_OPS} operations")
        return changes


class Author(BaseModel):
    """Who saved."""

    id: str
    name: str


class SavedChanges(BaseModel):
    """One save; ``by`` is null where a machine saved."""

    revision: int
    by: Author | None
    at: dt.datetime
    changes: list[dict[str, Any]]


class Clash(BaseModel):
    """A change that was not done: at operation ``op`` it met ``now``; ``there`` is false where nothing stands.

    ``now`` is null where all that was met is too much to be told.
    """

    change: str
    op: int
    there: bool
    now: Any


class MergedChanges(BaseModel):
    """What became of changes, and what others saved since the revision that they were made to."""

    revision: int
    done: list[str]
    clashes: list[Clash]
    others: list[SavedChanges]


class SinceQuery(Strict):
    """Saves after one."""

    since: int = Field(ge=1, le=2**31 - 1)


class HistoryQuery(Strict):
    """Entries before a save, in the words of a language."""

    before: int | None = Field(default=None, ge=1, le=2**31 - 1)
    lang: Literal["vi", "en"] = "vi"


class HistoryEntry(BaseModel):
    """What somebody did in one go, from save ``first`` to save ``revision``; ``by`` is null where a machine did."""

    revision: int
    first: int
    by: Author | None
    since: dt.datetime
    until: dt.datetime
    labels: list[str]
    told: str
    note: str


class History(BaseModel):
    """Entries, the newest first; ``before`` asks for those that follow, and is null where that is all."""

    entries: list[HistoryEntry]
    before: int | None


class Here(_Exact):
    """Where on a page somebody is; ``left``: the page is closed."""

    page: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    scene: Annotated[str, StringConstraints(max_length=80)] | None = None
    tab: Annotated[str, StringConstraints(max_length=24)] = ""
    left: bool = False
