"""Leads: pages of them, one of them, and what is written about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.models import (
    LEARNED,
    PARTS,
    Copy,
    Lead,
    LeadRow,
    LeadStatus,
    Page,
    Post,
    PostKind,
    Reason,
    Score,
    Verdict,
)
from leadtui.domain.query import Query, Sort
from leadtui.store import search
from leadtui.store.standing import movable, untouched
from leadtui.store.tables import campaigns, drafts, lead_counts, leads, posts, verdicts

COUNT_LIMIT = 10_000
"""Where counting the results of a search stops."""
COPIES_NAMED = 100
"""Copies that are named at most; all of them are counted."""
_CHUNK = 5_000

_told = posts.alias("told")

_ROW = (
    leads.c.id,
    campaigns.c.name.label("campaign"),
    leads.c.status,
    leads.c.score,
    leads.c.intent,
    leads.c.stance,
    posts.c.title,
    posts.c.subreddit,
    posts.c.author,
    leads.c.created_at,
    leads.c.found_at,
    posts.c.num_comments,
    posts.c.kind,
    leads.c.seen_at.is_not(None).label("seen"),
    (leads.c.notes != "").label("noted"),
    exists().where(drafts.c.lead_id == leads.c.id, drafts.c.open.is_(True)).label("drafted"),
    leads.c.snoozed_until,
    select(func.count()).where(_told.c.story == posts.c.story).scalar_subquery().label("told"),
)


async def page(
    connection: AsyncConnection,
    query: Query,
    *,
    after: LeadRow | None = None,
    before: LeadRow | None = None,
    offset: int = 0,
    limit: int = 64,
) -> Page:
    """Return a stretch of a query's leads in its order.

    `after` and `before` are neighbours that need not be leads of the query any more: the page is cut by their sort
    key, so its cost does not depend on how deep it lies. `offset` jumps.
    """
    condition = await search.condition(connection, query)
    columns, descending = _order(query.sort)
    backwards = before is not None
    ids = select(leads.c.id).where(condition)
    edge = after or before
    if edge is not None:
        ids = ids.where(_beyond(columns, _key(edge, query.sort), larger=descending is backwards))
    ids = ids.order_by(
        *(column.desc() if descending is not backwards else column.asc() for column in columns)
    )
    chosen = [row.id for row in await connection.execute(ids.limit(limit + 1).offset(offset))]
    beyond = len(chosen) > limit
    rows = await _rows(connection, chosen[:limit])
    if backwards:
        rows.reverse()
        return Page(tuple(rows), more_before=beyond, more_after=True)
    return Page(tuple(rows), more_before=after is not None or offset > 0, more_after=beyond)


async def rank(connection: AsyncConnection, query: Query, row: LeadRow) -> int:
    """Return how many leads of the query stand before `row`."""
    condition = await search.condition(connection, query)
    columns, descending = _order(query.sort)
    ahead = _beyond(columns, _key(row, query.sort), larger=descending)
    counted = select(func.count()).select_from(leads).where(condition, ahead)
    return (await connection.execute(counted)).scalar() or 0


async def count(connection: AsyncConnection, query: Query) -> tuple[int, bool]:
    """Return how many leads a query has, and whether the number is exact or where counting stopped."""
    plain = search.plain_statuses(query)
    if plain is not None:
        statuses, names = plain
        kept = select(func.coalesce(func.sum(lead_counts.c.leads), 0)).join(campaigns)
        if statuses is not None:
            kept = kept.where(lead_counts.c.status.in_(statuses))
        if names is not None:
            kept = kept.where(campaigns.c.name_key.in_([name.casefold() for name in names]))
        return int((await connection.execute(kept)).scalar() or 0), True
    condition = await search.condition(connection, query)
    bounded = select(leads.c.id).where(condition).limit(COUNT_LIMIT).subquery()
    found = (await connection.execute(select(func.count()).select_from(bounded))).scalar() or 0
    return found, found < COUNT_LIMIT


async def counts(connection: AsyncConnection, campaign: str | None) -> dict[str, int]:
    """Return the number of leads in each status."""
    kept = (
        select(lead_counts.c.status, func.sum(lead_counts.c.leads))
        .join(campaigns)
        .group_by(lead_counts.c.status)
    )
    if campaign is not None:
        kept = kept.where(campaigns.c.name_key == campaign.casefold())
    found = {status: int(number) for status, number in await connection.execute(kept)}
    return {status.value: found.get(status, 0) for status in LeadStatus}


async def one(connection: AsyncConnection, lead_id: int) -> Lead | None:
    """Return everything about one lead."""
    return next(iter(await several(connection, [lead_id])), None)


async def several(connection: AsyncConnection, lead_ids: Sequence[int]) -> list[Lead]:
    """Return everything about some leads, in the order of their ids given."""
    if not lead_ids:
        return []
    columns = (
        *_ROW,
        posts.c.ext_id,
        posts.c.story,
        posts.c.body,
        posts.c.created_at.label("post_created_at"),
        posts.c.score.label("votes"),
        posts.c.upvote_ratio,
        posts.c.permalink,
        leads.c.sentiment,
        leads.c.scored_by,
        leads.c.explanation,
        leads.c.notes,
        leads.c.tags,
        campaigns.c.min_score,
    )
    found = await connection.execute(_joined(columns).where(leads.c.id.in_(lead_ids)))
    history: dict[int, list[Verdict]] = {}
    listed = select(verdicts).where(verdicts.c.lead_id.in_(lead_ids)).order_by(verdicts.c.id)
    for row in await connection.execute(listed):
        verdict = Verdict(row.at, row.before, row.after, row.origin, row.undone_at is not None)
        history.setdefault(row.lead_id, []).append(verdict)
    rows = list(found)
    copies = await _copies(connection, [row for row in rows if row.told > 1])
    known = {row.id: _lead(row, tuple(history.get(row.id, ())), copies.get(row.id, ())) for row in rows}
    return [known[lead_id] for lead_id in lead_ids if lead_id in known]


async def _copies(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> dict[int, tuple[Copy, ...]]:
    """Return the other posts of each lead's story."""
    if not rows:
        return {}
    listed = (
        select(posts.c.story, posts.c.ext_id, posts.c.subreddit, posts.c.created_at, posts.c.permalink)
        .where(posts.c.story.in_({row.story for row in rows}))
        .order_by(posts.c.id.desc())
    )
    told: dict[int, list[Copy]] = {}
    for row in await connection.execute(listed):
        found = told.setdefault(row.story, [])
        if len(found) <= COPIES_NAMED:
            found.append(Copy(row.ext_id, row.subreddit, row.created_at, row.permalink))
    return {
        row.id: tuple([copy for copy in told[row.story] if copy.id != row.ext_id][:COPIES_NAMED])
        for row in rows
    }


