"""The database's addresses and transactions, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg.errors
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, TimeoutError as PoolTimeoutError

from ispace.database import Database
from ispace.database.engine import retried
from ispace.database.library import PlaceRow
from ispace.database.people import Membership, Person
from ispace.database.schema import now
from ispace.database.upgrade import upgrade
from ispace.errors import (
    DatabaseFullError,
    DatabaseReadOnlyError,
    DatabaseUnavailableError,
    DatabaseUrlError,
    TransactionLostError,
)


def person(number: int) -> Person:
    return Person(
        id=f"p{number}",
        email=f"P{number}@example.vn",
        email_folded=f"p{number}@example.vn",
        name="Nguyễn Thị Mười",
        role="editor",
        language="vi",
        created_at=now(),
    )


def test_what_a_write_leaves_by_an_exception_is_forgotten(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:  # noqa: PT012
        session.add(person(1))
        session.flush()
        raise ZeroDivisionError
    with database.read() as session:
        assert session.scalars(select(Person)).all() == []


def test_a_time_comes_back_as_the_same_moment(database: Database) -> None:
    made = person(1)
    with database.write() as session:
        session.add(made)
    with database.read() as session:
        assert session.scalars(select(Person)).one().created_at == made.created_at


def test_a_reference_to_nobody_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Membership(tour_id="khong-co", person_id="p9", role="editor", created_at=now()))


def test_many_writers_at_once_wait_for_one_another_and_none_is_refused(database: Database) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(5):
                with database.write() as session:
                    # Reads first, as real work does: this is what a deferred transaction would be refused for.
                    session.scalars(select(Person)).all()
                    session.add(person(number * 100 + step))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as session:
        assert len(session.scalars(select(Person)).all()) == 40


@pytest.mark.parametrize("url", ["", "mysql://host/db", "sqlite:", "sqlite:///", "var/ispace.db", "postgresql//x"])
def test_an_address_of_another_kind_is_told(url: str) -> None:
    with pytest.raises(DatabaseUrlError):
        Database(url)


@pytest.mark.parametrize("url", ["sqlite:var/a.db", "sqlite:///var/a.db"])
def test_a_relative_file_may_be_written_with_three_slashes(url: str) -> None:
    assert Database(url).file == Path("var/a.db")


def test_an_absolute_file_is_one_with_four_slashes_or_one() -> None:
    assert Database("sqlite:////srv/a.db").file == Database("sqlite:/srv/a.db").file == Path("/srv/a.db")


def test_a_password_is_not_in_the_name_of_a_database_nor_in_what_is_said_when_it_is_silent() -> None:
    silent = Database("postgresql://ispace:rat-bi-mat@127.0.0.1:1/x")
    with pytest.raises(DatabaseUnavailableError) as told, silent.read() as session:
        session.scalars(select(Person)).all()
    assert "rat-bi-mat" not in silent.name + str(told.value)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError), Database(f"sqlite:{tmp_path}").read() as session:
        session.scalars(select(Person)).all()


@pytest.mark.parametrize(
    ("driver", "told"),
    [
        (psycopg.errors.DiskFull, DatabaseFullError),
        (psycopg.errors.ReadOnlySqlTransaction, DatabaseReadOnlyError),
    ],
)
def test_a_full_and_a_read_only_server_are_told_apart(
    database: Database, driver: type[psycopg.Error], told: type[Exception]
) -> None:
    with pytest.raises(told), database.write():
        raise DBAPIError("insert", {}, driver())


@pytest.mark.parametrize(
    ("pragma", "told"),
    [("max_page_count=1", DatabaseFullError), ("query_only=ON", DatabaseReadOnlyError)],
)
def test_a_full_and_a_read_only_file_are_told_apart_and_writing_goes_on_afterwards(
    tmp_path: Path, pragma: str, told: type[Exception]
) -> None:
    database = Database(f"sqlite:{tmp_path / 'a.db'}")
    upgrade(database)

    def work() -> None:
        with database.write() as session:
            session.add(PlaceRow(id="p", document="x" * 99_999, revision=1, folded="", sort_key="", changed_at=now()))

    with closing(database):
        with database.read() as session:
            session.execute(text(f"PRAGMA {pragma}"))  # of the one connection that there is
        with pytest.raises(told):
            work()
        database.close()
        work()


def test_connections_that_are_all_taken_are_told_as_a_database_that_is_silent(database: Database) -> None:
    with pytest.raises(DatabaseUnavailableError), database.read():
        raise PoolTimeoutError("QueuePool limit of size 8 overflow 8 reached, connection timed out, timeout 30.00")


def _lost(*_: object) -> None:
    raise OperationalError("update", {}, psycopg.errors.DeadlockDetected())


def test_what_the_database_takes_back_is_done_again_and_at_last_told(database: Database) -> None:
    tried: list[int] = []

    def work(until: int) -> str:
        with database.write() as session:
            session.add(person(until))
            session.flush()
            tried.append(1)
            if len(tried) < until:
                _lost()
        return "kept"

    assert retried(lambda: work(3)) == "kept"
    with database.read() as session:
        assert len(session.scalars(select(Person)).all()) == 1
    tried.clear()
    with pytest.raises(TransactionLostError):
        retried(lambda: work(99))


def test_what_was_committed_is_not_done_again(database: Database) -> None:
    tried: list[int] = []

    def work() -> None:
        tried.append(1)
        with database.write() as session:
            session.add(person(len(tried)))
        with database.write():
            _lost()

    with pytest.raises(TransactionLostError):
        retried(work)
    assert tried == [1]


def test_a_json_value_comes_back_as_it_was(database: Database) -> None:
    value: dict[str, Any] = {"Núi": [1, 1.5, 10**20, 1e-7, True, None, "\u2028</script>"], "1": {}}
    if database.is_sqlite:
        value["tên"] = "IMG\udce9.jpg"  # half a character, which PostgreSQL keeps in no text
    with database.write() as session:
        session.add(PlaceRow(id="p", document=value, revision=1, folded="", sort_key="", changed_at=now()))
    with database.read() as session:
        row = session.get_one(PlaceRow, "p")
        assert (row.document, type(row.document["Núi"][4])) == (value, bool)
