"""Sentiment: the mood of the words; told, but worth no points."""

from __future__ import annotations

from leadtui.scoring.reading import Reading

_MARGIN = 0.5
"""Lead that one mood needs over the other before the post has one."""


def sentiment(reading: Reading) -> str:
    """Return `positive`, `neutral` or `negative`; mishaps count as bad mood."""
    good = sum(found.strength for found in reading.phrases.get("positive", ()))
    bad = sum(
        found.strength for kind in ("negative", "pain", "vents") for found in reading.phrases.get(kind, ())
    )
    if bad - good > _MARGIN:
        return "negative"
    return "positive" if good - bad > _MARGIN else "neutral"
