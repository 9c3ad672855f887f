"""Triage: verdicts, undo and redo, marks, views, filter, and leads that arrive meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from leadtui.domain.models import Lead
from leadtui.errors import StorageError
from leadtui.tui.app import LeadTuiApp
from tests.tui.fake_desk import NOW, FakeDesk, make_app, make_lead, screen_text


def with_score(index: int, score: int, **changes: object) -> Lead:
    """An invented lead with a score of one's own choice."""
    lead = make_lead(index, **changes)  # type: ignore[arg-type]
    return replace(lead, row=replace(lead.row, score=score, title=f"lead number {index}"))


def ladder(count: int) -> FakeDesk:
    """Leads 1, 2, 3 … in this order: the first has the highest score."""
    return FakeDesk([with_score(index, 90) for index in range(count, 0, -1)] and [
        replace(with_score(index, 0), row=replace(with_score(index, 0).row, score=100_000 - index)) for index in range(1, count + 1)
    ])  # fmt: skip


async def settled(pilot: Pilot[str]) -> None:
    """Wait until what was asked for is done."""
    app = pilot.app
    assert isinstance(app, LeadTuiApp)
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


def current(app: LeadTuiApp) -> int:
    """The id of the lead under the cursor."""
    row = app.main.leads.list.current
    assert row is not None
    return row.id


def ids(app: LeadTuiApp) -> list[int]:
    """The ids of the loaded leads."""
    return [row.id for row in app.main.leads.list.rows]


@pytest.mark.parametrize(
    ("key", "status", "word"),
    [
        ("s", "saved", "saved"),
        ("x", "ignored", "ignored"),
        ("p", "replied", "replied"),
        ("v", "conversation", "talking"),
        ("w", "won", "won"),
        ("l", "lost", "lost"),
    ],
)
async def test_one_key_per_verdict_and_the_next_lead_is_up(key: str, status: str, word: str) -> None:
    desk = ladder(30)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", key)
        assert current(app) == 3
        await settled(pilot)
        assert desk.leads[2].row.status == status
        assert (current(app), ids(app)[:3]) == (3, [1, 3, 4])
        assert f"“lead number 2” {word} · u undoes" in screen_text(app)
        assert app.main.post.view.row is not None
        assert app.main.post.view.row.id == 3


async def test_undo_and_redo_put_the_cursor_back() -> None:
    desk = ladder(200)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "s", "x", "G")
        await settled(pilot)
        assert current(app) == 200
        await pilot.press("u")
        await settled(pilot)
        assert desk.leads[3].row.status == "new"
        assert current(app) == 3
        assert "undone: “lead number 3” new" in screen_text(app)
        await pilot.press("u")
        await settled(pilot)
        assert [desk.leads[index].row.status for index in (2, 3)] == ["new", "new"]
        assert current(app) == 2
        await pilot.press("u")
        await settled(pilot)
        assert "nothing to undo" in screen_text(app)
        await pilot.press("ctrl+r", "ctrl+r")
        await settled(pilot)
        assert [desk.leads[index].row.status for index in (2, 3)] == ["saved", "ignored"]


async def test_undo_in_another_view_leaves_the_cursor_alone() -> None:
    desk = ladder(600)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("s", "G", "s", "[")
        await settled(pilot)
        await pilot.press("g", "j", "j")
        await settled(pilot)
        before = current(app)
        await pilot.press("]", "]", "u")
        await settled(pilot)
        assert (app.main.leads.view, ids(app)) == ("saved", [1])
        assert current(app) == 1
        assert desk.leads[600].row.status == "new"
        assert before == 3


