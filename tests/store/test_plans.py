"""Every hot query on 100,000 leads, as the product really runs it, explained by the database: no full scan, no big sort."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as SqlEngine

from leadtui.config import Config
from leadtui.config import Database as DatabaseSection
from leadtui.domain.models import Post
from leadtui.domain.query import parse
from leadtui.store import campaigns, drafts, feeds, firstpage, leads, posts, standing, triage, words
from leadtui.store.database import FILE, Database
from leadtui.store.tables import metadata
from tests.conftest import Postgres

from . import bulk

BIG = ("leads", "posts", "verdicts", "drafts")
Work = Callable[[Any], Awaitable[object]]


class Query(NamedTuple):
    """One thing a user or a timer makes the store do."""

    name: str
    run: Work
    writes: bool = False


class Statement(NamedTuple):
    """What reached the database, and how the database would go about it."""

    sql: str
    plan: tuple[str, ...]


def _page(query: str, **where: Any) -> Work:
    async def run(connection: Any) -> object:
        parsed = parse(query)
        if "deep" in where:
            deep = await leads.page(connection, parsed, offset=where["deep"], limit=1)
            side: dict[str, Any] = {where["side"]: deep.rows[0]}
            return await leads.page(connection, parsed, **side)
        return await leads.page(connection, parsed, **where)

    return run


def _rank(query: str) -> Work:
    async def run(connection: Any) -> object:
        middle = await leads.page(connection, parse(query), offset=5_000, limit=1)
        return await leads.rank(connection, parse(query), middle.rows[0])

    return run


async def _undo_and_redo(connection: Any) -> None:
    await triage.set_status(connection, [11, 13, 17], "saved", None, "tui", bulk.NOW)
    await triage.undo(connection, "tui", bulk.NOW)
    await triage.redo(connection, "tui", bulk.NOW)
    # The third has to look for the newest step that stands, past those that do not.
    await triage.undo(connection, "tui", bulk.NOW)
    await triage.undo(connection, "tui", bulk.NOW)


async def _take_in(connection: Any) -> None:
    texts = [Post(f"t3_{number}", "sub1", "post", "other words") for number in (*range(1, 100), 10**9)]
    inserted = await posts.insert(connection, texts, "bulk", bulk.NOW)
    known = await leads.known_posts(connection, 1, list(inserted.ids.values()))
    row = {"score": 1, "intent": "none", "stance": "none", "sentiment": "none", "scored_by": "local"}
    rows = [{**row, "post_id": post_id, "explanation": "{}"} for post_id in known]
    await leads.rescore(connection, 1, rows)
    await leads.drop_untouched(connection, 1, sorted(known))


async def _take_in_copies(connection: Any) -> None:
    said = [
        Post(f"new{number}", "sub1", "post about number", author=f"person{number % 50}")
        for number in range(100)
    ]
    inserted = await posts.insert(connection, said, "bulk", bulk.NOW)
    stories = await posts.stories_of(connection, list(inserted.ids.values()))
    members = await posts.members(connection, set(stories.values()))
    assert len(members) == 50
    await leads.shown(connection, 1, [post_id for told in members.values() for post_id in told])
    await leads.move(connection, 1, {"post_id": 1, "score": 5})


async def _poll(connection: Any) -> None:
    due = await feeds.due(connection, bulk.NOW, ["reddit"])
    await feeds.campaigns_of(connection, due[0])
    now = bulk.NOW
    await feeds.polled(connection, due[0], cursor="c", posts=1, newest=now, now=now, next_poll=now + 900)
    await feeds.next_due(connection, ["reddit"])


async def _write_a_draft(connection: Any) -> None:
    draft_id = await drafts.add(connection, 50_001, "words", bulk.NOW)
    await drafts.save(connection, draft_id, "more words", bulk.NOW)
    await drafts.open_of(connection, 50_001)
    await drafts.discard(connection, draft_id, bulk.NOW)


async def _backfill(connection: Any) -> None:
    await posts.after(connection, 40_000, await posts.newest_id(connection), 1_000)
    await campaigns.move_backfill(connection, 1, 50_000, bulk.LEADS)


STATUS, ALL = "status:new sort:score", "sort:score"
WITHIN, CAMPAIGN = "status:new campaign:campaign1", "campaign:campaign1"
QUERIES = (
    Query("status, first page", _page(STATUS)),
    Query("status, after depth", _page(STATUS, deep=5_000, side="after")),
    Query("status, before depth", _page(STATUS, deep=5_000, side="before")),
    Query("status, jump", _page(STATUS, offset=30_000)),
    Query("status, newest", _page("status:new sort:newest")),
    Query("status, newest after depth", _page("status:new sort:newest", deep=5_000, side="after")),
    Query("status, oldest before depth", _page("status:saved sort:oldest", deep=1_000, side="before")),
    Query("status in campaign", _page(WITHIN)),
    Query("status in campaign, after depth", _page(WITHIN, deep=5_000, side="after")),
    Query("status in campaign, newest", _page(WITHIN + " sort:newest", deep=5_000, side="after")),
    Query("campaign", _page(CAMPAIGN)),
    Query("campaign, after depth", _page(CAMPAIGN, deep=5_000, side="after")),
    Query("all", _page(ALL)),
    Query("all, after depth", _page(ALL, deep=50_000, side="after")),
    Query("all, before depth", _page(ALL, deep=50_000, side="before")),
    Query("newest", _page("sort:newest")),
    Query("newest, after depth", _page("sort:newest", deep=5_000, side="after")),
    Query("found", _page("sort:found")),
    Query("found, after depth", _page("sort:found", deep=5_000, side="after")),
    Query("subreddit", _page("sub:sub7")),
    Query("subreddit, after depth", _page("sub:sub7", deep=100, side="after")),
    Query("younger than", _page("age:<9999d sort:newest")),
    Query("author", _page("author:person77")),
    Query("author who is nobody", _page("author:nobody")),
    Query("rows with copies", _page("is:copied")),
    Query("rare word", _page("zyxwv")),
    Query("common word", _page("use")),
    Query("one word in ten", _page("invoice")),
    Query("word within a view", _page("status:new campaign:campaign1 invoice")),
    Query("rare word within a view", _page("status:new zyxwv")),
    Query("rare word within a view, after", _page("status:new zyxwv", deep=5, side="after")),
    Query("author within a view", _page("status:new author:person77")),
    Query("count of a status", lambda c: leads.count(c, parse(STATUS))),
    Query("count of a rare word", lambda c: leads.count(c, parse("zyxwv"))),
    Query("counts", lambda c: leads.counts(c, None)),
    Query("counts of a campaign", lambda c: leads.counts(c, "campaign1")),
    Query("rank in a status", _rank(STATUS)),
    Query("rank in a campaign", _rank(CAMPAIGN)),
    Query("one lead", lambda c: leads.one(c, 50_000)),
    Query("snoozed due?", lambda c: triage.any_due(c, bulk.NOW)),
    Query("leads that age", lambda c: leads.ageing(c, 2, 0.0, 1_000)),
    Query("their posts", lambda c: posts.several(c, range(1, 1_000))),
    Query("a campaign as it was", lambda c: campaigns.previous(c, 1)),
    Query("posts with a phrase", lambda c: words.holding(c, ["invoice", "zyxwv what"], 2_000)),
    Query("how posts stand", lambda c: standing.standing_of(c, 1, range(1, 500))),
    Query("worst leads", lambda c: standing.ranked(c, 1, (40, 9), 250, worst=True)),
    Query("best leads", lambda c: standing.ranked(c, 1, (90, 9), 250, worst=False)),
    Query("older posts", lambda c: posts.older(c, 60_000, 250)),
    Query("newest posts of an author", lambda c: posts.by_author(c, "person77", 100)),
    Query("drafts list", drafts.listed),
    Query("drafts counted", drafts.counts),
    Query("one draft", lambda c: drafts.one(c, 9)),
    Query("worth asking before a removal", lambda c: campaigns.worked_on(c, 1)),
    Query("verdict", lambda c: triage.set_status(c, [21, 22, 23], "ignored", None, "tui", bulk.NOW), True),
    Query("undo, redo", _undo_and_redo, True),
    Query("wake", lambda c: triage.wake(c, bulk.NOW + 40), True),
    Query("seen", lambda c: leads.mark_seen(c, [1, 2, 3], bulk.NOW), True),
    Query("note, tags", lambda c: leads.set_notes(c, 1, "note"), True),
    Query("take in", _take_in, True),
    Query("take in copies", _take_in_copies, True),
    Query("backfill", _backfill, True),
    Query("poll", _poll, True),
    Query("draft", _write_a_draft, True),
    Query("remove a campaign", lambda c: campaigns.remove(c, 4), True),
)


Plans = dict[str, list[Statement]]


@pytest.fixture(scope="module")
def sqlite_plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    home = tmp_path_factory.mktemp("plans")
    plans = asyncio.run(_all_plans(Config(home=home)))
    plans["first frame"] = _first_frame(home / FILE)
    return plans


@pytest.fixture(scope="module")
def postgres_plans(postgres: Postgres) -> Plans:
    url = postgres.create()
    return asyncio.run(_all_plans(Config(database=DatabaseSection(url=url)), lambda: postgres.vacuum(url)))


async def _all_plans(config: Config, settle: Callable[[], None] = lambda: None) -> Plans:
    database = await Database.open(config)
    try:
        await bulk.load(database)
        settle()
        return {query.name: await _explained(database, query) for query in QUERIES}
    finally:
        await database.close()


async def _explained(database: Database, query: Query) -> list[Statement]:
    """Run a query, then ask how each of its statements is carried out; nothing of it stays."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    found = []
    async with (database.write if query.writes else database.read)() as connection:
        with _recorded() as statements:
            await query.run(connection)
        for sql, parameters in statements:
            rows = await connection.exec_driver_sql(explain + sql, parameters)
            found.append(Statement(sql, tuple(row[-1] for row in rows)))
        await connection.rollback()
    return found


