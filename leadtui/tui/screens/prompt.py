"""A small question over the panes: a note, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from leadtui.text import clean
from leadtui.tui.bars import Line
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.tui.app import LeadTuiApp


class Prompt(ModalScreen[str]):
    """Returns the text, or None when the user left a single line as it was."""

    DEFAULT_CSS = """
    Prompt { align: center middle; background: $lead-background 60%; }
    Prompt Vertical { width: 92%; max-width: 76; height: auto; background: $lead-surface; padding-bottom: 1; }
    Prompt Line { background: $lead-surface; }
    Prompt Input, Prompt Input:focus { height: 1; border: none; padding: 0 1; background: $lead-background; color: $lead-text; margin: 1 1 0 1; }
    Prompt TextArea, Prompt TextArea:focus { height: 8; max-height: 60vh; border: none; padding: 0 1; background: $lead-background; color: $lead-text; margin: 1 1 0 1; }
    """

    def __init__(self, title: str, about: str, text: str, lines: int) -> None:
        super().__init__()
        self._heading = title
        self._about = about
        self._text = clean(text)
        self._lines = lines
        self.field: Input | TextArea

    def compose(self) -> ComposeResult:
        """Title, what it is about, and the field."""
        palette = cast("LeadTuiApp", self.app).main.palette
        title = Line(palette, on="cursor")
        ways = "enter keeps · esc leaves it as it was" if self._lines == 1 else "esc keeps and closes"
        title.say([(f" {self._heading}", "*text")], [(f"{ways} ", "muted")])
        about = Line(palette, on="surface")
        about.say([(f" {self._about}", "muted")])
        self.field = (
            Input(self._text)
            if self._lines == 1
            else TextArea(self._text, soft_wrap=True, tab_behavior="focus")
        )
        with Vertical():
            yield title
            yield about
            yield self.field

    def on_mount(self) -> None:
        """Type at once, at the end."""
        if isinstance(self.field, TextArea):
            self.field.move_cursor(self.field.document.end)
        self.field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the line."""
        event.stop()
        close(self, event.value.strip())

    def on_key(self, event: events.Key) -> None:
        """Keep or leave."""
        if event.key == "escape" and isinstance(self.field, Input):
            close(self)
        elif event.key in ("escape", "ctrl+s"):  # what fills several lines is never thrown away by one key
            text = self.field.text if isinstance(self.field, TextArea) else self.field.value
            close(self, text.strip())
        else:
            return
        event.stop()
        event.prevent_default()
