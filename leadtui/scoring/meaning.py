"""Meaning beyond the words: is a post about what a campaign sells, also where it uses none of its words?

Likeness of static vectors (distilled from all-MiniLM-L6-v2), counted in standard deviations above what any text has.
"""

from __future__ import annotations

from math import exp, log

from leadtui.domain.models import Campaign
from leadtui.scoring.folding import fold
from leadtui.scoring.hearing import subject_texts
from leadtui.scoring.ledger import Evidence
from leadtui.scoring.model import Model
from leadtui.scoring.reading import Reading

_KEYWORDS = 24
"""Keywords that are prototypes of their own; all of them up to 60 are one together."""
_TOGETHER = 60
STEPS = (1.0, 2.0, 3.0)
"""Likeness up to which each further step counts: beyond, one text is as good as another."""
_LIKE = 1.0
"""Likeness from which a text is named as a reason."""
_LONGEST_TOLD = 160


class Meaning:
    """What one campaign sells, as prototypes that posts are compared with."""

    def __init__(self, campaign: Campaign, model: Model) -> None:
        self._model = model
        texts = [
            campaign.description,
            ", ".join(campaign.keywords[:_TOGETHER]),
            *campaign.keywords[:_KEYWORDS],
        ]
        known = [vector for text in texts if (vector := model.vector(model.words(fold(text)))).any()]
        self._prototypes = model.prototypes(known) if known else None

    def weigh(
        self, reading: Reading, by_words: float, circumstances: tuple[float, ...], witnesses: list[Evidence]
    ) -> float:
        """Return the fit of words and meaning together, and add to `witnesses` the text that means it."""
        constants = self._model.constants["fit"]
        told, (start, end), likeness = self.features(reading, by_words, circumstances)
        if likeness > _LIKE and end - start <= _LONGEST_TOLD:
            witnesses.append(Evidence(0.25 * likeness, start=start, end=end))
        elif not witnesses:
            witnesses.append(Evidence(0.1, "its words are near to what the campaign sells"))
        total = constants["bias"] + sum(
            value * weight for value, weight in zip(told, constants["signs"], strict=True)
        )
        fit: float = (1.0 / (1.0 + exp(-total))) ** self._model.constants["power"]["fit"]
        return fit

    def features(
        self, reading: Reading, by_words: float, circumstances: tuple[float, ...]
    ) -> tuple[list[float], tuple[int, int], float]:
        """Return what fit is weighed from, with the span that is most like the campaign and how like it is."""
        title, beginning, request = subject_texts(reading)
        whole, asked = (self._likeness(reading, span) for span in (beginning, request))
        named = asked if request == title else self._likeness(reading, title)
        best = max(named, whole)
        span = request if asked >= named else title
        told = [log(by_words + 0.02), *(min(best, step) for step in STEPS), *circumstances, 0.5 * asked]
        return told, span, max(asked, named)

    def _likeness(self, reading: Reading, span: tuple[int, int]) -> float:
        if self._prototypes is None:
            return 0.0
        vector = self._model.vector(self._model.words(reading.folded[span[0] : span[1]]))
        return max(self._prototypes.likeness(vector))
