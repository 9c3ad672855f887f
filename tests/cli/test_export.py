"""`leads export`: files that other programs read."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from pathlib import Path

import pytest

from tests.cli.running import Cli, Result, jsonl, post, process

FORMULAS = [
    "=HYPERLINK(\"http://x.example\",\"invoicing software\")", "+1 invoicing software", "-2+3 invoicing software",
    "@SUM(1) invoicing software", "  =1+1 invoicing software", "＝1 invoicing software", "=cmd|' /C calc'!A0 invoicing software",
]  # fmt: skip


def rows(result: Result) -> list[dict[str, str]]:
    assert result.code == 0, result
    return list(csv.DictReader(io.StringIO(result.out, newline="")))


def test_csv_reads_back_as_what_was_stored(stocked: Cli) -> None:
    wild = post(
        9, 'invoicing software, "quoted"', body='line one\nline two, with "quotes"; and\ttabs', author="a,b"
    )
    stocked("import", stdin=jsonl([wild]))
    stocked("leads", "note", "4", "first\nsecond")
    read = rows(stocked("leads", "export"))
    listed = {str(lead["id"]): lead for lead in stocked("leads", "list", "--json").json["leads"]}
    assert {row["id"] for row in read} == listed.keys()
    for row in read:
        lead = listed[row["id"]]
        assert (row["title"], row["body"]) == (lead["post"]["title"], lead["post"]["body"])
        assert row["author"] == (lead["post"]["author"] or "")
        assert (int(row["score"]), row["status"], row["notes"]) == (
            lead["score"],
            lead["status"],
            lead["notes"],
        )
        assert row["found_at"] == lead["found_at"]
        assert "fit +" in row["reasons"]


def test_no_cell_is_a_formula_unless_asked_for(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    cli(
        "import",
        stdin=jsonl(
            post(number, text, body=text, author=f"=x{number}") for number, text in enumerate(FORMULAS)
        ),
    )
    cli("leads", "note", "1", "=1+1")
    guarded = rows(cli("leads", "export"))
    assert len(guarded) == len(FORMULAS)
    for row in guarded:
        for name in ("title", "body", "author"):
            assert row[name].startswith("'"), row
    assert {row["notes"] for row in guarded} == {"'=1+1", ""}
    raw = rows(cli("leads", "export", "--raw"))
    assert {row["title"] for row in raw} == set(FORMULAS)
    assert {row["title"].removeprefix("'") for row in guarded} == set(FORMULAS)


def test_json_and_json_lines_are_the_leads_of_the_list(stocked: Cli) -> None:
    listed = stocked("leads", "list", "--json").json["leads"]
    assert stocked("leads", "export", "--format", "json").json["leads"] == listed
    assert stocked("leads", "export", "--format", "jsonl").lines == listed


def test_markdown_holds_no_markup_of_strangers(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    title = "[click](http://x.example) <script> # **invoicing software** `x` | y"
    body = "Which one should I buy? Looking for a FreshBooks alternative."
    cli("import", stdin=jsonl([post(1, title, body=body, permalink="/r/freelance/comments/abc/")]))
    text = cli("leads", "export", "--format", "md").out
    head = text.splitlines()[0]
    assert head.startswith("## ")
    assert re.sub(r"\\(.)", r"\1", head).endswith(title)
    assert not re.search(r"(?<!\\)[\[\]<`*|]", head)
    assert "<https://www.reddit.com/r/freelance/comments/abc/>" in text


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "md"])
def test_a_file_holds_what_stdout_would(stocked: Cli, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "leads.out"
    out.write_text("old", "utf-8")
    result = stocked("leads", "export", "--format", kind, "--out", out)
    assert (result.code, result.out) == (0, f"3 leads written to {out}\n")
    assert out.read_bytes().decode() == stocked("leads", "export", "--format", kind).out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["missing/leads.csv", "file/leads.csv", "."])
def test_an_unwritable_place_is_one_line_and_exit_7(stocked: Cli, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    stocked("leads", "export", "--out", tmp_path / place).failed(7, "cannot be written")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_wrong_query_leaves_the_old_file_alone(stocked: Cli, tmp_path: Path) -> None:
    out = tmp_path / "leads.csv"
    out.write_text("old", "utf-8")
    stocked("leads", "export", "score:>>", "--out", out).failed(2)
    assert out.read_text("utf-8") == "old"


def test_a_file_that_cannot_become_whole_does_not_appear(stocked: Cli, tmp_path: Path) -> None:
    import resource
    import signal

    stocked("import", stdin=jsonl(post(f"big{n}", body="word " * 2_000) for n in range(200)))
    out = tmp_path / "leads.csv"
    out.write_text("old", "utf-8")

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    result = process("leads", "export", "--out", out, home=stocked.home, preexec=small_files)
    result.failed(7, str(out))
    assert out.read_text("utf-8") == "old"
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".leadtui")] == []


def test_a_link_is_followed_and_a_device_is_written_to_not_replaced(stocked: Cli, tmp_path: Path) -> None:
    target = tmp_path / "target.csv"
    target.write_text("old", "utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    assert stocked("leads", "export", "--out", link).code == 0
    assert link.is_symlink()
    assert target.read_text("utf-8").startswith("id,campaign,")

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert stocked("leads", "export", "--format", "jsonl", "--out", pipe).code == 0
    assert len([json.loads(line) for line in os.read(reader, 1_000_000).splitlines()]) == 3
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)

    stocked("leads", "export", "--out", "/dev/full").failed(7, "/dev/full")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
