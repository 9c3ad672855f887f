"""Two posts with one id: neither is lost without a word."""

from __future__ import annotations

from leadtui.domain.models import Campaign, Post
from leadtui.services.engine import Engine


async def test_a_post_never_takes_the_place_of_another(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("ledgerly", keywords=("invoicing software",), min_score=0))
    await engine.discovery.ingest([Post("001", "gardening", "First", "Mine")], "jsonl")
    done = await engine.discovery.ingest(
        [Post("001", "allotment", "Second", "Somebody else's"), Post("002", "allotment", "Third", "")],
        "jsonl",
    )
    assert (done.new_posts, done.new_leads) == (1, 1)
    assert [(bad.line, bad.error) for bad in done.bad] == [
        (0, 'id "001" belongs to another post already, in r/gardening')
    ]
    found = [await engine.desk.lead(row.id) for row in (await engine.desk.page("sort:found")).rows]
    assert [(lead.post.subreddit, lead.post.title, lead.post.body) for lead in found] == [
        ("allotment", "Third", ""),
        ("gardening", "First", "Mine"),
    ]


async def test_case_of_a_subreddit_makes_no_stranger(engine: Engine) -> None:
    await engine.discovery.ingest([Post("t3_1", "SaaS", "First", "Old")], "jsonl")
    done = await engine.discovery.ingest([Post("t3_1", "saas", "First", "New")], "jsonl")
    assert (done.new_posts, done.bad) == (0, ())
