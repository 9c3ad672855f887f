"""`campaigns`: added, shown, changed and removed, with their leads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, Cli, jsonl, lead_ids, post


def test_a_campaign_comes_out_as_it_went_in(cli: Cli, campaign: Path, tmp_path: Path) -> None:
    assert cli("campaigns", "add", "--file", campaign, "--json").json == {
        "schema": 1, "campaign": "ledgerly", "new_leads": 0,
    }  # fmt: skip
    shown = cli("campaigns", "show", "Ledgerly")
    assert tomllib.loads(shown.out).items() >= tomllib.loads(CAMPAIGN).items()
    document = cli("campaigns", "show", "ledgerly", "--json").json
    assert document.pop("schema") == 1
    assert document == tomllib.loads(shown.out)

    copy = tmp_path / "copy.toml"
    copy.write_text(shown.out.replace('"ledgerly"', '"copy"'), "utf-8")
    assert cli("campaigns", "add", "--file", copy).code == 0
    assert cli("campaigns", "show", "copy").out == copy.read_text("utf-8")


def test_a_campaign_from_stdin(cli: Cli) -> None:
    assert cli("campaigns", "add", "--file", "-", stdin=CAMPAIGN).code == 0
    assert cli("campaigns", "add", "--file", "-", stdin=b"\xff\xfe").code == 2
    cli("campaigns", "add", "--file", "-", stdin="x" * 2_000_000).failed(2, "stdin", "1 MiB")


def test_the_same_name_in_any_case_is_refused(cli: Cli, campaign: Path) -> None:
    cli("campaigns", "add", "--file", campaign)
    cli("campaigns", "add", "--file", campaign).failed(2, '"ledgerly"', "exists already")
    cli("campaigns", "add", "--file", "-", stdin=CAMPAIGN.replace("ledgerly", "LEDGERLY")).failed(
        2, "exists already"
    )
    assert len(cli("campaigns", "list", "--json").json["campaigns"]) == 1


def test_the_list_counts_leads(stocked: Cli) -> None:
    stocked("leads", "set", "saved", "1")
    (listed,) = stocked("campaigns", "list", "--json").json["campaigns"]
    assert listed["name"] == "ledgerly"
    assert (listed["leads"]["new"], listed["leads"]["saved"]) == (2, 1)
    assert stocked("campaigns", "list").out.startswith("ledgerly  2 new of 3 leads")


def test_no_campaigns_says_how_to_make_one(cli: Cli) -> None:
    assert "campaigns add --file" in cli("campaigns", "list").out
    assert cli("campaigns", "list", "--json").json["campaigns"] == []


def test_a_changed_campaign_scores_what_is_stored_again(stocked: Cli) -> None:
    stocked("leads", "note", "1", "worth a call")
    changed = CAMPAIGN.replace('"invoicing software", ', '"tree surgeon", ').replace(
        "min_score = 40", "min_score = 90"
    )
    result = stocked("campaigns", "edit", "ledgerly", "--file", "-", "--json", stdin=changed)
    assert result.code == 0
    left = stocked("leads", "list", "--json").json["leads"]
    assert [lead["notes"] for lead in left] == ["worth a call"]  # what somebody worked on stays
    assert stocked("campaigns", "edit", "ledgerly", "--file", "-", stdin=CAMPAIGN).code == 0
    assert len(lead_ids(stocked("leads", "list", "--json"))) == 3
    assert stocked("campaigns", "edit", "ledgerly", "--file", "-", stdin=CAMPAIGN).out == "nothing changed\n"


def test_a_campaign_can_be_renamed_but_not_onto_another(stocked: Cli) -> None:
    renamed = CAMPAIGN.replace("ledgerly", "billfold")
    assert stocked("campaigns", "edit", "ledgerly", "--file", "-", stdin=renamed).code == 0
    assert {lead["campaign"] for lead in stocked("leads", "list", "--json").json["leads"]} == {"billfold"}
    stocked("campaigns", "add", "--file", "-", stdin=CAMPAIGN)
    stocked("campaigns", "edit", "ledgerly", "--file", "-", stdin=renamed).failed(2, "exists already")


def test_editing_without_a_terminal_names_the_option(stocked: Cli) -> None:
    stocked("campaigns", "edit", "ledgerly").failed(2, "--file")


def test_a_broken_change_changes_nothing(stocked: Cli) -> None:
    before = stocked("campaigns", "show", "ledgerly").out
    stocked("campaigns", "edit", "ledgerly", "--file", "-", stdin="name = ").failed(2, "stdin", "TOML")
    assert stocked("campaigns", "show", "ledgerly").out == before


def test_a_removed_campaign_takes_its_leads_and_leaves_the_posts(stocked: Cli, campaign: Path) -> None:
    assert stocked("campaigns", "remove", "LEDGERLY", "--json").json == {
        "schema": 1,
        "removed": "ledgerly",
        "leads": 3,
    }
    assert lead_ids(stocked("leads", "list", "--json")) == []
    assert stocked("feeds", "list", "--json").json["feeds"] == []
    assert stocked("import", "--json", stdin=jsonl([post(1)])).json["new_posts"] == 0
    assert stocked("campaigns", "add", "--file", campaign, "--json").json["new_leads"] == 3


@pytest.mark.parametrize("name", ["ünïcode 🚀", 'quo"te', "a" * 80, "tab\there"])
def test_odd_names_work_everywhere(cli: Cli, name: str) -> None:
    escaped = name.replace('"', '\\"').replace("\t", "\\t")
    assert cli("campaigns", "add", "--file", "-", stdin=CAMPAIGN.replace("ledgerly", escaped)).code == 0
    (listed,) = cli("campaigns", "list", "--json").json["campaigns"]
    assert cli("campaigns", "show", listed["name"]).code == 0
    cli("import", stdin=jsonl([post(1)]))
    assert cli("leads", "list", "--json").json["leads"][0]["campaign"] == listed["name"]
    assert cli("campaigns", "remove", listed["name"]).code == 0


def test_a_change_is_tried_saved_and_taken_back(stocked: Cli) -> None:
    before = stocked("leads", "list", "--json").out
    tried = stocked("campaigns", "try", "Ledgerly", "--negative", "invoicing", "--json")
    assert {key: tried.json[key] for key in ("campaign", "saved", "enter", "leave", "stay", "done")} == {
        "campaign": "ledgerly", "saved": False, "enter": 0, "leave": 3, "stay": 0, "done": True,
    }  # fmt: skip
    assert stocked("leads", "list", "--json").out == before

    told = stocked("campaigns", "try", "ledgerly", "--negative", "invoicing")
    assert "ledgerly with negative keyword “invoicing”: 0 leads in, 3 out, 0 stay" in told.out
    assert "which invoicing software should I buy? · invoicing" in told.out
    assert told.err == "nothing was changed; --save does it\n"

    saved = stocked("campaigns", "try", "ledgerly", "--negative", "invoicing", "--save")
    assert "campaigns undo ledgerly" in saved.out
    assert stocked("leads", "list", "--json").json["leads"] == []
    assert stocked("campaigns", "undo", "ledgerly", "--json").json["undone"] is True
    assert len(lead_ids(stocked("leads", "list", "--json"))) == 3
    assert stocked("campaigns", "undo", "ledgerly").out == "no change to take back\n"


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--keyword", "a", "--negative", "b"],
        ["--keyword", ""],
        ["--min-score", "x"],
        ["--negative", "a", "--drop", "b"],
        ["--drop", "no keyword of it"],
    ],
)
def test_a_change_that_is_none_is_refused(stocked: Cli, options: list[str]) -> None:
    stocked("campaigns", "try", "ledgerly", *options).failed(2)


def test_a_keyword_is_dropped_or_replaced(stocked: Cli) -> None:
    told = stocked("campaigns", "try", "ledgerly", "--drop", "invoicing software")
    assert "without the keyword “invoicing software”" in told.out
    stocked(
        "campaigns", "try", "ledgerly", "--drop", "invoicing software", "--keyword", "billing app", "--save"
    )
    assert tomllib.loads(stocked("campaigns", "show", "ledgerly").out)["keywords"] == [
        "late payment reminders", "billing app",
    ]  # fmt: skip


def test_the_health_of_keywords(stocked: Cli) -> None:
    found = stocked("campaigns", "health", "ledgerly", "--json").json
    assert [(one["keyword"], one["posts"], one["leads"]) for one in found["keywords"]] == [
        ("invoicing software", 3, 3), ("late payment reminders", 1, 1),
    ]  # fmt: skip
    told = stocked("campaigns", "health", "ledgerly").out.splitlines()
    assert told[0].split() == ["keyword", "state", "posts", "leads", "wanted", "ignored"]
    assert told[1].split() == ["invoicing", "software", "healthy", "3", "3", "0", "0"]
    stocked("campaigns", "health", "nobody").failed(2, "nobody")
