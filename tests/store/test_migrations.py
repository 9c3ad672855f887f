"""The schema: made by migrations alone, by several processes at once, and never touched when it is newer."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from leadtui.config import Config
from leadtui.config import Database as DatabaseSection
from leadtui.errors import Exit, StorageError
from leadtui.store.database import HEAD, Database
from leadtui.store.tables import metadata
from tests.conftest import Postgres

_MIGRATE = """
import asyncio, sys
from pathlib import Path
from leadtui.config import Config, Database as Section
from leadtui.store.database import Database
async def main():
    database = await Database.open(Config(home=Path(sys.argv[1]), database=Section(url=sys.argv[2])))
    print(await database.revision())
    await database.close()
asyncio.run(main())
"""


@pytest.fixture
def empty_config(config: Config, dialect: str, request: pytest.FixtureRequest) -> Config:
    if dialect == "sqlite":
        return config
    server: Postgres = request.getfixturevalue("postgres")
    return Config(home=config.home, database=DatabaseSection(url=server.create(empty=True)))


async def test_migrations_make_the_tables(database: Database) -> None:
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"include_object": _is_ours, "compare_type": True}),
                metadata,
            )
        )
    assert differences == []


def _is_ours(item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Leave out the full-text index, which each dialect has in its own way."""
    name = name or ""
    return not (
        name.startswith("posts_fts") or (kind == "column" and name == "words") or name == "ix_posts_words"
    )


async def test_migrations_make_the_checks_of_the_tables(database: Database) -> None:
    """Alembic does not compare checks."""
    wanted = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    if database.is_sqlite:
        question = "SELECT group_concat(sql, ' ') FROM sqlite_master WHERE type = 'table'"
    else:
        question = "SELECT string_agg(conname, ' ') FROM pg_constraint WHERE contype = 'c'"
    async with database.read() as connection:
        made = str((await connection.execute(text(question))).scalar())
    assert {name for name in wanted if name not in made} == set()
    assert made.count("ck_") == len(wanted)


async def test_a_second_migration_does_nothing(database: Database) -> None:
    assert await database.migrate() is False
    assert await database.revision() == HEAD


@pytest.mark.parametrize("processes", [2, 8])
def test_processes_that_start_at_once_migrate_once(empty_config: Config, processes: int) -> None:
    command = [sys.executable, "-c", _MIGRATE, str(empty_config.home), empty_config.database.url]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in started]
    assert ended == [(f"{HEAD}\n", "", 0)] * processes


async def test_tasks_that_start_at_once_migrate_once(empty_config: Config) -> None:
    opened = await asyncio.gather(*(Database.open(empty_config) for _ in range(8)))
    assert {await database.revision() for database in opened} == {HEAD}
    for database in opened:
        await database.close()


async def test_a_newer_database_is_refused_in_one_line(stored_config: Config) -> None:
    database = await Database.open(stored_config)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StorageError) as caught:
        await Database.open(stored_config)
    assert caught.value.code == Exit.STORAGE
    assert "made by a newer leadtui" in str(caught.value)
    assert "\n" not in str(caught.value)
    untouched = await Database.open(stored_config, migrate=False)
    assert await untouched.revision() == "9999"
    await untouched.close()
