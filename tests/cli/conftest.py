"""A home for commands."""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a campaign and three leads, to be copied."""
    folder = tmp_path_factory.mktemp("stocked")
    with pytest.MonkeyPatch.context() as patch:
        cli = Cli(folder / "home", patch)
        assert cli("campaigns", "add", "--file", "-", stdin=CAMPAIGN).code == 0
        texts = (
            ("Looking for invoicing software, FreshBooks is too dear", "What do you recommend?"),
            ("which invoicing software should I buy?", "Two of us, forty clients."),
            ("invoicing software question", "Which one has late payment reminders?"),
        )
        posts = [post(n, title, body=body, author=f"writer{n}") for n, (title, body) in enumerate(texts)]
        assert cli("import", stdin=jsonl(posts)).code == 0
    return cli.home


@pytest.fixture
def stocked(cli: Cli, campaign: Path, stocked_home: Path) -> Cli:
    """Commands on a home of its own with a campaign and three leads."""
    shutil.copytree(stocked_home, cli.home)
    return cli
