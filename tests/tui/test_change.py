"""Changing a campaign from the dashboard: selected words, the change screen, keyword health, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign
from leadtui.services.backtest import Example, Generic, Outcome
from leadtui.services.keywords import Health, Mend
from leadtui.tui.app import LeadTuiApp
from leadtui.tui.screens.change import Change
from leadtui.tui.screens.keywords import Keywords
from tests.tui.fake_desk import FakeDesk, make_app, make_lead, screen_text
from tests.tui.test_leads import settled
from tests.tui.test_post import HOSTILE, assert_calm, post_lines

CAMPAIGN = Campaign("ledgerly", keywords=("invoicing software",), min_score=40)
OUTCOME = Outcome(
    enter=93, leave=2, stay=27, risen=4, fallen=1, matched=460, matched_looked=460, matched_leads=93, stored=8_672,
    looked=8_672, of=8_672, done=True,
    entering=(
        Example("I started selling products online this year and I am looking for software to manage it", "software", 28, 64, "looking for software"),
        Example("Does anyone know of any software for a scavenger hunt?", "software", 16, 60, "software"),
    ),
    leaving=(Example("Client owes me and is 45 days late", "smallbusiness", 42, 38, "software"),),
    generic=Generic("software", ("invoicing software", "billing software")),
)  # fmt: skip
HEALTHS = [
    Health("invoicing software", "healthy", "", 230, 61, 12, 3),
    Health(
        "software", "noisy", "you ignored 41 of the 44 that you judged", 1_214, 190, 3, 41,
        (
            Mend(Edit("negative", "homework"), "stands in what you ignored only"),
            Mend(Edit("keyword", "billing software", "software"), "stands in the posts that fit"),
            Mend(Edit("keyword", "", "software"), "remove it"),
        ),
    ),
    Health("quarterly invoicing", "quiet", "in none of the 8,672 stored posts", 0, 0, 0, 0, (Mend(Edit("keyword", "invoicing", "quarterly invoicing"), "a wider phrase"),)),
    Health("bookkeeping", "capped", "alone it brings 610 of the 900 leads", 4_000, 610, 0, 0, (Mend(Edit("keyword", "bookkeeping app", "bookkeeping"), "stands in the posts that fit"),)),
]  # fmt: skip


def desk_with(*titles: str) -> FakeDesk:
    """A desk whose leads have these titles."""
    leads = [make_lead(number, title=title) for number, title in enumerate(titles or ("Which tool?",), 1)]
    # Seen already: a picture must not depend on how long a lead was on the screen.
    desk = FakeDesk([replace(lead, row=replace(lead.row, seen=True)) for lead in leads], [CAMPAIGN])
    desk.outcome = OUTCOME
    desk.healths = list(HEALTHS)
    return desk


def tried(desk: FakeDesk) -> list[object]:
    """The changes that were tried."""
    return [call[2] for call in desk.calls if call[0] == "try_edit"]


def stored(desk: FakeDesk) -> list[tuple[object, ...]]:
    """The calls that change a campaign."""
    return [call for call in desk.calls if call[0] in ("edit_campaign", "undo_edit")]


async def answered(pilot: Pilot[str]) -> None:
    """Wait until what was typed is answered, which begins a moment after the last key."""
    app = pilot.app
    assert isinstance(app, LeadTuiApp)
    async with asyncio.timeout(30):
        while "all looked at" not in screen_text(app):
            await pilot.pause(0.02)
    await settled(pilot)


async def test_words_are_selected_with_keys_and_become_a_keyword() -> None:
    desk = desk_with("Looking for (invoicing software), please")
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("4", "right", "right", "right", "shift+right")
        assert app.main.post.view.selection.text == "invoicing software"
        await pilot.press("left", "shift+right")
        assert app.main.post.view.selection.text == "invoicing software"
        strip = app.main.post.view.render_line(0)
        shown = "".join(piece.text for piece in strip if piece.style and piece.style.reverse)
        assert shown == "invoicing software"
        await pilot.press("-")
        await answered(pilot)
        screen = app.screen
        assert isinstance(screen, Change)
        assert screen.edit == Edit("negative", "invoicing software")
        assert tried(desk) == ["negative keyword “invoicing software”"]
        await pilot.press("escape")
        assert app.screen is app.main
        await pilot.press("escape")
        assert app.main.post.view.selection.text == ""
        assert app.main.pane == "post"
        await pilot.press("escape")
        assert app.main.pane == "leads"
        assert stored(desk) == []


async def test_tags_of_the_score_are_no_words_of_the_post() -> None:
    app = make_app(desk_with())
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        view = app.main.post.view
        assert "late payment reminders·fit+" in " ".join(post_lines(app))
        await pilot.press("4", *["right"] * 3, *["shift+right"] * 200)
        text = view.selection.text
        assert "late payment reminders that sound like me" in text
        assert "·" not in text
        assert view.scroll_offset.y == 0
        await pilot.press("j")


async def test_words_are_selected_with_the_mouse() -> None:
    app = make_app(desk_with("Looking for invoicing software please"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        view = app.main.post.view
        await pilot.double_click(view, offset=(14, 0))
        assert view.selection.text == "invoicing"
        await pilot.mouse_down(view, offset=(14, 0))
        await pilot.hover(view, offset=(26, 0))
        await pilot.mouse_up(view, offset=(26, 0))
        assert view.selection.text == "invoicing software"
        await pilot.click(view, offset=(60, 0))
        assert view.selection.text == "invoicing software"


async def test_another_post_has_no_selection() -> None:
    app = make_app(desk_with("one two", "three four"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("4", "right", "right", ">")
        await settled(pilot)
        assert app.main.post.view.selection.text == ""


async def test_a_keyword_is_typed_tried_and_saved_and_taken_back() -> None:
    desk = desk_with()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("+")
        await pilot.pause()
        assert tried(desk) == []
        assert "nothing typed yet" in screen_text(app)
        await pilot.press(*"software")
        await answered(pilot)
        text = screen_text(app)
        for shown in (
            "Change ledgerly",
            "93 in · 2 out · 27 stay",
            "all looked at",
            "4 rise, 1 fall",
            "28 → 64",
            "42 → 38",
            "“software” stands in 5 % of the 8,672 stored posts, 1 in 5 of them would be a lead",
            "invoicing software · billing software",
        ):
            assert shown in text
        assert stored(desk) == []
        await pilot.press("enter")
        await settled(pilot)
        assert desk.stored_campaigns[0].keywords == ("invoicing software", "software")
        assert "keyword “software” · saved · u undoes" in screen_text(app)
        await pilot.press("u")
        await settled(pilot)
        assert desk.stored_campaigns == [CAMPAIGN]
        assert "undone: ledgerly is what it was" in screen_text(app)
        assert [call[0] for call in stored(desk)] == ["edit_campaign", "undo_edit"]


async def test_undo_goes_by_what_was_done_last() -> None:
    desk = desk_with("one", "two", "three")
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await settled(pilot)
        await pilot.press("M", *"60", "enter")
        await settled(pilot)
        await pilot.press("x")
        await settled(pilot)
        await pilot.press("u", "u", "u")
        await settled(pilot)
        done = [call[0] for call in desk.calls if call[0] in ("undo", "undo_edit")]
        assert done == ["undo", "undo_edit", "undo"]
        assert {lead.row.status for lead in desk.leads.values()} == {"new"}
        assert desk.stored_campaigns == [CAMPAIGN]


async def test_narrower_phrases_are_taken_with_the_arrow_keys() -> None:
    desk = desk_with()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("+", *"software")
        await answered(pilot)
        screen = app.screen
        assert isinstance(screen, Change)
        for key, text in (
            ("down", "invoicing software"), ("down", "billing software"), ("down", "billing software"),
            ("up", "invoicing software"), ("up", "software"), ("down", "invoicing software"),
        ):  # fmt: skip
            await pilot.press(key)
            await pilot.pause()
            assert screen.input.value == text
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is screen
        assert "is there already" in screen_text(app)


async def test_each_kind_of_change_and_going_between_them() -> None:
    desk = desk_with()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("A")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, Change)
        assert screen.edit == Edit("author", "person_1")
        kinds = []
        for _ in range(4):
            await pilot.press("tab")
            kinds.append(screen.edit.kind)
        assert kinds == ["min_score", "keyword", "negative", "author"]
        await pilot.press("enter")
        await settled(pilot)
        assert desk.stored_campaigns[0].excluded_authors == ("person_1",)


async def test_with_several_campaigns_the_lead_says_which() -> None:
    desk = FakeDesk([make_lead(1, campaign="other")], [CAMPAIGN, Campaign("other")])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("+", *"crm", "enter")
        await settled(pilot)
        assert stored(desk) == [("edit_campaign", "other", "keyword “crm”")]
    app = make_app(FakeDesk([], [CAMPAIGN, Campaign("other")]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("+")
        assert app.screen is app.main
        assert "which campaign? c chooses one" in screen_text(app)


async def test_a_mend_is_tried_stored_and_taken_back() -> None:
    desk = desk_with()
    desk.stored_campaigns = [replace(CAMPAIGN, keywords=tuple(one.keyword for one in HEALTHS))]
    before = desk.stored_campaigns[0]
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("H")
        await settled(pilot)
        assert isinstance(app.screen, Keywords)
        await pilot.press("enter", "j", "right")
        assert "mend 2/3: keyword “billing software” instead of “software”" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, Change)
        assert stored(desk) == []
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, Keywords)
        assert "billing software" in desk.stored_campaigns[0].keywords
        assert "software" not in desk.stored_campaigns[0].keywords
        await pilot.press("u")
        await settled(pilot)
        assert desk.stored_campaigns == [before]
        await pilot.press("escape")
        assert "Keywords of" not in screen_text(app)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
async def test_how_the_screens_look(width: int, height: int, golden: Callable[[str, str], None]) -> None:
    app = make_app(desk_with("Looking for invoicing software", "Which tool?"))
    async with app.run_test(size=(width, height)) as pilot:
        await settled(pilot)
        await pilot.press("+", *"software")
        await answered(pilot)
        golden(f"change-{width}x{height}", screen_text(app))
        await pilot.press("escape", "H")
        await settled(pilot)
        golden(f"keywords-{width}x{height}", screen_text(app))


@pytest.mark.parametrize("size", [(130, 40), (44, 14)])
async def test_hostile_text_is_harmless_here_too(size: tuple[int, int]) -> None:
    desk = desk_with()
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for text in HOSTILE:
            example = Example(text, text[:20], 1, 2, text[:80])
            desk.outcome = replace(
                OUTCOME, entering=(example,), leaving=(example,), generic=Generic(text, (text,))
            )
            desk.healths = [replace(HEALTHS[1], keyword=text, why=text)]
            app.main.edits.open_change("ledgerly", Edit("negative", text))
            await settled(pilot)
            assert_calm(pilot)
            await pilot.press("escape", "H")
            await settled(pilot)
            assert_calm(pilot)
            await pilot.press("escape")
            await settled(pilot)
