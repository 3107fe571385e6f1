"""Why an attempt at a stage failed, as it is kept and as it travels from process to process."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from ispace.errors import IspaceError, StageDiedError, StoreFullError, UnavailableError


@dataclasses.dataclass(frozen=True)
class Failure:
    """The code and parameters of an error, and whether it may pass when tried again later."""

    code: str
    params: dict[str, Any]
    may_pass: bool
    died: bool = False
    """Whether the process ended in the middle, which is what makes a job poisonous."""

    @property
    def is_for_room(self) -> bool:
        """Whether a disk was full: nothing that the stage could do better the next time."""
        return self.code == StoreFullError.code

    @classmethod
    def of(cls, error: IspaceError) -> Self:
        """Return what is kept of an error: what is no plain value among its parameters as text."""
        params = {name: value if _is_json(value) else str(value) for name, value in error.params.items()}
        return cls(error.code, params, isinstance(error, UnavailableError), isinstance(error, StageDiedError))


def _is_json(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(inner) for key, inner in value.items())
    return isinstance(value, bool | int | float | str | None)
