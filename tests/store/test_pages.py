"""Pages put together are the sorted list, from either end, from anywhere, and while leads come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from leadtui.domain.models import LeadRow, Page
from leadtui.domain.query import SORTS, parse
from leadtui.store import campaigns, drafts, leads, posts, triage
from leadtui.store.database import Database
from leadtui.store.tables import leads as leads_table

from .records import NOW, add_campaign, add_leads, empty, lead, post, whole

MANY = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Few values, so that many leads tie.
LEADS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([NOW, NOW + 1, NOW + 2])), max_size=40)
ORDERS: dict[str, tuple[Callable[[LeadRow], Any], bool]] = {
    "score": (lambda row: (row.score, row.id), True),
    "newest": (lambda row: (row.created_at, row.id), True),
    "oldest": (lambda row: (row.created_at, row.id), False),
    "found": (lambda row: row.id, True),
}


async def fill(database: Database, wanted: list[tuple[int, float]]) -> None:
    await empty(database)
    async with database.exclusive() as connection:
        campaign_id = await add_campaign(connection)
        await put(connection, campaign_id, 0, wanted)


async def put(connection: Any, campaign_id: int, first: int, wanted: list[tuple[int, float]]) -> None:
    batch = [post(first + number) for number in range(len(wanted))]
    ids = (await posts.insert(connection, batch, "test", NOW)).ids
    rows = [
        lead(ids[item.id], score, created_at=created)
        for item, (score, created) in zip(batch, wanted, strict=True)
    ]
    await leads.insert(connection, campaign_id, rows)


async def page(database: Database, query: str, **where: Any) -> Page:
    async with database.read() as connection:
        return await leads.page(connection, parse(query), **where)


async def walk(database: Database, query: str, limit: int, *, backwards: bool = False) -> list[LeadRow]:
    """Go from one end to the other page by page, trusting what each page says of its neighbours."""
    rows: list[LeadRow] = []
    if backwards:
        rows = (await whole(database, query))[-1:]
        while rows:
            got = await page(database, query, before=rows[0], limit=limit)
            rows = [*got.rows, *rows]
            assert got.more_after
            if not got.more_before:
                break
        return rows
    got = await page(database, query, limit=limit)
    assert not got.more_before
    rows.extend(got.rows)
    while got.more_after:
        got = await page(database, query, after=rows[-1], limit=limit)
        assert got.more_before
        rows.extend(got.rows)
    return rows


@pytest.mark.parametrize("sort", SORTS)
def test_pages_are_the_sorted_list(runner: asyncio.Runner, shared_database: Database, sort: str) -> None:
    key, falling = ORDERS[sort]
    query = f"status:new sort:{sort}"

    @MANY
    @given(LEADS, st.integers(1, 12), st.data())
    def check(wanted: list[tuple[int, float]], limit: int, data: st.DataObject) -> None:
        async def example() -> None:
            await fill(shared_database, wanted)
            everything = sorted(await whole(shared_database), key=key, reverse=falling)
            assert len(everything) == len(wanted)
            assert await walk(shared_database, query, limit) == everything
            assert await walk(shared_database, query, limit, backwards=True) == everything
            offset = data.draw(st.integers(0, len(wanted) + 2))
            jumped = await page(shared_database, query, offset=offset, limit=limit)
            assert list(jumped.rows) == everything[offset : offset + limit]
            assert (jumped.more_before, jumped.more_after) == (offset > 0, offset + limit < len(everything))
            async with shared_database.read() as connection:
                ranks = [await leads.rank(connection, parse(query), row) for row in everything[:5]]
            assert ranks == list(range(len(ranks)))

        runner.run(example())

    check()


@pytest.mark.parametrize("sort", SORTS)
def test_what_stays_is_seen_once_while_leads_come_and_go(
    runner: asyncio.Runner, shared_database: Database, sort: str
) -> None:
    key, falling = ORDERS[sort]
    query = f"status:new sort:{sort}"

    @FEW
    @given(LEADS, st.lists(LEADS, max_size=4), st.integers(1, 7), st.randoms(use_true_random=False))
    def check(wanted: Any, arriving: Any, limit: int, dice: Any) -> None:
        async def example() -> None:
            await fill(shared_database, wanted)
            later = list(arriving)
            before = {row.id for row in await whole(shared_database)}
            seen: list[LeadRow] = []
            removed: set[int] = set()
            got = await page(shared_database, query, limit=limit)
            while True:
                seen.extend(got.rows)
                async with shared_database.exclusive() as connection:
                    # The last row may go too: a page is cut by where it stood.
                    going = {row.id for row in got.rows if dice.random() < 0.5}
                    going |= {row_id for row_id in before if dice.random() < 0.1}
                    await connection.execute(delete(leads_table).where(leads_table.c.id.in_(going)))
                    removed |= going
                    if later:
                        await put(
                            connection, await only_campaign(connection), 1_000 * len(later), later.pop()
                        )
                if not got.more_after:
                    break
                got = await page(shared_database, query, after=seen[-1], limit=limit)
            ids = [row.id for row in seen]
            assert len(set(ids)) == len(ids)
            assert [*map(key, seen)] == sorted(map(key, seen), reverse=falling)
            stayed = before - removed
            assert stayed <= set(ids) | {row.id for row in await past(seen)}

        async def past(seen: list[LeadRow]) -> list[LeadRow]:
            """What lies behind the last row seen, which the last page need not have shown."""
            return list((await page(shared_database, query, after=seen[-1])).rows) if seen else []

        runner.run(example())

    check()


async def only_campaign(connection: Any) -> int:
    return (await campaigns.everything(connection))[0].id


async def test_a_neighbour_that_left_the_view_still_cuts_the_page(database: Database) -> None:
    ids = await add_leads(database, [90, 80, 70, 60])
    rows = await whole(database, "status:new")
    async with database.exclusive() as connection:
        await triage.set_status(connection, [ids[1]], "ignored", None, "tui", NOW)
    after = await page(database, "status:new", after=rows[1], limit=1)
    before = await page(database, "status:new", before=rows[1], limit=1)
    assert ([row.id for row in after.rows], after.more_after) == ([ids[2]], True)
    assert ([row.id for row in before.rows], before.more_before) == ([ids[0]], False)
    async with database.read() as connection:
        assert await leads.rank(connection, parse("status:new"), rows[1]) == 1


async def test_counts_stop_where_nobody_would_read_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads, "COUNT_LIMIT", 5)
    await add_leads(database, [50] * 5 + [10] * 4)
    async with database.read() as connection:
        assert await leads.count(connection, parse("score:>40")) == (5, False)
        assert await leads.count(connection, parse("score:<40")) == (4, True)
        assert await leads.count(connection, parse("status:new campaign:ONE")) == (9, True)
        assert await leads.count(connection, parse("status:saved,new")) == (9, True)
        assert await leads.count(connection, parse("campaign:other")) == (0, True)
        assert await leads.counts(connection, "One") == await leads.counts(connection, None)
        assert (await leads.counts(connection, None))["new"] == 9


async def test_a_row_tells_what_was_done_with_it(database: Database) -> None:
    one, two = await add_leads(database, [2, 1])
    async with database.write() as connection:
        await leads.mark_seen(connection, [one], NOW)
        await leads.set_notes(connection, one, "call back")
        await leads.set_tags(connection, one, ["Warm", "b2b", "warm", ""])
        await drafts.add(connection, one, "dear", NOW)
        assert not await leads.set_notes(connection, 999, "x")
        assert not await leads.set_tags(connection, 999, ["x"])
    first, second = await whole(database)
    assert (first.id, first.seen, first.noted, first.drafted) == (one, True, True, True)
    assert (second.id, second.seen, second.noted, second.drafted) == (two, False, False, False)
    async with database.read() as connection:
        found = await leads.several(connection, [two, 999, one])
    assert [(lead.row.id, lead.notes, lead.tags) for lead in found] == [
        (two, "", ()),
        (one, "call back", ("b2b", "warm")),
    ]
