"""Around the leads: filter, campaigns, sorting, notes, feeds, palette, help and leaving."""

from __future__ import annotations

from dataclasses import replace

from textual.events import Key

from leadtui.domain.models import Campaign
from tests.tui.fake_desk import FakeDesk, make_app, make_lead, sample, screen_text
from tests.tui.test_leads import current, ladder, settled


async def test_the_filter_applies_while_typing_and_names_the_column() -> None:
    desk = sample(60)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"sub:webdev")
        await pilot.pause(0.3)
        await settled(pilot)
        rows = app.main.leads.list.rows
        assert rows
        assert {row.subreddit for row in rows} == {"webdev"}
        await pilot.press(*" zz:1")
        await pilot.pause(0.3)
        await settled(pilot)
        assert "column 12" in screen_text(app)
        assert app.main.leads.list.rows == rows
        await pilot.press("escape")
        await settled(pilot)
        assert app.main.leads.filter_bar is None
        assert len(app.main.leads.list.rows) == 51
        assert app.main.pane == "leads"


async def test_the_filter_keeps_verdict_keys_out_and_says_when_nothing_matches() -> None:
    desk = sample(30)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"sxq", "enter")
        await settled(pilot)
        assert not [call for call in desk.calls if call[0] == "set_status"]
        assert "No lead matches this filter." in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert len(app.main.leads.list.rows) == 21


async def test_campaigns_are_switched_with_all_first() -> None:
    leads = [make_lead(index, campaign="ledgerly" if index % 2 else "stretchly") for index in range(1, 21)]
    desk = FakeDesk(leads, [Campaign("ledgerly"), Campaign("stretchly", description="Stretches")])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "all campaigns" in screen_text(app)
        await pilot.press("c", *"stretch", "enter")
        await settled(pilot)
        assert {row.campaign for row in app.main.leads.list.rows} == {"stretchly"}
        assert screen_text(app).startswith(" stretchly")
        await pilot.press("c", "enter")
        await settled(pilot)
        assert len(app.main.leads.list.rows) == 20


async def test_sorting() -> None:
    desk = sample(30)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("S")
        await settled(pilot)
        ages = [row.created_at or 0 for row in app.main.leads.list.rows]
        assert ages == sorted(ages, reverse=True)
        assert "newest first" in screen_text(app)


async def test_note_and_tags() -> None:
    desk = sample(20)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        first = current(app)
        await pilot.press("N")
        await settled(pilot)
        await pilot.press(*"call back", "ctrl+s")
        await settled(pilot)
        assert desk.leads[first].notes == "call back"
        assert "call back" in screen_text(app)
        await pilot.press("N")
        await settled(pilot)
        await pilot.press(*" soon", "escape")
        await settled(pilot)
        assert desk.leads[first].notes == "call back soon"
        await pilot.press("t")
        await settled(pilot)
        await pilot.press(*"hot, hot,b2b", "enter")
        await settled(pilot)
        assert desk.leads[first].tags == ("hot", "b2b")
        assert "hot, b2b" in screen_text(app)
        await pilot.press("t")
        await settled(pilot)
        await pilot.press("x", "escape")
        await settled(pilot)
        assert desk.leads[first].tags == ("hot", "b2b")


async def test_poll_now_says_what_it_did() -> None:
    desk = sample(10)
    app = make_app(desk)
    async with app.run_test(size=(140, 45)) as pilot:
        await settled(pilot)
        await pilot.press("R")
        await settled(pilot)
        await pilot.press("2", "j", "R")
        await settled(pilot)
        assert desk.calls == [("poll_now", None), ("poll_now", 2)]
        assert "polling 1 feed" in screen_text(app)


async def test_a_feed_filters_the_leads() -> None:
    desk = sample(40)
    app = make_app(desk)
    async with app.run_test(size=(140, 45)) as pilot:
        await settled(pilot)
        await pilot.press("2", "enter")
        await settled(pilot)
        assert {row.subreddit for row in app.main.leads.list.rows} == {"freelance"}
        assert app.main.pane == "leads"
        assert "sub:freelance" in screen_text(app)


async def test_commands_say_why_they_are_not_possible() -> None:
    desk = FakeDesk([])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("s")
        assert "save: there is no lead under the cursor" in screen_text(app)
        await pilot.press("ctrl+p", *"discard")
        await pilot.pause()
        assert "discard" not in screen_text(app).split("Commands")[1].split("\n")[2]
        await pilot.press("escape", "3", "ctrl+p", *"disc")
        await pilot.pause()
        assert "not now: there is no draft under the cursor" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is not app.main


async def test_the_palette_runs_commands_and_help_lists_them() -> None:
    desk = ladder(9)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"ignore", "enter")
        await settled(pilot)
        assert desk.leads[1].row.status == "ignored"
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
        assert "Ignore the lead and go to the next one." in text
        assert "lead.ignore" in text
        await pilot.press("pagedown", "x")
        await pilot.pause()
        assert app.screen is app.main
        assert desk.leads[2].row.status == "new"


async def test_leaving() -> None:
    app = make_app(ladder(3))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+c")
        assert "q leaves leadtui" in screen_text(app)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0
    assert app.return_value is None


async def test_feeds_tell_how_they_are_doing() -> None:
    desk = sample(5)
    desk.now_doing = replace(
        desk.now_doing, polling=("r/freelance",), problem="the disk is nearly full", job="scoring 5 of 9"
    )
    app = make_app(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        lines = {
            line.split()[1]: line
            for line in screen_text(app).splitlines()
            if line[1:].startswith(("↻", "✓", "✗", "–"))
        }
        assert "↻ r/freelance" in lines["r/freelance"]
        assert "reading" in lines["r/freelance"]
        assert "ok · read 4m ago · next 11m · 873 posts · rss" in lines["r/smallbusiness"]
        assert "failing · 3× 429 too many requests" in lines["r/consulting"]
        assert "off · not read yet" in lines["r/webdev"]
        status = screen_text(app).splitlines()[-2]
        assert "! the disk is nearly full" in status
        assert "scoring 5 of 9 · ↻ reading r/freelance · schedules" in status


async def test_a_viewer_says_who_schedules() -> None:
    desk = sample(5)
    desk.now_doing = replace(desk.now_doing, role="watches", owner_pid=4711, next_poll=None)
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "watches pid 4711" in screen_text(app)


async def test_views_are_chosen_with_the_mouse() -> None:
    app = make_app(sample(30))
    async with app.run_test(size=(140, 40)) as pilot:
        await settled(pilot)
        place = screen_text(app).splitlines()[0].index("Saved")
        await pilot.click(offset=(place + 1, 0))
        await settled(pilot)
        assert app.main.leads.view == "saved"
        assert {row.status for row in app.main.leads.list.rows} == {"saved"}


async def test_keys_typed_ahead_of_a_closing_screen_do_no_harm() -> None:
    app = make_app(ladder(9))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for opening, keys in (
            ("question_mark", "jxq"),
            ("ctrl+p", ("escape", "escape")),
            ("t", ("escape", "escape")),
            ("d", ("escape", "escape")),
        ):
            await pilot.press(opening)
            await settled(pilot)
            screen = app.screen
            assert screen is not app.main
            for key in keys:
                screen.post_message(Key(key, None))
            await settled(pilot)
            assert app.screen is app.main
        assert "went wrong" not in screen_text(app)
