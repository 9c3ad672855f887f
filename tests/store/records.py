"""Posts, campaigns and leads as short as tests want to write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import Campaign, LeadRow, Post
from leadtui.domain.query import parse
from leadtui.store import campaigns, leads, posts
from leadtui.store.database import Database
from leadtui.store.tables import campaigns as campaigns_table
from leadtui.store.tables import lead_counts
from leadtui.store.tables import leads as leads_table
from leadtui.store.tables import posts as posts_table

NOW = 1_800_000_000.0


def post(number: int, **fields: Any) -> Post:
    """Make post `t3_<number>`."""
    defaults = {"id": f"t3_{number}", "subreddit": "Freelance", "title": f"title {number}", "body": "words"}
    return Post(**{**defaults, **fields})


def lead(post_id: int, score: int = 50, **fields: Any) -> dict[str, Any]:
    """Make what scoring says of a stored post."""
    return {
        "post_id": post_id,
        "score": score,
        "intent": "seeking",
        "stance": "asks",
        "sentiment": "neutral",
        "scored_by": "local",
        "explanation": '{"parts":{},"reasons":[]}',
        "subreddit": "freelance",
        "created_at": NOW,
        "found_at": NOW,
        **fields,
    }


async def add_campaign(connection: AsyncConnection, name: str = "one") -> int:
    """Store a campaign; returns its id."""
    campaign_id = await campaigns.save(connection, Campaign(name), NOW)
    assert campaign_id is not None
    return campaign_id


async def add_leads(
    database: Database, scores: Sequence[int], *, campaign: str = "one", first: int = 1, **fields: Any
) -> list[int]:
    """Store one post and lead for each score; returns the ids of the leads in the same order."""
    async with database.exclusive() as connection:
        known = {stored.campaign.name: stored.id for stored in await campaigns.everything(connection)}
        campaign_id = known.get(campaign) or await add_campaign(connection, campaign)
        batch = [post(first + index) for index in range(len(scores))]
        ids = (await posts.insert(connection, batch, "test", NOW)).ids
        rows = [lead(ids[item.id], score, **fields) for item, score in zip(batch, scores, strict=True)]
        await leads.insert(connection, campaign_id, rows)
        added = await connection.execute(
            select(leads_table.c.id)
            .where(leads_table.c.campaign_id == campaign_id)
            .order_by(leads_table.c.id.desc())
            .limit(len(scores))
        )
        return [row.id for row in added][::-1]


async def statuses(database: Database) -> dict[int, str]:
    """Return the status of every lead."""
    async with database.read() as connection:
        return {row.id: row.status for row in await connection.execute(select(leads_table))}


async def whole(database: Database, query: str = "") -> list[LeadRow]:
    """Return all leads of a query in one page."""
    async with database.read() as connection:
        return list((await leads.page(connection, parse(query), limit=100_000)).rows)


async def counts_are_right(database: Database) -> bool:
    """Whether the kept counts are what counting gives."""
    grouped = select(leads_table.c.campaign_id, leads_table.c.status, func.count()).group_by(
        leads_table.c.campaign_id, leads_table.c.status
    )
    async with database.read() as connection:
        counted = {(row[0], row[1]): row[2] for row in await connection.execute(grouped)}
        kept = {
            (row.campaign_id, row.status): row.leads
            for row in await connection.execute(select(lead_counts))
            if row.leads
        }
    return counted == kept


async def empty(database: Database) -> None:
    """Delete every campaign, post and lead."""
    async with database.write() as connection:
        await connection.execute(campaigns_table.delete())
        await connection.execute(posts_table.delete())
        if database.is_sqlite:
            await connection.execute(text("INSERT INTO posts_fts(posts_fts) VALUES ('rebuild')"))
