"""The audit log as a page, and to take away as CSV or JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from ispace import journal
from ispace.accounts import people
from ispace.database.journal import JournalRow
from ispace.database.tours import TourRow
from ispace.journal import Filter
from ispace.templating import OFFICE_HOURS
from ispace.web.studio.pages import entries
from ispace.web.studio.visit import Visit

PAGE = 50
_COLUMNS = ("id", "at", "actor_id", "actor", "via", "address", "action", "kind", "subject", "before", "after", "digest")


def listed(visit: Visit) -> Response:
    """Show what changed, the newest first."""
    visit.need_admin()
    with visit.studio.database.read() as session:
        wanted = _wanted(visit, session)
        before = visit.query.get("before", "")
        found = journal.rows(
            session,
            wanted,
            before_id=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
            limit=PAGE + 1,
        )
        everybody = people.everybody(session)
        actions = sorted(session.scalars(select(JournalRow.action).distinct()))
        names = {p.id: p.name for p in everybody}
        titles = session.execute(select(TourRow.id, TourRow.title).where(TourRow.id.in_(entries.tours_in(found)))).all()
        names |= {row.id: row.title for row in titles}
    shown, more = found[:PAGE], len(found) > PAGE
    asked = {name: value for name, value in visit.query.items() if name in {"who", "action", "object", "from", "to"}}
    nobody = {"value": "", "name": visit.say("audit-any")}
    return visit.page(
        "audit",
        entries=[entries.shown(visit, row, names) for row in shown],
        filter={name: asked.get(name, "") for name in ("who", "action", "object", "from", "to")},
        people=[nobody, *({"value": p.id, "name": p.name} for p in everybody)],
        actions=[nobody, *({"value": a, "name": entries.action(visit, a)} for a in actions)],
        exports={form: f"/audit.{form}" + _query(asked) for form in ("csv", "json")},
        pages={
            "number": 1,
            "count": 2 if more or before else 1,
            "previous": ("/audit" + _query(asked)) if before else None,
            "next": ("/audit" + _query(asked | {"before": str(shown[-1].id)})) if more else None,
        },
        any=bool(actions),
    )


def as_csv(visit: Visit) -> Response:
    """Return the rows that the filter finds as CSV for a spreadsheet."""
    return _export(visit, "csv", _csv)


def as_json(visit: Visit) -> Response:
    """Return the rows that the filter finds as one JSON value a line."""
    return _export(visit, "json", _json)


def _export(visit: Visit, form: str, write: Any) -> Response:
    visit.need_admin()
    database = visit.studio.database

    def pieces() -> Iterator[str]:
        with database.read() as session:
            yield from write(journal.export(session, _wanted(visit, session)))

    day = dt.datetime.now(OFFICE_HOURS).date()
    headers = {"Content-Disposition": f'attachment; filename="ispace-audit-{day}.{form}"'}
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    return StreamingResponse(pieces(), 200, headers, kind)


def _csv(rows: Iterator[JournalRow]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    yield "\ufeff"  # without it Excel takes UTF-8 for something else
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_harmless(entries.text(getattr(row, name))) for name in _COLUMNS])
        if out.tell() > 1 << 16:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _json(rows: Iterator[JournalRow]) -> Iterator[str]:
    for row in rows:
        told = {name: getattr(row, name) for name in _COLUMNS} | {"at": row.at.isoformat()}
        yield json.dumps(told, ensure_ascii=False) + "\n"


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking what somebody wrote for a formula."""
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _wanted(visit: Visit, session: Session) -> Filter:
    query = visit.query
    return Filter(
        actor=query.get("who", ""),
        action=query.get("action", ""),
        about=entries.about(session, query.get("object", "")),
        since=_day(query.get("from", "")),
        until=_day(query.get("to", ""), days=1),
    )


def _day(text: str, days: int = 0) -> dt.datetime | None:
    """Return where a day begins on the editors' clocks, ``days`` later; ``None`` for what is no day."""
    try:
        start = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), OFFICE_HOURS)
        return (start + dt.timedelta(days=days)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _query(asked: dict[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""
