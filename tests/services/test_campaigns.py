"""Campaigns and their backfill: every stored post judged once by what the campaign is now."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from leadtui.config import Config
from leadtui.domain.models import Campaign, Post
from leadtui.errors import ConfigError, NotFoundError
from leadtui.services import discovery
from leadtui.services.engine import Engine

from .conftest import EVERYTHING, rows
from .test_discovery import Gate

POSTS = [Post(f"p{number}", "a", f"post {number}") for number in range(45)]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "BACKFILL_CHUNK", 10)


class Killed(BaseException):
    """What ends a process in mid-way."""


async def test_a_new_campaign_judges_what_is_stored(engine: Engine) -> None:
    await engine.discovery.ingest(POSTS, "test")
    told: list[tuple[str, int, int]] = []
    assert await engine.campaigns.add(EVERYTHING, lambda *step: told.append(step)) == 45
    assert [name for name, _, _ in told] == ["all"] * 5
    assert told[-1][1] == told[-1][2]
    assert len(await rows(engine)) == 45
    assert await engine.discovery.backfill() == 0


@pytest.mark.parametrize("steps", [1, 2, 4])
async def test_a_killed_backfill_goes_on_where_it_was(
    engine: Engine, stored_config: Config, steps: int
) -> None:
    await engine.discovery.ingest(POSTS, "test")
    done = 0

    def kill(*_: object) -> None:
        nonlocal done
        done += 1
        if done == steps:
            raise Killed

    with pytest.raises(Killed):
        await engine.campaigns.add(EVERYTHING, kill)
    assert engine.discovery.job == ""
    assert len(await rows(engine)) == steps * 10
    other = await Engine.open(stored_config)
    assert await other.discovery.backfill() == 45 - steps * 10
    await other.close()
    assert len(await rows(engine)) == 45


async def test_an_edit_judges_anew_and_keeps_what_was_worked_with(engine: Engine) -> None:
    await engine.discovery.ingest(POSTS, "test")
    await engine.campaigns.add(EVERYTHING)
    noted, tagged, saved, drafted, undone, *_ = [row.id for row in await rows(engine)]
    await engine.desk.set_note(noted, "note")
    await engine.desk.set_tags(tagged, ["tag"])
    await engine.desk.set_status([saved], "saved")
    await engine.desk.start_draft(drafted, template=False)
    await engine.desk.set_status([undone], "saved")
    await engine.desk.undo()
    await engine.campaigns.edit("ALL", dataclasses.replace(EVERYTHING, min_score=100))
    assert {row.id for row in await rows(engine)} == {noted, tagged, saved, drafted, undone}
    assert await engine.campaigns.edit("all", EVERYTHING) == 40
    assert len(await rows(engine)) == 45


async def test_an_edit_in_mid_backfill_wins(engine: Engine, stored_config: Config) -> None:
    await engine.discovery.ingest(POSTS, "test")
    other = await Engine.open(stored_config)
    edits: list[asyncio.Task[int]] = []

    def edit(*_: object) -> None:
        if not edits:
            stricter = dataclasses.replace(EVERYTHING, min_score=100)
            edits.append(asyncio.get_running_loop().create_task(other.campaigns.edit("all", stricter)))

    await engine.campaigns.add(EVERYTHING, edit)
    await asyncio.gather(*edits)
    await engine.discovery.backfill()
    await other.close()
    assert await rows(engine) == []
    assert all(stored.backfill is None for stored in await engine.campaigns.listed())


async def test_a_text_that_changes_while_it_is_judged_is_judged_as_it_is_now(
    engine: Engine, stored_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = "Looking for invoicing software, any recommendations?"
    await engine.discovery.ingest([Post("p1", "a", asking)], "test")
    gate = Gate(monkeypatch)
    other = await Engine.open(stored_config)
    campaign = Campaign("picky", keywords=("invoicing software",), min_score=10)
    await gate.during(
        engine.campaigns.add(campaign),
        lambda: other.discovery.ingest([Post("p1", "a", f"Hello everybody. {asking}")], "test"),
    )
    await other.close()
    (row,) = await rows(engine)
    lead = await engine.desk.lead(row.id)
    phrases = [reason.text for reason in lead.score.reasons if reason.start is not None]
    assert "invoicing software" in phrases


async def test_a_removal_in_mid_backfill_is_no_error(engine: Engine, stored_config: Config) -> None:
    await engine.discovery.ingest(POSTS, "test")
    other = await Engine.open(stored_config)
    removals: list[asyncio.Task[None]] = []

    def remove(*_: object) -> None:
        if not removals:
            removals.append(asyncio.get_running_loop().create_task(other.campaigns.remove("all")))

    await engine.campaigns.add(EVERYTHING, remove)
    await asyncio.gather(*removals)
    await other.close()
    assert await rows(engine) == []


async def test_two_processes_backfilling_add_each_lead_once(engine: Engine, stored_config: Config) -> None:
    await engine.discovery.ingest(POSTS, "test")
    other = await Engine.open(stored_config)
    await asyncio.gather(
        engine.campaigns.add(EVERYTHING), other.discovery.backfill(), other.discovery.backfill()
    )
    await engine.discovery.backfill()
    await other.close()
    assert len(await rows(engine)) == 45


async def test_posts_that_come_after_are_not_judged_twice(engine: Engine) -> None:
    await engine.discovery.ingest(POSTS[:20], "test")
    await engine.campaigns.add(EVERYTHING)
    assert (await engine.discovery.ingest(POSTS, "test")).new_leads == 25
    assert await engine.discovery.backfill() == 0


async def test_names_are_the_same_in_any_case(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("Ledgerly"))
    with pytest.raises(ConfigError, match="exists already"):
        await engine.campaigns.add(Campaign("LEDGERLY"))
    assert (await engine.campaigns.named("ledgerLY")).campaign.name == "Ledgerly"


async def test_of_two_that_add_the_same_name_one_is_told(engine: Engine, stored_config: Config) -> None:
    other = await Engine.open(stored_config)
    added = await asyncio.gather(
        engine.campaigns.add(EVERYTHING), other.campaigns.add(EVERYTHING), return_exceptions=True
    )
    await other.close()
    assert sorted(type(result).__name__ for result in added) == ["ConfigError", "int"]


async def test_what_is_not_there_is_named_with_what_is(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="campaigns add"):
        await engine.campaigns.named("x")
    await engine.campaigns.add(Campaign("one"))
    for attempt in (
        engine.campaigns.named("x"),
        engine.campaigns.remove("x"),
        engine.campaigns.edit("x", Campaign("y")),
    ):
        with pytest.raises(NotFoundError, match="known: one"):
            await attempt


async def test_an_edit_may_rename_but_not_to_another_ones_name(engine: Engine) -> None:
    await engine.campaigns.add(Campaign("one"))
    await engine.campaigns.add(Campaign("two"))
    await engine.campaigns.edit("one", Campaign("ONE!"))
    with pytest.raises(ConfigError, match="exists already"):
        await engine.campaigns.edit("two", Campaign("one!"))
    assert [stored.campaign.name for stored in await engine.campaigns.listed()] == ["ONE!", "two"]


async def test_before_a_removal_it_is_known_what_would_go(engine: Engine) -> None:
    await engine.discovery.ingest(POSTS[:5], "test")
    await engine.campaigns.add(EVERYTHING)
    first, second, third, *_ = [row.id for row in await rows(engine)]
    await engine.desk.set_status([first], "saved")
    await engine.desk.set_note(second, "note")
    await engine.desk.start_draft(third, template=False)
    stored = await engine.campaigns.named("all")
    assert await engine.campaigns.worked_on(stored) == (5, 3, 1)
    await engine.campaigns.remove("all")
    assert await rows(engine) == []
    assert await engine.desk.drafts() == []
    await engine.campaigns.add(EVERYTHING)
    assert len(await rows(engine)) == 5
