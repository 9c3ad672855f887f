"""The protocols that adapters implement: the map of the program on one page."""

from __future__ import annotations

from typing import Protocol

from leadtui.domain.models import Batch, Feed


class PostSource(Protocol):
    """Somewhere posts come from.

    A source is made with the configuration as its only argument, once per process, and is found by its name in
    `leadtui.sources.REGISTRY`.
    """

    async def fetch(self, feed: Feed, cursor: str | None) -> Batch:
        """Read what is new in `feed` since `cursor` (None at the first reading).

        - Text is cleaned with `leadtui.text`: titles, names and messages by `clean_line`, bodies by `clean`.
        - The returned cursor is stored together with the posts, so a killed process neither loses nor repeats any;
          the same post read twice is stored once. A cursor that the source cannot read means "from the beginning";
          when nothing is new, the cursor that came is returned. It is kept as text, so keep it small.
        - At most some 2,000 posts at once; `Batch.more` asks to be called again with the new cursor right away.
        - A failure of the whole reading raises `SourceError`; a bad record goes into `Batch.bad`.
        - Nothing blocks the event loop: files are read in `asyncio.to_thread`. A call may take five minutes at most.
        """
        ...
