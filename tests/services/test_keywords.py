"""Keyword health: each state from what it takes to be in it, and mends that do mend."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign, Post
from leadtui.services.engine import Engine
from leadtui.services.keywords import Health

from .conftest import rows

DAY = 86_400.0
CAMPAIGN = Campaign(
    "ledgerly",
    keywords=("invoicing software",),
    competitors=("FreshBooks",),
    min_score=40,
    subreddits=("freelance",),
)


def posts(name: str, count: int, title: str, body: str = "") -> list[Post]:
    """So many posts of the same kind, all by other authors and of other words."""
    return [
        Post(f"{name}{n}", "somewhere", f"{title} {name}{n}", body, author=f"{name}-{n}")
        for n in range(count)
    ]


def filler(count: int) -> list[Post]:
    """Posts about nothing."""
    return posts("filler", count, "a walk in the garden", "The weather was fine.")


async def health(engine: Engine) -> dict[str, Health]:
    """The health of each keyword."""
    return {one.keyword: one async for one in engine.desk.keyword_health("ledgerly")}


async def prepare(
    engine: Engine, keywords: tuple[str, ...], *batches: list[Post], min_score: int = 40
) -> None:
    """Store a campaign and posts."""
    await engine.campaigns.add(replace(CAMPAIGN, keywords=keywords, min_score=min_score))
    for batch in batches:
        await engine.discovery.ingest(batch, "test")


async def test_a_keyword_that_brings_leads_is_healthy(engine: Engine) -> None:
    asking = posts("ask", 8, "Looking for invoicing software, any recommendations?")
    await prepare(engine, ("invoicing software",), filler(250), asking)
    (found,) = (await health(engine)).values()
    assert (found.state, found.posts, found.leads, found.mends) == ("healthy", 8, 8, ())


async def test_with_few_posts_it_is_too_early_to_say(engine: Engine) -> None:
    await prepare(engine, ("invoicing software",), filler(10))
    (found,) = (await health(engine)).values()
    assert found.state == "healthy"
    assert "too early" in found.why


async def test_a_keyword_in_no_post_is_quiet_and_a_wider_one_is_proposed(engine: Engine) -> None:
    asking = posts("ask", 8, "Which invoicing do you use for clients?")
    await prepare(engine, ("quarterly invoicing",), filler(250), asking)
    (found,) = (await health(engine)).values()
    assert (found.state, found.posts) == ("quiet", 0)
    assert [mend.edit for mend in found.mends] == [
        Edit("keyword", "invoicing", "quarterly invoicing"),
        Edit("keyword", "", "quarterly invoicing"),
    ]
    await engine.desk.edit_campaign("ledgerly", found.mends[0].edit)
    assert (await health(engine))["invoicing"].posts == 8


async def test_a_keyword_not_seen_for_weeks_is_quiet(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    await prepare(engine, ("invoicing software",), posts("ask", 8, "Looking for invoicing software?"))
    later = time.time() + 45 * DAY
    monkeypatch.setattr(time, "time", lambda: later)
    await engine.discovery.ingest(filler(250), "test")
    (found,) = (await health(engine)).values()
    assert found.state == "quiet"
    assert "45 days" in found.why


async def test_a_keyword_that_is_mostly_ignored_is_noisy_and_a_negative_is_proposed(engine: Engine) -> None:
    wanted = posts("want", 3, "Looking for invoicing software, any recommendations?")
    school = posts("school", 9, "Looking for invoicing software, any recommendations?", "It is for homework.")
    await prepare(engine, ("invoicing software",), filler(250), wanted, school)
    for row in await rows(engine):
        verdict = "ignored" if "school" in row.title else "saved"
        await engine.desk.set_status([row.id], verdict)
    (found,) = (await health(engine)).values()
    assert (found.state, found.wanted, found.ignored) == ("noisy", 3, 9)
    assert found.mends[0].edit == Edit("negative", "homework")
    await engine.desk.edit_campaign("ledgerly", found.mends[0].edit)
    assert all(row.score == 0 for row in await rows(engine, "status:ignored"))
    assert all(row.score > 0 for row in await rows(engine, "status:saved"))


async def test_a_keyword_whose_posts_are_no_leads_is_noisy_and_a_narrower_one_is_proposed(
    engine: Engine,
) -> None:
    asking = posts("ask", 4, "Looking for invoicing software, any recommendations?")
    other = posts("other", 120, "news about software in hospitals")
    await prepare(engine, ("software", "invoicing software"), filler(250), other, asking, min_score=90)
    found = (await health(engine))["software"]
    assert found.state == "noisy"
    assert "software" not in [mend.edit.text for mend in found.mends]
    assert found.mends[-1].edit == Edit("keyword", "", "software")


async def test_a_keyword_that_fills_the_list_is_capped(engine: Engine) -> None:
    many = posts("many", 150, "Looking for a bookkeeping app for my studio, any recommendations?")
    few = posts("few", 20, "Looking for payroll reminders, any recommendations?")
    await prepare(engine, ("bookkeeping app", "payroll reminders"), filler(100), many, few)
    found = await health(engine)
    assert {keyword: one.state for keyword, one in found.items()} == {
        "bookkeeping app": "capped",
        "payroll reminders": "healthy",
    }
    assert "150 of the 170 leads" in found["bookkeeping app"].why
    assert found["bookkeeping app"].mends
