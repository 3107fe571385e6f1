"""The audit log: found by filters, page by page, and broken rows are noticed."""

from __future__ import annotations

import datetime as dt
import threading

from sqlalchemy import text

from ispace import journal
from ispace.database import Database
from ispace.journal import Actor, Filter

ACTOR = Actor("p1", "Mười", "studio", "10.0.0.1")


def write(database: Database, count: int) -> None:
    with database.write() as session:
        for number in range(count):
            journal.record(session, ACTOR, "tour.save", "tour", f"t{number % 3}", {"n": number}, {"n": number + 1})


def test_filters_and_pages_find_every_row_once(database: Database) -> None:
    write(database, 10)
    with database.read() as session:
        first = journal.rows(session, Filter(subject="t0"), limit=3)
        rest = journal.rows(session, Filter(subject="t0"), before_id=first[-1].id, limit=3)
        assert [r.after for r in first + rest] == [{"n": 10}, {"n": 7}, {"n": 4}, {"n": 1}]
        assert journal.rows(session, Filter(actor="p2")) == []
        assert journal.rows(session, Filter(until=first[0].at - dt.timedelta(days=1))) == []
        assert len(journal.rows(session, Filter(since=first[0].at - dt.timedelta(days=1), action="tour.save"))) == 10
        assert [r.id for r in journal.export(session, Filter())] == sorted(
            r.id for r in journal.rows(session, Filter())
        )


def test_writers_at_once_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=write, args=(database, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert len(journal.rows(session, Filter())) == 20
        assert journal.first_broken(session) is None


def test_a_row_changed_or_taken_out_behind_the_back_is_found(database: Database) -> None:
    write(database, 6)
    drop = (
        ["drop trigger journal_no_update", "drop trigger journal_no_delete"]
        if database.is_sqlite
        else ["drop trigger journal_no_change on journal"]
    )
    with database.write() as session:
        ids = [r.id for r in journal.export(session, Filter())]
        for line in drop:
            session.execute(text(line))
        session.execute(text("update journal set actor = 'ai khác' where id = :id"), {"id": ids[4]})
    with database.read() as session:
        assert journal.first_broken(session) == ids[4]
    with database.write() as session:
        session.execute(text("delete from journal where id = :id"), {"id": ids[1]})
    with database.read() as session:
        assert journal.first_broken(session) == ids[2]
