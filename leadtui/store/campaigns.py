"""Campaigns and what of the stored posts they still have to see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.campaign import parse, to_toml
from leadtui.domain.models import Campaign
from leadtui.store.posts import newest_id
from leadtui.store.tables import campaigns, drafts, leads


@dataclass(frozen=True, slots=True)
class Stored:
    """A campaign with its place in the database."""

    id: int
    campaign: Campaign
    backfill: tuple[int, int] | None
    """Stored posts with ids in (first, last] are still to be scored."""
    learned: str = ""
    """What verdicts taught, as `scoring.learning.Lessons` packs it."""


async def everything(connection: AsyncConnection) -> list[Stored]:
    """Return all campaigns by name."""
    rows = await connection.execute(select(campaigns).order_by(campaigns.c.name_key))
    return [
        Stored(
            row.id,
            parse(row.definition, f"campaign {row.name}"),
            None if row.backfill_to is None else (row.backfill_from, row.backfill_to),
            row.learned or "",
        )
        for row in rows
    ]


async def save(
    connection: AsyncConnection, campaign: Campaign, now: float, *, replaces: str | None = None
) -> int | None:
    """Store a new campaign, or a changed one under the name it had; returns its id, None when the name is taken or gone.

    Every stored post is marked to be scored for it (again).
    """
    key = campaign.name.casefold()
    values = {
        "name": campaign.name,
        "name_key": key,
        "definition": to_toml(campaign),
        "min_score": campaign.min_score,
        "backfill_from": 0,
        "backfill_to": await newest_id(connection),
    }
    taken = (await connection.execute(select(campaigns.c.id).where(campaigns.c.name_key == key))).scalar()
    if replaces is None:
        if taken is not None:
            return None
        added = campaigns.insert().values(created_at=now, **values).returning(campaigns.c.id)
        return int((await connection.execute(added)).scalar_one())
    old = (
        await connection.execute(select(campaigns.c.id).where(campaigns.c.name_key == replaces.casefold()))
    ).scalar()
    if old is None or taken not in (None, old):
        return None
    # The same verdicts teach something else about other scores.
    values["judged"] = campaigns.c.judged + 1
    await connection.execute(update(campaigns).where(campaigns.c.id == old).values(**values))
    return int(old)


async def move_backfill(connection: AsyncConnection, campaign_id: int, done: int, last: int) -> None:
    """Remember that stored posts up to `done` were scored; `last` is where the work ends."""
    values = {"backfill_from": done} if done < last else {"backfill_from": None, "backfill_to": None}
    # Only if nobody asked for the whole work again meanwhile.
    unchanged = campaigns.c.backfill_to == last
    await connection.execute(
        update(campaigns).where(campaigns.c.id == campaign_id, unchanged).values(**values)
    )


async def remove(connection: AsyncConnection, campaign_id: int) -> None:
    """Delete a campaign with its leads; the posts stay, other campaigns may need them."""
    await connection.execute(campaigns.delete().where(campaigns.c.id == campaign_id))


async def worked_on(connection: AsyncConnection, campaign_id: int) -> tuple[int, int, int]:
    """Return (leads, leads with a verdict or note, drafts) of a campaign, for the question before it is removed."""
    mine = leads.c.campaign_id == campaign_id
    total = (await connection.execute(select(func.count()).select_from(leads).where(mine))).scalar() or 0
    touched = (
        select(func.count()).select_from(leads).where(mine, (leads.c.status != "new") | (leads.c.notes != ""))
    )
    written = select(func.count()).select_from(drafts.join(leads)).where(mine)
    return (
        total,
        (await connection.execute(touched)).scalar() or 0,
        (await connection.execute(written)).scalar() or 0,
    )
