"""What the API takes and gives of the libraries for a tour."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ispace.web.studio.api.models import Document, Strict


class TakeEntry(Strict):
    """An entry of a library that a tour shall have."""

    library: Literal["places", "products", "media"]
    entry: str = Field(min_length=1, max_length=80)


class TakenEntry(BaseModel):
    """A copy for the tour's document; whoever asked puts it there.

    ``media`` are those it shows; their files are the tour's now, their ids the library's: where the tour has a medium
    of that file already, or another of that id, its own id is to be put instead.
    """

    document: Document
    media: list[Document]


class TitleDraft(BaseModel):
    """What a scene could be called by where it is; ``was`` is the title for which that is meant: none, or a number."""

    scene: str
    was: dict[str, str]
    title: dict[str, str]
    place: str
    distance_m: float


class TitleDraftList(BaseModel):
    """Drafts of titles, for scenes that nobody has named and that are near a place."""

    drafts: list[TitleDraft]


class KnownEntry(BaseModel):
    """A place or a product of the tour that the library has too, and in which state."""

    library: Literal["places", "products"]
    entry: str
    revision: int
    differs: bool
    """Whether it says anything else than the tour's copy, pictures aside."""


class KnownEntryList(BaseModel):
    """What of a tour the libraries have."""

    entries: list[KnownEntry]
