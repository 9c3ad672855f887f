"""Events: each kind told once however often it was published, to those who want it."""

from __future__ import annotations

import asyncio

import pytest

from leadtui.config import Config
from leadtui.domain.models import Campaign, Post
from leadtui.services.engine import Engine
from leadtui.services.events import CampaignsChanged, DraftsChanged, Event, Events, FeedsChanged, LeadsChanged
from leadtui.store import feeds
from leadtui.store.database import Database

from .conftest import EVERYTHING, until


async def test_a_storm_is_told_once_of_each_kind() -> None:
    events, told = Events(), list[Event]()
    events.subscribe(told.append)
    for _ in range(1_000):
        events.publish(LeadsChanged(), FeedsChanged())
    assert told == []
    await until(lambda: bool(told))
    assert told == [LeadsChanged(), FeedsChanged()]
    await asyncio.sleep(0.5)
    assert len(told) == 2
    events.publish(LeadsChanged())
    await until(lambda: len(told) == 3)


async def test_what_is_published_while_telling_is_told_after() -> None:
    events, told = Events(), list[Event]()

    def answer(event: Event) -> None:
        told.append(event)
        if event == LeadsChanged():
            events.publish(DraftsChanged())

    events.subscribe(answer)
    events.publish(LeadsChanged())
    await until(lambda: told == [LeadsChanged(), DraftsChanged()])


async def test_who_left_hears_nothing() -> None:
    events, stays, leaves = Events(), list[Event](), list[Event]()
    events.subscribe(stays.append)
    leave = events.subscribe(leaves.append)
    events.publish(LeadsChanged())
    leave()
    leave()
    await until(lambda: bool(stays))
    assert leaves == []
    stay = events.subscribe(stays.append)
    events.publish(LeadsChanged())
    events.close()
    stay()  # after the end, nobody minds
    events.publish(LeadsChanged())
    await asyncio.sleep(0.5)
    assert len(stays) == 1


async def test_with_nobody_listening_publishing_needs_no_loop() -> None:
    await asyncio.to_thread(Events().publish, LeadsChanged())


async def _heard(engine: Engine, work: object) -> set[Event]:
    told: set[Event] = set()
    leave = engine.events.subscribe(told.add)
    await work  # type: ignore[misc]
    await asyncio.sleep(0.3)
    leave()
    return told


async def test_work_announces_what_it_changed(engine: Engine) -> None:
    added = await _heard(engine, engine.campaigns.add(EVERYTHING))
    assert {CampaignsChanged(), FeedsChanged(), LeadsChanged()} <= added
    post = Post("p1", "a", "t")
    assert LeadsChanged() in await _heard(engine, engine.discovery.ingest([post], "test"))
    assert LeadsChanged() not in await _heard(engine, engine.discovery.ingest([post], "test"))
    assert LeadsChanged() in await _heard(engine, engine.desk.set_status([1], "saved"))
    assert LeadsChanged() not in await _heard(engine, engine.desk.set_status([1], "saved"))
    assert LeadsChanged() in await _heard(engine, engine.desk.undo())
    assert DraftsChanged() in await _heard(engine, engine.desk.start_draft(1, template=True))
    assert await _heard(engine, engine.discovery.backfill()) == set()


async def test_another_connections_commit_is_seen(database: Database, stored_config: Config) -> None:
    other = await Database.open(stored_config)
    async with database.watch() as look:
        before = await look()
        if database.is_sqlite:
            assert await look() == before
        async with other.exclusive() as connection:
            await feeds.add(connection, "a", "fake", "a", 900)
        assert await look() != before
    await other.close()


@pytest.mark.parametrize("change", ["lead", "campaign"])
async def test_another_processes_commit_is_announced(
    engine: Engine, stored_config: Config, change: str
) -> None:
    other = await Engine.open(stored_config)
    await other.campaigns.add(EVERYTHING)
    engine.start()
    await until(lambda: engine.schedule.leads)
    told = asyncio.Event()
    engine.events.subscribe(lambda event: told.set() if event == LeadsChanged() else None)
    if change == "lead":
        await other.discovery.ingest([Post("p1", "a", "t")], "test")
    else:
        await other.campaigns.add(Campaign("two"))

    async def seen() -> bool:
        """Looking only when told, as a pane does."""
        if not told.is_set():
            return False
        told.clear()
        if change == "lead":
            return (await engine.desk.counts(None))["new"] == 1
        return len(await engine.desk.campaigns()) == 2

    await until(seen, 10)
    await other.close()
