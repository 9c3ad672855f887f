"""What a user's verdicts say of posts, and what was learned from them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import UNWANTED, WANTED, Post
from leadtui.store.posts import post_of
from leadtui.store.tables import campaigns, leads, posts, verdicts


@dataclass(frozen=True, slots=True)
class Unlearned:
    """A campaign whose verdicts have changed since they were last learned from."""

    id: int
    judged: int | None
    """To be handed to `mark_taught`; None where the verdicts are the same and only what they taught is lost."""
    fresh: int
    """How many verdicts were given or undone since."""
    judged_at: float | None


async def unlearned(connection: AsyncConnection) -> list[Unlearned]:
    """Return the campaigns that have something to learn."""
    changed = select(campaigns).where(campaigns.c.judged != campaigns.c.taught).order_by(campaigns.c.id)
    return [
        Unlearned(row.id, row.judged, row.judged - row.taught, row.judged_at)
        for row in await connection.execute(changed)
    ]


async def labels(connection: AsyncConnection, campaign_id: int, newest: int) -> list[tuple[Post, bool]]:
    """Return the `newest` judged posts of a campaign, the last judged one last, each with whether it was wanted.

    A lead's status is its latest verdict that stands; one that was put off or put back says nothing.
    """
    last = (
        select(verdicts.c.lead_id, func.max(verdicts.c.id).label("verdict"))
        .join(leads, leads.c.id == verdicts.c.lead_id)
        .where(
            *_judged(campaign_id, (*WANTED, *UNWANTED)), *_standing(await _forgotten(connection, campaign_id))
        )
        .group_by(verdicts.c.lead_id)
        .order_by(func.max(verdicts.c.id).desc())
        .limit(newest)
        .subquery()
    )
    joined = last.join(leads, leads.c.id == last.c.lead_id).join(posts, posts.c.id == leads.c.post_id)
    found = select(posts, leads.c.status).select_from(joined).order_by(last.c.verdict)
    return [(post_of(row), row.status in WANTED) for row in await connection.execute(found)]


async def count(connection: AsyncConnection, campaign_id: int, *, wanted: bool, most: int) -> int:
    """Return how many leads of a campaign stand judged that way; counting stops at `most`."""
    after = await _forgotten(connection, campaign_id)
    stands = exists().where(verdicts.c.lead_id == leads.c.id, *_standing(after))
    found = (
        select(leads.c.id).where(*_judged(campaign_id, WANTED if wanted else UNWANTED), stands).limit(most)
    )
    return (await connection.execute(select(func.count()).select_from(found.subquery()))).scalar() or 0


async def keep(connection: AsyncConnection, campaign_id: int, learned: str | None) -> None:
    """Store what was learned."""
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(learned=learned))


async def mark_taught(connection: AsyncConnection, campaign_id: int, judged: int) -> None:
    """Remember that everything up to a state of the verdicts was learned from."""
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(taught=judged))


async def forget(connection: AsyncConnection, campaign_id: int) -> None:
    """Drop what was learned; called inside `Database.exclusive`, so that no verdict falls between."""
    newest = (await connection.execute(select(func.max(verdicts.c.id)))).scalar() or 0
    # One more, so that the owner of the schedule scores the leads again should this process not live to do it.
    forgotten = {"learned": None, "forgotten_to": newest, "judged": campaigns.c.judged + 1}
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(forgotten))


async def _forgotten(connection: AsyncConnection, campaign_id: int) -> int:
    found = select(campaigns.c.forgotten_to).where(campaigns.c.id == campaign_id)
    return (await connection.execute(found)).scalar() or 0


def _judged(campaign_id: int, statuses: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    return leads.c.campaign_id == campaign_id, leads.c.status.in_([str(status) for status in statuses])


def _standing(after: int) -> tuple[ColumnElement[bool], ...]:
    return verdicts.c.id > after, verdicts.c.undone_at.is_(None)
