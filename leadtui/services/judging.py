"""Leads kept in line with what scoring says: one for each campaign and story, however often the story was told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from leadtui.domain.models import Post, Score
from leadtui.store import leads, posts
from leadtui.store.database import Connection

Judge = Callable[[Sequence[Post]], Awaitable[list[Score]]]
"""Scores posts for the campaign at hand."""
_CHUNK = 5_000
_LOOKED_AT = 40
"""Newest posts of a story among which the best is looked for."""
Judged = tuple[dict[str, Any], bool]
"""What scoring says of a stored post, as a row of the table, and whether that makes it a lead."""


async def take_in(
    connection: Connection,
    campaign_id: int,
    batch: Sequence[Post],
    scores: Sequence[Score],
    inserted: posts.Inserted,
    now: float,
    judge: Judge,
) -> int:
    """Add the leads that are missing and judge again those whose text changed; returns how many were added."""
    known = await leads.known_posts(connection, campaign_id, list(inserted.ids.values()))
    judged = [
        (lead_row(inserted.ids[post.id], post, score, now), score.lead)
        for post, score in zip(batch, scores, strict=True)
        if post.id in inserted.ids and (post.id in inserted.changed or inserted.ids[post.id] not in known)
    ]
    return await settle(connection, campaign_id, judged, judge)


async def settle(connection: Connection, campaign_id: int, judged: Sequence[Judged], judge: Judge) -> int:
    """Bring a campaign's leads in line with what scoring now says of posts; returns how many were added.

    A lead that no longer qualifies stays, with its new score, when the user has worked with it.
    """
    judged = await _one_of_each_story(connection, campaign_id, judged, judge)
    known = await leads.known_posts(connection, campaign_id, [row["post_id"] for row, _ in judged])
    fresh = [row for row, is_lead in judged if is_lead and row["post_id"] not in known]
    await leads.insert(connection, campaign_id, fresh)
    await leads.rescore(connection, campaign_id, [row for row, _ in judged if row["post_id"] in known])
    fallen = [row["post_id"] for row, is_lead in judged if not is_lead and row["post_id"] in known]
    await leads.drop_untouched(connection, campaign_id, fallen)
    return len(fresh)


async def _one_of_each_story(
    connection: Connection, campaign_id: int, judged: Sequence[Judged], judge: Judge
) -> list[Judged]:
    """Return what is left to do when of each story only the best post is, or becomes, the campaign's lead."""
    stories = await posts.stories_of(connection, [row["post_id"] for row, _ in judged])
    if not stories:
        return list(judged)
    by_post = {row["post_id"]: (row, is_lead) for row, is_lead in judged}
    asked = set(by_post)
    left = [each for post_id, each in by_post.items() if post_id not in stories]
    members = await posts.members(connection, set(stories.values()))
    standing = await leads.shown(
        connection, campaign_id, [each for told in members.values() for each in told]
    )
    looked_at = {post_id for told in members.values() for post_id in told[:_LOOKED_AT]} | set(standing)
    untold = []
    missing = sorted(looked_at - asked)
    for start in range(0, len(missing), _CHUNK):
        untold += await posts.several(connection, missing[start : start + _CHUNK])
    scores = await judge([post for _, post, _ in untold]) if untold else []
    for (post_id, post, found_at), score in zip(untold, scores, strict=True):
        by_post[post_id] = (lead_row(post_id, post, score, found_at), score.lead)
    for told in members.values():
        rows = [by_post[post_id] for post_id in told if post_id in by_post]
        best = max((row for row, is_lead in rows if is_lead), key=_rank, default=None)
        there = sorted((standing[each] for each in told if each in standing), key=lambda lead: lead.movable)
        if there and there[0].movable and best is not None:
            row, is_lead = by_post[there[0].post_id]
            if not is_lead or best["score"] > row["score"]:
                await leads.move(connection, there.pop(0).id, best)
        elif not there and best is not None:
            left.append((best, True))
        left += [by_post[lead.post_id] for lead in there if lead.post_id in asked]
    return left


def _rank(row: dict[str, Any]) -> tuple[int, int]:
    return row["score"], -row["post_id"]


def lead_row(post_id: int, post: Post, score: Score, found_at: float) -> dict[str, Any]:
    """Return what scoring says of a stored post as the table of leads holds it."""
    return {
        "post_id": post_id,
        "score": score.value,
        "intent": score.intent,
        "stance": score.stance,
        "sentiment": score.sentiment,
        "scored_by": score.scored_by,
        "explanation": leads.explanation(score),
        "subreddit": post.subreddit.lower(),
        "created_at": found_at if post.created_at is None else post.created_at,
        "found_at": found_at,
    }
