"""A list of any length drawn line by line: it holds a window of rows, and its cursor follows a row, not a place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from leadtui.tui.cells import cut, harmless, width_of

if TYPE_CHECKING:
    from leadtui.tui.themes import Palette

Row = TypeVar("Row")

MARGIN = 40
"""Rows loaded beyond what is seen, so that paging through them never waits."""
MOST = 400
"""Rows held at most; the ones farthest from what is seen are let go."""
_DRAWN = 2_000
"""Drawn rows kept for the next repaint."""


class Look(NamedTuple):
    """How a row is to be drawn."""

    width: int
    height: int
    cursor: bool
    focus: bool
    marked: bool

    @property
    def background(self) -> str:
        """The name of the colour behind the row."""
        if not self.cursor:
            return "background"
        return "cursor" if self.focus else "resting"


class Need(NamedTuple):
    """Rows that are missing: those `after` or `before` a row, or from a place on."""

    after: Any = None
    before: Any = None
    offset: int | None = None


class RowList(ScrollView, Generic[Row], can_focus=True):
    """Rows of `row_height` lines; subclasses say how one is drawn (`draw`) and what identifies it (`key_of`)."""

    ALLOW_SELECT = False

    class Said(Message):
        """Something that a list tells the screen."""

        def __init__(self, rows: RowList[Any]) -> None:
            super().__init__()
            self.list = rows

    class Moved(Said):
        """The cursor stands on another row now, or on none."""

    class Wanted(Said):
        """Rows have come into view that are not loaded."""

    class Opened(Said):
        """A row was chosen with the mouse by clicking it again."""

    def __init__(
        self, palette: Callable[[], Palette], *, row_height: int = 1, name: str | None = None
    ) -> None:
        super().__init__(id=name)
        self.palette = palette
        self.rows: list[Row] = []
        self.start_at = 0
        self.total = 0
        self.exact = True
        self.cursor = 0
        self.marks: set[Hashable] = set()
        self.row_height = row_height
        self._empty: tuple[str, ...] = ()
        self._drawn: dict[tuple[Row, Look], list[Strip]] = {}
        self._placing = False
        self._said: tuple[Hashable, bool] | None = None

    def key_of(self, row: Row) -> Hashable:
        """What stays the same when a row changes."""
        raise AssertionError("a list says what identifies its rows")

    def draw(self, row: Row, look: Look) -> list[list[Segment]]:
        """The lines of a row, each at most `look.width` cells; the rest is filled."""
        raise AssertionError("a list says how its rows look")

    def row_at(self, index: int) -> Row | None:
        """The row at a place of the whole list, when it is loaded."""
        place = index - self.start_at
        return self.rows[place] if 0 <= place < len(self.rows) else None

    @property
    def empty(self) -> tuple[str, ...]:
        """What is said when there are no rows, line by line."""
        return self._empty

    @empty.setter
    def empty(self, lines: tuple[str, ...]) -> None:
        if lines != self._empty:
            self._empty = lines
            if not self.total:
                self.refresh()

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None while it is being loaded or when there is none."""
        return self.row_at(self.cursor)

    @property
    def in_view(self) -> range:
        """The places that are on the screen, at least in part."""
        first = self.scroll_offset.y // self.row_height
        count = -(-max(1, self.size.height) // self.row_height)
        return range(first, max(first, min(self.total, first + count + 1)))

    @property
    def page_rows(self) -> int:
        """Whole rows that fit on the screen."""
        return max(1, self.size.height // self.row_height)

    def index_of(self, key: Hashable) -> int | None:
        """The place of a loaded row."""
        for place, row in enumerate(self.rows):
            if self.key_of(row) == key:
                return self.start_at + place
        return None

    def show(
        self,
        rows: Sequence[Row],
        *,
        offset: int = 0,
        total: int | None = None,
        exact: bool = True,
        top: bool = False,
    ) -> None:
        """Put other rows in place: the cursor stays on its row and that row on its screen line.

        A cursor whose row is gone goes to the row that took its place. With `top`, begin at the first row instead.
        """
        before = self._picture()
        row = self.current
        lead = self.scroll_offset.y - self.cursor * self.row_height
        self.rows = list(rows)
        self.start_at = offset
        self.total = max(offset + len(rows), len(rows) if total is None else total)
        self.exact = exact
        found = self.index_of(self.key_of(row)) if row is not None and not top else None
        self.cursor = 0 if top else self._clamp(self.cursor if found is None else found)
        self._place(0 if top else self.cursor * self.row_height + lead)
        if self._picture() != before:
            self.refresh()
        self._tell(changed=self.current != row)

    def _picture(self) -> tuple[object, ...]:
        """What is on the screen: as long as it stays, nothing has to be painted."""
        seen = self.in_view
        return (
            self.scroll_offset.y - seen.start * self.row_height,
            self.cursor - seen.start,
            [self.row_at(index) for index in seen],
        )

    def extend(self, rows: Sequence[Row], need: Need, *, more: bool) -> None:
        """Take in rows that `missing` asked for; `more` says whether the list goes on behind them."""
        if need.after is not None:
            if not self.rows or self.key_of(self.rows[-1]) != self.key_of(need.after):
                return
            self.rows.extend(rows)
            end = self.start_at + len(self.rows)
            self._set_total(max(self.total, end + 1) if more else end)
        elif need.before is not None:
            if not self.rows or self.key_of(self.rows[0]) != self.key_of(need.before):
                return
            self.rows[:0] = rows
            self.start_at -= len(rows)
            if self.start_at < 0 or (not more and self.start_at):
                self._shift(-self.start_at)
        self._let_go()
        self.refresh()
        self._tell()

    def _shift(self, by: int) -> None:
        """The list is `by` rows longer above than was thought: everything keeps its place on the screen."""
        self.start_at += by
        self.cursor = max(0, self.cursor + by)
        self.total = max(0, self.total + by)
        self._place(self.scroll_offset.y + by * self.row_height)

    def _set_total(self, total: int) -> None:
        if total != self.total:
            self.total = total
            self.cursor = self._clamp(self.cursor)
            self._place(self.scroll_offset.y)

    def _let_go(self) -> None:
        """Forget the rows farthest from what is seen."""
        surplus = len(self.rows) - MOST
        if surplus <= 0:
            return
        seen = self.in_view
        above = min(surplus, max(0, seen.start - 2 * MARGIN - self.start_at))
        del self.rows[:above]
        self.start_at += above
        below = min(surplus - above, max(0, self.start_at + len(self.rows) - seen.stop - 2 * MARGIN))
        if below:
            del self.rows[-below:]

    def missing(self) -> Need | None:
        """What must be loaded so that the rows in view and those near them are there."""
        if not self.total:
            return None
        seen = self.in_view
        first = max(0, min(seen.start, self.cursor) - MARGIN)
        last = min(self.total, max(seen.stop, self.cursor + 1) + MARGIN)
        end = self.start_at + len(self.rows)
        if self.start_at <= first and last <= end:
            return None
        if (
            not self.rows
            or last < self.start_at
            or first > end
            or last - end > 2 * MARGIN
            or self.start_at - first > 2 * MARGIN
        ):
            return Need(offset=max(0, first - MARGIN))
        return Need(after=self.rows[-1]) if last > end else Need(before=self.rows[0])

    def take(self, rows: Sequence[Row], offset: int) -> None:
        """Hold these rows instead of the present ones; cursor and screen keep their place."""
        self.rows = list(rows)
        self.start_at = offset
        if offset + len(rows) > self.total:
            self._set_total(offset + len(rows))
        self.refresh()
        self._tell()

    def take_out(self, keys: Collection[Hashable]) -> None:
        """Take rows out at once, before the store is asked; the cursor goes to the next one that stays."""
        before = sum(
            1 for row in self.rows[: max(0, self.cursor - self.start_at)] if self.key_of(row) in keys
        )
        left = [row for row in self.rows if self.key_of(row) not in keys]
        gone = len(self.rows) - len(left)
        self.rows = left
        self.marks.difference_update(keys)
        self.total = max(0, self.total - gone)
        self.cursor = self._clamp(self.cursor - before)
        self._place(self.scroll_offset.y - before * self.row_height)
        self.refresh()
        self._tell()

    def replace(self, row: Row) -> None:
        """Show a changed row in the place of the one with the same key."""
        index = self.index_of(self.key_of(row))
        if index is not None:
            self.rows[index - self.start_at] = row
            self._refresh_row(index)
            if index == self.cursor:
                self._tell(changed=True)

    def go(self, index: int) -> None:
        """Put the cursor on a place."""
        index = self._clamp(index)
        old, self.cursor = self.cursor, index
        if old != index:
            self._refresh_row(old)
            self._refresh_row(index)
        self._keep_cursor_visible()
        self._tell()

    def move(self, rows: int) -> None:
        """Move the cursor; a step of several rows scrolls with it, so that the cursor keeps its screen line."""
        goal = self.cursor + rows
        if abs(rows) > 1:
            self._scroll(self.scroll_offset.y + rows * self.row_height)
        self.go(goal)

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or unmark it, and go on."""
        row = self.current
        if row is not None:
            self.marks.symmetric_difference_update({self.key_of(row)})
            self._refresh_row(self.cursor)
            self.go(self.cursor + 1)

    def mark_all(self) -> int:
        """Mark all loaded rows, or none if any is marked; returns how many are marked now."""
        self.marks = set() if self.marks else {self.key_of(row) for row in self.rows}
        self.refresh()
        return len(self.marks)

    def redraw(self) -> None:
        """Draw every row again: the theme, the height or the hour has changed."""
        self._drawn.clear()
        self._resize_to_total()
        self.refresh()

    def set_row_height(self, lines: int) -> None:
        """Change how many lines a row has, keeping the cursor in view."""
        if lines != self.row_height:
            first = self.scroll_offset.y // self.row_height
            self.row_height = lines
            self.redraw()
            self._scroll(first * lines)
            self._keep_cursor_visible()

    def _clamp(self, index: int) -> int:
        return max(0, min(index, self.total - 1))

    def _place(self, y: int) -> None:
        """Take the present total, scroll to line `y` and keep the cursor where it was put, in view."""
        self._placing = True
        self._resize_to_total()
        self._scroll(y)
        self._keep_cursor_visible()
        self._placing = False

    def _scroll(self, y: int) -> None:
        """Scroll at once, also before the layout knows that there is more than fits."""
        self.scroll_to(y=max(0, y), animate=False, force=True)

    def _resize_to_total(self) -> None:
        set_lines(self, self.total * self.row_height)

    def _keep_cursor_visible(self) -> None:
        height = self.size.height
        if not height:
            return
        y = self.cursor * self.row_height
        top = self.scroll_offset.y
        if y < top:
            self._scroll(y)
        elif y + self.row_height > top + height:
            self._scroll(y + self.row_height - height)

    def _refresh_row(self, index: int) -> None:
        self.refresh_lines(index * self.row_height, self.row_height)

    def _tell(self, *, changed: bool = False) -> None:
        """Say that another row is under the cursor, and that rows are missing, when that is so."""
        row = self.current
        said = (None if row is None else self.key_of(row), row is None)
        if changed or said != self._said:
            self._said = said
            self.post_message(self.Moved(self))
        if self.missing() is not None:
            self.post_message(self.Wanted(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Wheel and scroll bar take the cursor along: a verdict never falls on a row that is out of sight."""
        super().watch_scroll_y(old_value, new_value)
        unmoved = round(old_value) == round(new_value)
        if self._placing or unmoved or not self.total or not self.size.height:
            return
        first = -(-round(new_value) // self.row_height)
        last = max(first, (round(new_value) + self.size.height) // self.row_height - 1)
        inside = self._clamp(max(first, min(self.cursor, last)))
        if inside != self.cursor:
            self.cursor = inside
        self._tell()

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self._scroll(self.scroll_offset.y + 3)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self._scroll(self.scroll_offset.y - 3)

    def on_click(self, event: events.Click) -> None:
        """A click chooses, a second click on the same row opens."""
        index = (event.y + self.scroll_offset.y) // self.row_height
        if not 0 <= index < self.total:
            return
        if event.chain > 1 and index == self.cursor:
            self.post_message(self.Opened(self))
        self.go(index)

    def on_resize(self) -> None:
        """Keep the cursor in view in the new size."""
        self._drawn.clear()
        self._keep_cursor_visible()
        self._tell()

    def on_focus(self) -> None:
        """The row under the cursor looks different now."""
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        """The row under the cursor looks different now."""
        self._refresh_row(self.cursor)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.scrollable_size.width
        palette = self.palette()
        blank = palette.style("text")
        index, part = divmod(y + self.scroll_offset.y, self.row_height)
        if index >= self.total:
            return self._empty_line(y, width) if not self.total else Strip.blank(width, blank)
        row = self.row_at(index)
        if row is None:
            text = cut("  ⋯ loading" if part == 0 else "", width)
            return Strip([Segment(text.ljust(width), palette.style("muted"))], width)
        look = Look(
            width, self.row_height, index == self.cursor, self.has_focus, self.key_of(row) in self.marks
        )
        key = (row, look)
        strips = self._drawn.get(key)
        if strips is None:
            if len(self._drawn) > _DRAWN:
                self._drawn.clear()
            filler = palette.style("text", look.background)
            strips = [full_line(line, width, filler) for line in self.draw(row, look)]
            self._drawn[key] = strips
        return strips[part] if part < len(strips) else Strip.blank(width, blank)

    def _empty_line(self, y: int, width: int) -> Strip:
        palette = self.palette()
        first = 1 if self.size.height > len(self.empty) + 2 else 0
        line = y - first
        text = self.empty[line] if 0 <= line < len(self.empty) else ""
        style = palette.style("text" if line == 0 else "muted")
        return full_line([Segment("  " + cut(text, max(0, width - 3)), style)], width, palette.style("text"))


def set_lines(view: ScrollView, lines: int) -> None:
    """Say how many lines a view has in all; the screen is laid out anew only when its scroll bar comes or goes."""
    size = Size(0, lines)
    if view.virtual_size == size:
        return
    height = view.container_size.height
    if view.virtual_size.height > height and lines > height:
        view.set_reactive(ScrollView.virtual_size, size)
        view.vertical_scrollbar.window_virtual_size = lines
        if view.scroll_offset.y > lines - height:
            view.scroll_to(y=lines - height, animate=False, force=True)
    else:
        view.virtual_size = size


def full_line(segments: Sequence[Segment], width: int, filler: Style) -> Strip:
    """One line of exactly `width` cells: filled up or cut off, and unable to drive the terminal."""
    safe = [Segment(harmless(text), style) for text, style, _ in segments]
    used = sum(width_of(segment.text) for segment in safe)
    if used < width:
        safe.append(Segment(" " * (width - used), filler))
        used = width
    strip = Strip(safe, used)
    return strip if used == width else strip.crop(0, width)
