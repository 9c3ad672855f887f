"""Posts come in once, whole, for the campaigns that want them, whatever a source does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from leadtui.domain.models import BadLine, Batch, Campaign, Post
from leadtui.errors import ConfigError, LeadTuiError, SourceError
from leadtui.scoring import Scorer
from leadtui.services import discovery
from leadtui.services.engine import Engine
from leadtui.store import feeds

from . import fake_source
from .conftest import EVERYTHING, feed_named, rows
from .fake_source import numbered, plans, readings

SOUGHT = Campaign("sought", keywords=("invoicing software",), min_score=50)
ASKS = "Looking for invoicing software, any recommendations?"


async def test_posts_and_cursor_are_stored_together(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.add_feed("fake", "a", 900)
    plans["a"] = numbered(3, 2)
    result = await engine.discovery.poll(await feed_named(engine, "fake:a"))
    assert (result.read, result.new_posts, result.new_leads) == (5, 5, 5)
    feed = await feed_named(engine, "fake:a")
    assert (feed.cursor, feed.posts, feed.newest_post, feed.errors) == ("5", 5, 1_004.0, 0)
    again = await engine.discovery.poll(feed)
    assert (again.read, again.new_posts) == (0, 0)
    assert readings == [("a", None), ("a", "3"), ("a", "5")]


async def test_a_feed_polled_is_not_due(engine: Engine) -> None:
    await engine.discovery.add_feed("fake", "a", 900)
    assert (await engine.discovery.poll_due()).feeds == 1
    assert (await engine.discovery.poll_due()).feeds == 0


def _raising(error: Exception) -> fake_source.Reading:
    def read(_cursor: str | None) -> Batch:
        raise error

    return read


async def _hang(_cursor: str | None = None) -> Batch:
    await asyncio.sleep(3_600)
    return Batch()


def _bringing(**fields: Any) -> fake_source.Reading:
    values: dict[str, Any] = {"id": "p1", "subreddit": "a", "title": "t", **fields}
    return lambda _cursor: Batch((Post("p0", "a", "good"), Post(**values)), "next")


NONSENSE: dict[str, fake_source.Reading] = {
    "fails": _raising(SourceError("no network")),
    "is misconfigured": _raising(ConfigError("no such file")),
    "has a bug": _raising(KeyError("x")),
    "raises what looks like ours": _raising(LeadTuiError("x")),
    "returns nothing": lambda _cursor: None,  # type: ignore[dict-item, return-value]
    "returns text": lambda _cursor: "posts",  # type: ignore[dict-item, return-value]
    "has no posts": lambda _cursor: Batch(None),  # type: ignore[arg-type]
    "has posts without an id": _bringing(id=None),
    "has posts without a title": _bringing(title=None),
    "has numbers beyond all bounds": _bringing(num_comments=10**30),
    "has lists for numbers": _bringing(score=[1]),
    "never answers": _hang,
}


@pytest.mark.parametrize("what", NONSENSE)
async def test_a_source_that(what: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "FETCH_SECONDS", 0.1)
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.add_feed("fake", "bad", 900)
    await engine.discovery.add_feed("fake", "good", 900)
    plans.update(bad=NONSENSE[what], good=numbered(2, prefix="good"))
    done = await engine.discovery.poll_due()
    assert (done.feeds, done.new_posts) == (2, 2)
    ((name, told),) = done.errors
    assert name == "fake:bad"
    assert "\n" not in told
    feed = await feed_named(engine, "fake:bad")
    assert (feed.errors, feed.cursor, feed.posts) == (1, None, 0)
    assert feed.last_error
    assert (await engine.discovery.poll_due()).feeds == 0
    assert len(await rows(engine)) == 2
    # Twice in a row the distance grows, and it is kept.
    with pytest.raises(SourceError):
        await engine.discovery.poll(feed)
    assert (await engine.discovery.poll_due()).feeds == 0
    plans["bad"] = numbered(1)
    await engine.discovery.poll(await feed_named(engine, "fake:bad"))
    assert (await feed_named(engine, "fake:bad")).errors == 0


async def test_what_came_before_a_failure_stays_and_is_not_read_again(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.add_feed("fake", "a", 900)
    whole = numbered(3, 2, 1)

    def breaks(cursor: str | None) -> Batch:
        if cursor == "3":
            raise SourceError("lost")
        return whole(cursor)  # type: ignore[return-value]

    plans["a"] = breaks
    with pytest.raises(SourceError):
        await engine.discovery.poll(await feed_named(engine, "fake:a"))
    feed = await feed_named(engine, "fake:a")
    assert (feed.cursor, feed.posts) == ("3", 3)
    plans["a"] = whole
    await engine.discovery.poll(feed)
    assert [cursor for _, cursor in readings] == [None, "3", "3", "5"]
    assert len(await rows(engine)) == 6


async def test_a_cursor_is_not_kept_when_its_posts_are_not(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.add_feed("fake", "a", 900)
    plans["a"] = _bringing(title=None)
    with pytest.raises(SourceError):
        await engine.discovery.poll(await feed_named(engine, "fake:a"))
    assert (await feed_named(engine, "fake:a")).cursor is None
    assert await rows(engine) == []
    plans["a"] = _bringing()
    assert (await engine.discovery.poll(await feed_named(engine, "fake:a"))).new_posts == 2


async def test_bad_records_do_not_stop_the_rest(engine: Engine) -> None:
    await engine.discovery.add_feed("fake", "a", 900)
    bad = (BadLine(2, "no title"), BadLine(3, "no id"))
    plans["a"] = lambda _cursor: Batch((Post("p1", "a", "t"),), "1", bad)
    result = await engine.discovery.poll(await feed_named(engine, "fake:a"))
    assert (result.new_posts, result.bad) == (1, bad)
    assert (await feed_named(engine, "fake:a")).errors == 0


async def test_a_source_that_says_more_and_stands_still_is_read_once(engine: Engine) -> None:
    await engine.discovery.add_feed("fake", "a", 900)
    plans["a"] = lambda _cursor: Batch((Post("p1", "a", "t"),), None, more=True)
    await engine.discovery.poll(await feed_named(engine, "fake:a"))
    assert len(readings) == 1


async def test_feeds_of_a_campaign_bring_leads_for_it_alone(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("one", subreddits=("aa", "Both"), min_score=0))
    await engine.campaigns.add(Campaign("two", subreddits=("both",), min_score=0))
    plans["aa"] = numbered(2, prefix="aa")
    plans["Both"] = numbered(3, prefix="both")
    done = await engine.discovery.poll_due()
    assert (done.feeds, done.new_posts, done.new_leads) == (2, 5, 8)
    assert len(await rows(engine, "campaign:one")) == 5
    assert len(await rows(engine, "campaign:two")) == 3


async def test_a_pass_for_one_campaign_polls_its_feeds(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("one", subreddits=("aa",)))
    await engine.campaigns.add(Campaign("two", subreddits=("bb",)))
    await engine.discovery.add_feed("fake", "file", 900)
    assert (await engine.discovery.run_pass("TWO")).feeds == 2
    assert sorted(target for target, _ in readings) == ["bb", "file"]


async def test_excluded_subreddits_bring_no_leads(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("x", keywords=("invoicing",), excluded_subreddits=("Bad",)))
    batch = [Post("p1", "bad", f"{ASKS}"), Post("p2", "BAD", ASKS), Post("p3", "good", ASKS)]
    result = await engine.discovery.ingest(batch, "test")
    assert (result.new_posts, result.new_leads) == (3, 1)
    assert [row.subreddit for row in await rows(engine)] == ["good"]


async def test_the_last_of_duplicates_decides(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    result = await engine.discovery.ingest([Post("p", "a", ASKS), Post("p", "a", "Lunch was nice")], "test")
    assert (result.read, result.new_posts, result.new_leads) == (2, 1, 0)
    assert await rows(engine) == []


async def test_a_changed_text_is_judged_anew_and_the_users_work_stays(engine: Engine) -> None:
    await engine.campaigns.add(SOUGHT)
    asking = [Post("kept", "a", ASKS), Post("dropped", "a", ASKS)]
    await engine.discovery.ingest(asking, "test")
    kept, dropped = sorted(await rows(engine), key=lambda row: row.id)
    await engine.desk.set_status([kept.id], "saved")
    await engine.desk.set_note(kept.id, "call them")
    before = await engine.desk.lead(kept.id)
    edited = [Post("kept", "a", "Never mind, thanks"), Post("dropped", "a", "Never mind, thanks")]
    assert (await engine.discovery.ingest(edited, "test")).new_leads == 0
    assert [row.id for row in await rows(engine)] == [kept.id]
    after = await engine.desk.lead(kept.id)
    assert (after.row.status, after.notes, len(after.history)) == ("saved", "call them", 1)
    assert after.score.value < before.score.value
    assert not after.score.lead
    # Phrases are kept by their place in the text, so they must be those of the new one.
    for reason in after.score.reasons:
        if reason.start is not None:
            assert reason.text == after.post.text[reason.start : reason.end]
    back = [Post("dropped", "a", ASKS)]
    assert (await engine.discovery.ingest(back, "test")).new_leads == 1
    assert dropped.id not in [row.id for row in await rows(engine)]


async def test_the_same_posts_again_change_nothing(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    batch = [Post(f"p{number}", "a", ASKS) for number in range(5)]
    assert (await engine.discovery.ingest(batch, "test")).new_leads == 5
    before = await rows(engine)
    again = await engine.discovery.ingest(batch, "test")
    assert (again.read, again.new_posts, again.new_leads) == (5, 0, 0)
    assert await rows(engine) == before


class Gate:
    """Holds the first scoring until a test has done something else meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        gate = self

        class Held(Scorer):
            def score(self, post: Post, now: float | None = None) -> Any:
                if not gate.reached.is_set():
                    gate.reached.set()
                    assert gate.opened.wait(30)
                return super().score(post, now)

        monkeypatch.setattr(discovery, "Scorer", Held)

    async def during(self, work: Any, meanwhile: Callable[[], Any]) -> Any:
        task = asyncio.create_task(work)
        assert await asyncio.to_thread(self.reached.wait, 30)
        try:
            await meanwhile()
        finally:
            self.opened.set()
        return await task


