"""Text measured in terminal cells: cut, wrapped, and rid of what terminals draw with different widths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from leadtui.text import clean_line

_JOINER = "\u200d"
_DROPPED = re.compile("[\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
"""Joiner, variation selectors, keycap and skin tones: terminals disagree on the width of what they change."""
_JOINED = re.compile("\u200d[\u2190-\u2bff\U0001f000-\U0001faff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_UNSTEADY = re.compile("[\u200d\ufe00-\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")


def steady(text: str) -> str:
    """Return `text` with emoji sequences cut to their first picture and flags as letters.

    Terminals draw such sequences with one to eight cells; after this, all agree and the right border stays in place.
    """
    if text.isascii() or not _UNSTEADY.search(text):
        return text
    text = _JOINED.sub("", text)
    text = _DROPPED.sub("", text)
    return _FLAG.sub(lambda found: chr(ord(found.group()) - 0x1F1E6 + ord("A")), text)


def harmless(text: str) -> str:
    """Return `text` unable to drive a terminal: the last door before the screen, for what the first one missed."""
    return text if text.isprintable() else clean_line(text)


def width_of(text: str) -> int:
    """Cells that `steady(text)` takes."""
    return len(text) if text.isascii() else cell_len(steady(text))


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where something is left out; never half a character."""
    if text.isascii():
        if len(text) <= width:
            return text
        return text[: width - 1].rstrip() + "…" if width > 0 else ""
    text = steady(text)
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    used = end = 0
    for start, stop, cells in clusters(text):
        if used + cells > width - 1:
            break
        used += cells
        end = stop
        if start > width * 8:
            break
    return text[:end].rstrip() + "…"


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells."""
    text = cut(text, width)
    return text + " " * (width - width_of(text))


def clusters(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and cells of each piece of `text` that must not be divided."""
    start = cells = 0
    previous = ""
    for index, character in enumerate(text):
        if index and not _continues(previous, character, index - start):
            yield start, index, cells
            start, cells = index, 0
        cells += _cells(previous, character)
        previous = character
    if text:
        yield start, len(text), cells


def _continues(previous: str, character: str, length: int) -> bool:
    if character < "\u0300":
        return False
    if _attaches(character) or previous == _JOINER:
        return True
    if _is_virama(previous):
        return unicodedata.category(character) == "Lo"
    return length == 1 and _is_flag(previous) and _is_flag(character)


@lru_cache(4096)
def _attaches(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")
        or "\u1160" <= character <= "\u11ff"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


@lru_cache(1024)
def _is_virama(character: str) -> bool:
    return character > "\u0900" and unicodedata.combining(character) == 9


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _cells(previous: str, character: str) -> int:
    if character < "\u0300":
        return 1
    if _DROPPED.match(character) or (previous == _JOINER and _JOINED.match(_JOINER + character)):
        return 0
    return 1 if _is_flag(character) else get_character_cell_size(character)


def wrap(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Start and end in `text` of each line when it is wrapped to `width` cells at spaces, and within long words.

    An empty paragraph gives one empty line. Lazy, so that 40,000 characters need not be wrapped in one go.
    """
    width = max(1, width)
    position = 0
    while True:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield from _wrap_paragraph(text, position, end, width)
        if end == len(text):
            return
        position = end + 1


def _wrap_paragraph(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    if start == end:
        yield start, end
        return
    plain = text[start:end].isascii()
    while start < end:
        stop = min(start + width, end) if plain else _reach(text, start, end, width)
        if stop < end and text[stop] != " ":
            space = text.rfind(" ", start + 1, stop)
            if space > start:
                stop = space
        yield start, stop
        start = stop
        while start < end and text[start] == " ":
            start += 1


def _reach(text: str, start: int, end: int, width: int) -> int:
    """Where the line beginning at `start` ends at the latest."""
    window = text[start : min(end, start + width * 6 + 8)]
    used = 0
    for first, _, cells in clusters(window):
        used += cells
        if used > width and first:
            return start + first
    return start + len(window)
