"""`leadtui run` as a process, and what its endpoint says."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.cli.running import command, environment

PATIENCE = 40.0
"""Seconds after which a test gives up; nothing is asserted about how quick things are."""


def wait_for(what: Callable[[], object], why: str) -> None:
    """Look again until `what` is true."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, f"waited in vain: {why}"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """A running `leadtui run`; killed at the end if the test did not end it."""

    def __init__(self, home: Path, *, port: int | None = None, **variables: str) -> None:
        self.home = home
        self.port = port or free_port()
        self._log = home.parent / f"service-{self.port}-{time.monotonic_ns()}.log"
        variables = {"LEADTUI_METRICS__PORT": str(self.port), **variables}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command("run"),
                env=environment(home, **variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; 0 while nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> tuple[int, dict[str, Any]]:
        """What /ready says."""
        status, body = self.get("/ready")
        return status, json.loads(body) if body else {}

    def value(self, name: str, **labels: str) -> float | None:
        """One sample of /metrics."""
        return next(
            (
                sample.value
                for family in text_string_to_metric_families(self.get("/metrics")[1])
                for sample in family.samples
                if sample.name == name and labels.items() <= sample.labels.items()
            ),
            None,
        )

    def wait_until_ready(self) -> None:
        """Wait for the first 200."""
        wait_for(lambda: self.ready()[0] == 200 or self.process.poll() is not None, "for /ready")
        assert self.process.poll() is None, self.stderr

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    @property
    def stderr(self) -> str:
        """What it wrote so far."""
        return self._log.read_text("utf-8")

    def events(self) -> list[dict[str, Any]]:
        """The log records on its stderr."""
        return [json.loads(line) for line in self.stderr.splitlines() if line.startswith("{")]


def rows(home: Path, statement: str) -> list[tuple[Any, ...]]:
    """Ask the database of a home, as a stranger to leadtui would."""
    with closing(sqlite3.connect(home / "leadtui.db", timeout=30)) as connection:
        return connection.execute(statement).fetchall()


def contents(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that posts became, without ids and times of finding."""
    return {
        "posts": rows(
            home,
            "SELECT ext_id, source, kind, subreddit, title, body, author, created_at, score, num_comments, upvote_ratio,"
            " permalink FROM posts ORDER BY 1",
        ),
        "leads": rows(
            home,
            "SELECT c.name, p.ext_id, l.status, l.score, l.intent, l.stance, l.sentiment, l.scored_by, l.explanation,"
            " l.subreddit, l.notes, l.tags FROM leads l JOIN posts p ON p.id = l.post_id"
            " JOIN campaigns c ON c.id = l.campaign_id ORDER BY 1, 2",
        ),
        "counts": rows(
            home, "SELECT status, sum(leads) FROM lead_counts GROUP BY 1 HAVING sum(leads) > 0 ORDER BY 1"
        ),
        "backfill": rows(home, "SELECT backfill_from, backfill_to FROM campaigns"),
    }


def check_whole(home: Path) -> None:
    """Check what no crash may break: the file, its references, its counts, and that nothing is there twice."""
    assert rows(home, "PRAGMA integrity_check") == [("ok",)]
    assert rows(home, "PRAGMA foreign_key_check") == []
    assert rows(home, "SELECT ext_id FROM posts GROUP BY 1 HAVING count(*) > 1") == []
    assert rows(home, "SELECT 1 FROM leads GROUP BY campaign_id, post_id HAVING count(*) > 1") == []
    counted = "SELECT campaign_id, status, count(*) FROM leads GROUP BY 1, 2 ORDER BY 1, 2"
    kept = "SELECT campaign_id, status, leads FROM lead_counts WHERE leads > 0 ORDER BY 1, 2"
    assert rows(home, counted) == rows(home, kept)
    tables = {name for (name,) in rows(home, "SELECT name FROM sqlite_master WHERE sql LIKE '%fts5%'")}
    assert tables
    for table in tables:
        assert rows(home, f"SELECT count(*) FROM {table}") == rows(home, "SELECT count(*) FROM posts")


def secret_places(home: Path) -> Iterator[tuple[str, str]]:
    """Everything readable under a home, by its path."""
    for path in home.rglob("*"):
        with suppress(OSError):
            if path.is_file() and path.name != "config.toml":
                yield str(path), re.sub(r"\s+", " ", path.read_bytes().decode("utf-8", "replace"))
