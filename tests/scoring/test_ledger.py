"""The ledger adds up and its spans are exact, whatever the text."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtui.domain.models import PARTS, Campaign, Post, Score
from leadtui.scoring import Scorer
from leadtui.scoring.folding import fold

from .invented import CASES, Case

CAMPAIGN = Campaign(
    name="odd",
    description="Ticket desk for İstanbul cafés, with naïve résumé parsing.",
    keywords=("help desk", "café software", "İSTANBUL", "c++", "ticketing"),
    competitors=("Wave", "osTicket"),
    negative_keywords=("casino",),
    subreddits=("cafes",),
)
SCORER = Scorer(CAMPAIGN)
PIECES = (
    "help desk",
    "Help‑Desk",
    "café software",
    "cafe\u0301 software",
    "İstanbul",
    "İ",
    "ß",
    "ﬁ",
    "C++",
    "Wave",
    "osTicket",
    "ticketing",
    "I’m looking for a",
    "can anyone recommend",
    "What do you use",
    "not looking for",
    "too expensive",
    "we launched",
    "I offer",
    "[Hiring]",
    "[for hire]",
    "$400",
    "solved",
    "casino",
    "love",
    "hate",
    "> quoted",
    "\n",
    "\n> ",
    " ",
    "?",
    ".",
    "😀",
    "👩‍💻",
    "\u0301",
    "ｈｅｌｐ desk",
    "顧客",
    "\ud800",
    "\u202e",
    "\x00",
    "vs",
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8), st.just(" ")), max_size=40).map(
    "".join
)


def check(result: Score, post: Post) -> None:
    assert 0 <= result.value <= 100
    assert tuple(result.parts) == PARTS
    assert sum(result.parts.values()) == result.value
    by_part: dict[str, int] = defaultdict(int)
    for reason in result.reasons:
        by_part[reason.part] += reason.points
        if reason.start is None or reason.end is None:
            assert reason.start is None
            assert reason.end is None
            assert reason.text
        else:
            assert reason.start < reason.end
            assert post.text[reason.start : reason.end] == reason.text
    assert {part: by_part[part] for part in PARTS} == dict(result.parts)
    assert result.reasons


@settings(max_examples=400, deadline=None)
@given(
    title=TEXTS.map(lambda text: text.replace("\n", " ")),
    body=TEXTS,
    subreddit=st.sampled_from(["cafes", "ticketing", "x"]),
    created=st.one_of(st.none(), st.floats(0, 4e9)),
    now=st.one_of(st.none(), st.floats(0, 4e9)),
    comments=st.one_of(st.none(), st.integers(0, 5_000)),
)
def test_every_point_has_its_reason(
    title: str, body: str, subreddit: str, created: float | None, now: float | None, comments: int | None
) -> None:
    post = Post("1", subreddit, title, body, created_at=created, num_comments=comments)
    check(SCORER.score(post, now), post)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_point_of_a_real_case_has_its_reason(case: Case) -> None:
    check(Scorer(case.campaign).score(case.post, 1e9), case.post)


def test_spans_stay_right_behind_characters_that_grow_in_lower_case() -> None:
    post = Post("1", "x", "İİİ 👩‍💻 cafe\u0301: I’m looking for a help desk", "")
    result = SCORER.score(post)
    check(result, post)
    assert {"help desk", "looking for a"} <= {reason.text for reason in result.reasons}


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "ticketing ",
        "I need a help desk. ",
        "\n> help desk",
        "[",
        "[hiring] ",
        "not looking for ",
        "İ",
        "a",
        "> ",
        "what is the best ",
    ],
)
def test_a_huge_hostile_post_adds_up_too(unit: str) -> None:
    body = (unit * 40_000)[:40_000]
    post = Post("1", "x", body[:1_000].replace("\n", " "), body)
    check(SCORER.score(post), post)
