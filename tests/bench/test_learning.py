"""The table of what verdicts teach: right, the same every time, and calm without data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadtui.domain.models import Campaign, Post
from leadtui.scoring import Scorer
from tests.bench.learning import Judged, main, measure

CAMPAIGN = Campaign("ledgerly", keywords=("invoicing software",))


def judged(number: int) -> list[Judged]:
    """Posts that ask alike, of which only the dropshippers' are leads: something that only verdicts can teach."""
    scorer = Scorer(CAMPAIGN)
    found = []
    for index in range(number):
        trade = "my dropshipping store" if index % 3 == 0 else "a bakery"
        post = Post(f"t3_{index:03}", "freelance", f"Looking for invoicing software for {trade}?", "")
        found.append(Judged(post, scorer.score(post), 3 if index % 3 == 0 else 0))
    return found


def test_a_pattern_is_learned_and_measured_on_other_posts() -> None:
    result = measure(CAMPAIGN, judged(60), verdicts=40, splits=3)
    assert result is not None
    assert (result.splits, result.learned, result.rest) == (3, 3, 20)
    assert result.before < result.after == 1.0
    assert (result.better, result.worse) == (3, 0)
    assert measure(CAMPAIGN, judged(60), verdicts=40, splits=3) == result


def test_nothing_is_measured_where_nothing_is_left() -> None:
    assert measure(CAMPAIGN, judged(40), verdicts=40, splits=3) is None


def test_verdicts_raise_the_order_of_the_rest_on_campaigns_that_scoring_never_saw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--splits", "3"]) == 0
    printed = capsys.readouterr().out
    assert "nothing more to measure" in printed
    lines = [line.split() for line in printed.splitlines()]
    mean = next(line for line in lines if line[:1] == ["mean"])
    assert float(mean[2]) > float(mean[1]) + 0.02
    campaigns = [line for line in lines if len(line) == 9 and line[0] != "campaign"]
    assert len(campaigns) == 8
    assert sum(float(line[6]) > 0 for line in campaigns) >= 6


def test_prints_a_line_for_each_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = {
        "profile_id": "billing",
        "name": "ledgerly",
        "description": "",
        "keywords": ["invoicing software"],
        "competitors": [],
        "target_subreddits": [],
    }
    rows = [
        {
            "profile_id": "billing",
            "id": each.post.id,
            "subreddit": "freelance",
            "title": each.post.title,
            "body": None,
            "grade": each.grade,
        }
        for each in judged(50)
    ]
    (tmp_path / "campaigns.json").write_text(
        json.dumps([profile, {**profile, "profile_id": "empty"}]), "utf-8"
    )
    (tmp_path / "judged_pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert main([str(tmp_path), "--splits", "1"]) == 0
    printed = capsys.readouterr().out.splitlines()
    told = [line.split()[:4] for line in printed if line.startswith("billing")]
    assert told == [["billing", "10", "1", "1"]] * 2
    assert "no lead is left over" in next(line for line in printed if line.startswith("empty"))
    assert printed[-1].startswith("mean")
