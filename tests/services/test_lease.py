"""Three processes on one database: one leads; killed or frozen, another one takes over, and never two at once for long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from leadtui.config import Config

_PROCESS = """
import asyncio, os, sys
from pathlib import Path
from leadtui import sources
from leadtui.config import Config, Database, Metrics
from leadtui.services import schedule
from leadtui.services.engine import Engine

schedule.LEASE_SECONDS, schedule.RENEW_SECONDS = 2.5, 0.5
sources.REGISTRY["fake"] = "tests.services.test_lease:Recording"

async def main():
    home, url = sys.argv[1:]
    engine = await Engine.open(
        Config(home=Path(home), database=Database(url=url), metrics=Metrics(enabled=False))
    )
    engine.start()
    role = Path(home, f"role-{os.getpid()}")
    while True:
        draft = role.with_suffix(".draft")
        draft.write_text(engine.desk.activity().role)
        draft.replace(role)  # whoever reads in between sees the old one, never an empty file
        await asyncio.sleep(0.05)

asyncio.run(main())
"""


class Recording:
    """A source that notes which process read it, and when."""

    def __init__(self, config: Config) -> None:
        self._home = config.home

    async def fetch(self, feed: object, cursor: str | None) -> object:
        """Write a line and bring nothing."""
        from leadtui.domain.models import Batch

        with (self._home / "readings").open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        return Batch(cursor="x")


class Crowd:
    """Processes that all want to schedule."""

    def __init__(self, config: Config) -> None:
        self.home = config.home
        command = [sys.executable, "-c", _PROCESS, str(config.home), config.database.url]
        self.processes = [subprocess.Popen(command) for _ in range(3)]
        self.alive = {process.pid for process in self.processes}

    def leaders(self) -> set[int]:
        return {pid for pid in self.alive if self._role(pid) == "schedules"}

    def wait_for_leader(self, *, other_than: int | None = None) -> int:
        """Return the one process that leads; gives up after far longer than it should take."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            leaders = self.leaders() - {other_than}
            if len(leaders) == 1:
                return leaders.pop()
            time.sleep(0.05)
        raise AssertionError(f"{len(leaders)} lead")

    def readers(self) -> list[int]:
        path = self.home / "readings"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def _role(self, pid: int) -> str:
        path = self.home / f"role-{pid}"
        return path.read_text() if path.exists() else ""

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def crowd(stored_config: Config) -> Iterator[Crowd]:
    made = Crowd(stored_config)
    yield made
    made.end()


def _add_feed(config: Config) -> None:
    import asyncio

    from leadtui.store import feeds
    from leadtui.store.database import Database

    async def work() -> None:
        database = await Database.open(config)
        async with database.exclusive() as connection:
            await feeds.add(connection, "fake:x", "fake", "x", 0.2)
        await database.close()

    asyncio.run(work())


def test_one_leads_and_is_replaced(crowd: Crowd, stored_config: Config) -> None:
    _add_feed(stored_config)
    first = crowd.wait_for_leader()
    time.sleep(1.2)
    assert crowd.leaders() == {first}
    assert set(crowd.readers()) == {first}

    os.kill(first, signal.SIGKILL)  # dead for certain, though nobody has collected it yet
    crowd.alive.remove(first)
    second = crowd.wait_for_leader()
    assert second != first

    os.kill(second, signal.SIGSTOP)  # lives, and does nothing
    third = crowd.wait_for_leader(other_than=second)
    count = len(crowd.readers())
    os.kill(second, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while crowd.leaders() != {third} and time.monotonic() < deadline:
        time.sleep(0.05)
    assert crowd.leaders() == {third}
    time.sleep(1.2)
    # Waking up, it asked for the lease before it touched any feed; one reading may have been under way.
    late = [pid for pid in crowd.readers()[count:] if pid != third]
    assert len(late) <= 1
    assert crowd.readers()[-1] == third
