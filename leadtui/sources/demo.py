"""Invented posts that keep arriving, so that everything can be tried without a key or a network."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import msgspec

from leadtui.domain.models import BadLine, Batch, Campaign, Feed, Post
from leadtui.errors import SourceError
from leadtui.sources.jsonl import parse_line
from leadtui.text import clean_line

if TYPE_CHECKING:
    from leadtui.config import Config

_POSTS = Path(__file__).with_name("demo_posts.jsonl")
_CAMPAIGNS = Path(__file__).with_name("demo_campaigns.toml")
_DAY = 86_400.0
_OLDEST = 3 * _DAY
"""Age of the oldest ordinary post when the demo begins."""
_LIVELY = 300.0
"""Seconds at the beginning in which a post arrives every few seconds; after that, every minute or so."""
_GROWN = _DAY / 2
"""Age at which a post has the votes and comments that it will ever have."""


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post with what scoring must not know: the campaign it was written for, and what it is."""

    post: Post
    campaign: str
    label: str
    """`lead_strong`, `lead_fair` or `lead_weak`; anything else names the reason why it is no lead."""
    age_days: float | None
    """How old it is at the start, where that is the point of it."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    after: float
    """Seconds from the start of the demo until it can be read."""
    age: float
    """Seconds since it was written when it can first be read."""
    post: Post


class _Labels(msgspec.Struct):
    campaign: str
    label: str
    age_days: float | None = None


class _Cursor(msgspec.Struct):
    start: float
    seed: int
    until: float
    """Seconds from the start up to which everything was read."""


@cache
def demo_campaigns() -> tuple[Campaign, ...]:
    """The invented businesses that the demo's posts are for."""
    tables = tomllib.loads(_CAMPAIGNS.read_text(encoding="utf-8"))["campaign"]
    return tuple(msgspec.convert(table, Campaign) for table in tables)


@cache
def demo_posts() -> tuple[DemoPost, ...]:
    """All posts of the demo, without a time; the plan of a seed says when they come."""
    return tuple(_read(line, number) for number, line in enumerate(_POSTS.read_bytes().splitlines(), 1))


class DemoSource:
    """The bundled posts; `Feed.target` is a subreddit of one of the campaigns."""

    def __init__(
        self, config: Config | None = None, *, seed: int = 7, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives seconds since 1970; the same `seed` gives the same posts at the same seconds."""
        self._seed = seed
        self._clock = clock
        self._start: float | None = None
        self._plan: dict[str, list[_Arrival]] = {}

    async def fetch(self, feed: Feed, cursor: str | None) -> Batch:
        """Read what has arrived since `cursor`, oldest first; `SourceError` for a subreddit without demo posts."""
        if not self._plan:
            self._plan = _plan(self._seed)
        arrivals = self._plan.get(feed.target.lower())
        if arrivals is None:
            where = f"r/{clean_line(feed.target, 60)}"
            raise SourceError(
                "the demo has no posts there", where=where, fix="use a subreddit of a demo campaign"
            )
        place = self._resume(cursor)
        now = max(place.until, self._clock() - place.start, 0.0)
        posts = [_dated(one, place.start) for one in arrivals if place.until < one.after <= now]
        place.until = now
        return Batch(tuple(posts), msgspec.json.encode(place).decode())

    def _resume(self, cursor: str | None) -> _Cursor:
        try:
            place = msgspec.json.decode(cursor or "{}", type=_Cursor)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            place = None
        if place is None or place.seed != self._seed:
            place = _Cursor(self._clock() if self._start is None else self._start, self._seed, until=-1.0)
        if self._start is None:
            # All feeds of a demo share its start, also those first read after a restart.
            self._start = place.start
        return place


def _read(line: bytes, number: int) -> DemoPost:
    post = parse_line(line, number)
    if isinstance(post, BadLine):
        raise ValueError(f"{_POSTS.name}:{post.line}: {post.error}")
    labels = msgspec.json.decode(line, type=_Labels)
    # A host that no resolver knows: an invented post must not open somebody's real one.
    link = f"https://reddit.example/r/{post.subreddit}/comments/{post.id}/"
    return DemoPost(replace(post, permalink=link), labels.campaign, labels.label, labels.age_days)


def _plan(seed: int) -> dict[str, list[_Arrival]]:
    """When which post can be read, by subreddit in lower case."""
    dice = Random(seed)
    stale = [(one, one.age_days * _DAY) for one in demo_posts() if one.age_days is not None]
    fresh = [one for one in demo_posts() if one.age_days is None]
    dice.shuffle(fresh)
    # Every third of each kind, so that the first screen shows a bit of everything.
    by_kind = sorted(fresh, key=lambda one: (one.campaign, one.label))
    first = by_kind[::3]
    known = {one.post.id for one in first}
    arrivals = [_Arrival(0.0, age, one.post) for one, age in stale]
    arrivals += [_Arrival(0.0, 60.0 + _OLDEST * dice.random() ** 2, one.post) for one in first]
    after = 0.0
    for one in _mixed([one for one in fresh if one.post.id not in known], dice):
        after += dice.uniform(4, 14) if after < _LIVELY else dice.uniform(20, 100)
        arrivals.append(_Arrival(after, dice.uniform(1, 20), one.post))
    plan: dict[str, list[_Arrival]] = {}
    for arrival in sorted(arrivals, key=lambda one: one.after - one.age):
        plan.setdefault(arrival.post.subreddit.lower(), []).append(arrival)
    return plan


def _mixed(posts: list[DemoPost], dice: Random) -> list[DemoPost]:
    """The posts in an order that spreads leads of every strength evenly over the whole demo."""
    groups: dict[str, list[DemoPost]] = {}
    for one in posts:
        groups.setdefault(one.label if one.label.startswith("lead") else "", []).append(one)
    placed = [
        ((position + dice.random()) / len(group), one)
        for group in groups.values()
        for position, one in enumerate(group)
    ]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _dated(arrival: _Arrival, start: float) -> Post:
    """The post as it stands when it is first read: a young one has few votes and comments yet."""
    share = min(1.0, arrival.age / _GROWN)
    post = arrival.post
    return replace(
        post,
        created_at=start + arrival.after - arrival.age,
        score=None if post.score is None else max(min(1, post.score), round(post.score * share)),
        num_comments=None if post.num_comments is None else round(post.num_comments * share),
    )
