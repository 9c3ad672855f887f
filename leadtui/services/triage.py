"""Verdicts, notes and tags: what the user decides about leads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadtui.domain.models import Change, Lead, LeadStatus
from leadtui.errors import ConfigError, NotFoundError
from leadtui.services.events import DraftsChanged, Events, LeadsChanged
from leadtui.store import leads, triage
from leadtui.store.database import Database
from leadtui.text import clean, clean_line

if TYPE_CHECKING:
    from leadtui.telemetry.metrics import Metrics

DEFAULT_SNOOZE = 24 * 3600.0


class Triage:
    """What a user can do with leads, from whichever face."""

    def __init__(self, database: Database, events: Events, metrics: Metrics | None = None) -> None:
        self._database = database
        self._events = events
        self._metrics = metrics

    async def lead(self, lead_id: int) -> Lead:
        """Return everything about a lead; raises `NotFoundError`."""
        async with self._database.read() as connection:
            lead = await leads.one(connection, lead_id)
        if lead is None:
            raise _missing(lead_id)
        return lead

    async def set_status(
        self, lead_ids: Sequence[int], status: str, *, origin: str, until: float | None = None
    ) -> Change:
        """Give leads a status as one step that can be undone; a snooze without an end lasts a day."""
        if status not in tuple(LeadStatus):
            raise ConfigError(
                f'no status is called "{clean_line(status, 40)}"', fix=f"one of {', '.join(LeadStatus)}"
            )
        if status == LeadStatus.SNOOZED:
            until = until if until is not None else time.time() + DEFAULT_SNOOZE
        async with self._database.exclusive() as connection:
            change = await triage.set_status(
                connection,
                lead_ids,
                status,
                until if status == LeadStatus.SNOOZED else None,
                origin,
                time.time(),
            )
        self._announce(change)
        return change

    async def undo(self, origin: str) -> Change | None:
        """Take back the last step of an origin that still stands."""
        async with self._database.exclusive() as connection:
            change = await triage.undo(connection, origin, time.time())
        self._events.publish(LeadsChanged(), DraftsChanged())
        return change

    async def redo(self, origin: str) -> Change | None:
        """Do again the last step that was taken back."""
        async with self._database.exclusive() as connection:
            change = await triage.redo(connection, origin, time.time())
        self._events.publish(LeadsChanged(), DraftsChanged())
        return change

    async def missing(self, lead_ids: Sequence[int]) -> list[int]:
        """Return those ids that are no lead's."""
        async with self._database.read() as connection:
            known = {lead.row.id for lead in await leads.several(connection, lead_ids)}
        return [lead_id for lead_id in lead_ids if lead_id not in known]

    async def set_note(self, lead_id: int, text: str) -> None:
        """Replace a lead's note."""
        async with self._database.write() as connection:
            if not await leads.set_notes(connection, lead_id, clean(text).strip()):
                raise _missing(lead_id)
        self._events.publish(LeadsChanged())

    async def set_tags(self, lead_id: int, tags: Sequence[str]) -> None:
        """Replace a lead's tags; a tag is one word."""
        words = [word.lstrip("#") for tag in tags for word in clean_line(tag, 200).replace(",", " ").split()]
        async with self._database.write() as connection:
            if not await leads.set_tags(connection, lead_id, words):
                raise _missing(lead_id)
        self._events.publish(LeadsChanged())

    def _announce(self, change: Change) -> None:
        if change.leads:
            if self._metrics is not None:
                self._metrics.verdicts.of(change.after).inc(change.leads)
            self._events.publish(LeadsChanged())


def _missing(lead_id: int) -> NotFoundError:
    return NotFoundError(f"there is no lead {lead_id}", fix="see 'leadtui leads list'")
