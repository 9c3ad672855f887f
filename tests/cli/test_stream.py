"""Scoring a stream: the same answers however it comes and whoever computes them, and nobody left behind."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtui.cli.stream import Answer, Block, score_stream
from leadtui.domain.campaign import parse
from leadtui.sources import jsonl as reading
from tests.cli.running import CAMPAIGN, command, environment, jsonl, post, process

LEDGERLY = parse(CAMPAIGN, "test")


class Pieces(io.RawIOBase):
    """A stream that brings its content in pieces of given lengths."""

    def __init__(self, content: bytes, lengths: list[int]) -> None:
        super().__init__()
        self._rest = content
        self._lengths = iter(lengths)

    def read1(self, _: int) -> bytes:
        """The next piece; the rest in one when the lengths have run out."""
        length = next(self._lengths, len(self._rest))
        piece, self._rest = self._rest[:length], self._rest[length:]
        return piece


def scored(content: bytes, lengths: list[int]) -> tuple[bytes, bool, int]:
    """What is written, whether a line was bad, and the bytes that were said to be done."""
    written: list[bytes] = []
    done: list[int] = []

    def write(block: Block, answer: Answer) -> None:
        written.append(answer.lines)
        done.append(block.size)

    bad = score_stream(LEDGERLY, Pieces(content, lengths), 1_000.0, write, 1)  # type: ignore[arg-type]
    return b"".join(written), bad, sum(done)


LINES = st.sampled_from(
    [
        json.dumps(post(1, "FreshBooks or Wave?", body="a\r\nb &amp; c")).encode(),
        json.dumps(post("ü", "späte Rechnungen 🧾"), ensure_ascii=False).encode(),
        b"nonsense",
        b"",
        b"  \r",
        b"\xff\xfe",
        b'{"id": 5}',
        b"x" * 300,
        b"x" * 301,
        b'{"id": "long", "subreddit": "s", "title": "' + b"y" * 400 + b'"}',
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, max_size=12),
    ended=st.booleans(),
    lengths=st.lists(st.integers(1, 500), max_size=60),
)
def test_the_pieces_in_which_a_stream_comes_change_nothing(
    monkeypatch: pytest.MonkeyPatch, lines: list[bytes], ended: bool, lengths: list[int]
) -> None:
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 300)
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    whole = scored(content, [])
    assert scored(content, lengths) == whole
    assert whole[2] == len(content)
    told = [line for line in content.split(b"\n") if line.strip()]
    assert whole[0].count(b"\n") == len(told)


def test_any_number_of_processes_gives_the_same_bytes(campaign: Path, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    lines = [json.dumps(post(number, body=f"late payment reminders {number} " * 20)) for number in range(900)]
    lines[7] = lines[500] = lines[899] = "nonsense"
    file.write_text("\n".join(lines), "utf-8")
    results = [
        process("score", "--campaign", campaign, "--jobs", jobs, file) for jobs in ("1", "2", "3", "2")
    ]
    assert {result.code for result in results} == {3}
    assert {result.err for result in results} == {""}
    assert len({result.out for result in results}) == 1
    documents = results[0].lines
    assert [document.get("line") for document in documents if "error" in document] == [8, 501, 900]
    assert [document.get("id", "bad") for document in documents] == [
        "bad" if lines[number] == "nonsense" else f"p{number}" for number in range(900)
    ]


@contextmanager
def started(campaign: Path, home: Path, stderr: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """`leadtui score` with two helpers, waiting for posts on a pipe."""
    with subprocess.Popen(
        command("score", "--campaign", campaign, "--jobs", "2"),
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        bufsize=0,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def asked(running: subprocess.Popen[bytes], number: int) -> str:
    """Feed one post and return the id in the answer, which must come while the input is open."""
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(jsonl([post(number)]).encode())
    readable, _, _ = select.select([running.stdout], [], [], 60)
    assert readable, "no answer while the input is open"
    return str(json.loads(running.stdout.readline())["id"])


def helpers(running: subprocess.Popen[bytes]) -> list[int]:
    """The processes that score for it."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [pid for pid, parent in pairs if parent == running.pid]


def wait_until_gone(pids: list[int]) -> None:
    """Fail if one of the processes stays."""
    for _ in range(600):
        if not any(map(lives, pids)):
            return
        time.sleep(0.05)
    raise AssertionError("a helper was left behind")


def lives(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] not in ("", "Z")


def test_helpers_answer_each_line_before_the_next_one_comes(campaign: Path, tmp_path: Path) -> None:
    with started(campaign, tmp_path) as running:
        assert [asked(running, number) for number in range(5)] == [f"p{number}" for number in range(5)]
        pids = helpers(running)
        assert len(pids) == 2
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(60) == 0
    wait_until_gone(pids)


def test_a_killed_helper_costs_no_line(campaign: Path, tmp_path: Path) -> None:
    with started(campaign, tmp_path) as running:
        assert asked(running, 0) == "p0"
        for pid in helpers(running):
            os.kill(pid, signal.SIGKILL)
            assert asked(running, pid) == f"p{pid}"
        assert [asked(running, number) for number in range(4)] == [f"p{number}" for number in range(4)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_the_helpers_too(campaign: Path, tmp_path: Path, number: signal.Signals) -> None:
    with started(campaign, tmp_path) as running:
        asked(running, 0)
        pids = helpers(running)
        running.send_signal(number)
        assert running.wait(60) == -number
        assert running.stderr is not None
        assert running.stderr.read() == b""
    wait_until_gone(pids)


def test_a_reader_that_has_seen_enough_ends_it_quietly(campaign: Path, tmp_path: Path) -> None:
    with started(campaign, tmp_path) as running:
        asked(running, 0)
        pids = helpers(running)
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        running.stdin.write(jsonl([post(1)]).encode())
        assert running.wait(60) == -signal.SIGPIPE
        assert running.stderr.read() == b""
    wait_until_gone(pids)


def test_a_terminal_is_told_how_far_it_is(campaign: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    seen = b""
    with started(campaign, tmp_path, stderr=theirs) as running:
        for number in range(3_000):
            asked(running, number)
            if select.select([ours], [], [], 0)[0]:
                seen += os.read(ours, 4_096)
            if b"a second" in seen:
                break
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(60) == 0
        seen += os.read(ours, 4_096)
    os.close(ours)
    os.close(theirs)
    assert b" posts \xc2\xb7 " in seen
    assert seen.endswith(b"\r\x1b[K"), "the line is wiped away at the end"


def test_an_input_that_breaks_off_is_one_line(campaign: Path, tmp_path: Path) -> None:
    process("score", "--campaign", campaign, tmp_path).failed(2, "cannot be read")
