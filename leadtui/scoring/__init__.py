"""Scoring: how likely the author of a post wants what a campaign sells, with a reason for every point."""

from __future__ import annotations

from collections.abc import Callable

from leadtui.domain.models import Campaign, Post, Score
from leadtui.scoring import freshness, intent, reach, stance
from leadtui.scoring.fit import Fit
from leadtui.scoring.hearing import hear
from leadtui.scoring.ledger import Judgement, settle
from leadtui.scoring.matching import Matcher
from leadtui.scoring.model import load
from leadtui.scoring.reading import Reading
from leadtui.scoring.sentiment import sentiment

Signal = Callable[[Reading], Judgement]

__all__ = ["Scorer"]

SIGNALS: dict[str, Signal] = {"freshness": freshness.judge, "reach": reach.judge}
"""What is judged of a post alone, after fit, intent and stance."""


class Scorer:
    """Scores posts for one campaign; pure, deterministic, and cheap enough for every post there is."""

    def __init__(self, campaign: Campaign) -> None:
        self._min_score = campaign.min_score
        self._model = load()
        self._matcher = Matcher(campaign)
        self._fit = Fit(campaign, self._model)

    def score(self, post: Post, now: float | None = None) -> Score:
        """Score `post` as of `now` (seconds since 1970, UTC); without a time, or a post's age, age does not count."""
        reading = self._matcher.read(post, now)
        wish, side = intent.judge(reading), stance.judge(reading)
        if self._model is not None:
            heard = hear(self._model, reading, (wish.factor, side.factor))
            wish, side = intent.revise(wish, reading, heard), stance.revise(side, reading, heard)
            fit = self._fit.judge(reading, heard, wish.factor * side.factor)
        else:
            fit = self._fit.judge(reading)
        judged = {"fit": fit, "intent": wish, "stance": side}
        judged |= {name: signal(reading) for name, signal in SIGNALS.items()}
        account = settle((step for judgement in judged.values() for step in judgement.steps), reading.text)
        return Score(
            value=account.value,
            lead=account.value >= self._min_score,
            intent=wish.label,
            stance=side.label,
            sentiment=sentiment(reading),
            parts=account.parts,
            reasons=account.reasons,
        )
