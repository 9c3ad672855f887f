"""Invented posts of the length of real ones, and campaigns to score them for; the same ones at every run."""

from __future__ import annotations

import json
import random
from itertools import accumulate
from pathlib import Path

from leadtui.domain.campaign import to_toml
from leadtui.domain.models import Campaign

_COMMON = (
    "the to a and i of in it for is that my on with have this but you we are be was so if not at they as or can me just "
    "do what from like an get about all time out has there how would one up had our any when been more some will them no "
    "people now work because know your after over other think only even want then two make new than their really could"
).split()
_SUBJECT = (
    "invoice invoices client clients payment software tool business customer project team price month bill report tax "
    "estimate hours freelance agency spreadsheet bank account quote late manual simple cheap accountant receipt contract"
).split()
_ENDS = "aeiou bcdfglmnprst"
_SAID = (
    "I am looking for invoicing software that a team of two can afford.",
    "What do you use for late payment reminders?",
    "Does anyone have a recommendation?",
    "We tried FreshBooks and it was too expensive for us.",
    "I built a small tool for this, sign up for the beta today!",
    "Is there an alternative to Wave that does recurring invoices?",
    "We are hiring a full time bookkeeper, remote, apply within.",
    "My client has not paid since March and I am tired of asking.",
    "How do you handle this in your business?",
    "Happy to answer questions, the link is in my profile.",
    "It’s been a year & I still do it by hand – 3 hours a week 😩",
    "Thanks in advance for any advice.",
)
_SUBREDDITS = (
    "freelance",
    "smallbusiness",
    "Entrepreneur",
    "SaaS",
    "webdev",
    "consulting",
    "startups",
    "bakery",
)

ORDINARY = Campaign(
    name="ledgerly",
    description="Invoicing and time tracking for freelancers and tiny service businesses.",
    audience="freelancers, one-to-five-person service businesses",
    keywords=("invoicing software", "late payment reminders", "recurring invoices", "time tracking"),
    negative_keywords=("hiring",),
    competitors=("FreshBooks", "Wave"),
    subreddits=("freelance", "smallbusiness"),
)


def vocabulary() -> list[str]:
    """Return some 8,000 words, the frequent ones first."""
    dice = random.Random(11)
    vowels, consonants = _ENDS.split()
    rare = {
        "".join(dice.choice(consonants) + dice.choice(vowels) for _ in range(dice.randint(2, 4)))
        for _ in range(9_000)
    }
    return [*_COMMON, *_SUBJECT, *sorted(rare, key=lambda _: dice.random())[:8_000]]


def keywords(number: int) -> list[str]:
    """Return keywords as posts hold them: every second one a phrase of two words."""
    dice = random.Random(12)
    words = vocabulary()[500:]
    singles = dice.sample(words, number - number // 2)
    pairs = [f"{dice.choice(words)} {dice.choice(words)}" for _ in range(number // 2)]
    return [*singles, *pairs]


def write(path: Path, posts: int) -> None:
    """Write that many posts of about 160 words as JSON Lines."""
    dice = random.Random(13)
    words = vocabulary()
    weights = list(accumulate(1 / (place + 8) for place in range(len(words))))
    with path.open("w", encoding="utf-8") as lines:
        for number in range(posts):
            length = min(700, max(8, int(dice.lognormvariate(4.75, 0.75))))
            flow = dice.choices(words, cum_weights=weights, k=length + 9)
            title, rest = " ".join(flow[:9]).capitalize(), flow[9:]
            sentences = [" ".join(rest[start : start + 14]) + "." for start in range(0, length, 14)]
            if number % 2:
                sentences.insert(dice.randrange(len(sentences) + 1), dice.choice(_SAID))
            if number % 5 == 0:
                title = dice.choice(_SAID)
            post = {
                "id": f"t3_{number:x}",
                "subreddit": dice.choice(_SUBREDDITS),
                "title": title,
                "body": "\n\n".join(
                    " ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)
                ),
                "author": f"person_{number % 9_973}",
                "created_utc": 1_790_000_000 - number,
                "score": number % 90,
                "num_comments": number % 40,
                "permalink": f"/r/x/comments/{number:x}/",
            }
            lines.write(json.dumps(post, ensure_ascii=False) + "\n")


def write_campaign(path: Path, keyword_count: int | None = None) -> None:
    """Write the ordinary campaign, or the same one with other keywords, that many."""
    campaign = ORDINARY
    if keyword_count is not None:
        values = {name: getattr(campaign, name) for name in campaign.__slots__}
        campaign = Campaign(**{**values, "keywords": tuple(keywords(keyword_count))})
    path.write_text(to_toml(campaign), "utf-8")
