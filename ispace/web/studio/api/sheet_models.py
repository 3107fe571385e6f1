"""What the API takes and gives of tables of texts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, Field

from ispace.sheets.formats import MAX_BYTES
from ispace.web.studio.api.models import Strict

_Content = Annotated[Base64Bytes, Field(max_length=MAX_BYTES * 4 // 3 + 4096)]


class Sheet(Strict):
    """A CSV or XLSX file of texts, in Base64."""

    content: _Content


class ImportSheet(Sheet):
    """A file of texts, to be put into the tour as its author saw it at ``revision``."""

    revision: int = Field(ge=1, le=2**31 - 1)


class SheetChange(BaseModel):
    """A text that the file says anew; ``what`` is the scene or part as people know it."""

    what: str
    scene: str
    part: str
    field: str
    lang: str
    before: str
    after: str


class SheetLeft(BaseModel):
    """A line of the file that changes nothing, and why."""

    line: int
    why: Literal["unknown", "twice", "long", "empty"]
    what: str


class SheetPreview(BaseModel):
    """What a file would change of the tour as it is at ``revision``; of each list at most the first five hundred."""

    revision: int
    changes: list[SheetChange]
    change_count: int
    left: list[SheetLeft]
    left_count: int
    ignored: list[str]
    """Columns that are of no language of the tour."""


class SheetImported(BaseModel):
    """What was changed."""

    revision: int
    change_count: int
