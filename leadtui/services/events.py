"""Word that something changed. Events carry nothing, so one lost or doubled changes nothing: who hears it looks again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class LeadsChanged:
    """Leads came, went or changed."""


@dataclass(frozen=True, slots=True)
class FeedsChanged:
    """A feed was polled, added or removed."""


@dataclass(frozen=True, slots=True)
class DraftsChanged:
    """A draft was begun, written or closed."""


@dataclass(frozen=True, slots=True)
class CampaignsChanged:
    """A campaign was added, changed or removed."""


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """What the program does in the background is something else now."""


Event = LeadsChanged | FeedsChanged | DraftsChanged | CampaignsChanged | ActivityChanged
STORED: tuple[Event, ...] = (LeadsChanged(), FeedsChanged(), DraftsChanged(), CampaignsChanged())
"""What another process's commit may have changed."""

_INTERVAL = 0.2


class Events:
    """Tells subscribers of events, each kind at most five times a second. Used on one event loop's thread only."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []
        self._pending: dict[Event, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with every event from now on; returns what ends that."""
        self._subscribers.append(callback)
        return partial(self._forget, callback)

    def publish(self, *events: Event) -> None:
        """Tell subscribers soon; the same event published again before that is told once."""
        if not self._subscribers:
            return
        self._pending.update(dict.fromkeys(events))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._tell)

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._subscribers.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _forget(self, callback: Callable[[Event], None]) -> None:
        if callback in self._subscribers:
            self._subscribers.remove(callback)

    def _tell(self) -> None:
        self._timer = None
        pending, self._pending = list(self._pending), {}
        for event in pending:
            for callback in list(self._subscribers):
                callback(event)
