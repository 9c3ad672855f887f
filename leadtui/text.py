"""The one door for text from outside: posts, names, websites, AI answers, exception messages.

What comes out can be shown on a terminal, stored and logged: it holds no control character but the line feed,
no character that reorders or hides its neighbours, and no lone surrogate. It is still *text*: it must never be
parsed as markup, SQL, a path or an instruction.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MAX_BODY = 40_000
"""Characters kept of a body: Reddit's own bound."""
MAX_LINE = 1_000
"""Characters kept of a title, name or message."""

_REPLACEMENT = "\ufffd"
_KEPT_FORMAT = {"\u200c", "\u200d"}
"""Joiners: Persian, Indic scripts and emoji need them, and they cannot drive a terminal."""
_SHOWN_FORMAT = {*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))}
"""Direction controls: replaced visibly, because removing them silently would hide an attempt to deceive."""
_MAX_MARKS = 4
"""Combining marks kept on one character: more than any written language needs."""
_MARK_RUN = re.compile(r"[^\w\s\x00-\x7f]{5,}")
"""Where too many marks may stand: no mark is a word character, and the long way decides."""
_PLAIN_ASCII_LINE = bytes(range(0x20, 0x7F))
_PLAIN_ASCII = _PLAIN_ASCII_LINE + b"\n"
_UNUSUAL = re.compile(r"\r\n?|[^\n\x20-\x7e]")
_ENTITY = re.compile(
    r"&(?:(?:amp|AMP|#38|#[xX]26);)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
"""One HTML entity, however often its ampersand was encoded again on the way (`&amp;amp;lt;`)."""
_NESTED_AMPERSAND = re.compile(r"^&(?:(?:amp|AMP|#38|#[xX]26);)*(?=.)")
_ENTITY_ROUNDS = 4
"""Passes until entities that spell other entities are given up on and made harmless."""

Offsets = Sequence[int]
"""For each character of a cleaned text, where it began in the text as it came in."""


def clean(text: str, limit: int = MAX_BODY) -> str:
    """Return `text` safe to show, store and log, at most `limit` characters; line feeds are kept.

    Applying it twice is the same as applying it once.
    """
    raw = text[:limit]
    return raw if _is_plain(raw, line=False) else clean_with_offsets(raw, limit).text


def clean_line(text: str, limit: int = MAX_LINE) -> str:
    """Return `text` as `clean` does, on a single line."""
    raw = text[:limit]
    return raw if _is_plain(raw, line=True) else clean_with_offsets(raw, limit, line=True).text


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text that can still say where each of its characters stood in the text as it came in."""

    text: str
    offsets: Offsets
    raw_length: int
    """How much of the incoming text was read: all of it, or up to the limit."""

    def raw_index(self, index: int) -> int:
        """Return the index in the incoming text of the character at `index` of the cleaned one."""
        return self.offsets[index] if index < len(self.offsets) else self.raw_length


def clean_with_offsets(text: str, limit: int = MAX_BODY, *, line: bool = False) -> Cleaned:
    """Clean `text` and keep the way back, so that spans can be given in terms of what somebody handed in.

    With `line`, line feeds become spaces.
    """
    raw = text[:limit]
    if _is_plain(raw, line):
        return Cleaned(raw, range(len(raw)), len(raw))
    raw_length = len(raw)
    offsets: Offsets = range(raw_length)
    for _ in range(_ENTITY_ROUNDS):
        if not _ENTITY.search(raw):
            break
        raw, offsets = _unescape(raw, offsets)
    shown, offsets = _replace_characters(raw, offsets, line)
    # What is still an entity was nested too deep, or held together only by characters that are gone now.
    return Cleaned(_ENTITY.sub(_harmless, shown), offsets, raw_length)


def _is_plain(text: str, line: bool) -> bool:
    """Whether nothing in `text` needs a change: the common case, decided at C speed."""
    if "&" in text and _ENTITY.search(text):
        return False
    if text.isascii():
        # Ten times as quick as looking each character up.
        return not text.encode().translate(None, _PLAIN_ASCII_LINE if line else _PLAIN_ASCII)
    if "\n" in text:
        if line:
            return False
        text = text.replace("\n", "")
    return text.isprintable() and not _has_long_mark_run(text)


def _harmless(entity: re.Match[str]) -> str:
    found = entity.group()
    return found if _plain(found) == found else "\uff06" + found[1:]


def _plain(entity: str) -> str:
    return html.unescape(_NESTED_AMPERSAND.sub("&", entity))


def _has_long_mark_run(text: str) -> bool:
    return _MARK_RUN.search(text) is not None


def _unescape(text: str, offsets: Offsets) -> tuple[str, Offsets]:
    out: list[str] = []
    starts: list[int] = []
    position = 0
    for found in _ENTITY.finditer(text):
        out.append(text[position : found.start()])
        starts.extend(offsets[position : found.start()])
        plain = _plain(found.group())
        out.append(plain)
        starts.extend([offsets[found.start()]] * len(plain))
        position = found.end()
    out.append(text[position:])
    starts.extend(offsets[position:])
    return "".join(out), starts


def _replace_characters(text: str, offsets: Offsets, line: bool) -> tuple[str, Offsets]:
    out: list[str] = []
    starts: list[int] = []
    position = marks = 0
    for found in _UNUSUAL.finditer(text):
        character = found.group()
        if found.start() > position:
            out.append(text[position : found.start()])
            starts.extend(offsets[position : found.start()])
            marks = 0
        position = found.end()
        category = unicodedata.category(character[0])
        shown = "\n" if character[0] == "\r" else _shown(character, category)
        # Joiners count as marks: alone they would let marks pile up, or a hidden message through.
        if category in ("Mn", "Me") or character in _KEPT_FORMAT:
            marks += 1
            shown = shown if marks <= _MAX_MARKS else ""
        elif shown:
            marks = 0
        if shown:
            out.append(shown)
            starts.append(offsets[found.start()])
    out.append(text[position:])
    starts.extend(offsets[position:])
    cleaned = "".join(out)
    return cleaned.replace("\n", " ") if line else cleaned, starts


def _shown(character: str, category: str) -> str:
    if category == "Cc":
        if character == "\t":
            return " "
        point = ord(character)
        if point < 0x20:
            return chr(0x2400 + point)
        return "\u2421" if point == 0x7F else _REPLACEMENT
    if category == "Cf":
        if character in _KEPT_FORMAT:
            return character
        return _REPLACEMENT if character in _SHOWN_FORMAT else ""
    if category in ("Cs", "Co", "Cn"):
        return _REPLACEMENT
    if category in ("Zl", "Zp", "Zs"):
        return " "
    return character


def shorten(text: str, limit: int) -> str:
    """Cut a line after a whole word, with `…`, so that it has at most `limit` characters; a longer word is cut within."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space].rstrip(" ,;:·-") if space > limit // 3 else cut[: limit - 2]) + " …"


def plural(count: int, noun: str) -> str:
    """`1 lead`, `2 leads`, `1,200 leads`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def age(seconds: float) -> str:
    """A span of time in the largest fitting unit, at most four characters: `45s`, `12m`, `3h`, `9d`, `2y`."""
    seconds = max(0, int(seconds))
    for unit, size in (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
