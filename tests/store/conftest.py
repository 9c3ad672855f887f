"""For tests that hypothesis runs many times on one database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from leadtui.config import Config
from leadtui.store.database import Database


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all examples of a test."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def shared_database(runner: asyncio.Runner, stored_config: Config) -> Iterator[Database]:
    """A database for all examples of a test; each begins by emptying it."""
    opened = runner.run(Database.open(stored_config))
    yield opened
    runner.run(opened.close())
