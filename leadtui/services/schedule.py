"""Who polls, and when. The schedule is rows that are due; APScheduler only says "look now".

One process holds the lease and looks; the others watch and take over when it ends. Jumps of the clock and sleep of
the machine are noticed by comparing the wall clock with the monotonic one, and give one catch-up run.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from leadtui.errors import LeadTuiError, LockedError
from leadtui.runtime.process import identity, is_known_dead, pid_of
from leadtui.services.discovery import Discovery
from leadtui.services.events import ActivityChanged, Events, LeadsChanged
from leadtui.services.learning import Learning
from leadtui.store import leases, triage
from leadtui.store.database import Database
from leadtui.store.leases import Lease
from leadtui.telemetry import logs

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from leadtui.telemetry.metrics import Metrics

LEASE = "schedule"
LEASE_SECONDS = 15.0
"""A lease that has not been renewed for this long by the watcher's own monotonic clock is free."""
RENEW_SECONDS = 4.0
_JUMP_SECONDS = 5.0


class Schedule:
    """Keeps discovery going in one process of all those that share a database."""

    def __init__(
        self,
        database: Database,
        discovery: Discovery,
        learning: Learning,
        events: Events,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._discovery = discovery
        self._learning = learning
        self._events = events
        self._metrics = metrics
        self._log = logs.get("schedule")
        self._me = identity()
        self._scheduler: AsyncIOScheduler | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._seen: Lease | None = None
        self._seen_at = 0.0
        self._renewed_at = 0.0
        self._drift = 0.0
        self.leads = False
        """Whether this process owns the schedule."""
        self.problem = ""
        """Why background work stands still, for the status line."""

    @property
    def owner_pid(self) -> int | None:
        """Return the pid of the process that owns the schedule, when it is another one."""
        return None if self.leads or self._seen is None else pid_of(self._seen.owner)

    def start(self) -> None:
        """Take the schedule, or wait for it to become free."""
        self._drift = time.time() - time.monotonic()
        self._watcher = asyncio.create_task(self._watch(), name="schedule-watch")

    async def stop(self, grace: float = 10.0) -> None:
        """Begin nothing more, let what runs end for `grace` seconds, and give the lease back."""
        if self._scheduler is not None:
            self._scheduler.pause()
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self.leads:
            self.leads = False
            async with self._database.write() as connection:
                await leases.release(connection, LEASE, self._me)

    async def take_once(self) -> Callable[[], Awaitable[None]]:
        """Take the lease for a one-shot command; returns what gives it back. Raises `LockedError` while somebody has it."""
        async with self._database.write() as connection:
            seen = await leases.look(connection, LEASE)
            if (seen is None or is_known_dead(seen.owner)) and await leases.take(
                connection, LEASE, self._me, seen, time.time()
            ):
                keeping = asyncio.create_task(self._keep_lease(), name="keep-lease")
                return partial(self._give_back, keeping)
        pid = pid_of(seen.owner) if seen else None
        raise LockedError(
            f"another leadtui{f' (pid {pid})' if pid else ''} is running discovery",
            where=self._database.where,
            fix="it polls by itself; end it to poll from here",
        )

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(LeadTuiError):  # the next beat may get through
                async with self._database.write() as connection:
                    await leases.renew(connection, LEASE, self._me)

    async def _give_back(self, keeping: asyncio.Task[None]) -> None:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        async with self._database.write() as connection:
            await leases.release(connection, LEASE, self._me)

    async def _watch(self) -> None:
        while True:
            try:
                self._notice_jump()
                await self._tend_lease()
                self._set_problem("")
            except LeadTuiError as error:
                # The database may come back; whoever looks at the screen sees why nothing moves.
                self._set_problem(str(error))
                if self.leads and time.monotonic() - self._renewed_at > LEASE_SECONDS:
                    self._step_down()
            await asyncio.sleep(1.0)

    async def _tend_lease(self) -> None:
        now = time.monotonic()
        if self.leads:
            if now - self._renewed_at < RENEW_SECONDS:
                return
            async with self._database.write() as connection:
                kept = await leases.renew(connection, LEASE, self._me)
            if kept:
                self._renewed_at = now
            else:
                self._step_down()
            return
        async with self._database.read() as connection:
            seen = await leases.look(connection, LEASE)
        if seen != self._seen:
            if (seen and seen.owner) != (self._seen and self._seen.owner):
                self._events.publish(ActivityChanged())
            self._seen, self._seen_at = seen, now
        if seen is None or is_known_dead(seen.owner) or now - self._seen_at > LEASE_SECONDS:
            async with self._database.write() as connection:
                taken = await leases.take(connection, LEASE, self._me, seen, time.time())
            if taken:
                self._renewed_at = now
                self._lead()

    def _lead(self) -> None:
        self.leads = True
        self._log.info("schedule_taken", owner=self._me)
        if self._metrics is not None:
            self._metrics.scheduler_leader.set(1)
        self._events.publish(ActivityChanged())
        if self._scheduler is None:
            self._scheduler = self._jobs()
            self._scheduler.start()
        else:
            self._scheduler.resume()

    def _step_down(self) -> None:
        self.leads = False
        self._seen = None
        self._log.warning("schedule_lost", owner=self._me)
        if self._metrics is not None:
            self._metrics.scheduler_leader.set(0)
        if self._scheduler is not None:
            self._scheduler.pause()
        for task in self._running:
            task.cancel()  # what it did not commit, the new owner does
        self._events.publish(ActivityChanged())

    def _jobs(self) -> AsyncIOScheduler:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        # It warns of every run that it leaves out because the last one still goes on, which here is how it should be.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # Late runs are made up for once, however long the machine slept.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        first = datetime.now(UTC)
        scheduler.add_job(
            self._run, "interval", (self._discovery.backfill,), seconds=10, id="backfill", next_run_time=first
        )
        scheduler.add_job(
            self._run, "interval", (self._discovery.poll_due,), seconds=1, id="poll", next_run_time=first
        )
        scheduler.add_job(self._run, "interval", (self._wake,), seconds=5, id="wake", next_run_time=first)
        scheduler.add_job(
            self._run, "interval", (self._learning.learn_due,), seconds=5, id="learn", next_run_time=first
        )
        scheduler.add_job(
            self._run, "interval", (self._discovery.freshen,), hours=1, id="freshen", next_run_time=first
        )
        return scheduler

    async def _run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Run a job unless the lease is gone; keep it where `stop` can wait for it."""
        if not self.leads or time.monotonic() - self._renewed_at > LEASE_SECONDS:
            return  # after standing still, ask for the lease before doing anything
        task = asyncio.ensure_future(work())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait((task,))
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LeadTuiError):
            self._log.warning("job_failed", error=str(error))
            self._set_problem(str(error))
        elif error is not None:
            raise error

    async def _wake(self) -> None:
        async with self._database.read() as connection:
            if not await triage.any_due(connection, time.time()):
                return
        async with self._database.exclusive() as connection:
            woken = await triage.wake(connection, time.time())
        if woken:
            self._log.info("snoozed_leads_back", leads=woken)
            self._events.publish(LeadsChanged())

    def _notice_jump(self) -> None:
        drift = time.time() - time.monotonic()
        if abs(drift - self._drift) <= _JUMP_SECONDS:
            return
        self._log.warning("clock_jumped", seconds=round(drift - self._drift, 1))
        self._drift = drift
        if self._metrics is not None:
            self._metrics.clock_jumps.inc()
        if self._scheduler is not None:
            # Its next runs are wall-clock times, which now may lie hours ahead.
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))

    def _set_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._events.publish(ActivityChanged())
