"""A saved change can be taken back, one after the other, in another process too."""

from __future__ import annotations

from leadtui.config import Config
from leadtui.domain.edit import Edit
from leadtui.errors import ConfigError
from leadtui.services.engine import Engine
from leadtui.store import campaigns

from .conftest import rows
from .test_backtest import CAMPAIGN, invented


async def test_undo_restores_the_campaign_and_its_leads(engine: Engine, stored_config: Config) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(80), "test")
    before = sorted((row.title, row.score) for row in await rows(engine))
    first = await engine.desk.edit_campaign("ledgerly", Edit("keyword", "time tracking"))
    await engine.desk.edit_campaign("Ledgerly", Edit("negative", "spreadsheet"))
    changed = sorted((row.title, row.score) for row in await rows(engine))
    assert changed != before

    other = await Engine.open(stored_config)
    assert await other.desk.undo_edit("ledgerly") == first
    assert await other.desk.undo_edit("ledgerly") == CAMPAIGN
    assert await other.desk.undo_edit("ledgerly") is None
    await other.close()
    assert sorted((row.title, row.score) for row in await rows(engine)) == before


async def test_a_change_that_cannot_be_stored_leaves_no_version(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    for edit in (Edit("keyword", "invoicing software"), Edit("min_score", "x")):
        try:
            await engine.desk.edit_campaign("ledgerly", edit)
        except ConfigError:
            continue
        raise AssertionError(edit)
    await engine.campaigns.edit("ledgerly", CAMPAIGN)  # the same again is no change
    assert await engine.desk.undo_edit("ledgerly") is None


async def test_only_so_many_versions_are_kept(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    for number in range(campaigns.VERSIONS + 5):
        await engine.desk.edit_campaign("ledgerly", Edit("keyword", f"word {number}"))
    steps = 0
    while await engine.desk.undo_edit("ledgerly"):
        steps += 1
    assert steps == campaigns.VERSIONS
    assert len((await engine.campaigns.named("ledgerly")).campaign.keywords) == 6


async def test_versions_go_with_their_campaign(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.desk.edit_campaign("ledgerly", Edit("keyword", "time tracking"))
    await engine.campaigns.remove("ledgerly")
    await engine.campaigns.add(CAMPAIGN)
    assert await engine.desk.undo_edit("ledgerly") is None
