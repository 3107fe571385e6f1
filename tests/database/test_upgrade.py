"""The schema is what the migrations make of nothing, and of every earlier schema with data in it."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ispace import revisions as tour_revisions
from ispace.database import Database
from ispace.database.upgrade import METADATA, current, require, revisions, upgrade
from ispace.errors import DatabaseBehindError, DatabaseNewerError

FILLED = {
    # What a database of each revision holds, in the words of that revision: never changed once released.
    "0001": [
        "insert into people (id, email, email_folded, name, role, language, created_at) values "
        "('p1', 'Muoi@AnGiang.gov.vn', 'muoi@angiang.gov.vn', 'Nguyễn Thị Mười', 'admin', 'vi', '2026-11-28 08:00:00')",
        "insert into tours (id, document, revision, state, title, folded, sort_key, scenes, created_at, changed_at) "
        "values ('chua-co', '{\"id\": \"chua-co\"}', 1, 'draft', 'Chùa cổ', 'chua co', 'chua co', 0, "
        "'2026-11-28 08:00:00', '2026-11-28 08:00:00')",
        "insert into tour_revisions (tour_id, revision, document, saved_at, note) values "
        "('chua-co', 1, '{\"id\": \"chua-co\"}', '2026-11-28 08:00:00', '')",
        "insert into memberships (tour_id, person_id, role, created_at) values "
        "('chua-co', 'p1', 'editor', '2026-11-28 08:00:00')",
        "insert into journal (at, actor, via, address, action, kind, subject, digest) values "
        "('2026-11-28 08:00:00', 'Mười', 'studio', '::1', 'tour.create', 'tour', 'chua-co', 'x')",
    ],
    "0002": [
        "insert into jobs (id, kind, inputs, owner, tour, level, state, change, created_at) values "
        "('tile-1', 'tile', '{\"key\": \"originals/x\"}', 'p1', 'chua-co', 10, 'waiting', 1, '2026-11-28 08:00:00')",
        "insert into job_stages (job_id, number, name, function, queue, retry, state, level, turn, attempts, progress, "
        "text) values ('tile-1', 0, 'tile', 'module:tile', 'cpu', '{}', 'waiting', 10, 1, 0, 0, '')",
        "insert into workers (id, host, machine, pid, pid_started, state, queues, started_at, seen_at) values "
        "('w1', 'may-1', 'm', 12, '34', 'alive', '[\"cpu\"]', '2026-11-28 08:00:00', '2026-11-28 08:00:00')",
    ],
    "0003": [
        "insert into uploads (id, tour_id, owner_id, owner, state, name, folder, size_bytes, kind, format, sha256, "
        "fingerprint, created_at, received_at) values ('u1', 'chua-co', 'p1', 'Mười', 'received', 'Cổng chùa.jpg', "
        "'DCIM', 5000000000, 'image', 'JPEG', 'ab', '5-ab', '2026-11-28 08:00:00', '2026-11-28 08:00:00')",
    ],
    "0004": [
        "insert into material_groups (id, tour_id, kind, state, is_manual, title, why, created_at) values "
        "('g1', 'chua-co', 'photos', 'found', false, 'Sân chùa', 'folder', '2026-11-28 08:00:00')",
        "insert into materials (id, tour_id, group_id, name, folder, kind, size_bytes, sha256, has_glance, sent_by, "
        "seen_at) values ('u1', 'chua-co', 'g1', 'Cổng chùa.jpg', 'Sân chùa', 'photo', 5000000000, 'ab', true, 'p1', "
        "'2026-11-28 08:00:00')",
    ],
    "0005": [
        "insert into tour_files (tour_id, file, kind, name, sha256, size_bytes, info, created_at) values "
        "('chua-co', 'cong-chua-ab.jpg', 'panorama', 'Cổng chùa.jpg', 'ab', 5000000000, '{\"width_px\": 8000}', "
        "'2026-11-28 08:00:00')",
        "insert into tour_panoramas (tour_id, file, recipe, job_id, tile_set, made) values "
        "('chua-co', 'cong-chua-ab.jpg', '{}', 'tile-1', 'ab', '{\"north_deg\": 12}')",
    ],
    "0006": [
        "insert into sessions (digest, person_id, created_at, seen_at, expires_at, address, agent, is_whole, handover) "
        "values ('cd', 'p1', '2026-11-28 08:00:00', '2026-11-28 08:00:00', '2026-12-28 08:00:00', '', '', true, null)",
    ],
    "0007": [
        "insert into tour_revisions (tour_id, revision, changes, saved_at, note) values "
        "('chua-co', 2, '[]', '2026-11-28 08:00:01', '')",
        "insert into tour_presence (tour_id, person_id, page, tab, seen_at) values "
        "('chua-co', 'p1', 'trang-1', 'panorama', '2026-11-28 08:00:00')",
    ],
    "0009": [
        "insert into library_uses (tour_id, library, entry) values ('chua-co', 'media', 'cong-chua-ab.jpg')",
    ],
}


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


@pytest.mark.parametrize("revision", revisions())
def test_an_upgrade_from_each_earlier_schema_keeps_what_is_in_it(database_url: str, revision: str) -> None:
    database = Database(database_url)
    filled: list[str] = []
    for name in revisions()[: revisions().index(revision) + 1]:
        upgrade(database, name)
        with database.write() as session:
            for line in FILLED[name]:
                session.execute(text(line.replace(":", "\\:")))
        filled += FILLED[name]
    upgrade(database)
    require(database)
    with database.read() as session:
        tables = [line.split()[2] for line in filled]
        for table in set(tables):
            assert session.execute(text(f"select count(*) from {table}")).scalar_one() == tables.count(table)
        assert session.execute(text("select name from people")).scalar_one() == "Nguyễn Thị Mười"
        assert tour_revisions.document(session, "chua-co", 1) == {"id": "chua-co"}
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        upgrade(database)
        with database.write() as session:
            session.execute(text("update alembic_version set version_num = '9999'"))
        for refused in (upgrade, require):
            with pytest.raises(DatabaseNewerError):
                refused(database)


def test_a_file_is_copied_before_it_changes(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:{tmp_path / 'ispace.db'}")) as database:
        assert upgrade(database, revisions()[0]) is None, "of nothing there is no copy"
        with database.write() as session:
            session.execute(text(FILLED["0001"][0].replace(":", "\\:")))
        copy = upgrade(database)
    assert copy is not None
    with closing(Database(f"sqlite:{copy}")) as kept, kept.read() as session:
        assert current(kept) == revisions()[0]
        assert session.execute(text("select count(*) from people")).scalar_one() == 1


def test_of_several_that_start_at_once_one_upgrades(database_url: str) -> None:
    failed: list[BaseException] = []

    def start() -> None:
        try:
            with closing(Database(database_url)) as database:
                upgrade(database)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with closing(Database(database_url)) as database:
        assert current(database) == revisions()[-1]


def test_an_empty_database_is_behind(database_url: str) -> None:
    with closing(Database(database_url)) as database, pytest.raises(DatabaseBehindError):
        require(database)


@pytest.mark.parametrize("change", ["update journal set actor = 'Khác'", "delete from journal"])
def test_the_journal_can_neither_be_changed_nor_shortened(database: Database, change: str) -> None:
    with database.write() as session:
        session.execute(text(FILLED["0001"][-1].replace(":", "\\:")))
    with pytest.raises(DBAPIError, match="only added to"), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert session.execute(text("select actor from journal")).scalar_one() == "Mười"
