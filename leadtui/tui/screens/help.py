"""Help: the keys of the focused pane, from the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from leadtui.tui.bars import Line
from leadtui.tui.cells import cut, fit, width_of
from leadtui.tui.commands import PANES, heard_in, keys_of, pretty
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.tui.themes import Palette

_NAMES = {
    "leads": "In the leads",
    "lead": "With a lead",
    "list": "In every list",
    "post": "In the post",
    "feeds": "In the feeds",
    "drafts": "In the drafts",
    "app": "Everywhere",
    "editor": "In the editor",
}
_QUERY = (
    'words "a phrase" begin*        title and text',
    "score:>70  age:<2d  comments:<5   numbers and ages (m h d w y)",
    "sub:saas,startups  author:x  campaign:x  tag:x",
    "status:new,saved  intent:seeking  stance:asks  kind:post",
    "is:seen  is:noted  is:drafted  is:tagged",
    "-x  not x      a OR b      (a OR b) c      sort:newest",
)


class HelpText(ScrollView, can_focus=True):
    """The keys, line by line."""

    ALLOW_SELECT = False

    def __init__(self, palette: Callable[[], Palette], pane: str, overrides: Mapping[str, str]) -> None:
        super().__init__()
        self.palette = palette
        self._lines: list[tuple[str, str, str]] = []
        for scope in PANES[pane]:
            commands = [command for command in heard_in(pane) if command.scope == scope]
            self._lines += [("", _NAMES[scope], "")]
            for command in commands:
                keys = " ".join(pretty(key) for key in keys_of(command, overrides))
                self._lines.append((keys, command.help, command.id))
            self._lines.append(("", "", ""))
        self._lines += [("", "The filter", ""), *((" ", line, "") for line in _QUERY), ("", "", "")]
        self._lines += [
            ("", "Your own keys", ""),
            (" ", '[ui] keys in config.toml: command id = "key,key"', ""),
        ]
        self.virtual_size = Size(0, len(self._lines))

    def render_line(self, y: int) -> Strip:
        """Keys, what they do, and how the configuration calls it."""
        width = self.scrollable_size.width
        palette = self.palette()
        y += self.scroll_offset.y
        keys, text, identity = self._lines[y] if y < len(self._lines) else ("", "", "")
        if not keys:
            segments = [Segment(fit(f" {text}", width), palette.style("accent", "surface", bold=True))]
            return Strip(segments, width)
        identity = identity if width >= 84 else ""
        room = max(0, width - 15 - width_of(identity) - 1)
        segments = [
            Segment(" " + fit(keys, 12) + "  ", palette.style("text", "surface", bold=True)),
            Segment(fit(cut(text, room), room), palette.style("text", "surface")),
            Segment(fit(identity, max(0, width - 15 - room)), palette.style("muted", "surface")),
        ]
        return Strip(segments, width)


class Help(ModalScreen[None]):
    """A page over the panes; any other key than scrolling closes it."""

    DEFAULT_CSS = """
    Help { align: center middle; background: $lead-background 60%; }
    Help Vertical { width: 92%; max-width: 104; height: 90%; background: $lead-surface; }
    HelpText { height: 1fr; background: $lead-surface; scrollbar-size-vertical: 1; overflow-x: hidden; scrollbar-background: $lead-surface; }
    """

    def __init__(self, palette: Callable[[], Palette], pane: str, overrides: Mapping[str, str]) -> None:
        super().__init__()
        self._text = HelpText(palette, pane, overrides)
        self._title = Line(palette, on="cursor")
        self._title.say([(" Keys", "*text")], [("any key closes ", "muted")])

    def compose(self) -> ComposeResult:
        """Title and keys."""
        with Vertical():
            yield self._title
            yield self._text

    def on_mount(self) -> None:
        """Scroll with the keyboard."""
        self._text.focus()

    def on_key(self, event: events.Key) -> None:
        """Scroll, or close."""
        event.stop()
        event.prevent_default()
        page = max(1, self._text.size.height - 2)
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, "space": page, "pageup": -page, "ctrl+d": page // 2, "ctrl+u": -page // 2,
                 "home": -10_000, "g": -10_000, "end": 10_000, "G": 10_000}  # fmt: skip
        if event.key in steps:
            self._text.scroll_to(y=max(0, self._text.scroll_offset.y + steps[event.key]), animate=False)
        else:
            close(self)
