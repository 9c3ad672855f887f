"""Cross-posts on the command line: one row with a count, the others named."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.running import Cli, jsonl, post, process

BODY = "Two of us, forty clients, and FreshBooks is too dear. What do you use for late payment reminders?"


@pytest.fixture
def told(stocked: Cli) -> Cli:
    """A home in which one author asked in three subreddits."""
    copies = [
        post(
            f"c{number}",
            body=BODY,
            author="ann",
            subreddit=subreddit,
            permalink=f"/r/{subreddit}/comments/c{number}/",
        )
        for number, subreddit in enumerate(("freelance", "smallbusiness", "bakery"))
    ]
    assert stocked("import", "--json", stdin=jsonl(copies)).json["new_leads"] == 1
    return stocked


def test_a_story_is_one_row_in_every_output(told: Cli) -> None:
    (lead,) = told("leads", "list", "is:copied", "--json").json["leads"]
    assert {lead["post"]["id"], *(copy["id"] for copy in lead["copies"])} == {"pc0", "pc1", "pc2"}
    assert lead["copies"][0].keys() == {"id", "subreddit", "created_at", "permalink"}
    assert told("leads", "list", "is:copied").out.splitlines()[1].endswith(" ×3")
    shown = told("leads", "show", str(lead["id"]))
    for copy in lead["copies"]:
        assert f"r/{copy['subreddit']} · age unknown · {copy['permalink']}" in shown.out
    (row,) = csv.DictReader(io.StringIO(told("leads", "export", "is:copied").out))
    assert row["copies"].split() == [copy["id"] for copy in lead["copies"]]
    assert "Posted 3 times, also in r/" in told("leads", "export", "is:copied", "--format", "md").out
    for kind in ("json", "jsonl"):
        assert '"copies": [{"id": "pc' in told("leads", "export", "is:copied", "--format", kind).out
    assert told("leads", "list", "-is:copied", "--json").json["leads"][0]["copies"] == []


def test_taking_copies_in_again_brings_nothing_new(told: Cli) -> None:
    copies = [post(f"c{number}", body=BODY, author="ann", subreddit="freelance") for number in (0, 9)]
    again = told("import", "--json", stdin=jsonl(copies)).json
    assert (again["new_posts"], again["new_leads"]) == (1, 0)
    (lead,) = told("leads", "list", "is:copied", "--json").json["leads"]
    assert len(lead["copies"]) == 3


def test_a_verdict_holds_for_all(told: Cli) -> None:
    (lead,) = told("leads", "list", "is:copied", "--json").json["leads"]
    assert told("leads", "set", "ignored", str(lead["id"])).out == "1 lead ignored\n"
    told("import", stdin=jsonl([post("c5", body=BODY, author="ann", subreddit="webdev")]))
    assert told("leads", "list", "status:new", "author:ann", "--json").json["leads"] == []


def test_processes_that_import_copies_at_once_make_one_row(stocked: Cli) -> None:
    from concurrent.futures import ThreadPoolExecutor

    files = []
    for number in range(3):
        file = stocked.home.parent / f"{number}.jsonl"
        file.write_text(
            jsonl(post(f"c{number}x{place}", body=BODY, author="ann") for place in range(40)), "utf-8"
        )
        files.append(file)
    with ThreadPoolExecutor() as threads:
        results = list(threads.map(lambda file: process("import", "--json", file, home=stocked.home), files))
    assert [result.code for result in results] == [0, 0, 0]
    assert sum(json.loads(result.out)["new_leads"] for result in results) == 1
    (lead,) = stocked("leads", "list", "is:copied", "--json").json["leads"]
    assert len(lead["copies"]) == 100
    assert stocked("leads", "list", "is:copied").out.splitlines()[1].endswith(" ×120")
