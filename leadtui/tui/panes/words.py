"""The word cursor of the post: which words of title and body are selected, and where they stand on the screen."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.scroll_view import ScrollView
from textual.strip import Strip

from leadtui.tui.cells import clusters, width_of

_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?…()[]{}<>\"'“”‘’«»*_~`|/\\–—-"
"""Punctuation that is no part of a word that it stands at the edge of; `c++` and `#1` keep theirs."""
_SELECTED = Style(reverse=True)
INDENT = 1
"""Cells before the text of a line."""


class Row(NamedTuple):
    """A line of the screen: from `start` to `end` of the title (text 0) or the body (text 1)."""

    text: int
    start: int
    end: int


class Word(NamedTuple):
    """A word of one of the texts."""

    text: int
    start: int
    end: int


class WordCursor:
    """Words selected by keys or mouse; the same object for every post, emptied with `load`."""

    def __init__(self) -> None:
        self._texts: Sequence[str] = ()
        self._words: list[Word] | None = None
        self._anchor: int | None = None
        self._head = 0

    def load(self, texts: Sequence[str]) -> None:
        """Take other texts, with blanks where something stands that is none of the post's words."""
        if list(texts) != list(self._texts):
            self._texts = texts
            self._words = None
            self.clear()

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = None

    @property
    def words(self) -> list[Word]:
        """All words; found when they are first asked for."""
        if self._words is None:
            self._words = [word for number, text in enumerate(self._texts) for word in _words(number, text)]
        return self._words

    @property
    def selected(self) -> Sequence[Word]:
        """The words from where the selection began to where it is now."""
        if self._anchor is None:
            return ()
        first, last = sorted((self._anchor, self._head))
        return self.words[first : last + 1]

    @property
    def head(self) -> Word | None:
        """The word that moves."""
        return None if self._anchor is None else self.words[self._head]

    @property
    def text(self) -> str:
        """What is selected, with one blank between words."""
        return " ".join(self._texts[word.text][word.start : word.end] for word in self.selected)

    def move(self, step: int, first: Row | None, *, extend: bool = False) -> None:
        """Go a word on or back, with `extend` from where the selection began; begin in the row `first`."""
        if not self.words:
            return
        if self._anchor is None:
            place = bisect_right(
                self.words, (first.text, first.start - 1, len(self._texts[first.text])) if first else (0,)
            )
            self._anchor = self._head = min(place, len(self.words) - 1)
            return
        self._head = max(0, min(len(self.words) - 1, self._head + step))
        if not extend:
            self._anchor = self._head

    def pick(self, row: Row, cell: int, *, extend: bool = False) -> bool:
        """Select the word at a cell of a row; returns whether there is one."""
        place = row.start + _index_at(self._texts[row.text][row.start : row.end], cell)
        index = bisect_right(self.words, (row.text, place, len(self._texts[row.text]))) - 1
        if index < 0:
            return False
        word = self.words[index]
        if word.text != row.text or (not extend and place >= word.end):
            return False
        self._head = index
        if not extend or self._anchor is None:
            self._anchor = index
        return True

    def mark(self, strip: Strip, row: Row, shown: str, indent: int) -> Strip:
        """Return the line of a row, whose text on the screen is `shown`, with the selected words reversed."""
        chosen = self.selected
        if (
            not chosen
            or (chosen[-1].text, chosen[-1].end) <= row[:2]
            or (chosen[0].text, chosen[0].start) >= (row.text, row.end)
        ):
            return strip
        start = chosen[0].start if chosen[0].text == row.text else 0
        end = chosen[-1].end if chosen[-1].text == row.text else row.end
        start, end = max(start, row.start) - row.start, min(end, row.end) - row.start
        left, right = (indent + width_of(shown[:place]) for place in (start, end))
        length = strip.cell_length
        return Strip.join(
            [strip.crop(0, left), strip.crop(left, right).apply_style(_SELECTED), strip.crop(right, length)]
        )


class Selectable(ScrollView):
    """A view of title and body whose words can be selected with keys and mouse."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(id=name)
        self.selection = WordCursor()
        self._pressed: tuple[int, int] | None = None
        self._drawing = False

    def row_at(self, y: int) -> Row | None:
        """What of title or body stands on a line, None for everything else."""
        raise AssertionError("a view says what stands on its lines")

    def line_of(self, word: Word) -> int:
        """On which line a word stands."""
        raise AssertionError("a view says where its words stand")

    def marked(self, strip: Strip, y: int, texts: Sequence[str]) -> Strip:
        """Return line `y` with the selected words reversed; `texts` as they are shown."""
        row = self.row_at(y) if self.selection.selected else None
        return (
            strip
            if row is None
            else self.selection.mark(strip, row, texts[row.text][row.start : row.end], INDENT)
        )

    def select(self, step: int, *, extend: bool = False) -> None:
        """Move the word cursor, from the first line in view where none is selected, and keep it in view."""
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        first = next((row for y in range(top, top + height) if (row := self.row_at(y))), None)
        self.selection.move(step, first, extend=extend)
        word = self.selection.head
        if word is not None:
            line = self.line_of(word)
            if not top <= line < top + height:
                self.scroll_to(y=max(0, line - height // 2), animate=False)
        self.refresh()

    def unselect(self) -> bool:
        """Select nothing; returns whether anything was selected."""
        had = bool(self.selection.selected)
        self.selection.clear()
        self.refresh()
        return had

    def _pick(self, event: events.MouseEvent, *, extend: bool = False) -> None:
        row = self.row_at(event.y + self.scroll_offset.y)
        if row is not None and self.selection.pick(row, event.x - INDENT, extend=extend):
            self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select from here on while the button is held."""
        if event.button == 1:
            self._pressed = (event.x, event.y)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select as far as the mouse is drawn."""
        if self._pressed is None or (event.x, event.y) == self._pressed:
            return
        if not self._drawing:
            self._drawing = True
            row = self.row_at(self._pressed[1] + self.scroll_offset.y)
            if row is None or not self.selection.pick(row, self._pressed[0] - INDENT):
                self.selection.clear()
        self._pick(event, extend=True)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The selection stands."""
        self._pressed, self._drawing = None, False
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """A double click selects a word."""
        if event.chain == 2:
            self._pick(event)


def _words(number: int, text: str) -> list[Word]:
    found = []
    for match in _WORD.finditer(text):
        whole = match.group()
        start = match.start() + len(whole) - len(whole.lstrip(_EDGES))
        end = match.start() + len(whole.rstrip(_EDGES))
        if start < end:
            found.append(Word(number, start, end))
    return found


def _index_at(text: str, cell: int) -> int:
    """Return the index of the character that covers a cell."""
    if text.isascii():
        return max(0, min(cell, len(text)))
    used = 0
    for start, _, cells in clusters(text):
        used += cells
        if used > cell:
            return start
    return len(text)
