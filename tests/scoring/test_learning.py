"""Learning from verdicts: cautious, explained, the same every time, and never over what is out of the question."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtui.domain.models import LEARNED, PARTS, Campaign, Post
from leadtui.scoring import Scorer, learning
from leadtui.scoring.learning import NEEDED, NEEDED_OF_EACH, Example, Lessons, features, folds, learn, unpack

CAMPAIGN = Campaign(
    "ledgerly",
    keywords=("invoicing software",),
    negative_keywords=("crypto",),
    excluded_subreddits=("spam",),
    min_score=40,
)
SCORER = Scorer(CAMPAIGN)
WANTED = "Looking for invoicing software for my bakery, any recommendations?"
UNWANTED = "Looking for invoicing software for my dropshipping store, any recommendations?"


def example(number: int, title: str, wanted: bool, subreddit: str = "freelance") -> Example:
    post = Post(f"t3_{number}", subreddit, title, "")
    return Example(post, SCORER.score(post), wanted)


def lessons(number: int = 40) -> list[Example]:
    """Verdicts of somebody who likes bakers and not dropshippers, each post with a word of its own."""
    return [
        example(index, f"{WANTED if index % 2 else UNWANTED} {chr(97 + index % 26) * 5}", bool(index % 2))
        for index in range(number)
    ]


def taught(examples: list[Example]) -> Lessons:
    model = learn(examples)
    assert model is not None
    return model


def values(model: Lessons, title: str) -> tuple[int, int]:
    """The score of a post before and after learning."""
    post = Post("t3_new", "freelance", title, "")
    score = SCORER.score(post)
    return score.value, model.adjust(score, post, CAMPAIGN.min_score).value


def test_what_was_liked_rises_and_what_was_ignored_falls() -> None:
    model = taught(lessons())
    before, after = values(model, "Which invoicing software for a bakery?")
    assert after > before
    before, after = values(model, "Which invoicing software for dropshipping?")
    assert after < before
    assert len(set(values(model, "Which invoicing software for plumbers?"))) == 1


@pytest.mark.parametrize(
    ("wanted", "unwanted", "learns"),
    [
        (NEEDED - 1 - NEEDED_OF_EACH, NEEDED_OF_EACH, False),
        (NEEDED - NEEDED_OF_EACH, NEEDED_OF_EACH, True),
        (NEEDED_OF_EACH, NEEDED - NEEDED_OF_EACH, True),
        (NEEDED_OF_EACH - 1, NEEDED, False),
        (NEEDED, NEEDED_OF_EACH - 1, False),
        (0, 0, False),
    ],
)
def test_it_needs_twenty_verdicts_of_both_kinds(wanted: int, unwanted: int, learns: bool) -> None:
    examples = [example(n, f"{WANTED} {n}", True) for n in range(wanted)]
    examples += [example(100 + n, f"{UNWANTED} {n}", False) for n in range(unwanted)]
    assert (learn(examples) is not None) is learns


def test_the_same_verdicts_teach_the_same() -> None:
    assert taught(lessons()).pack() == taught(lessons()).pack()


def test_no_word_met_by_chance_moves_much() -> None:
    dice = random.Random(5)
    words = ["".join(dice.choices("aeioubcdfglmnprst", k=6)) for _ in range(60)]
    model = taught(
        [
            example(
                n, f"Looking for invoicing software {' '.join(dice.sample(words, 6))}", dice.random() < 0.5
            )
            for n in range(60)
        ]
    )
    for word in words:
        before, after = values(model, f"Looking for invoicing software {word}")
        assert abs(after - before) <= 8


def test_learning_that_foretells_worse_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_PATIENCE", 0.0)
    model = taught(lessons())
    assert (model.verdicts, model.wanted, dict(model.weights)) == (40, 20, {})
    score = SCORER.score(lessons()[1].post)
    assert model.adjust(score, lessons()[1].post, 40) is score


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": f"{WANTED} Paid in crypto"}, "a negative keyword"),
        ({"title": WANTED, "subreddit": "Spam"}, "an excluded subreddit"),
        ({"title": "[For Hire] bakery invoicing software expert, DM me for my rates"}, "a job seeker"),
        ({"title": "We are hiring a full-time bakery invoicing software manager, apply now"}, "a recruiter"),
        ({"title": "I built invoicing software for a bakery, sign up for the free trial"}, "a seller"),
        ({"title": WANTED, "body": "[removed]"}, "a removed post"),
    ],
)
def test_what_is_out_of_the_question_never_rises(fields: dict[str, str], why: str) -> None:
    model = taught(lessons())
    post = replace(Post("t3_x", "freelance", "", ""), **fields)  # type: ignore[arg-type]
    score = SCORER.score(post)
    assert learning.is_out_of_question(post, score), why
    assert model.adjust(score, post, 40).value <= score.value
    # Had the same words come from a buyer, they would have risen.
    buyer = replace(score, value=max(score.value, 30), stance="asks")
    if post.body != "[removed]":
        assert model.adjust(buyer, post, 40).value > buyer.value


def test_what_is_out_of_the_question_may_fall() -> None:
    model = taught(lessons())
    post = Post("t3_x", "freelance", "Invoicing software for your dropshipping store", "")
    seller = replace(SCORER.score(Post("t3_y", "freelance", WANTED, "")), stance="sells")
    assert model.adjust(seller, post, 40).value < seller.value


def test_every_learned_point_has_its_reason() -> None:
    model = taught(lessons())
    post = Post(
        "t3_new", "freelance", "Which invoicing software for a bakery?", "Bakeries near me use paper."
    )
    score = model.adjust(SCORER.score(post), post, 40)
    assert tuple(score.parts) == (*PARTS, LEARNED)
    assert sum(score.parts.values()) == score.value
    told = [reason for reason in score.reasons if reason.part == LEARNED]
    assert sum(reason.points for reason in told) == score.parts[LEARNED] > 0
    (word,) = [reason for reason in told if reason.text == "bakery"]
    assert word.start is not None
    assert post.text[word.start : word.end] == "bakery"


def test_a_circumstance_is_told_with_the_verdicts_behind_it() -> None:
    examples = [
        example(
            n,
            f"Looking for invoicing software {chr(97 + n % 26) * 4}",
            n % 2 == 0,
            "bakers" if n % 2 == 0 else "etsy",
        )
        for n in range(40)
    ]
    post = Post("t3_new", "Etsy", "Looking for invoicing software", "")
    score = taught(examples).adjust(SCORER.score(post), post, 40)
    assert any(reason.text == "r/Etsy: 0 of 20 wanted" for reason in score.reasons)


def test_a_lead_may_become_none_and_the_other_way_round() -> None:
    model = taught(lessons())
    post = Post("t3_new", "freelance", "Which invoicing software for dropshipping?", "")
    score = SCORER.score(post)
    assert model.adjust(score, post, score.value).lead is False


def test_only_the_newest_verdicts_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "NEWEST", 40)
    turned = [replace(each, wanted=not each.wanted) for each in lessons(60)]
    assert taught([*turned, *lessons()]).pack() == taught(lessons()).pack()


def test_work_is_bounded_for_thousands_of_long_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in readings of posts and in weights: cross-validation and fitting read each post once."""
    monkeypatch.setattr(learning, "NEWEST", 120)
    monkeypatch.setattr(learning, "_MOST_FEATURES", 50)
    read: list[str] = []
    plain = features

    def counted(post: Post, score: object) -> object:
        read.append(post.id)
        return plain(post, score)  # type: ignore[arg-type]

    monkeypatch.setattr(learning, "features", counted)
    dice = random.Random(3)
    words = ["".join(dice.choices("aeioubcdfglmnprst", k=5)) for _ in range(500)]
    examples = [
        replace(each, post=replace(each.post, body=" ".join(dice.choices(words, k=2_000))))
        for each in lessons(3_000)
    ]
    model = taught(examples)
    assert len(read) == 120
    assert model.verdicts == 120
    assert len(model.weights) <= 50


