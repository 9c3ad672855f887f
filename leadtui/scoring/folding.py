"""Text as the matcher sees it: lower case, plain quotes and dashes, character for character as long as the original."""

from __future__ import annotations

import re
import unicodedata

_TYPOGRAPHY = (
    *((odd, "'") for odd in "\u2018\u2019\u201b\u02bc\u00b4\u2032"),
    *((odd, '"') for odd in "\u201c\u201d\u201e\u201f\u00ab\u00bb"),
    *((odd, "-") for odd in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"),
    *((odd, " ") for odd in "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"),
)
_FULLWIDTH = re.compile("[\uff01-\uff5e]")
_SCRIPT_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]")


def fold(text: str) -> str:
    """Return `text` folded for matching; it has the same length, so that spans need no translation."""
    if text.isascii():
        return text.lower()
    for odd, plain in _TYPOGRAPHY:
        text = text.replace(odd, plain)
    text = _FULLWIDTH.sub(lambda found: chr(ord(found.group()) - 0xFEE0), text)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def is_word_character(character: str) -> bool:
    """Whether a word goes on through `character`: letters, digits, underscore, and marks that sit on letters."""
    return (
        character.isalnum()
        or character == "_"
        or (character > "\u02ff" and unicodedata.combining(character) > 0)
    )


def is_whole_word(folded: str, start: int, end: int) -> bool:
    """Whether `folded[start:end]` stands alone and is not a piece of a longer word.

    An edge that is no word character (`c++`, `$`) stands alone, and so does one in a script that writes no spaces
    between words; but `.net` is not found in the name of a host.
    """
    if start and is_word_character(folded[start - 1]):
        first = folded[start]
        if first == "." or (is_word_character(first) and not _SCRIPT_WITHOUT_SPACES.match(first)):
            return False
    if end == len(folded):
        return True
    after, last = folded[end], folded[end - 1]
    if is_word_character(after):
        return not is_word_character(last) or _SCRIPT_WITHOUT_SPACES.match(last) is not None
    return not (after in "+#" and end - start <= 2 and is_word_character(last))
