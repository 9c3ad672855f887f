"""How posts stand with a campaign: which are leads of it, and which of those may still go or change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import LeadStatus
from leadtui.store.tables import drafts, lead_counts, leads, verdicts

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What a campaign has of a post already."""

    score: int
    status: str
    untouched: bool
    """Whether it goes when it no longer qualifies: the user has not worked with it."""
    movable: bool = True
    """Whether a better post of the same story may take its place."""


def movable() -> ColumnElement[bool]:
    """Whether another post of the story may take a lead's place."""
    return and_(
        leads.c.status == LeadStatus.NEW.value,
        leads.c.scored_by == "local",
        ~exists().where(drafts.c.lead_id == leads.c.id),
    )


def untouched() -> ColumnElement[bool]:
    """Whether the user has not worked with a lead."""
    return and_(
        leads.c.status == LeadStatus.NEW.value,
        leads.c.notes == "",
        leads.c.tags == "",
        ~exists().where(verdicts.c.lead_id == leads.c.id),
        ~exists().where(drafts.c.lead_id == leads.c.id),
    )


async def standing_of(
    connection: AsyncConnection, campaign_id: int, post_ids: Sequence[int]
) -> dict[int, Standing]:
    """Return how those posts stand that are leads of the campaign."""
    columns = (
        leads.c.post_id, leads.c.score, leads.c.status, untouched().label("untouched"), movable().label("movable"),
    )  # fmt: skip
    found: dict[int, Standing] = {}
    for start in range(0, len(post_ids), _CHUNK):
        theirs = leads.c.post_id.in_(post_ids[start : start + _CHUNK])
        listed = select(*columns).where(leads.c.campaign_id == campaign_id, theirs)
        for row in await connection.execute(listed):
            found[row.post_id] = Standing(row.score, row.status, bool(row.untouched), bool(row.movable))
    return found


async def total(connection: AsyncConnection, campaign_id: int) -> int:
    """Return how many leads a campaign has."""
    kept = select(func.sum(lead_counts.c.leads)).where(lead_counts.c.campaign_id == campaign_id)
    return int((await connection.execute(kept)).scalar() or 0)


async def ranked(
    connection: AsyncConnection, campaign_id: int, after: tuple[int, int] | None, limit: int, *, worst: bool
) -> list[tuple[int, int, int]]:
    """Return (score, id, post id) of a campaign's leads, best or worst first, from behind the edge (score, id) on."""
    key = (leads.c.score, leads.c.id)
    listed = select(*key, leads.c.post_id).where(leads.c.campaign_id == campaign_id)
    if after is not None:
        listed = listed.where(tuple_(*key) > tuple_(*after) if worst else tuple_(*key) < tuple_(*after))
    listed = listed.order_by(*(column.asc() if worst else column.desc() for column in key)).limit(limit)
    return [(row.score, row.id, row.post_id) for row in await connection.execute(listed)]
