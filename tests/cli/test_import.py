"""`import`, `feeds` and `discover`: posts in, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Cli, jsonl, post

POSTS = [post(number, f"which invoicing software is best for trade number {number}?") for number in range(50)]


def test_an_import_says_what_it_did_and_a_second_one_finds_nothing_new(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    first = cli("import", "--json", stdin=jsonl(POSTS))
    assert first.code == 0
    expected = {"schema": 1, "read": 50, "new_posts": 50, "new_leads": 50, "bad_lines": 0, "errors": []}
    assert first.json == expected
    again = cli("import", "--json", stdin=jsonl(POSTS))
    assert again.json == {**expected, "new_posts": 0, "new_leads": 0}
    assert len(cli("leads", "list", "--json").json["leads"]) == 50


def test_a_bad_line_does_not_stop_the_rest(cli: Cli, campaign: Path, tmp_path: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    lines = [json.dumps(item) for item in POSTS[:5]]
    lines[1:1] = ["nonsense", '{"id": "x"}']
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    result = cli("import", file, "--json")
    assert result.code == 3
    document = result.json
    assert (document["read"], document["new_posts"], document["bad_lines"]) == (7, 5, 2)
    assert [error["line"] for error in document["errors"]] == [2, 3]
    readable = cli("import", file)
    assert readable.code == 3
    assert "5 new" not in readable.out
    assert "2 bad lines" in readable.out
    assert [line.split(":")[0] for line in readable.err.splitlines()] == ["line 2", "line 3"]


def test_more_bad_lines_than_anybody_reads_are_counted(cli: Cli) -> None:
    stdin = "nonsense\n" * 2_500 + jsonl([post(1)])
    result = cli("import", "--json", stdin=stdin)
    assert result.code == 3
    assert (result.json["read"], result.json["bad_lines"], result.json["new_posts"]) == (2_501, 2_500, 1)
    assert len(result.json["errors"]) == 1_000
    assert "\nand 2,480 more bad lines\n" in cli("import", stdin=stdin).err


def test_posts_wait_for_their_first_campaign(cli: Cli, campaign: Path) -> None:
    result = cli("import", stdin=jsonl(POSTS))
    assert result.code == 0
    assert "no campaign yet" in result.err
    assert cli("campaigns", "add", "--file", campaign, "--json").json["new_leads"] == 50


def test_an_import_for_one_campaign_makes_leads_for_no_other(
    cli: Cli, campaign: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(campaign.read_text("utf-8").replace('"ledgerly"', '"rival"'), "utf-8")
    for file in (campaign, other):
        assert cli("campaigns", "add", "--file", file).code == 0
    assert cli("import", "--campaign", "rival", "--json", stdin=jsonl(POSTS)).json["new_leads"] == 50
    assert {lead["campaign"] for lead in cli("leads", "list", "--json").json["leads"]} == {"rival"}
    cli("import", "--campaign", "nobody", stdin=jsonl(POSTS)).failed(2, '"nobody"', "rival")


def test_what_came_in_is_what_comes_out(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    full = post(
        1, body="Two of us.", author="writer", created_utc=1_700_000_000, score=7, num_comments=3,
        upvote_ratio=0.9, permalink="/r/freelance/comments/x/", kind="comment",
    )  # fmt: skip
    cli("import", stdin=jsonl([full, post(2)]))
    by_id = {lead["post"]["id"]: lead["post"] for lead in cli("leads", "list", "--json").json["leads"]}
    assert by_id["p1"] == {
        "id": "p1", "kind": "comment", "subreddit": "freelance", "title": full["title"], "body": "Two of us.",
        "author": "writer", "created_at": "2023-11-14T22:13:20Z", "score": 7, "num_comments": 3,
        "permalink": "/r/freelance/comments/x/",
    }  # fmt: skip
    empty = {"author": None, "created_at": None, "score": None, "num_comments": None, "permalink": None}
    assert by_id["p2"] == {
        "id": "p2",
        "kind": "post",
        "subreddit": "freelance",
        "title": full["title"],
        "body": "",
        **empty,
    }


def test_unreadable_input_is_one_line(cli: Cli, tmp_path: Path) -> None:
    cli("import", tmp_path / "missing.jsonl").failed(2, "missing.jsonl")
    cli("import", tmp_path).failed(2, str(tmp_path))


def test_a_feed_of_a_growing_file_is_read_on_where_it_was(cli: Cli, campaign: Path, tmp_path: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    file = tmp_path / "growing.jsonl"
    file.write_text(jsonl(POSTS[:3]), "utf-8")
    assert cli("feeds", "add", "jsonl", "growing.jsonl", "--json").json["feed"] == f"jsonl:{file}"
    cli("feeds", "add", "jsonl", "growing.jsonl").failed(2, "growing.jsonl", "already")

    first = cli("discover", "--json").json
    assert first == {"schema": 1, "feeds": 1, "fetched": 3, "new_posts": 3, "new_leads": 3, "errors": []}
    with file.open("a", encoding="utf-8") as stream:
        stream.write(jsonl(POSTS[3:5]) + '{"id": "half')
    second = cli("discover", "--json").json
    assert (second["fetched"], second["new_posts"]) == (2, 2)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('", "subreddit": "s", "title": "which invoicing software?"}\n')
    assert cli("discover", "--json").json["new_posts"] == 1
    assert cli("discover", "--json").json["fetched"] == 0

    (by_hand,) = [feed for feed in cli("feeds", "list", "--json").json["feeds"] if feed["mode"] == "jsonl"]
    assert by_hand["name"] == f"jsonl:{file}"
    assert (by_hand["posts"], by_hand["errors"]) == (6, 0)
    assert by_hand["last_poll"] < by_hand["next_poll"]


def test_feeds_have_the_fields_that_the_contract_words(stocked: Cli, tmp_path: Path) -> None:
    stocked("feeds", "add", "jsonl", tmp_path / "later.jsonl")
    listed = stocked("feeds", "list", "--json").json["feeds"]
    wanted = {
        "name",
        "mode",
        "last_poll",
        "next_poll",
        "newest_post",
        "posts",
        "errors",
        "requests_left",
        "gap",
    }
    assert all(wanted <= feed.keys() for feed in listed)
    assert {feed["name"]: feed["mode"] for feed in listed} == {
        f"jsonl:{tmp_path}/later.jsonl": "jsonl",
        "r/freelance": "off",
    }
    readable = stocked("feeds", "list").out
    assert "r/freelance  off" in readable
    assert "later.jsonl  jsonl · never polled · due now" in readable


def test_a_feed_that_fails_is_told_and_does_not_stop_the_others(
    cli: Cli, campaign: Path, tmp_path: Path
) -> None:
    cli("campaigns", "add", "--file", campaign)
    good = tmp_path / "good.jsonl"
    good.write_text(jsonl(POSTS), "utf-8")
    for file in (tmp_path / "a-missing.jsonl", good, tmp_path):
        assert cli("feeds", "add", "jsonl", file).code == 0
    result = cli("discover", "--json")
    assert result.code == 3
    assert (result.json["feeds"], result.json["new_posts"]) == (3, 50)
    told = {Path(error["feed"].removeprefix("jsonl:")): error["error"] for error in result.json["errors"]}
    assert told.keys() == {tmp_path / "a-missing.jsonl", tmp_path}
    assert "no such file" in told[tmp_path / "a-missing.jsonl"]
    failing = {feed["name"]: feed["errors"] for feed in cli("feeds", "list", "--json").json["feeds"]}
    assert failing[f"jsonl:{tmp_path}/a-missing.jsonl"] == 1


def test_a_feed_that_was_removed_is_polled_no_more_and_its_posts_stay(stocked: Cli, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(jsonl(POSTS), "utf-8")
    stocked("feeds", "add", "jsonl", file)
    assert stocked("discover", "--json").json["new_posts"] == 47  # three are there under the same ids
    assert stocked("feeds", "remove", f"jsonl:{file}", "--json").json["removed"] == f"jsonl:{file}"
    assert stocked("discover", "--json").json["feeds"] == 0
    assert len(stocked("leads", "list", "--json").json["leads"]) == 50


@pytest.mark.parametrize("name", ["ledgerly", "LEDGERLY"])
def test_discovery_for_one_campaign(stocked: Cli, name: str) -> None:
    assert stocked("discover", "--campaign", name, "--json").json["feeds"] == 0


def test_a_pass_that_can_read_nothing_says_what_to_do(stocked: Cli) -> None:
    result = stocked("discover")
    assert result.code == 0
    assert "leadtui import" in result.err
