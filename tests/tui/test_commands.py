"""The registry of commands and the user's own keys."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leadtui.errors import ConfigError
from leadtui.tui.commands import BY_ID, COMMANDS, PANES, REASONS, keymap, keys_of, pretty, validate_keys
from tests.tui.fake_desk import make_app, sample


def test_defaults_are_valid_and_complete() -> None:
    validate_keys({})
    assert len(BY_ID) == len(COMMANDS)
    scopes = {scope for chain in PANES.values() for scope in chain}
    for command in COMMANDS:
        assert command.scope in scopes
        assert not command.needs or command.needs in REASONS
        assert command.help.endswith(".")
        assert command.label
        assert keys_of(command, {})


async def test_every_command_does_something() -> None:
    app = make_app(sample(3))
    async with app.run_test():
        ours = {command.id for command in COMMANDS if command.scope != "editor"}
        assert set(app.main.handlers) == ours


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"lead.sve": "s"}, ["lead.sve", "lead.save"]),
        ({"zzzzzz": "s"}, ["zzzzzz", "unknown command"]),
        ({"lead.save": "crtl+s"}, ["crtl+s"]),
        ({"lead.save": "entr"}, ["entr", "enter"]),
        ({"lead.save": ""}, ["has no key"]),
        ({"lead.save": "ctrl+i"}, ["ctrl+i", "tab"]),
        ({"lead.save": "ctrl+c"}, ["ctrl+c"]),
        ({"lead.save": "ctrl+\x1b"}, ["no key is called"]),
        ({"lead.save": "x"}, ["lead.save", "lead.ignore", '"x"']),
        ({"help": "x"}, ["help", "lead.ignore"]),
        ({"draft.edit": "q"}, ["draft.edit", "quit", "drafts pane"]),
    ],
)
def test_wrong_overrides_are_named(overrides: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        validate_keys(overrides)
    line = str(caught.value)
    assert all(word in line for word in words)
    assert line.isprintable()


def test_overrides_replace_defaults() -> None:
    overrides = {"lead.save": "ctrl+s,f5", "lead.ignore": "s"}
    validate_keys(overrides)
    known = keymap("leads", overrides)
    assert known["f5"].id == known["ctrl+s"].id == "lead.save"
    assert known["s"].id == "lead.ignore"
    assert "x" not in known
    assert pretty("ctrl+s") == "^s"


async def test_overrides_are_heard_and_shown() -> None:
    desk = sample(20)
    app = make_app(desk, keys={"lead.save": "f5"})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        assert not [call for call in desk.calls if call[0] == "set_status"]
        await pilot.press("f5")
        await pilot.pause()
        assert desk.calls[-1][0] == "set_status"
        keys, _ = app.main.key_bar.pieces(120)
        assert any("f5" in text for text, _ in keys)


def test_no_command_hangs_on_a_key_that_terminals_lose() -> None:
    lost = {"ctrl+j", "ctrl+m", "ctrl+i", "ctrl+h", "ctrl+[", "ctrl+enter"}
    for command in COMMANDS:
        safe = [key for key in keys_of(command, {}) if key not in lost and not key.startswith(("alt+", "f1"))]
        assert safe, command.id


def test_checking_keys_needs_no_textual() -> None:
    code = (
        "import sys; from leadtui.tui.commands import validate_keys; validate_keys({});"
        "print([name for name in ('textual', 'rich', 'sqlalchemy') if name in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )
