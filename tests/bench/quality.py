"""How good the scores are on posts that somebody read and judged: `python -m tests.bench.quality [DATA_FOLDER]`.

The last lines give the speed in CPU time on invented posts.

The model's weights were fitted on these very posts, so the line that counts is `left out`: what the same fit gives to
campaigns that it did not see, eight times fitted anew. It needs scikit-learn and `posts_real.jsonl`; without them it is
missing. A second table has invented posts of eight campaigns that nothing was fitted on.

Needs `campaigns.json`, `judged_pairs.jsonl` and `posts_labelled.jsonl` in the folder. A lead is a pair of grade 2 or 3.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import intent_score

from leadtui.domain.models import Campaign, Post
from leadtui.scoring import Scorer
from leadtui.scoring.measures import CUT, ndcg, rates
from leadtui.scoring.words import FUNCTION_WORDS

_SEEKING = re.compile(
    r"looking for|recommend|suggest|alternative to|need a|need help|what do you use|is there a|best .{0,30} for|anyone (?:use|know)",
    re.IGNORECASE,
)
_INTENT_WORDS = (
    "looking for",
    "recommend",
    "need",
    "best",
    "alternative",
    "vs",
    "help",
    "suggest",
    "how to",
    "tool",
    "top",
)
_PAIN_WORDS = (
    "struggling",
    "frustrated",
    "hate",
    "problem",
    "issue",
    "difficult",
    "annoying",
    "expensive",
    "tired of",
)
_NEGATIVE_WORDS = ("hiring", "job", "meme", "rant", "news", "for hire")
"""Words for our own version of the predecessor's formula: points by substrings, as it counted them."""
_JUDGED = Path(__file__).resolve().parents[1] / "judged"
_ASKS = ("seeking", "hiring_provider", "comparing")


@dataclass(frozen=True)
class Pair:
    """A post judged for a campaign."""

    post: Post
    grade: int
    kind: str


@dataclass(frozen=True)
class Ranked:
    """What one scorer says of one pair."""

    value: float
    lead: bool


Judge = Callable[[Pair], Ranked]


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 0 also where there is no data to measure on."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "judged_pairs.jsonl").is_file():
        print(
            f"No judged posts in {folder}: nothing to measure. Give the folder that holds judged_pairs.jsonl."
        )
        return 0
    profiles = json.loads((folder / "campaigns.json").read_text("utf-8"))
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for row in _rows(folder / "judged_pairs.jsonl"):
        pairs[row["profile_id"]].append(Pair(post_of(row), row["grade"], row["kind"]))
    _print_campaigns(profiles, pairs, _left_out(folder))
    print("\ninvented posts, most of them near the subject; nothing was fitted on them")
    held_out: dict[str, list[Pair]] = defaultdict(list)
    for row in _rows(_JUDGED / "held_out_pairs.jsonl"):
        held_out[row["profile_id"]].append(Pair(post_of(row), row["grade"], row["kind"]))
    _print_campaigns(json.loads((_JUDGED / "held_out_campaigns.json").read_text("utf-8")), held_out, {})
    _print_labelled(folder / "posts_labelled.jsonl")
    _print_speed(campaign_of(profiles[0]))
    return 0


def _left_out(folder: Path) -> dict[tuple[str, str], float]:
    """Return the points of each pair by a fit that did not see its campaign; empty where it cannot be fitted."""
    if not (folder / "posts_real.jsonl").is_file() or find_spec("sklearn") is None:
        print("left out: not measured, it needs scikit-learn and posts_real.jsonl")
        return {}
    from tests.recipes.weights import leave_out

    return leave_out(folder).points()


def _judges(campaign: Campaign, name: str, left_out: dict[tuple[str, str], float]) -> dict[str, Judge]:
    scorer = Scorer(campaign)
    words = [word.lower() for word in (*campaign.keywords, *campaign.competitors)]

    def ours(pair: Pair) -> Ranked:
        score = scorer.score(pair.post)
        return Ranked(score.value, score.lead)

    def keywords(pair: Pair) -> Ranked:
        text = pair.post.text.lower()
        count = sum(text.count(word) for word in words)
        return Ranked(count, count > 0)

    def seeking(pair: Pair) -> Ranked:
        count = len(_SEEKING.findall(pair.post.text))
        return Ranked(count, count > 0)

    def relevance(pair: Pair) -> Ranked:
        title, body = pair.post.title.lower(), pair.post.body.lower()
        points = 30 * sum(word in title for word in words) + 15 * sum(word in body for word in words)
        points += 20 * sum(word in title for word in _INTENT_WORDS)
        points += 15 * any(word in title or word in body for word in _PAIN_WORDS)
        points -= 30 * any(word in title for word in _NEGATIVE_WORDS)
        points = max(0, min(100, points))
        return Ranked(points, points >= 30)

    def rules(pair: Pair) -> Ranked:
        points = intent_score.score(pair.post.text).score
        return Ranked(points, points >= 25)

    def unseen(pair: Pair) -> Ranked:
        points = left_out[name, pair.post.id]
        return Ranked(points, points >= campaign.min_score)

    return {
        "ours": ours,
        **({"left out": unseen} if left_out else {}),
        "relevance": relevance,
        "intent-score": rules,
        "keywords": keywords,
        "seeking words": seeking,
        "everything": lambda _: Ranked(0, True),
    }


