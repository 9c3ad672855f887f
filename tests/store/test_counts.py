"""Whatever happens to leads, in whatever order, the kept counts are what counting gives."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from leadtui.config import Config
from leadtui.domain.models import Campaign, LeadStatus
from leadtui.services.engine import Engine
from leadtui.store import triage

from .records import counts_are_right, empty, post, statuses

NAMES = ("one", "two", "three")
ORIGINS = st.sampled_from(["tui", "cli"])
NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=6)
# Everything is a lead, or nothing is.
LIMITS = st.sampled_from([0, 100])


class Counting(RuleBasedStateMachine):
    """A user, a timer and a source, at random."""

    runner: asyncio.Runner
    engine: Engine

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(empty(self.engine.database))
        self.campaigns: set[str] = set()
        self.add_or_edit("one", 0)
        self.take_in(list(range(13)), "old")

    @rule(name=st.sampled_from(NAMES), limit=LIMITS)
    def add_or_edit(self, name: str, limit: int) -> None:
        campaign = Campaign(name, min_score=limit)
        if name in self.campaigns:
            self.run(self.engine.campaigns.edit(name, campaign))
        else:
            self.run(self.engine.campaigns.add(campaign))
        self.campaigns.add(name)

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        if name in self.campaigns:
            self.run(self.engine.campaigns.remove(name))
            self.campaigns.remove(name)

    @rule(numbers=NUMBERS, word=st.sampled_from(["old", "new"]))
    def take_in(self, numbers: list[int], word: str) -> None:
        batch = [dataclasses.replace(post(number), title=word) for number in numbers]
        self.run(self.engine.discovery.ingest(batch, "test"))

    @rule(numbers=NUMBERS, status=st.sampled_from(list(LeadStatus)), origin=ORIGINS)
    def verdict(self, numbers: list[int], status: str, origin: str) -> None:
        known = sorted(self.run(statuses(self.engine.database)))
        ids = [known[number % len(known)] for number in numbers] if known else [1]
        until = time.time() - 1 if status == LeadStatus.SNOOZED else None
        self.run(self.engine.triage.set_status(ids, status, until=until, origin=origin))

    @rule(origin=ORIGINS)
    def undo(self, origin: str) -> None:
        self.run(self.engine.triage.undo(origin))

    @rule(origin=ORIGINS)
    def redo(self, origin: str) -> None:
        self.run(self.engine.triage.redo(origin))

    @rule()
    def wake(self) -> None:
        async def work() -> None:
            async with self.engine.database.exclusive() as connection:
                await triage.wake(connection, time.time())

        self.run(work())

    @invariant()
    def counts(self) -> None:
        assert self.run(counts_are_right(self.engine.database))


def test_counts_are_always_right(runner: asyncio.Runner, stored_config: Config, dialect: str) -> None:
    engine = runner.run(Engine.open(stored_config))
    machine = type("Machine", (Counting,), {"runner": runner, "engine": engine})
    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    examples = 15 if dialect == "sqlite" else 8
    limits = settings(max_examples=examples, stateful_step_count=25, suppress_health_check=health)
    try:
        run_state_machine_as_test(machine, settings=limits)
    finally:
        runner.run(engine.close())
