"""Posts are stored once; what changes upstream changes here, what is missing does not."""

from __future__ import annotations

import dataclasses
import random

from sqlalchemy import delete, select, text

from leadtui.domain.models import Post, PostKind
from leadtui.domain.query import parse
from leadtui.store import leads, posts
from leadtui.store.database import Database
from leadtui.store.posts import Inserted
from leadtui.store.tables import posts as posts_table

from .records import NOW, add_leads, post, whole


async def take_in(database: Database, *batch: Post) -> Inserted:
    async with database.exclusive() as connection:
        return await posts.insert(connection, batch, "test", NOW)


async def stored(database: Database) -> list[Post]:
    async with database.read() as connection:
        return [item for _, item, _ in await posts.after(connection, 0, 10**9, 1_000)]


FULL = post(
    1,
    author="someone",
    created_at=NOW,
    score=3,
    num_comments=2,
    upvote_ratio=0.9,
    permalink="/r/freelance/comments/1/",
    kind=PostKind.COMMENT,
)


async def test_every_fact_comes_back(database: Database) -> None:
    await take_in(database, FULL)
    assert await stored(database) == [FULL]


async def test_the_same_post_twice_is_stored_once(database: Database) -> None:
    first = await take_in(database, FULL, post(2))
    again = await take_in(database, FULL, post(2))
    assert (first.new, again.new, again.changed) == (2, 0, frozenset())
    assert again.ids == first.ids
    assert len(await stored(database)) == 2


async def test_of_duplicates_in_a_batch_the_last_counts(database: Database) -> None:
    inserted = await take_in(database, post(1, title="old"), post(2), post(1, title="new"))
    assert inserted.new == 2
    assert [item.title for item in await stored(database)] == ["new", "title 2"]


async def test_what_is_missing_does_not_erase_what_is_known(database: Database) -> None:
    await take_in(database, FULL)
    bare = Post(FULL.id, FULL.subreddit, FULL.title)
    inserted = await take_in(database, bare)
    assert inserted.changed == frozenset()
    assert await stored(database) == [FULL]


async def test_new_numbers_are_taken_over_and_zero_is_a_number(database: Database) -> None:
    await take_in(database, FULL)
    newer = dataclasses.replace(FULL, score=0, num_comments=40, author="renamed")
    assert (await take_in(database, newer)).changed == frozenset()
    assert await stored(database) == [newer]


async def test_a_changed_text_is_told_and_found(database: Database) -> None:
    await add_leads(database, [50])
    edited = post(1, title="gazebo", body="pergola")
    assert (await take_in(database, edited)).changed == {"t3_1"}
    assert [row.title for row in await whole(database, "gazebo")] == ["gazebo"]
    assert [row.title for row in await whole(database, "body:pergola")] == ["gazebo"]
    assert await whole(database, "title:title") == []


async def test_ids_never_come_back(database: Database) -> None:
    first = await take_in(database, post(1), post(2))
    async with database.write() as connection:
        await connection.execute(delete(posts_table))
    second = await take_in(database, post(3))
    assert second.ids["t3_3"] > max(first.ids.values())


async def test_ids_grow_in_the_order_of_the_batch(database: Database) -> None:
    names = [f"t3_{number}" for number in random.Random(1).sample(range(1_000), 200)]
    inserted = await take_in(database, *(Post(name, "x", "title") for name in names))
    assert sorted(names, key=inserted.ids.__getitem__) == names


async def test_an_empty_batch_is_nothing(database: Database) -> None:
    assert await take_in(database) == Inserted({}, 0, frozenset())


async def test_more_than_one_statement_can_name(database: Database) -> None:
    batch = [post(number) for number in range(6_000)]
    assert (await take_in(database, *batch)).new == 6_000
    assert (await take_in(database, *batch)).new == 0
    async with database.read() as connection:
        assert await posts.newest_id(connection) >= 6_000


async def test_the_full_text_index_stays_whole(database: Database) -> None:
    for round_number in range(5):
        await take_in(database, *(post(n, title=f"round{round_number} n{n}") for n in range(20)))
    if database.is_sqlite:
        async with database.write() as connection:
            # Raises when the index holds anything else than the posts do.
            await connection.execute(
                text("INSERT INTO posts_fts(posts_fts, rank) VALUES ('integrity-check', 1)")
            )
    async with database.read() as connection:
        rows = list(await connection.execute(select(posts_table.c.title)))
    assert {row.title for row in rows} == {f"round4 n{n}" for n in range(20)}


async def test_hostile_texts_come_back_as_they_are(database: Database) -> None:
    hostile = "'; DROP TABLE posts; -- \" % _ \\ {} [/] \u202e 🏳️‍🌈 ملف 日本語"
    await take_in(database, post(1, title=hostile, body=hostile * 50, author=hostile))
    (found,) = await stored(database)
    assert (found.title, found.body, found.author) == (hostile, hostile * 50, hostile)


async def test_a_lead_shows_its_post(database: Database) -> None:
    (lead_id,) = await add_leads(database, [70])
    await take_in(database, dataclasses.replace(FULL, kind=PostKind.POST))
    async with database.read() as connection:
        lead = await leads.one(connection, lead_id)
        page = await leads.page(connection, parse(""))
    assert lead is not None
    assert lead.post.author == "someone"
    assert page.rows == (lead.row,)
