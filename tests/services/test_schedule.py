"""One process polls, each feed when it is due, once after every sleep, restart and jump of the clock."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from leadtui.config import Config
from leadtui.domain.models import Batch, Campaign, Post
from leadtui.errors import Exit, LockedError
from leadtui.services import discovery, schedule
from leadtui.services.engine import Engine
from leadtui.store import campaigns, feeds

from .conftest import EVERYTHING, rows, until
from .fake_source import plans, readings

HOUR = 3_600.0
SETTLED = 2.0
"""Seconds in which a schedule that looks every second would have polled again if it meant to."""


class Clock:
    """The wall clock of this process, which a test may set."""

    def __init__(self) -> None:
        self.shift = 0.0

    def time(self) -> float:
        return time.time() + self.shift


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (schedule, discovery):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=made.time, monotonic=time.monotonic))
    return made


@pytest.fixture
async def running(engine: Engine) -> Engine:
    """An engine with three feeds that were all polled once."""
    for name in "abc":
        await engine.discovery.add_feed("fake", name, 900)
    engine.start()

    async def all_polled() -> bool:
        return all(feed.last_poll for feed in await engine.desk.feeds())

    await until(all_polled)
    readings.clear()
    return engine


async def _polled_once_each() -> None:
    await until(lambda: len(readings) >= 3)
    await asyncio.sleep(SETTLED)
    assert sorted(target for target, _ in readings) == ["a", "b", "c"]


@pytest.mark.parametrize("hours", [7, -24 * 365])
async def test_a_jump_of_the_clock_gives_one_catch_up_run(
    running: Engine, clock: Clock, hours: float
) -> None:
    # To a process, a machine that slept and a clock set forward look the same.
    clock.shift = hours * HOUR
    await _polled_once_each()


async def test_a_small_correction_of_the_clock_gives_none(running: Engine, clock: Clock) -> None:
    clock.shift = -20
    await asyncio.sleep(SETTLED)
    assert readings == []


async def test_a_restart_gives_one_catch_up_run(engine: Engine, stored_config: Config) -> None:
    for name in "abc":
        await engine.discovery.add_feed("fake", name, 900)
    async with engine.database.write() as connection:
        for feed in await feeds.everything(connection):
            values = {"cursor": None, "posts": 0, "newest": None}
            past = time.time() - 40 * HOUR
            await feeds.polled(connection, feed, now=past, next_poll=past + 900, **values)  # type: ignore[arg-type]
    other = await Engine.open(stored_config)
    other.start()
    try:
        await _polled_once_each()
    finally:
        await other.stop()
        await other.close()


async def test_a_second_one_watches_and_takes_over(running: Engine, stored_config: Config) -> None:
    other = await Engine.open(stored_config)
    other.start()
    try:
        await until(lambda: other.desk.activity().role == "watches")
        assert running.desk.activity().role == "schedules"
        assert other.desk.activity().owner_pid is not None
        await running.stop()
        await until(lambda: other.desk.activity().role == "schedules")
        assert running.desk.activity().role == "stopping"
        await other.discovery.add_feed("fake", "new", 900)
        await until(lambda: ("new", None) in readings)
    finally:
        await other.stop()
        await other.close()


async def test_asked_to_poll_now_it_does(running: Engine) -> None:
    assert await running.desk.poll_now() == "polling 3 feeds"
    await until(lambda: sorted(target for target, _ in readings) == ["a", "b", "c"])
    assert await running.desk.poll_now((await running.desk.feeds())[0].id) == "polling fake:a"
    await until(lambda: len(readings) == 4)


async def test_asked_to_poll_nothing_it_says_why(engine: Engine) -> None:
    assert "no feeds yet" in await engine.desk.poll_now()
    async with engine.database.exclusive() as connection:
        await feeds.add(connection, "old", "gone", "x", 900)
    assert "nothing can read it" in await engine.desk.poll_now()


async def test_snoozed_leads_come_back_by_themselves(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.ingest([Post("p1", "a", "t"), Post("p2", "a", "t")], "test")
    one, two = [row.id for row in await rows(engine)]
    await engine.desk.set_status([one], "snoozed", until=time.time() - 1)
    await engine.desk.set_status([two], "snoozed")
    engine.start()

    async def one_is_back() -> bool:
        return (await engine.desk.counts(None))["snoozed"] == 1

    await until(one_is_back)
    assert [row.id for row in await rows(engine, "status:new")] == [one]
    assert (await engine.desk.lead(one)).history[-1].origin == "snooze"


async def test_stored_posts_are_judged_by_whoever_schedules(engine: Engine, stored_config: Config) -> None:
    await engine.discovery.ingest([Post("p1", "a", "t")], "test")
    async with engine.database.exclusive() as connection:  # as a process that died right after
        await campaigns.save(connection, Campaign("late", min_score=0), time.time())
    engine.start()

    async def judged() -> bool:
        return bool(await rows(engine))

    await until(judged)


async def test_stopping_lets_a_poll_end(engine: Engine) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_cursor: str | None) -> Batch:
        begun.set()
        await may_end.wait()
        return Batch((Post("p1", "a", "t"),), "1")

    plans["slow"] = slow
    await engine.discovery.add_feed("fake", "slow", 900)
    engine.start()
    await asyncio.wait_for(begun.wait(), 30)
    assert engine.desk.activity().polling == ("fake:slow",)
    stopping = asyncio.create_task(engine.stop(grace=30))
    await until(lambda: engine.desk.activity().role == "stopping")
    may_end.set()
    await stopping
    (feed,) = await engine.desk.feeds()
    assert (feed.cursor, feed.posts) == ("1", 1)


async def test_stopping_does_not_wait_for_ever(engine: Engine) -> None:
    begun = asyncio.Event()

    async def endless(_cursor: str | None) -> Batch:
        begun.set()
        await asyncio.sleep(3_600)
        return Batch()

    plans["endless"] = endless
    await engine.discovery.add_feed("fake", "endless", 900)
    engine.start()
    await asyncio.wait_for(begun.wait(), 30)
    async with asyncio.timeout(30):
        await engine.stop(grace=0.2)
    (feed,) = await engine.desk.feeds()
    assert (feed.last_poll, feed.errors) == (None, 0)
    give_back = await engine.schedule.take_once()  # the lease is free again
    await give_back()


async def test_a_one_shot_pass_has_the_schedule_to_itself(
    engine: Engine, stored_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(schedule, "RENEW_SECONDS", 0.2)
    give_back = await engine.schedule.take_once()
    other = await Engine.open(stored_config)
    try:
        with pytest.raises(LockedError) as caught:
            await other.schedule.take_once()
        assert caught.value.code == Exit.LOCKED
        other.start()
        await asyncio.sleep(2 * schedule.LEASE_SECONDS)  # longer than a lease lasts that nobody renews
        assert not other.schedule.leads
        await give_back()
        await until(lambda: other.schedule.leads)
    finally:
        await other.stop()
        await other.close()
