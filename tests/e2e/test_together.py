"""Several processes on one home."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, command, environment, process
from tests.e2e.service import check_whole, rows


@pytest.mark.parametrize(("count", "round_"), [(2, 1), (8, 1), (8, 2)])
def test_processes_that_start_at_once_on_an_empty_home(home: Path, count: int, round_: int) -> None:
    running = [
        subprocess.Popen(
            command("campaigns", "list", "--json"),
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    for one in running:
        out, err = one.communicate(timeout=60)
        assert (one.returncode, err) == (0, b"")
        assert json.loads(out) == {"schema": 1, "campaigns": []}
    assert len(rows(home, "SELECT version_num FROM alembic_version")) == 1
    check_whole(home)


def test_two_imports_of_the_same_posts_at_once_store_each_once(campaign_home: Path, many_posts: Path) -> None:
    running = [
        subprocess.Popen(
            command("import", many_posts, "--json"),
            env=environment(campaign_home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    outs = [one.communicate(timeout=120) for one in running]
    assert [(one.returncode, err) for one, (_, err) in zip(running, outs, strict=True)] == [(0, b"")] * 2
    done = [json.loads(out) for out, _ in outs]
    assert (
        sum(document["new_posts"] for document in done)
        == rows(campaign_home, "SELECT count(*) FROM posts")[0][0]
    )
    assert (
        sum(document["new_leads"] for document in done)
        == rows(campaign_home, "SELECT count(*) FROM leads")[0][0]
    )
    check_whole(campaign_home)


def test_the_same_campaign_added_twice_at_once_is_there_once(home: Path) -> None:
    assert process("campaigns", "list", home=home).code == 0
    running = [
        subprocess.Popen(
            command("campaigns", "add", "--file", "-"), env=environment(home), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    for one in running:
        assert one.stdin is not None
        one.stdin.write(CAMPAIGN.encode())
        one.stdin.close()
        one.stdin = None
    errors = [one.communicate(timeout=60)[1] for one in running]
    assert sorted(one.returncode for one in running) == [0, 2, 2], errors
    assert rows(home, "SELECT count(*) FROM campaigns") == [(1,)]
