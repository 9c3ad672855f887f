"""`eval` and `campaigns forget`: what verdicts taught, measured and forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Cli, jsonl, post

LIKED = "Looking for invoicing software for a bakery, any recommendations?"
DISLIKED = "Looking for invoicing software for a dropshipping store, any recommendations?"
GUIDE = "I built invoicing software for freelancers, looking for beta testers, what do you use?"


@pytest.fixture
def judged(cli: Cli, campaign: Path) -> Cli:
    """A campaign with 12 saved and 12 ignored leads, two of them sellers', and four that nobody judged."""
    text = campaign.read_text("utf-8").replace("min_score = 40", "min_score = 1")
    assert cli("campaigns", "add", "--file", "-", stdin=text).code == 0
    titles = [LIKED] * 12 + [DISLIKED] * 10 + [GUIDE] * 2 + [LIKED, DISLIKED] * 2
    cli("import", stdin=jsonl(post(f"{number:02}", title) for number, title in enumerate(titles)))
    leads = cli("leads", "list", "--json").json["leads"]
    assert len(leads) == 28
    by_post = {lead["post"]["id"]: str(lead["id"]) for lead in leads}
    ids = [by_post[f"p{number:02}"] for number in range(24)]
    cli("leads", "set", "saved", *ids[:12])
    cli("leads", "set", "ignored", *ids[12:])
    return cli


def test_the_table(judged: Cli) -> None:
    assert judged("eval").out == (
        "ledgerly: 24 verdicts, 12 wanted and 12 ignored\n"
        "\n"
        "                              before   after\n"
        "  precision                     0.50    0.50\n"
        "  recall                        1.00    1.00\n"
        "  F1                            0.67    0.67\n"
        "  NDCG@10                       1.00    1.00\n"
        "  P@10                          1.00    1.00\n"
        "\n"
        "  ignored, but called a lead  before   after\n"
        "  other (10)                    100%    100%\n"
        "  seller (2)                    100%    100%\n"
    )


def test_the_document(judged: Cli) -> None:
    (found,) = judged("eval", "--json").json["campaigns"]
    assert (found["campaign"], found["verdicts"], found["wanted"], found["ignored"]) == (
        "ledgerly",
        24,
        12,
        12,
    )
    assert found["missing"] == ""
    assert found["before"].keys() == found["after"].keys() == {"precision", "recall", "f1", "ndcg@10", "p@10"}
    assert found["after"]["ndcg@10"] >= found["before"]["ndcg@10"]
    assert {leak["class"] for leak in found["leakage"]} == {"other", "seller"}
    assert judged("eval", "--campaign", "LEDGERLY", "--json").json["campaigns"] == [found]


def test_too_few_verdicts_say_how_many_are_missing(stocked: Cli) -> None:
    found = stocked("eval")
    assert found.code == 0
    assert found.out == (
        "ledgerly: 0 verdicts, 0 wanted and 0 ignored\n"
        "  learning starts after 20 more verdicts, among them 5 saved and 5 ignored\n"
    )
    stocked("leads", "set", "saved", "1", "2")
    assert (
        "0 ignored\n  learning starts after 18 more verdicts, among them 3 saved and 5 ignored\n"
        in stocked("eval").out
    )
    assert "  precision                     1.00       -\n" in stocked("eval").out
    (document,) = stocked("eval", "--json").json["campaigns"]
    assert document["after"] is None
    assert document["before"]["precision"] == 1.0
    assert document["leakage"] == []


def test_no_campaigns_and_unknown_ones(cli: Cli) -> None:
    assert "campaigns add --file" in cli("eval").out
    assert cli("eval", "--json").json["campaigns"] == []
    cli("eval", "--campaign", "nope").failed(2, "nope")


def test_learning_is_shown_and_forgotten(judged: Cli) -> None:
    assert "learning" in judged("campaigns", "list").out
    assert judged("import", stdin="").code == 0
    assert "learned from 24 verdicts" in judged("campaigns", "list").out
    new = judged("leads", "list", "status:new", "--json").json["leads"]
    assert [lead["post"]["title"] for lead in new] == [LIKED, LIKED, DISLIKED, DISLIKED]
    assert new[0]["parts"]["learned"] > 0 > new[3]["parts"]["learned"]
    shown = judged("leads", "show", str(new[0]["id"])).out
    assert f"learned    {new[0]['parts']['learned']:+d}\n" in shown
    assert "“bakery” (title)" in shown
    assert any(
        json.loads(line)["parts"]["learned"]
        for line in judged("leads", "export", "--format", "jsonl", "status:new").out.splitlines()
    )

    assert judged("campaigns", "forget", "ledgerly").out == (
        "campaign ledgerly learns anew from the next verdicts · 4 scores changed back\n"
    )
    assert judged("campaigns", "forget", "ledgerly", "--json").json == {
        "schema": 1, "campaign": "ledgerly", "rescored": 0,
    }  # fmt: skip
    assert "learns: 0 of 20 verdicts" in judged("campaigns", "list").out
    again = judged("leads", "list", "status:new", "--json").json["leads"]
    assert all("learned" not in lead["parts"] for lead in again)
    judged("campaigns", "forget", "nope").failed(2, "nope")
