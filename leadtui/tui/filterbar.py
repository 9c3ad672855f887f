"""The filter bar: the query language, applied while it is typed; imported when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input

from leadtui.tui.bars import Line

if TYPE_CHECKING:
    from leadtui.tui.panes.leads import LeadsPane

_PAUSE = 0.15
"""Seconds without a key after which what stands there is applied."""


class FilterBar(Vertical):
    """An input with a line for what is wrong with it."""

    DEFAULT_CSS = """
    FilterBar { height: auto; }
    FilterBar Horizontal { height: 1; background: $lead-surface; }
    FilterBar #slash { width: 3; }
    FilterBar Input, FilterBar Input:focus { height: 1; border: none; padding: 0; width: 1fr; background: $lead-surface; color: $lead-text; }
    FilterBar Input > .input--placeholder { color: $lead-muted; }
    FilterBar #wrong { display: none; }
    FilterBar.-wrong #wrong { display: block; }
    """

    def __init__(self, pane: LeadsPane) -> None:
        super().__init__()
        self.pane = pane
        self.input = Input(
            value=pane.text,
            placeholder="words, score:>70, sub:saas, age:<2d, -is:seen …",
            select_on_focus=False,
        )
        self._slash = Line(pane.main.palette, on="surface", name="slash")
        self._slash.say([(" / ", "*accent")])
        self._wrong = Line(pane.main.palette, name="wrong")
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The input above its error."""
        with Horizontal():
            yield self._slash
            yield self.input
        yield self._wrong

    def on_mount(self) -> None:
        """Type at once."""
        self.input.focus()

    def set(self, text: str) -> None:
        """Put a filter in and apply it; the list takes the focus."""
        self.input.value = text
        self._apply()
        self.pane.list.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Apply soon."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._apply)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply now; back to the list when it can be read, away with the bar when it is empty."""
        event.stop()
        if self._apply():
            if self.input.value.strip():
                self.pane.list.focus()
            else:
                self.pane.close_filter()

    def _apply(self) -> bool:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        wrong = self.pane.apply_filter(self.input.value)
        self._wrong.say([(f"   {wrong.removeprefix('query, ')}", "warning")])
        self.set_class(bool(wrong), "-wrong")
        return not wrong

    def on_key(self, event: events.Key) -> None:
        """Esc clears, down goes to the list."""
        if event.key == "escape":
            event.stop()
            self.pane.close_filter()
        elif event.key in ("down", "tab"):
            event.stop()
            event.prevent_default()
            self.pane.list.focus()
        elif event.is_printable:
            event.stop()
