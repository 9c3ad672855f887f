"""Posts: taken in once each, with their full-text index."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain import stories
from leadtui.domain.models import Post, PostKind
from leadtui.store.tables import posts

_CHUNK = 5_000
_NOBODY = ("", "[deleted]", "[removed]")
_FACTS = ("title", "body", "score", "num_comments", "upvote_ratio", "permalink", "author")
"""What a source may say otherwise later."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """What became of a batch of posts."""

    ids: dict[str, int]
    """The database id of every post by its own id."""
    new: int
    changed: frozenset[str]
    """Own ids of known posts whose text is not what it was."""
    taken: dict[str, str] = field(default_factory=dict)
    """Own ids that another post has already, with that post's subreddit: a post never moves, so these are strangers."""


async def insert(connection: AsyncConnection, batch: Sequence[Post], source: str, now: float) -> Inserted:
    """Store the posts that are not known and refresh those that changed.

    Called inside `Database.exclusive`, so that nobody adds the same post meanwhile.
    """
    latest = {post.id: post for post in batch}
    known: dict[str, Row[Any]] = {}
    names = list(latest)
    for start in range(0, len(names), _CHUNK):
        chunk = select(posts).where(posts.c.ext_id.in_(names[start : start + _CHUNK]))
        known.update({row.ext_id: row for row in await connection.execute(chunk)})
    strangers = {
        name: str(row.subreddit)
        for name, row in known.items()
        if row.subreddit.lower() != latest[name].subreddit.lower()
    }
    for name in strangers:
        del known[name], latest[name]
    fresh = [post for name, post in latest.items() if name not in known]
    ids = {name: int(row.id) for name, row in known.items()}
    if fresh:
        first = await _reserve(connection, len(fresh))
        rows = [_values(post, source, now) | {"id": first + index} for index, post in enumerate(fresh)]
        await _tell_stories(connection, rows, now)
        await connection.execute(posts.insert(), rows)
        ids.update({post.id: first + index for index, post in enumerate(fresh)})
        if connection.dialect.name == "sqlite":
            add = (
                "INSERT INTO posts_fts(rowid, title, body)"
                " SELECT id, title, body FROM posts WHERE id BETWEEN :first AND :last"
            )
            await connection.execute(text(add), {"first": first, "last": first + len(fresh) - 1})
    changed = await _refresh(connection, [(row, latest[name]) for name, row in known.items()])
    return Inserted(ids, len(fresh), changed, strangers)


async def after(
    connection: AsyncConnection, post_id: int, last: int, limit: int
) -> list[tuple[int, Post, float]]:
    """Return (database id, post, found at) of stored posts with ids in (post_id, last], in order."""
    found = select(posts).where(posts.c.id > post_id, posts.c.id <= last).order_by(posts.c.id).limit(limit)
    return [(row.id, post_of(row), row.found_at) for row in await connection.execute(found)]


async def several(connection: AsyncConnection, post_ids: Sequence[int]) -> list[tuple[int, Post, float]]:
    """Return (database id, post, found at) of some stored posts, in order; at most 5,000 ids."""
    found = select(posts).where(posts.c.id.in_(post_ids)).order_by(posts.c.id)
    return [(row.id, post_of(row), row.found_at) for row in await connection.execute(found)]


async def stories_of(connection: AsyncConnection, post_ids: Sequence[int]) -> dict[int, int]:
    """Return the story of each of the posts that does not stand alone."""
    found: dict[int, int] = {}
    for start in range(0, len(post_ids), _CHUNK):
        chunk = select(posts.c.id, posts.c.story).where(
            posts.c.id.in_(post_ids[start : start + _CHUNK]), posts.c.story.is_not(None)
        )
        found.update({row.id: row.story for row in await connection.execute(chunk)})
    return found


async def members(connection: AsyncConnection, story_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of the posts of some stories, the newest first."""
    found: dict[int, list[int]] = {}
    wanted = list(story_ids)
    for start in range(0, len(wanted), _CHUNK):
        chunk = select(posts.c.id, posts.c.story).where(posts.c.story.in_(wanted[start : start + _CHUNK]))
        for row in await connection.execute(chunk):
            found.setdefault(row.story, []).append(row.id)
    return {story: sorted(ids, reverse=True) for story, ids in found.items()}


async def older(connection: AsyncConnection, before: int, limit: int) -> list[int]:
    """Return the ids of the stored posts below `before`, the newest first."""
    found = select(posts.c.id).where(posts.c.id < before).order_by(posts.c.id.desc()).limit(limit)
    return list((await connection.execute(found)).scalars())


async def by_author(connection: AsyncConnection, author: str, limit: int) -> list[int]:
    """Return the ids of an author's newest stored posts; the name as it is written."""
    theirs = select(posts.c.id).where(posts.c.author == author)
    found = theirs.order_by(posts.c.found_at.desc()).limit(limit)
    return list((await connection.execute(found)).scalars())


async def total(connection: AsyncConnection) -> int:
    """Return how many posts are stored."""
    return (await connection.execute(select(func.count()).select_from(posts))).scalar() or 0


async def newest_found(connection: AsyncConnection) -> float:
    """Return when the newest post was stored, Unix seconds; 0 when there is none."""
    newest = select(posts.c.found_at).order_by(posts.c.id.desc()).limit(1)
    return (await connection.execute(newest)).scalar() or 0.0


async def newest_id(connection: AsyncConnection) -> int:
    """Return the largest id of a stored post, 0 when there is none."""
    return (await connection.execute(select(func.max(posts.c.id)))).scalar() or 0


async def _reserve(connection: AsyncConnection, number: int) -> int:
    """Return the first of `number` ids in a row that nobody else gets."""
    if connection.dialect.name == "sqlite":
        # The table of given ids, not the largest one in use, so that no id comes back after a deletion.
        last = (
            await connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'posts'"))
        ).scalar() or 0
        return int(last) + 1
    last = (
        await connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence('posts', 'id'), nextval(pg_get_serial_sequence('posts', 'id')) + :more)"
            ),
            {"more": number - 1},
        )
    ).scalar()
    return int(last or 0) - number + 1


