"""Campaigns and what of the stored posts they still have to see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.campaign import parse, to_toml
from leadtui.domain.models import Campaign
from leadtui.store.posts import newest_id
from leadtui.store.tables import campaign_versions, campaigns, drafts, leads

VERSIONS = 50
"""Changes of a campaign that can be taken back."""


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
    connection: AsyncConnection,
    campaign: Campaign,
    now: float,
    *,
    replaces: str | None = None,
    keep: bool = True,
) -> int | None:
    """Store a new campaign, or a changed one under the name it had; returns its id, None when the name is taken or gone.

    Every stored post is marked to be scored for it (again). `keep` remembers what it was, so that the change can be
    taken back.
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
    named = select(campaigns.c.id, campaigns.c.definition).where(campaigns.c.name_key == replaces.casefold())
    old = (await connection.execute(named)).first()
    if old is None or taken not in (None, old.id):
        return None
    if keep and old.definition != values["definition"]:
        await _keep_version(connection, old.id, old.definition, now)
    # The same verdicts teach something else about other scores.
    values["judged"] = campaigns.c.judged + 1
    await connection.execute(update(campaigns).where(campaigns.c.id == old.id).values(**values))
    return int(old.id)


async def _keep_version(connection: AsyncConnection, campaign_id: int, definition: str, now: float) -> None:
    values = {"campaign_id": campaign_id, "definition": definition, "replaced_at": now}
    await connection.execute(campaign_versions.insert().values(**values))
    mine = campaign_versions.c.campaign_id == campaign_id
    newest = select(campaign_versions.c.id).where(mine).order_by(campaign_versions.c.id.desc())
    oldest = (await connection.execute(newest.limit(1).offset(VERSIONS))).scalar()
    if oldest is not None:
        await connection.execute(campaign_versions.delete().where(mine, campaign_versions.c.id <= oldest))


async def previous(connection: AsyncConnection, campaign_id: int) -> tuple[int, Campaign] | None:
    """Return what a campaign was before its last change, with the id under which that is kept."""
    mine = select(campaign_versions).where(campaign_versions.c.campaign_id == campaign_id)
    row = (await connection.execute(mine.order_by(campaign_versions.c.id.desc()).limit(1))).first()
    return None if row is None else (row.id, parse(row.definition, "the campaign's last version"))


async def forget_version(connection: AsyncConnection, version_id: int) -> None:
    """Delete a version that is in use again."""
    await connection.execute(campaign_versions.delete().where(campaign_versions.c.id == version_id))


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
