"""The leads: one view of them at a time, by a query, in a list that loads what is looked at."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.widget import Widget

from leadtui.errors import LeadTuiError
from leadtui.text import clean_line, plural
from leadtui.tui.bars import PaneTitle, Piece
from leadtui.tui.cells import cut, width_of
from leadtui.tui.jobs import Latest
from leadtui.tui.looks import ago, meta, status_sign, until, words
from leadtui.tui.rowlist import Look, RowList
from leadtui.tui.views import SORTS, compose

if TYPE_CHECKING:
    from leadtui.domain.models import LeadRow
    from leadtui.services.desk import Desk
    from leadtui.tui.filterbar import FilterBar
    from leadtui.tui.main import Main

_TITLE_TAKES = 13
"""Cells of a pane's title beside what it says: edge, key, name and gaps."""
PAGE = 64
"""Rows asked for when the list goes on at its edge."""
WINDOW = 200
"""Rows asked for when it is loaded anew."""


class LeadList(RowList["LeadRow"]):
    """Leads in two lines each, or in one where lines are few."""

    several = False
    """Whether leads of more than one campaign are shown, so that each says whose it is."""

    def key_of(self, row: LeadRow) -> int:
        """The id of the lead."""
        return row.id

    def draw(self, row: LeadRow, look: Look) -> list[list[Segment]]:
        """Score, sign and title; below age, status in words, and what is known of the post."""
        palette, on = self.palette(), look.background
        sign, word, color = status_sign(row)
        unseen = row.status == "new" and not row.seen
        edge = "◆" if look.marked else ("▌" if look.cursor else " ")
        edge_color = "warning" if look.marked else "accent"
        score_color = "good" if row.score >= 80 else ("text" if row.score >= 60 else "muted")
        now = time.time()
        head = [
            Segment(edge, palette.style(edge_color, on)),
            Segment(f"{row.score:>3} ", palette.style(score_color, on, bold=row.score >= 80)),
            Segment(f"{sign} ", palette.style(color, on)),
        ]
        title = clean_line(row.title) or "(no title)"
        times = f" ×{row.copies + 1}" if row.copies else ""
        where = "r/" + clean_line(row.subreddit, 60)
        room = look.width - 7
        if look.height == 1:
            tail = f"{times} {word} · {where} · {ago(now, row.created_at)}"
            tail = tail if room - width_of(tail) >= 24 else f"{times} {word}"
            shown = cut(title, max(0, room - width_of(tail)))
            gap = " " * max(0, room - width_of(shown) - width_of(tail))
            return [
                [
                    *head,
                    Segment(shown + gap, palette.style("text", on, bold=unseen)),
                    Segment(tail, palette.style("muted", on)),
                ]
            ]
        first = [
            *head,
            Segment(cut(title, room - len(times)), palette.style("text", on, bold=unseen)),
            Segment(times, palette.style("accent", on)),
        ]
        snoozed = f"back in {until(now, row.snoozed_until)}" if row.snoozed_until else ""
        comments = "" if row.num_comments is None else plural(row.num_comments, "comment")
        details: list[tuple[str, str]] = [
            (word, "muted" if row.status == "new" else color),
            (snoozed, "muted"),
            (where, "muted"),
            (words(row.intent), "muted"),
            (words(row.stance), "muted"),
            (comments, "muted"),
            (clean_line(row.campaign, 40) if self.several else "", "muted"),
            ("note" if row.noted else "", "muted"),
            ("draft" if row.drafted and row.status != "drafted" else "", "muted"),
        ]
        second = [
            Segment("◆" if look.marked else ("▌" if look.cursor else " "), palette.style(edge_color, on)),
            Segment(f"{ago(now, row.created_at):>3}   ", palette.style("muted", on)),
            *meta(details, room, palette, on),
        ]
        return [first, second]