async def _tell_stories(connection: AsyncConnection, rows: Sequence[dict[str, Any]], now: float) -> None:
    """Let new rows that repeat what their author said lately name its story."""
    written = Counter(row["author"] for row in rows if row["author"] and row["author"] not in _NOBODY)
    earlier: dict[str, list[int]] = {}
    authors = list(written)
    for start in range(0, len(authors), _CHUNK):
        lately = select(posts.c.id, posts.c.author).where(
            posts.c.author.in_(authors[start : start + _CHUNK]), posts.c.found_at >= now - stories.WINDOW
        )
        for row in await connection.execute(lately):
            earlier.setdefault(row.author, []).append(row.id)
    new = [_telling(row) for row in rows if row["author"] in earlier or written[row["author"]] > 1]
    if not new:
        return
    columns = ("id", "story", "author", "kind", "title", "body", "created_at", "found_at")
    known: list[stories.Telling] = []
    wanted = sorted(each for ids in earlier.values() for each in sorted(ids)[-stories.REMEMBERED :])
    for start in range(0, len(wanted), _CHUNK):
        chunk = select(*(posts.c[name] for name in columns)).where(
            posts.c.id.in_(wanted[start : start + _CHUNK])
        )
        known += [_telling(row) for row in (await connection.execute(chunk.order_by(posts.c.id))).mappings()]
    # Texts are compared, which takes its time when somebody posts a lot.
    found = await asyncio.to_thread(stories.join, new, known)
    first_of_new = {row["id"]: row for row in rows}
    for post_id, story in found.items():
        first_of_new[post_id]["story"] = story
        if story in first_of_new:
            first_of_new[story]["story"] = story
    begun = [story for story in set(found.values()) if story not in first_of_new]
    for start in range(0, len(begun), _CHUNK):
        chosen = posts.c.id.in_(begun[start : start + _CHUNK])
        await connection.execute(
            update(posts).where(chosen, posts.c.story.is_(None)).values(story=posts.c.id)
        )


def _telling(row: Mapping[Any, Any]) -> stories.Telling:
    return stories.Telling(
        id=row["id"],
        story=row["story"] or row["id"],
        author=row["author"],
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        at=row["found_at"] if row["created_at"] is None else row["created_at"],
    )


async def _refresh(connection: AsyncConnection, pairs: Sequence[tuple[Row[Any], Post]]) -> frozenset[str]:
    """Bring stored posts up to what their source says now, and return the own ids of those whose text changed.

    A fact that is missing now, or a text that is empty, does not erase a known one.
    """
    changes = []
    changed = []
    for row, post in pairs:
        new = {
            name: getattr(row, name) if getattr(post, name) in (None, "") else getattr(post, name)
            for name in _FACTS
        }
        if any(getattr(row, name) != value for name, value in new.items()):
            changes.append({"row": row.id, **{f"new_{name}": value for name, value in new.items()}})
        if (row.title, row.body) != (new["title"], new["body"]):
            changed.append(post.id)
            if connection.dialect.name == "sqlite":
                await _reindex(connection, row, new)
    if changes:
        statement = (
            update(posts)
            .where(posts.c.id == bindparam("row"))
            .values({name: bindparam(f"new_{name}") for name in _FACTS})
        )
        await connection.execute(statement, changes)
    return frozenset(changed)


async def _reindex(connection: AsyncConnection, row: Row[Any], new: Mapping[str, Any]) -> None:
    remove = "INSERT INTO posts_fts(posts_fts, rowid, title, body) VALUES('delete', :id, :title, :body)"
    await connection.execute(text(remove), {"id": row.id, "title": row.title, "body": row.body})
    add = "INSERT INTO posts_fts(rowid, title, body) VALUES(:id, :title, :body)"
    await connection.execute(text(add), {"id": row.id, "title": new["title"], "body": new["body"]})


def _values(post: Post, source: str, now: float) -> dict[str, Any]:
    return {
        "ext_id": post.id,
        "source": source,
        "kind": post.kind.value,
        "subreddit": post.subreddit,
        "title": post.title,
        "body": post.body,
        "author": post.author,
        "created_at": post.created_at,
        "score": post.score,
        "num_comments": post.num_comments,
        "upvote_ratio": post.upvote_ratio,
        "permalink": post.permalink,
        "found_at": now,
        "story": None,
    }


def post_of(row: Row[Any]) -> Post:
    """Make a post of its row."""
    return Post(
        id=row.ext_id,
        subreddit=row.subreddit,
        title=row.title,
        body=row.body,
        author=row.author,
        created_at=row.created_at,
        score=row.score,
        num_comments=row.num_comments,
        upvote_ratio=row.upvote_ratio,
        permalink=row.permalink,
        kind=PostKind(row.kind),
    )
