"""The chosen post: what was written, which phrases earned points, and how the score came about."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from leadtui.domain.marks import stretches
from leadtui.errors import LeadTuiError
from leadtui.text import clean, clean_line, clean_with_offsets, plural
from leadtui.tui.bars import PaneTitle
from leadtui.tui.cells import cut, steady, width_of, wrap
from leadtui.tui.jobs import Latest
from leadtui.tui.looks import ago, meta_lines, status_sign, until, words
from leadtui.tui.panes.words import Row, Selectable, Word
from leadtui.tui.rowlist import full_line, set_lines

if TYPE_CHECKING:
    from leadtui.domain.models import Lead, LeadRow, Reason, Score
    from leadtui.tui.main import Main
    from leadtui.tui.themes import Palette

PARTS = ("fit", "intent", "stance", "freshness", "reach", "learned")
SLICE = 400
"""Body lines wrapped in one go; the rest follows between other work."""
WIDEST = 92
"""Cells in a line at most: longer ones are hard to read."""
PATIENCE = 0.06
"""Seconds after which what a row says is shown, while the rest of its lead is still being loaded."""
_KEPT = 48
"""Leads kept in memory, so that going back to one shows it at once."""

Span = tuple[int, int, str, int]
"""Start, end, part and points of a phrase."""


class Pieces:
    """A text with its earned phrases: pieces of (text, look), where a look is a part, `tag:part` or plain."""

    def __init__(self, text: str, spans: list[Span], plain: str) -> None:
        self.starts: list[int] = []
        self.looks: list[str] = []
        parts: list[str] = []
        length = 0
        for piece, look in _pieces(text, spans, plain):
            self.starts.append(length)
            self.looks.append(look)
            parts.append(piece)
            length += len(piece)
        self.text = "".join(parts)

    @property
    def own_text(self) -> str:
        """The text with blanks in place of the tags, which the author did not write."""
        ends = [*self.starts[1:], len(self.text)]
        pieces = zip(self.starts, ends, self.looks, strict=True)
        return "".join(
            " " * (end - start) if look.startswith("tag:") else self.text[start:end]
            for start, end, look in pieces
        )

    def segments(self, start: int, end: int, palette: Palette, *, bold: bool = False) -> list[Segment]:
        """The pieces from `start` to `end`, styled."""
        segments = []
        place = max(0, bisect_right(self.starts, start) - 1)
        while place < len(self.starts) and start < end:
            stop = min(end, self.starts[place + 1] if place + 1 < len(self.starts) else end)
            look = self.looks[place]
            color, tag = (look[4:], True) if look.startswith("tag:") else (look, False)
            style = palette.style(color, underline=color in PARTS and not tag, bold=bold and not tag)
            segments.append(Segment(steady(self.text[start:stop]), style))
            start = stop
            place += 1
        return segments


def _pieces(text: str, spans: list[Span], plain: str) -> Iterator[tuple[str, str]]:
    """Cut `text` at its spans and put the word of the part behind each; within another, the inner one shows."""
    for start, end, innermost, ending in stretches(len(text), [(start, end) for start, end, *_ in spans]):
        yield text[start:end], plain if innermost is None else spans[innermost][2]
        for index in ending:
            _, _, part, points = spans[index]
            yield f"·{part}{points:+d}", _tag(part, points)


def _tag(part: str, points: int) -> str:
    return f"tag:{part}" if points >= 0 else "tag:bad"


class PostView(Selectable, can_focus=True):
    """One post, wrapped to the width, drawn line by line."""

    ALLOW_SELECT = False

    def __init__(self, palette: Callable[[], Palette], name: str | None = None) -> None:
        super().__init__(name)
        self.palette = palette
        self.lead: Lead | None = None
        self.row: LeadRow | None = None
        self.brief = True
        self.folded = True
        """Whether the other posts of the story are counted only."""
        self.scored = True
        """Whether the score is told; the editor shows the post alone."""
        self.failure = ""
        self._head: list[list[Segment]] = []
        self._body: list[tuple[int, int]] = []
        self._tail: list[list[Segment]] = []
        self._pieces = Pieces("", [], "text")
        self._title = Pieces("", [], "text")
        self._title_rows: list[tuple[int, int]] = []
        self._wrapping: Iterator[tuple[int, int]] | None = None
        self._width = 0

    def show(self, row: LeadRow | None, lead: Lead | None, failure: str = "") -> None:
        """Show a lead, or what is known of it from its row while the rest is loaded; from the top if it is another one."""
        if (row, lead, failure) == (self.row, self.lead, self.failure):
            return
        other = (row is None) != (self.row is None) or (
            row is not None and self.row is not None and row.id != self.row.id
        )
        self.row, self.lead, self.failure = row, lead, failure
        self._lay()
        if other:
            self.selection.clear()
            self.scroll_to(y=0, animate=False)

    def toggle_brief(self) -> None:
        """Tell the parts of the score only, or every reason."""
        self.brief = not self.brief
        self._lay()

    def toggle_copies(self) -> None:
        """Count the other posts in which the author says the same, or name each."""
        self.folded = not self.folded
        self._lay()

    def scroll_lines(self, lines: int) -> None:
        """Scroll by lines, up when negative."""
        self.scroll_to(y=max(0, self.scroll_offset.y + lines), animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew when the width changed."""
        if self.scrollable_size.width != self._width:
            self._lay()

    def redraw(self) -> None:
        """Draw with the colours of the present theme."""
        self._lay()

    def tell_time(self) -> None:
        """Let the ages be those of now; the text below is not wrapped again."""
        if self.row is None or not self._width:
            return
        before = self._head, self._tail
        self._head, self._tail = [], []
        self._lay_around(self.row, self.lead, min(WIDEST, max(8, self._width - 3)), self.palette())
        if (self._head, self._tail) != before:
            self._resize_to_lines()
            self.refresh()

    def _lay(self) -> None:
        self._width = width = self.scrollable_size.width
        inner = min(WIDEST, max(8, width - 3))
        self._head, self._tail, self._body, self._title_rows = [], [], [], []
        self._wrapping = None
        row, lead, palette = self.row, self.lead, self.palette()
        if row is not None and width:
            body_spans = self._lay_around(row, lead, inner, palette)
            if lead is not None:
                body = clean(lead.post.body)
                gone = body.strip() in ("[deleted]", "[removed]", "")
                shown = body if body.strip() else "(no text)"
                self._pieces = Pieces(shown, [] if gone else body_spans, "muted" if gone else "text")
                self._wrapping = wrap(self._pieces.text, inner)
                self._wrap_on()
                self.selection.load((self._title.own_text, "" if gone else self._pieces.own_text))
        self._resize_to_lines()
        self.refresh()

    def _lay_around(self, row: LeadRow, lead: Lead | None, inner: int, palette: Palette) -> list[Span]:
        """Lay what stands above and below the text; returns the phrases of the text."""
        title_spans, body_spans = _spans(lead) if lead is not None and self.scored else ([], [])
        self._lay_head(row, lead, title_spans, inner, palette)
        if lead is not None:
            self._lay_tail(lead, inner, palette)
        return body_spans

    def _wrap_on(self) -> None:
        if self._wrapping is None:
            return
        wrapping = self._wrapping
        for _ in range(SLICE):
            line = next(wrapping, None)
            if line is None:
                self._wrapping = None
                break
            self._body.append(line)
        else:
            self.call_later(self._wrap_later, wrapping)

    def _wrap_later(self, wrapping: Iterator[tuple[int, int]]) -> None:
        if wrapping is self._wrapping:
            self._wrap_on()
            self._resize_to_lines()
            self.refresh()

    def _resize_to_lines(self) -> None:
        set_lines(self, len(self._head) + len(self._body) + len(self._tail))

    def _lay_head(
        self, row: LeadRow, lead: Lead | None, spans: list[Span], inner: int, palette: Palette
    ) -> None:
        now = time.time()
        post = lead.post if lead is not None else None
        comments = post.num_comments if post is not None else row.num_comments
        votes = "" if post is None or post.score is None else plural(post.score, "vote")
        author = clean_line(row.author, 60) if row.author else ""
        about: list[tuple[str, str]] = [
            ("r/" + clean_line(row.subreddit, 60), "accent"),
            ("u/" + author if author and author != "[deleted]" else "author deleted", "muted"),
            (f"{ago(now, row.created_at)} ago" if row.created_at is not None else "age unknown", "muted"),
            ("comment" if row.kind == "comment" else "", "muted"),
            (votes, "muted"),
            ("" if comments is None else plural(comments, "comment"), "muted"),
        ]
        self._title = title = Pieces(clean_line(row.title) or "(no title)", spans, "text")
        self._title_rows = list(wrap(title.text, inner))
        for start, end in self._title_rows:
            self._head.append(title.segments(start, end, palette, bold=True))
        self._head += meta_lines(about, inner, palette)
        if lead is not None and row.copies:
            self._lay_copies(row, lead, inner, palette)
        if not self.scored:
            self._head.append([])
            return
        sign, word, color = status_sign(row)
        state: list[tuple[str, str]] = [
            (f"{sign} {word}", color),
            (f"back in {until(now, row.snoozed_until)}" if row.snoozed_until else "", "muted"),
            (words(row.intent), "intent"),
            (words(row.stance), "stance"),
            (clean_line(row.campaign, 40), "muted"),
        ]
        if lead is not None and lead.score.scored_by != "local":
            state.append(
                ("scored by " + {"ai": "AI", "both": "rules and AI"}.get(lead.score.scored_by, "?"), "muted")
            )
        self._head += meta_lines(state, inner, palette)
        if lead is not None:
            self._lay_score(lead.score, inner, palette)
            if lead.notes:
                self._lay_labelled("note", clean(lead.notes), inner, palette)
            if lead.tags:
                self._lay_labelled(
                    "tags", ", ".join(clean_line(tag, 60) for tag in lead.tags), inner, palette
                )
        elif self.failure:
            self._head += [[], [Segment(cut(self.failure, inner), palette.style("warning"))]]
        self._head.append([])

    def _lay_copies(self, row: LeadRow, lead: Lead, inner: int, palette: Palette) -> None:
        now = time.time()
        if self.folded:
            names = dict.fromkeys("r/" + clean_line(copy.subreddit, 60) for copy in lead.copies)
            said = f"×{row.copies + 1}  also in {', '.join(names)}"
            self._lay_wrapped([(said, "accent")], inner, palette)
            return
        self._head.append([Segment(f"×{row.copies + 1}  the same in", palette.style("accent"))])
        for copy in lead.copies:
            pieces = [
                ("r/" + clean_line(copy.subreddit, 60), "accent"),
                (
                    f"{ago(now, copy.created_at)} ago" if copy.created_at is not None else "age unknown",
                    "muted",
                ),
                (clean_line(copy.permalink or "", 200), "muted"),
            ]
            for line in meta_lines(pieces, max(8, inner - 4), palette):
                self._head.append([Segment("    ", palette.style("text")), *line])
        if row.copies > len(lead.copies):
            more = f"    and {row.copies - len(lead.copies):,} more"
            self._head.append([Segment(more, palette.style("muted"))])

    def _lay_wrapped(
        self, pieces: list[tuple[str, str]], inner: int, palette: Palette, head: str = "", color: str = "text"
    ) -> None:
        """Put pieces behind a head, wrapped at words, the further lines under the first."""
        indent = width_of(head)
        for text, look in pieces:
            for start, end in wrap(text, max(8, inner - indent)):
                self._head.append(
                    [
                        Segment(head, palette.style(color)),
                        Segment(steady(text[start:end]), palette.style(look)),
                    ]
                )
                head = " " * indent

    def _lay_score(self, score: Score, inner: int, palette: Palette) -> None:
        self._head.append([])
        room = max(0, inner - 5)
        bar = [Segment(f"{score.value:>3}  ", palette.style("text", bold=True))]
        known = [part for part in PARTS if part in score.parts]
        used = 0
        total = 0
        kept = round(room * score.value / 100)
        for part in known:
            total += max(0, score.parts[part])
            cells = min(kept, round(room * total / 100)) - used
            if cells > 0:
                bar.append(Segment("━" * cells, palette.style(part)))
                used += cells
        lost = min(room, round(room * total / 100)) - used
        bar.append(Segment("╌" * lost, palette.style("bad")))
        bar.append(Segment("─" * (room - used - max(0, lost)), palette.style("rule")))
        self._head.append(bar)
        if self.brief:
            pieces = [
                (f"{part} {score.parts[part]}", part if score.parts[part] >= 0 else "bad") for part in known
            ]
            for line in meta_lines(pieces, room, palette):
                self._head.append([Segment("     ", palette.style("text")), *line])
            return
        for part in known:
            color = part if score.parts[part] >= 0 else "bad"
            points = Segment(f"{score.parts[part]:>3}  ", palette.style(color, bold=True))
            self._head.append([points, Segment(part, palette.style(part, bold=True))])
            for reason in score.reasons:
                if reason.part == part:
                    against = reason.points < 0
                    text = ("against: " if against else "") + clean_line(reason.text, 400)
                    head = f"{reason.points:>+9}  "
                    self._lay_wrapped([(text, "text")], inner, palette, head, "bad" if against else part)

    def _lay_labelled(self, label: str, text: str, inner: int, palette: Palette) -> None:
        for number, (start, end) in enumerate(wrap(text, max(8, inner - 5))):
            head = f"{label:<5}" if number == 0 else "     "
            self._head.append(
                [
                    Segment(head, palette.style("muted")),
                    Segment(steady(text[start:end]), palette.style("text")),
                ]
            )

    def _lay_tail(self, lead: Lead, inner: int, palette: Palette) -> None:
        if not lead.history:
            return
        now = time.time()
        self._tail.append([])
        for verdict in reversed(lead.history[-20:]):
            pieces: list[tuple[str, str]] = [
                (f"{ago(now, verdict.at)} ago", "muted"),
                (f"{verdict.before} → {verdict.after}", "muted"),
                ("" if verdict.origin == "tui" else clean_line(verdict.origin, 40), "muted"),
                ("undone" if verdict.undone else "", "muted"),
            ]
            self._tail += meta_lines(pieces, inner, palette)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width = self.scrollable_size.width
        palette = self.palette()
        y += self.scroll_offset.y
        if y < len(self._head):
            segments = self._head[y]
        elif y < len(self._head) + len(self._body):
            segments = self._pieces.segments(*self._body[y - len(self._head)], palette)
        else:
            place = y - len(self._head) - len(self._body)
            segments = self._tail[place] if place < len(self._tail) else []
        plain = palette.style("text")
        strip = full_line([Segment(" ", plain), *segments], width, plain)
        return self.marked(strip, y, (self._title.text, self._pieces.text))

    def row_at(self, y: int) -> Row | None:
        """What of title or body stands on a line, None for everything else."""
        if 0 <= y < len(self._title_rows):
            return Row(0, *self._title_rows[y])
        y -= len(self._head)
        return Row(1, *self._body[y]) if 0 <= y < len(self._body) else None

    def line_of(self, word: Word) -> int:
        """On which line a word stands."""
        rows, above = (self._title_rows, 0) if word.text == 0 else (self._body, len(self._head))
        return above + max(0, bisect_right(rows, word.start, key=lambda row: row[0]) - 1)


