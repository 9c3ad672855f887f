"""From the query language to conditions on leads, with bound values only."""

from __future__ import annotations

import re
import time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    column,
    exists,
    func,
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

WALK_FROM = 50_000
"""From this many matching posts on it is quicker to walk the leads in order and look each one up in the full-text
index than to collect the matches first (measured at a million leads: the slower way costs up to 50 times more)."""

Condition = ColumnElement[bool]

_posts_fts = table("posts_fts", column("rowid"))
"""SQLite's full-text index; PostgreSQL has the column `posts.words` instead."""


async def condition(connection: AsyncConnection, query: Query, now: float | None = None) -> Condition:
    """Return what a lead must meet to be in the query's result."""
    is_sqlite = connection.dialect.name == "sqlite"
    together = [node for node in query.root.nodes if isinstance(node, Text)]
    rest = [node for node in query.root.nodes if not isinstance(node, Text)]
    builder = _Builder(is_sqlite=is_sqlite, now=time.time() if now is None else now)
    conditions = [builder.build(node) for node in rest]
    if together:
        matching = " AND ".join(map(_fts, together)) if is_sqlite else " & ".join(map(_tsquery, together))
        walk = is_sqlite and await _is_common(connection, matching)
        conditions.append(_walked(matching) if walk else _collected(matching, is_sqlite=is_sqlite))
    return and_(true(), *conditions)


def plain_statuses(query: Query) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None] | None:
    """Return (statuses, campaign names) when the query asks for nothing else, so that kept counts answer it."""
    found: dict[str, tuple[str, ...]] = {}
    for node in query.root.nodes:
        if not isinstance(node, Choice) or node.field not in ("status", "campaign") or node.field in found:
            return None
        found[node.field] = node.values
    return found.get("status"), found.get("campaign")


class _Builder:
    def __init__(self, *, is_sqlite: bool, now: float) -> None:
        self.is_sqlite = is_sqlite
        self.now = now

    def build(self, node: Node) -> Condition:
        match node:
            case All(nodes):
                return and_(true(), *map(self.build, nodes))
            case Either(nodes):
                return or_(*map(self.build, nodes))
            case Not(inner):
                return not_(self.build(inner))
            case Text():
                return _collected(_fts(node) if self.is_sqlite else _tsquery(node), is_sqlite=self.is_sqlite)
            case Flag(name):
                return _flag(name)
            case Compare():
                return self._compare(node)
            case Choice(field, values):
                return _choice(field, values)

    def _compare(self, node: Compare) -> Condition:
        if node.field == "age":
            # Older means an earlier time, so the sign turns round.
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}[node.operator]
            return _operate(leads.c.created_at, turned, self.now - node.value)
        if node.field == "score":
            return _operate(leads.c.score, node.operator, int(node.value))
        column = posts.c.num_comments if node.field == "comments" else posts.c.score
        return exists().where(posts.c.id == leads.c.post_id, _operate(column, node.operator, int(node.value)))


def _operate(column: ColumnElement[Any], operator: str, value: float) -> Condition:
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
        case "campaign":
            keys = [value.casefold() for value in values]
            return leads.c.campaign_id.in_(select(campaigns.c.id).where(campaigns.c.name_key.in_(keys)))
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
        case _:
            return exists().where(drafts.c.lead_id == leads.c.id, drafts.c.open.is_(True))


def _fts(node: Text) -> str:
    """Return an FTS5 expression for words that may hold anything: one quoted phrase."""
    phrase = '"' + node.words.replace('"', '""') + '"' + ("*" if node.prefix else "")
    return phrase if node.where == "any" else f"{{{node.where}}} : {phrase}"


def _tsquery(node: Text) -> str:
    """Return the same for PostgreSQL: quoted lexemes that follow each other."""
    label = {"any": "", "title": "A", "body": "B"}[node.where]
    words = re.findall(r"\w+", node.words.lower())
    parts = []
    for index, word in enumerate(words):
        mark = ("*" if node.prefix and index == len(words) - 1 else "") + label
        parts.append(f"'{word}'" + (f":{mark}" if mark else ""))
    return "(" + " <-> ".join(parts) + ")"


def _collected(matching: str, *, is_sqlite: bool) -> Condition:
    if is_sqlite:
        return leads.c.post_id.in_(_rows(matching))
    words: ColumnElement[Any] = literal_column("posts.words")
    found = select(posts.c.id).where(words.op("@@")(func.to_tsquery("simple", matching)))
    return leads.c.post_id.in_(found)


def _rows(matching: str) -> Any:
    return select(_posts_fts.c.rowid).where(literal_column("posts_fts").op("MATCH")(matching))


def _walked(matching: str) -> Condition:
    return exists().where(
        literal_column("posts_fts").op("MATCH")(matching), _posts_fts.c.rowid == leads.c.post_id
    )


async def _is_common(connection: AsyncConnection, matching: str) -> bool:
    rows = _rows(matching).limit(WALK_FROM).subquery()
    return ((await connection.execute(select(func.count()).select_from(rows))).scalar() or 0) >= WALK_FROM
