"""Everything at once from two processes' worth of engines: no deadlock, no step mixed up, counts right."""

from __future__ import annotations

import asyncio
import random
import time

from sqlalchemy import text

from leadtui.config import Config
from leadtui.domain.models import Campaign, Post
from leadtui.services.engine import Engine
from leadtui.store import triage
from tests.store.records import counts_are_right

from .conftest import EVERYTHING, rows

ROUNDS = 12


async def test_all_kinds_of_work_at_once(engine: Engine, stored_config: Config) -> None:
    other = await Engine.open(stored_config)
    dice = random.Random(3)
    posts = [Post(f"p{number}", "a", "old") for number in range(60)]
    await engine.campaigns.add(EVERYTHING)
    await engine.campaigns.add(Campaign("picky", keywords=("new",), min_score=10))
    await engine.discovery.ingest(posts, "test")
    ids = [row.id for row in await rows(engine)]

    async def judge(mine: Engine, origin: str) -> None:
        for _ in range(ROUNDS):
            chosen = dice.sample(ids, 20)
            await mine.triage.set_status(
                chosen, dice.choice(["saved", "ignored", "snoozed"]), origin=origin, until=time.time() - 1
            )
            if dice.random() < 0.4:
                await mine.triage.undo(origin)
            await mine.desk.mark_seen(dice.sample(ids, 20))

    async def take_in(mine: Engine) -> None:
        for round_number in range(ROUNDS):
            changed = [Post(post.id, "a", f"new {round_number}") for post in dice.sample(posts, 30)]
            await mine.discovery.ingest([*changed, Post(f"n{round_number}", "a", "t")], "test")

    async def wake(mine: Engine) -> None:
        for _ in range(ROUNDS):
            async with mine.database.exclusive() as connection:
                await triage.wake(connection, time.time())

    async def draft(mine: Engine) -> None:
        for lead_id in dice.sample(ids, ROUNDS):
            await mine.desk.start_draft(lead_id, template=True)

    await asyncio.gather(
        judge(engine, "tui"), judge(other, "cli"), take_in(engine), take_in(other), wake(other), draft(engine)
    )
    await other.close()
    assert await counts_are_right(engine.database)
    mixed = text("SELECT batch FROM verdicts GROUP BY batch HAVING count(DISTINCT origin) > 1")
    async with engine.database.read() as connection:
        assert (await connection.execute(mixed)).all() == []
    assert len(await rows(engine, "campaign:all")) == 60 + ROUNDS