def test_a_model_comes_out_of_json_as_it_went_in() -> None:
    model = taught(lessons())
    again = unpack(model.pack())
    assert again is not None
    assert again.pack() == model.pack()
    post = lessons()[1].post
    assert again.adjust(SCORER.score(post), post, 40) == model.adjust(SCORER.score(post), post, 40)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 99, "verdicts": 20, "wanted": 10, "weights": {}}',
        '{"version": 1, "verdicts": "many", "wanted": 10, "weights": {}}',
        '{"version": 1, "verdicts": 20, "wanted": 10, "weights": {"word:x": 1.0}}',
        '{"version": 1, "verdicts": 20, "wanted": 10, "weights": {"word:x": [1e999, 1, 1]}}',
        '{"version": 1, "verdicts": 20, "wanted": 10, "weights": {"word:x": ["a", 1, 1]}}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_foreign_or_damaged_model_is_none(text: str) -> None:
    assert unpack(text) is None


def test_folds_deal_both_kinds_evenly_and_always_the_same() -> None:
    examples = [replace(each, wanted=number < 10) for number, each in enumerate(lessons(40))]
    dealt = folds(examples)
    assert dealt == folds(examples)
    for fold in range(5):
        kinds = [each.wanted for each, number in zip(examples, dealt, strict=True) if number == fold]
        assert (kinds.count(True), kinds.count(False)) == (2, 6)


@settings(max_examples=150)
@given(
    title=st.text(max_size=80).map(lambda text: text.replace("\n", " ")),
    body=st.one_of(
        st.text(max_size=200),
        st.sampled_from(
            [
                "bakery " * 6_000,
                "İ" * 5_000,
                "顧客管理" * 900,
                "\ud800 bakery",
                "a'b'c's bakery’s",
                "[/] bakery [b]",
            ]
        ),
    ),
    value=st.integers(0, 100),
)
def test_whatever_the_text_the_points_add_up(title: str, body: str, value: int) -> None:
    post = Post("t3_h", "freelance", f"{title} bakery", body)
    plain = SCORER.score(post)
    parts = {**dict.fromkeys(PARTS, 0), "fit": value}
    score = MODEL.adjust(replace(plain, value=value, parts=parts), post, 40)
    assert 0 <= score.value <= 100
    assert sum(score.parts.values()) == score.value
    learned = [reason for reason in score.reasons if reason.part == LEARNED]
    assert sum(reason.points for reason in learned) == score.parts.get(LEARNED, 0)
    for reason in learned:
        assert reason.text
        assert reason.start is None or post.text[reason.start : reason.end] == reason.text


MODEL = taught(lessons())
