"""Verdicts teach: on both databases, undone ones not, in the background, by one process, and until they are forgotten."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from leadtui.config import Config
from leadtui.domain.models import LEARNED, Campaign, LeadStatus, Post
from leadtui.scoring import Scorer
from leadtui.scoring.learning import unpack
from leadtui.services.engine import Engine
from leadtui.services.learning import PAUSE, evaluate, failure
from leadtui.store import campaigns
from leadtui.store import learning as stored_learning

from .conftest import rows, until

CAMPAIGN = Campaign("ledgerly", keywords=("invoicing software",), min_score=20)
LIKED = "Looking for invoicing software for a bakery, any recommendations?"
DISLIKED = "Looking for invoicing software for a dropshipping store, any recommendations?"


def post(number: int, title: str) -> Post:
    return Post(f"t3_{number}", "freelance", title, "", created_at=time.time())


async def stock(engine: Engine, pairs: int = 15) -> tuple[list[int], list[int]]:
    """Leads of a campaign: the ids of those to like and of those not to like."""
    await engine.campaigns.add(CAMPAIGN)
    batch = [post(n, LIKED if n % 2 else DISLIKED) for n in range(2 * pairs)]
    await engine.discovery.ingest(batch, "jsonl")
    listed = await rows(engine)
    assert len(listed) == 2 * pairs
    return (
        sorted(row.id for row in listed if row.title == LIKED),
        sorted(row.id for row in listed if row.title == DISLIKED),
    )


async def judge(engine: Engine, liked: list[int], disliked: list[int]) -> None:
    await engine.triage.set_status(liked, LeadStatus.SAVED, origin="tui")
    await engine.triage.set_status(disliked, LeadStatus.IGNORED, origin="tui")


async def lesson(engine: Engine) -> str:
    (found,) = await engine.desk.lessons()
    return str(found)


async def learned(engine: Engine) -> str:
    async with engine.database.read() as connection:
        (stored,) = await campaigns.everything(connection)
    return stored.learned


async def test_verdicts_teach_and_new_leads_are_scored_again(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    before = {row.id: row.score for row in await rows(engine)}
    await judge(engine, liked[:12], disliked[:12])
    assert await engine.learning.learn_due() == 1
    after = {row.id: row.score for row in await rows(engine)}
    assert all(after[lead_id] > before[lead_id] for lead_id in liked[12:])
    assert all(after[lead_id] < before[lead_id] for lead_id in disliked[12:])
    assert {key: after[key] for key in (*liked[:12], *disliked[:12])} == {
        key: before[key] for key in (*liked[:12], *disliked[:12])
    }  # decided: their scores are history
    lead = await engine.desk.lead(liked[-1])
    assert lead.row.status == "new"
    assert lead.score.parts[LEARNED] > 0
    assert sum(lead.score.parts.values()) == lead.score.value
    assert any(reason.part == LEARNED and reason.text == "bakery" for reason in lead.score.reasons)
    assert await lesson(engine) == "learned from 24 verdicts"
    assert await engine.learning.learn_due() == 0

    await engine.discovery.ingest([post(900, LIKED), post(901, DISLIKED)], "jsonl")
    new = {row.title: row.score for row in await rows(engine) if row.id not in before}
    assert new[LIKED] > before[liked[0]]
    assert new[DISLIKED] < before[disliked[0]]


async def test_a_lead_without_lessons_has_no_learned_part(engine: Engine) -> None:
    liked, _ = await stock(engine, 1)
    lead = await engine.desk.lead(liked[0])
    assert LEARNED not in lead.score.parts


async def test_it_says_how_many_verdicts_it_needs(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    assert await lesson(engine) == "learns: 0 of 20 verdicts"
    await judge(engine, liked[:9], disliked[:3])
    assert await lesson(engine) == "learns: 12 of 20 verdicts"
    await engine.learning.learn_due(patient=False)
    assert await learned(engine) == ""
    await engine.triage.set_status(liked[9:], LeadStatus.WON, origin="tui")
    await engine.triage.set_status(disliked[3:4], LeadStatus.IGNORED, origin="tui")
    assert await lesson(engine) == "learns: 19 of 20 verdicts"
    await engine.discovery.ingest([post(900, LIKED)], "jsonl")
    await engine.triage.set_status([max(row.id for row in await rows(engine))], LeadStatus.LOST, origin="tui")
    assert await lesson(engine) == "learns: 4 of 5 leads ignored"
    await engine.triage.set_status(disliked[4:5], LeadStatus.IGNORED, origin="tui")
    assert await engine.learning.learn_due(patient=False) == 1
    assert await lesson(engine) == "learned from 21 verdicts"


async def test_only_standing_and_latest_verdicts_count(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await engine.triage.set_status(disliked[:11], LeadStatus.SAVED, origin="tui")  # a slip
    await engine.triage.undo("tui")
    await engine.triage.set_status(liked[:11], LeadStatus.IGNORED, origin="tui")  # a change of mind
    await judge(engine, liked[:11], disliked[:11])
    await engine.triage.set_status(liked[11:13], LeadStatus.SNOOZED, origin="tui")  # no verdict
    await engine.triage.set_status(disliked[11:13], LeadStatus.IGNORED, origin="cli")
    await engine.triage.set_status(disliked[11:13], LeadStatus.NEW, origin="cli")  # taken back by hand
    async with engine.database.read() as connection:
        (stored,) = await campaigns.everything(connection)
        labels = await stored_learning.labels(connection, stored.id, 100)
    assert (
        sorted((each.title == LIKED, wanted) for each, wanted in labels)
        == [(False, False)] * 11 + [(True, True)] * 11
    )
    async with engine.database.read() as connection:
        newest = await stored_learning.labels(connection, stored.id, 5)
    assert newest == labels[-5:]


async def test_undoing_takes_the_lesson_back(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    before = {row.id: row.score for row in await rows(engine)}
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due(patient=False)
    await engine.triage.undo("tui")
    await engine.triage.undo("tui")
    assert await engine.learning.learn_due(patient=False) == 1
    assert await learned(engine) == ""
    assert {row.id: row.score for row in await rows(engine)} == before
    await engine.triage.redo("tui")
    await engine.triage.redo("tui")
    assert await engine.learning.learn_due(patient=False) == 1
    assert await lesson(engine) == "learned from 24 verdicts"


async def test_verdicts_are_waited_for_until_there_are_many_or_the_user_pauses(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    assert await engine.learning.learn_due() == 1
    await engine.triage.set_status(liked[12:14], LeadStatus.SAVED, origin="tui")
    assert await engine.learning.learn_due() == 0
    assert await lesson(engine) == "learned from 24 verdicts"
    assert await engine.learning.learn_due(now=time.time() + PAUSE) == 1
    assert await lesson(engine) == "learned from 26 verdicts"
    await engine.triage.set_status([*liked, *disliked], LeadStatus.IGNORED, origin="tui")
    assert await engine.learning.learn_due() == 1  # many
    assert await lesson(engine) == "learns: 0 of 5 leads saved"


async def test_forgetting_begins_anew(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    before = {row.id: row.score for row in await rows(engine)}
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    (stored,) = await engine.campaigns.listed()
    assert await engine.learning.forget(stored) == 6
    assert {row.id: row.score for row in await rows(engine)} == before
    assert await lesson(engine) == "learns: 0 of 20 verdicts"
    assert {row.status for row in await rows(engine)} == {"new", "saved", "ignored"}  # verdicts stay
    await engine.learning.learn_due(patient=False)
    assert await learned(engine) == ""
    (stored,) = await engine.campaigns.listed()
    assert (await engine.learning.evaluate(stored)).before is None
    # A lead that is judged once more counts again, and undoing that does not bring the old verdict back.
    await engine.triage.set_status(liked[:1], LeadStatus.REPLIED, origin="tui")
    assert await lesson(engine) == "learns: 1 of 20 verdicts"
    await engine.triage.undo("tui")
    assert await lesson(engine) == "learns: 0 of 20 verdicts"


async def test_a_changed_campaign_learns_again_from_its_new_scores(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    first = await learned(engine)
    await engine.campaigns.edit(
        "ledgerly", Campaign("ledgerly", keywords=("invoicing software", "bakery"), min_score=20)
    )
    assert await learned(engine) == first
    await engine.learning.learn_due(patient=False)
    assert await learned(engine) != first
    assert await lesson(engine) == "learned from 24 verdicts"


@pytest.mark.parametrize("broken", ["{", "null", '{"version": 99}', '{"weights": "' + "x" * 1_000 + '"}'])
async def test_damaged_lessons_are_passed_over_and_learned_again_by_the_next_process(
    engine: Engine, stored_config: Config, broken: str
) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    good = await learned(engine)
    async with engine.database.write() as connection:
        await connection.execute(text("UPDATE campaigns SET learned = :broken"), {"broken": broken})
    await engine.discovery.ingest([post(900, LIKED)], "jsonl")
    newest = await engine.desk.lead(max(row.id for row in await rows(engine)))
    assert LEARNED not in newest.score.parts
    assert await lesson(engine) == "learning"
    other = await Engine.open(stored_config)
    assert await other.learning.learn_due() == 1
    assert await learned(other) == good
    assert LEARNED in (await other.desk.lead(newest.row.id)).score.parts
    assert await other.learning.learn_due() == 0
    await other.close()


async def test_two_processes_learn_the_same_and_do_not_fight(engine: Engine, stored_config: Config) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    other = await Engine.open(stored_config)
    try:
        await asyncio.gather(
            engine.learning.learn_due(),
            other.learning.learn_due(),
            engine.discovery.ingest([post(900, LIKED)], "jsonl"),
            other.triage.set_status(liked[12:13], LeadStatus.SAVED, origin="cli"),
        )
        for each in (engine, other):
            await each.learning.learn_due(patient=False)
        assert await lesson(engine) == await lesson(other) == "learned from 25 verdicts"
        model = unpack(await learned(engine))
        assert model is not None
        assert (model.verdicts, model.wanted) == (25, 13)
        new = [row for row in await rows(other) if row.status == "new"]
        expected = {row.title: row.score for row in new}
        assert all(row.score == expected[row.title] for row in new)
        assert await engine.learning.learn_due(patient=False) == 0
    finally:
        await other.close()


async def test_a_campaign_that_is_forgotten_meanwhile_keeps_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    await engine.triage.set_status(liked[12:], LeadStatus.SAVED, origin="tui")
    (stored,) = await engine.campaigns.listed()
    plain = stored_learning.labels

    async def forgotten_meanwhile(*arguments: object) -> object:
        found = await plain(*arguments)  # type: ignore[arg-type]
        async with engine.database.exclusive() as connection:
            await stored_learning.forget(connection, stored.id)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(stored_learning, "labels", forgotten_meanwhile)
        assert await engine.learning.learn_due(patient=False) == 0
    assert await learned(engine) == ""
    await engine.learning.learn_due(patient=False)
    assert await learned(engine) == ""


async def test_the_schedule_learns_by_itself(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    engine.start()

    async def taught() -> bool:
        return await lesson(engine) == "learned from 24 verdicts"

    await until(taught)


async def test_campaigns_learn_apart(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await engine.campaigns.add(Campaign("other", keywords=("invoicing software",), min_score=20))
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    assert [str(each) for each in await engine.desk.lessons()] == [
        "learned from 24 verdicts",
        "learns: 0 of 20 verdicts",
    ]


def labels(number: int = 40) -> list[tuple[Post, bool]]:
    """Verdicts against the order that the scores have by themselves."""
    return [
        (post(n, f"{LIKED if n % 2 else DISLIKED} {chr(97 + n % 26) * 5}"), not n % 2) for n in range(number)
    ]


def test_evaluation_teaches_each_fold_by_the_others() -> None:
    found = evaluate(CAMPAIGN, labels())
    assert found.before is not None
    assert found.after is not None
    assert (found.wanted, found.unwanted, found.needed) == (20, 20, "")
    assert found.after.ndcg > found.before.ndcg
    assert found.after.top == 1.0
    assert evaluate(CAMPAIGN, labels()) == found


def test_evaluation_with_too_few_verdicts_has_the_figures_before() -> None:
    found = evaluate(CAMPAIGN, labels(8))
    assert found.before is not None
    assert found.after is None
    assert found.needed == "12 more verdicts, among them 1 saved and 1 ignored"
    assert found.before.recall == 1.0
    assert [leak.after for leak in found.leaks] == [None]
    assert evaluate(CAMPAIGN, []).before is None


def test_leakage_is_told_by_what_the_scorer_calls_a_post() -> None:
    found = evaluate(
        CAMPAIGN,
        [
            *labels(2),
            (post(50, "I built invoicing software, sign up for the free trial"), False),
            (post(51, "[Hiring] Full-time invoicing software engineer, apply now"), False),
            (post(52, "My cat sleeps all day"), False),
        ],
    )
    by_kind = {leak.kind: leak for leak in found.leaks}
    assert {"seller", "job", "no fit"} <= set(by_kind)
    assert by_kind["no fit"].before == 0.0
    assert sum(leak.verdicts for leak in found.leaks) == found.unwanted


def test_every_score_has_a_failure_class() -> None:
    score = Scorer(CAMPAIGN).score(post(1, LIKED))
    told = {
        failure(replace(score, stance=stance))
        for stance in ("sells", "announces", "hires_staff", "seeks_work", "solved")
    }
    assert told == {"seller", "job", "solved"}
    assert failure(replace(score, intent="news", stance="none")) == "news, discussion"
    assert failure(replace(score, intent="something new", stance="none")) == "other"


async def test_what_is_stored_is_small_and_plain(engine: Engine) -> None:
    liked, disliked = await stock(engine)
    await judge(engine, liked[:12], disliked[:12])
    await engine.learning.learn_due()
    document = json.loads(await learned(engine))
    assert document.keys() == {"version", "verdicts", "wanted", "weights"}
