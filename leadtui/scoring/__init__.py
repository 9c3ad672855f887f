"""Scoring: how likely the author of a post wants what a campaign sells, with a reason for every point."""

from __future__ import annotations

from collections.abc import Callable

from leadtui.domain.models import Campaign, Post, Score
from leadtui.scoring import freshness, intent, reach, stance
from leadtui.scoring.fit import Fit
from leadtui.scoring.ledger import Judgement, settle
from leadtui.scoring.matching import Matcher
from leadtui.scoring.reading import Reading
from leadtui.scoring.sentiment import sentiment

Signal = Callable[[Reading], Judgement]

__all__ = ["Scorer"]


class Scorer:
    """Scores posts for one campaign; pure, deterministic, and cheap enough for every post there is."""

    def __init__(self, campaign: Campaign) -> None:
        self._min_score = campaign.min_score
        self._matcher = Matcher(campaign)
        self._signals: dict[str, Signal] = {
            "fit": Fit(campaign).judge,
            "intent": intent.judge,
            "stance": stance.judge,
            "freshness": freshness.judge,
            "reach": reach.judge,
        }

    def score(self, post: Post, now: float | None = None) -> Score:
        """Score `post` as of `now` (seconds since 1970, UTC); without a time, or a post's age, age does not count."""
        reading = self._matcher.read(post, now)
        judged = {name: signal(reading) for name, signal in self._signals.items()}
        account = settle((step for judgement in judged.values() for step in judgement.steps), reading.text)
        return Score(
            value=account.value,
            lead=account.value >= self._min_score,
            intent=judged["intent"].label,
            stance=judged["stance"].label,
            sentiment=sentiment(reading),
            parts=account.parts,
            reasons=account.reasons,
        )
