"""Pipes that close, outputs that are full, streams that are not there."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, command, environment, jsonl, post, process
from tests.e2e.service import check_whole, rows

READERS = (["leads", "list", "--limit", "0"], ["leads", "list", "--json"], ["leads", "export"])


def test_a_reader_that_has_seen_enough_ends_it_as_any_filter(stocked_home: Path) -> None:
    campaign = stocked_home / "campaign.toml"
    campaign.write_text(CAMPAIGN, "utf-8")
    posts = stocked_home / "posts.jsonl"
    posts.write_text(jsonl(post(number) for number in range(2_000)), "utf-8")
    for arguments in (*READERS, ["score", "--campaign", str(campaign), str(posts)]):
        with subprocess.Popen(
            command(*arguments), env=environment(stocked_home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            assert running.stdout.readline()
            running.stdout.close()
            assert running.wait(60) == -signal.SIGPIPE, arguments
            assert running.stderr.read() == b"", arguments


def test_an_output_that_is_full_is_one_line(stocked_home: Path) -> None:
    for arguments in (*READERS, ["leads", "show", "1"], ["config", "show"]):
        with open("/dev/full", "wb") as full:
            result = process(*arguments, home=stocked_home, stdout=full.fileno())
        result.failed(7, "full")


def test_streams_that_are_closed_do_no_harm(stocked_home: Path) -> None:
    before = len(rows(stocked_home, "SELECT 1 FROM leads"))
    for closed in ((0,), (1,), (2,), (0, 1, 2)):

        def close(numbers: tuple[int, ...] = closed) -> None:
            for number in numbers:
                os.close(number)

        assert process("leads", "set", "saved", "1", home=stocked_home, preexec=close).code == 0
    assert process("import", home=stocked_home, preexec=close).code == 0
    check_whole(stocked_home)
    assert len(rows(stocked_home, "SELECT 1 FROM leads")) == before


def test_an_error_that_nobody_can_read_still_has_its_code(stocked_home: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("leads", "show", "999999"),
            env=environment(stocked_home),
            stderr=full,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    assert done.returncode == 2


def test_titles_of_any_script_reach_a_terminal_of_any_encoding(campaign_home: Path) -> None:
    title = "which invoicing software? 請求書 🚀 naïve"
    assert process("import", home=campaign_home, stdin=jsonl([post(1, title)])).code == 0
    for encoding, shown in (
        ("latin-1", "\\u8acb\\u6c42\\u66f8 \\U0001f680 naïve"),
        ("ascii", ""),
        ("utf-8", title),
    ):
        done = subprocess.run(
            command("leads", "list"),
            env=environment(campaign_home, PYTHONIOENCODING=encoding),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert shown in done.stdout.decode(encoding, "replace")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_interrupted_ends_by_the_signal_and_keeps_what_it_had(
    campaign_home: Path, many_posts: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        command("import", many_posts),
        env=environment(campaign_home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        while running.poll() is None and not rows(campaign_home, "SELECT 1 FROM posts LIMIT 1"):
            pass
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (-number, b"", b"")
    check_whole(campaign_home)
    assert 0 < rows(campaign_home, "SELECT count(*) FROM posts")[0][0] < 4_900
