"""The feeds: what is read, when, and how it goes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.widget import Widget

from leadtui.text import clean_line, plural
from leadtui.tui.bars import PaneTitle
from leadtui.tui.cells import fit
from leadtui.tui.jobs import Latest
from leadtui.tui.looks import ago, feed_sign, meta, until
from leadtui.tui.rowlist import Look, RowList

if TYPE_CHECKING:
    from leadtui.domain.models import Feed
    from leadtui.tui.main import Main


class FeedList(RowList["Feed"]):
    """Feeds, one line each."""

    polling: tuple[str, ...] = ()
    modes: Mapping[int, str] = {}
    """How each feed is read, by its id."""

    def key_of(self, row: Feed) -> int:
        """The id of the feed."""
        return row.id

    def draw(self, row: Feed, look: Look) -> list[list[Segment]]:
        """State, name, and what happened last and happens next."""
        palette, on = self.palette(), look.background
        mode = self.modes.get(row.id, row.source)
        sign, word, color = feed_sign(row, self.polling, mode)
        now = time.time()
        name = fit(clean_line(row.name, 120), max(8, min(22, look.width // 3)))
        details: list[tuple[str, str]] = [
            (word, color),
            (f"{row.errors}× {clean_line(row.last_error, 200)}" if row.errors else "", "bad"),
            (f"read {ago(now, row.last_poll)} ago" if row.last_poll is not None else "not read yet", "muted"),
            (
                f"next {until(now, row.next_poll)}" if row.next_poll is not None and mode != "off" else "",
                "muted",
            ),
            (plural(row.posts, "post"), "muted"),
            ("" if mode == "off" else clean_line(mode, 40), "muted"),
            (f"gap {clean_line(row.gap, 60)}" if row.gap else "", "warning"),
        ]
        edge = "▌" if look.cursor else " "
        head = [
            Segment(edge, palette.style("accent", on)),
            Segment(f"{sign} ", palette.style(color, on)),
            Segment(name + " ", palette.style("text", on)),
        ]
        return [[*head, *meta(details, look.width - len(name) - 5, palette, on)]]


class FeedsPane(Widget):
    """Title and list of the feeds."""

    def __init__(self, main: Main) -> None:
        super().__init__(id="feeds", classes="pane")
        self.main = main
        self.pane_title = PaneTitle(main.palette, "2", "Feeds")
        self.list = FeedList(main.palette)
        self.list.empty = ("Opening …",)
        self._reload = Latest(main.start("feeds"), self._load)

    def compose(self) -> ComposeResult:
        """Title and list."""
        yield self.pane_title
        yield self.list

    @property
    def body(self) -> FeedList:
        """What takes the focus."""
        return self.list

    def reload(self) -> None:
        """Ask the store again."""
        if self.main.desk is not None:
            self._reload.ask()

    async def _load(self) -> None:
        if self.main.desk is None:
            return
        feeds: Sequence[Feed] = await self.main.desk.feeds()
        modes = {feed.id: self.main.desk.feed_mode(feed) for feed in feeds}
        if modes != self.list.modes:
            self.list.modes = modes
            self.list.redraw()
        self.list.empty = ("No feeds yet.", "A campaign brings its subreddits.")
        self.list.show(feeds)
        self.main.fit_small_panes()
        failing = sum(1 for feed in feeds if feed.errors)
        note = [(f"✗ {failing} failing", "bad")] if failing else []
        self.pane_title.detail([(plural(len(feeds), "feed"), "muted")] if feeds else [], note)

    def show_polling(self, polling: tuple[str, ...]) -> None:
        """Mark the feeds that are being read."""
        if polling != self.list.polling:
            self.list.polling = polling
            self.list.redraw()
