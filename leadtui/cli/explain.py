"""One lead for a person to read: the post with its phrases marked, and the score taken apart."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator

import click

from leadtui.cli.common import say
from leadtui.domain.marks import stretches
from leadtui.domain.models import Lead, Reason
from leadtui.text import age, clean_line, plural

_COLORS = {"fit": "green", "intent": "cyan", "stance": "magenta", "freshness": "blue", "reach": "yellow"}
"""Of the parts; one that is not listed is white."""
_AGAINST = "red"
_WIDEST = 100

Piece = tuple[str, str]
"""A text and its look: a part, `against:part`, `bold` or nothing."""


def print_lead(lead: Lead) -> None:
    """Print everything about a lead; in colours on a terminal unless NO_COLOR says otherwise, in words everywhere."""
    row, post, score = lead.row, lead.post, lead.score
    now = time.time()
    _put([(f"#{row.id}  ", ""), *_marked(post.title or "(no title)", score.reasons, 0, "bold")])
    author = f"u/{post.author}" if post.author else "author unknown"
    facts = [f"r/{post.subreddit}", author, f"{age(now - (row.created_at or row.found_at))} ago"]
    facts += [plural(post.num_comments, "comment")] if post.num_comments is not None else []
    _put([(" · ".join([*facts, row.status, row.campaign]), "")])
    if post.permalink:
        say(post.permalink)
    if lead.copies:
        say(f"×{row.copies + 1}, the same in")
        for copy in lead.copies:
            posted = "age unknown" if copy.created_at is None else f"{age(now - copy.created_at)} ago"
            _put([(" · ".join([f"  r/{copy.subreddit}", posted, copy.permalink or copy.id]), "")], indent=4)
        if row.copies > len(lead.copies):
            say(f"  and {row.copies - len(lead.copies):,} more")
    say()
    _put(_marked(post.body.rstrip() or "(no text)", score.reasons, len(post.title) + 1))
    say()
    _print_score(lead)
    if lead.notes:
        say()
        _put([("note: ", ""), (lead.notes, "")], indent=6)
    if lead.tags:
        say(f"tags: {' '.join(lead.tags)}")
    for verdict in lead.history:
        undone = " (undone)" if verdict.undone else ""
        say(f"{age(now - verdict.at)} ago: {verdict.before} → {verdict.after}, {verdict.origin}{undone}")


def _print_score(lead: Lead) -> None:
    score, title_end = lead.score, len(lead.post.title)
    given = sum(reason.points for reason in score.reasons if reason.points > 0)
    taken = sum(reason.points for reason in score.reasons if reason.points < 0)
    sums: list[Piece] = [(f"{given:+d} for", ""), (", ", ""), (f"{taken:+d} against", "against:")]
    _put(
        [
            ("score ", ""),
            (str(score.value), "bold"),
            (f": {score.intent}, {score.stance}, {score.sentiment}, by {score.scored_by}; ", ""),
            *(sums if taken else sums[:1]),
        ]
    )
    for part, points in score.parts.items():
        _put([(f"  {part:<10} ", part), (f"{points:+d}", part if points >= 0 else f"against:{part}")])
        for reason in score.reasons:
            if reason.part != part or not reason.points:
                continue
            look = part if reason.points > 0 else f"against:{part}"
            verb = "" if reason.points > 0 else "against: "
            text = clean_line(reason.text)
            told = text if reason.start is None else f"“{text}”"
            place = " (title)" if reason.start is not None and reason.start < title_end else ""
            _put([(f"    {reason.points:+4d}  ", look), (verb, look), (f"{told}{place}", "")], indent=10)


def _marked(text: str, reasons: Iterable[Reason], offset: int, plain: str = "") -> list[Piece]:
    """Cut a text at the phrases that earned or cost points, each followed by what it did."""
    marked = [
        (reason.start - offset, reason.end - offset, reason)
        for reason in reasons
        if reason.start is not None and reason.end is not None and reason.points
        if 0 <= reason.start - offset < reason.end - offset <= len(text)
    ]
    pieces: list[Piece] = []
    for start, end, innermost, ending in stretches(len(text), [(start, end) for start, end, _ in marked]):
        look = plain if innermost is None else f"mark:{marked[innermost][2].part}"
        pieces.append((text[start:end], look))
        for index in ending:
            reason = marked[index][2]
            tag = reason.part if reason.points > 0 else f"against:{reason.part}"
            # Joined by a space that never breaks, so that the word stays with its phrase.
            pieces.append((f"\u00a0[{reason.part}\u00a0{reason.points:+d}]", tag))
    return pieces


def _put(pieces: list[Piece], indent: int = 0) -> None:
    """Print pieces, on a terminal wrapped between words with the further lines indented."""
    on_terminal = sys.stdout.isatty()
    colored = on_terminal and not os.environ.get("NO_COLOR")
    lines = _wrapped(pieces, indent) if on_terminal else [pieces]
    for line in lines:
        text = "".join(_styled(text, look) if colored else text for text, look in line)
        click.echo(text.replace("\u00a0[", " [").replace("\u00a0", " "), color=colored)


def _styled(text: str, look: str) -> str:
    if not text.strip() or not look:
        return text
    if look == "bold":
        return click.style(text, bold=True)
    name = look.removeprefix("mark:")
    color = _AGAINST if name.startswith("against:") else _COLORS.get(name, "white")
    return click.style(text, fg=color, underline=look.startswith("mark:"))


def _wrapped(pieces: list[Piece], indent: int) -> Iterator[list[Piece]]:
    """Cut pieces into lines that fit; a word stays with the tag and the comma that follow it."""
    width = max(20, min(_WIDEST, shutil.get_terminal_size().columns))
    line: list[Piece] = []
    used = 0
    for unit in _units(pieces):
        cells = sum(_cells(text) for text, _ in unit)
        if unit[0][0] == "\n":
            yield line
            line, used = [], 0
            continue
        is_space = unit[0][0][0] == " "
        if used + cells > width and used > indent:
            if is_space:
                continue
            yield line
            line, used = [(" " * indent, "")], indent
        line += unit
        used += cells
    yield line


def _units(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Group pieces into line feeds, spaces, and what stands between them."""
    unit: list[Piece] = []
    for text, look in pieces:
        for part in re.findall(r"\n| +|[^\n ]+", text):
            if part[0] in "\n ":
                if unit:
                    yield unit
                unit = []
                yield [(part, look)]
            else:
                unit.append((part, look))
    if unit:
        yield unit


def _cells(text: str) -> int:
    """Return the columns of a text, near enough for wrapping."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )
