"""The main screen: four panes, their layout, and the way from a key to what it does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from leadtui.tui.bars import KeyBar, Line, Piece, TopBar
from leadtui.tui.commands import BY_ID, REASONS, Command, heard_in, keymap, keys_of, pretty
from leadtui.tui.edits import Edits
from leadtui.tui.jobs import InOrder
from leadtui.tui.looks import until
from leadtui.tui.navigation import Navigation
from leadtui.tui.panes.drafts import DraftsPane
from leadtui.tui.panes.feeds import FeedsPane
from leadtui.tui.panes.leads import LeadsPane
from leadtui.tui.panes.post import PostPane
from leadtui.tui.rowlist import RowList
from leadtui.tui.triage import Triage
from leadtui.tui.views import VIEWS

if TYPE_CHECKING:
    from leadtui.domain.models import Campaign
    from leadtui.services.desk import Activity, Desk
    from leadtui.tui.app import LeadTuiApp
    from leadtui.tui.themes import Palette

SMALLEST = (40, 10)
SEEN_AFTER = 1.0
"""Seconds that a lead must be on the screen before it counts as seen."""
SAID_FOR = 20.0
"""Seconds for which the status line says what just happened."""
BAR_KEYS = 9
"""Keys in the bar at most: more are not read."""


def layout_for(width: int, height: int) -> str:
    """The layout for a terminal of that size: `wide`, `medium`, `narrow` or `tiny`."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return "tiny"
    if width < 80:
        return "narrow"
    return "wide" if width >= 120 and height >= 30 else "medium"


class Box(Widget):
    """A place for panes, laid out by the style sheet."""


