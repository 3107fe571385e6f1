"""What a kind of job consists of: stages in their order, each with the function that does it and what it exhausts."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Self

Queue = Literal["preview", "cpu", "memory", "net"]
QUEUES: tuple[Queue, ...] = ("preview", "cpu", "memory", "net")
"""Stages wait by what they exhaust: nothing much, processors, memory, the line to somebody else."""

Priority = Literal["first", "normal", "batch"]
LEVELS: dict[Priority, int] = {"first": 1, "normal": 10, "batch": 19}
"""A number for each: lower ones are served before all higher ones."""


@dataclasses.dataclass(frozen=True)
class Retry:
    """How often a stage is begun in all, and how long it waits in between where what failed may pass.

    The waits grow from ``first_s`` by ``factor`` up to ``most_s`` seconds. ``attempts`` of ``None`` is the setting's.
    """

    attempts: int | None = None
    first_s: float = 5
    factor: float = 4
    most_s: float = 900

    def wait_s(self, attempt: int) -> float:
        """Return how long to wait after attempt number ``attempt`` (from 1) failed, in seconds."""
        return float(min(self.first_s * self.factor ** min(attempt - 1, 30), self.most_s))

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` takes back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``to_json`` was called on; what a newer iSpace added is left out."""
        return cls(**{field.name: value[field.name] for field in dataclasses.fields(cls) if field.name in value})


@dataclasses.dataclass(frozen=True)
class StagePlan:
    """One stage: ``function`` is ``module:name``, imported in the stage's own process only.

    It is called with (inputs, results of the stages before by name, ``Stage``) and returns a JSON value.
    """

    name: str
    function: str
    queue: Queue
    retry: Retry = Retry()


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of job. Waiting jobs keep the stages they were asked for with, so a kind may change at any time; a
    ``function`` that waiting jobs name must stay until none is left.
    """

    name: str
    stages: tuple[StagePlan, ...]
    priority: Priority = "normal"
