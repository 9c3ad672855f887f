"""Stories: posts in which one author says the same thing in several places, or says it again.

Two texts are near-duplicates when enough of their word triples are the same (w-shingling, Broder 1997). Only posts of
one author are ever joined: an answer goes to a person, and whoever copies somebody else's post must not thereby hide
the original behind a verdict on the copy. One author's posts are few, so they are compared exactly, without sketches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from leadtui.domain.models import PostKind

WINDOW = 30 * 86_400.0
"""Seconds between two posts beyond which the same words are a new request."""
REMEMBERED = 40
"""Newest posts of an author that a new one is compared with."""
_SHINGLE = 3
_MOST_WORDS = 1_500
"""Words that are compared; the beginning of a long text tells enough."""
_FEW_WORDS = 12
"""Texts with fewer words are copies only when they are the same word for word."""
_TELLING_TITLE = 3
"""Words from which on a title says by itself what a post is about."""
_ALIKE = 0.5
"""Share of common triples in all (Jaccard) from which on a text was changed in places, about one word in ten."""
_WITHIN = 0.8
"""Share of the shorter text's triples that the longer one holds, when something was added."""
_LONGER = 3
"""How many times as long the longer text may be."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Telling:
    """One post as far as it matters here."""

    id: int
    story: int
    """Id of the story's first post; its own when it is the first."""
    author: str
    kind: str
    title: str
    body: str
    at: float
    """When it was written, or found, Unix seconds."""


@dataclass(slots=True)
class _Known:
    telling: Telling
    title: tuple[str, ...]
    body: tuple[str, ...]
    _shingles: frozenset[tuple[str, ...]] | None = field(default=None)

    @property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        if self._shingles is None:
            words = (self.title + self.body)[:_MOST_WORDS]
            places = range(len(words) - _SHINGLE + 1)
            self._shingles = frozenset(words[place : place + _SHINGLE] for place in places)
        return self._shingles


def join(new: Iterable[Telling], known: Iterable[Telling]) -> dict[int, int]:
    """Return the first post of the story for each of the `new` posts that repeats another one, new or `known`.

    Nothing is returned for posts that stand alone. Both are given in the order in which they were found. The most
    similar post decides, the earlier among equals.
    """
    remembered: dict[str, list[_Known]] = {}
    for telling in known:
        _remember(remembered, telling)
    found: dict[int, int] = {}
    for telling in new:
        one = _remember(remembered, telling)
        best, story = 0.0, 0
        for other in remembered[telling.author][-REMEMBERED - 1 : -1]:
            alike = _alikeness(one, other)
            if alike > best:
                best, story = alike, found.get(other.telling.id, other.telling.story)
        if best:
            found[telling.id] = story
    return found


def _remember(remembered: dict[str, list[_Known]], telling: Telling) -> _Known:
    # A comment's title is that of the post that it stands under.
    title = () if telling.kind == PostKind.COMMENT else _words(telling.title)
    known = _Known(telling, title, _words(telling.body))
    remembered.setdefault(telling.author, []).append(known)
    return known


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text[: _MOST_WORDS * 12].casefold()))[:_MOST_WORDS]


def _alikeness(one: _Known, other: _Known) -> float:
    """Return 0.0 for posts that say different things, up to 1.0 for the same words."""
    if one.telling.kind != other.telling.kind or abs(one.telling.at - other.telling.at) > WINDOW:
        return 0.0
    # Reddit's own cross-post repeats the title and leaves the text behind.
    left_behind = len(one.title) >= _TELLING_TITLE and not (one.body and other.body)
    if one.title == other.title and (left_behind or one.body == other.body):
        return 1.0 if one.title or one.body else 0.0
    lengths = sorted((len(one.title) + len(one.body), len(other.title) + len(other.body)))
    if lengths[0] < _FEW_WORDS or lengths[1] > _LONGER * lengths[0]:
        return 0.0
    common = len(one.shingles & other.shingles)
    alike = common / len(one.shingles | other.shingles)
    within = common / min(len(one.shingles), len(other.shingles))
    return alike if alike >= _ALIKE or within >= _WITHIN else 0.0
