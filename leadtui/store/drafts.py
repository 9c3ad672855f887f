"""Drafts: what the user writes, durable as soon as it is saved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import Draft, DraftState
from leadtui.store.tables import accounts, attempts, drafts, leads, posts, replies


async def listed(connection: AsyncConnection, *, limit: int = 500) -> list[Draft]:
    """Return drafts, open ones first, the last changed first."""
    found: list[Draft] = []
    # One after the other, so that each comes from the index in its order.
    for state in (drafts.c.open.is_(True), drafts.c.open.is_(None)):
        if len(found) >= limit:
            break
        statement = _select().where(state).order_by(drafts.c.updated_at.desc()).limit(limit - len(found))
        found.extend(_draft(row) for row in await connection.execute(statement))
    return found


async def one(connection: AsyncConnection, draft_id: int) -> Draft | None:
    """Return a draft."""
    row = (await connection.execute(_select().where(drafts.c.id == draft_id))).first()
    return _draft(row) if row else None


async def open_of(connection: AsyncConnection, lead_id: int) -> Draft | None:
    """Return the open draft of a lead."""
    row = (
        await connection.execute(_select().where(drafts.c.lead_id == lead_id, drafts.c.open.is_(True)))
    ).first()
    return _draft(row) if row else None


async def add(connection: AsyncConnection, lead_id: int, body: str, now: float) -> int:
    """Begin a draft; the database allows one open draft per lead."""
    values = {"lead_id": lead_id, "open": True, "body": body, "created_at": now, "updated_at": now}
    return int(
        (await connection.execute(drafts.insert().values(**values).returning(drafts.c.id))).scalar() or 0
    )


async def save(connection: AsyncConnection, draft_id: int, body: str, now: float) -> bool:
    """Replace the text of an open draft; False when there is none."""
    mine = (drafts.c.id == draft_id, drafts.c.open.is_(True))
    return bool(
        (await connection.execute(update(drafts).where(*mine).values(body=body, updated_at=now))).rowcount
    )


async def discard(connection: AsyncConnection, draft_id: int, now: float) -> bool:
    """Close a draft without sending it; its text stays in the database."""
    mine = (drafts.c.id == draft_id, drafts.c.open.is_(True))
    return bool(
        (await connection.execute(update(drafts).where(*mine).values(open=None, updated_at=now))).rowcount
    )


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Return how many drafts are in each state; those that were sent or discarded long ago count as well."""
    replied = select(replies.c.state, func.count()).group_by(replies.c.state)
    found = {state: int(number) for state, number in await connection.execute(replied)}
    closed = await _number(connection, drafts.c.open.is_(None)) - sum(found.values())
    found[DraftState.DISCARDED.value] = found.get(DraftState.DISCARDED.value, 0) + closed
    found[DraftState.DRAFT.value] = await _number(connection, drafts.c.open.is_(True))
    return found


async def _number(connection: AsyncConnection, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(drafts).where(condition)
    return (await connection.execute(counted)).scalar() or 0


def _select() -> Select[Any]:
    tried = select(func.count()).where(attempts.c.reply_id == replies.c.id).scalar_subquery()
    joined = (
        drafts.join(leads, leads.c.id == drafts.c.lead_id)
        .join(posts, posts.c.id == leads.c.post_id)
        .outerjoin(replies, replies.c.draft_id == drafts.c.id)
        .outerjoin(accounts, accounts.c.id == replies.c.account_id)
    )
    return select(
        drafts.c.id,
        drafts.c.lead_id,
        drafts.c.open,
        drafts.c.body,
        drafts.c.updated_at,
        posts.c.ext_id,
        posts.c.title,
        posts.c.subreddit,
        replies.c.state,
        replies.c.thing_id,
        replies.c.permalink,
        replies.c.reason,
        replies.c.not_before,
        accounts.c.name.label("account"),
        tried.label("attempts"),
    ).select_from(joined)


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        lead=row.lead_id,
        state=row.state or (DraftState.DRAFT.value if row.open else DraftState.DISCARDED.value),
        body=row.body,
        parent=row.ext_id,
        title=row.title,
        subreddit=row.subreddit,
        account=row.account,
        attempts=row.attempts or 0,
        thing_id=row.thing_id,
        permalink=row.permalink,
        reason=row.reason or "",
        not_before=row.not_before,
        updated_at=row.updated_at,
    )
