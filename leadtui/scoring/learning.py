"""Learning from verdicts: which words, places and manners of a campaign's posts its user wants, and which not.

A logistic regression whose prior is the score itself: the score's log-odds are a fixed offset, and what is learned
are small weights on top, drawn towards zero (a Gaussian prior). With little evidence nothing moves.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, isfinite, log, sqrt

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
_FOLDS = 5
_TRIED_ON = 400
"""Verdicts, the newest, on which the trusts are compared."""
_PATIENCE = 1.05
"""How much the loss in cross-validation may exceed the untaught one's before learning is given up."""
_PASSES = 25
_CLOSE = 1e-3
"""A pass that moves no weight further than this ends the fitting."""
_SURE = 0.97
"""A score counts as at most this probability, so that log-odds stay finite and teachable."""
_WORD = re.compile(r"[^\W\d_]\w*(?:'\w+)?")


@dataclass(frozen=True, slots=True)
class Example:
    """A post that the user judged, with its score before anything was learned."""

    post: Post
    score: Score
    wanted: bool


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a post has: a word at its place, or a circumstance in words."""

    value: float = 1.0
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
class Model:
    """What was learned for a campaign."""

    verdicts: int
    """Verdicts it was learned from."""
    wanted: int
    weights: Mapping[str, Weight] = field(default_factory=dict)
    """Empty where cross-validation found that learning would not help."""

    def pack(self) -> str:
        """Return the model as JSON."""
        weights = {
            name: (round(each.worth, 4), each.wanted, each.judged) for name, each in self.weights.items()
        }
        document = {"version": _VERSION, "verdicts": self.verdicts, "wanted": self.wanted, "weights": weights}
        return msgspec.json.encode(document).decode()

    def adjust(self, score: Score, post: Post, min_score: int) -> Score:
        """Return `score` with the points that were learned as a part of its own; what is out of the question never rises."""
        if not score.value or not self.weights:
            return score
        found = {name: each for name, each in features(post, score).items() if name in self.weights}
        worth = {name: self.weights[name].worth * each.value for name, each in found.items()}
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


def unpack(text: str) -> Model | None:
    """Return the model of a JSON text; None for one that is damaged, foreign, or of another version."""
    try:
        packed = msgspec.json.decode(text, type=_Packed)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if packed.version != _VERSION or not all(isfinite(worth) for worth, _, _ in packed.weights.values()):
        return None
    return Model(
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
        word = match.group().removesuffix("'s")
        if 1 < len(word) <= _LONGEST_WORD and word not in FUNCTION_WORDS and "'" not in word:
            name = f"word:{root(word)}"
            if name not in found:
                found[name] = Feature(start=match.start(), end=match.start() + len(word))
    return found


def learn(
    examples: Sequence[Example], *, needed: int = NEEDED, needed_of_each: int = NEEDED_OF_EACH
) -> Model | None:
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
        return Model(len(rows), wanted)
    return Model(len(rows), wanted, _fit(rows, trust)[0])


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

    __slots__ = ("example", "offset", "values", "wanted")

    def __init__(self, example: Example) -> None:
        self.example = example
        self.wanted = example.wanted
        self.offset = _log_odds(_chance(example.score))
        self.values = {name: each.value for name, each in features(example.post, example.score).items()}


def _best_trust(rows: Sequence[_Row]) -> float:
    """Return the variance of the weights under which judged posts are foretold best from the others; 0 for none."""
    dealt = folds([row.example for row in rows])
    loss = dict.fromkeys((0.0, *_TRUSTS), 0.0)
    for held in range(_FOLDS):
        others = [row for row, number in zip(rows, dealt, strict=True) if number != held]
        tested = [row for row, number in zip(rows, dealt, strict=True) if number == held]
        for trust in loss:
            weights, bias = _fit(others, trust)
            for row in tested:
                learned = sum(
                    weights[name].worth * value for name, value in row.values.items() if name in weights
                )
                chance = _logistic(row.offset + bias + learned)
                loss[trust] -= log(max(1e-4, chance if row.wanted else 1.0 - chance))
    best = min(_TRUSTS, key=lambda trust: loss[trust])
    return best if loss[best] <= _PATIENCE * loss[0.0] else 0.0


def _fit(rows: Sequence[_Row], trust: float) -> tuple[dict[str, Weight], float]:
    """Return the weights of features and the bias, which is the user's strictness and no matter of a single post.

    Maximum a posteriori by coordinate descent with a bounded step (Genkin, Lewis and Madigan, 2007). Rare features
    weigh more: each is scaled by the root of its inverse document frequency.
    """
    columns = _columns(rows) if trust else {}
    margins = [row.offset for row in rows]
    truths = [1.0 if row.wanted else 0.0 for row in rows]
    everywhere = [(index, 1.0) for index in range(len(rows))]
    jobs = [
        ("", everywhere, 1 / _BIAS_VARIANCE),
        *((name, cells, 1 / trust) for name, cells in columns.items()),
    ]
    found = dict.fromkeys((name for name, _, _ in jobs), 0.0)
    for _ in range(_PASSES):
        furthest = 0.0
        for name, cells, pull in jobs:
            slope, bend = -pull * found[name], pull
            for index, value in cells:
                chance = _logistic(margins[index])
                slope += (truths[index] - chance) * value
                bend += max(chance * (1.0 - chance), 0.05) * value * value
            step = max(-1.0, min(1.0, slope / bend))
            if abs(step) > _CLOSE / 10:
                found[name] += step
                furthest = max(furthest, abs(step))
                for index, value in cells:
                    margins[index] += step * value
        if furthest < _CLOSE:
            break
    bias = found.pop("")
    weights = {}
    for name, worth in found.items():
        cells = columns[name]
        judged = [rows[index] for index, _ in cells]
        scale = cells[0][1] / (judged[0].values[name] or 1.0)
        weights[name] = Weight(worth * scale, sum(row.wanted for row in judged), len(judged))
    return weights, bias


def _columns(rows: Sequence[_Row]) -> dict[str, list[tuple[int, float]]]:
    """Return, for each feature worth learning, the rows that have it, with its scaled value."""
    counts = Counter(name for row in rows for name in row.values)
    kept = [item for item in counts.items() if item[1] >= _LEAST_POSTS]
    kept = sorted(kept, key=lambda item: (-item[1], item[0]))[:_MOST_FEATURES]
    scales = {name: sqrt(log((len(rows) + 1) / count)) for name, count in sorted(kept)}
    columns: dict[str, list[tuple[int, float]]] = {name: [] for name in scales}
    for index, row in enumerate(rows):
        for name, value in row.values.items():
            if name in columns:
                columns[name].append((index, value * scales[name]))
    return columns


def _chance(score: Score) -> float:
    return max(1.0 - _SURE, min(_SURE, score.value / 100))


def _log_odds(chance: float) -> float:
    return log(chance / (1.0 - chance))


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))
