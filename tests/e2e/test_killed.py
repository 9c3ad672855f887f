"""Killed at any moment, an import leaves whole transactions, and run again it ends as if nothing had happened."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.running import CAMPAIGN, command, environment, process
from tests.e2e.service import check_whole, contents, rows

KILLS = 5


def test_killed_imports_end_in_the_same_rows(campaign_home: Path, tmp_path: Path, many_posts: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(campaign_home, undisturbed)
    first = process("import", many_posts, "--json", home=undisturbed).json
    expected = contents(undisturbed)
    assert first["new_posts"] == len(expected["posts"]) > 4_800
    assert first["new_leads"] == len(expected["leads"]) > 500
    check_whole(undisturbed)

    dice = random.Random(8672)
    stored = []
    for number, moment in enumerate((_at_random, _in_commit)):
        home = tmp_path / f"killed{number}"
        shutil.copytree(campaign_home, home)
        for _ in range(KILLS):
            stored.append(_killed_import(home, many_posts, moment(home, dice)))
            check_whole(home)
        last = process("import", many_posts, "--json", home=home).json
        assert last["new_posts"] == len(expected["posts"]) - stored[-1]
        check_whole(home)
        assert contents(home) == expected
    assert len({count for count in stored if 0 < count < len(expected["posts"])}) > 2, stored

    again = process("import", many_posts, "--json", home=home).json
    assert (again["new_posts"], again["new_leads"]) == (0, 0)
    assert contents(home) == expected


def _killed_import(home: Path, posts: Path, moment: Callable[[], bool]) -> int:
    """Kill an import when `moment` comes, and return how many posts are stored then."""
    with subprocess.Popen(
        command("import", posts), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        while running.poll() is None and not moment():
            time.sleep(0.001)
        running.kill()
    count: int = rows(home, "SELECT count(*) FROM posts")[0][0]
    return count


def _at_random(home: Path, dice: random.Random) -> Callable[[], bool]:
    """True some time after the process began to write."""
    began = _in_commit(home, dice)
    delay = dice.uniform(0, 0.6)
    deadline = 0.0

    def come() -> bool:
        nonlocal deadline
        if not deadline and began():
            deadline = time.monotonic() + delay
        return bool(deadline) and time.monotonic() > deadline

    return come


def _in_commit(home: Path, dice: random.Random) -> Callable[[], bool]:
    """True as soon as the log of the database grows past a random number of pages: in the midst of writing."""
    log = home / "leadtui.db-wal"
    wanted = dice.randrange(1, 200) * 8192

    def come() -> bool:
        try:
            return log.stat().st_size > wanted
        except FileNotFoundError:
            return False

    return come


def test_a_killed_backfill_goes_on_where_it_was(home: Path, many_posts: Path, tmp_path: Path) -> None:
    assert process("import", many_posts, home=home).code == 0
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(home, undisturbed)
    assert process("campaigns", "add", "--file", "-", home=undisturbed, stdin=CAMPAIGN).code == 0

    campaign = tmp_path / "campaign.toml"
    campaign.write_text(CAMPAIGN, "utf-8")
    with subprocess.Popen(
        command("campaigns", "add", "--file", campaign), env=environment(home), stdout=subprocess.DEVNULL
    ) as adding:
        while adding.poll() is None and not rows(home, "SELECT 1 FROM leads LIMIT 1"):
            time.sleep(0.001)
        adding.kill()
    assert 0 < len(contents(home)["leads"]) < len(contents(undisturbed)["leads"])
    check_whole(home)
    assert process("import", home=home, stdin="").code == 0  # whatever comes next finishes it
    check_whole(home)
    assert contents(home) == contents(undisturbed)