async def known_posts(connection: AsyncConnection, campaign_id: int, post_ids: Sequence[int]) -> set[int]:
    """Return which of the posts are leads of the campaign already."""
    known: set[int] = set()
    for start in range(0, len(post_ids), _CHUNK):
        chunk = leads.c.post_id.in_(post_ids[start : start + _CHUNK])
        listed = select(leads.c.post_id).where(leads.c.campaign_id == campaign_id, chunk)
        known.update(row.post_id for row in await connection.execute(listed))
    return known


async def ageing(connection: AsyncConnection, campaign_id: int, since: float, limit: int) -> dict[int, int]:
    """Return post id and score of a campaign's best new leads, as far as they were written since a time.

    Only those that were scored locally: what a model said is not taken back because a day has passed.
    """
    best = (
        select(leads.c.post_id, leads.c.score, leads.c.created_at, leads.c.scored_by)
        .where(leads.c.campaign_id == campaign_id, leads.c.status == LeadStatus.NEW.value)
        .order_by(leads.c.score.desc(), leads.c.id.desc())
        .limit(limit)
    )
    return {
        row.post_id: row.score
        for row in await connection.execute(best)
        if row.created_at >= since and row.scored_by == "local"
    }


async def insert(connection: AsyncConnection, campaign_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store leads that are not known yet; called inside `Database.exclusive`, so that nobody adds them meanwhile."""
    if rows:
        status = LeadStatus.NEW.value
        await connection.execute(
            leads.insert(), [{**row, "campaign_id": campaign_id, "status": status} for row in rows]
        )
        await adjust_counts(connection, {(campaign_id, status): len(rows)})


@dataclass(frozen=True, slots=True)
class Shown:
    """The post that stands for a story among a campaign's leads."""

    id: int
    """Of the lead."""
    post_id: int
    movable: bool
    """Whether a better post of the story may take its place: the user has not begun to work with this one."""


async def shown(connection: AsyncConnection, campaign_id: int, post_ids: Sequence[int]) -> dict[int, Shown]:
    """Return the leads among some posts by the ids of the posts."""
    can_move = movable()
    found: dict[int, Shown] = {}
    for start in range(0, len(post_ids), _CHUNK):
        theirs = (leads.c.campaign_id == campaign_id, leads.c.post_id.in_(post_ids[start : start + _CHUNK]))
        listed = select(leads.c.id, leads.c.post_id, can_move.label("movable")).where(*theirs)
        for row in await connection.execute(listed):
            found[row.post_id] = Shown(row.id, row.post_id, bool(row.movable))
    return found


async def move(connection: AsyncConnection, lead_id: int, row: Mapping[str, Any]) -> None:
    """Let a lead stand for another post, with what scoring says of that one; when it was found stays."""
    values = {name: value for name, value in row.items() if name != "found_at"}
    await connection.execute(update(leads).where(leads.c.id == lead_id).values(values))


async def rescore(connection: AsyncConnection, campaign_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace what scoring says of known leads; what the user did with them is not touched."""
    if not rows:
        return
    names = ("score", "intent", "stance", "sentiment", "scored_by", "explanation")
    statement = (
        update(leads)
        .where(leads.c.campaign_id == campaign_id, leads.c.post_id == bindparam("row"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    values = [{"row": row["post_id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    await connection.execute(statement, values)


async def drop_untouched(connection: AsyncConnection, campaign_id: int, post_ids: Sequence[int]) -> int:
    """Remove leads that no longer qualify and that the user has not worked with; return how many."""
    alone = untouched()
    dropped = 0
    for start in range(0, len(post_ids), _CHUNK):
        theirs = (leads.c.campaign_id == campaign_id, leads.c.post_id.in_(post_ids[start : start + _CHUNK]))
        # As a column: as a condition, SQLite would go through all new leads of the campaign.
        looked = await connection.execute(select(leads.c.id, alone.label("untouched")).where(*theirs))
        ids = [row.id for row in looked if row.untouched]
        if ids:
            await connection.execute(leads.delete().where(leads.c.id.in_(ids)))
        dropped += len(ids)
    if dropped:
        await adjust_counts(connection, {(campaign_id, LeadStatus.NEW.value): -dropped})
    return dropped


async def adjust_counts(connection: AsyncConnection, changes: Mapping[tuple[int, str], int]) -> None:
    """Add to the kept counts, in one order so that two transactions never wait for each other crosswise."""
    for (campaign_id, status), change in sorted(changes.items()):
        if not change:
            continue
        where = (lead_counts.c.campaign_id == campaign_id, lead_counts.c.status == status)
        done = await connection.execute(
            update(lead_counts).where(*where).values(leads=lead_counts.c.leads + change)
        )
        if not done.rowcount:
            await connection.execute(
                lead_counts.insert(), {"campaign_id": campaign_id, "status": status, "leads": change}
            )


async def mark_seen(connection: AsyncConnection, lead_ids: Sequence[int], now: float) -> None:
    """Remember that the user has looked at leads."""
    await connection.execute(
        update(leads).where(leads.c.id.in_(lead_ids), leads.c.seen_at.is_(None)).values(seen_at=now)
    )


async def set_notes(connection: AsyncConnection, lead_id: int, notes: str) -> bool:
    """Replace a lead's note; False when there is no such lead."""
    return bool(
        (await connection.execute(update(leads).where(leads.c.id == lead_id).values(notes=notes))).rowcount
    )


async def set_tags(connection: AsyncConnection, lead_id: int, tags: Iterable[str]) -> bool:
    """Replace a lead's tags; False when there is no such lead."""
    kept = sorted({tag.lower() for tag in tags if tag})
    value = f" {' '.join(kept)} " if kept else ""
    return bool(
        (await connection.execute(update(leads).where(leads.c.id == lead_id).values(tags=value))).rowcount
    )


def explanation(score: Score) -> str:
    """Pack parts and reasons; a phrase is kept as its span only, since the post holds its text."""
    reasons = [
        (r.part, r.points, r.start, r.end) if r.start is not None else (r.part, r.points, r.text)
        for r in score.reasons
    ]
    return msgspec.json.encode({"parts": dict(score.parts), "reasons": reasons}).decode()


def _order(sort: Sort) -> tuple[tuple[ColumnElement[Any], ...], bool]:
    """Return the columns of an order and whether they fall."""
    match sort:
        case "newest":
            return (leads.c.created_at, leads.c.id), True
        case "oldest":
            return (leads.c.created_at, leads.c.id), False
        case "found":
            return (leads.c.id,), True
        case _:
            return (leads.c.score, leads.c.id), True


def _key(row: LeadRow, sort: Sort) -> tuple[Any, ...]:
    match sort:
        case "newest" | "oldest":
            return (row.created_at, row.id)
        case "found":
            return (row.id,)
        case _:
            return (row.score, row.id)


def _beyond(
    columns: tuple[ColumnElement[Any], ...], key: tuple[Any, ...], *, larger: bool
) -> ColumnElement[bool]:
    left, right = (tuple_(*columns), tuple_(*key)) if len(key) > 1 else (columns[0], key[0])
    return left > right if larger else left < right


def _joined(columns: Sequence[Any]) -> Select[Any]:
    joined = leads.join(posts, posts.c.id == leads.c.post_id).join(
        campaigns, campaigns.c.id == leads.c.campaign_id
    )
    return select(*columns).select_from(joined)


async def _rows(connection: AsyncConnection, ids: Sequence[int]) -> list[LeadRow]:
    """Return the rows of some leads in the order of `ids`; found by key, so the page's order costs nothing more."""
    if not ids:
        return []
    found = await connection.execute(_joined(_ROW).where(leads.c.id.in_(ids)))
    known = {row.id: row_of(_mapping(row)) for row in found}
    return [known[lead_id] for lead_id in ids if lead_id in known]


def row_of(values: Mapping[str, Any]) -> LeadRow:
    """Make a list row of the columns of the same names."""
    return LeadRow(
        id=values["id"],
        campaign=values["campaign"],
        status=values["status"],
        score=values["score"],
        intent=values["intent"],
        stance=values["stance"],
        title=values["title"],
        subreddit=values["subreddit"],
        author=values["author"],
        created_at=values["created_at"],
        found_at=values["found_at"],
        num_comments=values["num_comments"],
        kind=values["kind"],
        seen=bool(values["seen"]),
        noted=bool(values["noted"]),
        drafted=bool(values["drafted"]),
        snoozed_until=values["snoozed_until"],
        copies=max(0, values["told"] - 1),
    )


def _mapping(row: Row[Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", row._mapping)


def _lead(row: Row[Any], history: tuple[Verdict, ...], copies: tuple[Copy, ...]) -> Lead:
    post = Post(
        id=row.ext_id,
        subreddit=row.subreddit,
        title=row.title,
        body=row.body,
        author=row.author,
        created_at=row.post_created_at,
        score=row.votes,
        num_comments=row.num_comments,
        upvote_ratio=row.upvote_ratio,
        permalink=row.permalink,
        kind=PostKind(row.kind),
    )
    packed = msgspec.json.decode(row.explanation)
    score = Score(
        value=row.score,
        lead=row.score >= row.min_score,
        intent=row.intent,
        stance=row.stance,
        sentiment=row.sentiment,
        parts={
            part: packed["parts"].get(part, 0)
            for part in (*PARTS, LEARNED)
            if part in PARTS or part in packed["parts"]
        },
        reasons=tuple(_reason(item, post.text) for item in packed["reasons"]),
        scored_by=row.scored_by,
    )
    return Lead(row_of(_mapping(row)), post, score, row.notes, tuple(row.tags.split()), history, copies)


def _reason(item: Sequence[Any], text: str) -> Reason:
    if len(item) == 3:
        return Reason(item[0], item[1], item[2])
    return Reason(item[0], item[1], text[item[2] : item[3]], item[2], item[3])
