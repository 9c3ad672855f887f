"""The words that stand beside a phrase: which of them tell the posts that fit from the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log1p

from leadtui.domain.models import Campaign
from leadtui.scoring.folding import fold
from leadtui.scoring.vocabulary import root, terms_of
from leadtui.scoring.words import FUNCTION_WORDS, GENERIC_WORDS

_BEFORE = re.compile(r"([^\W\d_][\w'+#]*)[ -]$")
_AFTER = re.compile(r"[ -]([^\W\d_][\w'+#]*)")
_LONGEST_WORD = 30
_OCCURRENCES = 4
"""Places of a post that are looked at; a post that repeats itself says no more."""
_AT_LEAST = 2
_LIFT = 1.2
"""How much more often a neighbour must stand in posts that fit than in the rest."""


class Neighbours:
    """Counts, over posts that hold a phrase, what stands right before and after it."""

    def __init__(self, spellings: Sequence[str]) -> None:
        longest_first = sorted(spellings, key=len, reverse=True)
        self._phrase = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
        self._fitting: Counter[str] = Counter()
        self._other: Counter[str] = Counter()
        self._fits = self._others = 0

    def add(self, text: str, *, fits: bool) -> None:
        """Take in a post."""
        folded = fold(text)
        found: set[str] = set()
        for number, place in enumerate(self._phrase.finditer(folded)):
            if number == _OCCURRENCES:
                break
            start, end = place.span()
            before = _BEFORE.search(folded, max(0, start - _LONGEST_WORD), start)
            after = _AFTER.match(folded, end, end + _LONGEST_WORD)
            if before is not None and _says_something(before[1]):
                found.add(f"{before[1]} {place[0]}")
            if after is not None and _says_something(after[1]):
                found.add(f"{place[0]} {after[1]}")
        (self._fitting if fits else self._other).update(found)
        self._fits += fits
        self._others += not fits

    def best(self, limit: int = 3) -> tuple[str, ...]:
        """Return the phrases that most raise the chance that a post fits (ratio of smoothed shares, by frequency)."""
        ranked: list[tuple[float, str]] = []
        for phrase, times in self._fitting.items():
            share = (times + 0.5) / (self._fits + 1)
            lift = share / ((self._other[phrase] + 0.5) / (self._others + 1))
            if times >= _AT_LEAST and lift >= _LIFT:
                ranked.append((-lift * log1p(times), phrase))
        chosen: dict[tuple[str, ...], str] = {}
        for _, phrase in sorted(ranked):
            chosen.setdefault(tuple(sorted(map(root, phrase.split()))), phrase)
        return tuple(chosen.values())[:limit]


def spellings_of(phrase: str, kind: str = "keyword") -> tuple[str, ...]:
    """Return every way in which scoring finds a keyword, negative keyword or competitor in a post."""
    made = {
        "keyword": Campaign("x", keywords=(phrase,)),
        "negative": Campaign("x", negative_keywords=(phrase,)),
        "competitor": Campaign("x", competitors=(phrase,)),
    }[kind]
    found = (spelling for term in terms_of(made) if term.kind == kind for spelling in term.spellings)
    return tuple(dict.fromkeys(found))


def is_ordinary(phrase: str) -> bool:
    """Whether a phrase is a single word so common that by itself it proves nothing about a post."""
    words = fold(phrase).split()
    return len(words) == 1 and words[0] in GENERIC_WORDS | FUNCTION_WORDS


def _says_something(word: str) -> bool:
    return len(word) > 2 and word not in FUNCTION_WORDS
