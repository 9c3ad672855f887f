"""Every size of terminal, from a wall to a stamp."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadtui.tui.main import layout_for
from tests.tui.fake_desk import make_app, sample, screen_text
from tests.tui.test_leads import settled
from tests.tui.test_post import assert_calm

SIZES = [(200, 60), (160, 45), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)]


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_the_screen_at_each_size(width: int, height: int, golden: Callable[[str, str], None]) -> None:
    app = make_app(sample(60))
    async with app.run_test(size=(width, height)) as pilot:
        await settled(pilot)
        await pilot.press("j")
        await settled(pilot)
        golden(f"{width}x{height}", screen_text(app))


@pytest.mark.parametrize(("width", "height"), [(20, 5), (39, 24), (80, 9), (2, 2)])
async def test_too_small_is_said_calmly(width: int, height: int) -> None:
    desk = sample(20)
    app = make_app(desk)
    async with app.run_test(size=(width, height)) as pilot:
        await settled(pilot)
        await pilot.press("x", "j", "enter", "d")
        await settled(pilot)
        assert not [call for call in desk.calls if call[0] != "mark_seen"]
        text = screen_text(app)
        if width >= 38:
            assert f"leadtui needs 40x10; this is {width}x{height}" in text
        assert len(text.split()) <= 6
        await pilot.resize_terminal(100, 30)
        await settled(pilot)
        assert "1 Leads" in screen_text(app)


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [(200, 60, "wide"), (120, 30, "wide"), (120, 29, "medium"), (119, 50, "medium"), (80, 24, "medium"), (79, 50, "narrow"), (40, 10, "narrow"), (39, 10, "tiny"), (40, 9, "tiny")],
)  # fmt: skip
def test_layouts(width: int, height: int, name: str) -> None:
    assert layout_for(width, height) == name


async def test_narrow_shows_one_pane_at_a_time() -> None:
    app = make_app(sample(20))
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        assert "1 Leads" in screen_text(app)
        assert "4 Post" not in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "4 Post" in screen_text(app)
        assert "1 Leads" not in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "1 Leads" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert "2 Feeds" in screen_text(app)
        assert "1 Leads" not in screen_text(app)


async def test_medium_reaches_feeds_and_drafts_in_the_left_column() -> None:
    app = make_app(sample(20))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for key, shown, hidden in (
            ("2", "2 Feeds", "1 Leads"),
            ("3", "3 Drafts", "2 Feeds"),
            ("tab", "3 Drafts", "1 Leads"),
            ("1", "1 Leads", "3 Drafts"),
        ):
            await pilot.press(key)
            await settled(pilot)
            text = screen_text(app)
            assert shown in text
            assert hidden not in text
            assert "4 Post" in text


async def test_a_storm_of_sizes() -> None:
    app = make_app(sample(60))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("4")
        for width, height in [
            (20, 5),
            (200, 60),
            (41, 11),
            (80, 24),
            (1, 1),
            (79, 60),
            (120, 9),
            (300, 90),
            (60, 16),
            (100, 30),
        ]:
            await pilot.resize_terminal(width, height)
            await pilot.press("j")
        await settled(pilot)
        assert_calm(pilot)
        assert "4 Post" in screen_text(app)
        await pilot.press("1")
        await settled(pilot)
        assert "1 Leads" in screen_text(app)
