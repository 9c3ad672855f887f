"""A home for commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, Cli, jsonl, post


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands on an empty home."""
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path / "home", monkeypatch)


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """A campaign file."""
    file = tmp_path / "ledgerly.toml"
    file.write_text(CAMPAIGN, "utf-8")
    return file


@pytest.fixture
def stocked(cli: Cli, campaign: Path) -> Cli:
    """A home with a campaign and three leads, of which the third is the weakest."""
    assert cli("campaigns", "add", "--file", campaign).code == 0
    texts = (
        ("Looking for invoicing software, FreshBooks is too dear", "What do you recommend?"),
        ("which invoicing software should I buy?", "Two of us, forty clients."),
        ("invoicing software question", "Which one has late payment reminders?"),
    )
    posts = [
        post(number, title, body=body, author=f"writer{number}") for number, (title, body) in enumerate(texts)
    ]
    assert cli("import", stdin=jsonl(posts)).code == 0
    return cli
