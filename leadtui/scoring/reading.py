"""One post as read for one campaign: which of its words and phrases count, where they stand and how much they say."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from leadtui.domain.models import Post
from leadtui.scoring.phrases import Rule
from leadtui.scoring.stance_phrases import NEGATORS
from leadtui.scoring.vocabulary import STRONG, Term

REQUEST_KINDS = ("seeking", "hiring_provider", "comparing")
"""Kinds of phrase by which somebody asks for a thing or a person."""
_DENIABLE = frozenset((*REQUEST_KINDS, "advice", "sells", "announces", "hires_staff", "seeks_work", "pain"))
_TARGETED = frozenset((*REQUEST_KINDS, "advice", "pain"))
_OPENING = 400
"""Characters at both ends of a body in which people say what they want."""
_TRUST, _TRUST_IN_A_REQUEST = 0.65, 0.75
"""How sure one phrase of full strength makes; requests are worded plainly, the rest is guessed from habits."""
_IN_TITLE, _AT_END, _IN_THE_MIDDLE, _IN_QUOTE = 1.1, 0.9, 0.6, 0.1
_NEAR_IN_BODY = 0.6
"""Ordinary words (`need`, `best`) near a word of the campaign say less in running text than in a title."""
_REACH_AFTER = 40
_REACH_BEFORE = 30
"""Characters between a `near` phrase and the word of the campaign that makes it count."""
_SENTENCE_ENDS = (". ", "?", "!", "\n")


@dataclass(frozen=True, slots=True)
class Found:
    """A rule's phrase at one place of the post, with what it says there."""

    start: int
    end: int
    strength: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A term of the campaign at one place of the post."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class Reading:
    """Everything the signals look at; built once for each post."""

    post: Post
    text: str
    folded: str
    now: float | None
    hires_out: bool
    """Whether the campaign sells people's work (an agency, a consultant) rather than a thing."""
    mentions: list[Mention] = field(default_factory=list)
    """Findings of keywords, competitors and topics, in order; none lies within another."""
    negatives: list[Mention] = field(default_factory=list)
    phrases: dict[str, list[Found]] = field(default_factory=dict)
    """Findings by kind of rule, those that say nothing where they stand left out."""
    quotes: list[tuple[int, int]] = field(default_factory=list)
    strong: list[Mention] = field(default_factory=list)
    """Those mentions that by themselves say that a post is near the subject."""
    _strong_starts: list[int] = field(default_factory=list)

    @property
    def title_end(self) -> int:
        """Where the title ends in `text`."""
        return len(self.post.title)

    def level(self, *kinds: str) -> float:
        """Return how sure the phrases of `kinds` make together, 0.0 to 1.0 (noisy or)."""
        doubt = 1.0
        for kind in kinds:
            trust = _TRUST_IN_A_REQUEST if kind in REQUEST_KINDS else _TRUST
            for found in self.phrases.get(kind, ()):
                doubt *= 1.0 - trust * min(1.0, found.strength)
                if doubt < 0.01:
                    return 1.0 - doubt
        return 1.0 - doubt

    def strongest(self, kind: str, limit: int = 4) -> list[Found]:
        """Return the `limit` findings of `kind` that say most, the earlier first among equals."""
        return sorted(self.phrases.get(kind, ()), key=lambda found: (-found.strength, found.start))[:limit]

    def in_order(self, *kinds: str) -> list[Found]:
        """Return the findings of several `kinds` as they follow one another in the post."""
        return sorted(
            (found for kind in kinds for found in self.phrases.get(kind, ())), key=lambda found: found.start
        )

    def is_quoted(self, start: int) -> bool:
        """Whether `start` lies in a line that quotes somebody else."""
        index = bisect_right(self.quotes, start, key=lambda quote: quote[0]) - 1
        return index >= 0 and start < self.quotes[index][1]

    def nearest_strong(self, start: int, end: int) -> int | None:
        """Return the characters between `start:end` and the nearest strong word of the campaign; None without one."""
        if not self.strong:
            return None
        index = bisect_left(self._strong_starts, start)
        around = self.strong[max(0, index - 1) : index + 2]
        return min(max(0, mention.start - end, start - mention.end) for mention in around)

    def add_mentions(self, hits: Iterable[tuple[int, int, Term]]) -> None:
        """Take in the findings of terms, in any order."""
        reached = -1
        for start, end, term in sorted(hits, key=lambda hit: (hit[0], -hit[1], hit[2].kind != "keyword")):
            if term.cased and not self.text[start].isupper():
                continue
            mention = Mention(start, end, term)
            if term.kind == "negative":
                self.negatives.append(mention)
            elif end > reached:
                reached = end
                self.mentions.append(mention)
                if term.weight >= STRONG:
                    self.strong.append(mention)
                    self._strong_starts.append(start)

    def add_phrases(self, hits: Iterable[tuple[int, int, tuple[Rule, ...]]]) -> None:
        """Take in the findings of rules, in any order, after the mentions."""
        reached = -1
        for start, end, rules in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
            inside = end <= reached
            for rule in rules:
                mood = rule.kind in ("positive", "negative")
                if inside and not mood:
                    continue
                strength = rule.weight * self._say(rule, start, end)
                if strength > 0.05:
                    self.phrases.setdefault(rule.kind, []).append(Found(start, end, strength))
                    if not mood:
                        reached = max(reached, end)

    def _say(self, rule: Rule, start: int, end: int) -> float:
        """Return how much a phrase says at its place, 0.0 to 1.1."""
        if rule.near and not self._is_near(rule.near, start, end):
            return 0.0
        if rule.kind in _DENIABLE and self.folded.endswith(NEGATORS, max(0, start - 20), start):
            return 0.0
        if start < self.title_end:
            place = _IN_TITLE
        elif self.quotes and self.is_quoted(start):
            return _IN_QUOTE
        else:
            at_an_end = start - self.title_end < _OPENING or len(self.text) - start < _OPENING
            place = (_AT_END if at_an_end else _IN_THE_MIDDLE) * (_NEAR_IN_BODY if rule.near else 1.0)
        return place * (self._aim(start, end) if rule.kind in _TARGETED else 1.0)

    def _aim(self, start: int, end: int) -> float:
        """Return how surely a request concerns the campaign's subject, by how close a word of it stands."""
        distance = self.nearest_strong(start, end)
        if distance is None:
            return 0.5
        if distance <= 80:
            return 1.0
        if self._strong_starts[0] < self.title_end:
            return 0.9
        return 0.8 if distance <= 250 else 0.6

    def _is_near(self, side: str, start: int, end: int) -> bool:
        if not self.strong:
            return False
        index = bisect_left(self._strong_starts, end if side == "after" else start)
        if side == "after":
            if index == len(self.strong):
                return False
            begin, stop, reach = end, self._strong_starts[index], _REACH_AFTER
        else:
            if index == 0:
                return False
            begin, stop, reach = self.strong[index - 1].end, start, _REACH_BEFORE
        return stop - begin <= reach and self.in_one_sentence(begin, stop)

    def in_one_sentence(self, begin: int, stop: int) -> bool:
        """Whether nothing between two places, in either order, ends a sentence."""
        between = self.folded[min(begin, stop) : max(begin, stop)]
        return not any(mark in between for mark in _SENTENCE_ENDS)


def quoted_lines(text: str, body_start: int) -> list[tuple[int, int]]:
    """Return the spans of the body's lines that begin with `>`, as Reddit marks quotations."""
    spans: list[tuple[int, int]] = []
    start = text.find("\n>", body_start - 1)
    while start >= 0:
        end = text.find("\n", start + 1)
        end = len(text) if end < 0 else end
        spans.append((start + 1, end))
        start = text.find("\n>", end)
    return spans
