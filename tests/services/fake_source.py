"""A source that does what a test tells it to."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from leadtui.config import Config
from leadtui.domain.models import Batch, Feed, Post

Reading = Callable[[str | None], "Batch | Awaitable[Batch]"]

plans: dict[str, Reading] = {}
"""By a feed's target: what a reading from a cursor on brings."""
readings: list[tuple[str, str | None]] = []
"""(target, cursor) of every reading so far."""


class FakeSource:
    """Found by the registry, as every source is."""

    def __init__(self, config: Config) -> None:
        self.config = config

    async def fetch(self, feed: Feed, cursor: str | None) -> Batch:
        """Do as planned; a feed without a plan is empty."""
        readings.append((feed.target, cursor))
        made = plans[feed.target](cursor) if feed.target in plans else Batch()
        return await made if inspect.isawaitable(made) else made


def numbered(*counts: int, subreddit: str = "a", prefix: str = "p") -> Reading:
    """Bring batches of so many posts each, one a reading; the cursor is how many were read."""

    def read(cursor: str | None) -> Batch:
        start = int(cursor or 0)
        ends = [sum(counts[: index + 1]) for index in range(len(counts))]
        end = next((end for end in ends if end > start), start)
        posts = tuple(
            Post(f"{prefix}{number}", subreddit, f"post {number}", created_at=1_000.0 + number)
            for number in range(start, end)
        )
        return Batch(posts, str(end), more=end < ends[-1])

    return read
