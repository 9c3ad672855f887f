"""The first start."""

from __future__ import annotations

from leadtui.tui.screens.setup import CampaignForm, Setup
from tests.tui.fake_desk import FakeDesk, make_app, screen_text
from tests.tui.test_leads import settled


async def test_the_demo_is_the_first_choice() -> None:
    app = make_app(FakeDesk([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, Setup)
        assert "Look around" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_value == "demo"


async def test_a_product_is_described_and_stored() -> None:
    desk = FakeDesk([], [])
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        assert isinstance(app.screen, CampaignForm)
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert '"name" is required' in screen_text(app)
        await pilot.press(
            *"shop",
            "enter",
            "enter",
            *"It sells.",
            "enter",
            *"a, b",
            "enter",
            "enter",
            "enter",
            *"r/saas",
            "enter",
        )
        await settled(pilot)
        assert app.screen.id == "main"
        campaign = desk.stored_campaigns[0]
        assert (campaign.name, campaign.description, campaign.keywords) == ("shop", "It sells.", ("a", "b"))
        assert "shop added" in screen_text(app)


async def test_looking_at_the_empty_desk_and_quitting() -> None:
    app = make_app(FakeDesk([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is app.main
        await pilot.press("q")
        await pilot.pause()
    assert app.return_value is None
    assert app.return_code == 0
