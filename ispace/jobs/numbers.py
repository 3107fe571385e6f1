"""Numbers that only grow: the count of changes, and the turns by which people share a queue.

Whoever changes jobs takes the next number first and keeps it until the transaction ends. So changes come one after the
other, nobody who asks for those after a number misses one, and two who ask for the same job at once find each other.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from ispace.database.work import JobRow, NumberRow, StageRow

_CHANGE = "change"


def next_change(session: Session) -> int:
    """Return the number of the change that this transaction makes; others wait until it ends."""
    changed = update(NumberRow).where(NumberRow.name == _CHANGE).values(value=NumberRow.value + 1)
    return int(session.execute(changed.returning(NumberRow.value)).scalar_one())


def next_turn(session: Session, owner: str, queue: str, level: int) -> int:
    """Return the place of an owner's next stage in a queue, among those of the same level.

    Everybody's stages are counted from the turn that is being served now, so two people take turns however many
    stages each of them has, and one alone has the whole queue.
    """
    served = session.scalar(select(NumberRow.value).where(NumberRow.name == _served(queue, level)))
    mine = session.scalar(
        select(func.max(StageRow.turn))
        .join(JobRow, JobRow.id == StageRow.job_id)
        .where(JobRow.owner == owner)
        .where(StageRow.queue == queue, StageRow.level == level, StageRow.state == "waiting")
    )
    return max(served or 0, mine or 0) + 1


def serve(session: Session, queue: str, level: int, turn: int) -> None:
    """Note that a turn of a queue is being served; the number never goes back."""
    name = _served(queue, level)
    raised = update(NumberRow).where(NumberRow.name == name, NumberRow.value < turn).values(value=turn)
    found = cast("CursorResult[Any]", session.execute(raised)).rowcount
    if not found and session.get(NumberRow, name) is None:
        session.add(NumberRow(name=name, value=turn))


def _served(queue: str, level: int) -> str:
    return f"served/{queue}/{level}"
