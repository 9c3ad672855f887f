"""What verdicts teach: `python -m tests.bench.learning [DATA_FOLDER] [--splits N]`.

Of each campaign's judged posts some are judged as a user would, who goes down the list and passes some over: a post at
the top is three times as likely to be judged as one at the bottom. Grades 2 and 3 are saved, 0 and 1 ignored. What
this taught is then measured on the rest. Averaged over many such splits, the same ones in every run.

Measured on the invented campaigns of `tests/judged`, and where the folder holds them, on `campaigns.json` and
`judged_pairs.jsonl`. Splits in which no lead is left over are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from leadtui.domain.models import Campaign, Post, Score
from leadtui.scoring import Scorer
from leadtui.scoring.learning import Example, learn
from leadtui.scoring.measures import ndcg
from tests.bench.quality import campaign_of, post_of

JUDGED = Path(__file__).resolve().parents[1] / "judged"
_TOP_TO_BOTTOM = 3.0


@dataclass(frozen=True)
class Judged:
    """A post with its score and the grade that somebody gave it."""

    post: Post
    score: Score
    grade: int


@dataclass(frozen=True)
class Result:
    """Means over the splits of one campaign in which the rest holds a lead."""

    splits: int
    learned: int
    """Splits in which there was enough to learn from, and cross-validation found it of use."""
    rest: int
    before: float
    after: float
    better: int
    worse: int


def measure(campaign: Campaign, judged: Sequence[Judged], verdicts: int, splits: int) -> Result | None:
    """Return what `verdicts` of the judged posts teach about the others; None where none are left to measure."""
    order = sorted(judged, key=lambda each: (-each.score.value, each.post.id))
    rest = len(order) - verdicts
    figures: list[tuple[float, float, bool]] = []
    for split in range(splits if rest > 0 else 0):
        dice = random.Random(f"{campaign.name} {split}")
        # Weighted drawing without putting back (Efraimidis and Spirakis, 2006).
        luck = [
            dice.random() ** (1 / (_TOP_TO_BOTTOM - (_TOP_TO_BOTTOM - 1) * place / len(order)))
            for place in range(len(order))
        ]
        chosen = set(sorted(range(len(order)), key=lambda place: -luck[place])[:verdicts])
        left = [each for place, each in enumerate(order) if place not in chosen]
        if not any(each.grade >= 2 for each in left):
            continue
        examples = [
            Example(order[place].post, order[place].score, order[place].grade >= 2) for place in chosen
        ]
        model = learn(examples)
        values = {
            each.post.id: model.adjust(each.score, each.post, campaign.min_score).value
            if model
            else each.score.value
            for each in left
        }
        again = sorted(left, key=lambda each: (-values[each.post.id], -each.score.value, each.post.id))
        figures.append(
            (
                ndcg([each.grade for each in left]),
                ndcg([each.grade for each in again]),
                bool(model and model.weights),
            )
        )
    if not figures:
        return None
    number = len(figures)
    return Result(
        number,
        sum(learned for *_, learned in figures),
        rest,
        sum(before for before, *_ in figures) / number,
        sum(after for _, after, _ in figures) / number,
        sum(after > before for before, after, _ in figures),
        sum(after < before for before, after, _ in figures),
    )


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 0 also where there is no data to measure on."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.learning")
    options.add_argument(
        "folder", nargs="?", type=Path, default=Path(__file__).parents[3] / "shared" / "data"
    )
    options.add_argument("--splits", type=int, default=20)
    given = options.parse_args(arguments)
    held_out = JUDGED / "held_out_campaigns.json", JUDGED / "held_out_pairs.jsonl"
    _table(
        "campaigns that scoring was never fitted on, 24 of 40 invented posts judged",
        *held_out,
        24,
        given.splits,
    )
    files = given.folder / "campaigns.json", given.folder / "judged_pairs.jsonl"
    if not files[1].is_file():
        print(
            f"\nNo judged posts in {given.folder}: nothing more to measure. Give the folder that holds judged_pairs.jsonl."
        )
        return 0
    with patch("leadtui.scoring.load", return_value=None):
        _table("real posts, 40 judged, scored by the rules alone", *files, 40, given.splits)
    _table(
        "the same, scored by a model fitted on these very posts: little is left to learn",
        *files,
        40,
        given.splits,
    )
    return 0


def _table(title: str, campaigns: Path, pairs: Path, verdicts: int, splits: int) -> None:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in pairs.read_text("utf-8").splitlines():
        row = json.loads(line)
        rows[row["profile_id"]].append(row)
    print(f"\nNDCG@10 on the rest: {title}")
    print(
        f"{'campaign':<14}{'rest':>5}{'splits':>8}{'learned':>9}{'before':>9}{'after':>8}{'change':>9}{'better':>8}{'worse':>7}"
    )
    results = []
    for profile in json.loads(campaigns.read_text("utf-8")):
        campaign = campaign_of(profile)
        scorer = Scorer(campaign)
        unique = {row["id"]: row for row in rows[profile["profile_id"]]}
        judged = [Judged(post_of(row), scorer.score(post_of(row)), row["grade"]) for row in unique.values()]
        result = measure(campaign, judged, verdicts, splits)
        if result is None:
            print(f"{profile['profile_id']:<14}{max(0, len(judged) - verdicts):>5}   no lead is left over")
            continue
        results.append(result)
        print(
            f"{profile['profile_id']:<14}{result.rest:>5}{result.splits:>8}{result.learned:>9}"
            f"{result.before:>9.3f}{result.after:>8.3f}{result.after - result.before:>+9.3f}{result.better:>8}{result.worse:>7}"
        )
    if results:
        before = sum(each.before for each in results) / len(results)
        after = sum(each.after for each in results) / len(results)
        print(f"{'mean':<14}{'':>22}{before:>9.3f}{after:>8.3f}{after - before:>+9.3f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
