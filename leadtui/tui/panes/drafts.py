"""The drafts: answers in the making and on their way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.widget import Widget

from leadtui.text import clean, clean_line, plural
from leadtui.tui.bars import PaneTitle
from leadtui.tui.cells import fit
from leadtui.tui.jobs import Latest
from leadtui.tui.looks import ago, draft_sign, meta
from leadtui.tui.rowlist import Look, RowList

if TYPE_CHECKING:
    from leadtui.domain.models import Draft
    from leadtui.tui.main import Main


class DraftList(RowList["Draft"]):
    """Drafts, one line each."""

    def key_of(self, row: Draft) -> int:
        """The id of the draft."""
        return row.id

    def draw(self, row: Draft, look: Look) -> list[list[Segment]]:
        """State, age, title of the post and the first words."""
        palette, on = self.palette(), look.background
        sign, word, color = draft_sign(row)
        body = clean(row.body[:400]).strip()
        first = next((line for line in body.split("\n") if line.strip()), "") or "(empty)"
        age = f"{ago(time.time(), row.updated_at):>4} "
        room = look.width - 3 - 5
        title = fit(clean_line(row.title) or clean_line(row.parent), max(10, room * 2 // 5))
        details = [(word, color), (clean_line(row.reason, 200), "warning"), (first, "muted")]
        head = [
            Segment("▌" if look.cursor else " ", palette.style("accent", on)),
            Segment(f"{sign}", palette.style(color, on)),
            Segment(age, palette.style("muted", on)),
            Segment(title + "  ", palette.style("text", on)),
        ]
        return [[*head, *meta(details, max(0, room - max(10, room * 2 // 5) - 2), palette, on)]]


class DraftsPane(Widget):
    """Title and list of the drafts."""

    def __init__(self, main: Main) -> None:
        super().__init__(id="drafts", classes="pane")
        self.main = main
        self.pane_title = PaneTitle(main.palette, "3", "Drafts")
        self.list = DraftList(main.palette)
        self.list.empty = ("Opening …",)
        self._reload = Latest(main.start("drafts"), self._load)

    def compose(self) -> ComposeResult:
        """Title and list."""
        yield self.pane_title
        yield self.list

    @property
    def body(self) -> DraftList:
        """What takes the focus."""
        return self.list

    def reload(self) -> None:
        """Ask the store again."""
        if self.main.desk is not None:
            self._reload.ask()

    async def _load(self) -> None:
        if self.main.desk is None:
            return
        drafts: Sequence[Draft] = await self.main.desk.drafts()
        self.list.empty = ("No drafts.", f"{self.main.key('lead.draft')} on a lead begins one.")
        self.list.show(drafts)
        self.main.fit_small_panes()
        self.pane_title.detail([(plural(len(drafts), "draft"), "muted")] if drafts else [])
