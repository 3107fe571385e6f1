"""How long a stage will take, from how long the last ones took: said only where enough were measured."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from ispace.database.work import StageRow

_LAST = 25
_LEAST = 3
"""From fewer nothing can be said."""
_TELLING_SHARE = 0.15
"""From here on, how far a stage is says more than how long others took."""


class Measured:
    """The durations of stages that were done, each function asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, list[tuple[float, int | None]]] = {}

    def expected_s(self, stage: StageRow) -> float | None:
        """Return how long a stage takes from its beginning, in seconds; ``None`` where too few were measured."""
        done = self._done(stage.function)
        if stage.size_bytes:
            paces = [took / size for took, size in done if size]
            if len(paces) >= _LEAST:
                return statistics.median(paces) * stage.size_bytes
        same = [took for took, size in done if not size]
        return statistics.median(same) if len(same) >= _LEAST else None

    def remaining_s(self, stage: StageRow, now: dt.datetime) -> float | None:
        """Return how long a stage will still run, 0 for one that has ended."""
        if stage.state in {"done", "failed", "cancelled"}:
            return 0.0
        expected = self.expected_s(stage)
        if stage.state != "running" or stage.started_at is None:
            return expected
        ran = max((now - stage.started_at).total_seconds(), 0.0)
        if stage.progress >= _TELLING_SHARE:
            return ran * (1 - stage.progress) / stage.progress
        # One that takes longer than all others will end some time; nobody knows when.
        return expected - ran if expected is not None and expected > ran else None

    def _done(self, function: str) -> list[tuple[float, int | None]]:
        if function not in self._known:
            last = (
                select(StageRow.took_s, StageRow.size_bytes)
                .where(StageRow.function == function, StageRow.state == "done", StageRow.took_s.is_not(None))
                .order_by(StageRow.finished_at.desc())
                .limit(_LAST)
            )
            self._known[function] = [(took, size) for took, size in self._session.execute(last) if took]
        return self._known[function]


def total_s(parts: Iterable[float | None]) -> float | None:
    """Return the sum of durations, ``None`` where one is unknown."""
    known = list(parts)
    return None if any(part is None for part in known) else sum(part for part in known if part is not None)