def _print_campaigns(
    profiles: list[dict[str, Any]], pairs: dict[str, list[Pair]], left_out: dict[tuple[str, str], float]
) -> None:
    print(
        f"{'campaign':<11}{'scorer':<15}{'NDCG@10':>8}{'P@10':>6}{'prec':>6}{'rec':>6}{'F1':>6}   pairs/leads"
    )
    means: dict[str, list[tuple[int, list[float]]]] = defaultdict(list)
    everything: dict[str, list[tuple[Pair, Ranked]]] = defaultdict(list)
    for profile in profiles:
        judged = pairs[profile["profile_id"]]
        leads = [pair.grade >= 2 for pair in judged]
        for name, judge in _judges(campaign_of(profile), profile["profile_id"], left_out).items():
            said = [judge(pair) for pair in judged]
            order = sorted(zip(judged, said, strict=True), key=lambda each: (-each[1].value, each[0].post.id))
            grades = [pair.grade for pair, _ in order]
            figures = [
                ndcg(grades),
                sum(grade >= 2 for grade in grades[:CUT]) / CUT,
                *rates([each.lead for each in said], leads),
            ]
            means[name].append((sum(leads), figures))
            everything[name] += zip(judged, said, strict=True)
            print(f"{profile['profile_id']:<11}{name:<15}{_cells(figures)}   {len(judged)}/{sum(leads)}")
    for title, least in (("mean", 0), ("mean, 10+", 10)):
        for name, rows in means.items():
            kept = [figures for count, figures in rows if count >= least]
            print(
                f"{title:<11}{name:<15}{_cells([sum(column) / len(kept) for column in zip(*kept, strict=True)])}"
            )
    for name, said_of in everything.items():
        found, true = [each.lead for _, each in said_of], [pair.grade >= 2 for pair, _ in said_of]
        print(f"{'all pairs':<11}{name:<15}{'':>14}{_cells(list(rates(found, true)), first=6)}")
    print("\nleakage: share of the pairs of grade 0 that are called leads")
    kinds = sorted({pair.kind for pair, _ in everything["ours"] if pair.grade == 0})
    print(f"{'':<30}{'pairs':>6}" + "".join(f"{name:>15}" for name in everything))
    for kind in kinds:
        shares = [
            [each.lead for pair, each in said_of if pair.grade == 0 and pair.kind == kind]
            for said_of in everything.values()
        ]
        print(
            f"{kind:<30}{len(shares[0]):>6}" + "".join(f"{sum(each) / len(each):>15.0%}" for each in shares)
        )


def _print_labelled(path: Path) -> None:
    if not path.is_file():
        return
    rows = [row for row in _rows(path) if row["label_source"].startswith("read")]
    true = [row["label"] == "lead" for row in rows]
    scorer = Scorer(Campaign("anything"))
    scores = [scorer.score(post_of(row)) for row in rows]
    said = {
        "ours (intent and stance)": [
            score.intent in _ASKS and score.stance in ("asks", "none", "vents") for score in scores
        ],
        "seeking words": [_SEEKING.search(post_of(row).text) is not None for row in rows],
        "everything": [True] * len(rows),
    }
    print(
        f"\nread labels without a campaign: does the author look for something to buy? ({len(rows)} posts, {sum(true)} yes)"
    )
    for name, found in said.items():
        print(f"{name:<26}{_cells(list(rates(found, true)), first=6)}   precision, recall, F1")


def _print_speed(campaign: Campaign, posts: int = 2_000, rounds: int = 3) -> None:
    """Print posts per CPU second for invented posts of about 1,000 characters."""
    dice = random.Random(7)
    words = ["".join(dice.choices("aeioubcdfglmnprst", k=dice.randint(2, 8))) for _ in range(20_000)]
    common = sorted(FUNCTION_WORDS)
    asked = f"I am looking for a {campaign.keywords[0]}, what do you use? Any recommendations?"

    def post(number: int, ask: str) -> Post:
        body = " ".join(dice.choice(common if dice.random() < 0.4 else words) for _ in range(220))
        return Post(
            str(number), "somewhere", "Something about nothing much", f"{body[:480]} {ask} {body[480:960]}"
        )

    scorer = Scorer(campaign)
    for name, ask in (("that match nothing", ""), ("that ask for it", asked)):
        batch = [post(number, ask) for number in range(posts)]
        spent = []
        for _ in range(rounds):
            begin = time.process_time()
            for each in batch:
                scorer.score(each)
            spent.append(time.process_time() - begin)
        print(f"speed: {posts / min(spent):,.0f} posts/s of 1,000 characters {name}")


def _cells(figures: Sequence[float], first: int = 8) -> str:
    return "".join(f"{figure:>{first if place == 0 else 6}.2f}" for place, figure in enumerate(figures))


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def post_of(row: dict[str, Any]) -> Post:
    return Post(row["id"], row["subreddit"], row.get("title_stripped") or row["title"], row.get("body") or "")


def campaign_of(profile: dict[str, Any]) -> Campaign:
    return Campaign(
        name=profile["name"],
        description=profile["description"],
        keywords=tuple(profile["keywords"]),
        competitors=tuple(profile["competitors"]),
        subreddits=tuple(profile["target_subreddits"]),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
