"""The way of a post: read, stored once, scored for each campaign that wants it, announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leadtui import sources
from leadtui.config import Config
from leadtui.domain.models import BadLine, Batch, Feed, Ingested, Post, Score
from leadtui.errors import ConfigError, LeadTuiError, SourceError
from leadtui.scoring import Scorer
from leadtui.services.events import ActivityChanged, CampaignsChanged, Events, FeedsChanged, LeadsChanged
from leadtui.store import campaigns, feeds, leads, posts
from leadtui.store.campaigns import Stored
from leadtui.store.database import Connection, Database
from leadtui.telemetry import logs
from leadtui.text import clean_line

if TYPE_CHECKING:
    from leadtui.ports import PostSource
    from leadtui.telemetry.metrics import Metrics

BACKFILL_CHUNK = 1_000
_MAX_BACKOFF = 6 * 3600.0

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
    """(feed, what went wrong)."""


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
        self._scorers: dict[tuple[int, str], Scorer] = {}
        self._polling: dict[int, str] = {}
        self.job = ""
        """What else is being done, for the status line."""

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
        record: Record | None = None,
    ) -> Ingested:
        """Store posts and their leads in one transaction; posts and leads already there are not touched.

        `wanted` are the ids of the campaigns to score for, None for all. A process killed in mid-way leaves either
        everything of the batch or nothing, and taking the same posts in again completes what is missing.
        """
        targets = [stored for stored in await self._campaigns() if wanted is None or stored.id in wanted]
        now = time.time()
        scored = await asyncio.to_thread(self._score, targets, batch, now)
        found = 0
        async with self._database.exclusive() as connection:
            inserted = await posts.insert(connection, batch, source, now)
            for stored, scores in zip(targets, scored, strict=True):
                found += await _store(connection, stored.id, batch, scores, inserted, now)
            result = Ingested(len(batch), inserted.new, found)
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
        except LeadTuiError:
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
        shown = clean_line(target, 1_000)
        name = f"{source}:{shown}"
        async with self._database.exclusive() as connection:
            if not await feeds.add(connection, name, source, shown, interval):
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
            done.feeds += 1
            try:
                result = await self.poll(feed)
            except SourceError as error:
                done.errors.append((feed.name, str(error)))
                continue
            done.fetched += result.read
            done.new_posts += result.new_posts
            done.new_leads += result.new_leads
        return done

    async def backfill(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Score the stored posts that campaigns still have to see; returns how many leads that gave.

        Done in steps, each one transaction, so that a killed process goes on where it was.
        """
        found = 0
        for stored in await self._campaigns():
            if stored.backfill is None:
                continue
            done, last = stored.backfill
            while done < last:
                found += await self._backfill_step(stored, done, last)
                async with self._database.read() as connection:
                    current = {item.id: item for item in await campaigns.everything(connection)}.get(
                        stored.id
                    )
                if current is None or current.backfill is None or current.backfill[1] != last:
                    break  # done, removed, or changed by somebody who now does it anew
                done = current.backfill[0]
                self.job = f"scoring stored posts for {stored.campaign.name}: {done:,} of {last:,}"
                self._events.publish(ActivityChanged(), LeadsChanged())
                if progress is not None:
                    progress(stored.campaign.name, done, last)
        self.job = ""
        self._events.publish(ActivityChanged(), LeadsChanged(), CampaignsChanged())
        return found

    async def _backfill_step(self, stored: Stored, done: int, last: int) -> int:
        async with self._database.read() as connection:
            batch = await posts.after(connection, done, last, BACKFILL_CHUNK)
        now = time.time()
        texts = [post for _, post, _ in batch]
        (scores,) = await asyncio.to_thread(self._score, [stored], texts, now)
        async with self._database.exclusive() as connection:
            ids = [post_id for post_id, _, _ in batch]
            known = await leads.known_posts(connection, stored.id, ids)
            rows = {
                post_id: _lead_row(post_id, post, score, found_at)
                for (post_id, post, found_at), score in zip(batch, scores, strict=True)
                if score.lead
            }
            await leads.insert(
                connection, stored.id, [row for post_id, row in rows.items() if post_id not in known]
            )
            await leads.rescore(
                connection, stored.id, [row for post_id, row in rows.items() if post_id in known]
            )
            await leads.drop_untouched(connection, stored.id, [i for i in known if i not in rows])
            await campaigns.move_backfill(connection, stored.id, ids[-1] if ids else last, last)
        return len(rows) - len(known & rows.keys())

    async def _read(self, feed: Feed, mode: str) -> Ingested:
        source = self._sources.get(mode)
        if source is None:
            source = self._sources[mode] = await asyncio.to_thread(sources.load, mode, self._config)
        async with self._database.read() as connection:
            wanted = await feeds.campaigns_of(connection, feed)
        cursor = feed.cursor
        read, new_posts, new_leads = 0, 0, 0
        bad: tuple[BadLine, ...] = ()
        while True:
            batch = await source.fetch(feed, cursor)
            result = await self.ingest(batch.posts, mode, wanted=wanted, record=_recording(feed, batch))
            read += result.read
            new_posts += result.new_posts
            new_leads += result.new_leads
            bad += batch.bad
            if not batch.more or batch.cursor == cursor:
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

    def _score(self, targets: Sequence[Stored], batch: Sequence[Post], now: float) -> list[list[Score]]:
        """Return, for each campaign, the score of each post; pure computation, run in a thread."""
        return [[self._scorer(stored).score(post, now) for post in batch] for stored in targets]

    def _scorer(self, stored: Stored) -> Scorer:
        key = (stored.id, repr(stored.campaign))
        scorer = self._scorers.get(key)
        if scorer is None:
            self._scorers = {known: value for known, value in self._scorers.items() if known[0] != stored.id}
            scorer = self._scorers[key] = Scorer(stored.campaign)
        return scorer

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


def _recording(feed: Feed, batch: Batch) -> Record:
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
            next_poll=now + feed.interval,
        )

    return record


async def _store(
    connection: Connection,
    campaign_id: int,
    batch: Sequence[Post],
    scores: Sequence[Score],
    inserted: posts.Inserted,
    now: float,
) -> int:
    """Add the leads that are missing and rescore those whose text changed; returns how many were added."""
    rows = {
        inserted.ids[post.id]: _lead_row(inserted.ids[post.id], post, score, now)
        for post, score in zip(batch, scores, strict=True)
        if score.lead
    }
    known = await leads.known_posts(connection, campaign_id, list(inserted.ids.values()))
    changed = {inserted.ids[name] for name in inserted.changed} & known
    fresh = [row for post_id, row in rows.items() if post_id not in known]
    await leads.insert(connection, campaign_id, fresh)
    await leads.rescore(connection, campaign_id, [rows[post_id] for post_id in changed if post_id in rows])
    await leads.drop_untouched(
        connection, campaign_id, [post_id for post_id in changed if post_id not in rows]
    )
    return len(fresh)


def _lead_row(post_id: int, post: Post, score: Score, found_at: float) -> dict[str, Any]:
    return {
        "post_id": post_id,
        "score": score.value,
        "intent": score.intent,
        "stance": score.stance,
        "sentiment": score.sentiment,
        "scored_by": score.scored_by,
        "explanation": leads.explanation(score),
        "subreddit": post.subreddit.lower(),
        "created_at": found_at if post.created_at is None else post.created_at,
        "found_at": found_at,
    }
