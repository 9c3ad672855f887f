"""Meaning beyond the words: is a post about what a campaign sells, also where it uses none of its words?

Likeness of static vectors (distilled from all-MiniLM-L6-v2), counted in standard deviations above what any text has.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from leadtui.domain.models import Campaign
from leadtui.scoring.folding import fold
from leadtui.scoring.hearing import Heard, request_of
from leadtui.scoring.ledger import Evidence
from leadtui.scoring.model import Model
from leadtui.scoring.reading import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEYWORDS = 24
"""Keywords that are prototypes of their own; all of them up to 60 are one together."""
_TOGETHER = 60
_ABBREVIATION = 4
"""Letters up to which a keyword means too many things to be likened to: `ai`, `CRM`, `.net`; it counts as a word."""
WORDS_ALONE = 0.4
"""How sure the campaign's own words make by themselves, whatever the rest of a post means (noisy or)."""
STEPS = (1.0, 2.0, 3.0)
"""Likeness up to which each further step counts: beyond, one text is as good as another."""
_BY_CHANCE = 1.6
"""Likeness to one of many prototypes that any text may have."""
_LIKE = 1.0
"""Likeness from which a text is named as a reason."""
_LONGEST_TOLD = 160
_TOLD = 0.08
"""Weight of a likeness as evidence, beside about 1.0 for a keyword in the title."""


class Meaning:
    """What one campaign sells, as prototypes that posts are compared with."""

    def __init__(self, campaign: Campaign, model: Model) -> None:
        self._model = model
        telling = [keyword for keyword in campaign.keywords if len(keyword) > _ABBREVIATION]
        texts = [campaign.description, ", ".join(telling[:_TOGETHER]), *telling[:_KEYWORDS]]
        known = [vector for text in texts if (vector := model.vector(model.words(fold(text)))).any()]
        self._prototypes = model.prototypes(known) if known else None

    def __bool__(self) -> bool:
        return self._prototypes is not None

    def weigh(
        self,
        reading: Reading,
        heard: Heard,
        by_words: float,
        circumstances: tuple[float, ...],
        witnesses: list[Evidence],
    ) -> float:
        """Return the fit of words and meaning together, and add to `witnesses` the text that means it."""
        constants = self._model.constants["fit"]
        told, (start, end), likeness = self.features(reading, heard, by_words, circumstances)
        if not by_words and told[2] < _BY_CHANCE:
            return 0.0
        if likeness > _LIKE and end - start <= _LONGEST_TOLD:
            witnesses.append(Evidence(_TOLD * likeness, start=start, end=end))
        elif not witnesses:
            witnesses.append(Evidence(_TOLD, "its words are near to what the campaign sells"))
        total = constants["bias"] + sum(
            value * weight for value, weight in zip(told, constants["signs"], strict=True)
        )
        doubt = 1.0 - 1.0 / (1.0 + exp(-total))
        fit: float = (1.0 - doubt * (1.0 - WORDS_ALONE * by_words)) ** self._model.constants["power"]["fit"]
        return fit

    def features(
        self, reading: Reading, heard: Heard, by_words: float, circumstances: tuple[float, ...]
    ) -> tuple[list[float], tuple[int, int], float]:
        """Return what fit is weighed from, with the span that is most like the campaign and how like it is."""
        model = self._model
        title = model.sum_of(heard.title)
        named = self._likeness(title)
        whole = self._likeness(title + model.sum_of(heard.beginning))
        span = request_of(reading)
        asked = (
            named if span is None else self._likeness(model.sum_of(model.words(reading.folded[slice(*span)])))
        )
        if span is None or max(named) > max(asked):
            span = (0, reading.title_end)
        best = max(*named, *whole)
        told = [
            log(by_words + 0.02),
            *(min(best, step) for step in STEPS),
            *circumstances,
            0.5 * max(asked),
            0.5 * named[0],
            0.5 * whole[0],
            0.5 * asked[0],
        ]
        return told, span, max(*asked, *named)

    def _likeness(self, summed: NDArray[np.float32]) -> list[float]:
        """Return how like a text is to each prototype, the description first."""
        if self._prototypes is None:
            return [0.0]
        return self._prototypes.likeness(self._model.unit(summed))
