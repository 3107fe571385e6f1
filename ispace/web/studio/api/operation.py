"""One operation of the API: what it is asked with, what it answers, who may ask; and the call that asks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from ispace.accounts import rights
from ispace.database.people import Person
from ispace.database.tours import TourRow
from ispace.errors import IspaceError, RightMissingError, TourNotHereError
from ispace.journal import Actor
from ispace.web.studio.reach import reachable
from ispace.web.studio.studio import Studio


@dataclasses.dataclass
class Call:
    """One request to the API, checked: who asks, and with what."""

    studio: Studio
    person: Person | None
    scopes: frozenset[str] | None
    """The scopes of a token; ``None`` with a browser's session."""
    address: str
    base: str
    parts: Mapping[str, str]
    query: Any
    body: Any
    lang: str
    """The language to speak with who asks."""

    @property
    def who(self) -> Person:
        """Who asks; an operation that is open to nobody has somebody."""
        assert self.person is not None
        return self.person

    @property
    def actor(self) -> Actor:
        """Who acts, for the journal."""
        return Actor(self.who.id, self.who.name, "studio" if self.scopes is None else "token", self.address)

    @property
    def revision(self) -> int:
        """The revision of the path; raises ``TourNotHereError`` where it is none."""
        number = self.parts["revision"]
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise TourNotHereError(tour=f"{self.parts['tour'][:80]}/{number[:20]}")
        return int(number)

    def need_admin(self) -> None:
        """Return where an administrator asks; raises ``RightMissingError``."""
        if not rights.may_administer(self.who.role):
            raise RightMissingError

    def tour(self, action: rights.Action, *, whole: bool = False) -> TourRow:
        """Return the tour of the path, for somebody who may do that with it; raises as ``reachable``."""
        return reachable(self.studio, self.who, self.parts["tour"], action, whole=whole)


@dataclasses.dataclass(frozen=True)
class Operation:
    """What can be asked; the OpenAPI document is made from exactly this."""

    method: str
    path: str
    work: Callable[[Call], BaseModel | None]
    summary: str
    scope: str | None
    """Which scope a token needs; ``None``: any that is good."""
    result: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    errors: tuple[type[IspaceError], ...] = ()
    """What it may refuse beside what every operation may."""
    status: int = 200
    is_open: bool = False
    """Whether nobody needs to be signed in."""

    @property
    def id(self) -> str:
        """The name of the operation in the document."""
        return self.work.__name__