def _spans(lead: Lead) -> tuple[list[Span], list[Span]]:
    """The phrases of title and body, indexed in the texts as they are shown."""
    raw_title = lead.post.title
    title = clean_with_offsets(raw_title, line=True)
    body = clean_with_offsets(lead.post.body)
    border = len(raw_title) + 1
    in_title: list[Span] = []
    in_body: list[Span] = []
    for reason in lead.score.reasons:
        span = _sound(reason)
        if span is None:
            continue
        start, end = span
        if end <= len(raw_title):
            found = bisect_right(title.offsets, start) - 1, bisect_right(title.offsets, end - 1)
            in_title.append((*found, reason.part, reason.points))
        elif start >= border and end - border <= len(lead.post.body):
            found = (
                bisect_right(body.offsets, start - border) - 1,
                bisect_right(body.offsets, end - border - 1),
            )
            in_body.append((*found, reason.part, reason.points))
    return in_title, in_body


def _sound(reason: Reason) -> tuple[int, int] | None:
    if reason.start is None or reason.end is None or reason.part not in PARTS:
        return None
    return (reason.start, reason.end) if 0 <= reason.start < reason.end else None


class PostPane(Widget):
    """Title and text of the chosen post."""

    def __init__(self, main: Main) -> None:
        super().__init__(id="post", classes="pane")
        self.main = main
        self.pane_title = PaneTitle(main.palette, "4", "Post")
        self.view = PostView(main.palette)
        self._leads: dict[int, Lead] = {}
        self._wanted: LeadRow | None = None
        self._load_wanted = Latest(main.start("post"), self._load)

    def compose(self) -> ComposeResult:
        """Title and text."""
        yield self.pane_title
        yield self.view

    @property
    def body(self) -> PostView:
        """What takes the focus."""
        return self.view

    @property
    def lead(self) -> Lead | None:
        """The lead that is shown, once it is loaded."""
        return self.view.lead

    def choose(self, row: LeadRow | None) -> None:
        """Show the lead of a row: at once what the row says, then everything."""
        self._wanted = row
        lead = self._leads.get(row.id) if row is not None else None
        shown = self.view.lead
        if lead is None and row is not None and shown is not None and shown.row.id == row.id:
            lead = shown
        if row is None or lead is not None or self.main.desk is None:
            self.view.show(row, lead)
        else:
            # The desk is nearly always quicker than this, and one repaint is calmer than two.
            self.set_timer(PATIENCE, partial(self._show_row, row))
        if row is not None and self.main.desk is not None:
            self._load_wanted.ask()

    def _show_row(self, row: LeadRow) -> None:
        if self._wanted is row and (self.view.row is None or self.view.row.id != row.id):
            self.view.show(row, None)

    def reload(self) -> None:
        """Forget what was loaded and load what is shown again."""
        self._leads.clear()
        if self._wanted is not None and self.main.desk is not None:
            self._load_wanted.ask()

    async def _load(self) -> None:
        row, desk = self._wanted, self.main.desk
        if row is None or desk is None:
            return
        try:
            lead = await desk.lead(row.id)
        except LeadTuiError as error:
            if self._wanted is not None and self._wanted.id == row.id:
                self.view.show(self._wanted, None, str(error))
            return
        if len(self._leads) >= _KEPT:
            self._leads.pop(next(iter(self._leads)))
        self._leads[row.id] = lead
        if self._wanted is not None and self._wanted.id == row.id:
            self.view.show(self._wanted, lead)
