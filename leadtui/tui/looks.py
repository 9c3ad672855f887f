"""The words and signs by which statuses, drafts and feeds are known: a sign, a word and a colour, never a colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment

from leadtui.text import age, clean_line
from leadtui.tui.cells import cut, width_of

if TYPE_CHECKING:
    from leadtui.domain.models import Draft, Feed, LeadRow
    from leadtui.tui.themes import Palette

Sign = tuple[str, str, str]
"""Sign, word, and the name of a colour."""

STATUSES: Mapping[str, Sign] = {
    "new": ("●", "new", "accent"),
    "saved": ("★", "saved", "warning"),
    "drafted": ("✎", "drafted", "stance"),
    "replied": ("→", "replied", "freshness"),
    "conversation": ("⇄", "talking", "freshness"),
    "won": ("✓", "won", "good"),
    "lost": ("✗", "lost", "muted"),
    "snoozed": ("◷", "snoozed", "muted"),
    "ignored": ("–", "ignored", "muted"),
}
DRAFTS: Mapping[str, Sign] = {
    "draft": ("✎", "draft", "stance"),
    "approved": ("◷", "approved", "accent"),
    "sending": ("→", "sending", "accent"),
    "sent": ("✓", "sent", "good"),
    "failed": ("✗", "failed", "bad"),
    "unknown": ("?", "unclear", "warning"),
    "not_found": ("?", "not found", "warning"),
    "discarded": ("–", "discarded", "muted"),
}
WORDS: Mapping[str, str] = {
    "hiring_provider": "hires a provider",
    "hires_staff": "hires staff",
    "seeks_work": "seeks work",
}


def words(value: str) -> str:
    """An intent or stance in words; `none` is nothing worth saying."""
    return "" if value == "none" else WORDS.get(value, clean_line(value, 40).replace("_", " "))


def status_sign(row: LeadRow) -> Sign:
    """How a lead's status is shown; a new one that was looked at is `seen`."""
    if row.status == "new" and row.seen:
        return "○", "seen", "muted"
    return STATUSES.get(row.status, ("·", clean_line(row.status, 20), "muted"))


def feed_sign(feed: Feed, polling: Sequence[str], mode: str) -> Sign:
    """How a feed is doing; `off` while nothing can read it."""
    if feed.name in polling:
        return "↻", "reading", "accent"
    if feed.errors:
        return "✗", "failing", "bad"
    if mode == "off":
        return "–", "off", "muted"
    if feed.last_poll is None:
        return "○", "waiting", "muted"
    return "✓", "ok", "good"


def draft_sign(draft: Draft) -> Sign:
    """How far a draft has come."""
    return DRAFTS.get(draft.state, ("·", clean_line(draft.state, 20), "muted"))


def ago(now: float, at: float | None) -> str:
    """Time since `at`, or a dash."""
    return "–" if at is None else age(now - at)


def until(now: float, at: float | None) -> str:
    """Time to `at` in steps coarse enough that an idle screen is not repainted each second."""
    if at is None:
        return ""
    left = at - now
    if left <= 0:
        return "now"
    if left < 60:
        return f"{max(1, -(-int(left) // 10)) * 10}s"
    return age(left + 59) if left < 3_600 else age(left)


def meta(pieces: Sequence[tuple[str, str]], width: int, palette: Palette, on: str) -> list[Segment]:
    """Join pieces of text and colour name with dots; short pieces that do not fit are left out, a long one is cut."""
    segments: list[Segment] = []
    left = width
    for text, color in pieces:
        if not text:
            continue
        gap = " · " if segments else ""
        room = left - len(gap)
        if width_of(text) > room and (room < 10 or (segments and width_of(text) < 24)):
            break
        shown = cut(text, room)
        if gap:
            segments.append(Segment(gap, palette.style("muted", on)))
        segments.append(Segment(shown, palette.style(color, on)))
        left -= len(gap) + width_of(shown)
        if shown.endswith("…") and not text.endswith("…"):
            break
    return segments


def meta_lines(
    pieces: Sequence[tuple[str, str]], width: int, palette: Palette, on: str = "background"
) -> list[list[Segment]]:
    """Join pieces as `meta` does, on as many lines as it takes to leave nothing out."""
    left = [piece for piece in pieces if piece[0]]
    lines = []
    while left:
        fitting, used = 1, width_of(left[0][0])
        while fitting < len(left) and used + 3 + width_of(left[fitting][0]) <= width:
            used += 3 + width_of(left[fitting][0])
            fitting += 1
        lines.append(meta(left[:fitting], width, palette, on))
        del left[:fitting]
    return lines
