"""The draft editor: nothing written is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.app import App

from leadtui.config import Config
from leadtui.errors import StorageError
from leadtui.tui.app import LeadTuiApp
from leadtui.tui.screens.editor import Editor
from tests.tui.fake_desk import FakeDesk, make_app, make_lead, screen_text
from tests.tui.test_leads import settled


def editor(app: LeadTuiApp) -> Editor:
    """The editor that is open."""
    screen = app.screen
    assert isinstance(screen, Editor)
    return screen


def desk_of(count: int = 3) -> FakeDesk:
    """A few leads."""
    return FakeDesk([make_lead(index) for index in range(1, count + 1)])


async def test_what_is_written_is_saved_while_writing_and_on_closing() -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        lead = app.main.leads.list.rows[0].id
        await pilot.press("d")
        await settled(pilot)
        text = screen_text(app)
        assert "I run a small design studio" in text
        await pilot.press(*"hello there")
        await pilot.pause(0.6)
        await settled(pilot)
        assert desk.stored_drafts[1].body == "hello there"
        assert "saved " in screen_text(app)
        await pilot.press("!", "escape")
        await settled(pilot)
        assert app.screen is app.main
        assert desk.stored_drafts[1].body == "hello there!"
        assert desk.leads[lead].row.status == "drafted"
        assert "hello there!" in screen_text(app)


async def test_steady_typing_is_saved_too() -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        for _ in range(8):
            await pilot.press("a")
            await pilot.pause(0.1)
        saves = [call for call in desk.calls if call[0] == "save_draft"]
        assert saves


async def test_the_template_goes_only_into_an_empty_draft() -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        await pilot.press("ctrl+t")
        await settled(pilot)
        written = editor(app).text.text
        assert written.startswith("About lead")
        await pilot.press("ctrl+t")
        await settled(pilot)
        assert editor(app).text.text == written
        assert "the draft is not empty" in screen_text(app)
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert desk.stored_drafts[1].body == written


async def test_a_save_that_fails_keeps_the_editor_open() -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        desk.fail = StorageError("the disk is full")
        await pilot.press("a", "escape")
        await settled(pilot)
        assert "not saved" in screen_text(app)
        assert editor(app).text.text == "a"
        desk.fail = None
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is app.main
        assert desk.stored_drafts[1].body == "a"


async def test_leaving_the_program_saves() -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        await pilot.press(*"last words")
        app.quit()
        await pilot.pause(0.1)
    assert desk.stored_drafts[1].body == "last words"


async def test_drafts_are_opened_copied_and_discarded_from_their_pane(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = desk_of()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("3", "enter")
        await settled(pilot)
        assert editor(app).draft.id == 1
        await pilot.press("tab", "j", "tab", "escape")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert "draft copied by the terminal (OSC 52)" in screen_text(app)
        await pilot.press("x", "n")
        assert 1 in desk.stored_drafts
        await pilot.press("x", "x")
        await settled(pilot)
        assert not desk.stored_drafts


@pytest.mark.parametrize(("width", "stacked"), [(120, False), (80, True)])
async def test_the_post_stands_beside_or_above(width: int, stacked: bool) -> None:
    app = make_app(desk_of())
    async with app.run_test(size=(width, 30)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        assert (editor(app).text.region.y > 5) == stacked


@pytest.mark.parametrize(("code", "expected"), [(0, "before and after"), (3, "before")])
async def test_the_users_own_editor(
    code: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    @contextmanager
    def suspend(self: App[str]) -> Iterator[None]:
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.glob("draft-*"))
        yield

    monkeypatch.setattr(App, "suspend", suspend)
    script = tmp_path / "edit.py"
    script.write_text(f"import sys\nopen(sys.argv[1], 'a').write(' and after')\nsys.exit({code})\n", "utf-8")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.delenv("VISUAL", raising=False)
    desk = desk_of()
    app = make_app(desk)
    app.config = Config(home=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        await pilot.press(*"before", "ctrl+e")
        await settled(pilot)
        assert editor(app).text.text == expected
        assert desk.stored_drafts[1].body == expected
    assert modes == [0o600]
    assert os.listdir(tmp_path) == ["edit.py"]
