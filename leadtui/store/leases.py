"""Leases: who does a piece of work that only one process may do.

No clock is compared: a lease counts as left when its beat has stood still for as long as the watcher's own
monotonic clock says, or when its owner is known to be dead. Clocks may jump as they like.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.store.tables import leases

_ADD = text(
    "INSERT INTO leases (name, owner, beat, taken_at) VALUES (:name, :owner, 1, :now) ON CONFLICT DO NOTHING"
)


class Lease(NamedTuple):
    """What the row says."""

    owner: str
    beat: int


async def look(connection: AsyncConnection, name: str) -> Lease | None:
    """Return who holds a lease."""
    row = (await connection.execute(select(leases).where(leases.c.name == name))).first()
    return Lease(row.owner, row.beat) if row else None


async def take(connection: AsyncConnection, name: str, owner: str, seen: Lease | None, now: float) -> bool:
    """Take a free lease, or one that still is as it was `seen`; False when somebody else was quicker."""
    current = await look(connection, name)
    if current != seen:
        return False
    if current is None:
        done = await connection.execute(_ADD, {"name": name, "owner": owner, "now": now})
        return bool(done.rowcount)
    as_seen = (leases.c.name == name, leases.c.owner == current.owner, leases.c.beat == current.beat)
    done = await connection.execute(
        update(leases).where(*as_seen).values(owner=owner, beat=current.beat + 1, taken_at=now)
    )
    return bool(done.rowcount)


async def renew(connection: AsyncConnection, name: str, owner: str) -> bool:
    """Show that the owner lives; False when the lease is no longer theirs."""
    mine = (leases.c.name == name, leases.c.owner == owner)
    return bool(
        (await connection.execute(update(leases).where(*mine).values(beat=leases.c.beat + 1))).rowcount
    )


async def release(connection: AsyncConnection, name: str, owner: str) -> None:
    """Give a lease back."""
    await connection.execute(leases.delete().where(leases.c.name == name, leases.c.owner == owner))
