"""What verdicts taught, on the screen: how far it is, in the post, and forgotten after a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leadtui.domain.models import LEARNED, Campaign, Reason
from leadtui.services.events import LeadsChanged
from leadtui.services.learning import Lesson
from leadtui.tui import themes
from tests.tui.fake_desk import FakeDesk, make_app, make_lead, sample, screen_text
from tests.tui.test_leads import settled


def taught(desk: FakeDesk) -> FakeDesk:
    """Every lead has points that were learned."""
    for key, lead in desk.leads.items():
        word = lead.post.text.index("invoices")
        reasons = (
            *lead.score.reasons,
            Reason(LEARNED, 4, "invoices", word, word + 8),
            Reason(LEARNED, 2, f"r/{lead.post.subreddit}: 6 of 8 wanted"),
        )
        score = replace(
            lead.score, value=lead.score.value + 6, parts={**lead.score.parts, LEARNED: 6}, reasons=reasons
        )
        desk.leads[key] = replace(lead, score=score, row=replace(lead.row, seen=True))
    desk.learned = [Lesson("ledgerly", 34, 23, taught=True, helps=True)]
    return desk


@pytest.mark.parametrize(
    ("lesson", "words"),
    [
        (Lesson("ledgerly", 9, 3, taught=False), "learns: 12 of 20 verdicts"),
        (Lesson("ledgerly", 2, 20, taught=False), "learns: 2 of 5 leads saved"),
        (Lesson("ledgerly", 20, 0, taught=False), "learns: 0 of 5 leads ignored"),
        (Lesson("ledgerly", 20, 20, taught=False), "learning"),
        (Lesson("ledgerly", 34, 23, taught=True, helps=True), "learned from 57 verdicts"),
        (Lesson("ledgerly", 34, 23, taught=True), "learned from 57 verdicts: no pattern yet"),
    ],
)
async def test_the_list_says_how_far_learning_is(lesson: Lesson, words: str) -> None:
    desk = sample(20)
    desk.learned = [lesson]
    app = make_app(desk)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        title = next(line for line in screen_text(app).splitlines() if "1 Leads" in line)
        assert f"· {words}" in title


async def test_it_follows_the_verdicts() -> None:
    desk = sample(20)
    desk.learned = [Lesson("ledgerly", 9, 3, taught=False)]
    app = make_app(desk)
    async with app.run_test(size=(140, 40)) as pilot:
        await settled(pilot)
        desk.learned = [Lesson("ledgerly", 10, 3, taught=False)]
        desk.events.publish(LeadsChanged())
        await settled(pilot)
        assert "· learns: 13 of 20 verdicts" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "· learns 13/20" in screen_text(app)


async def test_of_several_campaigns_the_one_under_the_cursor_is_named() -> None:
    leads = [make_lead(1), make_lead(2, campaign="stretchly")]
    desk = FakeDesk(leads, [Campaign("ledgerly"), Campaign("stretchly")])
    desk.learned = [Lesson("ledgerly", 9, 3, taught=False), Lesson("stretchly", 1, 0, taught=False)]
    app = make_app(desk)
    async with app.run_test(size=(180, 40)) as pilot:
        await settled(pilot)
        seen = []
        for _ in range(2):
            title = next(line for line in screen_text(app).splitlines() if "1 Leads" in line)
            current = app.main.leads.list.current
            assert current is not None
            seen.append((current.campaign, f"· {current.campaign} learns: " in title))
            await pilot.press("j")
            await settled(pilot)
        assert sorted(seen) == [("ledgerly", True), ("stretchly", True)]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
async def test_learned_points_are_taken_apart_like_the_rest(
    width: int, height: int, golden: Callable[[str, str], None]
) -> None:
    app = make_app(taught(sample(30)))
    async with app.run_test(size=(width, height)) as pilot:
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        golden(f"lessons-{width}x{height}", screen_text(app))


async def test_forgetting_asks_once() -> None:
    desk = taught(sample(20))
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("F")
        await pilot.pause()
        assert "forget what verdicts taught ledgerly?" in screen_text(app)
        await pilot.press("j")
        await settled(pilot)
        assert "nothing done" in screen_text(app)
        assert not [call for call in desk.calls if call[0] == "forget_lessons"]
        await pilot.press("F", "F")
        await settled(pilot)
        assert [call for call in desk.calls if call[0] == "forget_lessons"] == [
            ("forget_lessons", "ledgerly")
        ]
        assert "2 scores changed back" in screen_text(app)
        assert "learns: 0 of 20 verdicts" in screen_text(app)


async def test_without_leads_there_is_nothing_to_forget() -> None:
    desk = FakeDesk([], [Campaign("one"), Campaign("two")])
    desk.learned = [Lesson("one", 0, 0, taught=False), Lesson("two", 0, 0, taught=False)]
    app = make_app(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("F")
        await settled(pilot)
        assert "choose a campaign first" in screen_text(app)


def test_a_theme_from_before_learning_has_a_colour_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    lines = themes.files(None)["leadtui-light"].read_text("utf-8").splitlines()
    (folder / "mine.toml").write_text(
        "\n".join(line for line in lines if not line.startswith("learned")), "utf-8"
    )
    palette, problem = themes.load("mine", folder.parent)
    assert (palette.name, problem) == ("mine", "")
    assert palette.colors["learned"] == palette.colors["accent"]
