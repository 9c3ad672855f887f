"""Feeds: which there are, which are due, and what became of their last poll."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import Feed
from leadtui.store.tables import campaign_feeds, campaigns, feeds

_CLOCK_SECONDS = 60.0
"""By how much the clocks of two machines may differ without a feed being polled early."""
SUBREDDITS = "reddit"
"""The source of feeds that come from a campaign's list of subreddits; the configuration says how they are read."""


async def everything(connection: AsyncConnection) -> list[Feed]:
    """Return all feeds by name."""
    return [_feed(row) for row in await connection.execute(select(feeds).order_by(feeds.c.name))]


async def due(
    connection: AsyncConnection, now: float, sources: Sequence[str], limit: int = 100
) -> list[Feed]:
    """Return feeds whose time has come, the longest waiting first.

    A feed last polled in what is now the future is due as well: the clock was set back under it.
    """
    is_due = or_(
        feeds.c.next_poll <= now, feeds.c.next_poll.is_(None), feeds.c.last_poll > now + _CLOCK_SECONDS
    )
    longest = feeds.c.next_poll.asc().nulls_first()
    found = select(feeds).where(is_due, feeds.c.source.in_(sources)).order_by(longest).limit(limit)
    return [_feed(row) for row in await connection.execute(found)]


async def next_due(connection: AsyncConnection, sources: Sequence[str]) -> float | None:
    """Return when the next feed is due."""
    earliest = select(func.min(feeds.c.next_poll)).where(feeds.c.source.in_(sources))
    found: float | None = (await connection.execute(earliest)).scalar()
    return found


async def campaigns_of(connection: AsyncConnection, feed: Feed) -> set[int] | None:
    """Return the ids of the campaigns that want a feed, or None when every campaign does."""
    if feed.source != SUBREDDITS:
        return None
    wanted = select(campaign_feeds.c.campaign_id).where(campaign_feeds.c.feed_id == feed.id)
    return {row.campaign_id for row in await connection.execute(wanted)}


async def add(connection: AsyncConnection, name: str, source: str, target: str, interval: float) -> bool:
    """Add a feed that is due at once; False when there is one of that name."""
    if (await connection.execute(select(feeds.c.id).where(feeds.c.name == name))).first():
        return False
    await connection.execute(
        feeds.insert().values(name=name, source=source, target=target, interval_s=interval)
    )
    return True


async def remove(connection: AsyncConnection, name: str) -> bool:
    """Remove a feed; the posts it brought stay."""
    return bool((await connection.execute(delete(feeds).where(feeds.c.name == name))).rowcount)


async def link(
    connection: AsyncConnection, campaign_id: int, subreddits: Iterable[str], interval: float
) -> None:
    """Make the feeds of a campaign be its subreddits, and remove feeds of subreddits that no campaign wants."""
    names = {f"r/{subreddit.lower()}": subreddit for subreddit in subreddits}
    for name, subreddit in names.items():
        await add(connection, name, SUBREDDITS, subreddit, interval)
    await connection.execute(delete(campaign_feeds).where(campaign_feeds.c.campaign_id == campaign_id))
    if names:
        wanted = select(feeds.c.id).where(feeds.c.name.in_(names))
        ids = [row.id for row in await connection.execute(wanted)]
        await connection.execute(
            campaign_feeds.insert(), [{"campaign_id": campaign_id, "feed_id": feed_id} for feed_id in ids]
        )
    await drop_unwanted(connection)


async def drop_unwanted(connection: AsyncConnection) -> None:
    """Remove feeds of subreddits that no campaign wants any more."""
    wanted = exists().where(campaign_feeds.c.feed_id == feeds.c.id)
    await connection.execute(delete(feeds).where(feeds.c.source == SUBREDDITS, ~wanted))


async def polled(
    connection: AsyncConnection,
    feed: Feed,
    *,
    cursor: str | None,
    posts: int,
    newest: float | None,
    now: float,
    next_poll: float,
) -> None:
    """Record a poll that worked, in the transaction that stores its posts."""
    values: dict[str, Any] = {
        "cursor": cursor,
        "last_poll": now,
        "next_poll": next_poll,
        "posts": feeds.c.posts + posts,
        "errors": 0,
        "last_error": "",
    }
    if newest is not None:
        known = func.coalesce(feeds.c.newest_post, newest)
        values["newest_post"] = case((known > newest, known), else_=newest)
    await connection.execute(update(feeds).where(feeds.c.id == feed.id).values(**values))


async def failed(
    connection: AsyncConnection, feed: Feed, *, error: str, now: float, next_poll: float
) -> None:
    """Record a poll that failed."""
    values = {"last_poll": now, "next_poll": next_poll, "errors": feeds.c.errors + 1, "last_error": error}
    await connection.execute(update(feeds).where(feeds.c.id == feed.id).values(**values))


async def poll_soon(connection: AsyncConnection, feed_id: int | None, now: float) -> int:
    """Make one feed, or all of them, due; returns how many."""
    statement = update(feeds).values(next_poll=now)
    if feed_id is not None:
        statement = statement.where(feeds.c.id == feed_id)
    return (await connection.execute(statement)).rowcount


async def campaign_names(connection: AsyncConnection) -> dict[int, str]:
    """Return the names of campaigns by id."""
    return {row.id: row.name for row in await connection.execute(select(campaigns.c.id, campaigns.c.name))}


def _feed(row: Row[Any]) -> Feed:
    return Feed(
        id=row.id,
        name=row.name,
        source=row.source,
        target=row.target,
        cursor=row.cursor,
        interval=row.interval_s,
        last_poll=row.last_poll,
        next_poll=row.next_poll,
        newest_post=row.newest_post,
        posts=row.posts,
        errors=row.errors,
        last_error=row.last_error,
        requests_left=row.requests_left,
        gap=row.gap,
    )
