"""What came of looking at a file, as the stage tells it and the database keeps it."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from ispace.imaging.info import PictureInfo


@dataclasses.dataclass(frozen=True)
class Look:
    """What came of looking at a file; ``error_code`` says why one cannot be used."""

    kind: str
    info: PictureInfo | None = None
    has_glance: bool = False
    error_code: str | None = None
    error_params: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` takes back."""
        return {
            "kind": self.kind,
            "info": self.info.to_json() if self.info is not None else None,
            "has_glance": self.has_glance,
            "error_code": self.error_code,
            "error_params": self.error_params,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``to_json`` was called on."""
        info = value.get("info")
        return cls(
            kind=value["kind"],
            info=PictureInfo.from_json(info) if info else None,
            has_glance=bool(value.get("has_glance")),
            error_code=value.get("error_code"),
            error_params=value.get("error_params"),
        )
