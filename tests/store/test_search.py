"""Queries find in both databases what a plain loop over all leads finds, and nothing typed reaches SQL."""

from __future__ import annotations

import asyncio
import random
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadtui.domain.models import Lead, PostKind
from leadtui.domain.query import All, Choice, Compare, Either, Flag, Node, Not, QueryError, Text, parse
from leadtui.store import drafts, leads, posts, search, triage
from leadtui.store.database import Database

from .records import NOW, add_campaign, lead, post

SEARCHED = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = (
    "crm",
    "Invoice",
    "invoices",
    "late",
    "payment",
    "tool",
    "c++",
    "and/or",
    "don't",
    "a.b",
    "no_go",
    "2.5",
)
DAY = 86_400.0


async def furnish(database: Database) -> list[Lead]:
    """Store leads of every kind; returns them all."""
    dice = random.Random(5)
    now = time.time()

    def words(number: int) -> str:
        return dice.choice(["", "(", "“"]) + dice.choice([" ", ", ", " - "]).join(
            dice.choices(WORDS, k=number)
        )

    async with database.exclusive() as connection:
        batch = [
            post(
                number,
                title=words(3),
                body=words(dice.randrange(6)),
                author=dice.choice([None, "ann", "Bob", "o'hara"]),
                subreddit=dice.choice(["SaaS", "freelance"]),
                kind=dice.choice(list(PostKind)),
                num_comments=dice.choice([None, 0, 5, 50]),
                score=dice.choice([None, -3, 0, 7]),
            )
            for number in range(25)
        ]
        ids = (await posts.insert(connection, batch, "test", NOW)).ids
        for name in ("One", "Two, too"):
            rows = [
                lead(
                    ids[item.id],
                    dice.randrange(101),
                    subreddit=item.subreddit.lower(),
                    intent=dice.choice(["seeking", "pain"]),
                    stance=dice.choice(["asks", "vents"]),
                    created_at=now - dice.randrange(5) * DAY - DAY / 2,
                )
                for item in batch
            ]
            await leads.insert(connection, await add_campaign(connection, name), rows)
        everything = [row.id for row in (await leads.page(connection, parse(""), limit=1_000)).rows]
        for lead_id in everything:
            status = dice.choice(["new", "saved", "ignored"])
            await triage.set_status(connection, [lead_id], status, None, "tui", NOW)
            if dice.random() < 0.3:
                await leads.mark_seen(connection, [lead_id], NOW)
            if dice.random() < 0.3:
                await leads.set_notes(connection, lead_id, "note")
            if dice.random() < 0.3:
                await leads.set_tags(
                    connection, lead_id, dice.choice([["warm"], ["b2b", "warm"], ["100%", "a_b"]])
                )
            if dice.random() < 0.3:
                await drafts.add(connection, lead_id, "dear", NOW)
        return await leads.several(connection, everything)


@pytest.fixture
def furnished(runner: asyncio.Runner, shared_database: Database) -> list[Lead]:
    return runner.run(furnish(shared_database))


def holds(node: Node, lead: Lead) -> bool:
    match node:
        case All(nodes):
            return all(holds(inner, lead) for inner in nodes)
        case Either(nodes):
            return any(holds(inner, lead) for inner in nodes)
        case Not(inner):
            return not holds(inner, lead)
        case Text(words, prefix, where):
            texts = {"title": [lead.post.title], "body": [lead.post.body]}.get(
                where, [lead.post.title, lead.post.body]
            )
            return any(_holds_phrase(_tokens(text), _tokens(words), prefix) for text in texts)
        case Flag(name):
            row = lead.row
            return {"seen": row.seen, "noted": row.noted, "drafted": row.drafted, "tagged": bool(lead.tags)}[
                name
            ]
        case Compare(field, operator, value):
            return _compare(lead, field, operator, value)
        case Choice(field, values):
            return _choose(lead, field, values)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _holds_phrase(tokens: list[str], wanted: list[str], prefix: bool) -> bool:
    for start in range(len(tokens) - len(wanted) + 1):
        found = tokens[start : start + len(wanted)]
        if found == wanted or (prefix and found[:-1] == wanted[:-1] and found[-1].startswith(wanted[-1])):
            return True
    return False


def _compare(lead: Lead, field: str, operator: str, wanted: float) -> bool:
    found = {
        "score": lead.row.score,
        "age": time.time() - (lead.row.created_at or 0),
        "comments": lead.post.num_comments,
        "votes": lead.post.score,
    }[field]
    if found is None:
        return False
    return {
        "<": found < wanted, "<=": found <= wanted, ">": found > wanted, ">=": found >= wanted, "=": found == wanted,
    }[operator]  # fmt: skip


def _choose(lead: Lead, field: str, values: tuple[str, ...]) -> bool:
    if field == "tag":
        return any(value.lower() in lead.tags for value in values)
    if field == "campaign":
        return lead.row.campaign.casefold() in [value.casefold() for value in values]
    found = {
        "status": lead.row.status,
        "sub": lead.row.subreddit.lower(),
        "intent": lead.row.intent,
        "stance": lead.row.stance,
        "author": lead.row.author,
        "kind": str(lead.row.kind),
        "id": str(lead.row.id),
    }[field]
    return found in values


