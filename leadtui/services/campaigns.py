"""Campaigns: added, changed and removed together with their feeds, and every stored post scored for them."""

from __future__ import annotations

import time
from difflib import get_close_matches

from leadtui.config import Config
from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError, NotFoundError
from leadtui.services.discovery import Discovery, Progress
from leadtui.services.events import CampaignsChanged, Events, FeedsChanged, LeadsChanged
from leadtui.store import campaigns, feeds
from leadtui.store.campaigns import Stored
from leadtui.store.database import Connection, Database
from leadtui.text import clean_line

DEMO_INTERVAL = 5.0


class Campaigns:
    """What a user can do with campaigns."""

    def __init__(self, config: Config, database: Database, events: Events, discovery: Discovery) -> None:
        self._config = config
        self._database = database
        self._events = events
        self._discovery = discovery

    async def listed(self) -> list[Stored]:
        """Return all campaigns by name."""
        async with self._database.read() as connection:
            return await campaigns.everything(connection)

    async def named(self, name: str) -> Stored:
        """Return the campaign of that name, whatever its case; raises `NotFoundError`."""
        listed = await self.listed()
        for stored in listed:
            if stored.campaign.name.casefold() == name.casefold():
                return stored
        names = {stored.campaign.name.casefold(): stored.campaign.name for stored in listed}
        close = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
        known = f"known: {', '.join(names.values())}" if names else ""
        raise NotFoundError(
            f'no campaign is called "{clean_line(name, 80)}"',
            fix=f"did you mean {names[close[0]]}?"
            if close
            else known or "add one with 'leadtui campaigns add --file FILE'",
        )

    async def add(self, campaign: Campaign, progress: Progress | None = None) -> int:
        """Store a campaign and find its leads in the stored posts; returns how many there are."""
        return await self._save(campaign, None, progress)

    async def edit(self, name: str, campaign: Campaign, progress: Progress | None = None) -> int:
        """Replace a campaign and score the stored posts again; returns how many leads that added."""
        return await self._save(campaign, (await self.named(name)).campaign.name, progress)

    async def undo(self, name: str, progress: Progress | None = None) -> Campaign | None:
        """Make a campaign what it was before its last change; returns that, or None when there was no change.

        What was taken back is not kept: undoing again goes one change further back.
        """
        stored = await self.named(name)
        async with self._database.exclusive() as connection:
            version = await campaigns.previous(connection, stored.id)
            if version is None:
                return None
            kept, campaign = version
            await self._replace(connection, campaign, stored.campaign.name, keep=False)
            await campaigns.forget_version(connection, kept)
        self._events.publish(CampaignsChanged(), FeedsChanged())
        await self._discovery.backfill(progress)
        return campaign

    async def remove(self, name: str) -> None:
        """Delete a campaign with its leads, notes and drafts; stored posts stay."""
        stored = await self.named(name)
        async with self._database.exclusive() as connection:
            await campaigns.remove(connection, stored.id)
            await feeds.drop_unwanted(connection)
        self._events.publish(CampaignsChanged(), FeedsChanged(), LeadsChanged())

    async def worked_on(self, stored: Stored) -> tuple[int, int, int]:
        """Return (leads, leads the user worked with, drafts) that removing a campaign would delete."""
        async with self._database.read() as connection:
            return await campaigns.worked_on(connection, stored.id)

    async def _save(self, campaign: Campaign, replaces: str | None, progress: Progress | None) -> int:
        async with self._database.exclusive() as connection:
            await self._replace(connection, campaign, replaces)
        self._events.publish(CampaignsChanged(), FeedsChanged())
        return await self._discovery.backfill(progress)

    async def _replace(
        self, connection: Connection, campaign: Campaign, replaces: str | None, *, keep: bool = True
    ) -> None:
        interval = DEMO_INTERVAL if self._config.demo else self._config.schedule.discovery_minutes * 60
        now = time.time()
        campaign_id = await campaigns.save(connection, campaign, now, replaces=replaces, keep=keep)
        if campaign_id is None:
            raise ConfigError(
                f'a campaign called "{campaign.name}" exists already',
                fix="give another name, or change it with 'leadtui campaigns edit'",
            )
        await feeds.link(connection, campaign_id, campaign.subreddits, interval)
