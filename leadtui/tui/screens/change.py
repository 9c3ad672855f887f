"""One change of a campaign: typed here, with what it would do to the leads shown below at every key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input

from leadtui.domain.edit import KINDS, Edit
from leadtui.errors import ConfigError, LeadTuiError
from leadtui.text import clean_line
from leadtui.tui.bars import Line, Piece
from leadtui.tui.cells import cut, wrap
from leadtui.tui.screens import close

if TYPE_CHECKING:
    from leadtui.services.backtest import Example, Outcome
    from leadtui.tui.main import Main

WAIT = 0.08
"""Seconds of no typing after which the stored posts are looked at."""
SAMPLE_LINES = 10
WARNING_LINES = 2
_LABELS = {
    "keyword": "keyword",
    "negative": "negative",
    "author": "excluded author",
    "min_score": "min_score",
}
_NARROW = 70
"""Cells under which a sample line names no subreddit."""


class Change(ModalScreen[Edit]):
    """Returns the change to save, or None; nothing is changed while it is open."""

    DEFAULT_CSS = """
    Change { align: center middle; background: $lead-background 60%; }
    Change > Vertical { width: 94%; max-width: 110; height: auto; max-height: 100%; background: $lead-surface; padding-bottom: 1; }
    Change Line { background: $lead-surface; }
    Change Input, Change Input:focus { height: 1; border: none; padding: 0 1; background: $lead-background; color: $lead-text; margin: 1 1; }
    Change Input > .input--placeholder { color: $lead-muted; }
    Change .sample { display: none; }
    """

    def __init__(self, main: Main, name: str, edit: Edit) -> None:
        super().__init__()
        self.main = main
        self._whose = name
        self._edit = edit
        self._campaign = next((one for one in main.campaigns if one.name == name), None)
        self._heading = Line(main.palette, on="cursor")
        self._kinds = Line(main.palette, on="surface")
        self._numbers = Line(main.palette, on="surface")
        self._moves = Line(main.palette, on="surface")
        self._warning = [Line(main.palette, on="surface") for _ in range(WARNING_LINES)]
        self._narrower = Line(main.palette, on="surface")
        self._sample = [Line(main.palette, on="surface") for _ in range(SAMPLE_LINES)]
        self._phrases: tuple[str, ...] = ()
        self._phrase = -1
        self._typed = edit.text
        self._timer: Timer | None = None
        self._asked: Edit | None = None
        """The change that is being looked at; the work for any other one ends."""
        self.input = Input(clean_line(edit.text, 200), select_on_focus=False)

    def compose(self) -> ComposeResult:
        """What is changed, the field, and the answer."""
        shown = cut(clean_line(self._whose), 30)
        self._heading.say(
            [(f" Change {shown}", "*text")], [("enter saves · esc leaves it as it was ", "muted")]
        )
        for line in (*self._warning, self._narrower, self._moves, *self._sample):
            line.add_class("sample")
        with Vertical():
            yield self._heading
            yield self._kinds
            yield self.input
            yield self._numbers
            yield self._moves
            yield from self._warning
            yield self._narrower
            yield from self._sample

    def on_mount(self) -> None:
        """Type at once; what stands there already is tried at once."""
        self._show_kinds()
        self.input.focus()
        if not self.input.value:  # else the field tells of its change
            self._try()

    @property
    def edit(self) -> Edit:
        """The change as it is typed now."""
        return Edit(self._edit.kind, self.input.value, self._edit.drops)

    def _show_kinds(self) -> None:
        if self._edit.drops:
            gone = cut(clean_line(self._edit.drops), 40)
            self._kinds.say([(f" keyword instead of “{gone}”; empty removes it", "muted")])
        else:
            left: list[Piece] = [(" ", "text")]
            for kind in KINDS:
                chosen = kind == self._edit.kind
                left.append(
                    (
                        f"[{_LABELS[kind]}] " if chosen else f" {_LABELS[kind]}  ",
                        "*accent" if chosen else "muted",
                    )
                )
            self._kinds.say(left, [("tab changes ", "muted")])
        present = self._campaign.min_score if self._campaign is not None else 50
        self.input.placeholder = {
            "keyword": "a word or phrase that people use who want this",
            "negative": "a word or phrase that rules a post out",
            "author": "an author whose posts are never leads",
            "min_score": f"{present} now; a number from 0 to 100",
        }[self._edit.kind]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again, once nothing was typed for a moment."""
        event.stop()
        if self._phrase < 0 or event.value != self._phrases[self._phrase]:
            self._typed, self._phrase = event.value, -1
        self._wait()

    def _wait(self) -> None:
        self._asked = None
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(WAIT, self._try)

    def _try(self) -> None:
        self._timer = None
        problem = self._problem()
        if problem:
            self._clear(problem if self.input.value.strip() else "nothing typed yet")
            return
        self._asked = self.edit
        self._numbers.say([(" looking …", "muted")])
        self.main.start("backtest")(partial(self._ask, self._asked))

    def _problem(self) -> str:
        """Why the change cannot be made; "" when it can."""
        if self._campaign is None:
            return ""
        try:
            self.edit.apply(self._campaign)
        except ConfigError as error:
            return str(error)
        return ""

    async def _ask(self, edit: Edit) -> None:
        desk = self.main.desk
        if desk is None:
            return

        def wanted() -> bool:
            return self._asked is edit and self.is_attached

        try:
            async for outcome in desk.try_edit(self._whose, edit, wanted):
                if wanted():
                    self._show(outcome)
        except LeadTuiError as error:
            if wanted():
                self._clear(str(error))

    def _clear(self, said: str) -> None:
        self._numbers.say([(f" {said}", "muted")])
        if self._phrase < 0:
            self._phrases = ()
        for line in (self._moves, *self._warning, self._narrower, *self._sample):
            line.display = False

    def _show(self, outcome: Outcome) -> None:
        about = " " if outcome.done else " about "
        left: list[Piece] = [
            (f"{about}{outcome.enter:,} in", "*good" if outcome.enter else "muted"),
            (" · ", "muted"),
            (f"{outcome.leave:,} out", "*bad" if outcome.leave else "muted"),
            (f" · {outcome.stay:,} stay", "text"),
        ]
        looked = "all looked at" if outcome.done else f"looked at {outcome.looked:,} of {outcome.of:,} posts"
        self._numbers.say(left, [(f"{looked} ", "muted")])
        moves = []
        if outcome.risen or outcome.fallen:
            moves.append(f"of those that stay {outcome.risen:,} rise, {outcome.fallen:,} fall")
        if outcome.anyway:
            moves.append(f"{outcome.anyway:,} in or out by age, at any change")
        self._put(self._moves, f" {' · '.join(moves)}" if moves else "", "muted")
        self._warn(outcome)
        examples: list[tuple[str, Example]] = [("in ", one) for one in outcome.entering]
        examples += [("out", one) for one in outcome.leaving]
        room = max(4, min(SAMPLE_LINES, self.app.size.height - 13))
        entering = [one for one in examples if one[0] == "in "]
        leaving = [one for one in examples if one[0] == "out"]
        if len(examples) > room:
            fair = max(room // 2, room - len(leaving))
            examples = [*entering[:fair], *leaving[: room - min(fair, len(entering))]]
        for line, shown in zip(self._sample, [*examples, *[None] * SAMPLE_LINES], strict=False):
            line.display = shown is not None
            if shown is not None:
                self._draw(line, *shown)

    def _warn(self, outcome: Outcome) -> None:
        width = max(20, self._numbers.size.width - 4)
        text = outcome.warning
        pieces = [text[start:end] for start, end in wrap(text, width)][:WARNING_LINES] if text else []
        for number, line in enumerate(self._warning):
            mark = " ! " if number == 0 else "   "
            self._put(line, mark + pieces[number] if number < len(pieces) else "", "warning")
        if self._phrase < 0:
            self._phrases = outcome.generic.narrower if outcome.generic is not None else ()
        phrases = " · ".join(self._phrases)
        self._put(self._narrower, f"   ↓ takes a narrower one: {phrases}" if phrases else "", "text")

    def _put(self, line: Line, text: str, color: str) -> None:
        line.display = bool(text)
        line.say([(text, color)])

    def _draw(self, line: Line, way: str, one: Example) -> None:
        narrow = self.size.width < _NARROW
        place = "" if narrow else f"r/{cut(one.subreddit, 20)}  "
        pieces: list[Piece] = [
            (f" {way} ", "good" if way == "in " else "bad"),
            (f"{one.before:>3} → {one.after:<3} ", "*text"),
            (place, "muted"),
        ]
        cause = f" {cut(one.phrase, 26)} " if one.phrase and not narrow else ""
        line.say([*pieces, (one.title, "text")], [(cause, "fit")] if cause else [])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save, unless it is no change."""
        event.stop()
        problem = self._problem()
        if problem:
            self._numbers.say([(f" {problem}", "warning")])
            return
        close(self, self.edit)

    def on_key(self, event: events.Key) -> None:
        """Leave, another kind of change, or a narrower phrase."""
        match event.key:
            case "escape":
                close(self)
            case "tab" | "shift+tab" if not self._edit.drops:
                step = 1 if event.key == "tab" else -1
                kind = KINDS[(KINDS.index(self._edit.kind) + step) % len(KINDS)]
                self._edit = Edit(kind, self._edit.text)
                self._phrase, self._phrases = -1, ()
                self._show_kinds()
                self._wait()
            case "tab" | "shift+tab":
                pass
            case "down" | "up" if self._phrases:
                step = 1 if event.key == "down" else -1
                self._phrase = max(-1, min(len(self._phrases) - 1, self._phrase + step))
                self.input.value = self._phrases[self._phrase] if self._phrase >= 0 else self._typed
                self.input.action_end()
            case _:
                return
        event.stop()
        event.prevent_default()