@contextmanager
def _recorded() -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        if not re.match(r"\s*(BEGIN|INSERT (?!.*SELECT))", sql, re.DOTALL):
            statements.append((sql, parameters[0] if many else parameters))

    event.listen(SqlEngine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(SqlEngine, "before_cursor_execute", keep)


def _first_frame(path: Path) -> list[Statement]:
    """Explain what the dashboard's first frame reads past SQLAlchemy."""
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", traced)
        assert len(firstpage.read_first_page(path, 64).rows) == 64
    with closing(connect(path)) as connection:
        return [
            Statement(sql, tuple(row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")))
            for sql in statements
        ]


def test_sqlite_never_reads_or_sorts_a_big_table(sqlite_plans: Plans) -> None:
    _show(sqlite_plans)
    complaints = {
        f"{name}: {statement.sql}": wrong
        for name, statements in sqlite_plans.items()
        for statement in statements
        if (wrong := _sqlite_complaints(statement))
    }
    assert not complaints


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("status, first page", "ix_leads_status_score"),
        ("status in campaign, after depth", "ix_leads_campaign_status_score"),
        ("campaign, after depth", "ix_leads_campaign_score"),
        ("subreddit, after depth", "ix_leads_subreddit_score"),
        # What is rare goes first, however small a part of the view it is.
        ("rare word within a view", "ix_leads_post"),
        ("rare word within a view, after", "ix_leads_post"),
        ("author within a view", "ix_leads_post"),
        ("word within a view", "ix_leads_post"),
        ("snoozed due?", "ix_leads_snoozed"),
    ],
)
def test_sqlite_takes_the_index_that_was_made_for_it(sqlite_plans: Plans, name: str, index: str) -> None:
    finding = [s for s in sqlite_plans[name] if re.match(r"SELECT leads.id\s+FROM", s.sql)]
    assert _indexes(finding[-1].plan)[0] == index


def test_postgresql_never_reads_all_posts_or_leads(postgres_plans: Plans) -> None:
    _show(postgres_plans)
    scans = [
        (name, statement)
        for name, statements in postgres_plans.items()
        for statement in statements
        if re.search(r"Seq Scan on (leads|posts|verdicts)\b", "\n".join(statement.plan))
    ]
    assert not scans


def test_every_index_serves_a_query(sqlite_plans: Plans) -> None:
    used = {name for statements in sqlite_plans.values() for s in statements for name in _indexes(s.plan)}
    made = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    assert made - used == set()


@pytest.mark.parametrize(
    ("sql", "plan"),
    [
        ("SELECT 1 FROM leads", ("SCAN leads",)),
        ("SELECT 1 FROM leads", ("SCAN leads USING COVERING INDEX ix_leads_score",)),
        ("SELECT 1 FROM leads l LIMIT 5", ("SCAN l",)),
        (
            "SELECT 1 FROM leads ORDER BY leads.score LIMIT 5",
            ("SCAN leads USING INDEX ix_leads_created", "USE TEMP B-TREE FOR ORDER BY"),
        ),
        (
            "SELECT 1 FROM leads ORDER BY leads.score LIMIT 5",
            ("SEARCH leads USING INDEX ix_leads_status_created (status=?)", "USE TEMP B-TREE FOR ORDER BY"),
        ),
    ],
)
def test_a_bad_plan_is_seen(sql: str, plan: tuple[str, ...]) -> None:
    assert _sqlite_complaints(Statement(sql, plan))


def _sqlite_complaints(statement: Statement) -> list[str]:
    """Name the steps that read a whole big table, or sort what is not found by key in one."""
    aliases = dict(re.findall(r"\b(?:FROM|JOIN) (\w+) (?:AS )?(\w+)", statement.sql))
    names = {alias: table for table, alias in aliases.items()}
    sorts = [step for step in statement.plan if "USE TEMP B-TREE" in step]
    wrong = []
    for step in statement.plan:
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$", step)
        if scan and names.get(scan[1], scan[1]) in BIG:
            # A walk along an index, or along the ids, in the wanted order ends at the limit: that is no scan.
            in_order = scan[2] or "ORDER BY leads.id" in statement.sql
            if sorts or not in_order or "LIMIT" not in statement.sql:
                wrong.append(step)
    first = next((step for step in statement.plan if step.startswith(("SCAN", "SEARCH"))), "")
    if made := re.match(r"MATERIALIZE (\w+)", statement.plan[0] if statement.plan else ""):
        first = f"SCAN {made[1]}"  # what is looped over is the limited result
    table = first.split()[1] if first else ""
    # What was found by id, by text or by author is small, however big its table.
    by_key = "rowid=?" in first or "ix_leads_post " in first or names.get(table, table) not in BIG
    return wrong if by_key else wrong + sorts


def _indexes(plan: tuple[str, ...]) -> list[str]:
    return [name for step in plan for name in re.findall(r"(?:INDEX|using|on) ((?:ix|uq|pk)_\w+)", step)]


def _show(plans: Plans) -> None:
    """Print which index each query uses, and how."""
    for name, statements in plans.items():
        for statement in statements:
            used = ", ".join(dict.fromkeys(_indexes(statement.plan))) or "-"
            print(f"{name:32} {used:40} {' / '.join(step.strip() for step in statement.plan)}")