_TERMS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from([f"{word}*" for word in ("in", "invo", "pay", "2", "don't")]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(WORDS).map(lambda word: f"title:{word}"),
    st.sampled_from(WORDS).map(lambda word: f'body:"{word} late"'),
    st.sampled_from(
        "status:new status:new,saved sub:SaaS sub:saas,freelance sub:none intent:pain stance:asks,vents author:ann "
        "author:Bob,o'hara author:nobody campaign:one campaign:nothing kind:post kind:comment tag:warm tag:b2b "
        "tag:100% tag:a_b tag:axb id:1,2,3 id:0 id:999999999 is:seen is:noted is:drafted is:tagged is:seen,noted "
        "score:>50 score:<=20 score:=7 score:>999999999 score:>=-999999999 comments:>4 comments:0 votes:<0 votes:7 "
        "votes:>999999999 age:<3d age:>2d age:<=36h age:2w age:<999999y".split()
    ),
    st.just('campaign:"two, too"'),
)
_QUERIES = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: f"({' OR '.join(terms)})"),
        inner.map(lambda term: f"-({term})"),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("walks", [False, True])
def test_finds_what_a_plain_loop_finds(
    runner: asyncio.Runner,
    shared_database: Database,
    furnished: list[Lead],
    walks: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With a threshold of 1 every search goes the way that otherwise only very common words go.
    monkeypatch.setattr(search, "WALK_FROM", dict.fromkeys(search.WALK_FROM, 1 if walks else 50))

    @SEARCHED
    @given(_QUERIES)
    @example("")
    @example('"late payment" status:new -is:seen')
    def check(query: str) -> None:
        parsed = parse(query)
        wanted = {lead.row.id for lead in furnished if holds(parsed.root, lead)}

        async def found() -> tuple[set[int], int]:
            async with shared_database.read() as connection:
                page = await leads.page(connection, parsed, limit=1_000)
                counted, _ = await leads.count(connection, parsed)
                return {row.id for row in page.rows}, counted

        assert runner.run(found()) == (wanted, len(wanted)), query

    check()


ODD = (
    "c++", "C#", "don't", "a.b", "crm -tool", "-tool", "e-mail", "and/or", "AND", "NOT", "NEAR", "near(a b)", "or",
    "title", "title*", '"title : x"', '"a"*', '"*"x', "a*b", "^a", "a^2", "{a}", "[a]", "a;b",
    "100%", "a_b", "%", "a'b", "a''b", "''", "a\\b", "\\' a", "x' OR '1'='1", "a&b", "a|b", "!a", "a<->b", "a:*",
    "'a':A", "$1", ":x1", "?x", "@me", "#tag", "~a", "`a`", "a,b", "€uro", "naïve", "日本語", "ملف", "🙂 a", "İ",
    "ﬁx", "a\x00b", "\udc80a", "a\u0301", "²", "Ⅷ", "a" * 1_900, "界" * 1_900, " ".join("a" * 1_000),
    " ".join(["-a"] * 600), " OR ".join("a" * 400), "(" * 40 + "a" + ")" * 40, "-(" * 39 + "a" + ")" * 39,
    "score:>32768", "id:999999999", "tag:%", "tag:_", 'sub:"%"', "author:'", "campaign:'", 'tag:"a b"', "age:<0s",
)  # fmt: skip


async def test_odd_inputs_never_trouble_the_database(database: Database) -> None:
    await furnish(database)
    troubles = []
    for text in ODD:
        try:
            parsed = parse(text)
        except QueryError:
            continue
        async with database.read() as connection:
            page = await leads.page(connection, parsed)
            number, exact = await leads.count(connection, parsed)
            if page.rows:
                await leads.rank(connection, parsed, page.rows[-1])
        if not exact or number < len(page.rows):
            troubles.append(text)
    assert troubles == []


def test_anything_typed_is_refused_or_carried_out(runner: asyncio.Runner, shared_database: Database) -> None:
    runner.run(furnish(shared_database))

    @settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=40) | st.text("ab\"'():*-<>=,.ORscoretitle ", max_size=40))
    def check(text: str) -> None:
        try:
            parsed = parse(text)
        except QueryError:
            return

        async def ask() -> None:
            async with shared_database.read() as connection:
                await leads.page(connection, parsed, limit=3)
                await leads.count(connection, parsed)

        runner.run(ask())

    check()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("We write C++ and C#", "c++"),
        ("that's it, don't ask", "don't"),
        ("it’s a typographic one", "it's"),
        ("visit example.com now", "example"),
        ("visit example.com now", "example.com"),
        ("mail me: someone@example.org", "example.org"),
        ("pros and/or cons", "or"),
        ("a self-hosted one", "hosted"),
        ("a self-hosted one", '"self hosted"'),
        ("costs $2.50 a month", "2.50"),
        ("snake_case_name", "case"),
        ("/home/user/file.txt", "user"),
        ("version 1.2.3", "1.2.3"),
        ("<b>bold</b>", "bold"),
        ("«quoted» — and dashed—words", "dashed"),
        ("UPPER and lower", "upper"),
        ("日本語 text", "日本語"),
    ],
)
async def test_words_are_found_as_people_write_them(database: Database, text: str, query: str) -> None:
    async with database.exclusive() as connection:
        campaign_id = await add_campaign(connection)
        ids = (await posts.insert(connection, [post(1, title=text, body="")], "test", NOW)).ids
        await leads.insert(connection, campaign_id, [lead(ids["t3_1"])])
        page = await leads.page(connection, parse(query))
        nothing = await leads.page(connection, parse(f"{query}x"))
    assert len(page.rows) == 1
    assert nothing.rows == ()


async def test_a_phrase_does_not_reach_from_title_to_body(database: Database) -> None:
    async with database.exclusive() as connection:
        campaign_id = await add_campaign(connection)
        texts = [post(1, title="looking for", body="a tool"), post(2, title="x", body="looking for a tool")]
        ids = (await posts.insert(connection, texts, "test", NOW)).ids
        await leads.insert(connection, campaign_id, [lead(post_id) for post_id in ids.values()])
        page = await leads.page(connection, parse('"for a tool"'))
    assert [row.title for row in page.rows] == ["x"]
