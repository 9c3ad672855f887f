"""The words of one campaign: its keywords, competitors and negatives, and what its description is about."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leadtui.domain.models import Campaign
from leadtui.scoring.folding import fold
from leadtui.scoring.words import (
    FUNCTION_WORDS,
    GENERIC_WORDS,
    PROVIDER_WORDS,
    TRADE_WORDS,
    WORDS_THAT_ARE_NAMES,
)

_WORD = re.compile(r"[^\W_][^\s,;:()\[\]/\"“”!?]*", re.UNICODE)
_MAX_SPELLINGS = 48
STRONG = 0.3
"""From this weight on a term says by itself that a post is near the subject."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of a campaign with all its spellings."""

    name: str
    kind: str
    """`keyword`, `competitor`, `negative` or `topic` (a word of the keywords or of the description)."""
    weight: float
    """Evidence of one good finding, about 1.0 for a specific keyword."""
    spellings: tuple[str, ...]
    cased: bool = False
    """Counts only where it is written with a capital: `Wave`, `IT`."""
    roots: frozenset[str] = frozenset()
    """Roots of its content words."""


def terms_of(campaign: Campaign) -> list[Term]:
    """Return the terms of `campaign`, none twice; a spelling that two terms share belongs to the first."""
    terms = [
        *(Term(phrase, "negative", 1.0, _spellings(phrase)) for phrase in _given(campaign.negative_keywords)),
        *(_keyword(phrase) for phrase in _given(campaign.keywords)),
        *(_competitor(phrase) for phrase in _given(campaign.competitors)),
        *_topics(campaign),
    ]
    return list({(term.kind, term.name): term for term in terms}.values())


def root(word: str) -> str:
    """Return what the inflections of `word` have in common, roughly: `invoices`, `invoicing` → `invoic`."""
    word = word.removesuffix("'s")
    for suffix, least in (
        ("ies", 6),
        ("ing", 6),
        ("ers", 6),
        ("ed", 6),
        ("es", 5),
        ("er", 6),
        ("s", 4),
        ("e", 5),
        ("y", 5),
    ):
        if len(word) >= least and word.endswith(suffix) and not word.endswith(("ss", "us", "is")):
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl" else word


def inflections(word: str) -> Iterator[str]:
    """Yield `word` and its plural, singular, -ing and -ed forms; a form that is no English word does no harm."""
    yield word
    if len(word) < 3 or not word.isalpha():
        return
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    elif word.endswith("ing") and len(word) > 6:
        stem = word[:-3]
        yield from (word + "s", stem, stem + "e", stem + "s", stem + "es", stem + "ed")
        if stem[-1] == stem[-2]:
            yield from (stem[:-1], stem[:-1] + "s")
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
        if word.endswith(("ches", "shes", "xes", "sses")):
            yield word[:-2]
        yield word[:-2] + "ing" if word.endswith("es") else word[:-1] + "ing"
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield from (word[:-1] + "ies", word[:-1] + "ied", word + "ing")
    elif word.endswith("e"):
        yield from (word + "s", word + "d", word[:-1] + "ing")
    else:
        yield from (
            word + ("es" if word.endswith(("ch", "sh", "x", "ss")) else "s"),
            word + "ing",
            word + "ed",
        )


def content_words(text: str) -> list[str]:
    """Return the words of `text` that carry matter, folded, in order, with repetitions."""
    words = (found.group().rstrip(".'-&").removesuffix("'s") for found in _WORD.finditer(fold(text)))
    return [word for word in words if len(word) > 1 and word not in FUNCTION_WORDS and not word.isdigit()]


def _given(phrases: Iterable[str]) -> list[str]:
    return [phrase for phrase in (" ".join(phrase.split()) for phrase in phrases) if phrase]


def _keyword(phrase: str) -> Term:
    words = fold(phrase).split()
    matter = content_words(phrase)
    specific = [word for word in matter if word not in GENERIC_WORDS]
    if len(words) == 1:
        weight = 1.0 if specific else 0.4
    else:
        weight = 1.0 if specific else 0.6 if len(matter) > 1 else 0.5
    cased = phrase.isupper() and phrase.lower() in FUNCTION_WORDS
    return Term(phrase, "keyword", weight, _spellings(phrase), cased, frozenset(map(root, matter)))


