"""Pictures, sounds and films that cards show."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ispace.model.base import Document, FilePath, Id
from ispace.model.text import Language, Line, Text, Title


class Media(Document):
    """One picture, sound or film, with what people need who cannot see or hear it."""

    id: Id
    kind: Literal["image", "audio", "video"]
    file: FilePath
    alt: Title | None = None
    credit: Line | None = None
    licence: Line | None = None
    """On which terms it may be shown, said beside the credit: CC BY 4.0."""
    transcript: Text | None = None
    captions: dict[Language, FilePath] = Field(default_factory=dict)
    poster: Id | None = None
    """A picture of the tour that stands for a film until it plays."""

    @model_validator(mode="after")
    def _described(self) -> Self:
        if self.kind == "image" and not self.alt:
            raise PydanticCustomError("alt_missing", "a picture has an alternative text", {})
        return self
