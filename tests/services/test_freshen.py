"""Leads grow old in the list as they do in the world."""

from __future__ import annotations

import time

import pytest

from leadtui.domain.models import Campaign, LeadStatus, Post
from leadtui.services import discovery
from leadtui.services.engine import Engine

CAMPAIGN = Campaign("ledgerly", keywords=("invoicing software",), min_score=30)
DAY = 86_400.0


def post(number: int, age: float) -> Post:
    """A post that asks for what the campaign sells, written `age` seconds ago."""
    title = f"Looking for invoicing software, number {number}"
    return Post(f"t3_{number}", "freelance", title, "Any recommendations?", created_at=time.time() - age)


async def test_new_leads_are_scored_again_as_they_age(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.campaigns.add(CAMPAIGN)
    monkeypatch.setattr(discovery, "BACKFILL_CHUNK", 2)
    await engine.discovery.ingest([post(number, age=0.0) for number in range(5)], "jsonl")
    (judged,) = (await engine.desk.page("", limit=1)).rows
    await engine.triage.set_status([judged.id], LeadStatus.SAVED, origin="tui")
    before = {row.id: row.score for row in (await engine.desk.page("")).rows}
    assert await engine.discovery.freshen() == 0

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 5 * DAY)
    assert await engine.discovery.freshen() == 4

    after = {row.id: row.score for row in (await engine.desk.page("")).rows}
    assert after.pop(judged.id) == before.pop(judged.id)  # decided: its score is history
    assert all(after[lead_id] < before[lead_id] for lead_id in before)
    lead = await engine.desk.lead(next(iter(after)))
    assert any(reason.part == "freshness" and "5d" in reason.text for reason in lead.score.reasons)
    assert (await engine.desk.counts(None))["new"] == 4


async def test_old_leads_are_left_alone(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest([post(1, age=400 * DAY)], "jsonl")
    assert await engine.discovery.freshen() == 0
