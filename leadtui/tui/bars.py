"""The single lines around the panes: views on top, a title over each pane, status and keys at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leadtui.tui.cells import cut, width_of

if TYPE_CHECKING:
    from leadtui.tui.themes import Palette

Piece = tuple[str, str]
"""Text and the name of its colour; `*` before the name makes it bold."""


class Line(Widget):
    """One line: pieces from the left, pieces at the right; the right ones win when it is narrow."""

    ALLOW_SELECT = False

    def __init__(
        self, palette: Callable[[], Palette], *, on: str = "background", id: str | None = None
    ) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = palette
        self.on = on
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    def say(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; nothing is painted when they are what stands there."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    @property
    def plain(self) -> str:
        """What stands there, for tests and for copying."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        palette = self.palette()
        right = self._segments(self._right, width, palette)
        taken = sum(width_of(segment.text) for segment in right)
        left = self._segments(self._left, width - taken - (1 if taken else 0), palette)
        used = sum(width_of(segment.text) for segment in left)
        gap = Segment(" " * max(0, width - used - taken), palette.style("text", self.on))
        return Strip([*left, gap, *right], max(width, used + taken)).crop(0, width)

    def _segments(self, pieces: Sequence[Piece], width: int, palette: Palette) -> list[Segment]:
        segments = []
        for text, color in pieces:
            shown = cut(text, width)
            if not shown:
                break
            bold = color.startswith("*")
            segments.append(Segment(shown, palette.style(color.lstrip("*"), self.on, bold=bold)))
            width -= width_of(shown)
        return segments


class PaneTitle(Line):
    """The name of a pane with its number key; bright while the pane has the focus."""

    def __init__(self, palette: Callable[[], Palette], key: str, name: str) -> None:
        super().__init__(palette, on="surface")
        self.key = key
        self.label = name
        self._detail: Sequence[Piece] = ()
        self._note: Sequence[Piece] = ()
        self.focused = False
        self._show()

    def detail(self, detail: Sequence[Piece], note: Sequence[Piece] = ()) -> None:
        """Set what follows the name, and what stands at the right."""
        self._detail, self._note = detail, note
        self._show()

    def set_focused(self, focused: bool) -> None:
        """Say whether the pane has the focus."""
        self.focused = focused
        self._show()

    def _show(self) -> None:
        edge = "▎" if self.focused else " "
        name = "*accent" if self.focused else "muted"
        head = [(edge, "accent"), (f"{self.key} ", "muted"), (self.label, name), ("  ", "muted")]
        self.say([*head, *self._detail], [*self._note, (" ", "muted")] if self._note else [])


class TopBar(Line):
    """The views with their counts; a click on one goes there."""

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, view: str) -> None:
            super().__init__()
            self.view = view

    def __init__(self, palette: Callable[[], Palette]) -> None:
        super().__init__(palette, on="surface", id="top")
        self._places: list[tuple[int, int, str]] = []

    def views(
        self, name: str, views: Sequence[tuple[str, str, int | None]], current: str, badge: str
    ) -> None:
        """Show the views: id, label and count of each; when it is narrow, those around the current one."""
        width = self.size.width or 80
        right: list[Piece] = [(f" {badge} ", "*warning")] if badge else []
        room = width - sum(len(text) for text, _ in right) - 1
        texts = [f"{label} {_count(count)}" if count is not None else label for _, label, count in views]
        widths = [len(text) + 3 for text in texts]
        here = next((place for place, view in enumerate(views) if view[0] == current), 0)
        shown_name = cut(name, max(8, min(24, room - widths[here] - 4)))
        room -= width_of(shown_name) + 3
        first = last = here
        used = widths[here]
        while first > 0 or last < len(views) - 1:
            nearer_end = last < len(views) - 1 and (last - here <= here - first or first == 0)
            place = last + 1 if nearer_end else first - 1
            if used + widths[place] > room - 2:
                break
            used += widths[place]
            first, last = min(first, place), max(last, place)
        left: list[Piece] = [(" ", "text"), (shown_name, "*text"), ("  ", "text")]
        x = width_of(shown_name) + 3
        self._places = []
        if first > 0:
            left.append(("‹", "muted"))
            x += 1
        for place in range(first, last + 1):
            active = place == here
            text = f"[{texts[place]}] " if active else f" {texts[place]} "
            text = text if active else text + " "
            self._places.append((x, x + len(text), views[place][0]))
            left.append((text, "*accent" if active else ("text" if views[place][2] else "muted")))
            x += len(text)
        if last < len(views) - 1:
            left.append(("›", "muted"))
        self.say(left, right)

    def on_click(self, event: events.Click) -> None:
        """Go to the view under the mouse."""
        for start, end, view in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(view))


class KeyBar(Line):
    """The keys that matter now; whole keys are left out when it is narrow."""

    def __init__(self, palette: Callable[[], Palette]) -> None:
        super().__init__(palette, on="surface", id="keys")

    def keys(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show key and label of each, as many as fit."""
        left: list[Piece] = [(" ", "text")]
        room = (self.size.width or 80) - 1
        for key, label in pairs:
            needed = width_of(key) + width_of(label) + 3
            if needed - 2 > room:
                break
            left += [(key, "*accent"), (f" {label}  ", "muted")]
            room -= needed
        self.say(left)


def _count(count: int) -> str:
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1_000:.0f}k" if count < 999_500 else f"{count / 1_000_000:.1f}M"
