"""Homes for whole processes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.cli.running import CAMPAIGN, jsonl, post, process

COUNT = 5_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def _campaign_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("campaign") / "home"
    assert process("campaigns", "add", "--file", "-", home=home, stdin=CAMPAIGN).code == 0
    return home


@pytest.fixture
def campaign_home(home: Path, _campaign_home: Path) -> Path:
    """A home with a campaign."""
    shutil.copytree(_campaign_home, home)
    return home


@pytest.fixture(scope="session")
def _stocked_home(tmp_path_factory: pytest.TempPathFactory, _campaign_home: Path) -> Path:
    home = tmp_path_factory.mktemp("stocked") / "home"
    shutil.copytree(_campaign_home, home)
    posts = jsonl(post(number, body="late payment reminders " * 20) for number in range(800))
    assert process("import", home=home, stdin=posts).code == 0
    return home


@pytest.fixture
def stocked_home(home: Path, _stocked_home: Path) -> Path:
    """A home with 800 leads: more than any pipe holds."""
    shutil.copytree(_stocked_home, home)
    return home


@pytest.fixture(scope="session")
def many_posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 different posts, of which some are leads and some stand there twice."""
    dice = random.Random(20)
    words = "late payment reminders invoicing software question FreshBooks cheap simple looking for which Wave".split()
    posts = [
        post(
            number,
            " ".join(dice.choices(words, k=6)),
            body=" ".join(dice.choices(words, k=6)),
            author=f"writer{dice.randrange(500)}",
            created_utc=1_700_000_000 + number,
            num_comments=dice.randrange(90),
        )
        for number in range(COUNT)
    ]
    for number in range(0, COUNT, 50):
        posts[number] = posts[dice.randrange(COUNT)]
    file = tmp_path_factory.mktemp("posts") / "many.jsonl"
    file.write_text(jsonl(posts), "utf-8")
    return file