async def test_marks_are_judged_together_as_one_step() -> None:
    desk = ladder(30)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("space", "space", "j", "space")
        assert "3 marked" in screen_text(app)
        assert screen_text(app).count("◆") == 6
        await pilot.press("x")
        await settled(pilot)
        assert [call for call in desk.calls if call[0] == "set_status"] == [
            ("set_status", (1, 2, 4), "ignored")
        ]
        assert "3 leads ignored · u undoes" in screen_text(app)
        assert ids(app)[:2] == [3, 5]
        await pilot.press("u")
        await settled(pilot)
        assert ids(app)[:4] == [1, 2, 3, 4]
        assert "undone: 3 leads new" in screen_text(app)


async def test_mark_all_and_escape() -> None:
    desk = ladder(5)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("*")
        assert "5 marked" in screen_text(app)
        await pilot.press("escape")
        assert not app.main.leads.list.marks
        await pilot.press("s")
        await settled(pilot)
        assert desk.leads[1].row.status == "saved"
        assert desk.leads[2].row.status == "new"


@pytest.mark.parametrize(("key", "hours"), [("2", 2), ("3", 72), ("w", 168)])
async def test_snooze_asks_for_one_more_key(key: str, hours: int) -> None:
    desk = ladder(5)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("z")
        assert "snooze for" in screen_text(app)
        assert not desk.calls
        await pilot.press(key)
        await settled(pilot)
        row = desk.leads[1].row
        assert (row.status, row.snoozed_until) == ("snoozed", NOW + hours * 3_600)


async def test_snooze_until_tomorrow_and_not_at_all() -> None:
    desk = ladder(5)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("z", "x")
        await settled(pilot)
        assert desk.leads[1].row.status == "new"
        await pilot.press("z", "t")
        await settled(pilot)
        assert desk.leads[1].row.status == "snoozed"


async def test_reply_later_starts_a_template_draft_without_opening_it() -> None:
    desk = ladder(5)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert ("start_draft", 1, True) in desk.calls
        assert desk.leads[1].row.status == "drafted"
        assert app.screen is app.main
        assert current(app) == 2
        assert "About lead 1" in screen_text(app)
        await pilot.press("u")
        await settled(pilot)
        assert current(app) == 1


async def test_in_the_view_of_all_leads_a_verdict_stays_and_goes_on() -> None:
    desk = ladder(8)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert "[All 8]" in screen_text(app)
        await pilot.press("s")
        await settled(pilot)
        assert ids(app) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert current(app) == 2
        await pilot.press("right_square_bracket", "right_square_bracket")
        await settled(pilot)
        assert "[Saved 1]" in screen_text(app)
        assert ids(app) == [1]
        await pilot.press("s")
        assert "already saved" in screen_text(app)
        await pilot.press("n")
        await settled(pilot)
        assert desk.leads[1].row.status == "new"
        assert "Nothing saved." in screen_text(app)


async def test_arriving_leads_never_move_the_cursor_or_its_line() -> None:
    desk = ladder(300)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("pagedown", "j")
        await settled(pilot)
        leads = app.main.leads
        before = (current(app), leads.list.cursor * 2 - leads.list.scroll_offset.y)
        shown = screen_text(app).splitlines()[2:20]
        desk.arrive(
            *(
                replace(lead, row=replace(lead.row, score=200_000))
                for lead in (with_score(index, 90) for index in range(1_001, 1_013))
            )
        )
        await settled(pilot)
        assert (current(app), leads.list.cursor * 2 - leads.list.scroll_offset.y) == before
        assert [line[:50] for line in screen_text(app).splitlines()[2:20]] == [line[:50] for line in shown]
        assert "12 new ↑" in screen_text(app)
        await pilot.press("full_stop")
        await settled(pilot)
        assert current(app) == 1_012
        assert "new ↑" not in screen_text(app)


async def test_leads_below_the_cursor_arrive_in_silence() -> None:
    desk = ladder(300)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("pagedown")
        desk.arrive(with_score(2_000, 1))
        await settled(pilot)
        assert "new ↑" not in screen_text(app)
        assert app.main.leads.list.total == 301


