"""`leadtui score` beside what people use instead, each as a whole process that reads and writes the same files.

    python -m tests.bench.score [--posts 100000] [--rounds 3]

The programs take turns, so that the machine's mood hits all alike; figures are medians, ratios medians per round.
Memory is the most that the process and its helpers held together.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import invented_posts

_INTENT_SCORE = """
import json, sys
from intent_score.scorer import IntentScorer
score = IntentScorer().score
for line in open(sys.argv[1], encoding="utf-8"):
    post = json.loads(line)
    found = score(post["title"] + " " + post["body"])
    sys.stdout.write(json.dumps({"id": post["id"], **found.to_dict()}) + "\\n")
"""
_IN_LOOP = """
import json, sys
keywords = json.load(open(sys.argv[2], encoding="utf-8"))
for line in open(sys.argv[1], encoding="utf-8"):
    post = json.loads(line)
    text = (post["title"] + " " + post["body"]).lower()
    found = [keyword for keyword in keywords if keyword in text]
    sys.stdout.write(json.dumps({"id": post["id"], "found": found}) + "\\n")
"""
KEYWORDS = 1_000


@dataclass
class Result:
    """One run of a program."""

    seconds: float
    cpu: float
    memory_mib: float


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--posts", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        posts, tenth = folder / "posts.jsonl", folder / "tenth.jsonl"
        invented_posts.write(posts, chosen.posts)
        invented_posts.write(tenth, chosen.posts // 10)
        ordinary, many, listed = folder / "ordinary.toml", folder / "many.toml", folder / "keywords.json"
        invented_posts.write_campaign(ordinary)
        invented_posts.write_campaign(many, KEYWORDS)
        listed.write_text(json.dumps(invented_posts.keywords(KEYWORDS)))
        ours = [sys.executable, "-m", "leadtui", "score", "--campaign"]
        programs = {
            "leadtui score": [*ours, str(ordinary), str(posts)],
            f"leadtui score, {KEYWORDS:,} keywords": [*ours, str(many), str(posts)],
            "intent-score": [sys.executable, "-c", _INTENT_SCORE, str(posts)],
            f"in loop, {KEYWORDS:,} keywords": [sys.executable, "-c", _IN_LOOP, str(posts), str(listed)],
        }
        results: dict[str, list[Result]] = {program: [] for program in programs}
        for _ in range(chosen.rounds):
            for program, arguments in programs.items():
                results[program].append(_run(arguments, folder))
        small = _run([*ours, str(ordinary), str(tenth)], folder)
    _print(results, chosen.posts, small)


def _run(arguments: list[str], home: Path) -> Result:
    environment = {**os.environ, "LEADTUI_HOME": str(home / "home")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    most = 0
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env=environment) as running:
        while running.poll() is None:
            most = max(most, _held(running.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - started
    if running.returncode:
        raise SystemExit(f"{' '.join(arguments[:4])} ended with {running.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Result(seconds, cpu, most / 1024)


def _held(pid: int) -> int:
    """Return the resident memory of a process and its children in KiB; 0 where /proc does not tell."""
    total = 0
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (str(pid), *children):
            for line in Path(f"/proc/{each}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1])
    except OSError:
        return total
    return total


def _print(results: dict[str, list[Result]], posts: int, small: Result) -> None:
    names = list(results)
    rounds = len(results[names[0]])
    print(f"{posts:,} posts, {rounds} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
    print(f"{'program':<32}{'posts/s':>9}{'seconds':>9}{'cpu s':>8}{'MiB':>6}")
    for name, listed in results.items():
        seconds, cpu, memory = (
            statistics.median(getattr(each, field) for each in listed)
            for field in ("seconds", "cpu", "memory_mib")
        )
        print(f"{name:<32}{posts / seconds:>9,.0f}{seconds:>9.1f}{cpu:>8.1f}{memory:>6.0f}")
    for ours, theirs in ((names[0], names[2]), (names[1], names[3])):
        ratio = statistics.median(
            other.seconds / one.seconds for one, other in zip(results[ours], results[theirs], strict=True)
        )
        print(f"{ours} is {ratio:.1f} times as fast as {theirs}")
    large = statistics.median(each.memory_mib for each in results[names[0]])
    print(f"{names[0]} on {posts // 10:,} posts: {small.memory_mib:.0f} MiB, on {posts:,}: {large:.0f} MiB")


if __name__ == "__main__":
    main()
