"""The quality table: it must be right about rankings, and calm without data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadtui.scoring.measures import ndcg, rates
from tests.bench.quality import main


def test_says_so_when_there_is_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert "nothing to measure" in capsys.readouterr().out


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other() -> None:
    assert ndcg([3, 2, 0, 0]) == 1.0
    assert ndcg([0, 0, 2, 3]) < ndcg([2, 3, 0, 0]) < 1.0
    assert ndcg([0, 0]) == 0.0
    assert ndcg([1, 3], cut=1) == pytest.approx(1 / 7)


def test_rates_count_hits_misses_and_false_alarms() -> None:
    assert rates([True, True, False, False], [True, False, True, False]) == (0.5, 0.5, 0.5)
    assert rates([False], [True]) == (0.0, 0.0, 0.0)


def test_prints_every_scorer_and_the_leakage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = {
        "profile_id": "booking",
        "name": "slotwise",
        "description": "Booking for studios.",
        "keywords": ["booking software"],
        "competitors": ["Calendly"],
        "target_subreddits": ["yogateachers"],
    }
    pairs = [
        {"id": "a", "title": "Which booking software do you use?", "grade": 3, "kind": "seeking"},
        {
            "id": "b",
            "title": "I built booking software, sign up today",
            "grade": 0,
            "kind": "seller_or_promo",
        },
    ]
    rows = [{**pair, "profile_id": "booking", "subreddit": "x", "body": None} for pair in pairs]
    (tmp_path / "campaigns.json").write_text(json.dumps([profile]), "utf-8")
    (tmp_path / "judged_pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert next(line for line in printed if line.startswith("booking    ours")).split()[2:7] == [
        "1.00",
        "0.10",
        "1.00",
        "1.00",
        "1.00",
    ]
    pairs_of_sellers, ours, *others = next(
        line for line in printed if line.startswith("seller_or_promo")
    ).split()[1:]
    assert (pairs_of_sellers, ours, others[-1]) == ("1", "0%", "100%")
    assert any(line.startswith("left out: not measured") for line in printed)