class LeadsPane(Widget):
    """Title, filter bar and list of the leads."""

    def __init__(self, main: Main) -> None:
        super().__init__(id="leads", classes="pane")
        self.main = main
        self.pane_title = PaneTitle(main.palette, "1", "Leads")
        self.list = LeadList(main.palette, row_height=2)
        self.filter_bar: FilterBar | None = None
        self.view = "new"
        self.campaign: str | None = None
        self.text = ""
        self.sort = SORTS[0][0]
        self.counts: dict[str, int] = {}
        self.lessons: dict[str, tuple[str, str]] = {}
        """What each campaign learned from verdicts, in words and in fewer words."""
        self.asked_query = compose(self.view, None, "", self.sort)
        self.arrived = 0
        """Leads that came in above what is on the screen."""
        self._loaded = self.asked_query
        self._asked_top = False
        self._focus: LeadRow | None = None
        self._reload = Latest(main.start("leads"), self._load)
        self._fill = Latest(main.start("page"), self._load_missing)

    def compose(self) -> ComposeResult:
        """Title and list; the filter bar comes when it is asked for."""
        yield self.pane_title
        yield self.list

    @property
    def body(self) -> LeadList:
        """What takes the focus."""
        return self.list

    def first(self, rows: Sequence[LeadRow], counts: dict[str, int], campaigns: int) -> None:
        """Show the rows that were read before the desk was there."""
        self.counts = dict(counts)
        self.list.several = campaigns > 1
        self.list.show(rows, total=max(len(rows), counts.get("new", 0)), top=True)
        self.refresh_title()

    def reload(self, *, top: bool = False, focus: LeadRow | None = None) -> None:
        """Ask the store again; the cursor stays on its lead, or goes to `focus`, or to the top."""
        self._asked_top = self._asked_top or top
        self._focus = focus or self._focus
        if self.main.desk is not None:
            self._reload.ask()

    def fill(self) -> None:
        """Load what has come into view."""
        if self.main.desk is not None:
            self._fill.ask()

    def choose(
        self,
        *,
        view: str | None = None,
        campaign: str | None = "",
        text: str | None = None,
        sort: str | None = None,
    ) -> None:
        """Show other leads, from the top; raises `ConfigError` for a filter that cannot be read.

        A campaign of None means all of them, the empty name means the present one.
        """
        view = self.view if view is None else view
        campaign = self.campaign if campaign == "" else campaign
        text = self.text if text is None else text
        sort = self.sort if sort is None else sort
        query = compose(view, campaign, text, sort)
        self.view, self.campaign, self.text, self.sort = view, campaign, text, sort
        if query != self.asked_query:
            self.asked_query = query
            self.list.marks.clear()
            self.arrived = 0
            self.reload(top=True)
        self.refresh_title()

    async def _load(self) -> None:
        desk = self.main.desk
        if desk is None:
            return
        await self.main.jobs.idle()
        stamp, query = self.main.jobs.asked, self.asked_query
        top, focus = self._asked_top, self._focus
        counts = await desk.counts(self.campaign)
        self.lessons = {each.campaign: (str(each), each.brief) for each in await desk.lessons()}
        total, exact = await self._total(desk, query, counts)
        row, cursor = self.list.current, self.list.cursor
        anchor = None if top else focus or row
        rank = 0 if top else cursor
        if anchor is not None:
            rank = await desk.rank(query, anchor)
        start = max(0, rank - WINDOW // 2)
        page = await desk.page(query, offset=start, limit=WINDOW)
        if (
            stamp != self.main.jobs.asked
            or query != self.asked_query
            or (self._asked_top, self._focus) != (top, focus)
        ):
            self._reload.ask()
            return
        self._asked_top, self._focus = False, None
        if focus is not None and all(row.id != focus.id for row in page.rows):
            # The lead is not in this view; the cursor has no business at the place where it would be.
            self._reload.ask()
            return
        self.counts = counts
        end = start + len(page.rows)
        total = max(total, end + 1) if page.more_after else end
        self._put(page.rows, start, total, exact or not page.more_after, top=top, focus=focus, rank=rank)
        self._loaded = query
        self.refresh_title()

    def _put(
        self,
        rows: Sequence[LeadRow],
        start: int,
        total: int,
        exact: bool,
        *,
        top: bool,
        focus: LeadRow | None,
        rank: int,
    ) -> None:
        before, key = self.list.cursor, self.list.current
        same = self._loaded == self.asked_query and not top
        gone = key is not None and all(row.id != key.id for row in rows)
        if gone and not top:
            self.list.cursor = rank
        self.list.show(rows, offset=start, total=total, exact=exact, top=top)
        if focus is not None and (index := self.list.index_of(focus.id)) is not None:
            self.list.go(index)
        elif same and not gone and key is not None:
            self.arrived = max(0, self.arrived + self.list.cursor - before)

    async def _total(self, desk: Desk, query: str, counts: dict[str, int]) -> tuple[int, bool]:
        if not self.text:
            return (sum(counts.values()) if self.view == "all" else counts.get(self.view, 0)), True
        return await desk.count(query)

    async def _load_missing(self) -> None:
        for _ in range(8):
            desk, need, query = self.main.desk, self.list.missing(), self._loaded
            if desk is None or need is None or self._reload.busy:
                return
            if need.offset is not None:
                page = await desk.page(query, offset=need.offset, limit=WINDOW)
                if query != self._loaded:
                    continue
                if not page.rows:
                    self.reload()
                    return
                self.list.take(page.rows, need.offset)
                continue
            page = await desk.page(query, after=need.after, before=need.before, limit=PAGE)
            if query == self._loaded:
                more = page.more_after if need.after is not None else page.more_before
                self.list.extend(page.rows, need, more=more)

    def targets(self) -> list[LeadRow]:
        """The leads that a verdict is for: the marked ones, else the one under the cursor.

        Marked leads that are not loaded any more are among `target_ids` only.
        """
        if self.list.marks:
            return [row for row in self.list.rows if row.id in self.list.marks]
        row = self.list.current
        return [] if row is None else [row]

    def target_ids(self) -> list[int]:
        """The ids of the leads that a verdict is for."""
        if self.list.marks:
            return sorted(key for key in self.list.marks if isinstance(key, int))
        return [row.id for row in self.targets()]

    def settle(self, ids: Collection[int], status: str, until_time: float | None = None) -> None:
        """Show a verdict before the store has it: leads leave the view, or change in it, and the next one is up."""
        for row in self.list.rows:
            if row.id in ids and row.status in self.counts:
                self.counts[row.status] = max(0, self.counts[row.status] - 1)
                self.counts[status] = self.counts.get(status, 0) + 1
        bulk = bool(self.list.marks)
        self.list.marks.clear()
        if self.view not in ("all", status) and "status:" not in self.text:
            keys: set[Hashable] = set(ids)
            self.list.take_out(keys)
        else:
            for row in list(self.list.rows):
                if row.id in ids:
                    self.list.replace(replace(row, status=status, snoozed_until=until_time))
            if not bulk:
                self.list.go(self.list.cursor + 1)
        self.refresh_title()

    def refresh_title(self) -> None:
        """Say what is shown, where in it the cursor stands, and what came in above."""
        if self.list.scroll_offset.y == 0:
            self.arrived = 0
        total = f"{self.list.total:,}" + ("" if self.list.exact else "+")
        place = f"{min(self.list.cursor + 1, self.list.total):,}/{total}" if self.list.total else "0"
        detail: list[Piece] = [(dict(SORTS).get(self.sort, self.sort), "muted")]
        if self.list.marks:
            detail = [(f"{len(self.list.marks)} marked", "*warning")]
        note: list[Piece] = [(place, "muted")]
        if self.arrived:
            note = [(f"{self.arrived} new ↑", "*accent"), ("  ", "muted"), *note]
        taken = sum(width_of(text) for text, _ in (*detail, *note)) + _TITLE_TAKES
        detail += self._lesson(self.size.width - taken)
        self.pane_title.detail(detail, note)
        self.list.empty = self._empty()
        self.main.refresh_views()

    def _empty(self) -> tuple[str, ...]:
        key = self.main.key
        if self.main.desk is None:
            return ("Opening …",)
        if self.text:
            return ("No lead matches this filter.", f"{key('back')} clears it.")
        if self.view == "new":
            activity = self.main.activity()
            then = until(time.time(), activity.next_poll) if activity is not None else ""
            poll = f"Next poll in {then}. " if then and then != "now" else ""
            first = "No new leads." if sum(self.counts.values()) else "No leads yet."
            return (first, f"{poll}{key('poll')} polls now.")
        ways = {
            "saved": ("Nothing saved.", f"{key('lead.save')} on a lead saves it."),
            "drafted": ("No lead has a draft.", f"{key('lead.draft')} on a lead begins one."),
            "replied": ("No replies yet.", f"{key('lead.replied')} on a lead says that you replied."),
            "snoozed": ("Nothing snoozed.", f"{key('lead.snooze')} on a lead hides it for a while."),
            "all": ("No leads yet.", f"{key('poll')} polls now."),
        }
        return ways.get(
            self.view, ("Nothing here.", f"{key('view.next')} and {key('view.previous')} switch views.")
        )

    def _lesson(self, room: int) -> list[Piece]:
        """Say what the campaign has learned, in as many words as there is room for."""
        whose = self.whose()
        names = (f"{clean_line(whose, 40)} ", "") if self.list.several and self.campaign is None else ("",)
        lessons = [lesson for lesson in self.lessons.get(whose, ()) if lesson]
        words = (f" · {name}{lesson}" for name in names for lesson in lessons)
        return next(([(text, "muted")] for text in words if width_of(text) <= room), [])

    def on_resize(self) -> None:
        """Fit the title to the new width."""
        self.refresh_title()

    def whose(self) -> str:
        """The campaign that is chosen, the only one, or that of the lead under the cursor."""
        if self.campaign is None and len(self.lessons) == 1:
            return next(iter(self.lessons))
        row = self.list.current
        return self.campaign or (row.campaign if row is not None else "")

    def open_filter(self) -> None:
        """Show the filter bar and type into it."""
        if self.filter_bar is None:
            from leadtui.tui.filterbar import FilterBar

            self.filter_bar = FilterBar(self)
            self.mount(self.filter_bar, after=self.pane_title)
        else:
            self.filter_bar.input.focus()

    def apply_filter(self, text: str) -> str:
        """Filter by `text`; returns "" or the line that says what is wrong with it, the list staying as it was."""
        try:
            self.choose(text=text)
        except LeadTuiError as error:
            return str(error)
        return ""

    def close_filter(self) -> None:
        """Remove the filter and its bar."""
        if self.filter_bar is not None:
            self.filter_bar.remove()
            self.filter_bar = None
        self.choose(text="")
        self.list.focus()
