"""One row for what one author says several times: taken in, judged, undone, scored again, by one process or two."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from leadtui.config import Config
from leadtui.domain.models import Campaign, LeadRow, Post
from leadtui.services.engine import Engine
from leadtui.store import posts as stored_posts
from tests.store.records import counts_are_right

from .conftest import EVERYTHING, rows

BODY = (
    "Two of us run a bakery and the invoices for our forty cafés pile up every month. I am looking for invoicing "
    "software that writes late payment reminders by itself. What do you use, and what would you never buy again?"
)
SOUGHT = Campaign("sought", keywords=("invoicing software",), min_score=30)


def told(number: int, subreddit: str = "bakery", *, body: str = BODY, **fields: object) -> Post:
    made = Post(
        f"t3_{number}",
        subreddit,
        "Looking for invoicing software, any recommendations?",
        body,
        author="ann",
        created_at=1_000.0 * number,
        permalink=f"/r/{subreddit}/comments/{number}/",
    )
    return replace(made, **fields)  # type: ignore[arg-type]


async def take_in(engine: Engine, *batch: Post) -> tuple[int, int]:
    done = await engine.discovery.ingest(batch, "test")
    return done.new_posts, done.new_leads


async def only(engine: Engine, query: str = "") -> LeadRow:
    (row,) = await rows(engine, query)
    return row


@pytest.mark.parametrize("batches", [1, 3])
async def test_cross_posts_are_one_row_with_a_count(engine: Engine, batches: int) -> None:
    await engine.campaigns.add(SOUGHT)
    batch = [told(1, "bakery"), told(2, "smallbusiness"), told(3, "freelance", body="")]
    if batches == 1:
        assert await take_in(engine, *batch) == (3, 1)
    else:
        assert [await take_in(engine, post) for post in batch] == [(1, 1), (1, 0), (1, 0)]
    row = await only(engine)
    assert row.copies == 2
    lead = await engine.triage.lead(row.id)
    others = {post.id: (post.subreddit, post.created_at, post.permalink) for post in batch}
    del others[lead.post.id]
    assert {copy.id: (copy.subreddit, copy.created_at, copy.permalink) for copy in lead.copies} == others
    assert (await engine.desk.counts(None))["new"] == 1
    assert await counts_are_right(engine.database)
    assert await take_in(engine, *batch) == (0, 0)
    assert await only(engine) == row


async def test_other_authors_and_unknown_ones_are_rows_of_their_own(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    authors = ("ann", "bob", None, None, "[deleted]", "[deleted]")
    await take_in(engine, *(told(number, author=author) for number, author in enumerate(authors)))
    assert [row.copies for row in await rows(engine)] == [0] * 6


async def test_the_best_post_stands_for_all_until_somebody_has_worked_with_it(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    await take_in(engine, told(1, body=""))
    first = await only(engine)
    await take_in(engine, told(2, "smallbusiness"))
    better = await only(engine)
    assert better.id == first.id
    assert better.score > first.score
    assert better.subreddit == "smallbusiness"
    lead = await engine.triage.lead(better.id)
    assert sum(lead.score.parts.values()) == better.score
    assert all(reason.text in lead.post.text for reason in lead.score.reasons if reason.start is not None)
    await engine.triage.set_status([better.id], "saved", origin="tui")
    await take_in(engine, told(3, "freelance", body=BODY + " Invoicing software with reminders, please."))
    assert (await only(engine)).subreddit == "smallbusiness"


@pytest.mark.parametrize("status", ["saved", "ignored", "replied", "snoozed"])
async def test_a_copy_joins_the_verdict_that_was_given(engine: Engine, status: str) -> None:
    await engine.campaigns.add(SOUGHT)
    await take_in(engine, told(1), told(2, "smallbusiness"))
    row = await only(engine)
    change = await engine.triage.set_status([row.id], status, origin="tui")
    assert change.leads == 1
    assert await take_in(engine, told(3, "freelance")) == (1, 0)
    assert await rows(engine, "status:new") == []
    judged = await only(engine)
    assert (judged.status, judged.copies) == (status, 2)
    await engine.triage.undo("tui")
    assert (await only(engine, "status:new")).copies == 2
    await engine.triage.redo("tui")
    assert (await only(engine)).status == status
    assert await counts_are_right(engine.database)


async def test_a_copy_that_qualifies_stands_in_for_one_that_does_not_any_more(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    await take_in(engine, told(1), told(2, "smallbusiness"))
    row = await only(engine)
    shown = (await engine.triage.lead(row.id)).post
    gone = replace(shown, title="[removed]", body="[removed]")
    await take_in(engine, gone)
    after = await only(engine)
    assert (after.id, after.copies) == (row.id, 1)
    assert (await engine.triage.lead(after.id)).post.id != shown.id
    assert await counts_are_right(engine.database)
    other = (await engine.triage.lead(after.id)).post
    await take_in(engine, replace(other, title="[removed]", body="[removed]"))
    assert await rows(engine) == []
    assert await counts_are_right(engine.database)


async def test_a_deleted_copy_leaves_a_sound_row(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    await take_in(engine, told(1), told(2, "a"), told(3, "b"))
    row = await only(engine)
    shown = (await engine.triage.lead(row.id)).post.id
    for copies, gone in enumerate((name for name in ("t3_1", "t3_2", "t3_3") if name != shown), 1):
        async with engine.database.write() as connection:
            await connection.execute(text("DELETE FROM posts WHERE ext_id = :name"), {"name": gone})
        assert (await only(engine)).copies == 2 - copies
        assert len((await engine.triage.lead(row.id)).copies) == 2 - copies
    assert await take_in(engine, told(4, "c")) == (1, 0)
    assert (await only(engine)).copies == 1


async def test_each_campaign_has_its_own_row_and_a_new_one_finds_the_best(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    await take_in(engine, told(1, body=""), told(2, "smallbusiness"))
    ignored = await only(engine)
    await engine.triage.set_status([ignored.id], "ignored", origin="tui")
    assert await engine.campaigns.add(Campaign("second", keywords=("reminders",), min_score=10)) == 1
    fresh = await only(engine, "campaign:second")
    assert (fresh.status, fresh.copies, fresh.subreddit) == ("new", 1, "smallbusiness")
    await engine.campaigns.edit("sought", replace(SOUGHT, keywords=("invoicing software", "bakery")))
    assert (await only(engine, "campaign:sought")).status == "ignored"
    assert await counts_are_right(engine.database)


async def test_rows_with_copies_can_be_asked_for(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await take_in(engine, told(1), told(2, "a"), Post("t3_9", "a", "something else", author="ann"))
    assert [row.copies for row in await rows(engine, "is:copied")] == [1]
    assert [row.copies for row in await rows(engine, "-is:copied")] == [0]


async def test_somebody_who_posts_the_same_a_hundred_times_is_one_row(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    for start in range(0, 120, 30):
        await take_in(engine, *(told(1 + start + number, f"place{start + number}") for number in range(30)))
    row = await only(engine)
    assert row.copies == 119
    assert len((await engine.triage.lead(row.id)).copies) == 100


async def test_two_processes_that_take_copies_in_at_once(engine: Engine, stored_config: Config) -> None:
    await engine.campaigns.add(SOUGHT)
    other = await Engine.open(stored_config)
    await asyncio.gather(
        *(
            take_in(mine, told(10 * half + number, f"place{half}x{number}"))
            for number in range(1, 8)
            for half, mine in enumerate((engine, other))
        )
    )
    await other.close()
    assert (await only(engine)).copies == 13
    assert await counts_are_right(engine.database)
    async with engine.database.read() as connection:
        listed = await stored_posts.after(connection, 0, 10**6, 100)
        stories = await stored_posts.stories_of(connection, [post_id for post_id, _, _ in listed])
    assert set(stories.values()) == {listed[0][0]}
    assert len(stories) == 14
