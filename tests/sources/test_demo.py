"""The demo: believable, complete in its kinds, and the same every time."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from leadtui.config import Config
from leadtui.domain.models import Campaign, Post, PostKind
from leadtui.errors import SourceError
from leadtui.sources.demo import DemoSource, demo_campaigns, demo_posts
from leadtui.text import clean
from tests.sources.worlds import feed_of, read_all

START = 1_750_000_000.0
DAY = 86_400.0
SUBREDDITS = sorted({name for campaign in demo_campaigns() for name in campaign.subreddits})
NO_LEADS = {
    "wrong_sense", "wrong_retrieval", "seller", "promoter", "announcement", "hiring", "stale", "off_language", "vent",
    "market_research", "solved", "job_seeker", "news", "support", "other_buyer",
}  # fmt: skip
LEADS = {"lead_strong", "lead_fair", "lead_weak"}


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


async def everything(source: DemoSource, cursors: dict[str, str | None]) -> list[Post]:
    found: list[Post] = []
    for name in SUBREDDITS:
        posts, bad, cursors[name] = await read_all(source, feed_of("demo", name), cursors.get(name))
        assert not bad
        found += posts
    return found


def test_four_campaigns_are_complete() -> None:
    assert len({campaign.name for campaign in demo_campaigns()}) == 4
    for campaign in demo_campaigns():
        assert campaign.website.endswith(".example")
        assert all((campaign.description, campaign.audience, campaign.voice, campaign.disclosure))
        assert all((campaign.keywords, campaign.negative_keywords, campaign.competitors, campaign.subreddits))
        assert campaign.min_score == 50


@pytest.mark.parametrize("campaign", demo_campaigns(), ids=lambda campaign: campaign.name)
def test_each_campaign_has_leads_of_every_strength_and_every_failure_class(campaign: Campaign) -> None:
    labels = Counter(one.label for one in demo_posts() if one.campaign == campaign.name)
    assert set(labels) == LEADS | NO_LEADS
    leads = sum(labels[label] for label in LEADS)
    assert 0.3 <= leads / labels.total() <= 0.4


def test_posts_are_many_unique_and_can_be_reached() -> None:
    posts = [one.post for one in demo_posts()]
    assert len(posts) >= 160
    for values in (
        [p.id for p in posts],
        [p.author for p in posts],
        [p.body for p in posts],
        [p.permalink for p in posts],
    ):
        assert len(set(values)) == len(posts)
    subreddits = {campaign.name: campaign.subreddits for campaign in demo_campaigns()}
    assert [one.post.id for one in demo_posts() if one.post.subreddit not in subreddits[one.campaign]] == []
    assert any(post.kind is PostKind.COMMENT for post in posts)
    assert all((post.permalink or "").startswith("https://reddit.example/") for post in posts)


def test_posts_hold_nothing_that_needs_cleaning() -> None:
    for one in demo_posts():
        assert one.post.title
        assert one.post.body
        assert clean(one.post.text) == one.post.text
        assert "Cc" not in {unicodedata.category(c) for c in one.post.text.replace("\n", "")}


async def test_a_third_is_there_at_once_and_the_rest_arrives() -> None:
    clock = Clock()
    source = DemoSource(Config(), clock=clock)
    cursors: dict[str, str | None] = {}
    first = await everything(source, cursors)
    assert 0.3 <= len(first) / len(demo_posts()) <= 0.4
    stale = {one.post.id for one in demo_posts() if one.label == "stale"}
    assert stale <= {post.id for post in first}
    ages = sorted((START - (post.created_at or 0)) / DAY for post in first if post.id not in stale)
    assert ages[0] > 0
    assert 1.5 < ages[-1] < 3.1
    assert min(START - (post.created_at or 0) for post in first if post.id in stale) > 100 * DAY
    labels = {one.post.id: (one.campaign, one.label) for one in demo_posts()}
    assert {labels[post.id][0] for post in first if labels[post.id][1] == "lead_strong"} == {
        c.name for c in demo_campaigns()
    }

    arrived: list[Post] = []
    for _ in range(60):
        clock.now += 5
        new = await everything(source, cursors)
        assert len(new) <= 3
        assert all(clock.now - 30 <= (post.created_at or 0) <= clock.now for post in new)
        arrived += new
    assert 25 <= len(arrived) <= 40
    assert sum(labels[post.id][1] in LEADS for post in arrived) >= 8
    assert all((post.num_comments or 0) <= 1 for post in arrived)

    clock.now += DAY
    arrived += await everything(source, cursors)
    assert Counter(post.id for post in first + arrived) == Counter(one.post.id for one in demo_posts())
    clock.now += DAY
    assert await everything(source, cursors) == []


async def test_the_same_seed_gives_the_same_posts_at_the_same_times() -> None:
    async def run(seed: int) -> list[list[Post]]:
        clock = Clock()
        source = DemoSource(Config(), seed=seed, clock=clock)
        cursors: dict[str, str | None] = {}
        rounds = []
        for _ in range(4):
            rounds.append(await everything(source, cursors))
            clock.now += 97
        return rounds

    assert await run(7) == await run(7)
    assert await run(7) != await run(8)


async def test_a_restart_goes_on_where_it_was_also_for_feeds_not_read_before() -> None:
    clock = Clock()
    whole, whole_cursors = DemoSource(Config(), clock=clock), dict[str, str | None]()
    before, cursors = DemoSource(Config(), clock=clock), dict[str, str | None]()
    known = SUBREDDITS[0]
    expected = await everything(whole, whole_cursors)
    posts, _, cursors[known] = await read_all(before, feed_of("demo", known))
    clock.now += 200
    expected += await everything(whole, whole_cursors)
    posts += await everything(DemoSource(Config(), clock=clock), cursors)
    assert {(post.id, post.created_at) for post in posts} == {(post.id, post.created_at) for post in expected}


async def test_a_clock_set_back_neither_repeats_nor_loses() -> None:
    clock = Clock()
    source = DemoSource(Config(), clock=clock)
    cursors: dict[str, str | None] = {}
    found = await everything(source, cursors)
    for step in (300, -3_600, 3_600, 2 * DAY):
        clock.now += step
        found += await everything(source, cursors)
    assert sorted(post.id for post in found) == sorted(one.post.id for one in demo_posts())


async def test_another_seed_does_not_continue_a_cursor() -> None:
    feed = feed_of("demo", "Leeds")
    _, _, cursor = await read_all(DemoSource(Config(), clock=Clock()), feed)
    again, _, _ = await read_all(DemoSource(Config(), seed=8, clock=Clock()), feed, cursor)
    assert again


async def test_a_subreddit_is_found_in_any_case_and_a_missing_one_is_told() -> None:
    source = DemoSource(Config(), clock=Clock())
    assert (await source.fetch(feed_of("demo", "leeds"), None)).posts
    with pytest.raises(SourceError, match="r/gardening: the demo has no posts there"):
        await source.fetch(feed_of("demo", "gardening"), None)
