"""Databases of any number of invented leads, made quickly with the product's own tables."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadtui.config import Config
from leadtui.domain.models import Campaign
from leadtui.services.engine import Engine

_WORDS = (
    "invoice client payment late software tool looking anyone recommend small business track time bill customer project "
    "team price month simple cheap manual spreadsheet export report tax estimate quote hours freelance agency owner help"
).split()
_SUBREDDITS = (
    "freelance",
    "smallbusiness",
    "webdev",
    "Entrepreneur",
    "SaaS",
    "startups",
    "consulting",
    "agency",
)
_BATCH = 20_000


def make(home: Path, leads: int, seed: int = 1) -> Path:
    """Make a home with that many new leads of one campaign; returns its database."""
    asyncio.run(_prepare(home))
    path = home / "leadtui.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    rows = _rows(leads, random.Random(seed))
    for start in range(1, leads + 1, _BATCH):
        posts, found = zip(*(next(rows) for _ in range(min(_BATCH, leads - start + 1))), strict=True)
        connection.executemany(f"INSERT INTO posts VALUES ({','.join('?' * 14)}, NULL)", posts)
        connection.executemany(
            "INSERT INTO leads (id, campaign_id, post_id, status, score, intent, stance, sentiment, scored_by, explanation,"
            " subreddit, created_at, found_at) VALUES (?,1,?,'new',?,'seeking','asks','neutral','local',?,?,?,?)",
            found,
        )
        last = start + len(posts) - 1
        connection.execute(
            "INSERT INTO posts_fts(rowid, title, body) SELECT id, title, body FROM posts WHERE id BETWEEN ? AND ?",
            (start, last),
        )
    connection.execute("INSERT INTO lead_counts VALUES (1, 'new', ?)", (leads,))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    asyncio.run(_settle(home))
    return path


async def _prepare(home: Path) -> None:
    engine = await Engine.open(Config(home=home, path=home / "config.toml"))
    await engine.campaigns.add(Campaign("bench", keywords=("invoice",)))
    await engine.close()


async def _settle(home: Path) -> None:
    """Open and close once as any process does, so that the file counts as cleanly closed."""
    engine = await Engine.open(Config(home=home, path=home / "config.toml"))
    await engine.close()


def _rows(leads: int, dice: random.Random) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    now = 1_790_000_000.0
    for number in range(1, leads + 1):
        title = f"Lead {number}: " + " ".join(dice.choices(_WORDS, k=8))
        body = " ".join(dice.choices(_WORDS, k=60))
        subreddit = dice.choice(_SUBREDDITS)
        created = now - dice.random() * 30 * 86_400
        votes, comments = dice.randrange(200), dice.randrange(80)
        post = (
            number, f"bench_{number}", "jsonl", "post", subreddit, title, body, f"user{number % 5000}", created, votes,
            comments, 0.9, None, created + 60,
        )  # fmt: skip
        score = min(100, int(dice.triangular(50, 100, 55)))
        reasons = {
            "parts": {"fit": score - 20, "intent": 20},
            "reasons": [["fit", score - 20, 0, 4], ["intent", 20, 5, 9]],
        }
        yield post, (number, number, score, json.dumps(reasons), subreddit.lower(), created, created + 60)
