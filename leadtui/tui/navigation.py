"""Moving about: in lists, between panes and views, back, and into what is under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from leadtui.tui.rowlist import RowList
from leadtui.tui.views import SORTS, VIEWS

if TYPE_CHECKING:
    from leadtui.tui.main import Main

PANE_ORDER = ("leads", "feeds", "drafts", "post")


class Navigation:
    """What the keys do that change nothing but what is seen."""

    def __init__(self, main: Main) -> None:
        self.main = main

    def _list(self) -> RowList[Any]:
        body = self.main.panes[self.main.pane].body
        return body if isinstance(body, RowList) else self.main.leads.list

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What each command does."""
        view = self.main.post.view
        app = self.main.desk_app

        def step(rows: Callable[[RowList[Any]], int]) -> Callable[[], None]:
            return lambda: self._list().move(rows(self._list()))

        def page() -> int:
            return max(1, view.size.height - 2)

        return {
            "list.down": step(lambda _: 1),
            "list.up": step(lambda _: -1),
            "list.half_down": step(lambda rows: max(2, rows.page_rows // 2)),
            "list.half_up": step(lambda rows: -max(2, rows.page_rows // 2)),
            "list.page_down": step(lambda rows: rows.page_rows),
            "list.page_up": step(lambda rows: -rows.page_rows),
            "list.first": lambda: self._list().go(0),
            "list.last": lambda: self._list().go(self._list().total - 1),
            "list.newest": self._to_newest,
            "list.open": self._open,
            "post.scroll_down": lambda: view.scroll_lines(max(1, page() // 2)),
            "post.scroll_up": lambda: view.scroll_lines(-max(1, page() // 2)),
            "post.down": lambda: view.scroll_lines(1),
            "post.up": lambda: view.scroll_lines(-1),
            "post.page_down": lambda: view.scroll_lines(page()),
            "post.page_up": lambda: view.scroll_lines(-page()),
            "post.first": lambda: view.scroll_lines(-view.virtual_size.height),
            "post.last": lambda: view.scroll_lines(view.virtual_size.height),
            "post.next": lambda: self.main.leads.list.move(1),
            "post.previous": lambda: self.main.leads.list.move(-1),
            "post.why": view.toggle_brief,
            "post.copies": self._toggle_copies,
            "mark.toggle": self._toggle_mark,
            "mark.all": self._mark_all,
            "view.next": lambda: self._step_view(1),
            "view.previous": lambda: self._step_view(-1),
            "view.sort": self._step_sort,
            "filter": self._filter,
            "pane.next": lambda: self._step_pane(1),
            "pane.previous": lambda: self._step_pane(-1),
            **{f"pane.{name}": partial(self.main.focus_pane, name) for name in PANE_ORDER},
            "back": self._back,
            "theme": app.next_theme,
            "palette": lambda: app.open_palette(self.main),
            "help": lambda: app.open_help(self.main),
            "campaign": lambda: app.open_campaigns(self.main),
            "quit": app.quit,
        }

    def _toggle_copies(self) -> None:
        row = self.main.leads.list.current
        if row is not None and not row.copies:
            self.main.say("the author has said this once only", "muted")
        else:
            self.main.post.view.toggle_copies()

    def _to_newest(self) -> None:
        self.main.leads.arrived = 0
        self.main.leads.list.go(0)
        self.main.leads.refresh_title()

    def _open(self) -> None:
        pane = self.main.pane
        if pane == "feeds":
            self._filter_by_feed()
        elif pane == "drafts":
            self.main.triage.edit_draft()
        else:
            row = self.main.leads.list.current
            self.main.focus_pane("post")
            if row is not None:
                self.main.triage.mark_seen(row)

    def _filter_by_feed(self) -> None:
        feed = self.main.feeds.list.current
        if feed is None:
            return
        name = feed.name.removeprefix("r/") if feed.name.startswith("r/") else ""
        if not name:
            self.main.say("this feed is not one subreddit; / filters by anything else", "muted")
            return
        self.main.focus_pane("leads")
        self.main.leads.open_filter()
        if self.main.leads.filter_bar is not None:
            self.main.leads.filter_bar.set(f"sub:{name}")

    def _toggle_mark(self) -> None:
        self.main.leads.list.toggle_mark()
        self.main.leads.refresh_title()

    def _mark_all(self) -> None:
        count = self.main.leads.list.mark_all()
        total = self.main.leads.list.total
        part = 0 < count < total
        self.main.say(
            f"{count:,} of {total:,} marked: those that are loaded" if part else f"{count:,} marked"
        )
        self.main.leads.refresh_title()

    def _step_view(self, step: int) -> None:
        names = [name for name, _ in VIEWS]
        self.main.leads.choose(view=names[(names.index(self.main.leads.view) + step) % len(names)])

    def _step_sort(self) -> None:
        names = [name for name, _ in SORTS]
        self.main.leads.choose(sort=names[(names.index(self.main.leads.sort) + 1) % len(names)])
        self.main.say(f"sorted {dict(SORTS)[self.main.leads.sort]}")

    def _filter(self) -> None:
        self.main.focus_pane("leads")
        self.main.leads.open_filter()

    def _step_pane(self, step: int) -> None:
        self.main.focus_pane(PANE_ORDER[(PANE_ORDER.index(self.main.pane) + step) % len(PANE_ORDER)])

    def _back(self) -> None:
        pane = self.main.pane
        if pane == "post" and self.main.post.view.unselect():
            return
        if pane != "leads":
            self.main.focus_pane("leads")
        elif self.main.leads.list.marks:
            self.main.leads.list.marks.clear()
            self.main.leads.list.refresh()
            self.main.leads.refresh_title()
        elif self.main.leads.filter_bar is not None:
            self.main.leads.close_filter()
