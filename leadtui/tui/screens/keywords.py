"""Keyword health: what each keyword of a campaign brings, with one key to mend it and one to take that back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from leadtui.errors import LeadTuiError
from leadtui.text import clean_line, plural
from leadtui.tui.bars import Line
from leadtui.tui.cells import cut, fit, width_of
from leadtui.tui.commands import BY_ID, keys_of
from leadtui.tui.rowlist import Look, RowList
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.services.keywords import Health, Mend
    from leadtui.tui.main import Main

STATES = {
    "healthy": ("✓", "good"),
    "noisy": ("!", "warning"),
    "quiet": ("○", "muted"),
    "capped": ("▲", "warning"),
}


class KeywordList(RowList["Health"]):
    """Keywords, two lines each: how it is doing, and what would help."""

    def __init__(self, main: Main) -> None:
        super().__init__(main.palette, row_height=2)
        self.chosen: dict[str, int] = {}
        """Which of a keyword's mends is proposed."""

    def key_of(self, row: Health) -> str:
        """The keyword."""
        return row.keyword

    def mend(self, row: Health) -> Mend | None:
        """The mend that is proposed now."""
        return row.mends[self.chosen.get(row.keyword, 0) % len(row.mends)] if row.mends else None

    def draw(self, row: Health, look: Look) -> list[list[Segment]]:
        """State, keyword and numbers; then why."""
        palette = self.palette()
        on = look.background if look.cursor else "surface"
        sign, color = STATES[row.state]
        numbers = f"{plural(row.posts, 'post')} · {plural(row.leads, 'lead')}"
        head = f" {sign} {row.state:<8} "
        room = max(8, look.width - width_of(head) - width_of(numbers) - 3)
        first = [
            Segment("▌" if look.cursor else " ", palette.style("accent", on)),
            Segment(head, palette.style(color, on)),
            Segment(fit(clean_line(row.keyword, 200), room), palette.style("text", on, bold=True)),
            Segment(f" {numbers} ", palette.style("muted", on)),
        ]
        judged = f"{row.wanted:,} wanted, {row.ignored:,} ignored" if row.wanted or row.ignored else ""
        told = clean_line(row.why, 200) or judged
        second = [
            Segment("▌" if look.cursor else " ", palette.style("accent", on)),
            Segment(
                " " * 3 + fit(cut(told, look.width - 5), max(0, look.width - 4)), palette.style("muted", on)
            ),
        ]
        return [first, second]


class Keywords(ModalScreen[None]):
    """The list; enter shows what the proposed mend would do, and enter there does it."""

    DEFAULT_CSS = """
    Keywords { align: center middle; background: $lead-background 60%; }
    Keywords > Vertical { width: 94%; max-width: 110; height: auto; max-height: 90%; background: $lead-surface; }
    Keywords Line { background: $lead-surface; }
    Keywords KeywordList { height: 4; background: $lead-surface; scrollbar-background: $lead-surface; margin: 1 0; }
    """

    def __init__(self, main: Main, name: str) -> None:
        super().__init__()
        self.main = main
        self._whose = name
        self._heading = Line(main.palette, on="cursor")
        self._mend = Line(main.palette, on="surface")
        self._foot = Line(main.palette, on="surface")
        self.list = KeywordList(main)

    def compose(self) -> ComposeResult:
        """Whose keywords, the list, the keys."""
        shown = cut(clean_line(self._whose), 30)
        self._heading.say([(f" Keywords of {shown}", "*text")], [("esc closes ", "muted")])
        with Vertical():
            yield self._heading
            yield self.list
            yield self._mend
            yield self._foot

    def on_mount(self) -> None:
        """Look at every keyword."""
        keys = f"enter tries the mend · ←→ another one · {self.main.key('undo')} undoes the last change"
        self._foot.say([(f" {keys}", "muted")])
        self.list.empty = ("Looking at the stored posts …",)
        self.list.focus()
        self.load()

    def load(self) -> None:
        """Look again, from the first keyword on."""
        if self.is_attached:
            self.run_worker(self._load(), group="health", exclusive=True, exit_on_error=False)

    async def _load(self) -> None:
        desk = self.main.desk
        if desk is None:
            return
        rows: list[Health] = []
        try:
            async for health in desk.keyword_health(self._whose):
                rows.append(health)
                if len(rows) <= self.list.page_rows:
                    self._fill(rows)
        except LeadTuiError as error:
            self.list.empty = (str(error),)
        else:
            self.list.empty = (f"{clean_line(self._whose, 40)} has no keywords", "+ adds one")
        self._fill(rows)

    def _fill(self, rows: list[Health]) -> None:
        self.list.show(list(rows))
        self.list.styles.height = max(4, min(2 * len(rows), self.app.size.height - 9))
        self._tell_mend()

    def _try(self) -> None:
        row = self.list.current
        mend = self.list.mend(row) if row is not None else None
        if mend is None:
            return
        self.main.edits.open_change(self._whose, mend.edit, self.load)

    def _other(self, step: int) -> None:
        row = self.list.current
        if row is not None and row.mends:
            self.list.chosen[row.keyword] = (self.list.chosen.get(row.keyword, 0) + step) % len(row.mends)
            self._tell_mend()

    def _tell_mend(self) -> None:
        row = self.list.current
        mend = self.list.mend(row) if row is not None else None
        if row is None or mend is None:
            self._mend.say([("  nothing to mend" if row is not None else "", "muted")])
            return
        place = self.list.chosen.get(row.keyword, 0) % len(row.mends) + 1
        count = f" {place}/{len(row.mends)}" if len(row.mends) > 1 else ""
        self._mend.say(
            [(f"  mend{count}: ", "muted"), (str(mend.edit), "*text")], [(f"{mend.why} ", "muted")]
        )

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Say what would help the keyword under the cursor; nothing of the main screen's business."""
        message.stop()
        self._tell_mend()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """A second click tries the mend."""
        message.stop()
        self._try()

    def on_key(self, event: events.Key) -> None:
        """Move, try, undo, leave."""
        steps = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 5, "pageup": -5}
        key = event.character if event.character and event.is_printable else event.key
        if key in steps:
            self.list.go(self.list.cursor + steps[key])
        elif key == "enter":
            self._try()
        elif key in ("left", "right"):
            self._other(1 if key == "right" else -1)
        elif key in keys_of(BY_ID["undo"], self.main.desk_app.config.ui.keys):
            self.main.start("campaign")(partial(self.main.edits.take_back, self._whose, self.load))
        elif key in ("escape", "q"):
            close(self)
        else:
            return
        event.stop()
        event.prevent_default()
