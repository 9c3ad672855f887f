"""Posts by the words in them, from the full-text index: listed newest first and counted, never by a scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.store import search


async def holding(
    connection: AsyncConnection, phrases: Sequence[str], limit: int, *, below: int | None = None
) -> list[int]:
    """Return the ids of the posts that hold any of `phrases`, the newest first, from under the id `below` on."""
    found: Select[Any] = search.posts_with_any(phrases, is_sqlite=connection.dialect.name == "sqlite")
    (post_id,) = found.selected_columns
    if below is not None:
        found = found.where(post_id < below)
    if connection.dialect.name == "sqlite":
        ordered = found.order_by(post_id.desc()).limit(limit)
    else:
        # Collected first: the planner would rather walk all posts in order, which for a rare word is all of them.
        collected = found.cte("found").prefix_with("MATERIALIZED")
        ordered = select(collected.c.id).order_by(collected.c.id.desc()).limit(limit)
    return [row[0] for row in await connection.execute(ordered)]


async def count(connection: AsyncConnection, phrases: Sequence[str], limit: int) -> int:
    """Return how many posts hold any of `phrases`; counting stops at `limit`."""
    found = search.posts_with_any(phrases, is_sqlite=connection.dialect.name == "sqlite")
    bounded = found.limit(limit).subquery()
    return (await connection.execute(select(func.count()).select_from(bounded))).scalar() or 0
