"""Fit: does the post concern what this campaign sells?

Evidence of distinct terms adds up and saturates: fit = 1 - exp(-2 x evidence), the noisy-or of many weak witnesses.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from math import exp

from leadtui.domain.models import Campaign
from leadtui.scoring.hearing import Heard
from leadtui.scoring.ledger import Evidence, Judgement, Step
from leadtui.scoring.meaning import Meaning
from leadtui.scoring.model import Model
from leadtui.scoring.reading import REQUEST_KINDS, Found, Mention, Reading
from leadtui.scoring.vocabulary import STRONG, root, terms_of

_STEEPNESS = 2.0
_TOPICS_AT_MOST = 0.7
"""Evidence that single words of keywords and description give together: without a keyword they never make sure."""
_SHORT_BODY = 350
_LATE = 1_500
_NEAR_REQUEST = 80
_LONGEST_PHRASE = 60
_LOOSE = 0.4
"""Share of a keyword's weight when its two words stand apart: `book a slot online` for `online booking`."""
_APART = 30
_TELLING = 5
"""Letters from which a word inside a subreddit's name is no coincidence."""
_MOST_NAMED = 10_000
_RIVAL_WEIGHED = 1.5
"""A competitor named together with a complaint or a comparison says more than one named in passing."""

_HOPELESS = 0.4
"""Share of the score below which fit could not make a post a lead: what it means is not looked at then."""

_NO_FIT = Judgement((Step("fit", 0.0),))


class Fit:
    """The signal, made for one campaign."""

    def __init__(self, campaign: Campaign, model: Model | None) -> None:
        self._meaning = None if model is None else Meaning(campaign, model)
        self._excluded = {_subreddit(name) for name in campaign.excluded_subreddits}
        self._unwanted = {name.casefold() for name in campaign.excluded_authors}
        self._own = {_subreddit(name) for name in campaign.subreddits}
        terms = terms_of(campaign)
        subjects = (term for term in terms if term.kind in ("keyword", "topic") and term.weight >= STRONG)
        self._subjects = sorted(
            next(iter(term.roots)) for term in subjects if len(term.roots) == 1 and " " not in term.name
        )
        self._named: dict[str, bool] = {}
        self._loose: dict[frozenset[str], float] = {}
        for term in terms:
            if term.kind == "keyword" and len(term.roots) == 2:
                self._loose[term.roots] = max(_LOOSE * term.weight, self._loose.get(term.roots, 0.0))

    def judge(self, reading: Reading, heard: Heard | None = None, hope: float = 1.0) -> Judgement:
        """Return the fit, and a second step that takes it away for negatives and excluded subreddits.

        What a post means is looked at only with some `hope`: the share of the score that its author leaves.
        """
        witnesses = self._witnesses(reading) if reading.mentions else []
        total = 1.0 - exp(-_STEEPNESS * sum(each.weight for each in witnesses))
        if self._meaning and heard is not None and hope > _HOPELESS:
            total = self._meaning.weigh(reading, heard, total, self._circumstances(reading), witnesses)
        if not witnesses and not reading.negatives:
            return _NO_FIT
        steps = [Step("fit", total, gains=lambda: witnesses)]
        subreddit = _subreddit(reading.post.subreddit)
        against = [Evidence(1.0, start=each.start, end=each.end) for each in _distinct(reading.negatives)]
        if subreddit in self._excluded:
            against.append(Evidence(1.0, f"r/{reading.post.subreddit} is excluded"))
        author = reading.post.author
        if author and author.casefold() in self._unwanted:
            against.append(Evidence(1.0, f"u/{author} is excluded"))
        if against:
            steps.append(Step("fit", 0.0, losses=lambda: against))
        return Judgement(tuple(steps))

    def features(self, reading: Reading, heard: Heard) -> tuple[list[float], bool]:
        """Return what the weights of meaning are fitted on, and whether a negative or exclusion settles it."""
        if self._meaning is None:
            raise ValueError("there is no model to weigh by")
        witnesses = self._witnesses(reading) if reading.mentions else []
        by_words = 1.0 - exp(-_STEEPNESS * sum(each.weight for each in witnesses))
        told, _, _ = self._meaning.features(reading, heard, by_words, self._circumstances(reading))
        return told, bool(reading.negatives) or _subreddit(reading.post.subreddit) in self._excluded

    def _circumstances(self, reading: Reading) -> tuple[float, ...]:
        """Return whether there is a keyword, a competitor, one of the campaign's subreddits, a keyword in the title."""
        own = [each for each in reading.mentions if not reading.is_quoted(each.start)]
        keywords = [each for each in own if each.term.kind == "keyword"]
        return (
            float(bool(keywords)),
            float(any(each.term.kind == "competitor" for each in own)),
            float(_subreddit(reading.post.subreddit) in self._own),
            float(bool(keywords) and keywords[0].start < reading.title_end),
        )

    def _witnesses(self, reading: Reading) -> list[Evidence]:
        by_term: dict[str, list[Mention]] = defaultdict(list)
        for mention in reading.mentions:
            by_term[mention.term.name].append(mention)
        requests = reading.in_order(*REQUEST_KINDS)
        sure: list[Evidence] = []
        topics: list[Evidence] = []
        leaving = reading.in_order("comparing", "pain")
        for mentions in by_term.values():
            focus, best = max(
                ((_focus(reading, each, len(mentions), requests), each) for each in mentions),
                key=lambda pair: (pair[0], -pair[1].start),
            )
            if best.term.kind == "competitor" and _is_near(reading, best, leaving):
                focus *= _RIVAL_WEIGHED
            evidence = Evidence(best.term.weight * focus, start=best.start, end=best.end)
            (topics if best.term.kind == "topic" else sure).append(evidence)
        if self._loose and not any(each.term.kind == "keyword" for each in reading.mentions):
            sure += self._loosened(reading, requests)
        subreddit = _subreddit(reading.post.subreddit)
        if self._is_subject(subreddit):
            topics.append(Evidence(0.3, f"r/{reading.post.subreddit} is about it"))
        elif subreddit in self._own and (sure or topics):
            topics.append(Evidence(0.05, f"r/{reading.post.subreddit} is one of the campaign's subreddits"))
        total = sum(each.weight for each in topics)
        if total > _TOPICS_AT_MOST:
            topics = [
                Evidence(each.weight * _TOPICS_AT_MOST / total, each.text, each.start, each.end)
                for each in topics
            ]
        return [each for each in (*sure, *topics) if each.weight > 0]

    def _is_subject(self, subreddit: str) -> bool:
        """Whether a subreddit is named after a subject of the campaign; remembered, for there are few of them."""
        known = self._named.get(subreddit)
        if known is None:
            rooted = root(subreddit)
            known = self._named[subreddit] = any(
                rooted == each or (len(each) >= _TELLING and each in subreddit) for each in self._subjects
            )
            if len(self._named) > _MOST_NAMED:
                self._named.clear()
        return known

    def _loosened(self, reading: Reading, requests: list[Found]) -> list[Evidence]:
        """Return the best place where both words of a keyword stand close together in another order or apart."""
        topics = [each for each in reading.mentions if each.term.kind == "topic"]
        found: list[Evidence] = []
        for one, other in itertools.pairwise(topics):
            weight = self._loose.get(one.term.roots | other.term.roots, 0.0)
            if weight and other.start - one.end <= _APART and reading.in_one_sentence(one.end, other.start):
                focus = _focus(reading, one, 1, requests)
                found.append(Evidence(weight * focus, start=one.start, end=other.end))
        return sorted(found, key=lambda each: -each.weight)[:1]


