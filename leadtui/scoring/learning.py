"""Learning from verdicts: which words, places and manners of a campaign's posts its user wants, and which not.

A logistic regression whose prior is the score itself: the score's log-odds are a fixed offset, and what is learned
are small weights on top, drawn towards zero (a Gaussian prior). With little evidence nothing moves.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp, isfinite, log, sqrt
from operator import mul
from typing import NamedTuple, Protocol

import msgspec

from leadtui.domain.models import LEARNED, Post, Score
from leadtui.scoring import reach
from leadtui.scoring.folding import fold
from leadtui.scoring.ledger import Evidence, Step, share
from leadtui.scoring.vocabulary import root
from leadtui.scoring.words import FUNCTION_WORDS

NEEDED = 20
"""Verdicts before anything is learned."""
NEEDED_OF_EACH = 5
"""Verdicts of each kind, wanted and unwanted: three examples of a kind teach their accidents."""
NEWEST = 2_000
"""Verdicts that are learned from; older ones tell of a market that has moved on."""
NO_BUYERS = frozenset({"sells", "announces", "hires_staff", "seeks_work"})
"""Stances that no liking overrules."""

_VERSION = 1
"""Of the names of features: what was learned under other names is worth nothing."""
_READ = 4_000
"""Characters of a post that are looked at for words."""
_LONGEST_WORD = 24
_LEAST_POSTS = 2
"""Judged posts in which a feature must be found: what stands in one says nothing of the next."""
_MOST_FEATURES = 1_500
_TRUSTS = (1 / 6, 1 / 24)
"""Variances of the weights that are tried, the boldest first. From tests.bench.learning on other posts than its own."""
_BIAS_VARIANCE = 2.0
_SLOPE_VARIANCE = 0.1
_LEAST_SLOPE = 1.0
"""Scores that are little to be relied on are not overruled the more for it."""
_FOLDS = 5
_TRIED_ON = 200
"""Verdicts, the newest, on which the trusts are compared."""
_PATIENCE = 1.05
"""How much the loss in cross-validation may exceed the untaught one's before learning is given up."""
_PASSES = 25
_CLOSE = 1e-3
"""A pass that moves no weight further than this ends the fitting."""
_HOPELESS = 3
"""Points below which a post is left where it is: it has nothing to lose, and nobody would see it rise."""
_SURE = 0.97
"""A score counts as at most this probability, so that log-odds stay finite and teachable."""
_WORD = re.compile(r"[^\W\d_]\w*(?:'\w+)?")


@dataclass(frozen=True, slots=True)
class Example:
    """A post that the user judged, with its score before anything was learned."""

    post: Post
    score: Score
    wanted: bool


class Feature(NamedTuple):
    """Something that a post has: a word at its place, or a circumstance in words."""

    text: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """What a feature is worth in log-odds, and the verdicts behind it."""

    worth: float
    wanted: int
    judged: int


@dataclass(frozen=True, slots=True)
class Lessons:
    """What was learned for a campaign."""

    verdicts: int
    """Verdicts it was learned from."""
    wanted: int
    weights: Mapping[str, Weight] = field(default_factory=dict)
    """Empty where cross-validation found that learning would not help."""

    def pack(self) -> str:
        """Return the lessons as JSON."""
        weights = {
            name: (round(each.worth, 4), each.wanted, each.judged) for name, each in self.weights.items()
        }
        document = {"version": _VERSION, "verdicts": self.verdicts, "wanted": self.wanted, "weights": weights}
        return msgspec.json.encode(document).decode()

    def adjust(self, score: Score, post: Post, min_score: int) -> Score:
        """Return `score` with the points that were learned as a part of its own; what is out of the question never rises."""
        if score.value < _HOPELESS or not self.weights:
            return score
        found = {name: each for name, each in features(post, score).items() if name in self.weights}
        worth = {name: self.weights[name].worth for name in found}
        chance = _chance(score)
        moved = _logistic(_log_odds(chance) + sum(worth.values()))
        value = max(0, min(100, score.value + round(100 * (moved - chance))))
        if value > score.value and is_out_of_question(post, score):
            value = score.value
        points = value - score.value
        if not points:
            return score

        def told(sign: int) -> list[Evidence]:
            return [
                Evidence(sign * worth[name], self._told(name, each), each.start, each.end)
                for name, each in found.items()
                if sign * worth[name] > 0
            ]

        reasons = share(points, Step(LEARNED, 1.0, lambda: told(1), lambda: told(-1)), post.text)
        return replace(
            score,
            value=value,
            lead=value >= min_score,
            parts={**score.parts, LEARNED: points},
            reasons=(*score.reasons, *reasons),
        )

    def _told(self, name: str, each: Feature) -> str:
        weight = self.weights[name]
        return f"{each.text}: {weight.wanted} of {weight.judged} wanted" if each.text else ""