def _competitor(phrase: str) -> Term:
    words = fold(phrase).split()
    ordinary = all(
        word in WORDS_THAT_ARE_NAMES or word in GENERIC_WORDS or word in FUNCTION_WORDS for word in words
    )
    capital = phrase[:1].isupper() and len(words) == 1
    return Term(phrase, "competitor", 0.25 if ordinary else 0.5, _joined(words), cased=ordinary and capital)


def _topics(campaign: Campaign) -> Iterator[Term]:
    """Yield single words: those of the keywords weigh by how many keywords and whether the description share them."""
    keywords = [phrase for phrase in _given(campaign.keywords) if " " in phrase]
    in_keywords = Counter(
        found for phrase in keywords for found in {root(word) for word in content_words(phrase)}
    )
    alone = {root(words[0]) for phrase in keywords if len(words := content_words(phrase)) == 1}
    described = content_words(campaign.description)
    in_description = {root(word) for word in described}
    written: dict[str, set[str]] = {}
    in_order = [word for phrase in keywords for word in content_words(phrase)]
    for word in (*in_order, *described, *content_words(campaign.audience)):
        written.setdefault(root(word), set()).add(word)
    for found, variants in written.items():
        generic = found in _GENERIC_ROOTS
        if found in in_keywords:
            weight = min(0.9, 0.35 + 0.2 * (in_keywords[found] - 1) + 0.15 * (found in in_description))
            weight *= 1.0 if not generic else 0.7 if found in alone else 0.35
        elif found in in_description:
            weight = 0.06 if generic else 0.2
        else:
            weight = 0.04 if generic else 0.12
        spellings = dict.fromkeys(form for word in sorted(variants) for form in inflections(word))
        usable = tuple(form for form in spellings if len(form) > 2 or form in variants)
        yield Term(
            min(variants, key=lambda word: (len(word), word)),
            "topic",
            weight,
            tuple(form for form in usable if form not in FUNCTION_WORDS),
            roots=frozenset((found,)),
        )


def _spellings(phrase: str) -> tuple[str, ...]:
    """Return the phrase with its content words inflected and its gaps written as space, hyphen or nothing."""
    words = fold(phrase).split()
    forms = [
        list(dict.fromkeys(inflections(word))) if word not in FUNCTION_WORDS else [word] for word in words
    ]
    spelled: dict[str, None] = dict.fromkeys(_joined(words))
    for chosen in itertools.islice(itertools.product(*reversed(forms)), _MAX_SPELLINGS):
        spelled.update(dict.fromkeys(_joined(chosen[::-1])))
    return tuple(spelled)


def _joined(words: Iterable[str]) -> tuple[str, ...]:
    parts = tuple(words)
    if len(parts) == 1:
        return parts
    joined = [" ".join(parts), "-".join(parts)]
    if len(parts) == 2 and len("".join(parts)) > 6:
        joined.append("".join(parts))
    return tuple(joined)


def trades(campaign: Campaign) -> frozenset[str]:
    """Return the roots of those words of the campaign that elsewhere give away a seller, recruiter or job seeker.

    Who sells to sellers, or writes CVs, must not take his buyers' words for a rival's.
    """
    texts = (*campaign.keywords, campaign.description, campaign.audience)
    return frozenset(root(word) for text in texts for word in content_words(text)) & _TRADE_ROOTS


def sells_work(campaign: Campaign) -> bool:
    """Whether the campaign sells people's work: its first sentence or its keywords name somebody who is hired."""
    opening = campaign.description.split(". ")[0].split(" for ")[0]
    return any(
        root(word) in _PROVIDER_ROOTS
        for text in (opening, *campaign.keywords)
        for word in content_words(text)
    ) or any(fold(phrase).endswith((" company", " companies", " services")) for phrase in campaign.keywords)


_GENERIC_ROOTS = frozenset(root(word) for word in GENERIC_WORDS)
_TRADE_ROOTS = frozenset(root(word) for word in TRADE_WORDS)
_PROVIDER_ROOTS = frozenset(root(word) for word in PROVIDER_WORDS)
