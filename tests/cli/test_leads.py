"""`leads list`, `show`, `set` and `note`: the queue on the command line."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadtui.domain.models import PARTS, LeadStatus
from tests.cli.running import Cli, jsonl, lead_ids, post

LEAD = {
    "id", "campaign", "status", "found_at", "post", "score", "lead", "intent", "stance", "sentiment", "parts", "reasons",
    "scored_by", "notes", "tags",
}  # fmt: skip
POST = {
    "id",
    "kind",
    "subreddit",
    "title",
    "body",
    "author",
    "created_at",
    "score",
    "num_comments",
    "permalink",
}


def test_leads_come_best_first_in_the_shape_that_the_contract_words(stocked: Cli) -> None:
    result = stocked("leads", "list", "--json")
    assert (result.code, result.err) == (0, "")
    leads = result.json["leads"]
    assert len(leads) == 3
    assert [lead["score"] for lead in leads] == sorted((lead["score"] for lead in leads), reverse=True)
    for lead in leads:
        assert lead.keys() >= LEAD
        assert lead["post"].keys() == POST
        assert lead["status"] == "new"
        assert lead["parts"].keys() == set(PARTS)
        assert lead["found_at"].endswith("Z")
        assert datetime.fromisoformat(lead["found_at"]).tzinfo == UTC
        text = f"{lead['post']['title']}\n{lead['post']['body']}"
        for reason in lead["reasons"]:
            if reason["start"] is not None:
                assert text[reason["start"] : reason["end"]] == reason["text"]


def test_people_get_a_ranked_and_explained_list(stocked: Cli) -> None:
    shown = stocked("leads", "list")
    heads = [line for line in shown.out.splitlines() if line.startswith("#")]
    scores = [int(line.split()[1]) for line in heads]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3
    assert "fit +" in shown.out
    assert "FreshBooks is too dear" in shown.out


def test_no_leads_is_no_error(cli: Cli) -> None:
    assert cli("leads", "list").out == "no leads yet\n"
    assert cli("leads", "list", "--json").json == {"schema": 1, "leads": []}
    assert cli("leads", "list", "score:>99").out == "no leads match score:>99\n"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (["status:new"], 3),
        (["author:writer0"], 1),
        (["title:freshbooks"], 1),
        (["freshbooks", "-author:writer0"], 0),
        (["-freshbooks"], 2),
        (["-is:seen", "-title:freshbooks"], 2),
        (['"forty clients"'], 1),
        (["(forty OR recommend)", "sub:freelance"], 2),
        (["score:>10", "campaign:ledgerly", "age:<2d", "kind:post"], 3),
        (["-hiring"], 3),
    ],
)
def test_queries_are_written_as_in_the_filter_bar(stocked: Cli, query: list[str], found: int) -> None:
    assert len(lead_ids(stocked("leads", "list", *query, "--json"))) == found
    assert len(lead_ids(stocked("leads", "list", "--json", " ".join(query)))) == found
    assert len(stocked("leads", "export", *query, "--format", "jsonl").lines) == found


def test_a_wrong_query_prints_one_line_that_names_the_column(stocked: Cli) -> None:
    wrong = ("score:>>", "sub:", "(a", "status:nope", 'title:"open', "age:<2x", "sort:nothing", "score:x")
    for query in wrong:
        stocked("leads", "list", query).failed(2, "column ")
    stocked("leads", "list", "score:>>", "--json").failed(2, "column ")
    for kind in ("csv", "json", "jsonl", "md"):
        stocked("leads", "export", "score:>>", "--format", kind).failed(2, "column ")


def test_no_query_reaches_the_database_as_anything_but_words(stocked: Cli) -> None:
    wild = [
        "'; DROP TABLE leads; --x",
        '" OR 1=1',
        "%_%",
        "a*b",
        "NEAR(a b)",
        "c++",
        "don't",
        "🚀",
        "-",
        "x" * 9_000,
    ]
    for query in (*wild, *(f"title:{word}" for word in wild)):
        result = stocked("leads", "list", query)
        assert result.code in (0, 2), result
    assert len(lead_ids(stocked("leads", "list", "--json"))) == 3


def test_a_limit_holds_and_says_so(stocked: Cli) -> None:
    stocked("import", stdin=jsonl(post(f"more{number}") for number in range(60)))
    assert len(lead_ids(stocked("leads", "list", "--json"))) == 63
    assert len(lead_ids(stocked("leads", "list", "--json", "--limit", "5"))) == 5
    short = stocked("leads", "list")
    assert len(re.findall(r"^#", short.out, re.MULTILINE)) == 50
    assert short.err == "50 of 63; --limit 0 for all\n"
    assert len(re.findall(r"^#", stocked("leads", "list", "--limit", "0").out, re.MULTILINE)) == 63


def test_one_lead_whole(stocked: Cli) -> None:
    lead = stocked("leads", "list", "--json", "author:writer0").json["leads"][0]
    shown = stocked("leads", "show", str(lead["id"]), "--json").json
    assert shown.pop("schema") == 1
    assert shown == lead
    readable = stocked("leads", "show", str(lead["id"])).out
    assert "What do you recommend?" in re.sub(r" \[\w+ [+-]\d+\]", "", readable)
    assert f"score {lead['score']}:" in readable
    for part, points in lead["parts"].items():
        assert re.search(rf"^  {part} +{re.escape(format(points, '+d'))}$", readable, re.MULTILINE)


def test_a_verdict_on_several_leads(stocked: Cli) -> None:
    first, second, third = lead_ids(stocked("leads", "list", "--json"))
    changed = stocked("leads", "set", "saved", str(first), str(second), str(first), "--json").json
    assert changed == {"schema": 1, "status": "saved", "changed": 2}
    assert set(lead_ids(stocked("leads", "list", "--json", "status:saved"))) == {first, second}
    assert lead_ids(stocked("leads", "list", "--json", "status:new")) == [third]
    assert stocked("leads", "set", "ignored", str(third)).out == "1 lead ignored\n"


def test_every_status_of_the_contract_can_be_given(stocked: Cli) -> None:
    for status in LeadStatus:
        assert stocked("leads", "set", status, "1").code == 0
        assert stocked("leads", "show", "1", "--json").json["status"] == status


def test_an_unknown_lead_or_status_changes_nothing(stocked: Cli) -> None:
    stocked("leads", "set", "saved", "1", "2", "77").failed(2, "77", "nothing was changed")
    stocked("leads", "set", "nice", "1").failed(2, '"nice"', "saved")
    assert len(lead_ids(stocked("leads", "list", "--json", "status:new"))) == 3


def test_a_snooze_has_an_end(stocked: Cli) -> None:
    assert stocked("leads", "set", "snoozed", "1", "--for", "2h").code == 0
    lead = stocked("leads", "show", "1", "--json").json
    rests = datetime.fromisoformat(lead["snoozed_until"]) - datetime.now(UTC)
    assert 6_900 < rests.total_seconds() < 7_300
    for span in ("2", "h", "2y", "-2h", "99999h", ""):
        if span:
            stocked("leads", "set", "snoozed", "1", f"--for={span}").failed(2, "--for")
    stocked("leads", "set", "saved", "1", "--for", "2h").failed(2, "--for")
    assert stocked("leads", "show", "1", "--json").json["status"] == "snoozed"


def test_a_note_is_kept_cleaned_and_removed(stocked: Cli) -> None:
    assert (
        stocked("leads", "note", "1", "call \x1b[31mthem\nnext week", "--json").json["notes"]
        == "call ␛[31mthem\nnext week"
    )
    assert stocked("leads", "show", "1", "--json").json["notes"] == "call ␛[31mthem\nnext week"
    assert "note: call" in stocked("leads", "show", "1").out
    assert stocked("leads", "note", "1", "").code == 0
    assert stocked("leads", "show", "1", "--json").json["notes"] == ""


def test_hostile_posts_are_text_on_every_way_out(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    evil = "\x1b]0;owned\x07\x9b2J\x1b[2J which invoicing software \u202e[@click=app.quit]x[/] \r"
    cli(
        "import",
        stdin=json.dumps(post(1, evil, body=evil, author=evil, permalink="javascript:alert(1)")) + "\n",
    )
    outs = [cli("leads", "list").out, cli("leads", "show", "1").out]
    outs += [cli("leads", "export", "--format", kind).out for kind in ("csv", "md")]
    for out in outs:
        assert "which invoicing software" in out.replace("\\", "")
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", out)
        assert "javascript" not in out
