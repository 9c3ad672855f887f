"""The way of a post: read, stored once, scored for each campaign that wants it, announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from leadtui import sources
from leadtui.config import Config
from leadtui.domain.models import BadLine, Batch, Campaign, Feed, Ingested, Post, Score
from leadtui.errors import ConfigError, LockedError, SourceError, StorageError
from leadtui.scoring import Scorer, learning
from leadtui.services import judging
from leadtui.services.events import ActivityChanged, CampaignsChanged, Events, FeedsChanged, LeadsChanged
from leadtui.store import campaigns, feeds, leads, posts
from leadtui.store.campaigns import Stored
from leadtui.store.database import Connection, Database
from leadtui.telemetry import logs
from leadtui.text import clean_line, plural

if TYPE_CHECKING:
    from leadtui.ports import PostSource
    from leadtui.telemetry.metrics import Metrics

BACKFILL_CHUNK = 1_000
FRESHEN_SPAN = 60 * 86_400.0
"""Seconds after which a post is as old as it gets for its score."""
FRESHEN_MOST = 2_000
"""Leads of a campaign, the best ones, that are scored again: what lies further down nobody looks at."""
FETCH_SECONDS = 300.0
"""A source that takes longer for one reading has failed; the other feeds wait for it meanwhile."""
_MAX_BACKOFF = 6 * 3600.0

Progress = Callable[[str, int, int], None]
"""Told of a campaign's name, the post reached and the last one."""
Target = tuple[int, Campaign, str]
"""Id, campaign, and what verdicts taught."""
Record = Callable[[Connection, Ingested], Awaitable[None]]
"""Something to write in the same transaction as the posts."""


@dataclass(slots=True)
class Pass:
    """What one round over feeds brought."""

    feeds: int = 0
    fetched: int = 0
    new_posts: int = 0
    new_leads: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    """(feed, what went wrong), a line for each feed that failed and each that had records of no use."""


