"""Wires everything once: the one place that knows which parts there are."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from leadtui import sources
from leadtui.config import SECRETS, Config
from leadtui.errors import LeadTuiError
from leadtui.runtime import home
from leadtui.services.backtest import Backtest
from leadtui.services.campaigns import Campaigns
from leadtui.services.desk import Desk
from leadtui.services.discovery import Discovery
from leadtui.services.drafting import Drafting
from leadtui.services.events import STORED, ActivityChanged, Events
from leadtui.services.keywords import Keywords
from leadtui.services.learning import Learning
from leadtui.services.schedule import Schedule
from leadtui.services.triage import Triage
from leadtui.store import drafts, feeds, leads
from leadtui.store.database import Database
from leadtui.telemetry import logs, masking

if TYPE_CHECKING:
    from leadtui.telemetry.http import HttpServer, Ready
    from leadtui.telemetry.metrics import Metrics

CHANGE_SECONDS = 0.5
"""How often a process looks whether another one has committed something."""
_LAG_SECONDS = 1.0
_COUNT_SECONDS = 3.0
_ALIVE_SECONDS = 5.0
_BIND_AGAIN_SECONDS = 5.0


class Engine:
    """Everything under the faces, on one event loop.

    One-shot commands `open` it, use its services and `close` it; the dashboard and `run` also `start` it.
    """

    def __init__(self, config: Config, database: Database, metrics: Metrics | None) -> None:
        self.config = config
        self.database = database
        self.metrics = metrics
        self.events = Events()
        self.discovery = Discovery(config, database, self.events, metrics)
        self.campaigns = Campaigns(config, database, self.events, self.discovery)
        self.backtest = Backtest(database)
        self.keywords = Keywords(database)
        self.triage = Triage(database, self.events, metrics)
        self.drafting = Drafting(database, self.events)
        self.learning = Learning(database, self.events, self.discovery)
        self.schedule = Schedule(database, self.discovery, self.learning, self.events, metrics)
        self.desk = Desk(
            config,
            database,
            self.events,
            self.discovery,
            self.campaigns,
            self.triage,
            self.drafting,
            self.learning,
            self.schedule,
            self.backtest,
            self.keywords,
        )
        self.http_port: int | None = None
        self._log = logs.get("engine")
        self._tasks: list[asyncio.Task[None]] = []
        self._http: HttpServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turned_at = time.monotonic()
        self._draining = False

    @classmethod
    async def open(cls, config: Config, *, metrics: bool = False) -> Engine:
        """Prepare home, open the database and bring it up to date."""
        for key in SECRETS:
            masking.register_secret(config.secret(key))
        await asyncio.to_thread(home.prepare, config.home)
        database = await Database.open(config)
        made = None
        if metrics:
            made = await asyncio.to_thread(_metrics)
        return cls(config, database, made)

    def start(self) -> None:
        """Begin background work: the schedule, the watch for other processes' changes, the HTTP endpoint."""
        self._loop = asyncio.get_running_loop()
        self.schedule.start()
        self._tasks = [
            asyncio.create_task(self._watch_changes(), name="watch-changes"),
            asyncio.create_task(self._measure_lag(), name="measure-lag"),
        ]
        if self.config.metrics.enabled and self.metrics is not None:
            self._tasks.append(asyncio.create_task(self._serve(), name="http"))

    async def stop(self, grace: float = 10.0) -> None:
        """End background work: nothing new is begun, what runs may end within `grace` seconds."""
        self._draining = True
        self.desk.stopping = self.discovery.stopping = True
        self.events.publish(ActivityChanged())
        with suppress(LeadTuiError):  # a database that is gone must not keep the process alive
            await self.schedule.stop(grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await asyncio.to_thread(self._http.stop)
        self.events.close()

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()

    async def readiness(self) -> Ready:
        """Return whether work can be given to this process."""
        from leadtui.telemetry.http import Ready

        checks = {"database": "ok", "schedule": "owner" if self.schedule.leads else "standby"}
        degraded: tuple[str, ...] = ()
        try:
            degraded = tuple(f"feed {name}" for name in await self._failing_feeds())
        except LeadTuiError as error:
            checks["database"] = str(error)
        is_ok = checks["database"] == "ok"
        return Ready(is_ok and not self._draining, self._draining, checks, degraded)

    async def _failing_feeds(self) -> list[str]:
        async with self.database.read() as connection:
            return [feed.name for feed in await feeds.everything(connection) if feed.errors]

    async def _watch_changes(self) -> None:
        """Tell the panes when another process has committed something."""
        last: object = None
        while True:
            try:
                async with self.database.watch() as look:
                    while True:
                        token = await look()
                        if last is not None and token != last:
                            self.events.publish(*STORED)
                        last = token
                        await asyncio.sleep(CHANGE_SECONDS)
            except LeadTuiError as error:
                self._log.warning("database_unreachable", error=str(error))
                await asyncio.sleep(1.0)

    async def _measure_lag(self) -> None:
        """Show that the event loop turns, and keep the gauges true while somebody can read them."""
        counted_at = float("-inf")
        while True:
            due = time.monotonic() + _LAG_SECONDS
            await asyncio.sleep(_LAG_SECONDS)
            self._turned_at = time.monotonic()
            if self.metrics is not None:
                self.metrics.event_loop_lag_seconds.observe(max(0.0, self._turned_at - due))
            if self._http is not None and self._turned_at - counted_at >= _COUNT_SECONDS:
                counted_at = self._turned_at
                with suppress(LeadTuiError):  # the gauges keep their last values while the database is gone
                    await self._count()

    async def _count(self) -> None:
        assert self.metrics is not None  # noqa: S101 - for the type checker
        async with self.database.read() as connection:
            self.metrics.leads.set_all(await leads.counts(connection, None))
            self.metrics.drafts.set_all(await drafts.counts(connection))
            listed = await feeds.everything(connection)
        states: dict[str, int] = {}
        for feed in listed:
            state = "failing" if feed.errors else "new" if feed.last_poll is None else "ok"
            states[state] = states.get(state, 0) + 1
        self.metrics.feeds.set_all(states)

    async def _serve(self) -> None:
        """Open the HTTP endpoint; while the port is taken, by another leadtui perhaps, try again and say so once."""
        from leadtui.telemetry.http import EndpointError, HttpServer

        assert self.metrics is not None  # noqa: S101 - for the type checker
        settings = self.config.metrics
        token = self.config.secret("metrics.token")
        server = HttpServer(
            settings.host, settings.port, token, metrics=self.metrics, ready=self._ready, alive=self._alive
        )
        said = False
        while True:
            try:
                self.http_port = await asyncio.to_thread(server.start)
            except EndpointError as error:
                if not said:
                    self._log.warning("http_not_listening", error=str(error))
                    said = True
                await asyncio.sleep(_BIND_AGAIN_SECONDS)
                continue
            self._http = server
            self._log.info("http_listening", host=settings.host, port=self.http_port)
            return

    def _ready(self) -> Ready:
        """Ask the event loop; called in a thread of the endpoint."""
        from leadtui.telemetry.http import Ready

        if self._loop is None or self._loop.is_closed():
            return Ready(ok=False, draining=self._draining)
        future = asyncio.run_coroutine_threadsafe(self.readiness(), self._loop)
        try:
            return future.result(timeout=2.0)
        except TimeoutError:
            future.cancel()
            return Ready(ok=False, draining=self._draining, checks={"event loop": "does not answer"})

    def _alive(self) -> bool:
        return time.monotonic() - self._turned_at < _ALIVE_SECONDS


def _metrics() -> Metrics:
    from leadtui.telemetry.metrics import Metrics

    return Metrics(sources.REGISTRY)


async def prepare_demo(engine: Engine) -> None:
    """Fill a throw-away home with the demo's campaigns, so that their feeds begin to bring posts."""
    from leadtui.sources.demo import demo_campaigns

    known = {stored.campaign.name for stored in await engine.campaigns.listed()}
    for campaign in demo_campaigns():
        if campaign.name not in known:
            await engine.campaigns.add(campaign)
