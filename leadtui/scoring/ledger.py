"""The waterfall from the signals to the points: each step multiplies, and what it changes is what it earns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod

from leadtui.domain.models import PARTS, Reason

FIT_ALONE = 0.5
"""What fit is worth before anything is asked; intent then multiplies the whole, and so lifts it or takes from it."""
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that a step's points are owed to: a phrase of the post, or a circumstance without a span."""

    weight: float
    text: str = ""
    start: int | None = None
    end: int | None = None


Telling = Callable[[], Sequence[Evidence]]


def _nothing() -> Sequence[Evidence]:
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """One factor of the score with the evidence for what it gives and for what it takes."""

    part: str
    factor: float
    gains: Telling = _nothing
    losses: Telling = _nothing
    """Called only where points move that way, for most posts earn none; must then tell of something."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one signal says: its steps, and its word for the post where it has one."""

    steps: tuple[Step, ...]
    label: str = ""

    @property
    def factor(self) -> float:
        """What is left of a score after all steps."""
        return prod(step.factor for step in self.steps)


@dataclass(frozen=True, slots=True)
class Account:
    """The finished ledger; the reasons of a part add up to the part, the parts to the value."""

    value: int
    parts: dict[str, int]
    reasons: tuple[Reason, ...]


def settle(steps: Iterable[Step], text: str) -> Account:
    """Turn factors into whole points: value = 100 x the product of all factors, each 0 to 1."""
    parts = dict.fromkeys(PARTS, 0)
    reasons: list[Reason] = []
    product, value = 1.0, 0
    for step in steps:
        product *= max(0.0, min(1.0, step.factor))
        level = round(100 * product * (FIT_ALONE if step.part == "fit" else 1.0))
        points = level - value
        value = level
        parts[step.part] += points
        if points:
            reasons += share(points, step, text)
    if not reasons:
        reasons.append(Reason("fit", 0, "nothing here concerns what the campaign sells"))
    return Account(value, parts, tuple(reasons))


def share(points: int, step: Step, text: str) -> list[Reason]:
    """Give `points` to the step's evidence by weight, in whole points that add up (largest remainders)."""
    told = step.gains() if points > 0 else step.losses()
    evidence = sorted(told, key=lambda each: -each.weight)[:_MOST_REASONS]
    whole = sum(each.weight for each in evidence)
    exact = [abs(points) * each.weight / whole for each in evidence]
    shares = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[: abs(points) - sum(shares)]:
        shares[index] += 1
    sign = 1 if points > 0 else -1
    return [
        Reason(
            step.part,
            sign * share,
            each.text if each.start is None else text[each.start : each.end],
            each.start,
            each.end,
        )
        for each, share in zip(evidence, shares, strict=True)
        if share
    ]