class Discovery:
    """Takes posts in, from feeds and from files, and keeps every campaign's leads complete."""

    def __init__(
        self, config: Config, database: Database, events: Events, metrics: Metrics | None = None
    ) -> None:
        self._config = config
        self._database = database
        self._events = events
        self._metrics = metrics
        self._log = logs.get("discovery")
        self._sources: dict[str, PostSource] = {}
        self._scorers: dict[Target, learning.Scores] = {}
        self._polling: dict[int, str] = {}
        self.job = ""
        """What else is being done, for the status line."""
        self.stopping = False
        """Set when the process drains: each job ends after the transaction it is in; the rest waits in the database."""

    @property
    def polling(self) -> tuple[str, ...]:
        """Names of the feeds that are being read this moment."""
        return tuple(self._polling.values())

    def mode(self, feed: Feed) -> str | None:
        """Return the name of the source that reads a feed, or None while nothing can."""
        return resolve(feed.source, self._config)

    def readable(self) -> list[str]:
        """Return the `Feed.source` values that something can read."""
        return [name for name in (*sources.REGISTRY, feeds.SUBREDDITS) if resolve(name, self._config)]

    async def ingest(
        self,
        batch: Sequence[Post],
        source: str,
        *,
        wanted: set[int] | None = None,
        feed: Feed | None = None,
        record: Record | None = None,
    ) -> Ingested:
        """Store posts and their leads in one transaction; what the user did with leads already there is not touched.

        Scored are the campaigns with an id in `wanted` (None for all) that want `feed`. A process killed in mid-way
        leaves either everything of the batch or nothing; taking the same posts in again completes what is missing.
        """
        latest = list({post.id: post for post in batch}.values())
        result = None
        while result is None:
            async with self._database.read() as connection:
                targets = await _targets(connection, wanted, feed)
            now = time.time()
            scored = await asyncio.to_thread(self._score, targets, latest, now)
            async with self._database.exclusive() as connection:
                if await _targets(connection, wanted, feed) != targets:
                    continue  # a campaign was added, changed or removed meanwhile, and must not miss these posts
                inserted = await posts.insert(connection, latest, source, now)
                found = 0
                for target, scores in zip(targets, scored, strict=True):
                    judge = partial(self._judge, target, now)
                    found += await judging.take_in(
                        connection, target[0], latest, scores, inserted, now, judge
                    )
                result = Ingested(len(batch), inserted.new, found, _strangers(inserted))
                if record is not None:
                    await record(connection, result)
        self._announce(result, source)
        return result

    async def poll(self, feed: Feed) -> Ingested:
        """Read a feed to its end and record how that went; raises `SourceError` after recording a failure."""
        mode = self.mode(feed)
        if mode is None:
            raise SourceError("nothing can read this feed", where=feed.name, fix="see 'leadtui doctor'")
        self._polling[feed.id] = feed.name
        self._events.publish(ActivityChanged())
        started = time.monotonic()
        try:
            result = await self._read(feed, mode)
        except SourceError as error:
            await self._failed(feed, mode, str(error))
            raise
        except (StorageError, LockedError):
            raise
        except Exception as error:
            # A source is somebody's plug-in: its bug ends this poll, not the schedule.
            self._log.exception("source_bug", feed=feed.name, source=mode)
            what = f"the source {mode} failed ({type(error).__name__}: {clean_line(str(error), 200)})"
            await self._failed(feed, mode, what)
            raise SourceError(what, where=feed.name, fix="see logs/error.log") from error
        finally:
            del self._polling[feed.id]
            self._events.publish(ActivityChanged(), FeedsChanged())
            if self._metrics is not None:
                self._metrics.feed_poll_seconds.observe(time.monotonic() - started)
        if self._metrics is not None:
            self._metrics.feed_polls.of(mode, "ok").inc()
        return result

    async def add_feed(self, source: str, target: str, interval: float) -> str:
        """Poll `target` with a source of the registry from now on; returns the feed's name."""
        name = f"{source}:{clean_line(target)}"
        async with self._database.exclusive() as connection:
            if not await feeds.add(connection, name, source, target, interval):
                raise ConfigError(f"there is a feed {name} already", fix="see 'leadtui feeds list'")
        self._events.publish(FeedsChanged())
        return name

    async def remove_feed(self, name: str) -> bool:
        """Stop polling a feed; the posts it brought stay. False when there is none of that name."""
        async with self._database.write() as connection:
            removed = await feeds.remove(connection, name)
        self._events.publish(FeedsChanged())
        return removed

    async def run_pass(self, campaign: str | None = None) -> Pass:
        """Poll every readable feed (of one campaign) once, due or not."""
        async with self._database.read() as connection:
            listed = await feeds.everything(connection)
            if campaign is not None:
                names = await feeds.campaign_names(connection)
                chosen = {key for key, name in names.items() if name.casefold() == campaign.casefold()}
                wants = [(feed, await feeds.campaigns_of(connection, feed)) for feed in listed]
                listed = [feed for feed, wanted in wants if wanted is None or wanted & chosen]
        return await self.poll_all([feed for feed in listed if self.mode(feed) is not None])

    async def poll_due(self) -> Pass:
        """Poll the feeds whose time has come."""
        async with self._database.read() as connection:
            due = await feeds.due(connection, time.time(), self.readable())
        return await self.poll_all([feed for feed in due if feed.id not in self._polling])

    async def poll_all(self, chosen: Iterable[Feed]) -> Pass:
        """Poll feeds one after another; one that fails does not stop the rest."""
        done = Pass()
        for feed in chosen:
            if self.stopping:
                break
            done.feeds += 1
            try:
                result = await self.poll(feed)
            except SourceError as error:
                done.errors.append((feed.name, str(error)))
                continue
            done.fetched += result.read
            done.new_posts += result.new_posts
            done.new_leads += result.new_leads
            if result.bad:
                first = result.bad[0]
                place = f"line {first.line}: " if first.line else ""
                done.errors.append(
                    (feed.name, f"{plural(len(result.bad), 'bad record')} passed over; {place}{first.error}")
                )
        return done

    async def backfill(self, progress: Progress | None = None) -> int:
        """Score the stored posts that campaigns still have to see; returns how many leads that gave.

        Done in steps, each one transaction, so that a killed process goes on where it was.
        """
        found = 0
        try:
            while waiting := [stored for stored in await self._campaigns() if stored.backfill]:
                if self.stopping:
                    break
                found += await self._backfill_step(waiting[0], progress)
        finally:
            if self.job:
                self.job = ""
                self._events.publish(ActivityChanged(), LeadsChanged(), CampaignsChanged())
        return found

    async def _backfill_step(self, stored: Stored, progress: Progress | None) -> int:
        done, last = stored.backfill or (0, 0)
        self.job = f"scoring stored posts for {stored.campaign.name}: {done:,} of {last:,}"
        self._events.publish(ActivityChanged(), LeadsChanged())
        async with self._database.read() as connection:
            batch = await posts.after(connection, done, last, BACKFILL_CHUNK)
        stretch = [post for _, post, _ in batch]
        judge = partial(self._judge, _target(stored), time.time())
        scores = await judge(stretch)
        judged = [
            (judging.lead_row(post_id, post, score, found_at), score.lead)
            for (post_id, post, found_at), score in zip(batch, scores, strict=True)
        ]
        async with self._database.exclusive() as connection:
            if stored not in await campaigns.everything(connection):
                return 0  # removed, changed, or done by another process meanwhile
            if await posts.after(connection, done, last, BACKFILL_CHUNK) != batch:
                return 0  # a text changed meanwhile, and what was found in the old one no longer stands
            found = await judging.settle(connection, stored.id, judged, judge)
            done = batch[-1][0] if batch else last
            await campaigns.move_backfill(connection, stored.id, done, last)
        if progress is not None:
            progress(stored.campaign.name, done, last)
        return found

    async def freshen(self) -> int:
        """Score the best new leads of the last weeks again: what was fresh when it was found is not so for ever.

        Returns how many scores changed. A lead that thereby falls below its campaign's bound stays, further down.
        """
        since = time.time() - FRESHEN_SPAN
        return sum([await self._rescore(stored, since) for stored in await self._campaigns()])

    async def rescore(self, campaign_id: int) -> int:
        """Score a campaign's best new leads again, after something was learned or forgotten; returns how many changed."""
        chosen = [stored for stored in await self._campaigns() if stored.id == campaign_id]
        return sum([await self._rescore(stored, float("-inf")) for stored in chosen])

    async def _rescore(self, stored: Stored, since: float) -> int:
        now = time.time()
        async with self._database.read() as connection:
            old = await leads.ageing(connection, stored.id, since, FRESHEN_MOST)
        ids = list(old)
        changed = 0
        for start in range(0, len(ids), BACKFILL_CHUNK):
            if not self.stopping:
                changed += await self._freshen_step(stored, ids[start : start + BACKFILL_CHUNK], old, now)
        if changed:
            self._events.publish(LeadsChanged())
        return changed

    async def _freshen_step(self, stored: Stored, ids: list[int], old: dict[int, int], now: float) -> int:
        async with self._database.read() as connection:
            batch = await posts.several(connection, ids)
        (scores,) = await asyncio.to_thread(
            self._score, [_target(stored)], [post for _, post, _ in batch], now
        )
        rows = [
            judging.lead_row(post_id, post, score, found_at)
            for (post_id, post, found_at), score in zip(batch, scores, strict=True)
            if score.value != old[post_id]
        ]
        async with self._database.exclusive() as connection:
            if stored not in await campaigns.everything(connection):
                return 0  # changed meanwhile: its own backfill judges these leads
            if await posts.several(connection, ids) != batch:
                return 0  # a text changed meanwhile, and was judged then
            await leads.rescore(connection, stored.id, rows)
        return len(rows)

    async def _read(self, feed: Feed, mode: str) -> Ingested:
        source = self._sources.get(mode)
        if source is None:
            source = self._sources[mode] = await asyncio.to_thread(sources.load, mode, self._config)
        cursor = feed.cursor
        read, new_posts, new_leads = 0, 0, 0
        bad: tuple[BadLine, ...] = ()
        while True:
            async with asyncio.timeout(FETCH_SECONDS):
                batch = await source.fetch(feed, cursor)
            more = batch.more and batch.cursor != cursor
            record = _recording(feed, batch, 0 if more else feed.interval)
            result = await self.ingest(batch.posts, mode, feed=feed, record=record)
            read += result.read
            new_posts += result.new_posts
            new_leads += result.new_leads
            bad += batch.bad + result.bad
            if not more or self.stopping:
                break
            cursor = batch.cursor
        if bad:
            self._log.warning("bad_records", feed=feed.name, count=len(bad), first=bad[0].error)
            if self._metrics is not None:
                self._metrics.bad_lines.inc(len(bad))
        return Ingested(read, new_posts, new_leads, bad)

    async def _failed(self, feed: Feed, mode: str, error: str) -> None:
        now = time.time()
        wait = min(feed.interval * 2 ** min(feed.errors, 10), max(_MAX_BACKOFF, feed.interval))
        async with self._database.write() as connection:
            await feeds.failed(connection, feed, error=error, now=now, next_poll=now + wait)
        self._log.warning("poll_failed", feed=feed.name, source=mode, error=error, again_in=round(wait))
        if self._metrics is not None:
            self._metrics.feed_polls.of(mode, "error").inc()

    async def _campaigns(self) -> list[Stored]:
        async with self._database.read() as connection:
            return await campaigns.everything(connection)

    async def _judge(self, target: Target, now: float, batch: Sequence[Post]) -> list[Score]:
        (scores,) = await asyncio.to_thread(self._score, [target], batch, now)
        return scores

    def _score(self, targets: Sequence[Target], batch: Sequence[Post], now: float) -> list[list[Score]]:
        """Return, for each campaign, the score of each post; pure computation, run in a thread."""
        scorers = {target: self._scorers.get(target) or self._scorer(target) for target in targets}
        made = {campaign_id for campaign_id, *_ in targets}
        kept = {key: value for key, value in self._scorers.items() if key[0] not in made}
        self._scorers = kept | scorers
        return [[scorers[target].score(post, now) for post in batch] for target in targets]

    def _scorer(self, target: Target) -> learning.Scores:
        _, campaign, learned = target
        model = learning.unpack(learned) if learned else None
        if learned and model is None:
            self._log.warning("learned_unreadable", campaign=campaign.name)
        scorer = Scorer(campaign)
        return scorer if model is None else learning.Taught(scorer, model, campaign.min_score)

    def _announce(self, result: Ingested, source: str) -> None:
        if self._metrics is not None:
            self._metrics.posts_fetched.of(source).inc(result.read)
            self._metrics.posts_new.of(source).inc(result.new_posts)
            self._metrics.leads_found.inc(result.new_leads)
        if result.new_posts or result.new_leads:
            self._log.info(
                "posts_taken_in",
                source=source,
                read=result.read,
                new=result.new_posts,
                leads=result.new_leads,
            )
            self._events.publish(LeadsChanged())


