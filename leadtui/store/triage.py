"""Verdicts on leads, one undoable step at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import Change, LeadStatus
from leadtui.store.leads import adjust_counts
from leadtui.store.tables import campaigns, drafts, leads, posts, verdicts

_CHUNK = 5_000


async def set_status(
    connection: AsyncConnection,
    lead_ids: Sequence[int],
    status: str,
    until: float | None,
    origin: str,
    now: float,
) -> Change:
    """Give leads a status as one step; leads that have it already, or are gone, are left out.

    This, `undo`, `redo` and `wake` are called inside `Database.exclusive`: what they look at first must still hold.
    `until` is when a snoozed lead comes back, and None for every other status.
    """
    changed = await _current(connection, lead_ids)
    changed = [row for row in changed if (row.status, row.snoozed_until) != (status, until)]
    if not changed:
        return Change(0, after=status)
    batch = ((await connection.execute(select(func.max(verdicts.c.batch)))).scalar() or 0) + 1
    steps = [
        {
            "batch": batch,
            "lead_id": row.id,
            "at": now,
            "before": row.status,
            "after": status,
            "before_until": row.snoozed_until,
            "after_until": until,
            "origin": origin,
        }
        for row in changed
    ]
    await connection.execute(verdicts.insert(), steps)
    await _apply(connection, [(row.id, row.campaign_id, row.status, status, until) for row in changed], now)
    before = {row.status for row in changed}
    return Change(
        len(changed),
        before.pop() if len(before) == 1 else "",
        status,
        await _title(connection, [row.id for row in changed]),
    )


async def undo(connection: AsyncConnection, origin: str, now: float) -> Change | None:
    """Take back the last step that still stands; None when there is none."""
    last = select(func.max(verdicts.c.batch)).where(
        verdicts.c.origin == origin, verdicts.c.undone_at.is_(None)
    )
    batch = (await connection.execute(last)).scalar()
    return None if batch is None else await _turn(connection, batch, back=True, now=now)


async def redo(connection: AsyncConnection, origin: str, now: float) -> Change | None:
    """Do again the last step that was taken back, unless a newer one was made since; None when there is none."""
    standing = select(func.max(verdicts.c.batch)).where(
        verdicts.c.origin == origin, verdicts.c.undone_at.is_(None)
    )
    last = (await connection.execute(standing)).scalar() or 0
    following = select(func.min(verdicts.c.batch)).where(
        verdicts.c.origin == origin, verdicts.c.undone_at.is_not(None), verdicts.c.batch > last
    )
    batch = (await connection.execute(following)).scalar()
    return None if batch is None else await _turn(connection, batch, back=False, now=now)


async def any_due(connection: AsyncConnection, now: float) -> bool:
    """Whether a snoozed lead's time has come."""
    due = select(leads.c.id).where(leads.c.snoozed_until <= now).limit(1)
    return (await connection.execute(due)).first() is not None


async def wake(connection: AsyncConnection, now: float) -> int:
    """Bring back snoozed leads whose time has come."""
    due = select(leads.c.id).where(leads.c.snoozed_until <= now).limit(_CHUNK)
    ids = [row.id for row in await connection.execute(due)]
    if not ids:
        return 0
    return (await set_status(connection, ids, LeadStatus.NEW.value, None, "snooze", now)).leads


async def _turn(connection: AsyncConnection, batch: int, *, back: bool, now: float) -> Change:
    steps = list(await connection.execute(select(verdicts).where(verdicts.c.batch == batch)))
    current = {row.id: row for row in await _current(connection, [step.lead_id for step in steps])}
    moves = []
    for step in steps:
        found = current.get(step.lead_id)
        left, right = ((step.after, step.after_until), (step.before, step.before_until))
        here, there = (left, right) if back else (right, left)
        if found is not None and (found.status, found.snoozed_until) == here:
            moves.append((step.lead_id, found.campaign_id, here[0], *there))
    await _apply(connection, moves, now)
    if back:
        await _drop_unwritten_drafts(
            connection, [move[0] for move in moves if move[2] == LeadStatus.DRAFTED.value]
        )
    await connection.execute(
        update(verdicts).where(verdicts.c.batch == batch).values(undone_at=now if back else None)
    )
    befores = {step.before for step in steps}
    before = befores.pop() if len(befores) == 1 else ""
    title = await _title(connection, [move[0] for move in moves])
    return Change(len(moves), before, steps[0].after, title, len(steps) - len(moves))


async def _drop_unwritten_drafts(connection: AsyncConnection, lead_ids: Sequence[int]) -> None:
    """A draft that was only begun by the step taken back goes with it."""
    for start in range(0, len(lead_ids), _CHUNK):
        chosen = drafts.c.lead_id.in_(lead_ids[start : start + _CHUNK])
        untouched = drafts.c.updated_at == drafts.c.created_at
        await connection.execute(drafts.delete().where(chosen, drafts.c.open.is_(True), untouched))


async def _current(connection: AsyncConnection, lead_ids: Sequence[int]) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    columns = (leads.c.id, leads.c.campaign_id, leads.c.status, leads.c.snoozed_until)
    unique = list(dict.fromkeys(lead_ids))
    for start in range(0, len(unique), _CHUNK):
        chunk = select(*columns).where(leads.c.id.in_(unique[start : start + _CHUNK]))
        rows.extend(await connection.execute(chunk))
    return rows


async def _apply(
    connection: AsyncConnection, moves: Sequence[tuple[int, int, str, str, float | None]], now: float
) -> None:
    """Carry out (lead, campaign, old status, new status, until), keep the counts right, and mark what there is to learn."""
    changes: dict[tuple[int, str], int] = {}
    targets: dict[tuple[str, float | None], list[int]] = {}
    for lead_id, campaign_id, before, after, until in moves:
        changes[campaign_id, before] = changes.get((campaign_id, before), 0) - 1
        changes[campaign_id, after] = changes.get((campaign_id, after), 0) + 1
        targets.setdefault((after, until), []).append(lead_id)
    for (status, until), ids in targets.items():
        for start in range(0, len(ids), _CHUNK):
            chunk = leads.c.id.in_(ids[start : start + _CHUNK])
            await connection.execute(update(leads).where(chunk).values(status=status, snoozed_until=until))
    await adjust_counts(connection, changes)
    judged = Counter(campaign_id for _, campaign_id, *_ in moves)
    for campaign_id, number in sorted(judged.items()):
        grown = {"judged": campaigns.c.judged + number, "judged_at": now}
        await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(grown))


async def _title(connection: AsyncConnection, lead_ids: Sequence[int]) -> str:
    if len(lead_ids) != 1:
        return ""
    found = select(posts.c.title).join(leads, leads.c.post_id == posts.c.id).where(leads.c.id == lead_ids[0])
    return (await connection.execute(found)).scalar() or ""
