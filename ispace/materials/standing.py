"""How far a group is: one rule for its badge, the counts above the groups, and the cards of tours."""

from __future__ import annotations

from typing import Literal

Standing = Literal["found", "confirmed", "working", "done", "failed"]
"""It waits for somebody, was confirmed and needs no work, is being worked on, became something, or could not."""

_OF_JOB: dict[str, Standing] = {"waiting": "working", "running": "working", "done": "done"}


def of_group(kind: str, state: str, job_state: str | None) -> Standing:
    """Return how far a group is; ``job_state``: that of its job, ``None`` where there is none (any more)."""
    if kind == "unusable":
        return "failed"
    if job_state is not None:
        return _OF_JOB.get(job_state, "failed")
    return "confirmed" if state == "confirmed" else "found"
