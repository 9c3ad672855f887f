"""How the dashboard does work beside painting: one line of verdicts in order, and requests of which the last one counts.

Nothing here cancels a running call: a database call cut off in the middle costs its connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Latest:
    """Runs `work` for the newest request; requests that come while it runs become one more run."""

    def __init__(
        self, start: Callable[[Callable[[], Awaitable[None]]], None], work: Callable[[], Awaitable[None]]
    ) -> None:
        self._start = start
        self._work = work
        self._running = False
        self._again = False

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self._running

    def ask(self) -> None:
        """Run now, or once more after the present run."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._start(self._run)

    async def _run(self) -> None:
        try:
            while True:
                self._again = False
                await self._work()
                if not self._again:
                    return
        finally:
            self._running = False


class InOrder:
    """Calls done one after the other, in the order in which they were asked for, once `open` was called."""

    def __init__(self, start: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
        self._start = start
        self._waiting: list[Callable[[], Awaitable[None]]] = []
        self._opened = False
        self._running = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.asked = 0
        """How many calls were ever asked for: two equal readings mean that nothing came between."""

    def open(self) -> None:
        """Begin: what was asked for before runs now."""
        self._opened = True
        self._go()

    def ask(self, call: Callable[[], Awaitable[None]]) -> None:
        """Do `call` after everything that was asked for before it."""
        self.asked += 1
        self._waiting.append(call)
        self._idle.clear()
        self._go()

    async def idle(self) -> None:
        """Return when nothing is waiting or running."""
        await self._idle.wait()

    def _go(self) -> None:
        if self._opened and not self._running and self._waiting:
            self._running = True
            self._start(self._run)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._waiting.pop(0)()
        finally:
            self._running = False
            if self._waiting:
                self._go()
            else:
                self._idle.set()