def _focus(reading: Reading, mention: Mention, times: int, requests: list[Found]) -> float:
    """Return how central a mention is to the post, 0.1 to 1.0."""
    start = mention.start
    if start < reading.title_end:
        return 1.0
    if reading.quotes and reading.is_quoted(start):
        return 0.1
    late = start - reading.title_end > _LATE
    if _is_near(reading, mention, requests):
        return 0.7 if late else 0.95
    if times >= 3:
        return 0.75
    if len(reading.text) - reading.title_end < _SHORT_BODY:
        return 0.7
    return 0.3 if late else 0.5


def _is_near(reading: Reading, mention: Mention, phrases: list[Found]) -> bool:
    """Whether one of `phrases`, which are in order, stands close to `mention` in the same sentence."""
    first = bisect_left(
        phrases, mention.start - _NEAR_REQUEST - _LONGEST_PHRASE, key=lambda found: found.start
    )
    for index in range(first, len(phrases)):
        found = phrases[index]
        if found.start > mention.end + _NEAR_REQUEST:
            return False
        if mention.start <= found.end + _NEAR_REQUEST and reading.in_one_sentence(
            min(found.end, mention.end), max(found.start, mention.start)
        ):
            return True
    return False


def _distinct(mentions: list[Mention]) -> list[Mention]:
    return list({mention.term.name: mention for mention in reversed(mentions)}.values())


def _subreddit(name: str) -> str:
    return name.lower().removeprefix("/").removeprefix("r/")
