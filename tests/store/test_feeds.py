"""Feeds: due once, however the clock moves; kept as long as a campaign wants them."""

from __future__ import annotations

import pytest

from leadtui.domain.models import Campaign, Feed
from leadtui.store import campaigns, feeds
from leadtui.store.database import Database

from .records import NOW

HOUR = 3_600.0


async def add(database: Database, *names: str, interval: float = 900.0) -> list[Feed]:
    async with database.exclusive() as connection:
        for name in names:
            assert await feeds.add(connection, name, "jsonl", name, interval)
        return await feeds.everything(connection)


async def due(database: Database, now: float) -> list[str]:
    async with database.read() as connection:
        return [feed.name for feed in await feeds.due(connection, now, ["jsonl"])]


async def poll(database: Database, feed: Feed, now: float, **changes: object) -> None:
    values = {
        "cursor": "c",
        "posts": 1,
        "newest": None,
        "now": now,
        "next_poll": now + feed.interval,
        **changes,
    }
    async with database.write() as connection:
        await feeds.polled(connection, feed, **values)  # type: ignore[arg-type]


async def test_a_new_feed_is_due_and_the_longest_waiting_comes_first(database: Database) -> None:
    first, second, _ = await add(database, "a", "b", "c")
    await poll(database, first, NOW - HOUR)
    await poll(database, second, NOW - 2 * HOUR)
    assert await due(database, NOW) == ["c", "b", "a"]
    async with database.read() as connection:
        assert await feeds.due(connection, NOW, ["reddit"]) == []


async def test_is_due_again_after_its_interval(database: Database) -> None:
    (feed,) = await add(database, "a")
    await poll(database, feed, NOW)
    assert await due(database, NOW + 899) == []
    assert await due(database, NOW + 900) == ["a"]


@pytest.mark.parametrize("errors", range(1, 12))
async def test_a_failing_feed_waits_as_long_as_it_was_told(database: Database, errors: int) -> None:
    (feed,) = await add(database, "a")
    wait = min(900.0 * 2**errors, 6 * HOUR)
    async with database.write() as connection:
        for _ in range(errors):
            await feeds.failed(connection, feed, error="no", now=NOW, next_poll=NOW + wait)
    assert await due(database, NOW + 1) == []
    assert await due(database, NOW + wait - 1) == []
    assert await due(database, NOW + wait) == ["a"]


async def test_a_clock_set_back_makes_it_due_once(database: Database) -> None:
    (feed,) = await add(database, "a")
    await poll(database, feed, NOW)
    back = NOW - 5 * HOUR
    assert await due(database, back) == ["a"]
    await poll(database, feed, back)
    assert await due(database, back + 1) == []
    assert await due(database, back + 900) == ["a"]


async def test_clocks_of_two_machines_may_differ_a_little(database: Database) -> None:
    (feed,) = await add(database, "a")
    await poll(database, feed, NOW)
    assert await due(database, NOW - 30) == []


async def test_the_newest_post_never_goes_back(database: Database) -> None:
    (feed,) = await add(database, "a")
    for newest in (NOW - 5, NOW, NOW - 9, None):
        await poll(database, feed, NOW, newest=newest)
    async with database.read() as connection:
        (found,) = await feeds.everything(connection)
    assert (found.newest_post, found.posts, found.cursor) == (NOW, 4, "c")


async def test_a_success_ends_the_errors(database: Database) -> None:
    (feed,) = await add(database, "a")
    async with database.write() as connection:
        await feeds.failed(connection, feed, error="no", now=NOW, next_poll=NOW + 1)
        await feeds.failed(connection, feed, error="still no", now=NOW, next_poll=NOW + 1)
        (found,) = await feeds.everything(connection)
    assert (found.errors, found.last_error) == (2, "still no")
    await poll(database, feed, NOW)
    async with database.read() as connection:
        (found,) = await feeds.everything(connection)
    assert (found.errors, found.last_error) == (0, "")


async def test_a_name_is_taken_once_and_free_again(database: Database) -> None:
    await add(database, "a")
    async with database.exclusive() as connection:
        assert not await feeds.add(connection, "a", "jsonl", "a", 900.0)
        assert await feeds.remove(connection, "a")
        assert not await feeds.remove(connection, "a")
        assert await feeds.next_due(connection, ["jsonl"]) is None


async def test_feeds_of_subreddits_follow_the_campaigns(database: Database) -> None:
    async def save(name: str, *subreddits: str) -> int:
        async with database.exclusive() as connection:
            known = {s.campaign.name: s.id for s in await campaigns.everything(connection)}
            campaign_id = known.get(name) or await campaigns.save(connection, Campaign(name), NOW)
            assert campaign_id is not None
            await feeds.link(connection, campaign_id, subreddits, 900.0)
            return campaign_id

    async def listed() -> dict[str, set[int] | None]:
        async with database.read() as connection:
            return {
                feed.name: await feeds.campaigns_of(connection, feed)
                for feed in await feeds.everything(connection)
            }

    one = await save("one", "SaaS", "Freelance")
    two = await save("two", "saas")
    await add(database, "file")
    assert await listed() == {"r/saas": {one, two}, "r/freelance": {one}, "file": None}
    await save("one", "startups")
    assert await listed() == {"r/saas": {two}, "r/startups": {one}, "file": None}
    async with database.exclusive() as connection:
        await campaigns.remove(connection, two)
        await feeds.drop_unwanted(connection)
    assert await listed() == {"r/startups": {one}, "file": None}
