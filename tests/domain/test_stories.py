"""Which posts are one story: the author's own repeats, whatever the order in which they come, and nobody else's."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.stories import REMEMBERED, WINDOW, Telling, join

ASK = (
    "We are three people who repair bicycles and I am tired of writing every invoice by hand on a Sunday evening. "
    "Last month two customers paid six weeks late and I only noticed when the rent was due. Which program sends "
    "reminders without sounding rude, and is there one that does not cost more than a new wheel each month?"
)


def telling(number: int, title: str, body: str = "", author: str = "ann", **changes: object) -> Telling:
    made = Telling(number, number, author, "post", title, body, 1_000.0 + number)
    return replace(made, **changes)  # type: ignore[arg-type]


def are_one(*told: Telling) -> bool:
    """Whether the posts, found in this order, are one story."""
    return join(told[1:], told[:1]) == {each.id: told[0].id for each in told[1:]}


FIRST = telling(1, "How do you chase late payers?", ASK)


@pytest.mark.parametrize(
    "again",
    [
        telling(2, FIRST.title, ASK),
        telling(2, FIRST.title.upper() + "!!", ASK.replace(",", " -")),
        telling(2, FIRST.title, ""),
        telling(2, "Chasing late payers", ASK.replace("bicycles", "shoes").replace("Sunday", "Friday")),
        telling(2, "Asking here too: how do you chase late payers?", "Hi all, long time reader here. " + ASK),
        telling(
            2, FIRST.title, ASK + " EDIT: thank you all for the many answers, I will look at each of them."
        ),
        telling(2, FIRST.title, ASK, at=FIRST.at + WINDOW - 1),
    ],
    ids=[
        "same",
        "letters and signs",
        "cross-post without text",
        "words changed",
        "greeting",
        "edit",
        "a month",
    ],
)
def test_a_repeat_is_the_same_story(again: Telling) -> None:
    assert are_one(FIRST, again)
    assert are_one(replace(again, id=1, story=1), replace(FIRST, id=2, story=2))


@pytest.mark.parametrize(
    "other",
    [
        telling(2, FIRST.title, ASK, author="bob"),
        telling(2, FIRST.title, ASK, at=FIRST.at + WINDOW + 1),
        telling(2, FIRST.title, ASK, kind="comment"),
        telling(
            2, FIRST.title, "It is about my landlord, who wants the money for July in advance, is that legal?"
        ),
        telling(2, "Which printer do you use for labels in the workshop?", ""),
        telling(2, "Late payers", ASK[:60]),
        telling(2, FIRST.title, ASK + " " + " ".join(f"word{number}" for number in range(400))),
    ],
    ids=["other author", "later", "comment", "same title", "other question", "a piece", "a long report"],
)
def test_something_else_is_another_story(other: Telling) -> None:
    assert join([other], [FIRST]) == {}


@pytest.mark.parametrize(
    ("one", "other"), [("", ""), ("🚀", "🔥"), ("Help", "Help me"), ("CRM?", "CRM tips?")]
)
def test_few_words_are_the_same_only_word_for_word(one: str, other: str) -> None:
    assert join([telling(2, other)], [telling(1, one)]) == {}


def test_comments_are_compared_without_the_title_that_they_stand_under() -> None:
    title = "A thread with a rather long title in which somebody asks what everybody uses for their invoices"
    first = telling(1, title, "Thanks!", kind="comment")
    assert join([telling(2, title, "I use a spreadsheet", kind="comment")], [first]) == {}
    assert are_one(first, telling(2, "Another thread", "thanks", kind="comment"))


def test_a_repeat_of_a_repeat_names_the_first() -> None:
    assert join([telling(3, FIRST.title, ASK)], [FIRST, telling(2, FIRST.title, ASK, story=1)]) == {3: 1}
    assert join([telling(3, FIRST.title, ASK)], [telling(2, FIRST.title, ASK, story=1)]) == {3: 1}


def test_only_the_newest_posts_of_an_author_are_remembered() -> None:
    between = [
        telling(2 + number, f"something else number {number} altogether") for number in range(REMEMBERED)
    ]
    again = telling(99, FIRST.title, ASK)
    assert join([again], [FIRST, *between[1:]]) == {99: 1}
    assert join([again], [FIRST, *between]) == {}


_VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nrst"]


def _family(number: int, variants: int) -> list[str]:
    """Texts of about sixty words that differ in a word or two; families have next to nothing in common."""
    dice = random.Random(number)
    words = dice.choices(_VOCABULARY, k=60)
    texts = []
    for _ in range(variants):
        changed = list(words)
        changed[dice.randrange(60)] = dice.choice(_VOCABULARY)
        texts.append(" ".join(changed))
    return texts


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    order=st.randoms(use_true_random=False),
    cut=st.integers(0, 25),
)
def test_the_order_in_which_posts_come_does_not_matter(
    sizes: list[int], order: random.Random, cut: int
) -> None:
    posts = [(family, text) for family, size in enumerate(sizes) for text in _family(family, size)]
    order.shuffle(posts)
    told = [telling(1 + place, "", text) for place, (_, text) in enumerate(posts)]
    early = join(told[:cut], [])
    known = [replace(each, story=early.get(each.id, each.id)) for each in told[:cut]]
    found = early | join(told[cut:], known)
    firsts: dict[int, int] = {}
    for each, (family, _) in zip(told, posts, strict=True):
        first = firsts.setdefault(family, each.id)
        assert found.get(each.id, each.id) == first


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), max_size=8))
def test_no_text_breaks_it(texts: list[tuple[str, str]]) -> None:
    told = [telling(1 + place, title, body) for place, (title, body) in enumerate(texts)]
    for post_id, story in join(told, []).items():
        assert 1 <= story < post_id
