"""The single lines around the panes: views on top, a title over each pane, status and keys at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from leadtui.tui.cells import cut, harmless, width_of

if TYPE_CHECKING:
    from leadtui.tui.themes import Palette

Piece = tuple[str, str]
"""Text and the name of its colour; `*` before the name makes it bold."""


class Line(Widget):
    """One line: pieces from the left, pieces at the right; the right ones win when it is narrow."""

    ALLOW_SELECT = False

    def __init__(
        self, palette: Callable[[], Palette], *, on: str = "background", name: str | None = None
    ) -> None:
        super().__init__(id=name)
        self.palette = palette
        self.on = on
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    def say(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; nothing is painted when they are what stands there."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def pieces(self, width: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """What to show at the left and at the right in `width` cells."""
        return self._left, self._right

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        palette = self.palette()
        left_pieces, right_pieces = self.pieces(width)
        right = self._segments(right_pieces, width, palette)
        taken = sum(width_of(segment.text) for segment in right)
        left = self._segments(left_pieces, width - taken - (1 if taken else 0), palette)
        used = sum(width_of(segment.text) for segment in left)
        gap = Segment(" " * max(0, width - used - taken), palette.style("text", self.on))
        return Strip([*left, gap, *right], max(width, used + taken)).crop(0, width)

    def _segments(self, pieces: Sequence[Piece], width: int, palette: Palette) -> list[Segment]:
        segments = []
        for text, color in pieces:
            shown = cut(harmless(text), width)
            if text and not shown:
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
        super().__init__(palette, on="surface", name="top")
        self._shown: tuple[str, Sequence[tuple[str, str, int]], str, str] = ("", (), "", "")
        self._places: list[tuple[int, int, str]] = []

    def views(self, name: str, views: Sequence[tuple[str, str, int]], current: str, badge: str) -> None:
        """Show the views: id, label and count of each; whose they are at the left, the badge at the right."""
        shown = (name, tuple(views), current, badge)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def pieces(self, width: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """The views around the current one, as many as fit."""
        name, views, current, badge = self._shown
        self._places = []
        right: list[Piece] = [(f" {badge} ", "*warning")] if badge else []
        if not views:
            return (), right
        room = width - sum(len(text) for text, _ in right) - 1
        texts = [f"{label} {_count(count)}" for _, label, count in views]
        widths = [len(text) + 3 for text in texts]
        here = next((place for place, view in enumerate(views) if view[0] == current), 0)
        shown_name = cut(name, max(6, min(24, room - widths[here] - 6)))
        x = width_of(shown_name) + 3
        first, last = _around(here, widths, room - x - 2)
        left: list[Piece] = [(" ", "text"), (shown_name, "*text"), ("  ", "text")]
        if first > 0:
            left.append(("‹", "muted"))
            x += 1
        for place in range(first, last + 1):
            active = place == here
            text = f"[{texts[place]}] " if active else f" {texts[place]}  "
            self._places.append((x, x + len(text), views[place][0]))
            left.append((text, "*accent" if active else ("text" if views[place][2] else "muted")))
            x += len(text)
        if last < len(views) - 1:
            left.append(("›", "muted"))
        return left, right

    def on_click(self, event: events.Click) -> None:
        """Go to the view under the mouse."""
        for start, end, view in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(view))


class KeyBar(Line):
    """The keys that matter now; whole keys are left out when it is narrow."""

    def __init__(self, palette: Callable[[], Palette]) -> None:
        super().__init__(palette, on="surface", name="keys")
        self._pairs: Sequence[tuple[str, str]] = ()

    def keys(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show key and label of each; the last one stays however narrow it is."""
        if pairs != self._pairs:
            self._pairs = pairs
            self.refresh()

    def pieces(self, width: int) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """As many keys as fit, always with the last one."""
        texts = [(key, f" {label}" if label else "") for key, label in self._pairs]
        widths = [width_of(key) + width_of(label) + 2 for key, label in texts]
        fitting = len(texts)
        while fitting > 1 and sum(widths[: fitting - 1]) + widths[-1] - 1 > width:
            fitting -= 1
        left: list[Piece] = []
        for key, label in [*texts[: fitting - 1], *texts[-1:]]:
            left += [((" " if not left else "  ") + key, "*accent"), (label, "muted")]
        return left, ()


def _around(here: int, widths: Sequence[int], room: int) -> tuple[int, int]:
    """First and last of the widest run around `here` that fits, grown to both sides."""
    first = last = here
    used = widths[here]
    while True:
        sides = [place for place in (last + 1, first - 1) if 0 <= place < len(widths)]
        fitting = [place for place in sides if used + widths[place] <= room]
        if not fitting:
            return first, last
        nearest = min(fitting, key=lambda place: abs(place - here))
        used += widths[nearest]
        first, last = min(first, nearest), max(last, nearest)


def _count(count: int) -> str:
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1_000:.0f}k" if count < 999_500 else f"{count / 1_000_000:.1f}M"
