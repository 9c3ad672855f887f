"""Freshness: an old question has its answers; exponential decay down to four fifths."""

from __future__ import annotations

from leadtui.scoring.ledger import Evidence, Judgement, Step
from leadtui.scoring.reading import Reading
from leadtui.text import age

HALF_LIFE = 2 * 86_400.0
"""Seconds after which half of what age can take is taken."""
_AT_MOST = 0.2

_NEUTRAL = Judgement((Step("freshness", 1.0),))


def judge(reading: Reading) -> Judgement:
    """Return 1.0 for a new post and for one of unknown age, 0.8 for a very old one."""
    created = reading.post.created_at
    if reading.now is None or created is None:
        return _NEUTRAL
    seconds = max(0.0, reading.now - created)
    factor = 1.0 - _AT_MOST * (1.0 - 0.5 ** (seconds / HALF_LIFE))
    return Judgement((Step("freshness", factor, losses=lambda: (Evidence(1.0, f"{age(seconds)} old"),)),))
