"""The measures of a ranking and a bound."""

from __future__ import annotations

import pytest

from leadtui.scoring.measures import ndcg, rates


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other() -> None:
    assert ndcg([3, 2, 0, 0]) == 1.0
    assert ndcg([0, 0, 2, 3]) < ndcg([2, 3, 0, 0]) < 1.0
    assert ndcg([0, 0]) == ndcg([]) == 0.0
    assert ndcg([1, 3], cut=1) == pytest.approx(1 / 7)


def test_rates_count_hits_misses_and_false_alarms() -> None:
    assert rates([True, True, False, False], [True, False, True, False]) == (0.5, 0.5, 0.5)
    assert rates([False], [True]) == rates([True], [False]) == rates([], []) == (0.0, 0.0, 0.0)
