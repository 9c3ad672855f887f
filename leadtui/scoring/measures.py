"""How good a ranking and a bound are against what somebody judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2

CUT = 10
"""Places of a ranking that count: what a user reads first."""


def ndcg(grades: Sequence[int], cut: int = CUT) -> float:
    """Return the normalised discounted cumulative gain of `grades` in ranked order, gain 2^grade - 1, 0.0 to 1.0.

    Järvelin and Kekäläinen, 2002, with the exponential gain of Burges et al., 2005.
    """

    def gain(order: Iterable[int]) -> float:
        return sum((2.0**grade - 1.0) / log2(place + 2) for place, grade in enumerate(order))

    best = gain(sorted(grades, reverse=True)[:cut])
    return gain(grades[:cut]) / best if best else 0.0


def rates(found: Sequence[bool], true: Sequence[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1 (their harmonic mean) of `found` against `true`."""
    hits = sum(a and b for a, b in zip(found, true, strict=True))
    precision = hits / sum(found) if any(found) else 0.0
    recall = hits / sum(true) if any(true) else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0