class Scores(Protocol):
    """What scores posts for a campaign."""

    def score(self, post: Post, now: float | None = None) -> Score:
        """Score `post` as of `now`."""
        ...


class Taught:
    """A scorer whose scores are adjusted by what verdicts taught."""

    def __init__(self, scorer: Scores, lessons: Lessons, min_score: int) -> None:
        self._scorer = scorer
        self._lessons = lessons
        self._min_score = min_score

    def score(self, post: Post, now: float | None = None) -> Score:
        """Score `post` as of `now` (seconds since 1970, UTC), as the scorer does it."""
        return self._lessons.adjust(self._scorer.score(post, now), post, self._min_score)


def unpack(text: str) -> Lessons | None:
    """Return the lessons of a JSON text; None for one that is damaged, foreign, or of another version."""
    try:
        packed = msgspec.json.decode(text, type=_Packed)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if packed.version != _VERSION or not all(isfinite(worth) for worth, _, _ in packed.weights.values()):
        return None
    return Lessons(
        packed.verdicts, packed.wanted, {name: Weight(*each) for name, each in packed.weights.items()}
    )


class _Packed(msgspec.Struct):
    version: int
    verdicts: int
    wanted: int
    weights: dict[str, tuple[float, int, int]]


def is_out_of_question(post: Post, score: Score) -> bool:
    """Whether a post may not rise: negative keywords and exclusions (score 0), people who do not buy, removed posts."""
    return not score.value or score.stance in NO_BUYERS or reach.is_gone(post)


def features(post: Post, score: Score) -> dict[str, Feature]:
    """Return what a post is judged by, by name; the same for teaching and for judging."""
    found = {
        f"intent:{score.intent}": Feature(text=f"intent {score.intent}"),
        f"stance:{score.stance}": Feature(text=f"stance {score.stance}"),
        f"sub:{post.subreddit.lower()}": Feature(text=f"r/{post.subreddit}"),
    }
    if "?" in post.title:
        found["question"] = Feature(text="the title asks a question")
    for match in _WORD.finditer(fold(post.text[:_READ])):
        name = _name(match.group())
        if name and name not in found:
            end = match.end() - (2 if match.group().endswith("'s") else 0)
            found[name] = Feature("", match.start(), end)
    return found


@lru_cache(maxsize=50_000)
def _name(word: str) -> str:
    """Return the name of the feature that a word is, the same for all its inflections; empty for words without matter."""
    word = word.removesuffix("'s")
    if len(word) < 2 or len(word) > _LONGEST_WORD or "'" in word or word in FUNCTION_WORDS:
        return ""
    return f"word:{root(word)}"


def learn(
    examples: Sequence[Example], *, needed: int = NEEDED, needed_of_each: int = NEEDED_OF_EACH
) -> Lessons | None:
    """Return what the newest `examples`, oldest first, teach; None while there are too few.

    How boldly is chosen by cross-validation; where even caution makes the loss worse, nothing is learned.
    """
    examples = examples[-NEWEST:]
    wanted = sum(each.wanted for each in examples)
    if len(examples) < needed or min(wanted, len(examples) - wanted) < needed_of_each:
        return None
    rows = [_Row(each) for each in examples]
    trust = _best_trust(rows[-_TRIED_ON:])
    if not trust:
        return Lessons(len(rows), wanted)
    return Lessons(len(rows), wanted, _Fitted(rows, trust).weights())


def folds(examples: Sequence[Example], number: int = _FOLDS) -> list[int]:
    """Return the fold of each example: by its post's id, each kind of verdict dealt out evenly."""
    dealt = [0] * len(examples)
    for wanted in (True, False):
        indices = [index for index, each in enumerate(examples) if each.wanted is wanted]
        indices.sort(
            key=lambda index: (zlib.crc32(examples[index].post.id.encode("utf-8", "replace")), index)
        )
        for place, index in enumerate(indices):
            dealt[index] = place % number
    return dealt


class _Row:
    """An example as numbers."""

    __slots__ = ("example", "names", "offset", "wanted")

    def __init__(self, example: Example) -> None:
        self.example = example
        self.wanted = example.wanted
        self.offset = _log_odds(_chance(example.score))
        self.names = list(features(example.post, example.score))


