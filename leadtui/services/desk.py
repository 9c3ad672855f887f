"""What a person at the dashboard can ask for. Every method is quick: none of them waits for the network."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadtui.config import Config
from leadtui.domain import query as queries
from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign, Change, Draft, Feed, Lead, LeadRow, Page, Post
from leadtui.services.backtest import Backtest, Outcome
from leadtui.services.campaigns import Campaigns
from leadtui.services.discovery import Discovery
from leadtui.services.drafting import Drafting
from leadtui.services.events import Events, FeedsChanged
from leadtui.services.keywords import Health, Keywords
from leadtui.services.learning import Learning, Lesson
from leadtui.services.schedule import Schedule
from leadtui.services.triage import Triage
from leadtui.store import feeds, leads
from leadtui.store.database import Database


@dataclass(frozen=True, slots=True)
class Activity:
    """What goes on in the background."""

    role: str
    """`starting`, `schedules`, `watches` (another process owns the schedule) or `stopping`."""
    owner_pid: int | None = None
    polling: tuple[str, ...] = ()
    next_poll: float | None = None
    problem: str = ""
    job: str = ""


class Desk:
    """The dashboard's only way to everything else."""

    def __init__(
        self,
        config: Config,
        database: Database,
        events: Events,
        discovery: Discovery,
        campaigns: Campaigns,
        triage: Triage,
        drafting: Drafting,
        learning: Learning,
        schedule: Schedule,
        backtest: Backtest,
        keywords: Keywords,
    ) -> None:
        self._config = config
        self._database = database
        self._discovery = discovery
        self._campaigns = campaigns
        self._triage = triage
        self._drafting = drafting
        self._learning = learning
        self._schedule = schedule
        self._backtest = backtest
        self._keywords = keywords
        self._next_poll: float | None = None
        self.events = events
        self.stopping = False

    async def page(
        self,
        query: str,
        *,
        after: LeadRow | None = None,
        before: LeadRow | None = None,
        offset: int = 0,
        limit: int = 64,
    ) -> Page:
        """Return a stretch of a query's leads; see `store.leads.page`."""
        parsed = queries.parse(query)
        async with self._database.read() as connection:
            return await leads.page(
                connection, parsed, after=after, before=before, offset=offset, limit=limit
            )

    async def rank(self, query: str, row: LeadRow) -> int:
        """Return how many leads of the query stand before `row`."""
        parsed = queries.parse(query)
        async with self._database.read() as connection:
            return await leads.rank(connection, parsed, row)

    async def count(self, query: str) -> tuple[int, bool]:
        """Return how many leads a query has, and whether that is exact or where counting stopped."""
        parsed = queries.parse(query)
        async with self._database.read() as connection:
            return await leads.count(connection, parsed)

    async def counts(self, campaign: str | None) -> dict[str, int]:
        """Return the number of leads in each status."""
        async with self._database.read() as connection:
            return await leads.counts(connection, campaign)

    async def lead(self, lead_id: int) -> Lead:
        """Return everything about a lead; raises `NotFoundError`."""
        return await self._triage.lead(lead_id)

    async def set_status(self, lead_ids: Sequence[int], status: str, *, until: float | None = None) -> Change:
        """Give leads a status as one step that can be undone."""
        return await self._triage.set_status(lead_ids, status, until=until, origin="tui")

    async def undo(self) -> Change | None:
        """Take back the last step that still stands."""
        return await self._triage.undo("tui")

    async def redo(self) -> Change | None:
        """Do again the last step that was taken back."""
        return await self._triage.redo("tui")

    async def mark_seen(self, lead_ids: Sequence[int]) -> None:
        """Remember that the user has looked at leads."""
        async with self._database.exclusive() as connection:
            await leads.mark_seen(connection, lead_ids, time.time())

    async def set_note(self, lead_id: int, text: str) -> None:
        """Replace a lead's note."""
        await self._triage.set_note(lead_id, text)

    async def set_tags(self, lead_id: int, tags: Sequence[str]) -> None:
        """Replace a lead's tags."""
        await self._triage.set_tags(lead_id, tags)

    async def campaigns(self) -> list[Campaign]:
        """Return all campaigns by name."""
        return [stored.campaign for stored in await self._campaigns.listed()]

    async def add_campaign(self, campaign: Campaign) -> int:
        """Store a campaign; returns how many leads the stored posts hold for it."""
        return await self._campaigns.add(campaign)

    async def lessons(self) -> list[Lesson]:
        """Return how far each campaign has learned from verdicts."""
        return await self._learning.lessons()

    async def forget_lessons(self, campaign: str) -> int:
        """Forget what verdicts taught a campaign; returns how many scores changed."""
        return await self._learning.forget(await self._campaigns.named(campaign))

    async def try_edit(
        self, name: str, edit: Edit, wanted: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Outcome]:
        """Yield what a change of a campaign would do, ever sharper; nothing is stored. See `Backtest.run`."""
        async with aclosing(self._backtest.run(await self._campaigns.named(name), edit, wanted)) as answers:
            async for outcome in answers:
                yield outcome

    async def edit_campaign(self, name: str, edit: Edit) -> Campaign:
        """Store a change of a campaign and score the stored posts again; returns what it is now."""
        stored = await self._campaigns.named(name)
        changed = edit.apply(stored.campaign)
        await self._campaigns.edit(stored.campaign.name, changed)
        return changed

    async def undo_edit(self, name: str) -> Campaign | None:
        """Take a campaign's last change back; returns what it is again, or None when there was no change."""
        return await self._campaigns.undo(name)

    async def keyword_health(self, name: str) -> AsyncIterator[Health]:
        """Yield how each keyword of a campaign is doing, with the change that would mend it."""
        async for health in self._keywords.health(await self._campaigns.named(name)):
            yield health

    async def feeds(self) -> list[Feed]:
        """Return all feeds by name."""
        async with self._database.read() as connection:
            self._next_poll = await feeds.next_due(connection, self._discovery.readable())
            return await feeds.everything(connection)

    def feed_mode(self, feed: Feed) -> str:
        """Return how a feed is read: the name of a source, or `off` while nothing can read it."""
        return self._discovery.mode(feed) or "off"

    async def poll_now(self, feed_id: int | None = None) -> str:
        """Make feeds due; returns one line that says what was asked for, or why not."""
        async with self._database.exclusive() as connection:
            listed = await feeds.everything(connection)
            chosen = [feed for feed in listed if feed_id in (None, feed.id)]
            readable = [feed for feed in chosen if self._discovery.mode(feed) is not None]
            for feed in readable:
                await feeds.poll_soon(connection, feed.id, time.time())
        self.events.publish(FeedsChanged())
        if not chosen:
            return "no feeds yet: a campaign's subreddits become feeds"
        if not readable:
            return f"{chosen[0].name}: nothing can read it yet; import posts from a file meanwhile"
        return f"polling {readable[0].name}" if len(readable) == 1 else f"polling {len(readable)} feeds"

    async def drafts(self) -> list[Draft]:
        """Return drafts, open ones first, the last changed first."""
        return await self._drafting.listed()

    async def draft(self, draft_id: int) -> Draft:
        """Return a draft; raises `NotFoundError`."""
        return await self._drafting.one(draft_id)

    async def start_draft(self, lead_id: int, *, template: bool) -> Draft:
        """Return the lead's open draft, begun now if it has none."""
        return await self._drafting.start(lead_id, template=template, origin="tui")

    async def template(self, lead_id: int) -> str:
        """Return what the template says to a lead."""
        return await self._drafting.template(lead_id)

    async def save_draft(self, draft_id: int, body: str) -> None:
        """Replace the text of an open draft; it is durable when this returns."""
        await self._drafting.save(draft_id, body)

    async def discard_draft(self, draft_id: int) -> None:
        """Close a draft without sending it."""
        await self._drafting.discard(draft_id)

    def activity(self) -> Activity:
        """Return what goes on in the background."""
        if self.stopping:
            return Activity("stopping")
        return Activity(
            role="schedules"
            if self._schedule.leads
            else "watches"
            if self._schedule.owner_pid
            else "starting",
            owner_pid=self._schedule.owner_pid,
            polling=self._discovery.polling,
            next_poll=self._next_poll,
            problem=self._schedule.problem,
            job=self._discovery.job,
        )

    def link(self, post: Post) -> str | None:
        """Return the address of a post to open in a browser: http or https, or None."""
        return link(post, self._config)


def link(post: Post, config: Config) -> str | None:
    """Return the address of a post to open in a browser: http or https, or None."""
    if post.permalink:
        address = (
            config.reddit.www_url.rstrip("/") + post.permalink
            if post.permalink.startswith("/")
            else post.permalink
        )
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        return address if parts.scheme in ("http", "https") and parts.hostname else None
    found = re.fullmatch(r"t3_([a-z0-9]{2,12})", post.id)
    return f"{config.reddit.www_url.rstrip('/')}/comments/{found[1]}" if found else None