async def test_a_campaign_added_while_posts_are_scored_misses_none(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await engine.campaigns.add(EVERYTHING)
    posts = [Post("p1", "a", "t")]
    await gate.during(
        engine.discovery.ingest(posts, "test"), lambda: engine.campaigns.add(Campaign("late", min_score=0))
    )
    assert sorted(row.campaign for row in await rows(engine)) == ["all", "late"]


async def test_a_campaign_changed_while_posts_are_scored_is_scored_as_it_is_now(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await engine.campaigns.add(EVERYTHING)
    posts = [Post("p1", "a", "Lunch was nice")]
    await gate.during(
        engine.discovery.ingest(posts, "test"),
        lambda: engine.campaigns.edit("all", Campaign("all", min_score=90)),
    )
    assert await rows(engine) == []


async def test_a_campaign_removed_while_posts_are_scored_is_gone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await engine.campaigns.add(EVERYTHING)
    result = await gate.during(
        engine.discovery.ingest([Post("p1", "a", "t")], "test"), lambda: engine.campaigns.remove("all")
    )
    assert (result.new_posts, result.new_leads) == (1, 0)


async def test_taking_in_at_once_stores_each_once(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    batch = [Post(f"p{number}", "a", "t") for number in range(50)]
    results = await asyncio.gather(*(engine.discovery.ingest(batch, "test") for _ in range(6)))
    assert sum(result.new_posts for result in results) == 50
    assert sum(result.new_leads for result in results) == 50
    assert len(await rows(engine)) == 50


async def test_feeds_are_added_once_and_removed(engine: Engine) -> None:
    assert await engine.discovery.add_feed("fake", "a\x1b[2J", 900) == "fake:a␛[2J"
    with pytest.raises(ConfigError, match="already"):
        await engine.discovery.add_feed("fake", "a\x1b[2J", 900)
    assert await engine.discovery.remove_feed("fake:a␛[2J")
    assert not await engine.discovery.remove_feed("fake:a␛[2J")


async def test_a_feed_that_nothing_can_read_is_told_and_left_alone(engine: Engine) -> None:
    async with engine.database.exclusive() as connection:
        await feeds.add(connection, "old", "gone", "x", 900)
    feed = await feed_named(engine, "old")
    assert engine.discovery.mode(feed) is None
    assert engine.desk.feed_mode(feed) == "off"
    with pytest.raises(SourceError, match="nothing can read"):
        await engine.discovery.poll(feed)
    assert (await engine.discovery.poll_due()).feeds == 0
    assert (await feed_named(engine, "old")).errors == 0
