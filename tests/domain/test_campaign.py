"""The campaign file: what is written is read back, and every mistake names its key."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.campaign import from_values, parse, to_toml
from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError, Exit
from leadtui.text import clean_line

CONTRACT = """
name = "ledgerly"
website = "https://ledgerly.example"
description = "Invoicing and time tracking for freelancers and tiny service businesses."
audience = "freelancers, one-to-five-person service businesses"
keywords = ["invoicing software", "late payment reminders"]
negative_keywords = ["hiring"]
competitors = ["FreshBooks", "Wave"]
subreddits = ["freelance", "smallbusiness"]
excluded_subreddits = []
excluded_authors = []
min_score = 50
voice = "plain, helpful, first person"
disclosure = "I work on Ledgerly."
"""


def test_the_file_of_the_contract() -> None:
    campaign = parse(CONTRACT, "x.toml")
    assert campaign.keywords == ("invoicing software", "late payment reminders")
    assert (campaign.name, campaign.min_score, campaign.disclosure) == ("ledgerly", 50, "I work on Ledgerly.")
    assert to_toml(campaign).strip() == CONTRACT.strip()


def test_a_name_is_enough() -> None:
    assert parse('name = "x"', "x.toml") == Campaign("x")


LINES = st.text(max_size=60).map(lambda text: clean_line(text).strip())
LISTS = st.lists(LINES.filter(bool), max_size=4, unique=True).map(tuple)
PLACES = st.lists(st.from_regex(r"[A-Za-z0-9_]{2,20}", fullmatch=True), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        Campaign,
        name=LINES.filter(bool),
        website=LINES,
        description=LINES,
        audience=LINES,
        keywords=LISTS,
        negative_keywords=LISTS,
        competitors=LISTS,
        subreddits=PLACES,
        excluded_subreddits=PLACES,
        min_score=st.integers(0, 100),
        voice=LINES,
        disclosure=LINES,
    )
)
def test_what_is_written_is_read_back(campaign: Campaign) -> None:
    assert parse(to_toml(campaign), "x.toml") == campaign


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", '"name" is required'),
        ('name = ""', '"name" is required'),
        ('name = "   "', '"name" is required'),
        (f'name = "{"x" * 81}"', "1 to 80 characters"),
        ("name = 1", '"name" must be a text'),
        ('name = "x"\nname = "y"', "not valid TOML"),
        ('name = "x', "not valid TOML"),
        ("a = " + "[" * 5_000, "not valid TOML"),
        ('name = "x"\nkeyword = ["a"]', 'did you mean "keywords"?'),
        ('name = "x"\nzzz = 1', "known: name, website"),
        ('name = "x"\nkeywords = "a"', '"keywords" must be a list of texts'),
        ('name = "x"\nkeywords = [1]', '"keywords" must be a list of texts'),
        ('name = "x"\nkeywords = [["a"]]', '"keywords" must be a list of texts'),
        ('name = "x"\nmin_score = 101', "from 0 to 100"),
        ('name = "x"\nmin_score = -1', "from 0 to 100"),
        ('name = "x"\nmin_score = 5.5', "from 0 to 100"),
        ('name = "x"\nmin_score = true', "from 0 to 100"),
        ('name = "x"\nmin_score = "50"', "from 0 to 100"),
        ('name = "x"\nsubreddits = ["a b"]', "no subreddit name"),
        ('name = "x"\nsubreddits = ["../etc"]', "no subreddit name"),
        ('name = "x"\nexcluded_subreddits = ["ü"]', "no subreddit name"),
        ('[campaign]\nname = "x"', 'unknown key "campaign"'),
    ],
)
def test_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "x.toml")
    assert says in str(caught.value)
    assert caught.value.code == Exit.USAGE
    assert str(caught.value).startswith("x.toml: ")
    assert str(caught.value).isprintable()


def test_too_many_keywords_are_refused() -> None:
    with pytest.raises(ConfigError, match="5,000 are the most"):
        from_values({"name": "x", "keywords": [str(number) for number in range(5_001)]}, "x.toml")


def test_names_of_subreddits_are_read_as_people_write_them() -> None:
    campaign = parse('name = "x"\nsubreddits = ["r/SaaS", "/r/SaaS/", "R/other", "SaaS"]', "x.toml")
    assert campaign.subreddits == ("SaaS", "other")


def test_hostile_texts_are_cleaned() -> None:
    hostile = r"""name = "a\u001b]0;x\u0007b"
keywords = ["\u202eabc", "  ", "a\nb", "a b"]"""
    campaign = parse(hostile, "x.toml")
    assert campaign.name.isprintable()
    assert all(keyword.isprintable() for keyword in campaign.keywords)
    assert campaign.keywords[1:] == ("a b",)


def test_a_file_from_windows_is_read() -> None:
    assert parse('\ufeffname = "x"\r\nmin_score = 7\r\n', "x.toml") == Campaign("x", min_score=7)


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    with suppress(ConfigError):
        assert parse(text, "x.toml").name
