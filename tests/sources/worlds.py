"""What a source needs to be tried: a feed, and a way to let more posts appear."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path

from leadtui.config import Config
from leadtui.domain.models import BadLine, Batch, Feed, Post
from leadtui.ports import PostSource
from leadtui.sources import load
from leadtui.sources.demo import DemoSource


def feed_of(source: str, target: str) -> Feed:
    return Feed(id=1, name=f"{source}:{target}", source=source, target=target)


class World(ABC):
    """One source with posts that a test can let appear."""

    feed: Feed

    @abstractmethod
    def source(self) -> PostSource:
        """Make the source anew, as a process that was just started would."""

    @abstractmethod
    def move_on(self) -> None:
        """Let some more posts appear."""


class JsonlWorld(World):
    """A file that grows, with hostile text in it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "posts.jsonl"
        self.path.touch()
        self.feed = feed_of("jsonl", str(self.path))
        self._written = 0

    def source(self) -> PostSource:
        return load("jsonl", Config())

    def move_on(self) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            for _ in range(3):
                self._written += 1
                hostile = "[/] \x1b]0;title\x07 \u202e \udc80 &lt;b&gt;"
                record = {
                    "id": f"p{self._written}",
                    "subreddit": "r/test\x1b",
                    "title": hostile,
                    "body": f"a\n{hostile}",
                }
                stream.write(json.dumps(record) + "\n")


class DemoWorld(World):
    """One subreddit of the demo, and a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_750_000_000.0
        self.feed = feed_of("demo", "smallbusiness")

    def source(self) -> PostSource:
        return DemoSource(Config(), clock=lambda: self.now)

    def move_on(self) -> None:
        self.now += 600


WORLDS: dict[str, type[JsonlWorld] | type[DemoWorld]] = {"jsonl": JsonlWorld, "demo": DemoWorld}
"""A source that is listed here is held to the whole contract; the others of the registry to its general part."""


async def read_all(
    source: PostSource, feed: Feed, cursor: str | None = None
) -> tuple[list[Post], list[BadLine], str | None]:
    """Fetch until there is no more, as the scheduler does."""
    posts: list[Post] = []
    bad: list[BadLine] = []
    batch = Batch(cursor=cursor, more=True)
    while batch.more:
        batch = await source.fetch(feed, batch.cursor)
        posts += batch.posts
        bad += batch.bad
    return posts, bad, batch.cursor