async def test_on_an_empty_list_leads_simply_appear() -> None:
    desk = FakeDesk([])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "No leads yet." in screen_text(app)
        assert "R polls now." in screen_text(app)
        desk.arrive(with_score(1, 50))
        await settled(pilot)
        assert "lead number 1" in screen_text(app)
        desk.arrive(with_score(2, 60))
        await settled(pilot)
        assert ids(app) == [2, 1]
        assert current(app) == 1
        assert "new ↑" not in screen_text(app)


async def test_a_lead_that_is_gone_hands_the_cursor_to_the_next_one() -> None:
    desk = ladder(50)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "j")
        del desk.leads[3]
        desk.arrive()
        await settled(pilot)
        assert current(app) == 4


async def test_a_long_list_is_walked_to_its_end_and_back() -> None:
    desk = ladder(1_500)
    app = make_app(desk)
    async with app.run_test(size=(100, 50)) as pilot:
        await settled(pilot)
        leads = app.main.leads.list
        await pilot.press("G")
        await settled(pilot)
        assert current(app) == 1_500
        assert len(leads.rows) <= 400
        for _ in range(12):
            await pilot.press("pageup")
        await settled(pilot)
        assert current(app) == 1_500 - 12 * leads.page_rows
        await pilot.press("g")
        await settled(pilot)
        assert current(app) == 1
        for _ in range(16):
            await pilot.press("pagedown")
        await settled(pilot)
        assert current(app) == 1 + 16 * leads.page_rows
        assert ids(app) == list(range(ids(app)[0], ids(app)[-1] + 1))


async def test_verdicts_before_the_desk_is_there_are_done_in_order() -> None:
    desk = ladder(40)
    opened = asyncio.Event()
    app = make_app(desk, opened=opened)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "lead number 1" in screen_text(app)
        assert "starting" in screen_text(app)
        await pilot.press("s", "x", "j", "w", "u")
        assert not desk.calls
        assert current(app) == 5
        opened.set()
        await settled(pilot)
        assert [call for call in desk.calls if call[0] != "mark_seen"] == [
            ("set_status", (1,), "saved"),
            ("set_status", (2,), "ignored"),
            ("set_status", (4,), "won"),
            ("undo",),
        ]
        assert desk.leads[4].row.status == "new"


async def test_a_verdict_that_cannot_be_stored_is_taken_back_and_told() -> None:
    desk = ladder(40)
    app = make_app(desk)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        desk.fail = StorageError("the disk is full", where="leadtui.db", fix="make room")
        await pilot.press("s")
        await settled(pilot)
        assert "leadtui.db: the disk is full; make room" in screen_text(app)
        assert ids(app)[0] == 1
        desk.fail = None
        await pilot.press("g", "s")
        await settled(pilot)
        assert desk.leads[1].row.status == "saved"


async def test_a_bug_in_a_worker_does_not_end_the_dashboard() -> None:
    desk = ladder(4)
    app = make_app(desk)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        desk.fail = ZeroDivisionError("secret-token")
        await pilot.press("s")
        await settled(pilot)
        assert "ZeroDivisionError" in screen_text(app)
        assert "secret-token" not in screen_text(app)


async def test_what_was_looked_at_is_seen() -> None:
    desk = ladder(9)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert ("mark_seen", (1,)) in desk.calls
        assert desk.leads[1].row.seen
        assert app.main.pane == "post"
        await pilot.press("s")
        await settled(pilot)
        assert desk.leads[1].row.status == "saved"
        assert app.main.pane == "post"
        assert current(app) == 2


async def test_verdicts_given_just_before_leaving_are_stored() -> None:
    desk = ladder(9)
    opened = asyncio.Event()
    app = make_app(desk, opened=opened)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s", "x", "q")
        await pilot.pause(0.05)
        assert app.is_running
        opened.set()
        await pilot.pause(0.2)
    assert [call[1:] for call in desk.calls if call[0] == "set_status"] == [
        ((1,), "saved"),
        ((2,), "ignored"),
    ]
