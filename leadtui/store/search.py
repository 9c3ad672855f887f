"""From the query language to conditions on leads, with bound values only."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    column,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtui.domain.query import All, Choice, Compare, Either, Flag, Node, Not, Query, Text
from leadtui.store.tables import campaigns, drafts, leads, posts

WALK_FROM = {"sqlite": 50_000, "postgresql": 5_000}
"""From this many matching posts on it is quicker to walk the leads in order and look each one up in the full-text
index than to collect the matches first (measured at a million leads: the slower way costs up to 50 times more)."""

Condition = ColumnElement[bool]
_IDS = ARRAY(Integer)

_posts_fts = table("posts_fts", column("rowid"))
"""SQLite's full-text index; PostgreSQL has the column `posts.words` instead."""
_SEPARATORS = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~‘’“”–—…«»", " "))
"""What divides words in `posts.words`; PostgreSQL by itself takes `and/or` or `a.b` for one word."""
_LONGEST_LEXEME = 2_046
"""Bytes; PostgreSQL keeps no longer word, and refuses to look for one."""


async def condition(connection: AsyncConnection, query: Query, now: float | None = None) -> Condition:
    """Return what a lead must meet to be in the query's result."""
    is_sqlite = connection.dialect.name == "sqlite"
    listed = await connection.execute(select(campaigns.c.name_key, campaigns.c.id))
    campaign_ids = {row.name_key: row.id for row in listed}
    builder = _Builder(is_sqlite, time.time() if now is None else now, campaign_ids)
    words = [node for node in query.root.nodes if isinstance(node, Text)]
    authors = [node for node in query.root.nodes if isinstance(node, Choice) and node.field == "author"]
    rest = [builder.build(node) for node in query.root.nodes if node not in words and node not in authors]
    rare = list(map(builder.build, authors))
    if words and is_sqlite:
        matching = " AND ".join(map(_fts, words))
        if await _is_common(connection, matching):
            rest.append(_walked(matching))
        else:
            rare.append(leads.c.post_id.in_(_rows(matching)))
    elif words:
        found = await _few_posts(connection, words)
        # The planner cannot guess how rare a word is; a list it can count.
        rest.append(_in_words(words) if found is None else leads.c.post_id == any_(literal(found, _IDS)))
    if rare and is_sqlite:
        # Having no statistics, SQLite would take a status or a campaign for rarer; inside a function it has no index.
        rest = [func.coalesce(other, false()) for other in rest]
    return and_(true(), *rare, *rest)


def plain_statuses(query: Query) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None] | None:
    """Return (statuses, campaign names) when the query asks for nothing else, so that kept counts answer it."""
    found: dict[str, tuple[str, ...]] = {}
    for node in query.root.nodes:
        if not isinstance(node, Choice) or node.field not in ("status", "campaign") or node.field in found:
            return None
        found[node.field] = node.values
    return found.get("status"), found.get("campaign")


class _Builder:
    def __init__(self, is_sqlite: bool, now: float, campaigns: Mapping[str, int]) -> None:
        self.is_sqlite = is_sqlite
        self.now = now
        self.campaigns = campaigns

    def build(self, node: Node) -> Condition:
        match node:
            case All(nodes):
                return and_(true(), *map(self.build, nodes))
            case Either(nodes):
                return or_(*map(self.build, nodes))
            case Not(inner):
                return not_(self.build(inner))
            case Text():
                return leads.c.post_id.in_(_rows(_fts(node))) if self.is_sqlite else _in_words([node])
            case Flag(name):
                return _flag(name)
            case Compare():
                return self._compare(node)
            case Choice("campaign", names):
                # By id, so that one campaign's leads come from its index in order.
                ids = [self.campaigns.get(name.casefold()) for name in names]
                return leads.c.campaign_id.in_([known for known in ids if known is not None])
            case Choice(field, values):
                return _choice(field, values)

    def _compare(self, node: Compare) -> Condition:
        if node.field == "age":
            # Older means an earlier time, so the sign turns round.
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}[node.operator]
            return _operate(leads.c.created_at, turned, self.now - node.value)
        if node.field == "score":
            # A wide number: the column's own type ends at 32,767.
            return _operate(leads.c.score, node.operator, literal(int(node.value), Integer))
        column = posts.c.num_comments if node.field == "comments" else posts.c.score
        return exists().where(posts.c.id == leads.c.post_id, _operate(column, node.operator, int(node.value)))


def _operate(column: ColumnElement[Any], operator: str, value: float | ColumnElement[int]) -> Condition:
    match operator:
        case "<":
            return column < value
        case "<=":
            return column <= value
        case ">":
            return column > value
        case ">=":
            return column >= value
        case _:
            return column == value


