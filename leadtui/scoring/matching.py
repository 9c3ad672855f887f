"""All phrases of a campaign and of the rules found in one pass over a post (Aho and Corasick, 1975)."""

from __future__ import annotations

import re
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from leadtui.domain.models import Campaign, Post
from leadtui.scoring.folding import fold, is_whole_word
from leadtui.scoring.phrases import Rule
from leadtui.scoring.reading import Reading, quoted_lines
from leadtui.scoring.request_phrases import REQUESTS
from leadtui.scoring.stance_phrases import STANCES
from leadtui.scoring.vocabulary import Term, root, sells_work, terms_of, trades

_TIMES = 6
"""Findings of one phrase that are looked at; more say nothing new, and a hostile post may hold thousands."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which only text that was never cleaned can hold."""
_ADVERSE = frozenset({"sells", "announces", "research", "hires_staff", "seeks_work"})


_Meaning = tuple[tuple[Term, ...], tuple[Rule, ...]]
"""What one phrase stands for: terms of the campaign, rules of the language."""


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    """Return the phrases that may stand anywhere, each with its rules."""
    found: dict[str, tuple[Rule, ...]] = {}
    for phrases in (*REQUESTS, *STANCES):
        if not phrases.rule.place:
            for phrase in phrases.unfold():
                known = found.get(phrase, ())
                if all(rule.kind != phrases.rule.kind for rule in known):
                    found[phrase] = (*known, phrases.rule)
    return found


@cache
def _rule_meanings() -> tuple[_Meaning, ...]:
    """Return what each phrase of `_rules` means to a campaign that has no word in common with it."""
    return tuple(((), rules) for rules in _rules().values())


@cache
def _adverse_roots() -> tuple[tuple[int, frozenset[str]], ...]:
    """Return the places in `_rules` of phrases that speak against an author, with the roots of their words."""
    return tuple(
        (index, _roots(phrase))
        for index, (phrase, rules) in enumerate(_rules().items())
        if any(rule.kind in _ADVERSE for rule in rules)
    )


@cache
def _placed(place: str) -> dict[str, tuple[Rule, ...]]:
    """Return the phrases that count at one `place` only, each with its rules."""
    found: dict[str, tuple[Rule, ...]] = {}
    for phrases in (*REQUESTS, *STANCES):
        if phrases.rule.place == place:
            for phrase in phrases.unfold():
                found[phrase] = (*found.get(phrase, ()), phrases.rule)
    return found


class Matcher:
    """The automaton of one campaign."""

    def __init__(self, campaign: Campaign) -> None:
        self._trades = trades(campaign)
        self._hires_out = sells_work(campaign)
        phrases = list(_rules())
        self._meanings = list(_rule_meanings())
        if self._trades:
            for index, roots in _adverse_roots():
                if self._trades & roots:
                    self._meanings[index] = ((), self._fair(self._meanings[index][1]))
        places = {phrase: index for index, phrase in enumerate(phrases)}
        for term in terms_of(campaign):
            for spelling in term.spellings:
                index = places.setdefault(spelling, len(phrases))
                if index == len(phrases):
                    phrases.append(spelling)
                    self._meanings.append(((), ()))
                terms, rules = self._meanings[index]
                if not any((term.kind == "negative") == (other.kind == "negative") for other in terms):
                    self._meanings[index] = ((*terms, term), rules)
        self._automaton = AhoCorasick(
            phrases,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._starts = tuple(_placed("start"))

    def read(self, post: Post, now: float | None) -> Reading:
        """Return what the signals need to know of `post`."""
        text = post.text
        folded = fold(text)
        reading = Reading(post, text, folded, now, self._hires_out)
        body_start = len(post.title) + 1
        if "\n>" in text:
            reading.quotes = quoted_lines(text, body_start)
        seen: dict[int, int] = {}
        mentions: list[tuple[int, int, Term]] = []
        phrases: list[tuple[int, int, tuple[Rule, ...]]] = []
        for index, start, end in self._find(folded):
            times = seen.get(index, 0)
            if times >= _TIMES or (
                (folded[end : end + 1].isalpha() and folded[end - 1].isascii() and folded[end - 1].isalpha())
                or not is_whole_word(folded, start, end)
            ):
                continue
            seen[index] = times + 1
            terms, rules = self._meanings[index]
            for term in terms:
                mentions.append((start, end, term))
            if rules:
                phrases.append((start, end, rules))
        phrases += self._title_phrases(folded[: body_start - 1])
        if mentions:
            reading.add_mentions(mentions)
        if phrases:
            reading.add_phrases(phrases)
        return reading

    def _fair(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Return `rules` without those that would hold a buyer's trade against them."""
        return tuple(rule for rule in rules if rule.kind not in _ADVERSE)

    def _find(self, folded: str) -> list[tuple[int, int, int]]:
        """Return phrase, start and end of all findings, those inside words too."""
        try:
            return self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:
            return self._automaton.find_matches_as_indexes(_SURROGATE.sub("\ufffd", folded), overlapping=True)

    def _title_phrases(self, title: str) -> list[tuple[int, int, tuple[Rule, ...]]]:
        """Return what the title's bracketed tags and its first words say."""
        found: list[tuple[int, int, tuple[Rule, ...]]] = []
        start = title.find("[") if "[" in title else title.find("(")
        while start >= 0:
            end = min((at for at in (title.find("]", start), title.find(")", start)) if at >= 0), default=-1)
            if end < 0:
                break
            tag = title[start + 1 : end]
            rules = _placed("tag").get(tag.strip(), ())
            if not self._hires_out:
                rules = tuple(rule for rule in rules if rule.kind != "hiring_provider")
            if rules and self._trades & _roots(tag.strip()):
                rules = self._fair(rules)
            if rules:
                found.append((start, end + 1, rules))
            start = min((at for at in (title.find("[", end), title.find("(", end)) if at >= 0), default=-1)
        if title.startswith(self._starts):
            phrase = max((phrase for phrase in self._starts if title.startswith(phrase)), key=len)
            if is_whole_word(title, 0, len(phrase)):
                found.append((0, len(phrase), _placed("start")[phrase]))
        return found


@cache
def _roots(phrase: str) -> frozenset[str]:
    return frozenset(root(word) for word in phrase.split())
