"""A lease has one owner, and nobody takes what has moved since they looked."""

from __future__ import annotations

import asyncio

from leadtui.store import leases
from leadtui.store.database import Database
from leadtui.store.leases import Lease

from .records import NOW


async def take(database: Database, owner: str, seen: Lease | None) -> bool:
    async with database.write() as connection:
        return await leases.take(connection, "x", owner, seen, NOW)


async def look(database: Database) -> Lease | None:
    async with database.read() as connection:
        return await leases.look(connection, "x")


async def test_is_taken_once_shown_to_live_and_given_back(database: Database) -> None:
    assert await take(database, "a", None)
    assert not await take(database, "b", None)
    seen = await look(database)
    assert seen == Lease("a", 1)
    async with database.write() as connection:
        assert await leases.renew(connection, "x", "a")
        assert not await leases.renew(connection, "x", "b")
        await leases.release(connection, "x", "b")
    assert await look(database) == Lease("a", 2)
    assert not await take(database, "b", seen)  # it has moved since
    assert await take(database, "b", Lease("a", 2))
    async with database.write() as connection:
        assert not await leases.renew(connection, "x", "a")
        await leases.release(connection, "x", "b")
    assert await look(database) is None


async def test_of_many_at_once_one_gets_it(database: Database) -> None:
    for seen in (None, Lease("gone", 1)):
        taken = await asyncio.gather(*(take(database, f"{number}", seen) for number in range(8)))
        assert sum(taken) == 1
        async with database.write() as connection:
            await leases.release(connection, "x", f"{taken.index(True)}")
        assert await take(database, "gone", None)