def _choice(field: str, values: tuple[str, ...]) -> Condition:
    match field:
        case "status":
            return leads.c.status.in_(values)
        case "sub":
            return leads.c.subreddit.in_(values)
        case "intent":
            return leads.c.intent.in_(values)
        case "stance":
            return leads.c.stance.in_(values)
        case "id":
            return leads.c.id.in_([int(value) for value in values])
        case "tag":
            return or_(*(leads.c.tags.contains(f" {value.lower()} ", autoescape=True) for value in values))
        case "kind":
            return exists().where(posts.c.id == leads.c.post_id, posts.c.kind.in_(values))
        case _:
            return leads.c.post_id.in_(select(posts.c.id).where(posts.c.author.in_(values)))


def _flag(name: str) -> Condition:
    match name:
        case "seen":
            return leads.c.seen_at.is_not(None)
        case "noted":
            return leads.c.notes != ""
        case "tagged":
            return leads.c.tags != ""
        case "copied":
            return leads.c.post_id.in_(select(posts.c.id).where(posts.c.story.is_not(None)))
        case _:
            return exists().where(drafts.c.lead_id == leads.c.id, drafts.c.open.is_(True))


def _fts(node: Text) -> str:
    """Return an FTS5 expression for words that may hold anything: one quoted phrase."""
    phrase = '"' + node.words.replace('"', '""') + '"' + ("*" if node.prefix else "")
    return phrase if node.where == "any" else f"{{{node.where}}} : {phrase}"


def _in_words(nodes: Sequence[Text]) -> Condition:
    """Return the condition for PostgreSQL's column `posts.words`."""
    return leads.c.post_id.in_(select(posts.c.id).where(_matches(nodes)))


async def _few_posts(connection: AsyncConnection, nodes: Sequence[Text]) -> list[int] | None:
    """Return the posts that match, or None when they are many."""
    limit = WALK_FROM["postgresql"]
    rows = select(posts.c.id).where(_matches(nodes)).order_by(posts.c.id.desc()).limit(limit)
    found = [row.id for row in await connection.execute(rows)]
    return found if len(found) < limit else None


def posts_with_any(phrases: Sequence[str], *, is_sqlite: bool) -> Select[tuple[int]]:
    """Return the select of the ids of posts that hold any of `phrases`, whatever characters those are of."""
    nodes = [Text(phrase) for phrase in phrases if phrase.translate(_SEPARATORS).strip()]
    if is_sqlite:
        found: Select[tuple[int]] = _rows(" OR ".join(map(_fts, nodes)) or '""')
        return found
    matching = " | ".join(filter(None, map(_tsquery, nodes)))
    return select(posts.c.id).where(_words_match(matching) if matching else false())


def _matches(nodes: Sequence[Text]) -> Condition:
    matching = [_tsquery(node) for node in nodes]
    if not all(matching):
        return false()
    return _words_match(" & ".join(matching))


def _words_match(matching: str) -> Condition:
    words: ColumnElement[Any] = literal_column("posts.words")
    return words.op("@@", is_comparison=True)(func.to_tsquery("simple", matching))


def _tsquery(node: Text) -> str:
    """Return quoted lexemes that follow each other, or "" when no post can hold them."""
    words = node.words.translate(_SEPARATORS).split()
    if any(len(word.encode()) > _LONGEST_LEXEME for word in words):
        return ""
    if node.where != "any":
        sides = ["A" if node.where == "title" else "B"]
    else:
        # A phrase stands in the title or in the body, not across both; a single word needs no telling.
        sides = ["A", "B"] if len(words) > 1 else [""]
    return f"({' | '.join(_lexemes(words, side, prefix=node.prefix) for side in sides)})"


def _lexemes(words: Sequence[str], side: str, *, prefix: bool) -> str:
    marks = [side] * (len(words) - 1) + [side + "*" if prefix else side]
    return " <-> ".join(
        f"'{word}':{mark}" if mark else f"'{word}'" for word, mark in zip(words, marks, strict=True)
    )


def _rows(matching: str) -> Any:
    return select(_posts_fts.c.rowid).where(literal_column("posts_fts").op("MATCH")(matching))


def _walked(matching: str) -> Condition:
    return exists().where(
        literal_column("posts_fts").op("MATCH")(matching), _posts_fts.c.rowid == leads.c.post_id
    )


async def _is_common(connection: AsyncConnection, matching: str) -> bool:
    rows = _rows(matching).limit(WALK_FROM["sqlite"]).subquery()
    found = (await connection.execute(select(func.count()).select_from(rows))).scalar() or 0
    return found >= WALK_FROM["sqlite"]
