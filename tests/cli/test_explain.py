"""A lead for a person to read: phrases marked in the post, in words everywhere and in colours on a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, Cli, command, jsonl, post
from tests.terminal import Terminal

BODY = (
    "I built a spreadsheet for it once. FreshBooks is too dear, and whoever still pays for it has never had forty "
    "clients who all pay late.\n\nWhat do you use for late payment reminders? 請求書 & offers too."
)


@pytest.fixture
def told(cli: Cli) -> Cli:
    """A home with one lead that has reasons for and against it."""
    assert cli("campaigns", "add", "--file", "-", stdin=CAMPAIGN.replace("40", "1")).code == 0
    asked = post(
        1, "Looking for invoicing software", body=BODY, author="ann", created_utc=1_790_000_000 - 9e7
    )
    assert cli("import", "--json", stdin=jsonl([asked])).json["new_leads"] == 1
    return cli


def on_terminal(home: Path, *before: str, columns: int = 72) -> tuple[list[str], bytes]:
    """The screen after `leads show 1`, and the bytes that made it."""
    arguments = [*before, *command("leads", "show", "1")]
    variables = {"LEADTUI_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    terminal = Terminal(arguments, env=variables, columns=columns, rows=60)
    try:
        seen = b""
        while terminal.painted("reach ") is None:
            seen += terminal.read(0.5, quiet=0.2)
        return terminal.screen(), seen + terminal.read(0.5, quiet=0.2)
    finally:
        terminal.close()


def test_piped_it_is_plain_words(told: Cli) -> None:
    lead = told("leads", "show", "1", "--json").json
    shown = told("leads", "show", "1").out
    assert "\x1b" not in shown
    marks = re.findall(r" \[(\w+) ([+-]\d+)\]", shown)
    spans = [reason for reason in lead["reasons"] if reason["start"] is not None and reason["points"]]
    assert sorted((part, int(points)) for part, points in marks) == sorted(
        (reason["part"], reason["points"]) for reason in spans
    )
    tag = r"(?: \[\w+ [+-]\d+\])*"
    for reason in spans:
        # Others may stand within it.
        words = tag.join(map(re.escape, reason["text"]))
        assert re.search(
            rf"{words}{tag} \[{reason['part']} {re.escape(format(reason['points'], '+d'))}\]", shown
        )
    unmarked = re.sub(r" \[\w+ [+-]\d+\]", "", shown)
    assert f"\n{BODY}\n" in unmarked, "the text stands there whole, line for line"


def test_what_takes_points_away_says_so(told: Cli) -> None:
    lead = told("leads", "show", "1", "--json").json
    shown = told("leads", "show", "1").out
    taken = [reason for reason in lead["reasons"] if reason["points"] < 0]
    assert taken
    for reason in taken:
        assert re.search(
            rf"^ +{reason['points']}  against: .*{re.escape(reason['text'])}", shown, re.MULTILINE
        )
    given = sum(reason["points"] for reason in lead["reasons"] if reason["points"] > 0)
    against = sum(reason["points"] for reason in taken)
    assert f"; {given:+d} for, {against:+d} against\n" in shown


def test_a_terminal_gets_colours_and_lines_that_break_between_words(told: Cli) -> None:
    for columns in (44, 72, 130):
        screen, seen = on_terminal(told.home, columns=columns)
        assert b"\x1b[4m" in seen or b"\x1b[32m\x1b[4m" in seen
        assert b"\x1b[31m" in seen, "points taken away are red"
        words = set(re.sub(r" \[\w+ [+-]\d+\]", "", told("leads", "show", "1").out).split())
        shown = re.sub(r" \[\w+ [+-]\d+\]", "", " ".join(screen)).split()
        cut = [word for word in shown if word not in words and word.isascii()]
        assert cut == [], columns


def test_no_color_is_heard(told: Cli) -> None:
    screen, seen = on_terminal(told.home, "env", "NO_COLOR=1")
    assert b"\x1b[" not in seen
    assert any("[fit +" in line for line in screen)


def test_a_lead_may_be_named_as_lists_name_it(told: Cli) -> None:
    assert told("leads", "show", "#1").out == told("leads", "show", "1").out
    assert told("leads", "set", "saved", "#1").out == "1 lead saved\n"
    assert told("leads", "note", "#1", "call them").code == 0
    assert len(told("leads", "list", "id:#1", "--json").json["leads"]) == 1
    told("leads", "show", "x1").failed(2, '"x1" is no lead', "12 or #12")
    for number in ("0", "99999999999", "9" * 200):
        told("leads", "show", number).failed(2, "there is no lead ")


def test_a_campaign_that_there_is_not_is_named_with_the_nearest(told: Cli) -> None:
    told("leads", "list", "campaign:ledgrly").failed(2, '"ledgrly"', "did you mean ledgerly?")
    told("leads", "list", "--json", "score:>5 -(campaign:nothing)").failed(2, '"nothing"', "known: ledgerly")
    told("leads", "export", "campaign:ledgrly", "--format", "json").failed(2, '"ledgrly"')
    assert told("leads", "list", "campaign:LEDGERLY").code == 0


def test_the_reasons_of_a_row_are_whole(told: Cli) -> None:
    lead = told("leads", "show", "1", "--json").json
    line = told("leads", "list").out.splitlines()[2].strip()
    told_reasons = line.split(" · ")
    more = re.fullmatch(r"and (\d+) more", told_reasons[-1])
    shown = told_reasons[:-1] if more else told_reasons
    every = {f"{reason['part']} {reason['points']:+d} {reason['text']}" for reason in lead["reasons"]}
    assert set(shown) <= every
    assert len(shown) + (int(more[1]) if more else 0) == sum(
        1 for reason in lead["reasons"] if reason["points"]
    )
