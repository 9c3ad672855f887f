"""A list to pick from by typing: commands and campaigns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from leadtui.text import clean_line
from leadtui.tui.bars import Line
from leadtui.tui.cells import cut, fit, width_of
from leadtui.tui.commands import COMMANDS, Command, heard_in, keys_of, pretty
from leadtui.tui.rowlist import Look, RowList
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.tui.main import Main
    from leadtui.tui.themes import Palette

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """One line of the list."""

    value: Value
    label: str
    detail: str = ""
    key: str = ""
    reason: str = ""
    """Why it cannot be chosen now."""


class ChoiceList(RowList[Choice[Any]]):
    """The choices that match."""

    def key_of(self, row: Choice[Any]) -> str:
        """Its label, which is unique."""
        return row.label

    def draw(self, row: Choice[Any], look: Look) -> list[list[Segment]]:
        """Label, detail or reason, key."""
        palette = self.palette()
        on = look.background if look.cursor else "surface"
        key = f" {row.key} " if row.key else ""
        label = fit(row.label, min(22, look.width // 2))
        room = max(0, look.width - 4 - width_of(label) - width_of(key))
        detail = f"not now: {row.reason}" if row.reason else row.detail
        return [
            [
                Segment("▌ " if look.cursor else "  ", palette.style("accent", on)),
                Segment(
                    label + "  ", palette.style("muted" if row.reason else "text", on, bold=not row.reason)
                ),
                Segment(fit(cut(detail, room), room), palette.style("muted", on)),
                Segment(key, palette.style("accent", on)),
            ]
        ]


class Picker(ModalScreen[Value]):
    """Type to narrow, enter to choose, esc to leave."""

    DEFAULT_CSS = """
    Picker { align: center top; background: $lead-background 60%; }
    Picker > Vertical { width: 92%; max-width: 84; height: auto; margin-top: 1; background: $lead-surface; }
    Picker Input, Picker Input:focus { height: 1; border: none; padding: 0 1; background: $lead-surface; color: $lead-text; }
    Picker Input > .input--placeholder { color: $lead-muted; }
    Picker ChoiceList { height: auto; max-height: 70vh; background: $lead-surface; scrollbar-background: $lead-surface; }
    """

    def __init__(self, palette: Callable[[], Palette], title: str, choices: Sequence[Choice[Value]]) -> None:
        super().__init__()
        self._choices = choices
        self._title = Line(palette, on="cursor")
        self._title.say([(f" {title}", "*text")], [("enter chooses · esc leaves ", "muted")])
        self.input = Input(placeholder="type to narrow")
        self.list: ChoiceList = ChoiceList(palette)
        self.list.can_focus = False

    def compose(self) -> ComposeResult:
        """Title, what is typed, what matches."""
        with Vertical():
            yield self._title
            yield self.input
            yield self.list

    def on_mount(self) -> None:
        """Type at once."""
        self._narrow("")
        self.input.focus()

    def _narrow(self, typed: str) -> None:
        ranked = [
            (match(typed, choice.label, choice.detail), place) for place, choice in enumerate(self._choices)
        ]
        rows = [self._choices[place] for rank, place in sorted(ranked) if rank >= 0]
        self.list.empty = ("Nothing matches.",)
        self.list.show(rows, top=True)
        self.list.styles.height = max(1, min(len(rows), 16))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._narrow(event.value.strip())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose what is under the cursor, unless it cannot be chosen."""
        event.stop()
        self._choose()

    def _choose(self) -> None:
        row = self.list.current
        if row is not None and not row.reason:
            close(self, row.value)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Nothing of the main screen's business."""
        message.stop()

    def on_click(self, event: events.Click) -> None:
        """A click on a line chooses it."""
        if event.widget is self.list and self.list.total:
            self._choose()

    def on_key(self, event: events.Key) -> None:
        """Move in the list while typing."""
        steps = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": 8, "pageup": -8}
        if event.key in steps:
            self.list.go(self.list.cursor + steps[event.key])
        elif event.key == "escape":
            close(self)
        else:
            return
        event.stop()
        event.prevent_default()


def match(typed: str, label: str, detail: str) -> int:
    """How well `typed` matches, 0 best and -1 not at all: within the label, its letters in order there, or the detail."""
    typed, label = typed.casefold(), label.casefold()
    if typed in label:
        return label.index(typed)
    position = 0
    for letter in typed.replace(" ", ""):
        position = label.find(letter, position) + 1
        if not position:
            return 2_000 if typed in detail.casefold() else -1
    return 1_000 + position


def command_picker(main: Main) -> Picker[Command]:
    """The palette: what the focused pane can do, with keys, and why something is not possible now."""
    overrides = main.desk_app.config.ui.keys
    heard = [command for command in heard_in(main.pane) if not command.hidden and command in COMMANDS]
    choices = [
        Choice(
            command,
            command.label,
            command.help,
            " ".join(pretty(key) for key in keys_of(command, overrides)),
            main.why_not(command),
        )
        for command in heard
    ]
    return Picker(main.palette, "Commands", choices)


def campaign_picker(main: Main) -> Picker[str]:
    """All campaigns first, then each by name; the empty name stands for all."""
    choices = [Choice("", "all campaigns", "leads of every campaign")]
    for campaign in main.campaigns:
        label = clean_line(campaign.name, 80)
        choices.append(
            Choice(campaign.name, label, clean_line(campaign.description or campaign.website, 200))
        )
    return Picker(main.palette, "Whose leads?", choices)
