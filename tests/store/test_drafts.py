"""Drafts: durable when saved, one open for each lead, open ones first."""

from __future__ import annotations

from typing import Any

import pytest

from leadtui.errors import LeadTuiError
from leadtui.store import drafts
from leadtui.store.database import Database
from leadtui.store.tables import accounts, attempts, replies

from .records import NOW, add_leads


async def test_open_ones_come_first_and_the_last_changed_before(database: Database) -> None:
    ids = await add_leads(database, [1, 2, 3, 4])
    async with database.write() as connection:
        made = [await drafts.add(connection, lead_id, f"to {lead_id}", NOW) for lead_id in ids]
        await drafts.discard(connection, made[3], NOW + 9)
        await drafts.discard(connection, made[0], NOW + 8)
        await drafts.save(connection, made[1], "more", NOW + 5)
        listed = await drafts.listed(connection)
        few = await drafts.listed(connection, limit=3)
    assert [(draft.id, draft.state) for draft in listed] == [
        (made[1], "draft"),
        (made[2], "draft"),
        (made[3], "discarded"),
        (made[0], "discarded"),
    ]
    assert few == listed[:3]


async def test_a_lead_has_one_open_draft_and_may_have_closed_ones(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1])
    async with database.write() as connection:
        for _ in range(3):
            await drafts.discard(connection, await drafts.add(connection, lead_id, "x", NOW), NOW)
        opened = await drafts.add(connection, lead_id, "x", NOW)
    with pytest.raises(LeadTuiError):
        async with database.write() as connection:
            await drafts.add(connection, lead_id, "y", NOW)
    async with database.read() as connection:
        found = await drafts.open_of(connection, lead_id)
        assert found is not None
        assert (found.id, found.body, found.parent) == (opened, "x", "t3_1")
        assert len(await drafts.listed(connection)) == 4


async def test_what_is_closed_is_not_written_any_more(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1])
    async with database.write() as connection:
        draft_id = await drafts.add(connection, lead_id, "kept", NOW)
        assert await drafts.discard(connection, draft_id, NOW)
        assert not await drafts.save(connection, draft_id, "lost", NOW)
        assert not await drafts.discard(connection, draft_id, NOW)
        assert not await drafts.save(connection, 999, "lost", NOW)
        found = await drafts.one(connection, draft_id)
        assert found is not None
        assert found.body == "kept"
        assert await drafts.one(connection, 999) is None
        assert await drafts.open_of(connection, lead_id) is None


async def test_counts_by_state_with_replies(database: Database) -> None:
    ids = await add_leads(database, [1] * 5)
    async with database.write() as connection:
        made = [await drafts.add(connection, lead_id, "x", NOW) for lead_id in ids]
        for draft_id in made[2:]:
            await drafts.discard(connection, draft_id, NOW)
        await connection.execute(accounts.insert().values(id=1, name="me", added_at=NOW))
        values: dict[str, Any] = {
            "account_id": 1, "parent": "t3_1", "body": "x", "body_sha256": "", "unclear": False, "approved_at": NOW,
        }  # fmt: skip
        await connection.execute(replies.insert().values(id=1, draft_id=made[2], state="sent", **values))
        await connection.execute(replies.insert().values(id=2, draft_id=made[3], state="discarded", **values))
        await connection.execute(
            attempts.insert().values(reply_id=1, number=1, sender="x", started_at=NOW, deadline_at=NOW)
        )
        assert await drafts.counts(connection) == {"draft": 2, "sent": 1, "discarded": 2}
        sent = await drafts.one(connection, made[2])
    assert sent is not None
    assert (sent.state, sent.account, sent.attempts) == ("sent", "me", 1)