class Main(Screen[None]):
    """Leads, feeds and drafts at the left, the chosen post at the right."""

    def __init__(self, app: LeadTuiApp) -> None:
        self.layout_name = layout_for(app.size.width, app.size.height)
        super().__init__(id="main", classes=f"-{self.layout_name}")
        self.desk_app = app
        self.desk: Desk | None = None
        self.left = "leads"
        self.jobs = InOrder(self.start("verdicts"))
        self.leads = LeadsPane(self)
        self.feeds = FeedsPane(self)
        self.drafts = DraftsPane(self)
        self.post = PostPane(self)
        self.panes: Mapping[str, LeadsPane | FeedsPane | DraftsPane | PostPane] = {
            "leads": self.leads, "feeds": self.feeds, "drafts": self.drafts, "post": self.post,
        }  # fmt: skip
        self.top = TopBar(self.palette)
        self.status = Line(self.palette, name="status")
        self.key_bar = KeyBar(self.palette)
        self.too_small = Line(self.palette, name="too-small")
        self.campaigns: list[Campaign] = []
        self._said: Piece = ("", "text")
        self._said_at = 0.0
        self._question: tuple[str, Mapping[str, tuple[str, Callable[[], None]]]] | None = None
        self._seen_timer_for: int | None = None
        self.triage = Triage(self)
        self.edits = Edits(self)
        self.handlers: Mapping[str, Callable[[], None]] = {
            **Navigation(self).handlers(),
            **self.triage.handlers(),
            **self.edits.handlers(),
        }
        self._keymaps: dict[str, dict[str, Command]] = {}

    def palette(self) -> Palette:
        """The colours of the present theme."""
        return self.desk_app.palette

    def compose(self) -> ComposeResult:
        """Bars above and below, panes between."""
        yield self.top
        with Box(id="body"):
            with Box(id="left"):
                yield self.leads
                yield self.feeds
                yield self.drafts
            yield self.post
        yield self.status
        yield self.key_bar
        yield self.too_small

    def on_mount(self) -> None:
        """Show what was read before the desk was there."""
        first = self.desk_app.first_page
        self.leads.first(first.rows, dict(first.counts), len(first.campaigns))
        self.leads.list.focus()
        self.set_interval(1.0, self._tick)
        self.set_interval(30.0, self._redraw_ages)
        self.refresh_bars()
        self._lay_out(self.app.size.width, self.app.size.height)

    def start(self, group: str) -> Callable[[Callable[[], Awaitable[None]]], None]:
        """A way to run coroutines as workers of `group`; what they raise is told on the status line."""

        def run(work: Callable[[], Awaitable[None]]) -> None:
            self.run_worker(self.desk_app.guarded(work), group=group, exclusive=False, exit_on_error=False)

        return run

    def connect(self, desk: Desk) -> None:
        """The desk is there: load for real, and do what was asked for meanwhile."""
        self.desk = desk
        self.jobs.open()
        self.reload()
        self.refresh_status()

    def reload(self) -> None:
        """Look at everything again."""
        self.start("campaigns")(self._load_campaigns)
        self.leads.reload()
        self.feeds.reload()
        self.drafts.reload()
        self.post.choose(self.leads.list.current)

    async def _load_campaigns(self) -> None:
        if self.desk is None:
            return
        self.campaigns = await self.desk.campaigns()
        several = len(self.campaigns) > 1
        if several != self.leads.list.several:
            self.leads.list.several = several
            self.leads.list.redraw()
        if not self.campaigns:
            self.desk_app.offer_setup()
        self.refresh_views()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self._lay_out(event.size.width, event.size.height)

    def _lay_out(self, width: int, height: int) -> None:
        name = layout_for(width, height)
        self.leads.list.set_row_height(1 if height < 20 else 2)
        self.too_small.say(
            [(f" leadtui needs {SMALLEST[0]}x{SMALLEST[1]}; this is {width}x{height}", "muted")]
        )
        if name != self.layout_name:
            for other in ("wide", "medium", "narrow", "tiny"):
                self.set_class(other == name, f"-{other}")
            self.layout_name = name
        self._show_panes()

    @property
    def pane(self) -> str:
        """The pane that has the focus."""
        focused = self.focused
        for name, pane in self.panes.items():
            if focused is not None and (focused is pane.body or pane in focused.ancestors):
                return name
        return self.left

    def _show_panes(self) -> None:
        """Show the panes that the layout has room for, always with the focused one."""
        pane = self.pane
        if pane != "post":
            self.left = pane
        wide, narrow = self.layout_name == "wide", self.layout_name == "narrow"
        for name in ("leads", "feeds", "drafts"):
            self.panes[name].display = wide or name == self.left
        self.fit_small_panes()
        self.query_one("#left").display = not (narrow and pane == "post")
        self.post.display = not narrow or pane == "post"
        for name, other in self.panes.items():
            other.pane_title.set_focused(name == pane)

    def fit_small_panes(self) -> None:
        """Feeds and drafts take the lines that they fill, at most a fifth each; the leads have the rest."""
        most = max(3, self.app.size.height // 5)
        for pane in (self.feeds, self.drafts):
            lines = max(2, min(pane.list.total, most)) + 1
            pane.styles.height = lines if self.layout_name == "wide" else "1fr"

    def on_descendant_focus(self) -> None:
        """Another pane has the focus: show it, and its keys."""
        self._show_panes()
        self.refresh_bars()

    def focus_pane(self, name: str) -> None:
        """Give a pane the focus, showing it first where only some have room."""
        pane = self.panes[name]
        self.query_one("#left").display = True
        pane.display = True
        pane.body.focus()

    def on_key(self, event: events.Key) -> None:
        """Do what the key means in the focused pane."""
        key = event.key
        if key not in (known := self._keymap()) and event.character and event.is_printable:
            key = event.character
        if self._question is not None:
            event.stop()
            event.prevent_default()
            self._answer(key)
            return
        command = known.get(key)
        editing = self.leads.filter_bar is not None and self.leads.filter_bar.input.has_focus
        if editing and (command is None or command.id not in ("quit", "palette") or event.is_printable):
            # The input's own keys come after this: home, ctrl+u and all letters are for editing.
            return
        if command is None:
            if event.key == "ctrl+c":
                self.say(f"{self.key('quit')} leaves leadtui")
                event.stop()
            elif event.key == "ctrl+z":
                self.app.action_suspend_process()
                event.stop()
            return
        event.stop()
        event.prevent_default()
        self.run(command)

    def _keymap(self) -> dict[str, Command]:
        pane = self.pane
        if pane not in self._keymaps:
            self._keymaps[pane] = keymap(pane, self.desk_app.config.ui.keys)
        return self._keymaps[pane]

    def run(self, command: Command) -> None:
        """Do a command, or say why it is not possible now."""
        if self.layout_name == "tiny" and command.id != "quit":
            return
        reason = self.why_not(command)
        if reason:
            self.say(f"{command.label}: {reason}", "muted")
            return
        self.handlers[command.id]()

    def why_not(self, command: Command) -> str:
        """Why a command is not possible now; "" when it is."""
        missing = {
            "lead": not self.leads.list.marks and self.leads.list.current is None,
            "feed": self.feeds.list.current is None,
            "draft": self.drafts.list.current is None,
            "row": isinstance(self.panes[self.pane].body, RowList) and not self.panes[self.pane].body.total,  # type: ignore[union-attr]
        }
        if missing.get(command.needs):
            if command.needs == "lead" and self.leads.list.total:
                return "the lead is still being loaded"
            return REASONS[command.needs]
        return ""

    def ask(self, question: str, answers: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
        """Ask for one more key; any key that is no answer means no."""
        self._question = (question, answers)
        self.refresh_bars()

    def _answer(self, key: str) -> None:
        question = self._question
        self._question = None
        if question is not None:
            answer = question[1].get(key)
            if answer is None:
                self.say("nothing done", "muted")
            else:
                answer[1]()
        self.refresh_bars()

    def key(self, identity: str) -> str:
        """The first key of a command, as it is written on screen."""
        return pretty(keys_of(BY_ID[identity], self.desk_app.config.ui.keys)[0])

    def say(self, text: str, color: str = "text") -> None:
        """Put one line about what just happened on the status line."""
        self._said = (text, color)
        self._said_at = time.monotonic()
        self.refresh_status()

    def activity(self) -> Activity | None:
        """What goes on in the background, once the desk is there."""
        return self.desk.activity() if self.desk is not None else None

    def refresh_bars(self) -> None:
        """Fit top, status and keys to the focused pane and the width."""
        self.refresh_views()
        self.refresh_status()
        if self._question is not None:
            question, answers = self._question
            self.key_bar.keys(
                [
                    (question, ""),
                    *((pretty(key), label) for key, (label, _) in answers.items()),
                    ("esc", "no"),
                ]
            )
            return
        heard = sorted((one for one in heard_in(self.pane) if one.bar), key=lambda one: one.bar)
        shown = [one for one in heard if one.id != "help"][: BAR_KEYS - 1]
        self.key_bar.keys([(self.key(one.id), one.label) for one in (*shown, BY_ID["help"])])

    def refresh_views(self) -> None:
        """Show the views and their counts."""
        counts = self.leads.counts
        views = [
            (name, label, counts.get(name, 0) if name != "all" else sum(counts.values()))
            for name, label in VIEWS
        ]
        name = self.leads.campaign or (
            "all campaigns" if len(self.campaigns) != 1 else self.campaigns[0].name
        )
        self.top.views(name, views, self.leads.view, self.desk_app.badge)

    def refresh_status(self) -> None:
        """Say what happened last, what needs attention, and what goes on in the background."""
        activity = self.activity()
        left: list[Piece] = [(" ", "text")]
        problem = self.desk_app.problem or (activity.problem if activity is not None else "")
        if problem:
            left.append((f"! {problem}  ", "warning"))
        left.append(self._said)
        right: list[Piece] = []
        if activity is None:
            right.append(("starting ", "muted"))
        else:
            self.feeds.show_polling(activity.polling)
            right = [(self._background(activity), "accent" if activity.polling else "muted"), (" ", "text")]
        self.status.say(left, right)

    def _background(self, activity: Activity) -> str:
        pieces = []
        if activity.job:
            pieces.append(activity.job)
        if activity.polling:
            names = ", ".join(activity.polling[:2]) + (
                f" +{len(activity.polling) - 2}" if len(activity.polling) > 2 else ""
            )
            pieces.append(f"↻ reading {names}")
        elif activity.next_poll is not None:
            then = until(time.time(), activity.next_poll)
            pieces.append("poll due" if then == "now" else f"next poll in {then}")
        if activity.role == "watches":
            pieces.append(f"watches pid {activity.owner_pid}" if activity.owner_pid else "watches")
        else:
            pieces.append(activity.role)
        return " · ".join(pieces)

    def _tick(self) -> None:
        if time.monotonic() - self._said_at > SAID_FOR:
            self._said = ("", "text")
        self.refresh_status()
        if not self.leads.list.total:
            said = self.leads.list.empty
            self.leads.refresh_title()
            if self.leads.list.empty != said:
                self.leads.list.refresh()

    def _redraw_ages(self) -> None:
        for pane in (self.leads, self.feeds, self.drafts):
            if pane.display and pane.list.total:
                pane.list.redraw()
        self.post.view.tell_time()

    def redraw(self) -> None:
        """Draw everything again in the colours of the present theme."""
        for pane in (self.leads, self.feeds, self.drafts):
            pane.list.redraw()
        self.post.view.redraw()
        self.refresh()
        for line in self.query(Line):
            line.refresh()

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        """Show the post of the lead under the cursor."""
        message.stop()
        if message.list is self.leads.list:
            row = self.leads.list.current
            self.post.choose(row)
            self.leads.refresh_title()
            self._watch_seen(row.id if row is not None else None)

    def _watch_seen(self, lead_id: int | None) -> None:
        if lead_id is None or lead_id == self._seen_timer_for:
            return
        self._seen_timer_for = lead_id
        self.set_timer(SEEN_AFTER, lambda: self._seen(lead_id))

    def _seen(self, lead_id: int) -> None:
        row = self.leads.list.current
        shown = self.layout_name in ("wide", "medium") or self.pane == "post"
        if row is not None and row.id == lead_id and shown:
            self.triage.mark_seen(row)

    def on_row_list_wanted(self, message: RowList.Wanted) -> None:
        """Load what came into view."""
        message.stop()
        if message.list is self.leads.list:
            self.leads.fill()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """A second click opens."""
        message.stop()
        self.handlers["list.open"]()

    def on_top_bar_chosen(self, message: TopBar.Chosen) -> None:
        """A view was clicked."""
        self.leads.choose(view=message.view)
        self.focus_pane("leads")