def _best_trust(rows: Sequence[_Row]) -> float:
    """Return the variance of the weights under which judged posts are foretold best from the others; 0 for none."""
    dealt = folds([row.example for row in rows])
    loss = dict.fromkeys((0.0, *_TRUSTS), 0.0)
    for held in range(_FOLDS):
        others = [row for row, number in zip(rows, dealt, strict=True) if number != held]
        tested = [row for row, number in zip(rows, dealt, strict=True) if number == held]
        for trust in loss:
            fitted = _Fitted(others, trust)
            for row in tested:
                learned = sum(fitted.worth.get(name, 0.0) for name in row.names)
                chance = _logistic(fitted.bias + fitted.slope * row.offset + learned)
                loss[trust] -= log(max(1e-4, chance if row.wanted else 1.0 - chance))
    best = min(_TRUSTS, key=lambda trust: loss[trust])
    return best if loss[best] <= _PATIENCE * loss[0.0] else 0.0


class _Fitted:
    """Weights of features, beside a bias and a slope: how strict the user is, and how far the scores can be relied on.

    Maximum a posteriori by coordinate descent with bounded steps (Genkin, Lewis and Madigan, 2007). Rare features
    weigh more: each is scaled by the root of its inverse document frequency.
    """

    def __init__(self, rows: Sequence[_Row], trust: float) -> None:
        self._rows = rows
        self.columns = _columns(rows) if trust else {}
        self.worth = dict.fromkeys(self.columns, 0.0)
        self.bias, self.slope = 0.0, 1.0
        self._margins = [row.offset for row in rows]
        self._errors = [row.wanted - _logistic(row.offset) for row in rows]
        for _ in range(_PASSES):
            moved = self._calibrate()
            for name, column in self.columns.items():
                slope = column.scale * sum(map(self._errors.__getitem__, column.rows))
                weight = self.worth[name] / column.scale
                step = (slope - weight / trust) / (1 / trust + column.bend)
                if abs(step) >= _CLOSE:
                    moved = True
                    self.worth[name] += step * column.scale
                    self._move(column.rows, step * column.scale)
            if not moved:
                break

    def weights(self) -> dict[str, Weight]:
        """Return what features are worth beside a score as it is."""
        found = {}
        for name, column in self.columns.items():
            wanted = sum(self._rows[index].wanted for index in column.rows)
            found[name] = Weight(self.worth[name] / self.slope, wanted, len(column.rows))
        return found

    def _move(self, rows: Sequence[int], by: float) -> None:
        for index in rows:
            self._margins[index] = margin = self._margins[index] + by
            self._errors[index] = self._rows[index].wanted - _logistic(margin)

    def _calibrate(self) -> bool:
        """Move bias and slope one bounded step; returns whether that was far."""
        offsets = [row.offset for row in self._rows]
        bias = (sum(self._errors) - self.bias / _BIAS_VARIANCE) / (1 / _BIAS_VARIANCE + 0.25 * len(offsets))
        self.bias += bias
        self._move(range(len(offsets)), bias)
        steep = sum(map(mul, self._errors, offsets)) - (self.slope - 1.0) / _SLOPE_VARIANCE
        bend = 1 / _SLOPE_VARIANCE + 0.25 * sum(map(mul, offsets, offsets))
        before, self.slope = self.slope, max(_LEAST_SLOPE, self.slope + steep / bend)
        for index, offset in enumerate(offsets):
            self._move((index,), (self.slope - before) * offset)
        return max(abs(bias), abs(self.slope - before)) >= _CLOSE


class _Column:
    """A feature with the rows that have it."""

    __slots__ = ("bend", "rows", "scale")

    def __init__(self, rows: list[int], scale: float) -> None:
        self.rows = rows
        self.scale = scale
        self.bend = 0.25 * scale * scale * len(rows)
        """The loss bends at most so much (Böhning, 1992): a step by it never goes too far."""


def _columns(rows: Sequence[_Row]) -> dict[str, _Column]:
    """Return the features that are worth learning."""
    having: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for name in row.names:
            having.setdefault(name, []).append(index)
    kept = sorted(
        (item for item in having.items() if len(item[1]) >= _LEAST_POSTS),
        key=lambda item: (-len(item[1]), item[0]),
    )
    return {
        name: _Column(found, sqrt(log((len(rows) + 1) / len(found)))) for name, found in kept[:_MOST_FEATURES]
    }


def _chance(score: Score) -> float:
    return max(1.0 - _SURE, min(_SURE, score.value / 100))


def _log_odds(chance: float) -> float:
    return log(chance / (1.0 - chance))


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))
