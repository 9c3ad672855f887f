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
    """Posts that ask alike, of which only the bakers' are leads: something that only verdicts can teach."""
    scorer = Scorer(CAMPAIGN)
    found = []
    for index in range(number):
        trade = "a bakery" if index % 3 == 0 else "my dropshipping store"
        post = Post(f"t3_{index:03}", "freelance", f"Looking for invoicing software for {trade}?", "")
        found.append(Judged(post, scorer.score(post), 3 if index % 3 == 0 else 0))
    return found


def test_says_so_when_there_is_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert "nothing to measure" in capsys.readouterr().out


def test_a_pattern_is_learned_and_measured_on_other_posts() -> None:
    result = measure(CAMPAIGN, judged(60), verdicts=40, splits=3)
    assert result is not None
    assert (result.splits, result.learned, result.rest) == (3, 3, 20)
    assert result.before < result.after == 1.0
    assert (result.better, result.worse) == (3, 0)
    assert measure(CAMPAIGN, judged(60), verdicts=40, splits=3) == result


def test_nothing_is_measured_where_nothing_is_left() -> None:
    assert measure(CAMPAIGN, judged(40), verdicts=40, splits=3) is None


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
        for each in judged(30)
    ]
    (tmp_path / "campaigns.json").write_text(
        json.dumps([profile, {**profile, "profile_id": "empty"}]), "utf-8"
    )
    (tmp_path / "judged_pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert main([str(tmp_path), "--verdicts", "20", "--splits", "2"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert next(line for line in printed if line.startswith("billing")).split()[:4] == [
        "billing",
        "10",
        "2",
        "2",
    ]
    assert "no lead is left over" in next(line for line in printed if line.startswith("empty"))
    assert printed[-1].startswith("mean")