def resolve(source: str, config: Config) -> str | None:
    """Return the name in the registry of what reads a feed of `source`, or None while nothing can."""
    if source == feeds.SUBREDDITS:
        if config.demo:
            return "demo"
        mode = config.reddit.mode
        source = ("api" if config.reddit.client_id else "rss") if mode == "auto" else mode
    return source if source in sources.REGISTRY else None


def _recording(feed: Feed, batch: Batch, rest: float) -> Record:
    """Write down with a batch how far the feed was read, and that it rests for `rest` seconds now."""

    async def record(connection: Connection, result: Ingested) -> None:
        now = time.time()
        newest = max((post.created_at for post in batch.posts if post.created_at is not None), default=None)
        await feeds.polled(
            connection,
            feed,
            cursor=batch.cursor,
            posts=result.new_posts,
            newest=newest,
            now=now,
            next_poll=now + rest,
        )

    return record


def _target(stored: Stored) -> Target:
    return stored.id, stored.campaign, stored.learned


async def _targets(connection: Connection, wanted: set[int] | None, feed: Feed | None) -> list[Target]:
    chosen = [_target(stored) for stored in await campaigns.everything(connection)]
    linked = None if feed is None else await feeds.campaigns_of(connection, feed)
    return [
        target
        for target in chosen
        if (wanted is None or target[0] in wanted) and (linked is None or target[0] in linked)
    ]


def _strangers(inserted: posts.Inserted) -> tuple[BadLine, ...]:
    """Say which posts were not taken in because another post has their id."""
    return tuple(
        BadLine(0, f'id "{name}" belongs to another post already, in r/{subreddit}')
        for name, subreddit in inserted.taken.items()
    )
