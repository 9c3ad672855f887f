"""The dashboard, without the command line's library: that would cost a tenth of the time to the first frame."""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leadtui import config as configuration
from leadtui.config import Config
from leadtui.errors import ConfigError, LeadTuiError

if TYPE_CHECKING:
    from leadtui.services.desk import Desk
    from leadtui.services.engine import Engine
    from leadtui.tui.app import LeadTuiApp

FIRST_ROWS = 64
STOP_SECONDS = 2.0
"""A closed terminal ends the process within three seconds."""


def open_dashboard(home: str | None, config_file: str | None, log_level: str | None) -> int:
    """Open the dashboard on the user's own home; returns the exit code."""
    _require_terminal()
    return _show(configuration.load(home, config_file, log_level))


def open_demo(config: Config) -> int:
    """Open the dashboard on invented posts in a throw-away home; returns the exit code."""
    _require_terminal()
    return _demo(config)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "the dashboard needs a terminal", fix="without one, use 'leadtui run' or 'leadtui leads list'"
        )


def _demo(config: Config) -> int:
    with tempfile.TemporaryDirectory(prefix="leadtui-demo-") as folder:
        values = {name: getattr(config, name) for name in configuration.SECTIONS}
        values["database"] = configuration.Database()
        values["redis"] = configuration.Redis()
        values["metrics"] = configuration.Metrics(enabled=False)
        return _show(Config(**values, home=Path(folder), path=config.path, demo=True))


def _show(config: Config) -> int:
    # The collector has nothing to collect while modules load, and costs a tenth of the time to the first frame.
    gc.disable()
    from leadtui.runtime import home
    from leadtui.store.firstpage import FirstPage, read_first_page

    home.prepare(config.home)
    page = FirstPage() if config.database.url else read_first_page(config.home / "leadtui.db", FIRST_ROWS)

    from leadtui.tui.app import LeadTuiApp

    session = _Session(config)
    try:
        app = LeadTuiApp(config, page, session.open)
    except ConfigError as error:
        raise configuration.placed(error, config) from None
    result = asyncio.run(session.run(app))
    if result == "demo":
        return _demo(config)
    return app.return_code or 0


class _Session:
    """The engine behind a dashboard: loaded after the first frame, stopped after the last."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._engine: Engine | None = None
        self._failure: LeadTuiError | None = None
        self._app: LeadTuiApp | None = None

    async def run(self, app: LeadTuiApp) -> object:
        """Run the dashboard to its end; raises what kept the engine from starting."""
        self._app = app
        try:
            result = await app.run_async()
        finally:
            if self._engine is not None:
                await self._engine.stop(STOP_SECONDS)
                await self._engine.close()
        if self._failure is not None:
            raise self._failure
        return result

    async def open(self) -> Desk:
        """Load the heavy half in a thread, open the database and begin background work."""
        try:
            await asyncio.to_thread(_load)
            from leadtui.services.engine import Engine, prepare_demo
            from leadtui.telemetry import logs

            await asyncio.to_thread(logs.setup, self._config.home, self._config.log.level, face="dashboard")
            engine = await Engine.open(self._config, metrics=True)
            self._engine = engine
            if self._config.demo:
                await prepare_demo(engine)
            engine.start()
        except LeadTuiError as error:
            self._failure = error
            if self._app is not None:
                self._app.exit(return_code=int(error.code))
            raise
        return engine.desk


def _load() -> None:
    """Import what the engine needs, off the event loop."""

    import leadtui.services.engine
    import leadtui.telemetry.http  # noqa: F401
