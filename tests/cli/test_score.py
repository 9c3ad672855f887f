"""`leadtui score`: a filter that needs no database."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path

import pytest

from leadtui.domain.models import PARTS
from leadtui.text import clean, clean_line
from tests.cli.running import Cli, command, environment, jsonl, post

FIELDS = {"id", "score", "lead", "intent", "stance", "sentiment", "parts", "reasons", "scored_by"}


def test_a_score_has_the_shape_that_the_contract_words(cli: Cli, campaign: Path) -> None:
    posts = [post(1, body="Looking for a FreshBooks alternative."), post(2, "Weekly chat", kind="comment")]
    result = cli("score", "--campaign", campaign, stdin=jsonl(posts))
    assert (result.code, result.err) == (0, "")
    good, dull = result.lines
    for document, identity in ((good, "p1"), (dull, "p2")):
        assert document.keys() == FIELDS
        assert document["id"] == identity
        assert document["parts"].keys() == set(PARTS)
        assert sum(document["parts"].values()) == document["score"]
        assert document["lead"] is (document["score"] >= 40)
        assert document["scored_by"] == "local"
        for reason in document["reasons"]:
            assert reason.keys() == {"part", "points", "text", "start", "end"}
    assert good["lead"] is True
    assert dull["lead"] is False


def test_one_line_out_per_line_in_in_the_same_order(cli: Cli, campaign: Path, tmp_path: Path) -> None:
    lines = [json.dumps(post(number, f"title {number}")) for number in range(200)]
    bad = {3: "nonsense", 50: '{"id": "x"}', 120: "[1, 2]", 199: '{"id": "x", "subreddit": "s", "title": 5}'}
    for number, line in bad.items():
        lines[number] = line
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(lines), "utf-8")  # the last line lacks its line feed
    for result in (
        cli("score", "--campaign", campaign, file),
        cli("score", "--campaign", campaign, "-", stdin=file.read_bytes()),
        cli("score", "--campaign", campaign, stdin=file.read_bytes()),
    ):
        assert (result.code, result.err) == (3, "")
        assert len(result.lines) == len(lines)
        for number, document in enumerate(result.lines):
            if number in bad:
                assert document.keys() == {"line", "error"}
                assert document["line"] == number + 1
                assert document["error"]
            else:
                assert document["id"] == f"p{number}"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Looking for invoicing software", "late payment reminders, FreshBooks"),
        (
            "\x1b[31mLooking\x1b[0m for invoicing software",
            "a\r\nb\r\nlate payment reminders\x00 with FreshBooks",
        ),
        ("&lt;b&gt; &amp;amp; invoicing software &#128640;", "R&amp;D wants late payment&nbsp;reminders"),
        ("👩‍👩‍👧 which invoicing software 🚀", "été 請求書 late payment reminders\u202e FreshBooks \u200b!"),
        ("zero\u200bwidth invoicing\u00a0software", "\ufeffFreshBooks\u2028late payment reminders"),
        ("half a pair \ud83d which invoicing software", "FreshBooks \udc00 late payment reminders"),
        ("x" * 990 + " invoicing software", "Wave? FreshBooks? " + "y" * 45_000 + " FreshBooks"),
    ],
)
def test_spans_index_the_text_as_it_came_in(cli: Cli, campaign: Path, title: str, body: str) -> None:
    (document,) = cli("score", "--campaign", campaign, stdin=jsonl([post(1, title, body=body)])).lines
    raw = f"{title}\n{body}"
    spans = [reason for reason in document["reasons"] if reason["start"] is not None]
    assert any(
        "freshbooks" in reason["text"].casefold() or "late payment" in reason["text"] for reason in spans
    )
    for reason in spans:
        assert 0 <= reason["start"] < reason["end"] <= len(raw)
        cut = clean(raw[reason["start"] : reason["end"]])
        assert clean_line(cut).strip() == clean_line(reason["text"]).strip()


def test_the_same_post_always_gets_the_same_score(cli: Cli, campaign: Path) -> None:
    first, second = (cli("score", "--campaign", campaign, stdin=jsonl([post(1), post(1)])) for _ in range(2))
    assert first.out == second.out
    assert first.lines[0] == first.lines[1]


def test_a_campaign_file_needs_neither_home_nor_database(cli: Cli, campaign: Path) -> None:
    assert cli("score", "--campaign", campaign, stdin=jsonl([post(1)])).code == 0
    assert not cli.home.exists()


def test_a_stored_campaign_scores_as_its_file_does(stocked: Cli, campaign: Path) -> None:
    by_file = stocked("score", "--campaign", campaign, stdin=jsonl([post(1)]))
    by_name = stocked("score", "--campaign", "LEDGERLY", stdin=jsonl([post(1)]))
    assert by_file.out == by_name.out


def test_nothing_in_nothing_out(cli: Cli, campaign: Path) -> None:
    result = cli("score", "--campaign", campaign)
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('name = "x"\nkeyword = ["a"]', '"keywords"'),
        ("name = ", "TOML"),
        ('keywords = ["a"]', '"name"'),
        ('name = "x"\nmin_score = 200', '"min_score"'),
        ('name = "x"\nkeywords = "a"', '"keywords"'),
        ('name = "x"\nsubreddits = ["a b"]', '"a b"'),
    ],
)
def test_a_broken_campaign_file_is_one_line(cli: Cli, tmp_path: Path, text: str, part: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text, "utf-8")
    cli("score", "--campaign", file, stdin=jsonl([post(1)])).failed(2, "broken.toml", part)


def test_an_answer_comes_before_the_next_line_is_asked_for(campaign: Path, tmp_path: Path) -> None:
    arguments = command("score", "--campaign", campaign)
    with subprocess.Popen(
        arguments,
        env=environment(tmp_path / "home"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(3):
            running.stdin.write(jsonl([post(number)]).encode())
            readable, _, _ = select.select([running.stdout], [], [], 60)
            assert readable, "no answer while the input is open"
            assert json.loads(running.stdout.readline())["id"] == f"p{number}"
        running.stdin.close()
        assert running.wait(60) == 0


_MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdin=open(sys.argv[1], "rb"), stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(campaign: Path, tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        file = tmp_path / f"{lines}.jsonl"
        line = jsonl([post(1, body="word " * 40_000)])
        with file.open("w", encoding="utf-8") as stream:
            for _ in range(lines):
                stream.write(line)
        arguments = [sys.executable, "-c", _MEASURED, str(file), *command("score", "--campaign", campaign)]
        done = subprocess.run(arguments, env=environment(tmp_path / "home"), capture_output=True, check=True)
        file.unlink()
        code, kilobytes = map(int, done.stdout.split())
        assert code == 0
        return kilobytes

    small, large = peak(5), peak(400)  # 1 MB and 80 MB
    assert large - small < 20_000, f"{small} KB for a small file, {large} KB for a large one"
