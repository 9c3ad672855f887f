"""What a change would do equals what it does once it is saved; and trying it changes nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign, Post
from leadtui.errors import ConfigError
from leadtui.services import backtest
from leadtui.services.backtest import Outcome
from leadtui.services.engine import Engine
from leadtui.store.tables import metadata

from .conftest import rows

CAMPAIGN = Campaign(
    "ledgerly",
    description="Invoicing for freelancers.",
    keywords=("invoicing software",),
    competitors=("FreshBooks",),
    subreddits=("freelance",),
    min_score=40,
)
DAY = 86_400.0
_OPENINGS = (
    "Looking for",
    "Which",
    "I built",
    "Can anyone recommend",
    "We are hiring for",
    "Thoughts about",
    "Tired of",
)
_THINGS = (
    "invoicing software", "time tracking", "software", "FreshBooks", "a payment reminder tool", "late payment reminders",
    "spreadsheets", "garden furniture",
)  # fmt: skip
_ENDS = ("for a small studio?", "that works offline", "please", "with a free plan?", "any recommendations?")


def invented(count: int, seed: int = 1, *, age: float = 0.0) -> list[Post]:
    """Posts that concern the campaign more or less."""
    dice = random.Random(seed)
    now = time.time()
    made = []
    for number in range(count):
        title = " ".join((dice.choice(_OPENINGS), dice.choice(_THINGS), dice.choice(_ENDS)))
        body = " ".join(f"{dice.choice(_OPENINGS)} {dice.choice(_THINGS)}." for _ in range(dice.randrange(4)))
        author = f"person{dice.randrange(9)}"
        created = now - age - dice.random() * 20 * DAY
        made.append(Post(f"p{seed}_{number}", "freelance", title, body, author=author, created_at=created))
    return made


async def answer(engine: Engine, edit: Edit, name: str = "ledgerly") -> Outcome:
    """The last answer of a backtest."""
    *_, last = [outcome async for outcome in engine.desk.try_edit(name, edit)]
    return last


async def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """The whole database."""
    async with engine.database.read() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


EDITS = (
    Edit("keyword", "time tracking"),
    Edit("keyword", "software"),
    Edit("keyword", "", "invoicing software"),
    Edit("keyword", "garden furniture", "invoicing software"),
    Edit("negative", "spreadsheet"),
    Edit("author", "u/Person3"),
    Edit("min_score", "55"),
    Edit("min_score", "15"),
    Edit("keyword", "no post has this"),
)


@pytest.mark.parametrize("edit", EDITS, ids=str)
async def test_the_exact_answer_is_what_saving_does(engine: Engine, edit: Edit) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(400), "test")
    saved, noted, *_ = [row.id for row in await rows(engine)]
    await engine.desk.set_status([saved], "saved")
    await engine.desk.set_note(noted, "mine")
    before = {row.id: row for row in await rows(engine)}

    told = await answer(engine, edit)
    assert told.done
    assert {row.id: row for row in await rows(engine)} == before
    await engine.desk.edit_campaign("ledgerly", edit)
    after = {row.id: row for row in await rows(engine)}

    assert (told.enter, told.leave, told.stay) == (
        len(after.keys() - before.keys()),
        len(before.keys() - after.keys()),
        len(after.keys() & before.keys()),
    )
    assert told.moved == sum(after[key].score - before[key].score for key in after.keys() & before.keys())
    came = sorted((after[key].score for key in after.keys() - before.keys()), reverse=True)
    assert [one.after for one in told.entering] == came[: backtest.SAMPLE]
    went = sorted((before[key].score for key in before.keys() - after.keys()), reverse=True)
    assert [one.before for one in told.leaving] == went[: backtest.SAMPLE]
    assert {one.title for one in told.entering} <= {after[key].title for key in after.keys() - before.keys()}


async def test_some_changes_here_do_move_leads(engine: Engine) -> None:
    """Without this the test above could agree on nothing."""
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(400), "test")
    told = [await answer(engine, edit) for edit in EDITS]
    assert all(told[place].enter for place in (0, 1, 3, 7))
    assert [bool(one.leave) for one in told][2:7] == [True] * 5
    assert told[0].entering[0].phrase == "time tracking"
    assert told[4].leaving[0].phrase.startswith("spreadsheet")
    assert told[5].leaving[0].phrase == "u/person3 is excluded"


@pytest.mark.parametrize(
    "edit",
    [Edit("negative", "crossposted"), Edit("keyword", "time tracking"), Edit("min_score", "70")],
    ids=str,
)
async def test_a_story_told_several_times_counts_once(engine: Engine, edit: Edit) -> None:
    await engine.campaigns.add(CAMPAIGN)
    text = "I run a small studio and send some twenty invoices every month, which takes me a whole morning each time."
    told = [
        Post(
            f"s{story}_{copy}",
            sub,
            f"Looking for {thing} number {story}?",
            text + extra,
            author=f"author{story}",
        )
        for story, thing in enumerate(("invoicing software", "time tracking", "invoicing software"))
        for copy, (sub, extra) in enumerate((("freelance", ""), ("webdev", " Crossposted."), ("saas", "")))
        if (story, copy) != (2, 0)
    ]
    await engine.discovery.ingest(told, "test")
    before = {row.id for row in await rows(engine)}
    assert len(before) < len(told)
    outcome = await answer(engine, edit)
    await engine.desk.edit_campaign("ledgerly", edit)
    after = {row.id for row in await rows(engine)}
    assert (outcome.enter, outcome.leave, outcome.stay) == (
        len(after - before),
        len(before - after),
        len(after & before),
    )


async def test_leads_that_have_aged_leave_at_any_saving_and_are_told_apart(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(60), "test")
    best = max(row.score for row in await rows(engine))
    await engine.desk.edit_campaign("ledgerly", Edit("min_score", str(best)))
    before = len(await rows(engine))
    later = time.time() + 300 * DAY
    monkeypatch.setattr(time, "time", lambda: later)
    edit = Edit("negative", "no post has this")
    told = await answer(engine, edit)
    assert told.leave == told.anyway > 0
    await engine.desk.edit_campaign("ledgerly", edit)
    assert len(await rows(engine)) == before - told.leave


async def test_nothing_is_written(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(80), "test")
    before = await everything(engine)
    for edit in EDITS:
        await answer(engine, edit)
    assert await everything(engine) == before


async def test_answers_sharpen_and_the_posts_with_the_words_come_first(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(700), "test")
    answers = [one async for one in engine.desk.try_edit("ledgerly", Edit("keyword", "time tracking"))]
    looked = [one.looked for one in answers]
    assert looked == sorted(looked)
    assert [one.done for one in answers] == [False] * (len(answers) - 1) + [True]
    assert answers[0].looked <= backtest.BATCH
    assert answers[0].enter > 0
    assert answers[-1].looked == answers[-1].of == 700
    matched = next(one for one in answers if one.looked >= one.matched)
    assert 0 < matched.enter <= answers[-1].enter
    assert answers[-1].matched == answers[-1].matched_looked


async def test_who_stops_asking_stops_the_work(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest(invented(600), "test")
    judged = 0
    judge = backtest._Run.judge

    def counting(self: backtest._Run, units: Sequence[Sequence[backtest._Told]]) -> None:
        nonlocal judged
        judged += sum(map(len, units))
        judge(self, units)

    monkeypatch.setattr(backtest._Run, "judge", counting)
    asked = Edit("keyword", "software")
    answers = [one async for one in engine.desk.try_edit("ledgerly", asked, lambda: judged < 100)]
    stopped_at = judged
    assert 100 <= stopped_at < 200
    assert not any(one.done for one in answers)
    assert (await answer(engine, Edit("keyword", "software"))).done
    assert judged == stopped_at + 600


HOSTILE = (
    'software" OR title:x NEAR(', "[@click=app.quit]x[/]", "invoicing " * 1_000, "!!! ??? ...", "请求发票软件 推荐", "'; DROP TABLE posts",
    "\x1b[31mred\x00", "%_*", "\\", "a", "🚀🚀", "☃", "c++", "{}", ":*", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["keyword", "negative", "author", "min_score"])
async def test_hostile_words_find_something_or_nothing_but_never_fail(
    engine: Engine, text: str, kind: str
) -> None:
    await engine.campaigns.add(CAMPAIGN)
    await engine.discovery.ingest([*invented(20), Post("cn", "freelance", "有人可以推荐发票软件吗")], "test")
    if kind == "min_score":
        with pytest.raises(ConfigError):
            await answer(engine, Edit(kind, text))
        return
    told = await answer(engine, Edit(kind, text))
    before = len(await rows(engine))
    await engine.desk.edit_campaign("ledgerly", Edit(kind, text))
    assert len(await rows(engine)) == before + told.enter - told.leave


@pytest.mark.parametrize(
    "edit",
    [
        Edit("keyword", "  "),
        Edit("keyword", "Invoicing Software"),
        Edit("keyword", "new", "not there"),
        Edit("negative", ""),
        Edit("author", "u/"),
        Edit("min_score", "40"),
        Edit("min_score", "101"),
        Edit("min_score", "-1"),
        Edit("min_score", "٤"),
        Edit("min_score", ""),
    ],
    ids=str,
)
async def test_what_changes_nothing_is_refused(engine: Engine, edit: Edit) -> None:
    await engine.campaigns.add(CAMPAIGN)
    with pytest.raises(ConfigError):
        await answer(engine, edit)


async def test_a_generic_keyword_is_named_with_what_would_narrow_it(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    others = [
        Post(f"o{n}", "gardening", f"my garden software update number {n}", "it broke again")
        for n in range(250)
    ]
    fitting = [
        Post(f"f{n}", "freelance", f"Looking for invoicing software number {n}?", "Any recommendations?")
        for n in range(12)
    ]
    await engine.discovery.ingest([*others, *fitting], "test")
    told = await answer(engine, Edit("keyword", "software"))
    assert told.generic is not None
    assert told.generic.text == "software"
    assert told.generic.narrower[0] == "invoicing software"
    assert (told.matched, told.stored) == (262, 262)
    assert (await answer(engine, Edit("keyword", "late payment reminders"))).generic is None
    assert (await answer(engine, Edit("negative", "software"))).generic is None


async def test_a_single_ordinary_word_is_generic_even_where_it_is_rare(engine: Engine) -> None:
    await engine.campaigns.add(CAMPAIGN)
    assert (await answer(engine, Edit("keyword", "Business"))).generic is not None
    assert (await answer(engine, Edit("keyword", "bookkeeping"))).generic is None


async def test_an_excluded_author_scores_nothing_and_says_why(engine: Engine) -> None:
    await engine.campaigns.add(replace(CAMPAIGN, min_score=0, excluded_authors=("Person1",)))
    await engine.discovery.ingest(invented(60), "test")
    mine = [row for row in await rows(engine) if row.author == "person1"]
    assert mine
    assert {row.score for row in mine} == {0}
    reasons = [reason.text for row in mine for reason in (await engine.desk.lead(row.id)).score.reasons]
    assert "u/person1 is excluded" in reasons
