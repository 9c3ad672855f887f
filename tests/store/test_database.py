"""Transactions: all or nothing, one state for a reader, one writer at a time where it matters, and clear words."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from leadtui.config import Config
from leadtui.config import Database as DatabaseSection
from leadtui.errors import ConfigError, Exit, LockedError, StorageError
from leadtui.store import database as module
from leadtui.store import feeds
from leadtui.store.database import Database


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        return [feed.name for feed in await feeds.everything(connection)]


async def test_what_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await feeds.add(connection, "a", "fake", "a", 900)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(database) == []


async def test_a_reader_sees_one_state(database: Database) -> None:
    async with database.read() as connection:
        before = await feeds.everything(connection)
        async with database.write() as writing:
            await feeds.add(writing, "a", "fake", "a", 900)
        assert await feeds.everything(connection) == before
    assert await names(database) == ["a"]


async def test_exclusive_work_overlaps_no_other(database: Database, stored_config: Config) -> None:
    other = await Database.open(stored_config)
    inside = 0

    async def work(mine: Database) -> None:
        nonlocal inside
        async with mine.exclusive() as connection:
            inside += 1
            assert inside == 1
            await connection.execute(text("SELECT 1"))
            await asyncio.sleep(0.01)
            assert inside == 1
            inside -= 1

    await asyncio.gather(*(work(mine) for mine in (database, other) for _ in range(6)))
    await other.close()


async def test_who_waits_too_long_is_told(stored_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.5)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1)
    holder, waiter = [await Database.open(stored_config) for _ in range(2)]
    async with holder.exclusive() as connection:
        await feeds.add(connection, "held", "fake", "a", 900)
        with pytest.raises(LockedError) as caught:
            async with waiter.exclusive():
                pass
        assert caught.value.code == Exit.LOCKED
        assert await names(waiter) == []  # reading goes on
    async with waiter.exclusive() as connection:
        await feeds.add(connection, "waited", "fake", "a", 900)
    assert await names(waiter) == ["held", "waited"]
    await holder.close()
    await waiter.close()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_one_that_stands_still_does_not_hold_the_others_up_for_ever(
    stored_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1)
    still, other = [await Database.open(stored_config) for _ in range(2)]

    async def stand_still() -> None:
        async with still.exclusive() as connection:
            await feeds.add(connection, "never committed", "fake", "a", 900)
            await asyncio.sleep(3)
            async with other.exclusive() as second:
                await feeds.add(second, "other", "fake", "a", 900)
            await feeds.everything(connection)

    with pytest.raises(StorageError):
        await stand_still()
    assert await names(other) == ["other"]
    async with still.exclusive() as connection:  # and it comes back by itself
        await feeds.add(connection, "again", "fake", "a", 900)
    await still.close()
    await other.close()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_server_that_ends_connections_is_only_a_pause(
    database: Database, stored_config: Config
) -> None:
    other = await Database.open(stored_config)
    await names(database)
    async with database.write() as connection:
        await connection.execute(text("SELECT 1"))
    async with other.write() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    async with database.write() as connection:
        await feeds.add(connection, "a", "fake", "a", 900)
    assert await names(database) == ["a"]
    await other.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://someone:secret@127.0.0.1:1/x",
        "postgresql+asyncpg://someone:secret@/x?host=/nowhere/at/all",
    ],
)
async def test_a_server_that_is_not_there_is_told_without_the_password(config: Config, url: str) -> None:
    with pytest.raises(StorageError) as caught:
        await Database.open(Config(home=config.home, database=DatabaseSection(url=url)))
    assert "does not answer" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql+nosuch://x/y", "nonsense"])
async def test_an_address_that_makes_no_sense_is_the_configurations_fault(config: Config, url: str) -> None:
    with pytest.raises(ConfigError):
        await Database.open(Config(home=config.home, database=DatabaseSection(url=url)))
