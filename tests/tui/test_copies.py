"""A story told several times: a count in the row, the other places in the post pane."""

from __future__ import annotations

from dataclasses import replace

from leadtui.domain.models import Copy, Lead
from tests.tui.fake_desk import NOW, FakeDesk, make_app, make_lead, screen_text
from tests.tui.test_leads import settled
from tests.tui.test_post import post_lines


def told(copies: int, named: int | None = None) -> Lead:
    """A lead whose author said the same in other places."""
    lead = make_lead(1)
    others = tuple(
        Copy(f"t3_{number}", f"place{number}", NOW - 7_200 * number, f"/r/place{number}/comments/{number}/")
        for number in range(1, 1 + (copies if named is None else named))
    )
    return replace(lead, row=replace(lead.row, copies=copies), copies=others)


async def test_a_row_counts_and_the_post_names_the_copies() -> None:
    for size in ((80, 24), (120, 40), (60, 16)):
        app = make_app(FakeDesk([told(2), make_lead(2)]))
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            app.main.leads.list.go(next(n for n, row in enumerate(app.main.leads.list.rows) if row.id == 1))
            await settled(pilot)
            assert screen_text(app).count(" ×3") >= 1
            if size[0] < 80:
                await pilot.press("4")
            folded = "\n".join(post_lines(app))
            assert "×3  also in r/place1, r/place2" in folded
            assert "4h ago" not in folded
            await pilot.press("m")
            named = "\n".join(post_lines(app))
            assert "r/place2 · 4h ago" in named
            assert "/r/place2/comments/2/" in named
            await pilot.press("m")
            assert "\n".join(post_lines(app)) == folded


async def test_what_was_said_once_has_nothing_to_unfold() -> None:
    app = make_app(FakeDesk([make_lead(1)]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("m")
        assert "said this once only" in screen_text(app)
        assert "×" not in screen_text(app)


async def test_places_that_are_not_named_are_counted() -> None:
    app = make_app(FakeDesk([told(130, 100)]))
    async with app.run_test(size=(120, 140)) as pilot:
        await settled(pilot)
        await pilot.press("m")
        assert "and 30 more" in "\n".join(post_lines(app))


async def test_hostile_names_of_places_are_only_text() -> None:
    lead = told(1)
    wild = Copy("x", "[/b][@click=app.quit]x\x1b[31m\u202e", None, "\x1b]0;owned\x07/x")
    app = make_app(FakeDesk([replace(lead, copies=(wild,))]))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for _ in range(2):
            text = "\n".join(post_lines(app))
            assert "r/[/b][@click=app.quit]x" in text
            assert "\x1b" not in text
            assert "\u202e" not in text
            await pilot.press("m")
