"""Backtest while typing: first answer, exact answer, and the longest block of the event loop.

    python -m tests.bench.backtest [--posts 100000] [--keyword "late payment"] [--keep DIR]

Stores invented posts of about 160 words, opens the real dashboard on them and types a keyword letter by letter into the
real screen; a task that ticks every millisecond measures how long the event loop was away at most.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from leadtui.config import UI, Config, Metrics
from leadtui.domain.edit import Edit
from leadtui.domain.models import Campaign
from leadtui.services.backtest import Outcome
from leadtui.services.desk import Desk
from leadtui.services.engine import Engine
from leadtui.store.firstpage import FirstPage
from leadtui.tui.app import LeadTuiApp
from leadtui.tui.screens.change import Change
from tests.bench import leads

CAMPAIGN = Campaign(
    "bench",
    description="Invoicing and time tracking for freelancers and tiny service businesses.",
    keywords=("invoicing software", "late payment reminders", "time tracking"),
    negative_keywords=("hiring",),
    competitors=("FreshBooks", "Wave"),
    subreddits=("freelance",),
)
LEADS_PER_POST = 20
BETWEEN_KEYS = 0.2
"""Seconds between two letters of somebody who types at ease."""


class Ticker:
    """Measures, while entered, how long the event loop is away, and how much of that it works itself."""

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0
        self.over = 0
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._task = asyncio.create_task(self._run())

    def __exit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        last, worked = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now, working = time.perf_counter(), time.thread_time()
            away = now - last - 0.001
            self.longest, self.busiest = max(self.longest, away), max(self.busiest, working - worked)
            self.over += away > 0.05
            last, worked = now, working


def make(home: Path, number: int) -> None:
    """Store so many posts, a twentieth of them as leads."""
    home.mkdir(parents=True, exist_ok=True)
    asyncio.run(_prepare(home))
    connection = sqlite3.connect(home / "leadtui.db", isolation_level=None)
    connection.execute("BEGIN")
    dice = random.Random(1)
    now = time.time()
    for first in range(1, number + 1, 10_000):
        last = min(first + 9_999, number)
        posts, found = [], []
        for post_id in range(first, last + 1):
            words = [dice.choice(leads._WORDS) if dice.random() < 0.2 else _other(dice) for _ in range(160)]
            created = now - dice.random() * 30 * 86_400
            title = " ".join(words[:9])
            posts.append(
                (post_id, f"bench_{post_id}", "jsonl", "post", dice.choice(leads._SUBREDDITS), title, " ".join(words[9:]),
                 f"user{post_id % 5000}", created, 3, 4, 0.9, None, created + 60)
            )  # fmt: skip
            if post_id % LEADS_PER_POST == 0:
                explanation = json.dumps({"parts": {"fit": 55}, "reasons": [["fit", 55, "invented"]]})
                found.append((post_id, post_id, 55, explanation, "freelance", created, created + 60))
        connection.executemany(f"INSERT INTO posts VALUES ({','.join('?' * 14)}, NULL)", posts)
        connection.executemany(
            "INSERT INTO leads (id, campaign_id, post_id, status, score, intent, stance, sentiment, scored_by,"
            " explanation, subreddit, created_at, found_at) VALUES (?,1,?,'new',?,'none','none','neutral','local',?,?,?,?)",
            found,
        )
        connection.execute(
            "INSERT INTO posts_fts(rowid, title, body) SELECT id, title, body FROM posts WHERE id BETWEEN ? AND ?",
            (first, last),
        )
    connection.execute("INSERT INTO lead_counts VALUES (1, 'new', ?)", (number // LEADS_PER_POST,))
    connection.execute("COMMIT")
    connection.close()


def _other(dice: random.Random) -> str:
    """One of some thousands of words that no campaign knows."""
    number = int(min(dice.paretovariate(0.6), 40_000))
    letters = "etaoinshrdlu"
    word = "z"
    while number:
        number, place = divmod(number, len(letters))
        word += letters[place]
    return word


async def _prepare(home: Path) -> None:
    engine = await Engine.open(Config(home=home, path=home / "config.toml"))
    await engine.campaigns.add(CAMPAIGN)
    await engine.close()


async def measure(home: Path, keyword: str) -> None:
    """Type the keyword and print what was measured."""
    config = Config(home=home, path=home / "config.toml", metrics=Metrics(enabled=False), ui=UI())
    engine = await Engine.open(config)
    answers: list[tuple[float, str, Outcome]] = []
    ask = engine.desk.try_edit

    async def open_desk() -> Desk:
        return engine.desk

    exact = asyncio.Event()

    async def listening(name: str, edit: Edit, wanted: Callable[[], bool]) -> AsyncIterator[Outcome]:
        async for outcome in ask(name, edit, wanted):
            answers.append((time.perf_counter(), edit.text, outcome))
            if outcome.done and edit.text == keyword:
                exact.set()
            yield outcome

    engine.desk.try_edit = listening  # type: ignore[method-assign, assignment]
    gc.disable()  # as the dashboard starts: what is there after the first frame is never collected
    app = LeadTuiApp(config, FirstPage(), open_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        while app.main.leads.list.total == 0:
            await pilot.pause(0.05)
        await pilot.pause(0.5)
        await pilot.press("+")
        while not isinstance(app.screen, Change):
            await pilot.pause(0.01)
        idle = Ticker()
        with idle:
            await asyncio.sleep(3)
        ticker = Ticker()
        with ticker:
            for letter in keyword:
                app.screen.input.insert_text_at_cursor(letter)
                await asyncio.sleep(BETWEEN_KEYS)
            typed = time.perf_counter() - BETWEEN_KEYS
            await exact.wait()
        last = [(at, outcome) for at, text, outcome in answers if text == keyword]
        before = len({text for _, text, _ in answers}) - 1
        matching = next(at for at, one in last if one.looked >= min(one.matched, 2_000))
        final = last[-1][1]
        print(f"{final.stored:,} posts stored, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
        print(
            f"“{keyword}”: {final.matched:,} posts hold it; {final.enter:,} in, {final.leave:,} out, {final.stay:,} stay"
        )
        print(f"unfinished words answered while typing  {before:>8}")
        print(f"last key to first answer                {1_000 * (last[0][0] - typed):>8.0f} ms")
        print(f"last key to the posts with the words    {1_000 * (matching - typed):>8.0f} ms")
        print(f"last key to the exact answer            {1_000 * (last[-1][0] - typed):>8.0f} ms")
        for name, one in (("", ticker), (", idle", idle)):
            print(
                f"{f'longest block of the event loop{name}':<40}{1_000 * one.longest:>8.1f} ms"
                f" ({1_000 * one.busiest:.1f} ms of processor time; {one.over} over 50 ms)"
            )
    await engine.close()


def main() -> None:
    """Make the posts and measure."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--posts", type=int, default=100_000)
    options.add_argument("--keyword", default="late payment")
    options.add_argument("--keep", type=Path, help="where to keep the posts for the next run")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (chosen.keep or Path(folder)) / f"backtest-{chosen.posts}"
        if not (home / "leadtui.db").exists():
            make(home, chosen.posts)
        asyncio.run(measure(home, chosen.keyword))


if __name__ == "__main__":
    main()
