"""Verdicts: one step each, taken back and done again exactly, never over somebody else's work."""

from __future__ import annotations

from leadtui.domain.models import Change
from leadtui.store import campaigns, drafts, leads, triage
from leadtui.store.database import Database

from .records import NOW, add_leads, counts_are_right, post, statuses


async def give(
    database: Database, ids: list[int], status: str, until: float | None = None, origin: str = "tui"
) -> Change:
    async with database.exclusive() as connection:
        return await triage.set_status(connection, ids, status, until, origin, NOW)


async def undo(database: Database, origin: str = "tui") -> Change | None:
    async with database.exclusive() as connection:
        return await triage.undo(connection, origin, NOW)


async def redo(database: Database, origin: str = "tui") -> Change | None:
    async with database.exclusive() as connection:
        return await triage.redo(connection, origin, NOW)


async def test_a_verdict_and_back_and_again(database: Database) -> None:
    (lead_id,) = await add_leads(database, [50])
    assert await give(database, [lead_id], "saved") == Change(1, "new", "saved", "title 1")
    assert await undo(database) == Change(1, "new", "saved", "title 1")
    assert await statuses(database) == {lead_id: "new"}
    assert await redo(database) == Change(1, "new", "saved", "title 1")
    assert await statuses(database) == {lead_id: "saved"}
    assert await redo(database) is None
    assert await counts_are_right(database)


async def test_nothing_to_take_back(database: Database) -> None:
    await add_leads(database, [50])
    assert await undo(database) is None
    assert await redo(database) is None


async def test_marks_are_one_step_and_each_gets_its_own_status_back(database: Database) -> None:
    one, two, three = await add_leads(database, [1, 2, 3])
    await give(database, [one], "saved")
    await give(database, [two], "snoozed", NOW + 60)
    change = await give(database, [one, two, three, three, 999], "ignored")
    assert (change.leads, change.before) == (3, "")
    await undo(database)
    assert await statuses(database) == {one: "saved", two: "snoozed", three: "new"}
    assert await counts_are_right(database)


async def test_those_that_have_the_status_are_left_out(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    await give(database, [one], "saved")
    assert (await give(database, [one, two], "saved")).leads == 1
    assert (await give(database, [one, two], "saved")).leads == 0
    await undo(database)
    assert await statuses(database) == {one: "saved", two: "new"}


async def test_a_later_end_of_a_snooze_is_a_verdict_of_its_own(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1])
    await give(database, [lead_id], "snoozed", NOW + 60)
    assert (await give(database, [lead_id], "snoozed", NOW + 120)).leads == 1
    await undo(database)
    async with database.read() as connection:
        lead = await leads.one(connection, lead_id)
    assert lead is not None
    assert lead.row.snoozed_until == NOW + 60


async def test_many_steps_back_and_forth(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1])
    path = ["saved", "replied", "conversation", "won"]
    for status in path:
        await give(database, [lead_id], status)
    for status in ["conversation", "replied", "saved", "new"]:
        await undo(database)
        assert await statuses(database) == {lead_id: status}
    assert await undo(database) is None
    for status in path:
        await redo(database)
        assert await statuses(database) == {lead_id: status}


async def test_a_new_verdict_ends_what_could_be_done_again(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    await give(database, [one], "saved")
    await undo(database)
    await give(database, [two], "ignored")
    assert await redo(database) is None
    assert await statuses(database) == {one: "new", two: "ignored"}


async def test_what_somebody_changed_since_is_left_alone_and_said(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    await give(database, [one, two], "ignored")
    await give(database, [two], "won", origin="cli")
    change = await undo(database)
    assert change is not None
    assert (change.leads, change.skipped) == (1, 1)
    assert await statuses(database) == {one: "new", two: "won"}
    await give(database, [one], "lost", origin="cli")
    again = await redo(database)
    assert again is not None
    assert (again.leads, again.skipped) == (0, 2)
    assert await counts_are_right(database)


async def test_origins_take_back_only_their_own(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    await give(database, [one], "saved", origin="tui")
    await give(database, [two], "ignored", origin="cli")
    await undo(database, "tui")
    assert await statuses(database) == {one: "new", two: "ignored"}
    assert await undo(database, "tui") is None
    await undo(database, "cli")
    assert await redo(database, "tui") is not None
    assert await statuses(database) == {one: "saved", two: "new"}


async def test_snoozed_leads_come_back_and_that_cannot_be_taken_back(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    await give(database, [one], "snoozed", NOW + 60)
    await give(database, [two], "snoozed", NOW + 600)
    async with database.exclusive() as connection:
        assert not await triage.any_due(connection, NOW + 59)
        assert await triage.any_due(connection, NOW + 60)
        assert await triage.wake(connection, NOW + 60) == 1
        assert await triage.wake(connection, NOW + 60) == 0
    assert await statuses(database) == {one: "new", two: "snoozed"}
    await undo(database)  # of the second snooze
    change = await undo(database)  # of the first, which is over by itself
    assert change is not None
    assert (change.leads, change.skipped) == (0, 1)
    assert await statuses(database) == {one: "new", two: "new"}
    assert await counts_are_right(database)


async def test_a_draft_begun_by_the_step_goes_with_it_unless_it_was_written(database: Database) -> None:
    one, two = await add_leads(database, [1, 2])
    async with database.exclusive() as connection:
        for lead_id in (one, two):
            draft_id = await drafts.add(connection, lead_id, "", NOW)
            await triage.set_status(connection, [lead_id], "drafted", None, "tui", NOW)
        await drafts.save(connection, draft_id, "dear", NOW + 5)
    await undo(database)
    await undo(database)
    async with database.read() as connection:
        left = await drafts.listed(connection)
    assert [(draft.lead, draft.body) for draft in left] == [(two, "dear")]
    assert await statuses(database) == {one: "new", two: "new"}


async def test_the_history_is_kept(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1])
    await give(database, [lead_id], "saved")
    await undo(database)
    await give(database, [lead_id], "ignored", origin="cli")
    async with database.read() as connection:
        lead = await leads.one(connection, lead_id)
    assert lead is not None
    told = [(v.before, v.after, v.origin, v.undone) for v in lead.history]
    assert told == [("new", "saved", "tui", True), ("new", "ignored", "cli", False)]


async def test_steps_on_a_removed_campaign_are_forgotten(database: Database) -> None:
    (lead_id,) = await add_leads(database, [1], campaign="going")
    (other,) = await add_leads(database, [1], campaign="staying", first=10)
    await give(database, [other], "saved")
    await give(database, [lead_id], "saved")
    async with database.exclusive() as connection:
        going = next(s for s in await campaigns.everything(connection) if s.campaign.name == "going")
        await campaigns.remove(connection, going.id)
    change = await undo(database)
    assert change is not None
    assert change.title == post(10).title
    assert await statuses(database) == {other: "new"}
    assert await counts_are_right(database)


async def test_more_marks_than_one_statement_can_name(database: Database) -> None:
    ids = await add_leads(database, [1] * 6_000)
    assert (await give(database, ids, "ignored")).leads == 6_000
    change = await undo(database)
    assert change is not None
    assert change.leads == 6_000
    assert set((await statuses(database)).values()) == {"new"}
    assert await counts_are_right(database)
