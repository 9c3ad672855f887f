"""Reach: can the author still be answered, and would they see it?"""

from __future__ import annotations

from leadtui.domain.models import Post
from leadtui.scoring.ledger import Evidence, Judgement, Step
from leadtui.scoring.reading import Reading
from leadtui.text import plural

_GONE = ("[removed]", "[deleted]", "[removed by reddit]", "[deleted by user]")
_CROWD = 100
"""Comments among which another one is hardly read."""

_NEUTRAL = Judgement((Step("reach", 1.0),))


def judge(reading: Reading) -> Judgement:
    """Return 1.0 where nothing stands in the way."""
    post = reading.post
    if is_gone(post):
        return _lowered(0.4, "the post was removed or deleted")
    if post.author is not None and post.author.strip().lower() in ("[deleted]", "[removed]"):
        return _lowered(0.5, "the author deleted their account")
    if post.num_comments is not None and post.num_comments >= _CROWD:
        return _lowered(0.9, f"{plural(post.num_comments, 'comment')} already")
    return _NEUTRAL


def is_gone(post: Post) -> bool:
    """Whether only the shell of a removed or deleted post is left."""
    return post.body[:40].strip().lower() in _GONE


def _lowered(factor: float, why: str) -> Judgement:
    return Judgement((Step("reach", factor, losses=lambda: (Evidence(1.0, why),)),))
