"""Drafts: templates that a person could have written, nothing lost, nothing sent."""

from __future__ import annotations

import re

import pytest

from leadtui.domain.models import Campaign, Lead, Post
from leadtui.domain.query import INTENTS
from leadtui.errors import NotFoundError
from leadtui.services.engine import Engine
from leadtui.store.database import Database
from tests.store.records import add_leads

from .conftest import EVERYTHING, rows

LEDGERLY = Campaign(
    "Ledgerly",
    description="Invoicing and time tracking for freelancers. Much more besides.",
    disclosure="I work on Ledgerly.",
    keywords=("invoicing software",),
    min_score=0,
)
# What readers take for a machine's voice, or an advertisement's.
TELLTALES = re.compile(
    r"\b(delve|leverage|seamless|robust|game.?chang|unlock|elevate|supercharge|revolution|cutting.edge|empower|"
    r"streamline|great question|i hope this helps|in today's|look no further|as an ai|absolutely|certainly|check out|"
    r"best|amazing|solution)|—|!",
    re.IGNORECASE,
)


async def drafted(engine: Engine, post: Post, campaign: Campaign = LEDGERLY) -> tuple[Lead, str]:
    await engine.campaigns.add(campaign)
    await engine.discovery.ingest([post], "test")
    (row,) = await rows(engine)
    return await engine.desk.lead(row.id), await engine.desk.template(row.id)


async def test_a_template_for_every_intent(engine: Engine, database: Database) -> None:
    await engine.campaigns.add(LEDGERLY)
    openings = set()
    for number, intent in enumerate([*INTENTS, "something new"]):
        (lead_id,) = await add_leads(database, [50], campaign="Ledgerly", intent=intent, first=number)
        text = await engine.desk.template(lead_id)
        openings.add(text.partition("\n")[0])
        assert not TELLTALES.search(text)
        assert LEDGERLY.disclosure in text
        assert "It is invoicing and time tracking for freelancers, so it may or may not fit." in text
        (bracketed,) = [line for line in text.splitlines() if line.startswith("[") and line.endswith("]")]
        assert bracketed
        assert "{" not in text
        assert "http" not in text
    assert len(openings) > 5


async def test_speaks_of_what_the_post_is_about(engine: Engine) -> None:
    lead, text = await drafted(engine, Post("p1", "a", "What Invoicing Software do you use?"))
    assert "invoicing software" in text.partition("\n")[0]
    assert lead.score.intent == "seeking"


@pytest.mark.parametrize("description", ["", "CRM for tiny teams.", "A tool", "."])
async def test_says_who_speaks_whatever_the_campaign_holds(engine: Engine, description: str) -> None:
    _, text = await drafted(
        engine, Post("p1", "a", "t"), Campaign("Acme", description=description, min_score=0)
    )
    assert "I am behind Acme" in text
    assert "cRM" not in text
    assert "may or may not fit" in text
    assert "It is ," not in text


async def test_a_phrase_with_braces_is_only_text(engine: Engine) -> None:
    campaign = Campaign("x", keywords=("{topic} {0.__class__}",), min_score=0)
    _, text = await drafted(engine, Post("p1", "a", "looking for {topic} {0.__class__}"), campaign)
    assert "<class" not in text


async def test_a_draft_is_begun_once_kept_and_taken_back_while_unwritten(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.ingest([Post("t3_abc", "a", "t")], "test")
    (row,) = await rows(engine)
    draft = await engine.desk.start_draft(row.id, template=True)
    assert (draft.state, draft.parent, draft.lead) == ("draft", "t3_abc", row.id)
    assert await engine.desk.start_draft(row.id, template=False) == draft
    (row,) = await rows(engine)
    assert (row.status, row.drafted) == ("drafted", True)
    assert len((await engine.desk.lead(row.id)).history) == 1
    await engine.desk.undo()
    assert await engine.desk.drafts() == []
    assert [row.status for row in await rows(engine)] == ["new"]
    with pytest.raises(NotFoundError):
        await engine.desk.draft(draft.id)


async def test_a_written_draft_outlives_the_undo(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.ingest([Post("p1", "a", "t")], "test")
    (row,) = await rows(engine)
    draft = await engine.desk.start_draft(row.id, template=False)
    await engine.desk.save_draft(draft.id, "Dear ＊ {you} &amp; [b]\n\x00\ud800")
    await engine.desk.undo()
    (kept,) = await engine.desk.drafts()
    assert (kept.body, kept.state) == ("Dear ＊ {you} &amp; [b]\n␀?", "draft")
    assert [row.status for row in await rows(engine)] == ["new"]


async def test_what_is_closed_or_missing_is_told(engine: Engine) -> None:
    await engine.campaigns.add(EVERYTHING)
    await engine.discovery.ingest([Post("p1", "a", "t")], "test")
    (row,) = await rows(engine)
    draft = await engine.desk.start_draft(row.id, template=False)
    await engine.desk.save_draft(draft.id, "words")
    await engine.desk.discard_draft(draft.id)
    for attempt in (
        engine.desk.save_draft(draft.id, "x"),
        engine.desk.discard_draft(draft.id),
        engine.desk.start_draft(999, template=True),
        engine.desk.template(999),
        engine.desk.draft(999),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    assert (await engine.desk.draft(draft.id)).body == "words"
    again = await engine.desk.start_draft(row.id, template=False)
    assert again.id != draft.id
