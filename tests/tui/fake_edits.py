"""The half of the desk in memory that changes campaigns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign
from leadtui.services.backtest import Outcome
from leadtui.services.events import CampaignsChanged, Event
from leadtui.services.keywords import Health

NOTHING = Outcome(stored=9_000, looked=9_000, of=9_000, done=True)
"""A change that moves no lead."""


class FakeEvents:
    """Tells subscribers at once."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Event], None]] = []

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with every event from now on."""
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def publish(self, *events: Event) -> None:
        """Tell everybody."""
        for event in events:
            for callback in list(self.callbacks):
                callback(event)


class FakeEdits:
    """Answers with what the test says, and keeps what campaigns were."""

    stored_campaigns: list[Campaign]
    events: FakeEvents
    outcome: Outcome
    healths: list[Health]
    versions: list[Campaign]

    def _note(self, *call: object) -> None:
        raise AssertionError("the desk notes its calls")

    async def try_edit(
        self, name: str, edit: Edit, wanted: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Outcome]:
        """What the test says, in two steps; a change that is none is refused."""
        (campaign,) = [one for one in self.stored_campaigns if one.name == name]
        edit.apply(campaign)
        self._note("try_edit", name, str(edit))
        yield replace(self.outcome, done=False, looked=self.outcome.of // 10)
        await asyncio.sleep(0)
        if wanted():
            yield self.outcome

    async def edit_campaign(self, name: str, edit: Edit) -> Campaign:
        """Change it."""
        self._note("edit_campaign", name, str(edit))
        place = [one.name for one in self.stored_campaigns].index(name)
        self.versions.append(self.stored_campaigns[place])
        self.stored_campaigns[place] = edit.apply(self.stored_campaigns[place])
        self.events.publish(CampaignsChanged())
        return self.stored_campaigns[place]

    async def undo_edit(self, name: str) -> Campaign | None:
        """Put back what the last change replaced."""
        self._note("undo_edit", name)
        if not self.versions:
            return None
        place = [one.name for one in self.stored_campaigns].index(name)
        self.stored_campaigns[place] = self.versions.pop()
        self.events.publish(CampaignsChanged())
        return self.stored_campaigns[place]

    async def keyword_health(self, name: str) -> AsyncIterator[Health]:
        """What the test says."""
        for one in self.healths:
            yield one
