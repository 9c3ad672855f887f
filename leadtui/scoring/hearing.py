"""What a post's own words say of its author, learned from read posts: does somebody want something, or stand on the other side of a sale?

Two logistic regressions over the words and word pairs of title and body and over what the rules found; see
`model/NOTICE.md` for the posts they were fitted on and how to fit them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from leadtui.scoring.ledger import Evidence
from leadtui.scoring.model import HEADS, SIGNS, Model, Word
from leadtui.scoring.reading import REQUEST_KINDS, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = (
    "seeking",
    "hiring_provider",
    "comparing",
    "pain",
    "advice",
    "feedback",
    "discussion",
    "news",
    "sells",
    "announces",
    "research",
    "hires_staff",
    "seeks_work",
    "solved",
    "vents",
    "project",
    "positive",
    "negative",
)
"""Kinds of rule whose findings are weighed beside the words."""
FLAGS = 7
_PLACES = {kind: place for place, kind in enumerate(KINDS)}
_AT_ONCE, _SOUP = 2, 4
"""Keywords that somebody who asks uses at once, and how many more than that still tell something: sellers use them all."""
_READ = 1_500
"""Characters of a body that are weighed word by word."""
_MEANT = 600
"""Characters of a body from which its subject is told."""
_SENTENCE = 120
"""Characters of a request's sentence, on both sides of its phrase, that tell what is asked for."""
_TELLING = 0.25
"""Logits from which a word or a pair is named as a reason."""
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model makes of one post."""

    model: Model
    title: list[Word]
    beginning: list[Word]
    """Words of the body's first characters, from which its subject is told."""
    body: list[Word]
    wants: float
    """How likely the author wants something from somebody, 0.0 to 1.0."""
    adverse: float
    """How likely they sell, announce, recruit, look for work, do research or are helped already, 0.0 to 1.0."""


def hear(model: Model, reading: Reading, by_rules: tuple[float, float]) -> Heard:
    """Weigh the words of a post and what the rules made of it: the factors of intent and stance."""
    border = reading.title_end + 1
    own = own_words(reading)
    title = model.words(own[: border - 1])
    beginning = model.words(own[border : border + _MEANT])
    body = beginning + model.words(own[border + _MEANT : border + _READ])
    found = [(place, value) for place, value in enumerate(signs(reading, by_rules)) if value]
    told = []
    for head, said in zip(HEADS, model.says(title, body), strict=True):
        constants = model.constants[head]
        weights = constants["signs"]
        total = constants["bias"] + said + sum(value * weights[place] for place, value in found)
        told.append(1.0 / (1.0 + exp(-max(-30.0, min(30.0, total)))))
    return Heard(model, title, beginning, body, *told)


def own_words(reading: Reading) -> str:
    """Return the folded text with blanks in place of lines that quote somebody else."""
    text = reading.folded
    for start, end in reading.quotes:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def signs(reading: Reading, by_rules: tuple[float, float]) -> list[float]:
    """Return what the rules found as numbers: levels, strengths in the title, marks, and both factors `by_rules`."""
    number = len(KINDS)
    found = [0.0] * SIGNS
    title_end = reading.title_end
    first: int | None = None
    best = 0.0
    for kind, phrases in reading.phrases.items():
        place = _PLACES.get(kind)
        if place is None:
            continue
        found[place] = reading.level(kind)
        in_title = [min(1.0, each.strength) for each in phrases if each.start < title_end]
        if in_title:
            found[number + place] = max(in_title)
        if kind in REQUEST_KINDS:
            for each in phrases:
                if each.strength > best:
                    first, best = each.start, each.strength
    title = reading.post.title
    keywords = len({mention.term.name for mention in reading.mentions if mention.term.kind == "keyword"})
    found[2 * number : 2 * number + FLAGS] = (
        float("?" in title),
        float("?" in reading.post.body),
        float("http" in reading.folded),
        float(first is not None and first < title_end),
        float("[" in title and "?" not in title),
        float(not reading.post.body.strip()),
        float(min(_SOUP, max(0, keywords - _AT_ONCE))),
    )
    found[-2:] = by_rules
    return found


def request_of(reading: Reading) -> tuple[int, int] | None:
    """Return the span of the sentence that asks most plainly, None where nothing in the body does."""
    requests = [
        found
        for kind in REQUEST_KINDS
        for found in reading.phrases.get(kind, ())
        if not reading.is_quoted(found.start)
    ]
    requests = requests or reading.phrases.get("pain", []) or reading.phrases.get("advice", [])
    if not requests:
        return None
    best = max(requests, key=lambda found: (found.strength, -found.start))
    return sentence(reading, best.start, best.end)


def sentence(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence around `start:end`, cut where it goes on for too long."""
    text = reading.folded
    begin = max(0, start - _SENTENCE)
    for mark in ("\n", ". ", "? ", "! "):
        found = text.rfind(mark, begin, start)
        if found >= 0:
            begin = found + len(mark)
    stop = min(len(text), end + _SENTENCE)
    for mark in ("\n", ". ", "? ", "! "):
        found = text.find(mark, end, stop)
        if found >= 0:
            stop = found + (mark[0] in "?!")
    return begin, max(stop, end)


def tell(heard: Heard, reading: Reading, *, for_it: bool) -> list[Evidence]:
    """Return the words that speak most for a wish (or against one), as spans of title and body."""
    border = reading.title_end + 1
    told = _told(heard.model, heard.title, reading, ((0, border - 1),), for_it)
    if heard.body:
        parts = (border, border + _MEANT), (border + _MEANT, border + _READ)
        told += _told(heard.model, heard.body, reading, parts, for_it)
    return sorted(told, key=lambda each: (-each.weight, each.start))[:_MOST_TOLD]


def _told(
    model: Model, words: list[Word], reading: Reading, parts: Sequence[tuple[int, int]], for_it: bool
) -> list[Evidence]:
    if not words:
        return []
    single, pairs = model.weights(words, in_title=parts[0][0] == 0)
    sign = 1.0 if for_it else -1.0
    told = [sign * (weight + single[place] + single[place + 1]) for place, weight in enumerate(pairs)]
    if max(told, default=0.0) <= _TELLING:
        return []
    own = own_words(reading)
    spans = [
        (start + begin, stop + begin) for begin, end in parts for start, stop in model.spans(own[begin:end])
    ]
    found: list[Evidence] = []
    skip = -1
    for place, weight in enumerate(told):
        if weight > _TELLING and place > skip:
            found.append(Evidence(weight, start=spans[place][0], end=spans[place + 1][1]))
            skip = place + 1
    return found
