"""How work that takes time says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by the pipeline, shown by the command line or stored by a job."""

    def __call__(self, stage: str, label: str, done: float, total: float) -> None:
        """Say that ``done`` of ``total`` of a stage's work on ``label`` is done."""


def silent(stage: str, label: str, done: float, total: float) -> None:
    """Say nothing."""
