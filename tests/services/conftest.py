"""Services on a real database, with a source that does what a test tells it to."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

import pytest

from leadtui import sources
from leadtui.domain.models import Campaign, Feed, LeadRow
from leadtui.services.engine import Engine
from leadtui.store import feeds

from . import fake_source


@pytest.fixture(autouse=True)
def _source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subreddits and feeds of `fake` are read by the fake source."""
    for name in ("fake", "rss"):
        monkeypatch.setitem(sources.REGISTRY, name, "tests.services.fake_source:FakeSource")
    fake_source.plans.clear()
    fake_source.readings.clear()


EVERYTHING = Campaign("all", min_score=0)
"""A campaign for which every post is a lead."""


async def feed_named(engine: Engine, name: str) -> Feed:
    """Return a feed as it is stored now."""
    async with engine.database.read() as connection:
        return next(feed for feed in await feeds.everything(connection) if feed.name == name)


async def rows(engine: Engine, query: str = "") -> list[LeadRow]:
    """Return the leads of a query."""
    return list((await engine.desk.page(query, limit=100_000)).rows)


async def until(what: Callable[[], bool | Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait for something to become true; fails when it does not for far longer than it should take."""
    async with asyncio.timeout(seconds):
        while True:
            told = what()
            if (await told) if inspect.isawaitable(told) else told:
                return
            await asyncio.sleep(0.02)
